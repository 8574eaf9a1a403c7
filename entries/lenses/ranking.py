"""How well scores rank: ROC rules with ties, rates with their counts and intervals. numpy only.

N negatives, P positives. A rate far out on the curve is decided by a handful of negatives, so each comes with how many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True)
class Curve:
    """Points of a ROC, in counts, from the highest threshold on."""

    fp: NDArray[np.int64]
    tp: NDArray[np.int64]
    negatives: int
    positives: int
    thresholds: Array
    """A point counts the scores at or above its threshold."""

    @property
    def fpr(self) -> Array:
        return self.fp / max(self.negatives, 1)

    @property
    def tpr(self) -> Array:
        return self.tp / max(self.positives, 1)

    @property
    def area(self) -> float:
        return float(np.trapezoid(self.tpr, self.fpr))


def roc(score: Array, label: Labels, keep: str = "last", origin: bool = True) -> Curve:
    """One point after each group of equal scores, and (0, 0).

    ``keep = "first"`` (a point after the first of each group) and no ``origin`` are the faults A2 and A3.
    """
    order = score.argsort(kind="stable")[::-1]
    s, y = score[order], label[order].astype(bool)
    change = np.flatnonzero(np.diff(s) != 0)
    at = np.append(change, s.size - 1) if keep == "last" else np.append(0, change + 1)
    fp, tp, thresholds = (~y).cumsum()[at], y.cumsum()[at], s[at]
    if origin:
        fp, tp, thresholds = np.append(0, fp), np.append(0, tp), np.append(np.inf, thresholds)
    return Curve(fp, tp, int((~y).sum()), int(y.sum()), thresholds)


def tpr_at(curve: Curve, fpr: float, rule: str = "step") -> float:
    """The largest TPR of a point with FPR <= ``fpr`` (step), or interpolated there (linear)."""
    if rule == "linear":
        last = int(np.searchsorted(curve.fpr, fpr, side="right")) - 1
        if last < 0 or last + 1 == len(curve.fpr):
            return float(curve.tpr[max(last, 0)])
        (x, then), (y, up) = curve.fpr[last : last + 2], curve.tpr[last : last + 2]
        return float(y + (up - y) * (fpr - x) / (then - x))
    return float(curve.tp[point_at(curve, fpr)] / max(curve.positives, 1))


def point_at(curve: Curve, fpr: float) -> int:
    """Number of the last point with FPR <= ``fpr``; -1, which is the last of all, where there is none (A3)."""
    return int(np.searchsorted(curve.fp, int(np.floor(fpr * curve.negatives + 1e-9)), side="right")) - 1


def fpr_at(curve: Curve, tpr: float) -> float:
    """The smallest FPR of a point with TPR >= ``tpr``."""
    reached = np.flatnonzero(curve.tpr >= tpr)
    return float(curve.fpr[reached[0]]) if reached.size else 1.0


def first_tie(score: Array, label: Labels) -> tuple[int, int]:
    """Positives and negatives among those that share the highest score."""
    top = score == score.max()
    return int((top & label).sum()), int((top & ~label).sum())


def largest_tie(score: Array) -> int:
    return int(np.unique(score, return_counts=True)[1].max())


def ends_share(score: Array) -> float:
    """Share of the probabilities within 1e-3 of 0 or 1; ``score`` are logits."""
    return float((np.abs(score) > np.log(999)).mean())


def fraction(part: int, of: int) -> str:
    """A rate; with its counts where they are few, so that 1 of 62910 is never "0.0%"."""
    rate = part / of if of else float("nan")
    if part < 10 or rate < 1e-3:
        digits = 1 if rate >= 1e-3 or part == 0 else 4
        return f"{part}/{of} ({100 * rate:.{digits}f}%)"
    return f"{100 * rate:.1f}%"


def exact_interval(part: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's, for a rate at a threshold that is fixed."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = 0.0 if part == 0 else float(betaincinv(part, of - part + 1, tail))
    high = 1.0 if part == of else float(betaincinv(part + 1, of - part, 1 - tail))
    return low, high


def bootstrap(
    score: Array, label: Labels, galaxy: NDArray[np.int64], fpr: float, times: int = 200, seed: int = 0
) -> tuple[float, float]:
    """95% interval of ``tpr_at`` (step), whole galaxies drawn again: stamps of one galaxy are not independent."""
    names, of_row = np.unique(galaxy, return_inverse=True)
    order = score.argsort(kind="stable")[::-1]
    s, y, of_row = score[order], label[order], of_row[order]
    last = np.append(np.flatnonzero(np.diff(s) != 0), s.size - 1)
    draw = np.random.default_rng(seed)
    found = np.empty(times)
    for k in range(times):
        weights = np.bincount(draw.integers(len(names), size=len(names)), minlength=len(names))[of_row]
        tp, fp = np.cumsum(weights * y)[last], np.cumsum(weights * ~y)[last]
        allowed = np.floor(fpr * fp[-1] + 1e-9)
        at = int(np.searchsorted(fp, allowed, side="right")) - 1
        found[k] = tp[at] / max(tp[-1], 1) if at >= 0 else 0.0
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def extremes(score: Array, label: Labels, count: int = 50) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the highest negatives and of the lowest positives, worst first."""
    order = score.argsort(kind="stable")
    negatives, positives = order[~label[order]][::-1], order[label[order]]
    return negatives[:count], positives[:count]


def as_bfloat16(values: Array) -> Array:
    """Rounded to 8 bits of mantissa, as probabilities of a network in bf16 are: all above 0.998 become 1."""
    bits = values.astype(np.float32).view(np.uint32)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return rounded.astype(np.uint32).view(np.float32).astype(np.float64)
