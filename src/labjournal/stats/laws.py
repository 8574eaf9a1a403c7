"""Laws that numbers should follow: a statistic against chi2(100), toys against the law they were drawn for.

A law is written ``chi2(100)``, ``normal(0, 1)``, ``uniform(0, 1)``, ``exponential(2)`` (its mean) or ``1 to 10``, a
range in which a value is expected and which gives no p.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from labjournal.errors import InputError
from labjournal.stats.intervals import Interval, clopper_pearson

_CALL = re.compile(r"\s*(?P<name>[a-z]\w*)\s*\((?P<given>[^()]*)\)\s*\Z", re.IGNORECASE)
_RANGE = re.compile(
    r"\s*(?P<low>[-+]?[\d.]+(?:e[-+]?\d+)?)\s*(?:to|\.\.|…)\s*(?P<high>[-+]?[\d.]+(?:e[-+]?\d+)?)\s*\Z", re.I
)
_PARAMETERS = {"chi2": 1, "normal": 2, "uniform": 2, "exponential": 1}
_HINT = "Known are chi2(k), normal(mean, sd), uniform(low, high), exponential(mean), and a range such as 1 to 10."


@dataclass(frozen=True, slots=True)
class Law:
    """``name`` is one of chi2, normal, uniform, exponential or range."""

    name: str
    given: tuple[float, ...]
    text: str
    """As it was written."""

    def cdf(self, value: float) -> float:
        """Chance of a value up to this one. Raises InputError for a range."""
        return self._tail(value, upper=False)

    def p(self, value: float) -> float:
        """Chance of this value or more: the p of an observation. Raises InputError for a range."""
        return self._tail(value, upper=True)

    def holds(self, value: float) -> bool | None:
        """Whether a value lies in the range; None for a law that has a p."""
        return self.given[0] <= value <= self.given[1] if self.name == "range" else None

    def _tail(self, value: float, upper: bool) -> float:
        from scipy import special

        match self.name, self.given:
            case "chi2", (k,):
                return float(special.chdtrc(k, max(value, 0.0)) if upper else special.chdtr(k, max(value, 0.0)))
            case "normal", (mean, sd):
                return float(special.ndtr((mean - value if upper else value - mean) / sd))
            case "uniform", (low, high):
                share = min(1.0, max(0.0, (value - low) / (high - low)))
                return 1 - share if upper else share
            case "exponential", (mean,):
                return math.exp(-max(value, 0.0) / mean) if upper else -math.expm1(-max(value, 0.0) / mean)
        raise InputError(f"{self.text} is a range and gives no p.", _HINT)


def parse_law(text: str) -> Law:
    """Read a law. Raises InputError for what is none."""
    found = _RANGE.match(text)
    if found is not None:
        low, high = float(found["low"]), float(found["high"])
        if low >= high:
            raise InputError(f"The range {text!r} is empty.", _HINT)
        return Law("range", (low, high), text.strip())
    call = _CALL.match(text)
    name = call["name"].lower() if call else ""
    try:
        given = tuple(float(part) for part in call["given"].split(",")) if call else ()
    except ValueError:
        given = ()
    if len(given) != _PARAMETERS.get(name, -1) or not all(map(math.isfinite, given)):
        raise InputError(f"{text!r} is no law.", _HINT)
    wrong = given[1] <= given[0] if name == "uniform" else given[-1] <= 0
    if wrong:
        raise InputError(f"{text!r} is no law: its width must be above 0.", _HINT)
    return Law(name, given, text.strip())


@dataclass(frozen=True, slots=True)
class ToyReport:
    """Toys held against a law, and an observation against both."""

    n: int
    mean: float
    sd: float | None
    distance: float | None
    """Largest gap between the distribution of the toys and the law (Kolmogorov and Smirnov); None without a law."""
    ks_p: float | None
    law_p: float | None
    """Of the observation by the law."""
    toys_p: Interval | None
    """Share of toys at least as large as the observation, with its exact interval."""


def judge_toys(values: Sequence[float], law: Law | None = None, observed: float | None = None) -> ToyReport:
    """Kolmogorov's test of the toys, and the p of the observation. Raises InputError for NaN, or fewer than two toys.

    The p of the test is exact (Simard and L'Ecuyer, J. Stat. Software 39 (2011) 11, as scipy has it). The p by toys
    never reads 0: of n toys none is larger means below 1/n, and its interval says so.
    """
    if len(values) < 2 or not all(map(math.isfinite, values)):
        raise InputError("A distribution of toys needs two finite values at least.")
    n = len(values)
    mean = math.fsum(values) / n
    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    distance = ks_p = law_p = None
    if law is not None and law.name != "range":
        from scipy.stats import kstwo  # 0.8 s, and only here

        ranked = [law.cdf(value) for value in sorted(values)]
        distance = max(max((i + 1) / n - c, c - i / n) for i, c in enumerate(ranked))
        ks_p = float(kstwo.sf(distance, n))
        law_p = None if observed is None else law.p(observed)
    toys_p = None if observed is None else clopper_pearson(sum(value >= observed for value in values), n)
    return ToyReport(n, mean, sd, distance, ks_p, law_p, toys_p)
