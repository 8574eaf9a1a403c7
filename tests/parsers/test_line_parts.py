"""Lines that speak of several models, sets or steps, and several values under one name."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text

LINES = [
    pytest.param(
        "SVM: acc 0.91 f1 0.90 | RF: acc 0.93 f1 0.92 | LR: acc 0.88 f1 0.87\n",
        [
            ("unclear", {"accuracy": 0.91, "f1": 0.9}, {"group": "SVM"}),
            ("unclear", {"accuracy": 0.93, "f1": 0.92}, {"group": "RF"}),
            ("unclear", {"accuracy": 0.88, "f1": 0.87}, {"group": "LR"}),
        ],
        id="three models",
    ),
    pytest.param(
        "P=0.91 R=0.88 F1=0.895 (dev) / P=0.89 R=0.86 F1=0.875 (test)\n",
        [
            ("validation", {"precision": 0.91, "recall": 0.88, "f1": 0.895}, {}),
            ("test", {"precision": 0.89, "recall": 0.86, "f1": 0.875}, {}),
        ],
        id="sets in brackets behind their values",
    ),
    pytest.param(
        "dev P 81.2 R 80.1 F 80.6 | test P 79.1 R 78.0 F 78.5\n",
        [
            ("validation", {"precision": 81.2, "recall": 80.1, "f1": 80.6}, {}),
            ("test", {"precision": 79.1, "recall": 78.0, "f1": 78.5}, {}),
        ],
        id="letters and no sign",
    ),
    pytest.param(
        "Raw P/R/F1:  0.55 / 0.62 / 0.59\nPost P/R/F1: 0.60 / 0.63 / 0.61\n",
        [
            ("unclear", {"precision": 0.55, "recall": 0.62, "f1": 0.59}, {"group": "Raw"}),
            ("unclear", {"precision": 0.6, "recall": 0.63, "f1": 0.61}, {"group": "Post"}),
        ],
        id="whose the named values are",
    ),
    pytest.param(
        "accuracy (train, test): 0.981 0.934\n",
        [("train", {"accuracy": 0.981}, {}), ("test", {"accuracy": 0.934}, {})],
        id="sets in brackets behind the name",
    ),
    pytest.param(
        "Precision, Recall and F1: 0.91, 0.88, 0.895\n",
        [("unclear", {"precision": 0.91, "recall": 0.88, "f1": 0.895}, {})],
        id="names and values with commas",
    ),
    pytest.param(
        "Test Dice: WT 0.91, TC 0.84, ET 0.79\n",
        [("test", {"wt_dice": 0.91, "tc_dice": 0.84, "et_dice": 0.79}, {})],
        id="labels before their values",
    ),
    pytest.param(
        "ROC AUC: 0.918, 0.940\n", [("unclear", {"roc_auc_1": 0.918, "roc_auc_2": 0.94}, {})], id="two values"
    ),
    pytest.param("accuracy: 0.912, 0.034\n", [("unclear", {"accuracy": 0.912}, {})], id="a value and how it scatters"),
    pytest.param("F_0.5: 0.49\n", [("unclear", {"f05": 0.49}, {})], id="a number within the name"),
]
OWNERS = [
    pytest.param(
        "Evaluating resnet50 on ImageNet-A\nacc1: 12.31\nEvaluating vit_b_16 on ImageNet-A\nacc1: 25.10\n",
        ["resnet50", "vit_b_16"],
        id="who is evaluated",
    ),
    pytest.param(
        "scoring file out/a.json now\nBLEU = 31.2\nscoring file out/b.json now\nBLEU = 33.7\n",
        ["out/a.json now", "out/b.json now"],
        id="without the words that both lines begin with",
    ),
    pytest.param(
        "We trained it on everything that we had, with all of the noise left in.\n\nAccuracy: 0.91\n\n"
        "Then the noise was removed from it, and all else stayed.\n\nAccuracy: 0.93\n",
        ["We trained it on everything", "Then the noise was removed from it"],
        id="no more of a sentence than its first part",
    ),
    pytest.param(
        "on the refined part >>> accuracy: 0.948\non the original part >>> accuracy: 0.915\n",
        ["refined part", "original part"],
        id="what the line itself says before the name",
    ),
    pytest.param(
        "- GECToR (bias=0.35):\n```\nTP  FP  FN  Prec    Rec\n10  20  30  0.7307  0.3835\n```\n"
        "- Rules:\n```\nTP  FP  FN  Prec    Rec\n11  21  31  0.3501  0.1095\n```\n",
        ["GECToR", "Rules"],
        id="tables with the same titles",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), LINES)
def test_a_line_may_speak_of_several(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


@pytest.mark.parametrize(("text", "owners"), OWNERS)
def test_results_are_told_apart_by_what_leads_in_to_them(text: str, owners: list[str]) -> None:
    assert [result.options.get("group") for result in read_text(text).results] == owners


def test_values_at_steps_are_a_curve() -> None:
    reading = read_text("- Test accuracy: 61.2% at epoch 1; 78.9% at epoch 100\n")
    assert {tag: curve.points for tag, curve in reading.series.items()} == {"test_accuracy": [(1, 0.612), (100, 0.789)]}


def test_a_probability_that_was_set_is_no_error() -> None:
    assert read_text("Min error prob=0.66\n").results == ()
