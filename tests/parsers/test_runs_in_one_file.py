"""Runs written behind each other into one file: who was measured, in which section, on which set, and when."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

RUNS = [
    pytest.param(
        "Time: 20230409@112753   SegNet--Streets--segnet\n      Class Acc: 61.04% | IoU: 55.27%\n"
        "Time: 20230409@204701   SegNet--Streets--segmenter\n      Class Acc: 53.55% | IoU: 48.51%\n",
        [{"group": "SegNet--Streets--segnet"}, {"group": "SegNet--Streets--segmenter"}],
        id="a name behind the time",
    ),
    pytest.param(
        "Train start time: Fri Jul 27 09:56:51 2018\nTest accuracy: 0.912\n"
        "Train start time: Fri Jul 27 11:56:51 2018\nTest accuracy: 0.923\n",
        [{"date": "Fri Jul 27 09:56:51 2018"}, {"date": "Fri Jul 27 11:56:51 2018"}],
        id="nothing but when it began",
    ),
    pytest.param(
        "--- Run 2024-01-02 10:11:12 ---\naccuracy: 0.91\n--- Run 2024-01-03 10:11:12 ---\naccuracy: 0.92\n",
        [{"date": "2024-01-02 10:11:12"}, {"date": "2024-01-03 10:11:12"}],
        id="a ruler with a date",
    ),
    pytest.param(
        "".join(f"C: {c}\nTest accuracy: 0.8{at}12\n" for at, c in enumerate(("0.1", "1", "10", "100", "1000"))),
        [{"C": "0.1"}, {"C": "1"}, {"C": "10"}, {"C": "100"}, {"C": "1000"}],
        id="a loop over a setting is no curve",
    ),
    pytest.param(
        "hidden size 5\nModel test accuracy: 0.323\nhidden size 10\nModel test accuracy: 0.355\n",
        [{"hidden size": "5"}, {"hidden size": "10"}],
        id="a setting without a sign",
    ),
    pytest.param(
        "1-layer GRU, hidden_size=200: test_acc=0.771\n2-layer LSTM, hidden_size=200: test_acc=0.688\n"
        "1-layer LSTM, hidden_size=200: test_acc=0.684\n1-layer LSTM, hidden_size=100: test_acc=0.653\n",
        [
            {"group": "1-layer GRU", "hidden_size": "200"},
            {"group": "2-layer LSTM", "hidden_size": "200"},
            {"group": "1-layer LSTM", "hidden_size": "200"},
            {"group": "1-layer LSTM", "hidden_size": "100"},
        ],
        id="a name and settings before the values",
    ),
    pytest.param(
        "Fold [1]: train (800) / test (200)\n\tElapsed time: train=120.3, test=3.4\n\tAccuracy: 0.7312\n\n"
        "Fold [2]: train (800) / test (200)\n\tElapsed time: train=121.3, test=3.5\n\tAccuracy: 0.7512\n",
        [{"group": "Fold 1"}, {"group": "Fold 2"}],
        id="a fold with what it holds, and how long it took",
    ),
    pytest.param(
        "Gradient Boosting: Test Accuracy = 0.9338\nKNN: Test Accuracy = 0.8992\n",
        [{"group": "Gradient Boosting"}, {"group": "KNN"}],
        id="a method with the word of a setting",
    ),
    pytest.param(
        "TREE: Train accuracy 0.9133\nTest accuracy: 0.9012\nKNN: Train accuracy 0.9233\nTest accuracy: 0.8812\n",
        [{"group": "TREE"}, {"group": "TREE"}, {"group": "KNN"}, {"group": "KNN"}],
        id="the test below the training of the same",
    ),
    pytest.param(
        "Run started at 2021-03-04 10:22:11\nlr=0.1\nFinal accuracy: 0.912\n"
        "Run started at 2021-03-04 12:22:11\nlr=0.01\nFinal accuracy: 0.922\n",
        [{"lr": "0.1"}, {"lr": "0.01"}],
        id="a setting tells them apart better",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), RUNS)
def test_runs_are_told_apart(text: str, wanted: list[dict[str, str]]) -> None:
    assert [dict(result.options) for result in read_text(text).results] == wanted


def test_a_numbered_set_is_a_data_set_and_the_date_tells_the_rest() -> None:
    table = "Model | CV Score\n----------------\nRF    | {}\n\n"
    text = (
        "DATASET 1\nDate: 12/01/2020 13:00:38\n\n" + table.format("0.9366") + "DATASET 2\n"
        "Date: 12/01/2020 13:22:59\n\n"
        + table.format("0.8730")
        + "Date: 12/01/2020 13:47:02\n\n"
        + table.format("0.8441")
    )
    assert [(result.dataset, result.options.get("date")) for result in read_text(text).results] == [
        ("DATASET 1", None),
        ("DATASET 2", "12/01/2020 13:22:59"),
        ("DATASET 2", "12/01/2020 13:47:02"),
    ]


def test_curves_below_numbered_headings_are_of_different_trainings() -> None:
    bar = "700/700 [====] - 11s 15ms/step - loss: {} - val_loss: {}\n"
    first = "3. K - 6\nEpoch 1/2\n" + bar.format("0.28", "0.29") + "Epoch 2/2\n" + bar.format("0.27", "0.30")
    second = "4. K=4\nEpoch 1/2\n" + bar.format("0.31", "0.32") + "Epoch 2/2\n" + bar.format("0.30", "0.31")
    series = read_text(first + second).series
    assert series["K - 6/val_loss"].points == [(1.0, 0.29), (2.0, 0.3)]
    assert series["K=4/val_loss"].points == [(1.0, 0.32), (2.0, 0.31)]


def test_the_first_letters_of_a_set_before_a_metric_say_the_role() -> None:
    text = "Epoch 1 tr_loss: 0.3 va_acc: 0.88 te_acc: 0.87\nEpoch 2 tr_loss: 0.2 va_acc: 0.89 te_acc: 0.88\n"
    roles = {tag: series.role for tag, series in read_text(text).series.items()}
    assert roles == {"tr_loss": "train", "va_acc": "validation", "te_acc": "test"}


def test_a_learning_rate_before_each_loss_parts_no_curve() -> None:
    text = "".join(f"lr: 0.{at}\nloss: 0.{9 - at}12\n" for at in range(1, 6))
    assert not read_text(text).results


def test_what_a_line_generated_from_is_no_owner() -> None:
    [result] = read_text("Generate test with beam=5: BLEU4 = 40.23, 61.2/40.1/28.3/20.5\n").results
    assert (result.role, dict(result.options)) == ("test", {})
