"""A run without settings on record differs in nothing that is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from labjournal.compare.differences import unknown_settings
from labjournal.model import Run, RunKind, Status

KNOWN = Run("a", "train-1", RunKind.TRAIN, Status.DONE, datetime(2026, 11, 18, tzinfo=UTC), settings={"lr": 0.1})
BLIND = replace(KNOWN, id="b", name="train-2", settings={})


def test_a_run_whose_settings_are_unknown_is_named_beside_those_that_have_some() -> None:
    assert unknown_settings([KNOWN, BLIND]) == ["The settings of train-2 are not known: — says nothing about them."]
    assert unknown_settings([KNOWN, KNOWN]) == []
    assert unknown_settings([BLIND, BLIND]) == []
