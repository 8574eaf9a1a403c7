"""Forms of results by their grammar: tables of any layout, lists of names and values, names no vocabulary knows."""

from __future__ import annotations

import json

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text

TABLES = [
    pytest.param(
        " model    |  acc  |  f1   \n----------+-------+-------\n"
        " resnet18 |  91.2 | 0.905 \n vit      |  93.4 | 0.928\n",
        [
            ("unclear", {"accuracy": 91.2, "f1": 0.905}, {"model": "resnet18"}),
            ("unclear", {"accuracy": 93.4, "f1": 0.928}, {"model": "vit"}),
        ],
        id="bars without one at the edge",
    ),
    pytest.param(
        "             Train    Val     Test\nAccuracy     0.981    0.912   0.905\n"
        "F1           0.978    0.901   0.894\n",
        [
            ("train", {"accuracy": 0.981, "f1": 0.978}, {"column": "Train"}),
            ("validation", {"accuracy": 0.912, "f1": 0.901}, {"column": "Val"}),
            ("test", {"accuracy": 0.905, "f1": 0.894}, {"column": "Test"}),
        ],
        id="metrics down the rows, sets across",
    ),
    pytest.param(
        "              Train           Test\n           MAE    RMSE    MAE    RMSE\n"
        "model A    0.12   0.31    0.15   0.35\n",
        [
            ("train", {"mae": 0.12, "rmse": 0.31}, {"row": "model A"}),
            ("test", {"mae": 0.15, "rmse": 0.35}, {"row": "model A"}),
        ],
        id="two lines of titles",
    ),
    pytest.param(
        "Test accuracy (%):\n\n| Model | Cora | Citeseer |\n|---|---|---|\n| GCN | 81.5 ± 0.5 | **70.3** |\n",
        [
            ("test", {"accuracy": 81.5}, {"row": "GCN", "column": "Cora"}),
            ("test", {"accuracy": 70.3}, {"row": "GCN", "column": "Citeseer"}),
        ],
        id="the line above says what all cells are",
    ),
    pytest.param(
        "| Dataset | Forest | Other | mIoU |\n|---|---|---|---|\n| Gray | 60.43 | 79.49 | 69.96 |\n",
        [("unclear", {"iou_forest": 60.43, "iou_other": 79.49, "miou": 69.96}, {"Dataset": "Gray"})],
        id="classes beside their mean",
    ),
    pytest.param(
        "           IDF1   IDP  Rcll GT  MOTA\nMOT17-02  55.1% 71.0% 50.1% 62 44.2%\n",
        [("unclear", {"idf1": 0.551, "idp": 0.71, "rcll": 0.501, "mota": 0.442}, {"row": "MOT17-02", "GT": "62"})],
        id="columns no vocabulary knows behind one it does",
    ),
    pytest.param(
        "<table><tr><th></th><th>Accuracy</th></tr>\n<tr><th>LR</th><td>0.842</td></tr>\n"
        "<tr><th>XGB</th><td>0.873</td></tr></table>\n",
        [("unclear", {"accuracy": 0.842}, {"row": "LR"}), ("unclear", {"accuracy": 0.873}, {"row": "XGB"})],
        id="HTML",
    ),
    pytest.param(
        "2024-07-28 11:41:09 INFO     [eval.py:85] | Model |  acc |\n|-------|------|\n| base  | 0.91 |\n",
        [("unclear", {"accuracy": 0.91}, {"Model": "base"})],
        id="titles behind a logger's prefix",
    ),
    pytest.param(
        "     Class   Images        P        R   mAP@.5\n       all       58     0.25    0.456    0.384    0.261\n"
        "       cat       58     0.35    0.556    0.484    0.361\n",
        [
            ("unclear", {"precision": 0.25, "recall": 0.456, "map50": 0.384}, {"Class": "all", "Images": "58"}),
            ("unclear", {"precision": 0.35, "recall": 0.556, "map50": 0.484}, {"Class": "cat", "Images": "58"}),
        ],
        id="a title is missing: places say which value is whose",
    ),
    pytest.param(
        "| class | IoU |\n|---|---|\n| road | 98.8 |\n| train | 89.3 |\n",
        [("unclear", {"iou": 98.8}, {"class": "road"}), ("unclear", {"iou": 89.3}, {"class": "train"})],
        id="a train is a class",
    ),
]
LINES = [
    pytest.param(
        "Per-Class IoU:\nRoad: 97.62%\nSidewalk: 81.37%\n",
        [("unclear", {"iou": 0.9762}, {"class": "Road"}), ("unclear", {"iou": 0.8137}, {"class": "Sidewalk"})],
        id="classes under what was measured of each",
    ),
    pytest.param(
        "Accuracy: 0.9123\nCoherence: 0.5312\n",
        [("unclear", {"accuracy": 0.9123, "coherence": 0.5312}, {})],
        id="an unknown name among metrics",
    ),
    pytest.param(
        "Validation EPE: 1.430, 1px: 0.901, foo: 0.957\n",
        [("validation", {"epe": 1.43, "1px": 0.901, "foo": 0.957}, {})],
        id="an unknown name in the line of a metric",
    ),
    pytest.param(
        "All runs:\nHighest Valid: 74.86 ± 0.21\n  Final Test: 73.51 ± 0.18\nFinal Train: 79.32 ± 0.30\n",
        [],
        id="a role and no metric, not in one form",
    ),
    pytest.param(
        "  Final Train: 79.32 ± 0.30\n   Final Test: 73.51 ± 0.18\n",
        [("train", {"final_train": 79.32}, {}), ("test", {"final_test": 73.51}, {})],
        id="a role and no metric",
    ),
    pytest.param(
        "Car:\nbbox AP:90.8339, 90.0913, 89.7052\n",
        [
            (
                "unclear",
                {"bbox_ap_easy": 90.8339, "bbox_ap_moderate": 90.0913, "bbox_ap_hard": 89.7052},
                {"group": "Car"},
            )
        ],
        id="values that only their places name",
    ),
    pytest.param("accuracy: 0.784 , 0.01\n", [("unclear", {"accuracy": 0.784}, {})], id="a value and its spread"),
    pytest.param(
        "Accuracy - mean: 0.91, min: 0.88, max: 0.93\n",
        [("unclear", {"mean_accuracy": 0.91}, {})],
        id="the mean among its extremes",
    ),
    pytest.param(
        "A BLEU score of 27.3 on the test set and 28.1 on the validation set.\n",
        [("test", {"bleu": 27.3}, {}), ("validation", {"bleu": 28.1}, {})],
        id="two sets in a sentence",
    ),
    pytest.param(
        "The model achieves 93.2% accuracy on the test set, with an AUC of 0.971.\n",
        [("test", {"accuracy": 0.932, "auc": 0.971}, {})],
        id="value before name, then name before value",
    ),
    pytest.param(
        "('test_acc', 0.9123)\n('test_loss', 0.2981)\n",
        [("test", {"test_acc": 0.9123, "test_loss": 0.2981}, {})],
        id="tuples",
    ),
    pytest.param(
        "EvalResult(split='test', accuracy=0.913, ece=0.034)\n",
        [("test", {"accuracy": 0.913, "ece": 0.034}, {})],
        id="a dataclass says its split",
    ),
    pytest.param(
        "Fit: chi2 / ndf = 112.3 / 100 = 1.12\n", [("unclear", {"chi2_ndf": 1.12}, {"group": "Fit"})], id="a fit"
    ),
    pytest.param(
        "2019-06-13 09:21:40,468 reid.train INFO: Validation Results\n"
        "2019-06-13 09:21:40,468 reid.train INFO: mAP: 57.9%\n",
        [("validation", {"map": 0.579}, {})],
        id="a logger's name is no role",
    ),
    pytest.param(
        "```python\nテスト精度: 0.9556\n```\n",
        [("test", {"accuracy": 0.9556}, {})],
        id="what was printed stands in a fence of code",
    ),
]
NOTHING = [
    pytest.param("weight: 0.512\nmixup: 0.812\ncoherence: 0.5312\n", id="a list of settings"),
    pytest.param("Results:\nthreshold: 0.4312\nlearning rate: 0.0013\n", id="settings under a heading of results"),
    pytest.param("```python\nmodel.fit(x)\naccuracy = 0.9312\n```\n", id="program text in a fence"),
    pytest.param("[LightGBM] [Info] Start training from score 0.642620\n", id="where a training starts"),
    pytest.param("PER   tp: 12 - fp: 3\nwidth  0.123\nheight 0.456\n", id="two names and no metric"),
]


@pytest.mark.parametrize(("text", "wanted"), [*TABLES, *LINES])
def test_values_are_read_by_their_form(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


@pytest.mark.parametrize("text", NOTHING)
def test_what_was_not_measured_is_no_result(text: str) -> None:
    assert read_text(text).results == ()


def test_a_record_may_say_under_another_key_what_its_value_is() -> None:
    records = [
        {"metric": "accuracy", "split": "test", "value": 0.91},
        {"name": "Test WER", "type": "wer", "value": 41.97},
    ]
    found = [told(result) for result in read_text(json.dumps(records)).results]
    assert [(role, metrics) for role, metrics, _ in found] == [("test", {"accuracy": 0.91}), ("test", {"wer": 41.97})]


def test_a_saved_table_holds_spreads_and_titles_with_signs() -> None:
    table = "model,R^2,RMSE ↓,time (s)\nA,0.912 ± 0.003,1.25 ± 0.1,12.5\nB,0.905 ± 0.006,1.50 ± 0.2,10.5\n"
    found = [told(result) for result in read_text(table).results]
    assert found == [
        ("unclear", {"r2": 0.912, "rmse": 1.25}, {"model": "A"}),
        ("unclear", {"r2": 0.905, "rmse": 1.5}, {"model": "B"}),
    ]


def test_two_evaluations_at_one_epoch_are_no_curve() -> None:
    block = "Validation Results - Epoch: 120\nmAP: 57.9%\n"
    reading = read_text(block + "\n----------------\n" + block.replace("57.9", "48.3"))
    assert [dict(result.metrics) for result in reading.results] == [{"map": 0.579}, {"map": 0.483}]
