"""Files of per-event predictions, by the result they belong to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labjournal.store import codec


@dataclass(frozen=True, slots=True)
class PredictionFile:
    """Where the predictions of a result lie, and what the file held when they were stated."""

    path: str
    sha256: str
    groups: int | None = None
    """How many groups the events come in; None where the file names none."""
    design: Mapping[str, float] = field(default_factory=dict)
    """Share of events (accuracy, recall[…]) -> how many times its variance is that of independent events."""


def read(connection: sqlite3.Connection) -> dict[str, PredictionFile]:
    """Result id -> its file; of several the newest."""
    rows = connection.execute(
        "SELECT facts.data, facts.t FROM facts WHERE kind = 'predictions' ORDER BY t, id"
    ).fetchall()
    found: dict[str, PredictionFile] = {}
    for data, _ in rows:
        said: dict[str, Any] = json.loads(data)
        merged = connection.execute(
            "SELECT result FROM result_facts WHERE fact = ?", (str(said.get("result")),)
        ).fetchone()
        if merged and isinstance(said.get("path"), str) and isinstance(said.get("sha256"), str):
            groups = codec.whole(said.get("groups"))
            found[merged[0]] = PredictionFile(said["path"], said["sha256"], groups, codec.numbers(said.get("design")))
    return found
