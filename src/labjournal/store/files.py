"""How far each file of the journal was read, and what trouble it gave."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, NamedTuple


class FileState(NamedTuple):
    """``offset`` bytes of ``path`` are in the database; ``state`` is the reader's own memory of the file."""

    path: str
    run: str | None
    role: str
    offset: int = 0
    state: dict[str, Any] | None = None
    folder: str | None = None
    first_wall: float | None = None
    trouble: str | None = None


def read(connection: sqlite3.Connection, path: str) -> FileState | None:
    rows = _select(connection, "path = ?", path)
    return rows[0] if rows else None


def of_role(connection: sqlite3.Connection, run: str, role: str) -> list[FileState]:
    return [file for file in _select(connection, "run = ?", run) if file.role == role]


def troubled(connection: sqlite3.Connection) -> list[FileState]:
    return _select(connection, "trouble IS NOT ?", None)


def _select(connection: sqlite3.Connection, where: str, value: str | None) -> list[FileState]:
    rows = connection.execute(
        f"SELECT path, run, role, offset, state, folder, first_wall, trouble FROM files WHERE {where} ORDER BY path",
        (value,),
    )
    return [
        FileState(path, run, role, offset, json.loads(state) if state else None, folder, first_wall, trouble)
        for path, run, role, offset, state, folder, first_wall, trouble in rows
    ]


def write(connection: sqlite3.Connection, file: FileState) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?)",
        (
            file.path,
            file.run,
            file.role,
            file.offset,
            json.dumps(file.state) if file.state is not None else None,
            file.folder,
            file.first_wall,
            file.trouble,
        ),
    )


def offset(connection: sqlite3.Connection, path: str) -> int:
    row = connection.execute("SELECT offset FROM files WHERE path = ?", (path,)).fetchone()
    return row[0] if row else 0


def forget(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("DELETE FROM files WHERE path = ?", (path,))
