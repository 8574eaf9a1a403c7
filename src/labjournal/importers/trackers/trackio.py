"""trackio: one SQLite file a project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from labjournal.importers.trackers.tracked import TrackedRun, flat, numbers_in
from labjournal.store import tracker_databases


def read(path: Path) -> list[TrackedRun] | None:
    """The runs of a project's file; None when it is none. Raises sqlite3.Error."""
    known = tracker_databases.tables(path) if path.is_file() else frozenset()
    if "metrics" not in known or ("configs" not in known and "system_metrics" not in known) or "params" in known:
        return None
    return [_run(path, row) for row in tracker_databases.trackio_runs(path)]


def _run(path: Path, row: tracker_databases.Row) -> TrackedRun:
    config = _object(row["config"])
    run = TrackedRun(
        tracker="trackio",
        key=f"{path.stem}/{row['run']}",
        place=str(path),
        name=row["run_name"],
        project=path.stem,
        began=_seconds(config.get("_Created")),
        settings=flat({name: value for name, value in config.items() if not name.startswith("_")}),
    )
    for point in tracker_databases.trackio_points(path, row["run"]):
        wall = _seconds(point["timestamp"]) or 0.0
        for tag, value in numbers_in(_object(point["metrics"])):
            run.add(tag, point["step"], wall, value)
    return run


def _object(text: bytes | str | None) -> Mapping[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _seconds(text: object) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return None
