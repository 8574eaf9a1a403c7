"""Lines that name settings between a metric and its value: the value is the last one, the settings tell it apart."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text

LINES = [
    pytest.param(
        "Accuracy for k =  1  is:  0.9333\nAccuracy for k =  3  is:  0.9467\n",
        [("unclear", {"accuracy": 0.9333}, {"k": "1"}), ("unclear", {"accuracy": 0.9467}, {"k": "3"})],
        id="what a print with commas gives",
    ),
    pytest.param(
        "Validation accuracy for k = 1 and l = 2 is 0.6244\n",
        [("validation", {"accuracy": 0.6244}, {"k": "1", "l": "2"})],
        id="two settings",
    ),
    pytest.param("Test accuracy for k = 3: 96.67%\n", [("test", {"accuracy": 0.9667}, {"k": "3"})], id="a share"),
    pytest.param(
        "Accuracy with C=0.1, gamma=0.01: 0.91\nAccuracy with C=1, gamma=0.01: 0.93\nBest Accuracy: 0.93\n",
        [
            ("unclear", {"accuracy": 0.91}, {"C": "0.1", "gamma": "0.01"}),
            ("unclear", {"accuracy": 0.93}, {"C": "1", "gamma": "0.01"}),
            ("unclear", {"accuracy": 0.93}, {}),
        ],
        id="a search by hand and its best",
    ),
    pytest.param(
        "Model accuracy score with rbf kernel and C=100.0 : 0.9832\n"
        "Cross-validation accuracy with C=0.6 with penalty l2: 0.78123\n",
        [
            ("unclear", {"accuracy": 0.9832}, {"C": "100.0", "group": "rbf kernel"}),
            ("validation", {"cv_accuracy": 0.78123}, {"C": "0.6", "group": "penalty l2"}),
        ],
        id="settings in words",
    ),
    pytest.param(
        "For raw features:\n Accuracy rate for test vectors with n-components:2 are: 0.1295\n"
        "For whitened features:\n Accuracy rate for test vectors with n-components:2 are: 0.1107\n",
        [
            ("test", {"accuracy_rate_vectors": 0.1295}, {"n-components": "2", "group": "For raw features"}),
            ("test", {"accuracy_rate_vectors": 0.1107}, {"n-components": "2", "group": "For whitened features"}),
        ],
        id="a set before the setting",
    ),
    pytest.param(
        "Loss with lr=0.01: train=0.31, val=0.42\n",
        [("train", {"loss": 0.31}, {"lr": "0.01"}), ("validation", {"loss": 0.42}, {"lr": "0.01"})],
        id="two sets behind the settings",
    ),
    pytest.param(
        "mAP at IoU=0.5: 0.611\nPrecision at k=5: 0.61\n",
        [("unclear", {"map50": 0.611, "precision5": 0.61}, {})],
        id="where it was cut is part of the name",
    ),
    pytest.param(
        "acc = 1 : 93.33\nf1  = 1 : 93.03\n\nacc = 2 : 83.33\nf1  = 2 : 83.03\n",
        [
            ("unclear", {"accuracy": 93.33, "f1": 93.03}, {"number": "1"}),
            ("unclear", {"accuracy": 83.33, "f1": 83.03}, {"number": "2"}),
        ],
        id="which of several, behind a sign",
    ),
    pytest.param(
        "acc 1: 84.70\nBLEU 4: 0.31\n",
        [("unclear", {"accuracy": 84.7}, {"number": "1"}), ("unclear", {"bleu4": 0.31}, {})],
        id="a number that counts, and one that names",
    ),
    pytest.param("Test Accuracy: mean ± std = 91.2 ± 0.4\n", [("test", {"accuracy": 91.2}, {})], id="how it scatters"),
    pytest.param("Dice for class=2: 0.81\n", [("unclear", {"dice": 0.81}, {"class": "2"})], id="a class"),
]


@pytest.mark.parametrize(("text", "wanted"), LINES)
def test_the_value_stands_behind_the_settings(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_a_setting_without_a_value_behind_it_is_none() -> None:
    assert [told(result) for result in read_text("Early stopping when val_loss=0.31: patience=3\n").results] == []
