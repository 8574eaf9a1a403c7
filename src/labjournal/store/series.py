"""Curves as packed columns: a million points are a handful of blobs, read with three `frombuffer` calls.

Legend: one element a point; steps int64, wall times float64 seconds since 1970, values float64.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labjournal.model import PRINTED, SeriesInfo, SeriesKey
from labjournal.tags import SYSTEM

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_JOIN_BELOW = 4096
"""A live run brings a few points a turn: the last chunk grows up to this size before a new one begins."""


@dataclass(frozen=True, slots=True)
class SeriesData:
    """A curve in file order, repeated steps included."""

    steps: npt.NDArray[np.int64]
    walls: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    sessions: npt.NDArray[np.int64]
    """Index of the writer session of each point: it changes where a restart or another file begins."""

    @property
    def breaks(self) -> tuple[int, ...]:
        """Indices of the first points of every session but the first, as `labjournal.events.surviving` wants them."""
        import numpy as np

        return tuple((np.flatnonzero(np.diff(self.sessions)) + 1).tolist())


def append(
    connection: sqlite3.Connection,
    key: SeriesKey,
    file: str,
    session: int,
    steps: npt.NDArray[np.int64],
    walls: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
) -> None:
    """Add points read from one session of one file; the arrays are of equal length, at least 1."""
    from labjournal.store import overview

    n = len(steps)
    series = _series_id(connection, key)
    last = connection.execute(
        "SELECT seq, n, session FROM chunks WHERE series = ? AND file = ? ORDER BY seq DESC LIMIT 1", (series, file)
    ).fetchone()
    blobs = (steps.astype("<i8").tobytes(), walls.astype("<f8").tobytes(), values.astype("<f8").tobytes())
    if last and last[2] == session and last[1] + n <= _JOIN_BELOW:
        connection.execute(
            "UPDATE chunks SET n = n + ?, steps = CAST(steps || ? AS BLOB), walls = CAST(walls || ? AS BLOB), "
            "vals = CAST(vals || ? AS BLOB) WHERE series = ? AND file = ? AND seq = ?",
            (n, *blobs, series, file, last[0]),
        )
    else:
        seq = last[0] + 1 if last else 0
        if last and last[1] <= _JOIN_BELOW:
            overview.keep_last(connection, (series, file, last[0]))
        connection.execute("INSERT INTO chunks VALUES (?,?,?,?,?,?,?,?)", (series, file, seq, n, session, *blobs))
        if n > _JOIN_BELOW:
            overview.keep(connection, (series, file, seq), steps, walls, values)
    connection.execute(
        "UPDATE series SET n = n + ?, first_step = min(ifnull(first_step, ?), ?), last_step = ?, last_value = ?, "
        "last_wall = ? WHERE id = ?",
        (n, int(steps.min()), int(steps.min()), int(steps[-1]), _finite(values[-1]), float(walls[-1]), series),
    )


def _finite(value: float) -> float | None:
    """SQLite stores NaN as NULL anyway: said here so that nobody wonders."""
    return float(value) if value == value else None


def _series_id(connection: sqlite3.Connection, key: SeriesKey) -> int:
    place = (key.run, key.folder, key.tag)
    row = connection.execute("SELECT id FROM series WHERE run = ? AND folder = ? AND tag = ?", place).fetchone()
    if row is None:
        cursor = connection.execute("INSERT INTO series (run, folder, tag, n) VALUES (?,?,?,0)", place)
        assert cursor.lastrowid is not None
        return cursor.lastrowid
    return int(row[0])


def purge(connection: sqlite3.Connection, run: str, file: str, from_step: int) -> None:
    """Forget the points of one file from a step on: its writer said that it starts again there."""
    import numpy as np

    rows = connection.execute(
        "SELECT chunks.rowid, steps, walls, vals, series FROM chunks JOIN series ON series.id = chunks.series "
        "WHERE run = ? AND file = ?",
        (run, file),
    ).fetchall()
    touched = set()
    for rowid, *columns, series in rows:
        steps, walls, values = (np.frombuffer(blob, kind) for blob, kind in zip(columns, TYPES, strict=True))
        keep = steps < from_step
        if keep.all():
            continue
        touched.add(series)
        if keep.any():
            kept = (int(keep.sum()), steps[keep].tobytes(), walls[keep].tobytes(), values[keep].tobytes(), rowid)
            connection.execute("UPDATE chunks SET n = ?, steps = ?, walls = ?, vals = ? WHERE rowid = ?", kept)
        else:
            connection.execute("DELETE FROM chunks WHERE rowid = ?", (rowid,))
    _recount(connection, touched)


TYPES = ("<i8", "<f8", "<f8")


def forget_file(connection: sqlite3.Connection, run: str, file: str) -> None:
    """Forget all points of a file: it was replaced, or belongs elsewhere."""
    touched = {
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT series FROM chunks JOIN series ON series.id = chunks.series WHERE run = ? AND file = ?",
            (run, file),
        )
    }
    connection.executemany("DELETE FROM chunks WHERE series = ? AND file = ?", [(series, file) for series in touched])
    _recount(connection, touched)


def _recount(connection: sqlite3.Connection, touched: set[int]) -> None:
    for series in touched:
        data = _load(connection, series)
        if not len(data.steps):
            connection.execute("DELETE FROM series WHERE id = ?", (series,))
            continue
        connection.execute(
            "UPDATE series SET n = ?, first_step = ?, last_step = ?, last_value = ?, last_wall = ? WHERE id = ?",
            (
                len(data.steps),
                int(data.steps.min()),
                int(data.steps[-1]),
                _finite(data.values[-1]),
                float(data.walls[-1]),
                series,
            ),
        )


def read(connection: sqlite3.Connection, key: SeriesKey) -> SeriesData | None:
    """The whole curve, or None when there is none under this name."""
    series = find(connection, key)
    return _load(connection, series) if series is not None else None


def read_on(connection: sqlite3.Connection, key: SeriesKey, known: int) -> tuple[int, SeriesData] | None:
    """The end of a curve of which ``known`` points were read before, or all of it.

    Returns:
        How many points lie before what is returned, and the rest; at least one known point is among it where the
        first number is not 0. A curve of one writer's session is read from its last chunks, so that a point that
        comes to a million costs itself; where restarts mix files, everything is read. None without such a curve.
    """
    series = find(connection, key)
    if series is None:
        return None
    chunks = connection.execute(
        "SELECT file, session, n, seq FROM chunks WHERE series = ? ORDER BY seq", (series,)
    ).fetchall()
    if len({(file, session) for file, session, _, _ in chunks}) != 1 or sum(chunk[2] for chunk in chunks) < known:
        return 0, _load(connection, series)
    before = 0
    for _, _, n, seq in chunks:
        if before + n >= known:
            return before, _load(connection, series, seq)
        before += n
    return 0, _load(connection, series)


def find(connection: sqlite3.Connection, key: SeriesKey) -> int | None:
    """The number of a curve in the index."""
    row = connection.execute(
        "SELECT id FROM series WHERE run = ? AND folder = ? AND tag = ?", (key.run, key.folder, key.tag)
    ).fetchone()
    return None if row is None else int(row[0])


def _load(connection: sqlite3.Connection, series: int, since: int = 0) -> SeriesData:
    """The chunks of a curve from number ``since`` of each file on."""
    rows = connection.execute(
        "SELECT chunks.file, session, chunks.n, steps, walls, vals FROM chunks "
        "LEFT JOIN files ON files.path = chunks.file WHERE series = ? AND seq >= ? "
        "ORDER BY ifnull(first_wall, 0), chunks.file, seq",
        (series, since),
    ).fetchall()
    return joined(rows)


def joined(rows: Sequence[tuple[Any, ...]]) -> SeriesData:
    """Rows of (file, session, n, steps, walls, values), one after the other."""
    import numpy as np

    sessions: dict[tuple[str, int], int] = {}
    marks = [np.full(row[2], sessions.setdefault((row[0], row[1]), len(sessions)), np.int64) for row in rows]
    columns = [[np.frombuffer(row[i], kind) for row in rows] for i, kind in zip((3, 4, 5), TYPES, strict=True)]
    if not rows:
        return SeriesData(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.int64))
    steps, walls, values = (parts[0] if len(parts) == 1 else np.concatenate(parts) for parts in columns)
    return SeriesData(steps, walls, values, marks[0] if len(marks) == 1 else np.concatenate(marks))


def listing(connection: sqlite3.Connection, run: str) -> list[SeriesInfo]:
    rows = connection.execute(
        "SELECT folder, tag, n, first_step, last_step, last_value, last_wall FROM series WHERE run = ? "
        "ORDER BY folder, tag",
        (run,),
    )
    return [
        SeriesInfo(SeriesKey(run, folder, tag), n, first, last, _number(value), _number(wall))
        for folder, tag, n, first, last, value, wall in rows
    ]


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def last_step(connection: sqlite3.Connection, run: str) -> int | None:
    """The furthest step any curve of the run has reached now; a rewound curve counts with its newest point.

    Printed curves do not count: some are numbered by their rows. Nor do those of the machine, numbered by seconds.
    """
    row = connection.execute(
        "SELECT max(last_step) FROM series WHERE run = ? AND folder != ? AND tag NOT LIKE ?",
        (run, PRINTED, f"{SYSTEM}/%"),
    ).fetchone()
    return row[0] if row else None
