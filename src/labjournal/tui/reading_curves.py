"""Questions about curves, asked on the reading thread: all points of one, what came since, its extremes.

Curves are made here and not where they are drawn: a million points are copied once, into columns with room for those
to come, and looked through for their limits, while the app's own thread answers keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from labjournal.model import SeriesKey
from labjournal.tui.feed import Source
from labjournal.tui.widgets.curve import Curve

if TYPE_CHECKING:
    from labjournal.store.series import SeriesData

Floats = NDArray[np.float64]
LONG = 50_000
"""Points from which reading a curve takes longer than one should wait to see it."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A curve with all of its points."""

    count: int
    """Points in the index, all attempts together."""
    curve: Curve
    tails: tuple[Curve, ...] = ()
    """What attempts wrote and a later one replaced."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Points that come after those known of a curve."""

    steps: Floats
    walls: Floats
    values: Floats


def curves(source: Source, known: Mapping[SeriesKey, int]) -> dict[SeriesKey, Whole | Rest]:
    """News of curves, by the number of points already known of each."""
    found: dict[SeriesKey, Whole | Rest] = {}
    for key, total in known.items():
        read = source.store.series_on(key, total)
        if read is None:
            continue
        before, data = read
        if before + len(data.steps) == total:
            continue
        news: Whole | Rest | None = _rest(data, total - before) if total else None
        if news is None:
            whole = source.store.series(key) if before else data
            news = _whole(whole) if whole is not None else None
        if news is not None:
            found[key] = news
    return found


def in_short(source: Source, keys: Collection[SeriesKey]) -> dict[SeriesKey, Curve]:
    """Long curves by their lowest and highest points: what is drawn until all points are read."""
    found = {}
    for key in keys:
        data = source.store.series_in_short(key)
        if data is not None and len(data.steps):
            found[key] = _whole(data, in_short=True).curve
    return found


def _rest(data: SeriesData, known: int) -> Rest | None:
    """The points after the first ``known``, where they only continue the curve; None where they do not."""
    steps = data.steps
    if len(steps) <= known or data.sessions[0] != data.sessions[-1] or steps[known - 1] >= steps[known:].min():
        return None
    rest = slice(known, None)
    return Rest(steps[rest].astype(float), data.walls[rest], data.values[rest])


def _whole(data: SeriesData, in_short: bool = False) -> Whole:
    """All points, those that a later attempt replaced apart."""
    from labjournal.events.lineage import surviving

    breaks = (np.flatnonzero(np.diff(data.sessions)) + 1).tolist()
    alive = surviving(data.steps, breaks)
    if alive.all():
        curve = Curve(data.steps, data.values, data.walls, in_short=in_short, grows=True)
        return Whole(len(data.steps), _looked_through(curve))
    curve = Curve(data.steps[alive], data.values[alive], data.walls[alive], in_short=in_short, grows=True)
    return Whole(len(data.steps), _looked_through(curve), tuple(_tails(data, alive)))


def _looked_through(curve: Curve) -> Curve:
    """The curve, its limits known: whether it wants a log axis is asked where it is drawn."""
    curve.limits()
    return curve


def _tails(data: SeriesData, alive: NDArray[np.bool_]) -> list[Curve]:
    """Dead points by the attempt that wrote them."""
    dead = np.flatnonzero(~alive)
    return [
        Curve(data.steps[part], data.values[part], data.walls[part])
        for session in np.unique(data.sessions[dead])
        if len(part := dead[data.sessions[dead] == session])
    ]
