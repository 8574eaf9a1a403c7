"""Two means over replicates: the difference between settings, measured against the scatter of seeds."""

from __future__ import annotations

import math

from labjournal.errors import InputError
from labjournal.stats.differences import Difference, Word
from labjournal.stats.planning import SeedSpread


def compare_means(a: SeedSpread, b: SeedSpread, level: float = 0.95) -> Difference:
    """Welch's test of the mean of ``a`` minus that of ``b``.

    ``(m_a - m_b) / sqrt(s_a²/n_a + s_b²/n_b)`` with the degrees of Welch and Satterthwaite (Biometrika 34 (1947) 28).
    One replicate against several borrows their scatter, with their n - 1 degrees. Raises InputError when neither side
    has two.
    """
    if a.sd is None and b.sd is None:
        raise InputError("One replicate on each side shows no scatter.")
    parts = [
        (spread.sd if spread.sd is not None else other.sd or 0.0) ** 2 / spread.n for spread, other in ((a, b), (b, a))
    ]
    variance = sum(parts)
    value = a.mean - b.mean
    if a.sd is None or b.sd is None:
        degrees = float(max(a.n, b.n) - 1)
    elif variance:
        degrees = variance**2 / sum(part**2 / (spread.n - 1) for part, spread in zip(parts, (a, b), strict=True))
    else:
        degrees = float(a.n + b.n - 2)
    from scipy.special import stdtr, stdtrit

    error = math.sqrt(variance)
    half = float(stdtrit(degrees, 0.5 + level / 2)) * error
    p = 2 * float(stdtr(degrees, -abs(value) / error)) if error else float(value == 0)
    word: Word = "differs" if p < 1 - level else "no difference shown"
    return Difference(value, value - half, value + half, p, "Welch's test over seeds", word)


def scatter_limit(sd: float, degrees: int, level: float = 0.95) -> float:
    """How far two single replicates of equal settings lie apart at most, with this probability.

    ``t sqrt(2) sd``: the prediction interval of the difference of two draws, ``sd`` known with ``degrees``.
    """
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + level / 2)) * math.sqrt(2) * sd
