"""Tables and lists as other tools lay them out: (text, results as (role, metrics, options))."""

from __future__ import annotations

import json

import pytest

from labjournal.parsers import read_text

Results = list[tuple[str, dict[str, float], dict[str, str]]]

TEXTS: dict[str, tuple[str, Results]] = {
    "titles that begin with one word": (
        "                     Class: cat Class: dog\nSensitivity             0.9125    0.31250\n"
        "Specificity             0.6250    0.95500\nDetection Rate          0.2581    0.06032\n"
        "Detection Prevalence    0.5239    0.09652\n",
        [
            ("unclear", {"sensitivity": 0.9125, "specificity": 0.625}, {"column": "cat"}),
            ("unclear", {"sensitivity": 0.3125, "specificity": 0.955}, {"column": "dog"}),
        ],
    ),
    "columns of counts between those of rates": (
        "        IDF1   IDP  Rcll GT MT ML   FP   MOTA\nseq-1  61.5% 53.0% 82.5% 25 17  0 3330  27.0%\n"
        "TOTAL  55.0% 45.5% 78.0% 47 23  1 6568   3.5%\n",
        [
            ("unclear", {"idf1": 0.615, "idp": 0.53, "rcll": 0.825, "mota": 0.27}, {"row": "seq-1", "GT": "25"}),
            ("unclear", {"idf1": 0.55, "idp": 0.455, "rcll": 0.78, "mota": 0.035}, {"row": "TOTAL", "GT": "47"}),
        ],
    ),
    "a bar behind the labels": (
        "Epoch 7   |    PQ     SQ     N\n-------------------------------\nAll       |  45.5   75.0    19\n"
        "Things    |  34.5   73.5     8\n",
        [
            ("unclear", {"pq": 45.5, "sq": 75.0}, {"group": "All"}),
            ("unclear", {"pq": 34.5, "sq": 73.5}, {"group": "Things"}),
        ],
    ),
    "colons behind the labels, and classes without one of the metrics": (
        "classes          IoU      iIoU\n--------------------------------\nroad          : 0.950      nan\n"
        "wall          : 0.125      nan\nrider         : 0.375    0.250\n--------------------------------\n",
        [
            ("unclear", {"iou": 0.95}, {"classes": "road"}),
            ("unclear", {"iou": 0.125}, {"classes": "wall"}),
            ("unclear", {"iou": 0.375, "iiou": 0.25}, {"classes": "rider"}),
        ],
    ),
    "folds, their mean and its spread": (
        "                  Fold 1  Fold 2  Mean    Std     \nRMSE (testset)    0.8625  0.8875  0.8750  0.0125  \n"
        "MAE (testset)     0.6625  0.6875  0.6750  0.0125  \nTest time         0.09    0.11    0.10    0.01    \n",
        [
            ("validation", {"rmse": 0.8625, "mae": 0.6625}, {"column": "Fold 1"}),
            ("validation", {"rmse": 0.8875, "mae": 0.6875}, {"column": "Fold 2"}),
            ("validation", {"rmse": 0.875, "mae": 0.675}, {"column": "Mean"}),
        ],
    ),
    "notes in brackets behind the values of a row, and the lines above two tables": (
        "Results from the small grid\n                model  score_test\n0          GBM_c1  0.510000  (extra=False)\n"
        "1   NeuralNet_c1  0.430000  (norm=False) (no seed)\n\n"
        "Results from the whole grid\n                model  score_test\n0          GBM_c1  0.510000\n"
        "1   NeuralNet_c1  0.470000\n",
        [
            ("test", {"score_test": 0.51}, {"model": "GBM_c1", "group": "Results from the small grid"}),
            ("test", {"score_test": 0.43}, {"model": "NeuralNet_c1", "group": "Results from the small grid"}),
            ("test", {"score_test": 0.51}, {"model": "GBM_c1", "group": "Results from the whole grid"}),
            ("test", {"score_test": 0.47}, {"model": "NeuralNet_c1", "group": "Results from the whole grid"}),
        ],
    ),
    "a tibble with one value a row": (
        "```r\nfit %>% collect_metrics()\n#> # A tibble: 3 x 4\n#>   .metric  .estimator .estimate .config\n"
        "#>   <chr>    <chr>          <dbl> <chr>\n#> 1 accuracy binary         0.946 Model1\n"
        "#> 2 sens     binary         0.125 Model1\n#> 3 roc_auc  binary         0.923 Model1\n```\n",
        [("unclear", {"accuracy": 0.946, "sens": 0.125, "roc_auc": 0.923}, {})],
    ),
    "a melted frame of two models": (
        "model   metric   value\nridge   r2       0.75\nridge   rmse     1.25\n"
        "lasso   r2       0.50\nlasso   rmse     1.75\n",
        [
            ("unclear", {"r2": 0.75, "rmse": 1.25}, {"model": "ridge"}),
            ("unclear", {"r2": 0.5, "rmse": 1.75}, {"model": "lasso"}),
        ],
    ),
    "rows of values with what they are of behind them": (
        " abs_rel |   sq_rel |     rmse |\n&   0.125  &   0.010  &   0.040   (whole image)\n\n"
        "&   0.250  &   0.020  &   0.080   (tissue)\n",
        [
            ("unclear", {"abs_rel": 0.125, "sq_rel": 0.01, "rmse": 0.04}, {"row": "whole image"}),
            ("unclear", {"abs_rel": 0.25, "sq_rel": 0.02, "rmse": 0.08}, {"row": "tissue"}),
        ],
    ),
    "boxes and masks of one model": (
        "   Class  Images  Instances  Box(P      R  mAP50  mAP50-95)  Mask(P      R  mAP50  mAP50-95): 100% 2/2\n"
        "     all      40         61   0.75    0.5  0.625      0.375    0.25  0.125    0.5      0.25\n",
        [
            (
                "validation",
                {
                    "box_precision": 0.75,
                    "box_recall": 0.5,
                    "box_mAP50": 0.625,
                    "box_mAP50-95": 0.375,
                    "mask_precision": 0.25,
                    "mask_recall": 0.125,
                    "mask_mAP50": 0.5,
                    "mask_mAP50-95": 0.25,
                },
                {},
            ),
        ],
    ),
    "rows of names and values keep the role of each": (
        "Metric,Value\nTest AUROC,0.75\nECE before calibration,0.25\nTrain AUROC,0.9375\nTemperature,1.24\n",
        [
            ("test", {"auroc": 0.75}, {}),
            ("unclear", {"ece_before_calibration": 0.25}, {}),
            ("train", {"auroc": 0.9375}, {}),
        ],
    ),
    "a list with a value for each class": (
        "[EVAL] #Images: 82 mIoU: 0.8125\n[EVAL] Class IoU: \n[0.8750 0.7500]\nDice per class: [0.9375, 0.8125]\n",
        [
            ("validation", {"miou": 0.8125}, {}),
            ("validation", {"iou": 0.875}, {"class": "0"}),
            ("validation", {"iou": 0.75}, {"class": "1"}),
            ("unclear", {"dice": 0.9375}, {"class": "0"}),
            ("unclear", {"dice": 0.8125}, {"class": "1"}),
        ],
    ),
    "the classes behind their mean": (
        "final mean dice: 0.7917 core: 0.8398 whole: 0.9139 rim: 0.6214\n",
        [
            ("unclear", {"mean_dice": 0.7917}, {}),
            ("unclear", {"dice": 0.8398}, {"class": "core"}),
            ("unclear", {"dice": 0.9139}, {"class": "whole"}),
            ("unclear", {"dice": 0.6214}, {"class": "rim"}),
        ],
    ),
    "what is no mean of those behind it has no classes": (
        "final mean dice: 0.7917 core: 0.8398 whole: 0.9139 temperature: 0.9214\n",
        [("unclear", {"mean_dice": 0.7917, "core": 0.8398}, {})],
    ),
    "batches of a test are no results": (
        "Test: [ 0/79]   Time  1.816 ( 1.816)    Acc@1  84.38 ( 84.38)\n"
        "Test: [70/79]   Time  1.0 ( 1.0)    Acc@1  86.1 ( 86.2)\n"
        " * Acc@1 86.590 Acc@5 99.200\n",
        [("test", {"acc1": 86.59, "acc5": 99.2}, {})],
    ),
    "the best iteration of each fold": (
        "fold 1\n0:\tlearn: 0.77\ttest: 0.75\ttotal: 189ms\n9:\tlearn: 0.97\ttest: 0.94\ttotal: 47.9s\n\n"
        "bestTest = 0.9375\nbestIteration = 9\nShrink model to first 10 iterations.\n\n"
        "fold 2\n0:\tlearn: 0.77\ttest: 0.75\ttotal: 189ms\n9:\tlearn: 0.97\ttest: 0.96\ttotal: 47.9s\n\n"
        "bestTest = 0.9625\nbestIteration = 9\n\nCV AUC: 0.9500\n",
        [
            ("validation", {"bestTest": 0.9375}, {"group": "fold 1"}),
            ("validation", {"bestTest": 0.9625}, {"group": "fold 2"}),
            ("validation", {"cv_auc": 0.95}, {}),
        ],
    ),
    "xgboost behind an indent": (
        "   [0]     eval-auc:0.960      train-auc:0.958\n   [1]     eval-auc:0.979      train-auc:0.981\n",
        [],
    ),
}


@pytest.mark.parametrize("habit", TEXTS)
def test_a_layout_is_read_as_meant(habit: str) -> None:
    text, expected = TEXTS[habit]
    said = [
        (
            result.role,
            {name: value for name, value in result.metrics.items() if value == value},
            {key: value for key, value in result.options.items() if key not in ("MT", "ML", "FP")},
        )
        for result in read_text(text).results
    ]
    assert said == expected


def test_records_side_by_side_measure_the_same() -> None:
    ours = {"cut": 0.5, "kept": 0.0486686, "auroc": 0.99806}
    theirs = {"threshold": 23.1638, "kept": 0.0499341}
    found = read_text(
        json.dumps({"ours": ours, "baseline": theirs, "feature_importances": {"score_a": 0.0452}})
    ).results
    assert [(dict(result.metrics), result.options["group"]) for result in found] == [
        ({"kept": 0.0486686, "auroc": 0.99806}, "ours"),
        ({"kept": 0.0499341}, "baseline"),
    ]


def test_a_baseline_beside_a_model_is_measured() -> None:
    (result,) = read_text('{"LSTM_MAE": 5.438, "Baseline_MAE": 8.4457, "Baseline_cost": 3.5}').results
    assert result.metrics == {"LSTM_MAE": 5.438, "Baseline_MAE": 8.4457}


def test_a_copy_of_a_table_is_no_second_measurement() -> None:
    copied = (
        "[03/14 10:00:00 d2.testing]: copypaste: Task: segm\n[03/14 10:00:00 d2.testing]: copypaste: AP,AP50,AP75,APs\n"
        "[03/14 10:00:00 d2.testing]: copypaste: 34.1016,55.2031,36.1100,15.0000\n"
    )
    table = "|   AP   |  AP50  |  AP75  |  APs   |\n|:---:|:---:|:---:|:---:|\n| 34.102 | 55.203 | 36.110 | 15.000 |\n"
    expected = {"ap": 34.1016, "ap50": 55.2031, "ap75": 36.11, "aps": 15.0}
    (alone,) = read_text(copied).results
    assert (dict(alone.metrics), dict(alone.options)) == (expected, {"task": "segm"})
    (result,) = read_text(table + copied).results
    assert result.metrics["ap"] == 34.102


def test_cases_one_by_one_are_no_results() -> None:
    document = {"mean": {"1": {"Dice": 0.9125}}, "metric_per_case": [{"metrics": {"1": {"Dice": 0.75}}}]}
    (result,) = read_text(json.dumps(document)).results
    assert result.metrics == {"dice": 0.9125}


def test_a_frame_of_polars_is_a_table() -> None:
    text = (
        "┌───────┬─────────┐\n│ Split ┆ Acc (%) │\n╞═══════╪═════════╡\n"
        "│ val   ┆ 91.5    │\n│ test  ┆ 90.5    │\n└───────┴─────────┘\n"
    )
    assert [(result.role, dict(result.metrics)) for result in read_text(text).results] == [
        ("validation", {"accuracy": 91.5}),
        ("test", {"accuracy": 90.5}),
    ]
