"""Two rates of different samples: their difference, its interval, and the word that may be said about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from labjournal.stats.intervals import Interval, check_counts, wilson

Word = Literal["differs", "no difference shown", "cannot tell"]

FEW = 30
"""Below this many cases in either sample a difference that is not shown is not known either (study jets, gate 11)."""
SMALL_CELL = 5
"""Fisher's test is used where an expected count is below this (the usual rule for the chi-squared approximation)."""
EXACT_TOTAL = 5_000
"""Up to this total Fisher's p is summed in exact integers; above, by log-gamma (about 1e-11 relative there)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``value`` is the first rate minus the second."""

    value: float
    low: float
    high: float
    p: float
    method: str
    word: Word


def newcombe_difference(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Interval of ``k1/n1 - k2/n2`` for independent samples, from the two Wilson intervals.

    ``d - sqrt((p1-l1)² + (u2-p2)²)`` to ``d + sqrt((u1-p1)² + (p2-l2)²)``: method 10 of Newcombe, Statistics in
    Medicine 17 (1998) 873. Raises InputError for impossible counts.
    """
    a, b = wilson(k1, n1, level), wilson(k2, n2, level)
    p1, l1, u1 = _three(a)
    p2, l2, u2 = _three(b)
    value = p1 - p2
    return Interval(value, value - math.hypot(p1 - l1, u2 - p2), value + math.hypot(u1 - p1, p2 - l2))


def two_proportion_p(k1: int, n1: int, k2: int, n2: int) -> float:
    """Two-sided p of equal rates: pooled z test, no continuity correction; 1.0 where both rates are 0 or both 1."""
    check_counts(k1, n1)
    check_counts(k2, n2)
    pooled = (k1 + k2) / (n1 + n2)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    if spread == 0:
        return 1.0
    return math.erfc(abs(k1 / n1 - k2 / n2) / spread / math.sqrt(2))


def fisher_exact(k1: int, n1: int, k2: int, n2: int) -> float:
    """Two-sided p of Fisher's exact test: the probability of all tables no more likely than this one.

    Ties within 1e-7 count as equally likely (so does R). Raises InputError for impossible counts.
    """
    check_counts(k1, n1)
    check_counts(k2, n2)
    good, total = k1 + k2, n1 + n2
    lowest, highest = max(0, good - n2), min(good, n1)
    if total <= EXACT_TOTAL:
        weights = [math.comb(n1, k) * math.comb(n2, good - k) for k in range(lowest, highest + 1)]
        limit = weights[k1 - lowest] * 10_000_001 // 10_000_000
        return float(Fraction(sum(w for w in weights if w <= limit), sum(weights)))
    logs = [_log_comb(n1, k) + _log_comb(n2, good - k) for k in range(lowest, highest + 1)]
    top = max(logs)
    masses = [math.exp(value - top) for value in logs]
    limit_mass = masses[k1 - lowest] * (1 + 1e-7)
    return min(1.0, math.fsum(m for m in masses if m <= limit_mass) / math.fsum(masses))


def compare_rates(a: tuple[int, int], b: tuple[int, int], level: float = 0.95) -> Difference:
    """Compares two rates (k, n) of independent samples; ``value`` is a minus b.

    The interval is Newcombe's, p is of the pooled z test, or Fisher's where an expected count is below five. "differs"
    needs both to say so; "cannot tell" is said where either sample has fewer than 30 cases and nothing was shown.
    """
    (k1, n1), (k2, n2) = a, b
    interval = newcombe_difference(k1, n1, k2, n2, level)
    value, low, high = _three(interval)
    good, total = k1 + k2, n1 + n2
    expected = min(n1, n2) * min(good, total - good) / total
    if expected < SMALL_CELL:
        p, test = fisher_exact(k1, n1, k2, n2), "Fisher's exact test"
    else:
        p, test = two_proportion_p(k1, n1, k2, n2), "two-proportion z test"
    word: Word = "no difference shown"
    if p < 1 - level and not low <= 0 <= high:
        word = "differs"
    elif min(n1, n2) < FEW:
        word = "cannot tell"
    return Difference(value, low, high, p, f"Newcombe interval, {test}", word)


def _three(interval: Interval) -> tuple[float, float, float]:
    value, low, high = interval.value, interval.low, interval.high
    return (0.0 if value is None else value, 0.0 if low is None else low, 1.0 if high is None else high)


def _log_comb(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
