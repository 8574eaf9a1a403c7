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
    counted = connection.execute(
        "SELECT subject, count(*), count(DISTINCT ifnull(step, -1) || ' ' || ifnull(dataset, '')) FROM results "
        f"WHERE {_MEASURED} GROUP BY subject ORDER BY subject DESC"
    )
    subjects, taken, made = [], 0, 0
    for subject, measured, distinct in counted:
        if made >= rows:
            break
        subjects.append(subject)
        taken, made = taken + measured, made + distinct
    counted.close()
    total = connection.execute(f"SELECT count(*) FROM results WHERE {_MEASURED}").fetchone()[0]
    elsewhere = dict(
        connection.execute(
            "SELECT role, count(*) FROM results WHERE role NOT IN ('validation', 'test') AND dismissed IS NULL "
            "GROUP BY role"
        ).fetchall()
    )
    found = results.read(connection, f"{_MEASURED} AND subject IN (SELECT value FROM json_each(?))", (dumps(subjects),))
    return Newest(tuple(found), total - taken, elsewhere.get("unassigned", 0), elsewhere.get("train", 0))
