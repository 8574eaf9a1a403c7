"""Whose values a text gives: of a class, a model, a column or a set; and what is nobody's result."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "Train | Valid | Test\nLoss: 0.11 | 0.22 | 0.33\nRMSE: 1.5  | 2.5  | 3.5\n",
            [
                ("train", {"loss": 0.11, "rmse": 1.5}, {}),
                ("validation", {"loss": 0.22, "rmse": 2.5}, {}),
                ("test", {"loss": 0.33, "rmse": 3.5}, {}),
            ],
            id="columns of sets",
        ),
        pytest.param(
            "           class a   class b\nSensitivity  0.91      0.87\nSpecificity  0.88      0.93\n",
            [
                ("unclear", {"sensitivity": 0.91, "specificity": 0.88}, {"column": "class a"}),
                ("unclear", {"sensitivity": 0.87, "specificity": 0.93}, {"column": "class b"}),
            ],
            id="values of two classes side by side",
        ),
        pytest.param("recall: 0.5 0.6 0.7 mean_recall: 0.6\n", [("unclear", {"mean_recall": 0.6}, {})], id="a list"),
        pytest.param(
            "Precision@1,5: 0.75 0.5\n", [("unclear", {"precision1": 0.75, "precision5": 0.5}, {})], id="ranks"
        ),
        pytest.param("F1 range: [0.81, 0.86]\naccuracy: [0.90, 0.95]\n", [], id="intervals are no values"),
        pytest.param(
            "eval: train={loss=0.25 acc=0.75} test={loss=0.5 acc=0.625}\n",
            [("train", {"loss": 0.25, "accuracy": 0.75}, {}), ("test", {"loss": 0.5, "accuracy": 0.625}, {})],
            id="sets in braces",
        ),
        pytest.param(
            "ridge: MAE=2.5±0.1, RMSE=3.5±0.2\nforest: MAE=1.5±0.1, RMSE=2.25±0.2\n",
            [
                ("unclear", {"mae": 2.5, "rmse": 3.5}, {"group": "ridge"}),
                ("unclear", {"mae": 1.5, "rmse": 2.25}, {"group": "forest"}),
            ],
            id="a model before its values",
        ),
        pytest.param(
            "Model ridge - accuracy: 0.75 (0.01)\nModel ridge - F1 score: 0.5 (0.02)\n",
            [("unclear", {"accuracy": 0.75, "f1": 0.5}, {"group": "Model ridge"})],
            id="a model before a dash",
        ),
        pytest.param(
            "PER    tp: 10 - fp: 5 - fn: 2 - precision: 0.6667 - recall: 0.8333\n",
            [("unclear", {"precision": 0.6667, "recall": 0.8333}, {"group": "PER"})],
            id="a class that is spelt like a metric",
        ),
        pytest.param(
            "Kind one:\n  recall 0.5\n\nMacro avg\n  recall 0.625\n",
            [
                ("unclear", {"recall": 0.5}, {"group": "Kind one"}),
                ("unclear", {"recall": 0.625}, {"group": "Macro avg"}),
            ],
            id="an average after classes",
        ),
        pytest.param(
            "Validation accuracy: 0.5\nTest accuracy (with last epoch model): 0.25\nFinal metrics (with best model):\n"
            "  Accuracy: 0.5\n  Recall: 0.75\n",
            [
                ("validation", {"accuracy": 0.5}, {}),
                ("test", {"accuracy_with_last_epoch_model": 0.25}, {}),
                ("unclear", {"accuracy": 0.5, "recall": 0.75}, {}),
            ],
            id="the last model and the best",
        ),
        pytest.param(
            "minDCF(p=0.01): 0.75\nminDCF(p=0.001): 0.875\n",
            [("unclear", {"mindcf_p_0.01": 0.75, "mindcf_p_0.001": 0.875}, {})],
            id="what stands in brackets tells two apart",
        ),
        pytest.param(
            "Dataset: first\nEpoch 9 | val acc: 0.5\nMean accuracy over 5 runs: 0.75\nRun 1/5 on dataset second\n"
            "Epoch 9 | val acc: 0.625\nMean accuracy over 5 runs: 0.8\n",
            [("unclear", {"mean_accuracy": 0.75}, {}), ("unclear", {"mean_accuracy": 0.8}, {})],
            id="a mean over runs is no point of a curve",
        ),
        pytest.param(
            "Конечная точность на тестовой выборке: 0.875\n", [("test", {"точность": 0.875}, {})], id="russian"
        ),
        pytest.param("Genauigkeit Testdatensatz: 62,5%\n", [("test", {"accuracy": 0.625}, {})], id="german"),
        pytest.param(
            "|  | score | threshold |\n|---|---|---|\n| auc | 0.75 | nan |\n| f1 | 0.5 | 0.4 |\n",
            [("unclear", {"auc": 0.75, "f1": 0.5}, {"column": "score"})],
            id="rows that name metrics",
        ),
        pytest.param(
            "| model | metric_type | metric_value | train_time |\n|---|---|---|---|\n| tree | auc | 0.75 | 12.5 |\n",
            [("unclear", {"auc": 0.75}, {"model": "tree"})],
            id="a column that names metrics",
        ),
        pytest.param(
            "| Metric | Mean | Std | Min |\n|---|---|---|---|\n| Val AUC | 0.75 | 0.01 | 0.7 |\n",
            [("validation", {"auc": 0.75}, {"column": "Mean"})],
            id="how values scatter is no value",
        ),
        pytest.param(
            "| class | AP | class | AP |\n|---|---|---|---|\n| cat | 0.25 | dog | 0.5 |\n",
            [("unclear", {"ap": 0.25}, {"class": "cat"}), ("unclear", {"ap": 0.5}, {"class": "dog"})],
            id="a table folded to stand beside itself",
        ),
        pytest.param(
            "### WER\n\n|dataset|Snt|Wrd|Corr|Sub|Del|Ins|Err|S.Err|\n|---|---|---|---|---|---|---|---|---|\n"
            "|dev|10|100|80.5|10.0|9.5|2.5|22.0|70.0|\n",
            [("validation", {"wer": 22.0, "s_err": 70.0}, {"dataset": "dev", "Snt": "10", "Wrd": "100"})],
            id="whose errors a scoring table counts",
        ),
        pytest.param(
            "Model\t\tRMSE\tMAE\nlinear\t\t2.5\t1.5\nrandom forest\t2.25\t1.25\n",
            [
                ("unclear", {"rmse": 2.5, "mae": 1.5}, {"Model": "linear"}),
                ("unclear", {"rmse": 2.25, "mae": 1.25}, {"Model": "random forest"}),
            ],
            id="columns parted by tabs",
        ),
        pytest.param(
            "best valid: OrderedDict([('recall@20', 0.25), ('ndcg@20', 0.125)])\n",
            [("validation", {"recall@20": 0.25, "ndcg@20": 0.125}, {})],
            id="an ordered dictionary",
        ),
    ],
)
def test_values_go_to_whom_they_belong(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("run.log:12:Test accuracy: 0.75\nlogs/b.txt:3:val_loss: 0.5\n", id="what grep found elsewhere"),
        pytest.param("train:\n  loss: 0.5\n  precision: 16\n  name: net\n  dropout: 0.1\n  lr: 0.01\n", id="yaml"),
        pytest.param("eval {\n  loss: 0.5\n  weight: 1.0\n  margin: 0.2\n  name: 'a'\n  depth: 3\n}\n", id="proto"),
        pytest.param("Baseline (majority class) accuracy: 0.61\n", id="a baseline"),
        pytest.param(
            "| Model | F1 |\n|---|---|\n| net (paper) | 0.75 |\n| other et al. | 0.5 |\n", id="a paper's rows"
        ),
        pytest.param("[CV 1/5] END ...C=0.1;, score=0.912 total time=   0.1s\n", id="folds of a search"),
    ],
)
def test_what_this_run_did_not_measure_is_no_result(text: str) -> None:
    reading = read_text(text)
    assert not reading.results
    assert not reading.series


def test_a_file_of_results_may_name_what_it_likes() -> None:
    (result,) = read_text("eval_MR = 50.5\neval_TREC = 1.58\neval_runtime = 3.5\n", source="eval_results.txt").results
    assert (result.role, dict(result.metrics)) == ("validation", {"eval_MR": 50.5, "eval_TREC": 1.58})


def test_a_report_after_one_of_training_is_of_its_own_set() -> None:
    rows = "   precision    recall  f1-score   support\n\n           a       0.90      0.90      0.90       {n}\n"
    rows += "           b       0.80      0.80      0.80       {n}\n\n    accuracy                      0.85    {m}\n"
    text = "Train set classification report\n" + rows.format(n=50, m=100)
    text += "Test set classification report\n" + rows.format(n=10, m=20)
    first, second = read_text(text, source="train_test_report.txt").results
    assert (first.role, first.n, second.role, second.n) == ("train", 100, "test", 20)


def test_rows_of_predictions_under_a_reference_are_turned() -> None:
    text = "Confusion matrix:\n\n      Reference\nPrediction   a   b\n         a  40   3\n         b   7  50\n"
    (result,) = read_text(text).results
    assert result.counts is not None
    assert result.counts.matrix == ((40, 7), (3, 50))


def test_conlleval_gives_shares_and_a_row_for_each_label() -> None:
    text = (
        "processed 90 tokens with 12 phrases; found: 11 phrases; correct: 9.\n"
        "accuracy:  95.00%; precision:  81.82%; recall:  75.00%; FB1:  78.26\n"
        "              LOC: precision:  80.00%; recall:  66.67%; FB1:  72.73  5\n"
    )
    (result,) = read_text(text).results
    assert dict(result.metrics) == {"accuracy": 0.95, "precision": 0.8182, "recall": 0.75, "f1": 0.7826}
    assert result.per_class["LOC"].recall == 0.6667
    assert result.per_class["LOC"].support is None  # it tells how many were found, not how many there are


def test_trec_eval_is_read_over_all_queries() -> None:
    text = "runid\tall\tmine\nnum_q\tall\t50\nnum_rel\tall\t170\nmap\tall\t0.2500\nP_10\tall\t0.1250\n"
    (result,) = read_text(text + "iprec_at_recall_0.00\tall\t0.9000\n").results
    assert (dict(result.metrics), result.n) == ({"map": 0.25, "P_10": 0.125}, 50)


def test_boxes_that_follow_each_other_are_points() -> None:
    box = "--------\n| rollout/ | |\n| ep_rew_mean | {reward} |\n| time/ | |\n| total_timesteps | {step} |\n--------\n"
    series = read_text(box.format(reward=1.5, step=100) + box.format(reward=2.5, step=200)).series
    assert series["rollout/ep_rew_mean"].points == [(100.0, 1.5), (200.0, 2.5)]


def test_curves_of_two_models_in_one_document_stay_apart() -> None:
    text = '{"small": {"history": {"val_loss": [3.0, 2.0]}}, "large": {"history": {"val_loss": [2.5, 1.5]}}}'
    series = read_text(text).series
    assert {tag: [value for _, value in one.points] for tag, one in series.items()} == {
        "small/val_loss": [3.0, 2.0],
        "large/val_loss": [2.5, 1.5],
    }


def test_what_was_tested_once_after_a_training_is_a_result_of_its_log() -> None:
    text = "epoch,step,val_acc,test_acc\n0,10,0.5,\n1,20,0.75,\n2,21,,0.625\n"
    reading = read_text(text)
    assert [told(result) for result in reading.results] == [("test", {"test_acc": 0.625}, {"step": "21", "epoch": "2"})]
    assert "test_acc" not in reading.series


def test_counts_told_again_below_the_last_step_are_the_result() -> None:
    steps = "".join(f"step {n}00  train loss 0.0{9 - n}  val accuracy 0.99{n}\n" for n in range(1, 5))
    (result,) = read_text(steps + "accuracy on val: 519 out of 524\n").results
    assert (result.role, result.n, result.tally and result.tally.correct) == ("validation", 524, 519)


def test_counts_told_below_each_epoch_are_points() -> None:
    told = [(1, 419), (2, 471), (3, 482)]
    text = "".join(f"Epoch {n} val accuracy {k / 524:.2f}\naccuracy on val: {k} out of 524\n" for n, k in told)
    reading = read_text(text)
    assert not reading.results
    assert {step for step, _ in reading.series["val_accuracy"].points} == {1.0, 2.0, 3.0}


def test_counts_in_brackets_belong_to_the_share_before_them() -> None:
    (result,) = read_text("Test accuracy = 85.05 % (1701/2000)\n").results
    assert (result.metrics["accuracy"], result.n, result.tally and result.tally.correct) == (0.8505, 2000, 1701)


def test_a_pass_over_the_validation_set_is_of_its_epoch_and_the_loggers_level_is_no_part() -> None:
    line = "2024/01/02 10:11:12 - mmengine - INFO - Epoch(val) [{}][157/157]    accuracy/top1: {}  data_time: 0.01\n"
    series = read_text(line.format(11, 70.5) + line.format(12, 76.5)).series
    assert series["val_accuracy/top1"].points == [(11.0, 70.5), (12.0, 76.5)]
    (result,) = read_text("2024-01-02 10:11:12,123 - mmcls - INFO - Test accuracy: 0.905\n").results
    assert (result.metrics, result.options, result.role) == ({"accuracy": 0.905}, {}, "test")


def test_chrf_with_its_order_is_a_score() -> None:
    (result,) = read_text("BLEU = 27.5  chrF2 = 54.25\n").results
    assert result.metrics["chrf2"] == 54.25


@pytest.mark.parametrize(
    ("line", "metric", "value"),
    [
        ("Mean Absolute Error (MAE): 0.312", "mae", 0.312),
        ("Word Error Rate (WER): 12.5%", "wer", 0.125),
        ("mean average precision (mAP@0.50) = 0.75", "map50", 0.75),
        ("Matthews correlation coefficient (MCC): 0.625", "mcc", 0.625),
    ],
)
def test_the_short_name_in_brackets_is_the_metric(line: str, metric: str, value: float) -> None:
    (result,) = read_text(line + "\n").results
    assert dict(result.metrics) == {metric: value}
    (tested,) = read_text("Test " + line + "\n").results
    assert (dict(tested.metrics), tested.role) == ({metric: value}, "test")


def test_what_is_tested_during_a_training_is_a_curve_over_its_steps() -> None:
    lines = "".join(
        f"I0729 10:02:11.12  4211 solver.cpp:330] Iteration {step}, Testing net (#0)\n"
        f"I0729 10:05:11.32  4211 solver.cpp:397]     Test net output #0: accuracy = {accuracy}\n"
        f"I0729 10:05:11.33  4211 solver.cpp:397]     Test net output #1: loss = {loss} (* 1 = {loss} loss)\n"
        for step, accuracy, loss in ((500, 0.875, 0.25), (1000, 0.9375, 0.125))
    )
    reading = read_text(lines)
    assert reading.results == ()
    assert reading.series["test_accuracy"].points == [(500.0, 0.875), (1000.0, 0.9375)]
    assert reading.series["test_loss"].points == [(500.0, 0.25), (1000.0, 0.125)]


def test_words_that_a_model_has_made_head_nothing() -> None:
    text = "".join(
        f"--------\n0 samples that are in train:\n3 samples that are new:\n{words}\n--------\n"
        f"step {step} | loss {loss}\nstep {step} train loss: {loss} test loss: {loss + 0.1:.2f}\n"
        for step, (words, loss) in enumerate(
            (("reits\nmmelt\nark", 2.5), ("thales\nbaliy\nd", 2.4), ("x\nno\nark", 2.3))
        )
    )
    reading = read_text(text)
    assert {tag: len(series.points) for tag, series in reading.series.items()} == {
        "loss": 3,
        "train_loss": 3,
        "test_loss": 3,
    }
    assert not reading.results


def test_one_word_above_its_values_still_says_whose_they_are() -> None:
    reading = read_text("Ridge\naccuracy: 0.81\nForest\naccuracy: 0.91\n")
    assert [(result.metrics, result.options) for result in reading.results] == [
        ({"accuracy": 0.81}, {"group": "Ridge"}),
        ({"accuracy": 0.91}, {"group": "Forest"}),
    ]


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("val accuracy: 0.803 (803 out of 1000)", 1000),
        ("accuracy: 80.3% [803/1,000]", 1000),
        ("accuracy = 0.803 (803 correct of 1000 events)", 1000),
        ("accuracy: 0.803 (804 of 1000)", None),  # it contradicts the value, and says something else
        ("accuracy: 0.6 (3 of 5 folds)", None),
        ("loss: 0.803 (803 of 1000)", None),
    ],
)
def test_counts_in_brackets_behind_a_share_are_its_counts(text: str, n: int | None) -> None:
    (result,) = read_text(text + "\n").results
    assert result.n == n
