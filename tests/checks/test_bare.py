"""Curves called by their role alone are losses only where their numbers are those that were sent back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from synthetic import curve, power, view

from labjournal.checks.bare import losses_among
from labjournal.checks.curve import Curve
from labjournal.checks.losses import loss_unbounded_below
from labjournal.checks.naming import role_alone

STEPS = 640
RNG = np.random.default_rng(3)
SENT = power(STEPS, 2.0, 0.4) * np.exp(RNG.normal(0, 0.2, STEPS))
SEEN = curve("watch/loss", SENT[9::10], every=10, first=10)
MEANS = SENT.reshape(8, -1).mean(1)


def test_records_that_are_means_of_what_was_sent_back_are_losses() -> None:
    found = losses_among([curve("train", MEANS, first=1), curve("val", 1.1 * MEANS, first=1)], SEEN, STEPS)
    assert [one.name for one in found] == ["train loss", "val loss"]
    assert [(one.read.quantity, one.read.role) for one in found] == [("loss", "train"), ("loss", "validation")]


@pytest.mark.parametrize(
    "records",
    [1 - MEANS / 4, MEANS[::-1], 100 * MEANS, MEANS[:3], np.full(8, 0.7)],
    ids=["an accuracy", "backwards", "a sum", "too few", "a level"],
)
def test_other_numbers_are_not(records: np.ndarray) -> None:
    assert losses_among([curve("train", records, first=1)], SEEN, STEPS) == []


def test_nothing_is_said_where_the_watch_saw_a_part_only() -> None:
    early = curve("watch/loss", SENT[9:200:10], every=10, first=10)
    assert losses_among([curve("train", MEANS, first=1)], early, STEPS) == []


QUICK = power(300, 2.0, 1.2) * np.exp(RNG.normal(0, 0.4, 300))
QUICK_MEANS = QUICK.reshape(15, 20).mean(1)
GLANCES = np.concatenate([np.arange(30), np.arange(47, 300, 27)])
"""All steps of the first epoch, half of the second, then one in 27."""


def glimpsed() -> Curve:
    seen = curve("watch/loss", QUICK[GLANCES])
    return replace(seen, steps=GLANCES + 1)


def test_quick_epochs_seen_by_glances_are_known_by_the_first() -> None:
    found = losses_among([curve("train", QUICK_MEANS, first=1)], glimpsed(), len(QUICK))
    assert [one.name for one in found] == ["train loss"]


def test_a_first_epoch_that_does_not_fit_is_enough_to_say_nothing() -> None:
    off = QUICK_MEANS.copy()
    off[0] *= 1.05
    assert losses_among([curve("train", off, first=1)], glimpsed(), len(QUICK)) == []


def test_what_stands_beside_in_other_units_is_no_loss() -> None:
    found = losses_among([curve("train", MEANS, first=1), curve("test", 90 + MEANS, first=1)], SEEN, STEPS)
    assert [one.name for one in found] == ["train loss"]


@pytest.mark.parametrize(
    ("name", "role"),
    [("train", "train"), ("Val", "validation"), ("held/out", None), ("train loss", None), ("train/val", None)],
)
def test_a_role_alone(name: str, role: str | None) -> None:
    assert role_alone(name) == role


AT = np.arange(90.0)


def test_a_loss_only_the_watch_saw_that_runs_away_is_told() -> None:
    away = curve("watch/loss", 1 - 0.01 * AT**3)
    assert loss_unbounded_below(away, view(away)).found


@pytest.mark.parametrize(
    "values",
    [1 - 5 * AT, -np.log1p(AT) * 400, 1 - 0.004 * AT**1.4, 1 - 0.01 * AT**3 / (1 + (AT / 40) ** 4)],
    ids=["as fast as ever", "slower and slower", "not far", "levels off"],
)
def test_one_that_may_be_minus_a_reward_is_left_alone(values: np.ndarray) -> None:
    seen = curve("watch/loss", values)
    assert not loss_unbounded_below(seen, view(seen)).found
