"""The trials of a sweep and one metric of each, straight from columns: a thousand of them in a few milliseconds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

_OF_SWEEP = "SELECT id FROM runs WHERE sweep = ?"


class TrialRow(NamedTuple):
    """What a table shows of a trial."""

    run: str
    name: str
    status: str
    cause: str | None
    started_at: str | None
    ended_at: str | None
    retracted: str | None
    number: int
    values: Mapping[str, str]
    seed: int | None


def trials(connection: sqlite3.Connection, sweep: str) -> list[TrialRow]:
    """All runs of a sweep in the order they were launched; a trial that was run again has several."""
    columns = "id, name, status, cause, started_at, ended_at, retracted, json_extract(data, '$.sweep')"
    rows = connection.execute(f"SELECT {columns} FROM runs WHERE sweep = ? ORDER BY id", (sweep,))
    found = []
    for run, name, status, cause, started, ended, retracted, place in rows:
        said: dict[str, Any] = json.loads(place)
        told = (int(said["number"]), said.get("values") or {}, said.get("seed"))
        found.append(TrialRow(run, name, status, cause, started, ended, retracted, *told))
    return found


def measured(connection: sqlite3.Connection, sweep: str, metric: str) -> dict[str, tuple[float, int | None]]:
    """Run -> the newest usable value of a metric, and the step it was measured at."""
    rows = connection.execute(
        "SELECT subject, value, step FROM metric_values "
        f"WHERE metric = ? AND usable AND subject IN ({_OF_SWEEP}) ORDER BY ifnull(step, -1), t",
        (metric, sweep),
    )
    return {subject: (value, step) for subject, value, step in rows if value is not None}


def metrics(connection: sqlite3.Connection, sweep: str) -> list[str]:
    """Metrics that were measured of any of its trials."""
    rows = connection.execute(
        "SELECT DISTINCT v.metric FROM results r JOIN metric_values v ON v.result = r.id "
        f"WHERE r.subject IN ({_OF_SWEEP}) ORDER BY 1",
        (sweep,),
    )
    return [row[0] for row in rows]


def curves(connection: sqlite3.Connection, sweep: str, folder: str, tag: str) -> dict[str, tuple[float | None, int]]:
    """Run -> last value and last step of a curve."""
    rows = connection.execute(
        f"SELECT run, last_value, last_step FROM series WHERE folder = ? AND tag = ? AND run IN ({_OF_SWEEP})",
        (folder, tag, sweep),
    )
    return {run: (value, step) for run, value, step in rows}
