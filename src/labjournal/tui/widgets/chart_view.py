"""Which part of a chart's x axis is in sight: everything, a zoom into it, a pan along it. A function of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labjournal.tui.widgets.axes import ahead
from labjournal.tui.widgets.curve import XAxis
from labjournal.tui.widgets.plot import Series, x_limits

Ends = tuple[float, float]
"""Left and right end in the x axis's unit."""


@dataclass(frozen=True)
class ChartOptions:
    """How a chart is looked at; the screen keeps one set for all its charts."""

    axis: XAxis = XAxis.STEP
    log: bool = False
    smoothing: float = 0.6
    """Weight of the past in the smoothed curve; 0 shows raw values only."""
    raw_only: bool = False
    zoom: Ends | None = None
    """None shows all."""


AS_USUAL = ChartOptions()


def everything(series: Sequence[Series], axis: XAxis, live: bool) -> Ends | None:
    """The ends of all points, and of a live chart a little room ahead; None without a point."""
    found = x_limits(series, axis)
    if found is None:
        return None
    left, right = found
    if axis is XAxis.STEP and 0 < left <= right / 20:
        # Writers begin at step 1 or after a few steps; the axis begins at 0 all the same.
        left = 0.0
    if live:
        return left, ahead(right, (right - left) or 1.0)
    return (left, right) if right > left else (left, left + 1)


def zoomed(options: ChartOptions, whole: Ends, factor: float, centre: float | None) -> ChartOptions:
    """Options that show ``factor`` times the present range around ``centre``, or around the middle."""
    left, right = options.zoom or whole
    at = centre if centre is not None and left <= centre <= right else (left + right) / 2
    share = (at - left) / (right - left)
    wide = (right - left) * factor
    return _within(options, whole, at - share * wide, at + (1 - share) * wide)


def panned(options: ChartOptions, whole: Ends, share: float) -> ChartOptions:
    """Options that show the range beside, ``share`` of the present one away."""
    if options.zoom is None:
        return options
    left, right = options.zoom
    by = max(whole[0] - left, min((right - left) * share, whole[1] - right))
    return _within(options, whole, left + by, right + by)


def _within(options: ChartOptions, whole: Ends, left: float, right: float) -> ChartOptions:
    if left <= whole[0] and right >= whole[1]:
        return replace(options, zoom=None)
    return replace(options, zoom=(left, right)) if right > left else options
