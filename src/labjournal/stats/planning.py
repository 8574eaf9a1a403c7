"""How many seeds, how many comparisons, how many events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from labjournal.errors import InputError
from labjournal.stats.intervals import z_of


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """A metric over replicates that differ in nothing but the seed."""

    n: int
    mean: float
    sd: float | None
    """Of the sample (n - 1); the noise floor of the metric. None for one replicate."""
    low: float | None
    high: float | None
    """Interval of the mean, by Student's t."""


def seed_spread(values: Sequence[float], level: float = 0.95) -> SeedSpread:
    """Mean and scatter over replicates. Raises InputError when there is none."""
    if not values:
        raise InputError("No replicate, no spread.")
    n = len(values)
    mean = math.fsum(values) / n
    if n == 1:
        return SeedSpread(1, mean, None, None, None)
    from scipy.special import stdtrit

    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * sd / math.sqrt(n)
    return SeedSpread(n, mean, sd, mean - half, mean + half)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjustment in the order given; None (not tested) stays None and is not counted.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979) 65.
    """
    tested = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, index) in enumerate(tested):
        largest = max(largest, min(1.0, p * (len(tested) - rank)))
        adjusted[index] = largest
    return adjusted


def sample_size_for_difference(p1: float, p2: float, *, level: float = 0.95, power: float = 0.8) -> int:
    """Events needed in each of two samples to tell the rates p1 and p2 apart.

    ``(z_a sqrt(2 m (1-m)) + z_b sqrt(p1 (1-p1) + p2 (1-p2)))² / (p1 - p2)²`` with m the mean of both, rounded up.
    Source: Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions (2003), section 4.2, without continuity
    correction. Raises InputError when the rates are equal or are no rates.
    """
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1) or p1 == p2 or not 0 < power < 1:
        raise InputError(f"No number of events can tell {p1} from {p2} with power {power}.")
    m = (p1 + p2) / 2
    wanted = z_of(level) * math.sqrt(2 * m * (1 - m)) + NormalDist().inv_cdf(power) * math.sqrt(
        p1 * (1 - p1) + p2 * (1 - p2)
    )
    return max(1, math.ceil(wanted**2 / (p1 - p2) ** 2))
