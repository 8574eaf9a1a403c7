"""Columns of scalar points, and the gathering of them in file order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scalars:
    """The points of one tag, in file order, repeated steps included: three columns of one length."""

    steps: Int64s
    wall_times: Float64s
    """Seconds since 1970, UTC, by the clock of the writing machine."""
    values: Float64s
    """The stored value; a float32 is widened, a double kept whole."""

    def __len__(self) -> int:
        return len(self.steps)

    def take(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Scalars:
        """The points chosen by a mask or by indices."""
        return Scalars(self.steps[keep], self.wall_times[keep], self.values[keep])


@dataclass(frozen=True)
class SessionStart:
    """A SessionLog START record: all points written before it with a step >= ``step`` are void."""

    step: int
    wall_time: float
    offset: int
    """Where its record begins in the file, in bytes."""


def joined(parts: list[Scalars]) -> Scalars:
    if len(parts) == 1:
        return parts[0]
    return Scalars(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.wall_times for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


class Gathered:
    """Parts of columns read one after another; a session start purges what came before it."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Scalars]] = {}

    def add(self, columns: Mapping[str, Scalars], starts: Iterable[SessionStart]) -> None:
        """Append columns which have already been purged by their own ``starts``."""
        lowest = min((start.step for start in starts), default=None)
        if lowest is not None:
            self.purge(lowest)
        for tag, column in columns.items():
            self._parts.setdefault(tag, []).append(column)

    def purge(self, step: int) -> None:
        """Drop all points with a step >= ``step``; a tag left without points is dropped too."""
        for tag, parts in list(self._parts.items()):
            kept = [part.take(part.steps < step) for part in parts]
            kept = [part for part in kept if len(part)]
            if kept:
                self._parts[tag] = kept
            else:
                del self._parts[tag]

    def borders(self) -> dict[str, tuple[int, ...]]:
        """For each tag the indices in its column where another added part begins."""
        found = {}
        for tag, parts in self._parts.items():
            ends = np.cumsum([len(part) for part in parts])
            found[tag] = tuple(ends[:-1].tolist())
        return found

    def columns(self) -> dict[str, Scalars]:
        """The whole columns; the parts are given up one tag at a time, so memory does not double."""
        whole = {}
        for tag in list(self._parts):
            whole[tag] = joined(self._parts.pop(tag))
        return whole
