"""One metric of every checkpoint, data sets side by side: values alone, for scripts that look at all of them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_MEASURED = "r.role IN ('validation', 'test') AND r.dismissed IS NULL AND r.taint IS NULL"


@dataclass(frozen=True, slots=True)
class Pivot:
    """Values without intervals; what was retracted is left out."""

    datasets: tuple[str, ...]
    """Hash, else name, in the order of the values."""
    rows: list[tuple[str, int | None, *tuple[float | None, ...]]]
    """(run id, step, value on each data set); of several measurements the highest, None where there is none."""


def pivot(connection: sqlite3.Connection, metric: str) -> Pivot:
    """The metric as it was stated, by run and step."""
    datasets = tuple(
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT dataset FROM results WHERE dataset IS NOT NULL ORDER BY dataset LIMIT 200"
        )
    )
    columns = "".join(", max(CASE WHEN r.dataset = ? THEN v.value END)" for _ in datasets)
    rows = connection.execute(
        # in this order of tables the index of results gives the groups, and nothing is sorted
        f"SELECT r.subject, r.step{columns} FROM results r CROSS JOIN metric_values v ON v.result = r.id "
        f"WHERE v.metric = ? AND {_MEASURED} GROUP BY r.subject, r.step",
        (*datasets, metric),
    ).fetchall()
    return Pivot(datasets, rows)
