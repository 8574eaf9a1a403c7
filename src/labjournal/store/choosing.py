"""Which results a table of a few rows needs, without reading the others: 100,000 of them take seconds to decode."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from labjournal.facts import dumps
from labjournal.model import Result
from labjournal.store import results

_MEASURED = "role IN ('validation', 'test') AND dismissed IS NULL"


@dataclass(frozen=True, slots=True)
class Newest:
    """The results of the newest runs, and how many there are beside them."""

    results: tuple[Result, ...]
    older: int
    """Measurements of older runs."""
    unassigned: int
    training: int


def newest(connection: sqlite3.Connection, rows: int) -> Newest:
    """Results of the newest runs that make at least so many rows, if there are as many; ids sort by time."""
    walked = connection.execute(
        f"SELECT subject, step, dataset FROM results WHERE {_MEASURED} ORDER BY subject DESC"  # in the index: no sort
    )
    places: dict[str, set[tuple[int | None, str | None]]] = {}
    taken = made = 0
    for subject, step, dataset in walked:
        if subject not in places and made >= rows:
            break
        known = places.setdefault(subject, set())
        taken += 1
        made += (step, dataset) not in known
        known.add((step, dataset))
    walked.close()
    total, unassigned, training = connection.execute(
        "SELECT total(measured), total(unassigned), total(training) FROM tallies"
    ).fetchone()
    wanted = dumps(list(places))
    found = results.read(connection, f"{_MEASURED} AND subject IN (SELECT value FROM json_each(?))", (wanted,))
    return Newest(tuple(found), int(total) - taken, int(unassigned), int(training))
