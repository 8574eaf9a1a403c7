"""Shapes of results met in published logs, each in a few lines of its own: what is read, and what must not be."""

from __future__ import annotations

import pytest

from labjournal.parsers import ParsedResult, Reading, read_text


def results(text: str, source: str = "") -> list[tuple[str, dict[str, float]]]:
    return [(result.role, dict(result.metrics)) for result in read_text(text, source=source).results]


def counts(reading: Reading) -> list[list[list[int]]]:
    return [[list(row) for row in result.counts.matrix] for result in reading.results if result.counts is not None]


def test_columns_of_two_roles_are_two_measurements() -> None:
    table = "| Model | Val R² | Test R² | Test MAE |\n|---|---|---|---|\n| ridge | 0.95 | 0.88 | 1.6 |\n"
    assert results(table) == [("validation", {"r2": 0.95}), ("test", {"r2": 0.88, "mae": 1.6})]
    assert [result.options["Model"] for result in read_text(table).results] == ["ridge", "ridge"]


def test_a_role_may_stand_behind_the_metric_in_a_column() -> None:
    table = "| model | R2_train | R2_test |\n|---|---|---|\n| svr | 0.87 | 0.78 |\n"
    assert [role for role, _ in results(table)] == ["train", "test"]


def test_a_latex_table_is_a_table() -> None:
    table = (
        "\\begin{tabular}{lll}\n\\toprule\nmodel & accuracy & F1 \\\\\n\\midrule\n"
        "mlp & 0.81 & \\textbf{0.80} \\\\\n\\bottomrule\n\\end{tabular}\n"
    )
    assert results(table) == [("unclear", {"accuracy": 0.81, "f1": 0.80})]


def test_a_table_of_metrics_without_classes_is_no_report() -> None:
    assert results("|precision|recall|f1|\n|---|---|---|\n|0.54|0.91|0.70|\n") == [
        ("unclear", {"precision": 0.54, "recall": 0.91, "f1": 0.70})
    ]


def test_a_printed_data_frame_of_models_is_read_by_rows() -> None:
    frame = (
        "                 model  accuracy     f1\n0  Logistic Regression     0.951  0.944\n1  Tree     0.911  0.903\n"
    )
    found = read_text(frame).results
    assert [dict(result.metrics) for result in found] == [
        {"accuracy": 0.951, "f1": 0.944},
        {"accuracy": 0.911, "f1": 0.903},
    ]
    assert [result.options["model"] for result in found] == ["Logistic Regression", "Tree"]


def test_a_number_in_the_brackets_of_a_name_is_not_its_value() -> None:
    assert results("Partial AUC (>80% TPR)   : 0.7439\n") == [("unclear", {"partial_auc_80_tpr": 0.7439})]
    assert results("Sensitivity @ 95% spec : 0.4731\n") == [("unclear", {"Sensitivity_at_95_spec": 0.4731})]


def test_a_heading_between_rulers_says_the_role() -> None:
    text = "=" * 30 + "\n  EVALUATION — TEST SET\n" + "=" * 30 + "\nBalanced accuracy : 0.80\nCohen's κ : 0.58\n"
    assert [role for role, _ in results(text, "eval_results.txt")] == ["test"]


def test_values_between_slashes_belong_to_no_single_name() -> None:
    assert results("Dev acc: 71.62  Dev fscore(p/r/f): (81.4/74.1/77.6)\n") == [("validation", {"accuracy": 71.62})]


@pytest.mark.parametrize(
    "line",
    [
        "PSNR improvement is 1.3487dB",
        "Accuracy gain: 0.012",
        "- Accuracy > 0.90 on the test set",
        "Accuracy drop after pruning: 0.031",
    ],
)
def test_changes_and_wishes_are_no_values(line: str) -> None:
    assert results(line + "\n") == []


def test_a_test_after_every_epoch_is_a_curve() -> None:
    epochs = "".join(
        f"Train Epoch: {epoch} [0/100 (0%)]\tLoss: 0.5\nStart testing\n    Accuracy: 7{epoch}.5\n" for epoch in range(2)
    )
    reading = read_text(epochs)
    assert reading.results == ()
    assert reading.series["accuracy"].points == [(0.0, 70.5), (1.0, 71.5)]


def test_the_last_best_value_stands_and_each_section_has_its_own() -> None:
    text = (
        "# model a\nSaving, epoch: 1, best f1: 0.46\nSaving, epoch: 2, best f1: 0.64\n"
        "# model b\nSaving, epoch: 1, best f1: 0.51\n"
    )
    assert [metrics for _, metrics in results(text)] == [{"f1": 0.64}, {"f1": 0.51}]


def test_lightgbm_keeps_the_best_iteration() -> None:
    text = (
        "[100]\ttraining's auc: 0.90\tvalid_1's auc: 0.86\nEarly stopping, best iteration is:\n"
        "[87]\ttraining's auc: 0.91\tvalid_1's auc: 0.87\n"
    )
    assert any(role == "validation" and 0.87 in metrics.values() for role, metrics in results(text))


def test_optuna_gives_a_curve_and_its_best_value() -> None:
    text = "".join(
        f"[I 2025-05-01 10:00:0{k},1] Trial {k} finished with value: 0.{8 + k} and parameters: {{'lr': 0.1}}. "
        f"Best is trial {k} with value: 0.{8 + k}.\n"
        for k in range(2)
    )
    reading = read_text(text)
    assert [(dict(r.metrics), r.options) for r in reading.results] == [({"objective": 0.9}, {"trial": "1"})]
    assert reading.series["objective"].points == [(0.0, 0.8), (1.0, 0.9)]


def test_stable_baselines_prints_curves() -> None:
    table = (
        "-----------------------------\n| rollout/         |          |\n|    ep_rew_mean   | 1.43     |\n"
        "| time/            |          |\n|    fps           | 170      |\n|  total_timesteps | 2048     |\n"
        "-----------------------------\n"
    )
    reading = read_text(table)
    assert reading.results == ()
    assert reading.series["rollout/ep_rew_mean"].points == [(2048.0, 1.43)]


def test_errors_of_depth_come_with_their_shares() -> None:
    assert results("{'a1': 0.752, 'abs_rel': 0.141, 'rmse': 0.359, '#params': '344M'}\n") == [
        ("unclear", {"abs_rel": 0.141, "rmse": 0.359, "a1": 0.752})
    ]


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("%WER 5.12 [ 2693 / 52576, 301 ins, 250 del, 2142 sub ] exp/decode_test\n", {"wer": 0.0512}),
        ("BLEU|nrefs:1|case:mixed|tok:13a|version:2.3.1 = 27.3 59.1/33.2/20.9/13.6 (BP = 0.985)\n", {"bleu": 27.3}),
        ("CMC curve, Rank-1  :94.6%\n", {"rank1": 0.946}),
        ("Precision (macro): 0.9334\n", {"macro_precision": 0.9334}),
        ("Testgenauigkeit: 91,23 %\n", {"accuracy": 0.9123}),
        ("テスト精度: 0.9412\n", {"accuracy": 0.9412}),
    ],
)
def test_tools_and_languages(text: str, metrics: dict[str, float]) -> None:
    found: list[ParsedResult] = list(read_text(text).results)
    assert [dict(result.metrics) for result in found] == [metrics]


MATRIX = [[5, 1, 0], [2, 6, 0], [0, 1, 9]]
MATRICES = {
    "rows in brackets of their own": "[5 1 0]\n[2 6 0]\n[0 1 9]\n",
    "a long row over two lines": "[5 1\n 0]\n[2 6\n 0]\n[0 1\n 9]\n",
    "bars and arrows": "Predicted -->  1  0  2\n----------\n Actual 1 |  5  1  0\n"
    " Actual 0 |  2  6  0\n Actual 2 |  0  1  9\n",
    "titles that run together": "Confusion matrix:\n            ZürichInnersch Wallis\nZürich          5     1     0\n"
    "Innerschweiz    2     6     0\nWallis          0     1     9\n",
    "weka": " a b c   <-- classified as\n 5 1 0 | a = x\n 2 6 0 | b = y\n 0 1 9 | c = z\n",
}


@pytest.mark.parametrize("shape", MATRICES)
def test_shapes_of_confusion_matrices(shape: str) -> None:
    assert counts(read_text(MATRICES[shape], source="confusion_matrix.txt")) == [MATRIX]


def test_titles_in_another_order_than_the_rows_are_no_matrix() -> None:
    text = "Confusion matrix:\n         WallisZürich Innersch\nZürich 5 1 0\nInnerschweiz 2 6 0\nWallis 0 1 9\n"
    assert counts(read_text(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "pos: 180 out of 200\nneg: 156 out of 192\n",
        "Correct predictions per class:\nneg: 156 out of 192\npos: 180 out of 200\n",
        "cat: 156 out of 192\ndog: 180 of 200\nOverall accuracy: 85.71%\n",
    ],
)
def test_counts_under_one_another_are_those_of_classes(text: str) -> None:
    tallies = [result.tally for result in read_text(text).results]
    assert [sorted(tally.classes.values()) for tally in tallies if tally is not None] == [[(156, 192), (180, 200)]]


@pytest.mark.parametrize(
    "text",
    [
        "files: 5 out of 9\ntests: 3 out of 4\n",
        "neg: 156 out of 192\n",
        "Epoch: 3 of 10\nstep: 100 of 2000\n",
        "cat: 156 out of 192\ndog: 180 of 200\nOverall accuracy: 91.00%\n",
    ],
)
def test_counts_that_nothing_says_to_be_answers_are_left_alone(text: str) -> None:
    assert all(result.tally is None for result in read_text(text).results)


def curves(text: str, source: str = "") -> dict[str, tuple[str, int]]:
    return {tag: (series.role, len(series.points)) for tag, series in read_text(text, source=source).series.items()}


def test_headings_within_an_epoch_keep_training_and_validation_apart() -> None:
    text = "".join(
        f"Epoch  {epoch}\nResults of Training :\nClass accuracy  : 23.{epoch}%\nNo obj accuracy : 1.2%\n"
        f"Results on Validation :\nClass accuracy  : 36.{epoch}%\nNo obj accuracy : 6.2%\n\n"
        for epoch in range(2)
    )
    assert curves(text) == {
        "class_accuracy": ("train", 2),
        "no_obj_accuracy": ("train", 2),
        "val_class_accuracy": ("validation", 2),
        "val_no_obj_accuracy": ("validation", 2),
    }


def test_a_phase_lasts_until_the_next_epoch() -> None:
    text = (
        "epoch: 0, loss is: 0.62, acc is: 0.77\ntesting in eval mode……\nepoch: 0, loss is: 0.48, acc is: 0.83\n"
        "epoch: 1, loss is: 0.36, acc is: 0.87\ntesting in eval mode……\nepoch: 1, loss is: 0.57, acc is: 0.80\n"
    )
    assert curves(text, "training_log.txt") == {
        "loss": ("unclear", 2),
        "accuracy": ("unclear", 2),
        "test_loss": ("test", 2),
        "test_accuracy": ("test", 2),
    }


def test_the_log_of_a_training_does_not_make_a_training_result_of_what_it_says() -> None:
    assert results("Accuracy: 0.91\n", "training_log.txt") == [("unclear", {"accuracy": 0.91})]
    assert results("Accuracy: 0.91\n", "train_results.txt") == [("train", {"accuracy": 0.91})]


def test_a_loss_beside_its_learning_rate_is_that_of_the_training() -> None:
    text = (
        "{'loss': 0.53, 'learning_rate': 1e-05, 'epoch': 0.5}\n{'loss': 0.43, 'learning_rate': 6e-06, 'epoch': 1.0}\n"
    )
    assert curves(text, "eval_run.log") == {"loss": ("train", 2)}


def test_an_epoch_in_a_table_of_named_rows_is_where_each_was_measured() -> None:
    table = "| model | accuracy | epoch |\n|---|---|---|\n| base | 0.59 | 44 |\n| wide | 0.61 | 89 |\n"
    found = read_text(table).results
    assert [(dict(r.metrics), dict(r.options)) for r in found] == [
        ({"accuracy": 0.59}, {"model": "base", "epoch": "44"}),
        ({"accuracy": 0.61}, {"model": "wide", "epoch": "89"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "accuracy==0.1\nloss-landscapes>=3.0\n",
        "- [ ] reach 95% accuracy\n",
        "Loss: $1,234.56\n",
        "loss weights: recon=1.0, kl=0.1\n",
        "loss = 0.5 * (a + b)\nMSE = 1/n * sum\n",
        "val_loss = float('inf')\n",
        "loss_weights:\n  dice: 0.5\n  loss: 0.5\n",
        '{"train_cfg": {"iou": 0.5}, "lr": 0.01}',
    ],
)
def test_requirements_formulas_prices_and_weights_are_no_results(text: str) -> None:
    assert results(text) == []


def test_what_follows_a_section_of_settings_is_read_again() -> None:
    assert results("loss_weights:\n  dice: 0.5\ntest:\n  dice: 0.81\n") == [("test", {"dice": 0.81})]
