"""Settings of many runs at once, for whoever looks through all of them."""

from __future__ import annotations

import json
import sqlite3
from typing import Any


def read(connection: sqlite3.Connection, ids_json: str | None = None) -> dict[str, dict[str, Any]]:
    """Run id -> settings; ``ids_json``: a JSON list of ids, None for all runs."""
    where = "" if ids_json is None else "WHERE id IN (SELECT value FROM json_each(?))"
    rows = connection.execute(
        f"SELECT id, json_extract(data, '$.settings') FROM runs {where}", () if ids_json is None else (ids_json,)
    )
    return {run: json.loads(text) if text else {} for run, text in rows}
