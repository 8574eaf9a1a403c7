"""Findings of one run: what follows from another is folded under it."""

from __future__ import annotations

import pytest

from labjournal.checks.judging import folded
from labjournal.checks.rule import Verdict
from labjournal.vocabulary import Level


@pytest.mark.parametrize(
    ("said", "cause"),
    [("update_too_large", "update_too_large"), ("loss_diverged", "loss_diverged"), ("rng_reset", None)],
)
def test_a_validation_loss_that_rises_because_the_steps_are_too_large_is_no_overfitting_of_its_own(
    said: str, cause: str | None
) -> None:
    rises = Verdict("overfitting", "val", "finding", "rises", Level.WARNING)
    told = [one.caused_by for one in folded([rises], {said: Level.ALARM}) if one.rule == "overfitting"]
    assert told == [cause]
