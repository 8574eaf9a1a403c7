"""Habits of logs and notes: abbreviations, runs as list items, sections in capitals, labels between colons."""

from __future__ import annotations

import pytest
from telling import Wanted, told

from labjournal.parsers import read_text

TEXTS = [
    pytest.param(
        "door-open:\n\nAvg. Reward: 3790.41, Avg. Success: 0.87\n",
        [("unclear", {"avg_reward": 3790.41, "avg_success": 0.87}, {"group": "door-open"})],
        id="an abbreviation is no sentence",
    ),
    pytest.param(
        "- Run 0\n\t+ data set: ab\n\t+ final accuracy: 96\n- Run 1\n\t+ data set: all\n\t+ final accuracy: 94\n",
        [("unclear", {"accuracy": 96.0}, {"group": "Run 0"}), ("unclear", {"accuracy": 94.0}, {"group": "Run 1"})],
        id="runs as items of a list",
    ),
    pytest.param(
        "TRAIN\nRun 1 - accuracy: 99.50%, steps: 6.39\nEVAL\nRun 1 - accuracy: 97.25%, steps: 6.35\n",
        [("train", {"accuracy": 0.995}, {"run": "1"}), ("validation", {"accuracy": 0.9725}, {"run": "1"})],
        id="sections in capitals, and a mean number of steps",
    ),
    pytest.param(
        "Accuracies on val: class : 96.75\nAccuracies on test: class : 80.35\n",
        [("validation", {"accuracy": 96.75}, {}), ("test", {"accuracy": 80.35}, {})],
        id="a label between the name and the value",
    ),
    pytest.param(
        "recip_rank  : 0.0475\nP_1         : 0.0267\n",
        [("unclear", {"mrr": 0.0475, "precision1": 0.0267}, {})],
        id="trec names",
    ),
    pytest.param("Minibatch accuracy: 96.9%\n", [("train", {"accuracy": 0.969}, {})], id="a batch is of the training"),
    pytest.param(
        "Epoch 30 - valid WER: 3.57\nEpoch loaded: 30 - test WER: 3.42\n\nFinal evaluation:\n\n"
        "| Metric | Result |\n|---|---|\n"
        "| Sentence Error Rate (SER) | 10.03% |\n",
        [("validation", {"wer": 3.57}, {}), ("test", {"wer": 3.42}, {}), ("unclear", {"ser": 0.1003}, {})],
        id="a final evaluation may be of a test",
    ),
    pytest.param(
        "### Rank 1: TRPO with noise -0.1\n- average return: 941.1\n### Rank 2: TRPO\n- average return: 867.2\n",
        [
            ("unclear", {"average_return": 941.1}, {"group": "Rank 1: TRPO with noise -0.1"}),
            ("unclear", {"average_return": 867.2}, {"group": "Rank 2: TRPO"}),
        ],
        id="a long heading beside a short one",
    ),
    pytest.param(
        "### xgboost\n```text\nCV mean score: 0.8071\n```\n- wide features\n```text\nCV mean score: 0.8075\n```\n"
        "### catboost\n```text\nCV mean score: 0.8066\n```\n",
        [
            ("validation", {"cv_mean_score": 0.8071}, {"group": "xgboost"}),
            ("validation", {"cv_mean_score": 0.8075}, {"group": "xgboost", "under": "wide features"}),
            ("validation", {"cv_mean_score": 0.8066}, {"group": "catboost"}),
        ],
        id="a fence is nobody",
    ),
    pytest.param(
        "| Scale | Best Val Acc | Final Val Acc |\n|---|---|---|\n| small | 0.7936 | 0.7932 |\n",
        [("validation", {"accuracy": 0.7936, "final_val_acc": 0.7932}, {"Scale": "small"})],
        id="two columns of one metric",
    ),
    pytest.param(
        "validation_distribution:\n    angry: 80\n    fear: 80\n    happy: 70\n    sad: 60\n"
        "    validation_accuracy: 0.9964285714\n",
        [("validation", {"validation_accuracy": 0.9964285714}, {})],
        id="a measured value within a block of YAML",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), TEXTS)
def test_what_people_write_around_values(text: str, wanted: list[Wanted]) -> None:
    assert [told(result) for result in read_text(text).results] == wanted


def test_a_data_set_may_be_called_all() -> None:
    text = "data set: ab\naccuracy: 96.5\ndata set: all\naccuracy: 84.5\n"
    assert [result.dataset for result in read_text(text).results] == ["ab", "all"]


def test_labels_of_one_letter_stand_over_counts_of_any_width() -> None:
    text = "Confusion matrix:\n  A   B C class.error\nA 66  86 0  0.56578\nB 31 888 5  0.03896\nC  0  41 4  0.91111\n"
    (result,) = read_text(text).results
    assert result.counts is not None
    assert result.counts.labels == ("A", "B", "C")
