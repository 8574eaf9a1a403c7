"""What stands in the diary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from labjournal.vocabulary import EntryKind


@dataclass(frozen=True, slots=True)
class StateSaid:
    """Somebody said what became of an entry."""

    t: datetime
    state: str
    why: str
    by: tuple[str, ...]
    """Results and runs that show it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something dated in the diary, a person's or the journal's own."""

    id: str
    t: datetime
    kind: EntryKind
    text: str
    on: tuple[str, ...] = ()
    """What it is about: run ids, ``r:…`` results, ``f:…`` findings, commits."""
    run: str | None = None
    user: str | None = None
    automatic: bool = False
    amended: tuple[tuple[datetime, str], ...] = ()
    """(when, text) of each earlier wording; ``text`` is the newest."""
    attachments: tuple[str, ...] = ()
    state: str | None = None
    """What became of a hypothesis, a question or a plan; None for kinds that have no state."""
    states: tuple[StateSaid, ...] = ()
    """Each change of state, oldest first."""
    study: str | None = None
    """The study it was written for."""
