"""Whether a run takes as long as was said beforehand."""

from __future__ import annotations

from datetime import datetime

from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.format import count, duration
from labjournal.model import Run
from labjournal.vocabulary import OVERDUE_AFTER

OVERDUE = CheckRule(
    "past_expected_time",
    "notice",
    "machine",
    "The run takes, or took, much longer than was expected of it.",
    "Look whether it still moves; stop it, or say a better time for the next one.",
    judged="Runs with `--expect-time`, and stages of studies with `expect_time`: more than 1.5 times as long. The pace "
    "is that of the steps done, where their number is known, or of the runs of the stage.",
)
RULES = table(OVERDUE)


def overdue(run: Run, now: datetime) -> Verdict:
    """Whether a run takes too long, by what was expected of it before."""
    expected = run.expect_time_s
    if expected is None:
        return not_judged(OVERDUE, "the run", "nobody said how long it should take")
    begun = run.started_at or run.created_at
    took = ((run.ended_at or now) - begun).total_seconds()
    if took <= OVERDUE_AFTER * expected:
        return fine(OVERDUE, "the run")
    evidence: dict[str, object] = {"expected_s": expected, "elapsed_s": round(took, 1)}
    message = f"{duration(took)} instead of {duration(expected)}"
    if run.ended_at is None and run.step and run.planned_steps and run.step < run.planned_steps:
        left = took * (run.planned_steps / run.step - 1)
        evidence |= {"step": run.step, "planned_steps": run.planned_steps, "left_s": round(left, 1)}
        message += f"; {count(run.step)} of {count(run.planned_steps)} steps, {duration(left)} to go at this pace"
    return finding(
        OVERDUE, "the run", f"{message}.", evidence, None, run.step, begun.timestamp() + OVERDUE_AFTER * expected
    )
