"""What came out over two settings, as a map in signs: fifths of the trials, interpolated between them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from labjournal import format as fmt

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

WIDTH, HEIGHT = 48, 15
LEAST = 6
"""Points of fewer places make no map."""
_SHADES = "·░▒▓█"
_BEST = "◆"
_RATIO = 30.0
"""Positive values that span more than this are drawn by their logarithms."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """One axis of the map."""

    name: str
    low: float
    high: float
    log: bool

    def at(self, value: float) -> float:
        """The place of a value, 0 to 1."""
        low, high, here = (math.log(one) if self.log else one for one in (self.low, self.high, value))
        return (here - low) / (high - low)

    def value(self, place: float) -> float:
        if self.log:
            return math.exp(math.log(self.low) + place * math.log(self.high / self.low))
        return self.low + place * (self.high - self.low)


def lines(x: str, y: str, trials: Sequence[tuple[float, float, float]], metric: str, lower: bool) -> list[str]:
    """The map of ``(x, y, value)`` of trials; [] where they stand in too few places, or all on one line."""
    means = _means(trials)
    if len(means) < LEAST:
        return []
    across, up = (_scale(name, [place[at] for place in means]) for at, name in enumerate((x, y)))
    if across is None or up is None:
        return []
    places = [(across.at(one), up.at(two)) for one, two in means]
    values = list(means.values())
    field = _field(places, values)
    if field is None:
        return []
    limits = _limits(values)
    best = places[values.index(min(values) if lower else max(values))]
    rows = [[" " if math.isnan(value) else _shade(value, limits, lower) for value in row] for row in field.tolist()]
    rows[round(best[1] * (HEIGHT - 1))][round(best[0] * (WIDTH - 1))] = _BEST
    return [*_drawn(rows, across, up), "", *_legend(limits, values, metric, lower)]


def _means(trials: Sequence[tuple[float, float, float]]) -> Mapping[tuple[float, float], float]:
    """The mean value of each place: other settings and seeds are averaged over."""
    found: dict[tuple[float, float], list[float]] = {}
    for x, y, value in trials:
        found.setdefault((x, y), []).append(value)
    return {place: math.fsum(values) / len(values) for place, values in sorted(found.items())}


def _scale(name: str, values: Sequence[float]) -> _Scale | None:
    low, high = min(values), max(values)
    return None if low == high else _Scale(name, low, high, low > 0 and high / low > _RATIO)


def _field(places: Sequence[tuple[float, float]], values: Sequence[float]) -> npt.NDArray[np.float64] | None:
    """Values between the trials, bottom row first; NaN where none stand around."""
    import numpy as np
    from scipy.interpolate import griddata
    from scipy.spatial import QhullError

    inset = 1e-9  # what stands on the edge is inside
    across, up = (np.linspace(inset, 1 - inset, size) for size in (WIDTH, HEIGHT))
    try:
        field: npt.NDArray[np.float64] = griddata(np.array(places), np.array(values), tuple(np.meshgrid(across, up)))
    except QhullError:  # all on one line
        return None
    return field


def _limits(values: Sequence[float]) -> list[float]:
    import numpy as np

    return [float(one) for one in np.quantile(values, (0.2, 0.4, 0.6, 0.8))]


def _shade(value: float, limits: Sequence[float], lower: bool) -> str:
    above = sum(value > limit for limit in limits)
    return _SHADES[len(limits) - above if lower else above]


def _drawn(rows: Sequence[Sequence[str]], across: _Scale, up: _Scale) -> list[str]:
    marks = {at: fmt.number(up.value(at / (HEIGHT - 1))) for at in (HEIGHT - 1, HEIGHT // 2, 0)}
    wide = max(map(len, marks.values()))
    told = [f"{marks.get(at, ''):>{wide}} │{''.join(rows[at])}".rstrip() for at in reversed(range(HEIGHT))]
    left, middle, right = (fmt.number(across.value(place)) for place in (0.0, 0.5, 1.0))
    ends = f"{left}{middle.center(WIDTH - len(left) - len(right))}{right}"
    names = f"{across.name} across{' (log)' if across.log else ''}, {up.name} up{' (log)' if up.log else ''}"
    return [names, *told, f"{'':>{wide}} └{'─' * WIDTH}", f"{'':>{wide}}  {ends}"]


def _legend(limits: Sequence[float], values: Sequence[float], metric: str, lower: bool) -> list[str]:
    bounds = [min(values), *limits, max(values)]
    bands = [f"{fmt.number(low)} to {fmt.number(high)}" for low, high in pairwise(bounds)]
    shades = reversed(_SHADES) if lower else _SHADES
    told = [f"{shade} {band}" for shade, band in zip(shades, bands, strict=True)]
    return [f"{metric}: {', '.join(told if lower else reversed(told))}; {_BEST} the best; blank: no trials around"]
