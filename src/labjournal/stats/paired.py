"""Two models on the same events."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from labjournal.errors import InputError
from labjournal.stats.differences import FEW, Difference, Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_SUM = 2_000
"""Up to this many discordant pairs the binomial tail is summed in exact integers."""


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided exact p that a and b are right equally often, from the events only one of them got right.

    ``2 P(X <= min(b, c))`` for X binomial with b + c trials and chance one half, at most 1. Source: McNemar,
    Psychometrika 12 (1947) 153, in its exact form. 1.0 without any such event.
    """
    if only_a < 0 or only_b < 0:
        raise InputError(f"{only_a} and {only_b} are no counts.")
    n, k = only_a + only_b, min(only_a, only_b)
    if n == 0:
        return 1.0
    if n <= LONGEST_SUM:
        return min(1.0, float(Fraction(2 * sum(math.comb(n, j) for j in range(k + 1)), 2**n)))
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(k, n, 0.5)))


def paired_bootstrap(
    a: Sequence[float],
    b: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    level: float = 0.95,
    repeats: int = 10_000,
    seed: int = 0,
) -> Difference:
    """Mean of a minus mean of b over the same events, by resampling events (or whole groups of them).

    Percentile interval; p is twice the smaller share of resampled differences on either side of zero, at least
    1/repeats. Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. Seeded: the same
    input gives the same answer. Raises InputError when the lengths differ or nothing is there.
    """
    import numpy as np

    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise InputError("A paired comparison needs two equally long lists of values.")
    deltas = first - second
    sums, sizes = (deltas, np.ones(len(deltas))) if groups is None else _by_group(deltas, groups)
    rng = np.random.default_rng(seed)
    values = np.empty(repeats)
    block = max(1, min(repeats, 5_000_000 // len(sums)))
    for start in range(0, repeats, block):
        count = min(block, repeats - start)
        drawn = rng.integers(0, len(sums), size=(count, len(sums)))
        values[start : start + count] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = (float(bound) for bound in np.quantile(values, [(1 - level) / 2, (1 + level) / 2]))
    p = float(min(1.0, 2 * max(min((values <= 0).mean(), (values >= 0).mean()), 1 / repeats)))
    word: Word = "no difference shown"
    if not low <= 0 <= high:
        word = "differs" if len(sums) >= FEW else "cannot tell"
    elif len(sums) < FEW:
        word = "cannot tell"
    kind = "paired bootstrap" if groups is None else "paired bootstrap by group"
    return Difference(float(deltas.mean()), low, high, p, f"{kind}, {repeats} repeats", word)


def _by_group(
    deltas: NDArray[np.float64], groups: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    if len(groups) != len(deltas):
        raise InputError("Every event needs its group.")
    numbers = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    index = np.array([numbers[group] for group in groups])
    sums = np.bincount(index, weights=deltas).astype(np.float64)
    return sums, np.bincount(index).astype(np.float64)
