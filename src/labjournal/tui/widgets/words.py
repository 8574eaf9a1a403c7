"""A chart in words: for screen readers, for mail, and for whoever wants the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labjournal import format
from labjournal.tui.widgets.chart_lines import Mark, Threshold, x_text
from labjournal.tui.widgets.curve import XAxis
from labjournal.tui.widgets.plot import Series

_SETTLED = 0.05
"""A change of the last quarter's median below this share of the whole range is called level."""


def chart_words(
    title: str,
    series: Sequence[Series],
    axis: XAxis,
    marks: Sequence[Mark] = (),
    thresholds: Sequence[Threshold] = (),
) -> str:
    """What a chart shows, a sentence a series, then its marks and levels."""
    sentences = [f"{title}, by {axis.value}." if series else f"{title}: nothing to show."]
    sentences += [_series_words(one, axis, named=len(series) > 1) for one in series]
    for threshold in thresholds:
        sentences.append(f"{threshold.words or 'level'} at {format.number(threshold.value)}.")
    for mark in sorted(marks, key=lambda mark: mark.x):
        sentences.append(f"{mark.words or 'mark'} at {x_text(axis, mark.x)}.")
    return format.visible(" ".join(sentences))


def _series_words(series: Series, axis: XAxis, named: bool) -> str:
    x, y = series.curve.x(axis), series.curve.values
    name = f"{series.name}: " if named else ""
    finite = np.isfinite(y)
    if not y.size:
        return f"{name}no points yet."
    missing = int(y.size - np.count_nonzero(finite))
    if missing == y.size:
        return f"{name}{format.count(missing)} points, none of them finite."
    good_x, good_y = x[finite], y[finite]
    low, high = int(np.argmin(good_y)), int(np.argmax(good_y))
    if good_y[low] == good_y[high]:
        said = f"{name}{format.number(good_y[0])} exactly at every one of {format.count(good_y.size)} points"
    else:
        said = (
            f"{name}from {format.number(good_y[0])} at {x_text(axis, good_x[0])} to {format.number(good_y[-1])} "
            f"at {x_text(axis, good_x[-1])}, lowest {format.number(good_y[low])} at {x_text(axis, good_x[low])}, "
            f"highest {format.number(good_y[high])} at {x_text(axis, good_x[high])}, {_trend(good_y)}"
        )
    if missing:
        first = x_text(axis, x[~finite][0])
        said += f"; {format.plural(missing, 'value')} not finite, the first at {first}"
    return f"{said}."


def _trend(y: NDArray[np.float64]) -> str:
    """How the last quarter went: its second half against its first, by medians."""
    quarter = y[-max(4, y.size // 4) :]
    if quarter.size < 4:
        return "too few points for a trend"
    half = quarter.size // 2
    change = float(np.median(quarter[half:]) - np.median(quarter[:half]))
    if abs(change) <= _SETTLED * float(y.max() - y.min()):
        return "level lately"
    return "rising lately" if change > 0 else "falling lately"
