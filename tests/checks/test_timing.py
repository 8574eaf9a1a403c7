"""A run that takes longer than was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from labjournal.checks import timing
from labjournal.model import Run, RunKind, Status

BEGUN = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
RUN = Run("01M7", "scan", RunKind.SCAN, Status.RUNNING, BEGUN, started_at=BEGUN, expect_time_s=900.0)


def at(minutes: float) -> datetime:
    return BEGUN + timedelta(minutes=minutes)


def test_up_to_one_and_a_half_times_nothing_is_said() -> None:
    assert timing.overdue(RUN, at(22)).state == "fine"
    assert timing.overdue(replace(RUN, expect_time_s=None), at(500)).state == "not judged"


def test_past_it_the_pace_tells_the_new_end() -> None:
    run = replace(RUN, step=5, planned_steps=9)
    said = timing.overdue(run, at(28))
    assert said.state == "finding"
    assert said.message == "28 min instead of 15 min; 5 of 9 steps, 22 min to go at this pace."
    assert said.wall == (BEGUN + timedelta(seconds=1350)).timestamp(), "the moment it was late, whoever looks when"


def test_a_run_that_has_ended_is_judged_by_its_end() -> None:
    assert timing.overdue(replace(RUN, status=Status.DONE, ended_at=at(14)), at(500)).state == "fine"
    assert (
        timing.overdue(replace(RUN, status=Status.DONE, ended_at=at(40)), at(500)).message
        == "40 min instead of 15 min."
    )
