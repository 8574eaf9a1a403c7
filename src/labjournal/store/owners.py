"""Whose an event file is that nobody's watch noted: what the index knows of the runs that lived when it was begun."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from labjournal.facts import now_iso

_GRACE_S = 2.0
"""Clocks of file systems and file names are coarse."""


class Alive(NamedTuple):
    """A run that lived at some moment."""

    id: str
    started_at: str
    cwd: str | None
    logdir: str | None


def alive_at(connection: sqlite3.Connection, moment: float) -> list[Alive]:
    """Runs that had started and not ended at a moment (seconds since 1970, give or take 2 s)."""
    rows = connection.execute(
        "SELECT id, started_at, json_extract(data, '$.cwd'), json_extract(data, '$.logdir') FROM runs "
        "WHERE started_at <= ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY id",
        (now_iso(moment + _GRACE_S), now_iso(moment - _GRACE_S)),
    )
    return [Alive(*row) for row in rows]


def openers(connection: sqlite3.Connection, path: str) -> set[str]:
    """Runs whose processes opened an event file of this name for writing."""
    rows = connection.execute(
        "SELECT run FROM facts WHERE kind = 'event_file' AND json_extract(data, '$.path') = ?", (path,)
    )
    return {run for (run,) in rows if run}
