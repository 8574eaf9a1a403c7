"""Lines of values below one that says whose it is, and the rates beside four counts."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text

BELOW = [
    pytest.param(
        "Random Forest: Accuracy = 0.912\n    F1: 0.88\n    AUC: 0.95\nSVM: Accuracy = 0.892\n    F1: 0.85\n",
        [
            ("unclear", {"accuracy": 0.912, "f1": 0.88, "auc": 0.95}, {"group": "Random Forest"}),
            ("unclear", {"accuracy": 0.892, "f1": 0.85}, {"group": "SVM"}),
        ],
        id="of the model above",
    ),
    pytest.param(
        "Fold 1: accuracy 0.91\n  precision: 0.90\nFold 2: accuracy 0.92\n  precision: 0.93\n",
        [
            ("unclear", {"accuracy": 0.91, "precision": 0.9}, {"fold": "1"}),
            ("unclear", {"accuracy": 0.92, "precision": 0.93}, {"fold": "2"}),
        ],
        id="of the fold above",
    ),
    pytest.param(
        "Test accuracy: 0.91\n  cat: precision 0.9 recall 0.8\nVal accuracy: 0.93\n  cat: precision 0.92 recall 0.82\n",
        [
            ("test", {"accuracy": 0.91}, {}),
            ("test", {"precision": 0.9, "recall": 0.8}, {"group": "cat"}),
            ("validation", {"accuracy": 0.93}, {}),
            ("validation", {"precision": 0.92, "recall": 0.82}, {"group": "cat"}),
        ],
        id="classes of the set above, whose values are near",
    ),
    pytest.param(
        "svm val: accuracy=87.57%\n"
        "  lesion: TP=1587, FP=981, TN=21603, FN=2311, sensitivity=40.71%, precision=61.80%\n"
        "svm test: accuracy=87.18%\n"
        "  lesion: TP=3044, FP=1616, TN=23376, FN=2268, sensitivity=57.30%, precision=65.32%\n",
        [
            ("validation", {"accuracy": 0.8757}, {"group": "svm val"}),
            ("validation", {"sensitivity": 0.4071, "precision": 0.618}, {"group": "lesion", "under": "svm val"}),
            ("test", {"accuracy": 0.8718}, {"group": "svm test"}),
            ("test", {"sensitivity": 0.573, "precision": 0.6532}, {"group": "lesion", "under": "svm test"}),
        ],
        id="a class with its counts",
    ),
    pytest.param(
        "Compose: 0.1726 Val loss\nacc: 0.9529\nf1: 0.9589\n\nEnroll: 0.1585 Val loss\nacc: 0.9609\nf1: 0.9661\n",
        [
            ("validation", {"loss": 0.1726}, {"group": "Compose"}),
            ("unclear", {"accuracy": 0.9529, "f1": 0.9589}, {"group": "Compose"}),
            ("validation", {"loss": 0.1585}, {"group": "Enroll"}),
            ("unclear", {"accuracy": 0.9609, "f1": 0.9661}, {"group": "Enroll"}),
        ],
        id="flush with it, where the text holds them twice",
    ),
    pytest.param(
        "validation acc: 0.9312\n          loss: 0.3112\n     train acc: 0.9812\n          loss: 0.1012\n",
        [("validation", {"accuracy": 0.9312, "loss": 0.3112}, {}), ("train", {"accuracy": 0.9812, "loss": 0.1012}, {})],
        id="names flush right",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), BELOW)
def test_what_is_further_right_is_of_the_line_above(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_a_list_of_models_leaves_what_follows_to_nobody() -> None:
    text = (
        "resnet: acc 0.912\nvgg: acc 0.873\nTotal loss: 0.312\n\nresnet: acc 0.922\nvit: acc 0.881\nTotal loss: 0.298\n"
    )
    last = [told(result) for result in read_text(text).results if "loss" in "".join(result.metrics)]
    assert [options for _, _, options in last] == [{}, {}]


def test_rates_beside_the_four_counts_are_read_with_them() -> None:
    [result] = read_text("TP: 431, TN: 1781, FP: 278, FN: 102, Accuracy: 0.8534, F1: 0.6940\n").results
    assert result.metrics == {"accuracy": 0.8534, "f1": 0.694}
    assert result.counts is not None
    assert result.counts.matrix == ((1781, 278), (102, 431))


def test_labels_before_counts_may_end_with_a_colon_or_a_gap() -> None:
    text = "PER  tp: 12  fp: 3  fn: 4  f1: 0.77\nLOC  tp: 20  fp: 5  fn: 2  f1: 0.85\n"
    assert [dict(result.options) for result in read_text(text).results] == [{"group": "PER"}, {"group": "LOC"}]
