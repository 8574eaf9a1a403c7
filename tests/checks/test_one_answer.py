"""An accuracy that stands where one answer to everything would put it."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import curve, view

from labjournal.checks.guessing import one_answer

LABELS = (8832, 168)
SHARE = 8832 / 9000


def test_a_rate_that_stands_at_the_share_of_the_most_frequent_label_is_one_answer() -> None:
    rate = curve("test_accuracy", [0.9810, *[0.9813] * 9], first=1)
    said = one_answer(rate, view(rate, labels=LABELS))
    assert said.found
    assert said.rule == "prediction_collapse"


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (SHARE + 0.0004 * np.arange(10), LABELS),
        (np.full(5, 0.9813), LABELS),
        (np.full(10, 0.93), LABELS),
        (np.full(10, 0.5), (4500, 4500)),
        (np.full(10, 0.9813), ()),
        ([0.91, 0.93, 0.95, 0.97, 0.98, *[0.9813] * 5], LABELS),
    ],
    ids=["it moves", "few", "below it", "as many of each", "labels unknown", "it came there"],
)
def test_other_rates_are_not(values: list[float], labels: tuple[int, ...]) -> None:
    rate = curve("val_acc", values, first=1)
    assert not one_answer(rate, view(rate, labels=labels)).found


@pytest.mark.parametrize("name", ["train_accuracy", "balanced_accuracy"])
def test_nor_those_of_training_or_balanced(name: str) -> None:
    rate = curve(name, np.full(10, 0.9813), first=1)
    assert not one_answer(rate, view(rate, labels=LABELS)).found


def test_a_validation_at_chance_explains_a_rise_of_its_loss() -> None:
    from labjournal.checks.judging import folded, judge_curves

    train = curve("train_loss", np.linspace(1.6, 0.2, 12), first=1)
    loss = curve("val_loss", np.linspace(1.7, 7.5, 12), first=1)
    rate = curve("val_acc", [0.21, 0.2, 0.19, 0.2, 0.21, 0.2, 0.2, 0.19, 0.2, 0.21, 0.2, 0.2], first=1)
    run = view(train, loss, rate, labels=(600, 590, 610, 605, 595), real_steps=900)
    told = [(one.rule, one.caused_by) for one in folded(judge_curves(run), {})]
    assert told == [("metric_at_chance", None), ("overfitting", "metric_at_chance")]
