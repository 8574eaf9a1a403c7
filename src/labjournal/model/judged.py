"""What was judged: findings of checks, verdicts on what was expected, faults in the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labjournal.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says."""

    id: str
    run: str
    rule: str
    level: Level
    subject: str
    step: int | None
    message: str
    evidence: Mapping[str, Any]
    remedy: str | None
    caused_by: str | None
    first_seen: datetime
    count: int = 1
    acknowledged: str | None = None

    def stated(self) -> dict[str, Any]:
        """The data of the fact that states it."""
        return {
            "rule": self.rule,
            "level": self.level.value,
            "subject": self.subject,
            "step": self.step,
            "message": self.message,
            "evidence": dict(self.evidence),
            "remedy": self.remedy,
            "caused_by": self.caused_by,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an expectation of a run turned out, by what is measured by now."""

    id: str
    t: datetime
    run: str
    expectation: str
    word: str
    """confirmed, refuted or undecided."""
    sentence: str
    gap: float | None = None
    """How far it is met (above 0) or missed, in the unit of what was compared; None where nothing can be compared."""
    low: float | None = None
    high: float | None = None
    results: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    """Ids of the verdicts before this one."""
    before: tuple[str, ...] = ()
    """Their words."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was wrong in the code, by the name people call it."""

    name: str
    t: datetime
    symptom: str | None = None
    cause: str | None = None
    introduced: str | None = None
    """The commit that brought it."""
    fixed: str | None = None
    """The commit that mended it; None while nobody says there is one."""
    proof: str | None = None
    """Full id of the run that shows it mended, where somebody named one."""
    retraction: str | None = None
    """The retraction that marks what rests on it; None for a fault that takes no result back."""
    entries: tuple[str, ...] = ()
    imported: bool = False
    """Whether it is known from an exported diary alone, which may be of other code."""


@dataclass(frozen=True, slots=True)
class FaultMark:
    """A fault in the code of one run: ``state`` is clean, active, fixed, fix undone or cannot tell."""

    fault: str
    run: str
    state: str
    because: str
