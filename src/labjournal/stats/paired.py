"""Two models on the same events."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from fractions import Fraction
from statistics import NormalDist
from typing import TYPE_CHECKING

from labjournal.errors import InputError
from labjournal.stats.differences import FEW, Difference, Word
from labjournal.stats.intervals import wilson, z_of

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


def paired_rates(both: int, only_a: int, only_b: int, neither: int, level: float = 0.95) -> Difference:
    """Two shares of right answers on the same events; ``value`` is a minus b.

    p is McNemar's, exact. The interval is method 10 of Newcombe, Statistics in Medicine 17 (1998) 2635: the two Wilson
    intervals joined with the correlation phi of the table, corrected for continuity. "differs" needs both to say so.
    """
    n = both + only_a + only_b + neither
    a, b = wilson(both + only_a, n, level), wilson(both + only_b, n, level)
    down_a, up_a = (a.value or 0.0) - (a.low or 0.0), (a.high or 0.0) - (a.value or 0.0)
    down_b, up_b = (b.value or 0.0) - (b.low or 0.0), (b.high or 0.0) - (b.value or 0.0)
    product = both * neither - only_a * only_b
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    # Newcombe's correction: a positive product loses n/2, but never changes its sign
    phi = (max(product - n / 2, 0.0) if product > 0 else float(product)) / math.sqrt(margins) if margins else 0.0
    value = (only_a - only_b) / n
    low = value - math.sqrt(max(0.0, down_a**2 - 2 * phi * down_a * up_b + up_b**2))
    high = value + math.sqrt(max(0.0, up_a**2 - 2 * phi * up_a * down_b + down_b**2))
    p = mcnemar(only_a, only_b)
    word: Word = "no difference shown"
    if p < 1 - level and not low <= 0 <= high:
        word = "differs"
    elif n < FEW:
        word = "cannot tell"
    return Difference(value, low, high, p, "McNemar's exact test, Newcombe interval of pairs", word)


def pairs_for_difference(only_a: int, only_b: int, n: int, *, level: float = 0.95, power: float = 0.8) -> int | None:
    """Events needed in all to tell a difference of this size on the same events; None for none.

    ``(z_a sqrt(d) + z_b sqrt(d - delta²))² / delta²``, d the share of events that only one gets right. Source: Connor,
    Biometrics 43 (1987) 207.
    """
    discordant, delta = (only_a + only_b) / n, abs(only_a - only_b) / n
    if not delta:
        return None
    wanted = z_of(level) * math.sqrt(discordant) + NormalDist().inv_cdf(power) * math.sqrt(discordant - delta**2)
    return max(1, math.ceil(wanted**2 / delta**2))
