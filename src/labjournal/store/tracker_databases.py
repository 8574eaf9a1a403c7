"""The databases of other trackers, read as they lie there: MLflow's and trackio's SQLite files.

Rows are given as the trackers keep them, what they mean is said in ``importers/trackers``. A file is opened read-only;
a tracker that writes to it meanwhile is not disturbed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]
_MAGIC = b"SQLite format 3\0"


def tables(path: Path) -> frozenset[str]:
    """The names of its tables; none of a file that is no SQLite database."""
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                return frozenset()
        with _opened(path) as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return frozenset(name for (name,) in names)
    except (OSError, sqlite3.Error):
        return frozenset()


def mlflow_runs(path: Path) -> list[Row]:
    """Runs that were not deleted, with ``project``, the name of their experiment. Raises sqlite3.Error."""
    with _opened(path) as database:
        return _rows(
            database,
            "SELECT runs.*, experiments.name AS project FROM runs LEFT JOIN experiments USING (experiment_id) "
            "WHERE coalesce(runs.lifecycle_stage, 'active') != 'deleted' ORDER BY start_time, run_uuid",
        )


def mlflow_points(path: Path, run: str) -> list[Row]:
    """``key``, ``step``, ``timestamp`` (ms), ``value``, ``is_nan`` in the order they were logged."""
    with _opened(path) as database:
        return _rows(database, "SELECT * FROM metrics WHERE run_uuid = ? ORDER BY timestamp, step, rowid", run)


def mlflow_words(path: Path, run: str) -> tuple[dict[str, str], dict[str, str]]:
    """Parameters and tags, all of them text."""
    with _opened(path) as database:
        kept = "SELECT key, coalesce(value, '') FROM {} WHERE run_uuid = ? ORDER BY key"
        params, tags = (dict(database.execute(kept.format(table), (run,))) for table in ("params", "tags"))
    return params, tags


def trackio_runs(path: Path) -> list[Row]:
    """``run`` (id, the name in old files), ``run_name``, ``config`` (JSON, None when none was given)."""
    with _opened(path) as database:
        key = "run_id" if "run_id" in _columns(database, "metrics") else "run_name"
        runs = _rows(
            database, f"SELECT {key} AS run, max(run_name) AS run_name FROM metrics GROUP BY {key} ORDER BY min(id)"
        )
        known = _columns(database, "configs")
        shared = "run_id" if key == "run_id" and "run_id" in known else "run_name"
        configs = dict(database.execute(f"SELECT {shared}, config FROM configs")) if known else {}
        return [{**row, "config": configs.get(row["run" if shared == key else "run_name"])} for row in runs]


def trackio_points(path: Path, run: str) -> list[Row]:
    """``step``, ``timestamp`` (ISO 8601), ``metrics`` (JSON) in the order they were logged."""
    with _opened(path) as database:
        key = "run_id" if "run_id" in _columns(database, "metrics") else "run_name"
        return _rows(database, f"SELECT step, timestamp, metrics FROM metrics WHERE {key} = ? ORDER BY id", run)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as database:
        yield database


def _rows(database: sqlite3.Connection, query: str, *values: str) -> list[Row]:
    cursor = database.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _columns(database: sqlite3.Connection, table: str) -> frozenset[str]:
    return frozenset(row[1] for row in database.execute(f"PRAGMA table_info({table})"))
