"""Slopes of curves with their units, for `labjournal scalars --slope`: whether a curve still moves, not by eye."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from labjournal import format as fmt

if TYPE_CHECKING:
    from labjournal.events import Scalars

FEWEST = 6
"""Points from which a slope and its scatter can be told."""
_BLOCKS = 10


def lines(curves: Mapping[str, Scalars], share: float, per_epoch: float | None) -> Iterator[str]:
    """A line a curve: slope with its 95 % reach per step, per epoch where epochs are logged, and per log interval."""
    width = max((fmt.cells(name) for name in curves), default=0)
    for name, points in sorted(curves.items()):
        yield f"{fmt.pad(fmt.visible(name), width)}  {_line(points, share, per_epoch)}"


def _line(points: Scalars, share: float, per_epoch: float | None) -> str:
    import numpy as np
    from scipy.special import stdtrit

    from labjournal.checks.curve import trend_of

    finite = np.isfinite(points.values)
    steps, values = points.steps[finite].astype(np.float64), points.values[finite]
    if len(steps):
        late = steps >= steps[-1] - share * (steps[-1] - steps[0])
        steps, values = steps[late], values[late]
    if len(steps) < FEWEST or steps[-1] == steps[0]:
        return f"{fmt.plural(len(steps), 'point')} of the last {fmt.percent(share)}: too few for a slope"
    trend = trend_of(steps, values, _BLOCKS)
    blocks = min(_BLOCKS, len(values) // 2)
    reach = float(stdtrit(max(1, blocks - 2), 0.975)) * trend.error
    interval = float(np.median(np.diff(steps)))
    told = [_slope(trend.slope, reach, "step")]
    if per_epoch:
        told.append(_slope(trend.slope * per_epoch, reach * per_epoch, "epoch"))
    if interval > 1:
        told.append(_slope(trend.slope * interval, reach * interval, f"log interval of {interval:g} steps"))
    word = "no slope shown" if abs(trend.slope) <= reach else "falling" if trend.slope < 0 else "rising"
    where = f"steps {fmt.count(int(steps[0]))} to {fmt.count(int(steps[-1]))}, {fmt.plural(len(steps), 'point')}"
    return f"{', '.join(told)} ({where}): {word}"


def _slope(value: float, reach: float, unit: str) -> str:
    return f"{value:+.2g} ± {reach:.1g} per {unit}".replace("-", fmt.MINUS)


def steps_per_epoch(curves: Mapping[str, Scalars]) -> float | None:
    """By the curve called epoch, as most trainers log one."""
    for name, points in curves.items():
        if name.rpartition("/")[2].lower() == "epoch" and len(points) > 1:
            epochs = float(points.values[-1] - points.values[0])
            steps = float(points.steps[-1] - points.steps[0])
            if epochs > 0 and steps > 0:
                return steps / epochs
    return None
