"""What a chart shows, decimated and kept: series in view, their buckets, their limits.

A view is an x axis, a width in dots, a y scale and a smoothing. While it stays, new points cost only themselves;
when it changes, everything is read again (a million points: about 30 ms, most of it the smoothing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from labjournal.tui.widgets.axes import Axis
from labjournal.tui.widgets.canvas import Layer, Pile
from labjournal.tui.widgets.curve import Curve, XAxis
from labjournal.tui.widgets.decimate import Buckets, dot_spans
from labjournal.tui.widgets.smoothing import Ema

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """One curve of a chart."""

    key: str
    """Stable over redraws: (run, tag) as text."""
    name: str
    curve: Curve
    role: str = "s1"
    """Colour role s1 to s4; a run keeps its own in every chart."""
    marker: str = "●"
    tails: Sequence[Curve] = field(default_factory=tuple)
    """What attempts wrote after the step from which a later attempt went on: drawn dimmed, never smoothed."""
    dashed: bool = False
    """An expected curve, not a measured one."""

    @property
    def dim_role(self) -> str:
        return f"d{self.role[1:]}" if self.role.startswith("s") else "muted"


@dataclass(frozen=True, slots=True)
class View:
    """What of the curves is in sight, and how."""

    left: float
    right: float
    dots: int
    axis: XAxis = XAxis.STEP
    log: bool = False
    smoothing: float = 0.0
    raw_only: bool = False

    @property
    def smooths(self) -> bool:
        return self.smoothing > 0 and not self.raw_only


class Trace:
    """One line to draw: its buckets, and its dots as they were drawn last."""

    def __init__(self, view: View, dashed: bool = False) -> None:
        self.buckets = Buckets(view.left, view.right, view.dots)
        self._dashed = dashed
        self._layer: Layer | None = None
        self._drawn_for: tuple[Axis, int] | None = None

    def layer(self, y: Axis, height: int) -> Layer:
        """The dots on this y axis in ``height`` cell rows; only columns that changed are computed again."""
        buckets = self.buckets
        if self._layer is None or self._drawn_for != (y, height):
            self._layer = Layer(buckets.columns // 2, height)
            self._drawn_for = (y, height)
            buckets.touched = 0
        if buckets.touched < buckets.columns:
            dots = 4 * height

            def rows_of(values: Floats) -> Floats:
                return (1 - y.fraction(values)) * (dots - 1)

            start, top, bottom = dot_spans(buckets, rows_of, dots, buckets.touched)
            if self._dashed:
                bottom = np.where(np.arange(start, start + bottom.size) % 4 < 2, bottom, -1)
            self._layer.set(start, top, bottom)
            buckets.touched = buckets.columns
        return self._layer


class SeriesPlot:
    """The buckets of one series in one view."""

    def __init__(self, series: Series, view: View) -> None:
        self.series = series
        self.view = view
        self._revision = series.curve.revision
        self._read = 0
        smooths = view.smooths and not series.curve.in_short
        self.raw = Trace(view, series.dashed and not smooths)
        self.smooth = Trace(view, series.dashed) if smooths else None
        self._ema = Ema(view.smoothing)
        self.not_finite = 0
        """NaN and Inf so far, told beside the chart because a gap alone is easily missed."""
        self.below_log = 0
        """Finite values a logarithmic axis cannot show."""
        self.tails = [self._tail(curve) for curve in series.tails]
        self.update()

    @property
    def stale(self) -> bool:
        """Whether points changed that were already read."""
        return self._revision != self.series.curve.revision

    def update(self) -> bool:
        """Take in points that came since; True when there were any."""
        curve = self.series.curve
        start, self._read = self._read, len(curve)
        if start == self._read:
            return False
        x, y = curve.x(self.view.axis, start), curve.values[start:]
        self.not_finite += int(y.size - np.count_nonzero(np.isfinite(y)))
        if self.view.log:
            self.below_log += int(np.count_nonzero(np.isfinite(y) & (y <= 0)))
        self._add(self.raw, x, y)
        if self.smooth is not None:
            self._add(self.smooth, x, self._ema.add(y))
        return True

    def _tail(self, curve: Curve) -> Trace:
        trace = Trace(self.view)
        self._add(trace, curve.x(self.view.axis), curve.values)
        return trace

    def _add(self, trace: Trace, x: Floats, y: Floats) -> None:
        if self.view.axis is not XAxis.STEP:
            known = np.isfinite(x)
            x, y = x[known], y[known]
        if self.view.log and y.size and not y.min() > 0:
            y = np.where(y > 0, y, np.nan)
        trace.buckets.add(x, y)

    def limits(self) -> tuple[float, float] | None:
        """Lowest and highest value in sight, tails included."""
        found = [limits for trace in (self.raw, *self.tails) if (limits := trace.buckets.limits()) is not None]
        if not found:
            return None
        return min(low for low, _ in found), max(high for _, high in found)


class Plot:
    """All series of a chart in one view."""

    def __init__(self, series: Sequence[Series], view: View) -> None:
        self.view = view
        self.plots = [SeriesPlot(one, view) for one in series]
        self.pile = Pile()

    def update(self) -> bool:
        """Take in new points of every series; True when something changed."""
        changed = False
        for at, plot in enumerate(self.plots):
            if plot.stale:
                self.plots[at] = SeriesPlot(plot.series, self.view)
                changed = True
            else:
                changed |= plot.update()
        return changed

    def limits(self) -> tuple[float, float] | None:
        """Lowest and highest value in sight."""
        found = [limits for plot in self.plots if (limits := plot.limits()) is not None]
        if not found:
            return None
        return min(low for low, _ in found), max(high for _, high in found)


def x_limits(series: Sequence[Series], axis: XAxis) -> tuple[float, float] | None:
    """First and last position of all points; None without any that has one."""
    found = []
    for one in series:
        for curve in (one.curve, *one.tails):
            x = curve.x(axis)
            if axis is not XAxis.STEP:
                x = x[np.isfinite(x)]
            if x.size:
                found.append((float(x[0]), float(x[-1])))
    if not found:
        return None
    return min(first for first, _ in found), max(last for _, last in found)


def nearest(series: Series, axis: XAxis, at: float) -> tuple[float, float] | None:
    """The point of a series nearest to a position (x, value); None in an empty series."""
    x = series.curve.x(axis)
    if not x.size or not np.isfinite(x).any():
        return None
    right = min(int(np.searchsorted(x, at)), x.size - 1)
    left = max(0, right - 1)
    chosen = left if abs(x[left] - at) <= abs(x[right] - at) else right
    return float(x[chosen]), float(series.curve.values[chosen])
