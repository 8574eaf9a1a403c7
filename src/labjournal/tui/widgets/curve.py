"""The points of one curve as the chart keeps them: ascending steps, one value a step, room to grow."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class XAxis(Enum):
    """What the chart's x axis counts."""

    STEP = "step"
    TIME = "time"
    """Wall clock, seconds since 1970."""
    RELATIVE = "relative"
    """Seconds since the curve's first point."""

    @property
    def following(self) -> XAxis:
        kinds = list(XAxis)
        return kinds[(kinds.index(self) + 1) % len(kinds)]


class Curve:
    """Points by step. Of a repeated step the last value counts; NaN is a value."""

    def __init__(
        self,
        steps: ArrayLike = (),
        values: ArrayLike = (),
        walls: ArrayLike | None = None,
        *,
        in_short: bool = False,
        grows: bool = False,
    ) -> None:
        """A curve of these points.

        Args:
            steps: Step of each point, in any order.
            values: Value of each point.
            walls: Seconds since 1970 of each point; without them the curve has no time axis.
            in_short: These are the extremes of more points that are not here yet: nothing may be averaged over them.
            grows: Points will come: they find room made here, where nobody need wait for it.
        """
        self.in_short = in_short
        self._grows = grows
        self._limits: tuple[tuple[int, int], tuple[float, float] | None] = ((0, 0), None)
        self._columns: tuple[Floats, Floats, Floats] = (np.empty(0), np.empty(0), np.empty(0))
        self._length = 0
        self.revision = 0
        """Grows when points changed other than by coming after the last one."""
        self.extend(steps, values, walls)

    def __len__(self) -> int:
        return self._length

    @property
    def steps(self) -> Floats:
        return self._columns[0][: self._length]

    @property
    def values(self) -> Floats:
        return self._columns[1][: self._length]

    @property
    def walls(self) -> Floats:
        """Seconds since 1970, NaN where they are not known; a clock set back does not fold the curve over itself."""
        return self._columns[2][: self._length]

    def limits(self) -> tuple[float, float] | None:
        """Lowest and highest finite value; None without any. Points that came since cost only themselves."""
        (length, revision), known = self._limits
        if revision != self.revision:
            length, known = 0, None
        if length < self._length or revision != self.revision:
            values = self.values[length:]
            values = values[np.isfinite(values)]
            if values.size:
                low, high = float(values.min()), float(values.max())
                known = (low, high) if known is None else (min(known[0], low), max(known[1], high))
            self._limits = ((self._length, self.revision), known)
        return known

    def x(self, axis: XAxis, start: int = 0) -> Floats:
        """Positions of the points from number ``start`` on, never descending."""
        if axis is XAxis.STEP:
            return self.steps[start:]
        walls = self.walls
        return walls[start:] - walls[0] if axis is XAxis.RELATIVE and walls.size else walls[start:]

    def extend(self, steps: ArrayLike, values: ArrayLike, walls: ArrayLike | None = None) -> None:
        """Take in more points; those at steps already known replace what stood there.

        Arrays given to an empty curve become its own: nobody may change them afterwards.
        """
        new_steps = np.asarray(steps, dtype=np.float64)
        new_values = np.asarray(values, dtype=np.float64)
        new_walls = np.full(new_steps.shape, np.nan) if walls is None else np.asarray(walls, dtype=np.float64)
        if not new_steps.size:
            return
        after = not self._length or new_steps[0] > self._columns[0][self._length - 1]
        if after and self._length:
            new_walls = np.fmax(new_walls, self._columns[2][self._length - 1])
        if walls is not None and not bool(np.all(new_walls[1:] >= new_walls[:-1])):
            new_walls = np.fmax.accumulate(new_walls)
        if after and bool(np.all(new_steps[1:] > new_steps[:-1])):
            self._append(new_steps, new_values, new_walls)
            return
        merged = [
            np.concatenate([known, new])
            for known, new in zip(
                (self.steps, self.values, self.walls), (new_steps, new_values, new_walls), strict=True
            )
        ]
        order = np.argsort(merged[0], kind="stable")
        ordered = merged[0][order]
        last = np.append(ordered[1:] != ordered[:-1], True)
        kept = order[last]
        self._columns = (merged[0][kept], merged[1][kept], np.fmax.accumulate(merged[2][kept]))
        self._length = int(kept.size)
        self.revision += 1

    def _append(self, steps: Floats, values: Floats, walls: Floats) -> None:
        length = self._length + steps.size
        if not self._length and not self._grows:
            # Taken as they are: most curves never grow, and what grows moves to a place with room at its first growth.
            self._columns, self._length = (steps, values, walls), length
            return
        if length > self._columns[0].size:
            # A quarter more than needed keeps the copying per point constant; room that is never written to is
            # never given a page by the system.
            room = length + length // 4 + 64
            grown = []
            for column in self._columns:
                wider = np.empty(room)
                wider[: self._length] = column[: self._length]
                grown.append(wider)
            self._columns = (grown[0], grown[1], grown[2])
        for column, new in zip(self._columns, (steps, values, walls), strict=True):
            column[self._length : length] = new
        self._length = length
