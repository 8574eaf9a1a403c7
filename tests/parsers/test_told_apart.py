"""What must stay apart: whose values they are, what they were measured on, and what is no measurement at all."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            "I called it so:\npython run.py \\\n  --do_train=True \\\n  --train_file=a.json \\\n  --doc_stride=128\n"
            '{"exact_match": 62.5, "f1": 64.25}\n',
            [("unclear", {"exact_match": 62.5, "f1": 64.25}, {})],
            id="flags of a command say no role",
        ),
        pytest.param(
            "### MEAN RESULTS ###\n         acc    f1\nrose : 0.9812 0.9858\nall : 0.9712 0.9658\n\n"
            "### STD RESULTS ###\n         acc    f1\nrose : 0.0762 0.0565\nall : 0.0712 0.0868\n",
            [
                ("unclear", {"accuracy": 0.9812, "f1": 0.9858}, {"row": "rose"}),
                ("unclear", {"accuracy": 0.9712, "f1": 0.9658}, {"row": "all"}),
            ],
            id="a table of spreads",
        ),
        pytest.param(
            "KNN Cross-Validation Accuracy: 0.91 ± 0.06\nKNN Test Accuracy: 0.94\n",
            [("validation", {"knn_cv_accuracy": 0.91}, {}), ("test", {"knn_accuracy": 0.94}, {})],
            id="cross-validation is no test",
        ),
        pytest.param(
            "VALIDATION: test loss: 0.25 accuracy: 0.75\n",
            [("validation", {"loss": 0.25, "accuracy": 0.75}, {})],
            id="a line that says it validates",
        ),
        pytest.param(
            "idx 0 case c0012 mean_dice 0.5625 mean_hd95 12.75\n"
            "Mean class 2 name left lung mean_dice 0.875 mean_hd95 3.5\n",
            [
                ("unclear", {"mean_dice": 0.5625, "mean_hd95": 12.75}, {"group": "c0012"}),
                ("unclear", {"mean_dice": 0.875, "mean_hd95": 3.5}, {"class": "2", "group": "left lung"}),
            ],
            id="a case and a class before their values",
        ),
        pytest.param(
            "".join(
                f"*** <class 'models.{name}_Search'> ***\nBest Parameters: {{'k': 3}}\nTest RMSE: {a}\nTest MAE: {b}\n"
                for name, a, b in [
                    ("Tree", 0.35, 0.17), ("Net", 2.25, 1.43), ("Boost", 0.27, 0.21), ("Near", 0.41, 0.18),
                ]
            ),
            [
                ("test", {"rmse": 0.35, "mae": 0.17}, {"group": "Tree_Search"}),
                ("test", {"rmse": 2.25, "mae": 1.43}, {"group": "Net_Search"}),
                ("test", {"rmse": 0.27, "mae": 0.21}, {"group": "Boost_Search"}),
                ("test", {"rmse": 0.41, "mae": 0.18}, {"group": "Near_Search"}),
            ],
            id="classes of Python as headings",
        ),
        pytest.param(
            "".join(
                f"Fitting GRU: window=4, units={units}, opt={opt}, layers=1\nDone -> MAE: {value}\n"
                for units, opt, value in [
                    (16, "adam", 0.375), (32, "adam", 0.3125), (16, "sgd", 0.4375), (32, "sgd", 0.40625),
                    (64, "sgd", 0.39),
                ]
            ),
            [
                ("unclear", {"mae": 0.375}, {"units": "16", "opt": "adam"}),
                ("unclear", {"mae": 0.3125}, {"units": "32", "opt": "adam"}),
                ("unclear", {"mae": 0.4375}, {"units": "16", "opt": "sgd"}),
                ("unclear", {"mae": 0.40625}, {"units": "32", "opt": "sgd"}),
                ("unclear", {"mae": 0.39}, {"units": "64", "opt": "sgd"}),
            ],
            id="a grid of settings, one value each",
        ),
        pytest.param(
            "Settings: lr=0.1, units=16, layers=2\nTest accuracy: 0.875\n",
            [("test", {"accuracy": 0.875}, {})],
            id="settings stated once are nobody's option",
        ),
        pytest.param(
            "*** 已达到目标精度 95.00%! ***\n最终测试集准确率: 0.9625\n",
            [("test", {"accuracy": 0.9625}, {})],
            id="a target that was reached heads no list of targets",
        ),
        pytest.param(
            "GRU-net: complete scores on valid set:\nhit@10:0.125 ndcg@10:0.0625\n",
            [("validation", {"hit10": 0.125, "ndcg10": 0.0625}, {})],
            id="a heading behind a name",
        ),
        pytest.param(
            "Scores: [ 0.75  1.0  0.75  1.0 ]\nAccuracy: 0.88 (+/- 0.25)\naccuracy score: 0.875\n",
            [("unclear", {"accuracy": 0.88}, {}), ("unclear", {"accuracy": 0.875}, {})],
            id="a mean over folds and the value of a fit",
        ),
        pytest.param(
            "# ***** eval metrics *****\n#   epoch                   =        1.0\n"
            "#   eval_exact_match        =       82.5\n"
            "#   eval_f1                 =    87.9375\n#   eval_samples_per_second =    470.772\n",
            [("validation", {"eval_exact_match": 82.5, "eval_f1": 87.9375}, {})],
            id="results kept as comments",
        ),
        pytest.param(
            "Model 1:\n– In the training data:\n   – Average RMSE: 36.25\n   – Average MAE: 21.5\n"
            "– In the testing data:\n   – Average RMSE: 36.25\n   – Average MAE: 24.5\n",
            [
                ("train", {"average_rmse": 36.25, "average_mae": 21.5}, {"group": "Model 1"}),
                ("test", {"average_rmse": 36.25, "average_mae": 24.5}, {"group": "Model 1"}),
            ],
            id="sets as items of a list with long dashes",
        ),
        pytest.param(
            "PSNR: 20.625\n而论文中报告的 PSNR 为 25.688。\n和公布的 `EER = 0.862%` 相去甚远\n",
            [("unclear", {"psnr": 20.625}, {})],
            id="what a paper reports, in Chinese",
        ),
        pytest.param(
            "epoch [3/3]\tloss 2.625 (2.625)\tacc 50.0 (50.0)\n=> result\n* accuracy: 90.68%\n* error: 9.32%\n",
            [("unclear", {"accuracy": 0.9068, "error": 0.0932}, {})],
            id="a result below the last step is no point of the training",
        ),
        pytest.param(
            "| Metric | Forest | Boosting |\n|---|---|---|\n| MSE (using 2020 to predict 2021) | 64.5 | 61.25 |\n"
            "| MSE (using 2020 to predict 2022) | 101.25 | 103.5 |\n",
            [
                ("unclear", {"mse": 64.5}, {"column": "Forest", "row": "using 2020 to predict 2021"}),
                ("unclear", {"mse": 61.25}, {"column": "Boosting", "row": "using 2020 to predict 2021"}),
                ("unclear", {"mse": 101.25}, {"column": "Forest", "row": "using 2020 to predict 2022"}),
                ("unclear", {"mse": 103.5}, {"column": "Boosting", "row": "using 2020 to predict 2022"}),
            ],
            id="how it was got, in brackets behind a name",
        ),
        pytest.param(
            "INFO - ['Top 10\\n', 'Precision:0.030625\\n', 'NDCG:0.03975\\n', 'Top 20\\n', 'Precision:0.026875\\n',"
            " 'NDCG:0.04925\\n']\n",
            [
                ("unclear", {"precision": 0.030625, "ndcg": 0.03975}, {"group": "Top 10"}),
                ("unclear", {"precision": 0.026875, "ndcg": 0.04925}, {"group": "Top 20"}),
            ],
            id="a list of printed lines",
        ),
        pytest.param(
            "hit@1: 0.545086 hit@10: 0.956689\n",
            [("unclear", {"hit1": 0.545086, "hit10": 0.956689}, {})],
            id="hits alone",
        ),
        pytest.param(
            'done\n{"average_acc": 0.4375, "subject_acc": {"math": 0.28125, "physics": 0.34375},'
            ' "loss": {"a": 0.125, "b": 0.25}}\n',
            [
                ("unclear", {"average_acc": 0.4375}, {}),
                ("unclear", {"subject_acc": 0.28125}, {"class": "math"}),
                ("unclear", {"subject_acc": 0.34375}, {"class": "physics"}),
            ],
            id="a value of each class under the name of a metric",
        ),
        pytest.param(
            "The best epoch is: 56\nThe test Top1-0.140000, Top5-0.460000\n",
            [("test", {"top1": 0.14, "top5": 0.46}, {})],
            id="a dash between name and value",
        ),
        pytest.param(
            "Cider scores: 0.125\nRead data: 1.0252\n",
            [("unclear", {"cider_scores": 0.125}, {})],
            id="a time of reading",
        ),
        pytest.param(
            "## Support Vector Machine (SVM) Results\n\n- Scores: [0.75, 0.875, 0.8125]\n- Mean Accuracy: 0.8125\n"
            "- Standard Deviation of Accuracy: 0.0625\n\n## Logistic Regression Results\n\n"
            "- Scores: [0.5, 0.625, 0.5625]\n- Mean Accuracy: 0.5625\n\n## Final Results\n\n- Accuracy: 0.75\n",
            [
                ("unclear", {"mean_accuracy": 0.8125}, {"group": "Support Vector Machine (SVM)"}),
                ("unclear", {"mean_accuracy": 0.5625}, {"group": "Logistic Regression"}),
                ("unclear", {"accuracy": 0.75}, {}),
            ],
            id="results of each model, and a spread that is none",
        ),
        pytest.param(
            "BLEU = 0.504 / 0.270 / 0.145 / 0.082\n",
            [("unclear", {"bleu1": 0.504, "bleu2": 0.27, "bleu3": 0.145, "bleu4": 0.082}, {})],
            id="values whose places name them",
        ),
        pytest.param(
            "BLEU 4 - 35.42 , METEOR - 27.39, ROUGE_L - 56.17\n",
            [("unclear", {"bleu4": 35.42, "meteor": 27.39, "rougel": 56.17}, {})],
            id="dashes between names and values",
        ),
        pytest.param(
            "Score-Function: cosine\nAccuracy@1: 75.25%\nScore-Function: dot\nAccuracy@1: 76.5%\n",
            [
                ("unclear", {"accuracy1": 0.7525}, {"score_function": "cosine"}),
                ("unclear", {"accuracy1": 0.765}, {"score_function": "dot"}),
            ],
            id="two functions that score",
        ),
    ],
)  # fmt: skip
def test_each_value_stays_with_what_it_belongs_to(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_lines_that_differ_in_one_value_are_points_of_all_their_curves() -> None:
    text = "".join(
        f"Epoch 1 train box loss: 0.0044 mask loss: {b}\n"
        for b in (0.0045, 0.0046, 0.0047, 0.0048, 0.0049, 0.0051, 0.0052)
    )
    assert {tag: len(series.points) for tag, series in read_text(text).series.items()} == {
        "train_box_loss": 7,
        "mask_loss": 7,
    }


def test_a_line_of_progress_with_many_equal_signs_is_no_configuration() -> None:
    text = "".join(
        f"Epoch[1] Loss=0.00{n}825, P=0.62{n}461, R=0.08{n}422, F1=0.14{n}65, "
        f"Speed = 7.{n} samples/s, 99.88 %, ETA = 2021-09-12 16:5{n}\n"
        for n in range(8)
    )
    assert {tag: len(series.points) for tag, series in read_text(text).series.items()} == dict.fromkeys(
        ("loss", "precision", "recall", "f1"), 8
    )


def test_a_forest_of_r_prints_the_error_of_each_class_behind_its_counts() -> None:
    text = "Confusion matrix:\n    A   B class.error\nA 393   7  0.01750000\nB  16 254  0.05925926\n"
    (result,) = read_text(text).results
    assert result.counts is not None
    assert (result.counts.labels, result.counts.matrix) == (("A", "B"), ((393, 7), (16, 254)))


def test_the_time_of_a_pass_names_no_data_set() -> None:
    (result,) = read_text("inference time for 40 utterances : 1.64s\n\nEER : 0.125\n").results
    assert (result.dataset, dict(result.metrics)) == (None, {"eer": 0.125})


def test_a_column_that_says_whether_it_was_training_parts_two_curves() -> None:
    rows = "".join(
        f"0.{8 + epoch}25 | 0.{4 - epoch}5 | {epoch} | {train} | 00:2{epoch}\n"
        for epoch in (0, 1)
        for train in (True, False)
    )
    series = read_text("accuracy | loss | epoch | train | time\n-- | -- | -- | -- | --\n" + rows).series
    assert {(tag, curve.role, len(curve.points)) for tag, curve in series.items()} == {
        ("accuracy", "train", 2),
        ("loss", "train", 2),
        ("val_accuracy", "validation", 2),
        ("val_loss", "validation", 2),
    }


def test_what_r_prints_beside_its_rates_is_no_rate() -> None:
    text = (
        "               Accuracy : 0.765\n    P-Value [Acc > NIR] : 0.01186\n            Sensitivity : 0.9493\n"
        "             Prevalence : 0.6900\n         Detection Rate : 0.6550\n   Detection Prevalence : 0.8550\n"
    )
    reading = read_text(text)
    assert [dict(result.metrics) for result in reading.results] == [{"accuracy": 0.765, "sensitivity": 0.9493}]
    assert reading.not_understood == ()
