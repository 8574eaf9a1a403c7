"""One metric of every checkpoint, data sets side by side: values alone, for scripts that look at all of them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from labjournal.facts import dumps


@dataclass(frozen=True, slots=True)
class Pivot:
    """Values without intervals; what was retracted is left out."""

    datasets: tuple[str, ...]
    """Hash, else name, in the order of the values."""
    rows: list[tuple[str, int | None, str, int, *tuple[float | None, ...]]]
    """(run id, step, options as JSON, measurements, value on each data set); the latest of them, None without."""


def pivot(connection: sqlite3.Connection, metric: str) -> Pivot:
    """The metric as it was stated, by run, step and options: what was measured otherwise is another row."""
    datasets = _datasets(connection)
    columns = "".join(", max(CASE WHEN dataset = ? THEN value END)" for _ in datasets)
    rows = connection.execute(
        f"SELECT subject, step, options, count(dataset){columns} FROM metric_values "
        "WHERE metric = ? AND usable = 1 GROUP BY subject, step, options",  # the order of the index: nothing is sorted
        (*datasets, metric),
    ).fetchall()
    again = [i for i, row in enumerate(rows) if row[3] > 1 and row[3] > len(row) - 4 - row[4:].count(None)]
    if again:
        latest = _latest(connection, metric, [rows[i][0] for i in again])
        for i in again:
            found = latest[rows[i][:3]]
            rows[i] = (*rows[i][:4], *(found.get(dataset) for dataset in datasets))
    return Pivot(datasets, rows)


def _datasets(connection: sqlite3.Connection) -> tuple[str, ...]:
    """All of them, by leaps through the index: SELECT DISTINCT would look at every result."""
    rows = connection.execute(
        "WITH RECURSIVE found (name) AS (SELECT min(dataset) FROM results UNION ALL "
        "SELECT (SELECT min(dataset) FROM results WHERE dataset > name) FROM found WHERE name IS NOT NULL) "
        "SELECT name FROM found WHERE name IS NOT NULL LIMIT 200"
    )
    return tuple(row[0] for row in rows)


def _latest(
    connection: sqlite3.Connection, metric: str, subjects: list[str]
) -> dict[tuple[str, int | None, str], dict[str, float | None]]:
    """Where one thing was measured more than once, the last word: the highest would flatter."""
    rows = connection.execute(
        "SELECT subject, step, options, dataset, value FROM metric_values WHERE metric = ? AND usable = 1 "
        "AND dataset IS NOT NULL AND subject IN (SELECT value FROM json_each(?)) ORDER BY t, result",
        (metric, dumps(sorted(set(subjects)))),
    )
    found: dict[tuple[str, int | None, str], dict[str, float | None]] = {}
    for subject, step, options, dataset, value in rows:
        found.setdefault((subject, step, options), {})[dataset] = value
    return found
