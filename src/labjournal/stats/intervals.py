"""Intervals of a rate k/n."""

from __future__ import annotations

import math
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


def wilson(k: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval without continuity correction.

    ``(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)``. Source: Wilson, JASA 22 (1927) 209; recommended by
    Brown, Cai, DasGupta, Statistical Science 16 (2001) 101. Raises InputError unless 0 <= k <= n and n > 0.
    """
    check_counts(k, n)
    z = z_of(level)
    p, q = k / n, (n - k) / n
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * q / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At the ends one bound is exactly 0 or 1; elsewhere the lower one comes from the product of both roots, because
    # middle - half cancels for one case in millions.
    high = 1.0 if k == n else (middle + half) / scale
    low = 0.0 if k == 0 else p * p / (middle + half)
    return Interval(p, low, high)


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
