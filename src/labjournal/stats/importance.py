"""Which of several settings decides how trials came out: one at a time, by ranks, less what chance would give."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LEAST = 8
"""Fewer trials say nothing of what decided."""
_FEWEST_BINS, _BINS = 3, 5  # two would not see an optimum in the middle


class Share(NamedTuple):
    """What one setting decides alone."""

    share: float
    """Of the variance of the ranks: what lies between its values, less what would by chance; 0 when it is none."""
    p: float
    """How often trials without any such difference look like this (Kruskal-Wallis)."""


def shares(settings: Mapping[str, Sequence[str]], values: Sequence[float]) -> dict[str, Share]:
    """The share of each setting, the largest first; {} with too few trials, or when all came out alike.

    Ranks, so that one diverged trial does not hide all others. Numbers of which there are many are taken in groups of
    neighbours.
    """
    from scipy import stats

    n = len(values)
    if n < LEAST or len(set(values)) == 1:
        return {}
    ranks: npt.NDArray[np.float64] = stats.rankdata(values)
    spread = float(((ranks - ranks.mean()) ** 2).sum())
    found: dict[str, Share] = {}
    for name, said in settings.items():
        groups = _groups(said)
        k = int(groups.max()) + 1
        if not 1 < k < n:
            continue
        parts = [ranks[groups == group] for group in range(k)]
        between = sum(len(part) * (float(part.mean()) - float(ranks.mean())) ** 2 for part in parts) / spread
        share = max(0.0, 1 - (1 - between) * (n - 1) / (n - k))
        found[name] = Share(share, float(stats.chi2.sf((n - 1) * between, k - 1)))
    return dict(sorted(found.items(), key=lambda item: (-item[1].share, item[0])))


def _groups(said: Sequence[str]) -> npt.NDArray[np.int64]:
    """The number of the group of each trial: those of one value, or neighbours where nearly each has its own."""
    import numpy as np

    distinct = sorted(set(said))
    numbers = [number_of(text) for text in said]
    if len(distinct) * 3 <= len(said) * 2 or None in numbers:
        return np.array([distinct.index(text) for text in said])
    order = np.argsort(np.array(numbers, dtype=np.float64), kind="stable")
    bins = max(_FEWEST_BINS, min(_BINS, len(said) // 4))
    groups = np.empty(len(said), dtype=np.int64)
    for group, members in enumerate(np.array_split(order, bins)):
        groups[members] = group
    return groups


def number_of(text: str) -> float | None:
    """The finite number that a value of a setting is, else None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
