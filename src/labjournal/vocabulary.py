"""The fixed words of the journal as enumerations, apart from `model` because lists and supervisors need no more."""

from __future__ import annotations

from enum import StrEnum

END_UNSEEN = "the process went on and ended later"
"""In the cause of a run that nothing ended from outside: only its supervisor was killed. `Run.end_unseen` tells it."""
OVERDUE_AFTER = 1.5
"""Times the expected duration: from there on something takes too long."""


class Status(StrEnum):
    """Where a run stands. The last five are endings, each with a cause in words."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    KILLED = "KILLED"
    TIMEOUT = "TIMEOUT"
    PREEMPTED = "PREEMPTED"
    LOST = "LOST"

    @property
    def ended(self) -> bool:
        return self not in (Status.QUEUED, Status.RUNNING)


class RunKind(StrEnum):
    TRAIN = "train"
    VALIDATE = "validate"
    SCAN = "scan"
    TOY = "toy"
    TRIAL = "trial"
    OTHER = "other"


class Level(StrEnum):
    """How bad a finding is; ``worst`` sorts by ``rank``."""

    NOTICE = "notice"
    WARNING = "warning"
    ALARM = "alarm"

    @property
    def rank(self) -> int:
        return ("notice", "warning", "alarm").index(self.value)


STARTING = "starting"
STARTING_S = 120.0
"""For so long a run that has not shown itself to the watch is only starting: imports and models take their time."""


def watch_word(watch: str | None, running_s: float | None) -> str:
    """How far a run was looked at: ``starting``, ``not watched``, ``partly``; "" for one that is watched.

    Args:
        watch: What is on record: "watched", "partly: because …" or "not watched: because …".
        running_s: Seconds since it began to run; None for a run that does not run.
    """
    if not watch or watch == "watched":
        return ""
    if running_s is not None and running_s < STARTING_S and watch.endswith(" yet"):
        return STARTING
    return watch.partition(":")[0]


class Role(StrEnum):
    """What a result was measured for. UNASSIGNED stays out of tables until a person says."""

    VALIDATION = "validation"
    TEST = "test"
    TRAIN = "train"
    UNASSIGNED = "unassigned"


class EntryKind(StrEnum):
    NOTE = "note"
    RESULT = "result"
    BUG = "bug"
    FIX = "fix"
    RETRACTION = "retraction"
    HYPOTHESIS = "hypothesis"
    EXPECTATION = "expectation"
    DECISION = "decision"
    PLAN = "plan"
    PARAMETER_CHANGE = "parameter-change"
    RESTART = "restart"
    INCIDENT = "incident"
    QUESTION = "question"
    CLAIM = "claim"
    # the journal's own words
    LAUNCH = "launch"
    END = "end"
    ALARM = "alarm"
    GIT_TAG = "git-tag"
    STAGE = "stage"
    GATE = "gate"
