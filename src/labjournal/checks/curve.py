"""A curve as the checks see it: one value a step, in the surviving line, and the few statistics they share.

Legend: arrays are of shape (n,), one element a step; windows count records, not steps.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labjournal.checks.naming import CurveName, read_name

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_POINTS = 4096
"""More records than this are drawn together by medians of equal blocks: a million points are judged in 50 ms."""
_MAD = 1.4826
"""Of a normal distribution the standard deviation is 1.4826 times the median absolute deviation."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of one curve by ascending step, each step once."""

    name: str
    steps: Ints
    values: Floats
    walls: Floats
    """Seconds since 1970."""
    breaks: tuple[int, ...] = ()
    """Indices of the first points after a restart or another file."""
    rounds: tuple[int, ...] = ()
    """Steps at which the script itself began to count anew, as folds and rounds do."""
    phases: tuple[int, ...] = ()
    """Steps at which another optimizer began, so that another training may have."""
    read: CurveName = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "read", read_name(self.name))

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def finite(self) -> Curve:
        """The curve without NaN and infinities; itself where there are none."""
        good = np.isfinite(self.values)
        if good.all():
            return self
        return Curve(
            self.name, self.steps[good], self.values[good], self.walls[good], rounds=self.rounds, phases=self.phases
        )

    @cached_property
    def trainings(self) -> tuple[Curve, ...]:
        """A curve for each stretch in which the script counts on with its optimizers; itself where it is all one."""
        begins = sorted({*self.rounds, *self.phases})
        edges = [0, *np.searchsorted(self.steps, begins).tolist(), len(self)]
        if len(edges) == 2 or not len(self):
            return (self,)
        parts = (slice(a, b) for a, b in itertools.pairwise(edges) if b > a)
        return tuple(Curve(self.name, self.steps[one], self.values[one], self.walls[one]) for one in parts)

    def joined(self, later: Curve) -> Curve:
        """Both as one curve."""
        return Curve(
            self.name,
            np.concatenate([self.steps, later.steps]),
            np.concatenate([self.values, later.values]),
            np.concatenate([self.walls, later.walls]),
        )

    @cached_property
    def thin(self) -> Curve:
        """Finite values, at most ``MOST_POINTS``: blocks of equal length by their medians, at their last steps."""
        whole = self.finite
        block = -(-len(whole) // MOST_POINTS)
        if block <= 1:
            return whole
        cut = len(whole) - len(whole) % block
        first = len(whole) - cut  # what does not fill a block is left out at the start, where least is decided
        values = np.median(whole.values[first:].reshape(-1, block), axis=1)
        ends = slice(first + block - 1, None, block)
        return Curve(self.name, whole.steps[ends], values, whole.walls[ends], rounds=self.rounds, phases=self.phases)

    def at_or_before(self, steps: Ints) -> Floats:
        """The last value not later than each step; NaN before the first."""
        at = np.searchsorted(self.steps, steps, side="right") - 1
        return np.where(at >= 0, self.values[np.maximum(at, 0)], np.nan) if len(self) else np.full(len(steps), np.nan)


class Trend(NamedTuple):
    """A straight line through points; ``error`` is the standard error of the slope, from block means."""

    slope: float
    error: float

    @property
    def falls(self) -> bool:
        return self.slope < -3 * self.error


def noise_of(values: Floats) -> float:
    """Scatter from record to record: the robust standard deviation of first differences, over sqrt(2).

    A slow trend adds nothing to it. 0 for fewer than 3 values.
    """
    if len(values) < 3:
        return 0.0
    differences = np.diff(values)
    return float(_MAD * np.median(np.abs(differences - np.median(differences))) / np.sqrt(2))


def trend_of(x: Floats, values: Floats, blocks: int = 10) -> Trend:
    """Least squares through means of blocks, so that neighbours that go together do not look like many witnesses.

    Slope per unit of x. With fewer than 6 values the error is infinite.
    """
    if len(values) < 6:
        return Trend(0.0, float("inf"))
    parts = min(blocks, len(values) // 2)
    means_x = np.array([part.mean() for part in np.array_split(x, parts)])
    means_y = np.array([part.mean() for part in np.array_split(values, parts)])
    centred = means_x - means_x.mean()
    spread = float(centred @ centred)
    if spread == 0:
        return Trend(0.0, float("inf"))
    slope = float(centred @ means_y) / spread
    left = means_y - means_y.mean() - slope * centred
    return Trend(slope, float(np.sqrt(left @ left / max(1, parts - 2) / spread)))


def start_level(values: Floats) -> float:
    """Median of the first records: a twentieth of them, at least 3 and at most 50."""
    return float(np.median(values[: min(50, max(3, len(values) // 20))]))


def end_level(values: Floats) -> float:
    """Median of the last tenth, at least 3 and at most 200 records."""
    return float(np.median(values[-min(200, max(3, len(values) // 10)) :]))


def running_median(values: Floats, window: int) -> Floats:
    """Medians of each full window, shape (n - window + 1,)."""
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(values, window), axis=1))


def rank_correlation(a: Floats, b: Floats) -> float:
    """Spearman's: Pearson's of mid-ranks; NaN where either is constant."""
    first, second = mid_ranks(a), mid_ranks(b)
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / spread if spread else float("nan")


def mid_ranks(values: Floats) -> Floats:
    """Ranks from 1, ties share the mean of theirs."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[where], np.float64)


def longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and length of the longest stretch of True, the last one of equal ones."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    if not len(starts):
        return 0, 0
    at = len(lengths) - 1 - int(np.argmax(lengths[::-1]))
    return int(starts[at]), int(lengths[at])


def pick(curves: Sequence[Curve], quantity: str) -> list[Curve]:
    """The curves of one quantity that have points."""
    return [curve for curve in curves if curve.read.quantity == quantity and len(curve)]
