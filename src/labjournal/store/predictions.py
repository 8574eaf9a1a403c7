"""Files of per-event predictions, by the result they belong to."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labjournal.facts import number
from labjournal.store import codec
from labjournal.store.places import Places


@dataclass(frozen=True, slots=True)
class PredictionFile:
    """Where the predictions of a result lie, and what the file held when they were stated."""

    path: str
    sha256: str
    groups: int | None = None
    """How many groups the events come in; None where the file names none."""
    design: Mapping[str, float] = field(default_factory=dict)
    """Share of events (accuracy, recall[…]), and sic -> how many times its variance is that of independent events."""
    auc: tuple[float, float] | None = None
    """The interval of the area of its scores; None where it holds none, or was read before there was one."""


def read(connection: sqlite3.Connection, places: Places) -> dict[str, PredictionFile]:
    """Result id -> its file, where it lies now; of several the newest."""
    rows = connection.execute(
        "SELECT facts.data, json_extract(launched.data, '$.project') FROM facts LEFT JOIN facts AS launched "
        "ON launched.run = facts.run AND launched.kind = 'run' WHERE facts.kind = 'predictions' "
        "ORDER BY facts.t, facts.id"
    ).fetchall()
    found: dict[str, PredictionFile] = {}
    for data, project in rows:
        said: dict[str, Any] = json.loads(data)
        merged = connection.execute(
            "SELECT result FROM result_facts WHERE fact = ?", (str(said.get("result")),)
        ).fetchone()
        if merged and isinstance(said.get("path"), str) and isinstance(said.get("sha256"), str):
            path, groups = _lies(said["path"], project, places), codec.whole(said.get("groups"))
            design, auc = codec.numbers(said.get("design")), [number(bound) for bound in said.get("auc") or ()]
            bounds = (auc[0], auc[1]) if len(auc) == 2 and auc[0] is not None and auc[1] is not None else None
            found[merged[0]] = PredictionFile(path, said["sha256"], groups, design, bounds)
    return found


def _lies(path: str, project: str | None, places: Places) -> str:
    """Where a file lies now: one that was stated by its whole path may have moved with the project of its run."""
    if os.path.isabs(path) and project and path.startswith(f"{project}{os.sep}") and not os.path.exists(path):
        path = path[len(project) + 1 :]
    return places.path(path)
