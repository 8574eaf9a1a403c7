"""Intervals of a rate k/n."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from labjournal.errors import InputError


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its bounds. None is a bound or value that does not exist."""

    value: float | None
    low: float | None
    high: float | None


@lru_cache(maxsize=64)
def z_of(level: float) -> float:
    """Normal quantile of a two-sided interval: 1.96 for 0.95."""
    if not 0 < level < 1:
        raise InputError(f"A confidence level lies between 0 and 1, not {level}.")
    return NormalDist().inv_cdf(0.5 + level / 2)


def check_counts(k: int, n: int) -> None:
    if n <= 0 or not 0 <= k <= n:
        raise InputError(f"{k} out of {n} is no rate.")


@lru_cache(maxsize=8192)  # of one table each row is held against the same one
def wilson(k: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval without continuity correction.

    ``(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)``. Source: Wilson, JASA 22 (1927) 209; recommended by
    Brown, Cai, DasGupta, Statistical Science 16 (2001) 101. Raises InputError unless 0 <= k <= n and n > 0.
    """
    check_counts(k, n)
    return _wilson(k / n, (n - k) / n, n, level)


def _wilson(p: float, q: float, n: float, level: float) -> Interval:
    z = z_of(level)
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * q / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At the ends one bound is exactly 0 or 1; elsewhere the lower one comes from the product of both roots, because
    # middle - half cancels for one case in millions.
    high = 1.0 if q == 0 else (middle + half) / scale
    low = 0.0 if p == 0 else p * p / (middle + half)
    return Interval(p, low, high)


def design_effect(hits: Sequence[bool], groups: Sequence[Hashable]) -> float:
    """How many times the variance of a share is what independent events would give, for events that come in groups.

    ``G/(G-1) sum_g (h_g - n_g p)² / n²`` over ``p (1-p) / n``: the ratio estimator of cluster sampling (Kish, Survey
    Sampling (1965), section 6.4), never below 1. 1 for a share of 0 or 1, and for a single group, which tells nothing.
    """
    if len(hits) != len(groups):
        raise InputError("Every event needs its group.")
    n, k = len(hits), sum(hits)
    sizes, found = Counter(groups), Counter(group for hit, group in zip(hits, groups, strict=True) if hit)
    if len(sizes) < 2 or not 0 < k < n:
        return 1.0
    p = k / n
    between = math.fsum((found[group] - size * p) ** 2 for group, size in sizes.items()) / n**2
    return max(1.0, len(sizes) / (len(sizes) - 1) * between / (p * (1 - p) / n))


def wilson_grouped(k: int, n: int, effect: float, level: float = 0.95) -> Interval:
    """Wilson's interval for events in groups: ``n`` divided by the `design_effect` (Korn and Graubard, Survey
    Methodology 24 (1998) 193). Raises InputError as `wilson`, and for an effect below 1."""
    check_counts(k, n)
    if effect < 1:
        raise InputError(f"A design effect is never below 1, as {effect} is.")
    return _wilson(k / n, (n - k) / n, n / effect, level)


def clopper_pearson(k: int, n: int, level: float = 0.95) -> Interval:
    """The exact interval: bounds are the rates at which k or more extreme has probability (1 - level)/2.

    Source: Clopper and Pearson, Biometrika 26 (1934) 404, by quantiles of the beta distribution. Never too short,
    often too long. Raises InputError unless 0 <= k <= n and n > 0.
    """
    check_counts(k, n)
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    z_of(level)
    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
    high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - tail))
    return Interval(k / n, low, high)
