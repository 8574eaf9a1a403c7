"""A long curve in short: of every 256 points the lowest and the highest, kept beside each chunk that is full.

A million points are 24 MB and 100 ms to read; their extremes are 200 kB and look the same to a line of 300 dots. They
are what a face draws first. Triggers drop them with the chunk that they tell of; a chunk without them is read whole.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from labjournal.model import SeriesKey
from labjournal.store import series

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_BLOCK = 256
_WORTH = 4 * _BLOCK
"""A chunk of fewer points is read whole about as quickly."""


def keep(
    connection: sqlite3.Connection,
    place: tuple[int, str, int],
    steps: npt.NDArray[np.int64],
    walls: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
) -> None:
    """Write down the extremes of a chunk, ``place`` being its (series, file, number)."""
    if len(values) < _WORTH:
        return
    at = extremes(values)
    blobs = (steps[at].astype("<i8").tobytes(), walls[at].astype("<f8").tobytes(), values[at].astype("<f8").tobytes())
    connection.execute("INSERT OR REPLACE INTO overviews VALUES (?,?,?,?,?,?,?)", (*place, len(at), *blobs))


def keep_last(connection: sqlite3.Connection, place: tuple[int, str, int]) -> None:
    """Write down the extremes of a chunk that has grown to its full size."""
    import numpy as np

    blobs = connection.execute(
        "SELECT steps, walls, vals FROM chunks WHERE series = ? AND file = ? AND seq = ?", place
    ).fetchone()
    keep(connection, place, *(np.frombuffer(blob, kind) for blob, kind in zip(blobs, series.TYPES, strict=True)))


def extremes(values: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Indices of the lowest and the highest value of each block, and of both ends; ascending. NaN is neither."""
    import numpy as np

    blocks = -(-len(values) // _BLOCK)
    padded = np.full(blocks * _BLOCK, np.nan)
    padded[: len(values)] = values
    inside = padded.reshape(blocks, _BLOCK)
    unknown = np.isnan(inside)
    starts = np.arange(blocks) * _BLOCK
    low = starts + np.where(unknown, np.inf, inside).argmin(axis=1)
    high = starts + np.where(unknown, -np.inf, inside).argmax(axis=1)
    return np.unique(np.concatenate([[0, len(values) - 1], low, high]))


def read(connection: sqlite3.Connection, key: SeriesKey) -> series.SeriesData | None:
    """The curve in short, in file order; None when there is none under this name."""
    found = series.find(connection, key)
    if found is None:
        return None
    rows = connection.execute(
        "SELECT c.file, c.session, ifnull(o.n, c.n), ifnull(o.steps, c.steps), ifnull(o.walls, c.walls), "
        "ifnull(o.vals, c.vals) FROM chunks c LEFT JOIN files ON files.path = c.file "
        "LEFT JOIN overviews o ON o.series = c.series AND o.file = c.file AND o.seq = c.seq "
        "WHERE c.series = ? ORDER BY ifnull(first_wall, 0), c.file, c.seq",
        (found,),
    ).fetchall()
    return series.joined(rows)
