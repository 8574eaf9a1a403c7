"""A curve's exact minimum and maximum per dot column, kept so that new points cost only themselves.

Sampling every n-th point hides the spike that matters; here each column of dots knows the lowest and the highest
value that fell into it, its first and its last, and whether the line to the column before may be drawn. Columns
are ``edges[k] <= x < edges[k + 1]``, the last one including its right edge.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FEW = 32
"""Up to so many points a loop takes less time than numpy needs to begin."""


class Buckets:
    """Minimum, maximum, first and last finite value of each of ``columns`` equal parts of [left, right]."""

    def __init__(self, left: float, right: float, columns: int) -> None:
        """Empty buckets.

        Args:
            left: Where the first column begins.
            right: Where the last column ends; greater than ``left``.
            columns: How many; 1 or more.
        """
        self.left = left
        self.right = right
        self.columns = columns
        self.edges: Floats = np.linspace(left, right, columns + 1)
        self.values_VC: Floats = np.full((4, columns), np.nan)
        """Lowest, highest, first and last value (V) of each column (C); NaN in an empty one."""
        self.low, self.high, self.first, self.last = self.values_VC
        self.filled: NDArray[np.bool_] = np.zeros(columns, bool)
        self.broken: NDArray[np.bool_] = np.zeros(columns, bool)
        """A value that is no number lies between the column's first point and the finite point before it."""
        self.before: tuple[float, float] | None = None
        """The last finite point left of the range (x, value)."""
        self.after: tuple[float, float, bool] | None = None
        """The first finite point right of the range, and whether a gap lies before it."""
        self.touched = columns
        """The first column that changed since somebody set this back to ``columns``."""
        self._gap = False
        self._any = False
        self._lowest, self._highest = np.inf, -np.inf

    def add(self, x: Floats, y: Floats) -> None:
        """Take in points, ``x`` ascending and none below what was added before. NaN and Inf are gaps."""
        if x.size <= _FEW:
            self._add_few(x, y)
        else:
            self._add_many(x, y)

    def _add_few(self, x: Floats, y: Floats) -> None:
        columns, values = (self.edges.searchsorted(x, "right") - 1).tolist(), y.tolist()
        if not values:
            return
        column = columns[0]
        if column == columns[-1] and 0 <= column < self.columns and math.isfinite(sum(values)):
            # Points that come to a live curve: all of them fall into its last column.
            broken = self._gap and self._any
            self._gap, self._any = False, True
            self._put(column, values[0], min(values), max(values), values[-1], broken)
            return
        for at, value, column in zip(x.tolist(), values, columns, strict=True):
            if not math.isfinite(value):
                self._gap = True
                continue
            broken = self._gap and self._any
            self._gap, self._any = False, True
            if column < 0:
                self.before = (at, value)
            elif at > self.right:
                if self.after is None:
                    self.after = (at, value, broken)
                    self.touched = min(self.touched, self.columns - 1)
            else:
                self._put(min(column, self.columns - 1), value, value, value, value, broken)

    def _put(self, column: int, first: float, low: float, high: float, last: float, broken: bool) -> None:
        """Take points into one column."""
        self.last[column] = last
        if not self.filled[column]:
            self.filled[column], self.broken[column], self.first[column] = True, broken, first
        else:
            known_low, known_high = float(self.low[column]), float(self.high[column])
            if known_low <= low and high <= known_high:
                # A column's last value alone moves only the line to a later column, which then is new itself.
                return
            low, high = min(known_low, low), max(known_high, high)
        self.low[column], self.high[column] = low, high
        self.touched = min(self.touched, column)
        self._lowest, self._highest = min(self._lowest, low), max(self._highest, high)

    def _add_many(self, x: Floats, y: Floats) -> None:
        finite = np.isfinite(y)
        if finite.all():
            broken = None
            first_broken = self._gap and self._any
            self._gap = False
        else:
            kept = np.flatnonzero(finite)
            if not kept.size:
                self._gap = True
                return
            broken = np.diff(kept, prepend=kept[0]) > 1
            first_broken = self._any and (self._gap or bool(kept[0] > 0))
            self._gap = bool(kept[-1] < y.size - 1)
            x, y = x[kept], y[kept]
        self._any = True
        # Only the columns that the points reach: a few new points must not cost a look at all of them.
        begin = max(0, min(int(self.edges.searchsorted(x[0], "right")) - 1, self.columns - 1))
        end = min(int(self.edges.searchsorted(x[-1], "right")), self.columns)
        bounds = x.searchsorted(self.edges[begin : end + 1])
        if end == self.columns:
            bounds[-1] = x.searchsorted(self.right, "right")
        start, stop = int(bounds[0]), int(bounds[-1])
        if start:
            self.before = (float(x[start - 1]), float(y[start - 1]))
        if stop < x.size and self.after is None:
            gap = bool(broken[stop]) if broken is not None and stop else first_broken and not stop
            self.after = (float(x[stop]), float(y[stop]), gap)
            self.touched = min(self.touched, self.columns - 1)
        if start == stop:
            return
        self._merge(y, begin, bounds, broken, first_broken)

    def _merge(
        self, y: Floats, begin: int, bounds: NDArray[np.intp], broken: NDArray[np.bool_] | None, first_broken: bool
    ) -> None:
        within = (bounds[1:] > bounds[:-1]).nonzero()[0]
        starts, stops, hit = bounds[within], bounds[within + 1], within + begin
        # Between hit columns lie only empty ones, so each reduction ends where the next begins.
        inside = y[: bounds[-1]]
        low = np.fmin(self.low[hit], np.minimum.reduceat(inside, starts))
        high = np.fmax(self.high[hit], np.maximum.reduceat(inside, starts))
        new = ~self.filled[hit]
        changed = (new | (low != self.low[hit]) | (high != self.high[hit])).nonzero()[0]
        if changed.size:
            self.touched = min(self.touched, int(hit[changed[0]]))
            self._lowest, self._highest = min(self._lowest, float(low.min())), max(self._highest, float(high.max()))
        self.low[hit], self.high[hit] = low, high
        self.first[hit[new]] = y[starts[new]]
        self.last[hit] = y[stops - 1]
        if broken is not None:
            self.broken[hit[new]] = broken[starts[new]]
        if new[0] and starts[0] == 0:
            self.broken[hit[0]] = first_broken
        self.filled[hit] = True

    def limits(self) -> tuple[float, float] | None:
        """Lowest and highest value inside the range; None without any."""
        return (self._lowest, self._highest) if self._lowest <= self._highest else None


def dot_spans(
    buckets: Buckets, rows_of: Callable[[Floats], Floats], height: int, since: int = 0
) -> tuple[int, NDArray[np.intp], NDArray[np.intp]]:
    """The dots to set in each column: from its lowest to its highest point, and the line from column to column.

    Args:
        buckets: What to draw.
        rows_of: Maps values to dot rows (floats, 0 at the top), in the scale of the axis.
        height: Dot rows; what lies outside is drawn at the border.
        since: The first column that changed; what cannot look different for it is left out.

    Returns:
        The first column told of, and first and last dot row of each column from there to the last that can look
        different; an empty column has the last above the first.
    """
    at = np.flatnonzero(buckets.filled)
    # A change reaches back to the filled column before it, whose own line may now end elsewhere.
    known = max(0, int(np.searchsorted(at, since)) - 2) if since else 0
    start = int(at[known]) + 1 if known else 0
    at = at[known:]
    # Right of the last filled column nothing changes, unless a line leads out of sight.
    stop = int(at[-1]) + 1 if known and buckets.after is None else buckets.columns
    top = np.full(stop - start, np.inf)
    bottom = np.full(stop - start, -np.inf)
    low, high, first, last = rows_of(buckets.values_VC[:, at])
    own = at[1:] - start if known else at
    top[own], bottom[own] = (high[1:], low[1:]) if known else (high, low)
    x: Floats = (at - start).astype(np.float64)
    broken = buckets.broken[at]
    scale = buckets.columns / (buckets.right - buckets.left)
    if not known and buckets.before is not None:
        outside, value = buckets.before
        row = rows_of(np.array([value]))
        x = np.concatenate([[(outside - buckets.left) * scale - 0.5], x])
        first, last = np.concatenate([row, first]), np.concatenate([row, last])
        broken = np.concatenate([[False], broken])
    if buckets.after is not None:
        outside, value, gap = buckets.after
        row = rows_of(np.array([value]))
        x = np.concatenate([x, [(outside - buckets.left) * scale - 0.5 - start]])
        first, last = np.concatenate([first, row]), np.concatenate([last, row])
        broken = np.concatenate([broken, [gap]])
    _join(x, last, first, broken, top, bottom)
    empty = top > bottom
    top[empty], bottom[empty] = 0, -1
    # minimum and maximum instead of clip: for the few columns of an update its overhead would be the cost.
    limit = height - 1.0
    upper = np.rint(np.minimum(np.maximum(top, 0.0), limit)).astype(np.intp)
    lower = np.rint(np.minimum(np.maximum(bottom, 0.0), limit)).astype(np.intp)
    lower[empty] = -1
    return start, upper, lower


def _join(x: Floats, leave: Floats, enter: Floats, broken: NDArray[np.bool_], top: Floats, bottom: Floats) -> None:
    """Widen the columns' spans by the straight lines from each node to the next, unless that one is broken off.

    ``x`` is in columns, ``leave`` and ``enter`` in dot rows: where the line leaves a node and enters it.
    """
    joined = ~broken[1:]
    x0, x1, y0, y1 = x[:-1][joined], x[1:][joined], leave[:-1][joined], enter[1:][joined]
    columns = top.size
    start = np.minimum(np.maximum(np.floor(x0), 0), columns - 1).astype(np.intp)
    stop = np.minimum(np.maximum(np.ceil(x1), 0), columns - 1).astype(np.intp)
    lengths = np.maximum(stop - start + 1, 0)
    which = np.repeat(np.arange(x0.size), lengths)
    if not which.size:
        return
    column = np.arange(which.size) - (lengths.cumsum() - lengths - start)[which]
    left, right = x0[which], x1[which]
    rise = (y1[which] - y0[which]) / np.maximum(right - left, 1e-12)
    before = y0[which] + (np.minimum(np.maximum(column - 0.5, left), right) - left) * rise
    after = y0[which] + (np.minimum(np.maximum(column + 0.5, left), right) - left) * rise
    np.minimum.at(top, column, np.minimum(before, after))
    np.maximum.at(bottom, column, np.maximum(before, after))
