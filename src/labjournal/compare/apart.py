"""Whether two cells differ, by what is known of their scatter, and how the intervals of a table are made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from labjournal import stats
from labjournal.compare.measure import LEVEL, SIC, base_name
from labjournal.compare.table import Cell, Column

_Z = 1.959963984540054
"""Normal quantile that belongs to LEVEL."""
_INTERVAL = "95% Wilson interval"
_SIC_INTERVAL = "95% Wilson intervals of both efficiencies, on the log scale"
_AREA_INTERVAL = "95% interval of the area by DeLong's variance, on the logit scale"
_SEED_INTERVAL = "95% of the mean over seeds, Student's t"


@dataclass(frozen=True, slots=True)
class Test:
    """``difference`` = a - b with its interval."""

    difference: float
    low: float
    high: float
    p: float
    word: str
    paired: bool = False
    needed: int | None = None
    """Events each side would need to tell a difference of this size."""


def test(a: Cell, b: Cell) -> Test | None:
    """Whether two values differ; None when nothing is known of their scatter.

    Means over seeds: Welch's test. Counts: Newcombe's interval with a two-proportion or Fisher's p. Other values with
    intervals: the interval of the difference from both (MOVER: Zou and Donner, Statistics in Medicine 27 (2008) 1693),
    and the p of a normal law whose 95% reach is the side of that interval that faces 0.
    """
    if a.sd is not None or b.sd is not None:
        return _over_seeds(a, b)
    single = not a.groups and not b.groups  # events in groups are fewer witnesses than their counts
    if single and a.numerator is not None and a.denominator and b.numerator is not None and b.denominator:
        found = stats.compare_rates((a.numerator, a.denominator), (b.numerator, b.denominator), LEVEL)
        needed = None if a.value == b.value else stats.sample_size_for_difference(a.value, b.value, level=LEVEL)
        return Test(found.value, found.low, found.high, found.p, found.word, needed=needed)
    if a.low is None or a.high is None or b.low is None or b.high is None or not math.isfinite(a.value - b.value):
        return None
    gap = a.value - b.value
    low = gap - math.hypot(a.value - a.low, b.high - b.value)
    high = gap + math.hypot(a.high - a.value, b.value - b.low)
    reach = gap - low if gap > 0 else high - gap
    p = math.erfc(_Z * abs(gap) / reach / math.sqrt(2)) if reach > 0 else float(gap == 0)
    return Test(gap, low, high, p, "no difference shown" if low <= 0 <= high else "differs")


def _over_seeds(a: Cell, b: Cell) -> Test | None:
    if not math.isfinite(a.value - b.value):
        return None
    of_a, of_b = (stats.SeedSpread(max(1, len(cell.pooled)), cell.value, cell.sd, None, None) for cell in (a, b))
    found = stats.compare_means(of_a, of_b, LEVEL)
    return Test(found.value, found.low, found.high, found.p, found.word)


def interval_methods(columns: Sequence[Column], pooled: bool = False) -> dict[str, list[str]]:
    """Method in words -> labels of the metrics whose interval it makes; ``pooled``: the rows are means over seeds."""
    methods: dict[str, list[str]] = {}
    for column in columns:
        of_events = {SIC: _SIC_INTERVAL, "auc": _AREA_INTERVAL}.get(base_name(column.metric), _INTERVAL)
        methods.setdefault(_SEED_INTERVAL if pooled else of_events, []).append(column.label)
    return methods
