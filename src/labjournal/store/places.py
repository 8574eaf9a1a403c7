"""Names of files in the index: relative to the project where they lie in it, so that a journal may be moved.

An index with whole paths took the files of a moved journal for new ones and held each of their points twice.
"""

from __future__ import annotations

import os
import sqlite3

_TABLES = (("files", "path"), ("chunks", "file"), ("overviews", "file"))


class Places:
    """Between paths and their names in the index."""

    def __init__(self, project: str | None) -> None:
        """``project`` None: the index has no home (it lives in memory), and names are whole paths."""
        self._home = f"{project}{os.sep}" if project is not None else None

    def name(self, path: str) -> str:
        """What the index calls a file."""
        if self._home is not None and path.startswith(self._home):
            return path[len(self._home) :]
        return path

    def path(self, name: str) -> str:
        """Where a file lies now."""
        return name if self._home is None or os.path.isabs(name) else f"{self._home}{name}"


def make_relative(connection: sqlite3.Connection) -> None:
    """Rename the files of an index that was written with whole paths; its home is told by the facts of a run."""
    told = connection.execute(
        "SELECT path, run FROM files WHERE role = 'fact' AND path LIKE '%/runs/%/run.json' ORDER BY run DESC LIMIT 1"
    ).fetchone()
    if told is None:
        return
    home = os.path.dirname(told[0].removesuffix(f"/runs/{told[1]}/run.json")) + "/"
    for table, column in _TABLES:
        connection.execute(
            f"UPDATE OR REPLACE {table} SET {column} = substr({column}, ?) WHERE substr({column}, 1, ?) = ?",
            (len(home) + 1, len(home), home),
        )
