"""What follows from a score for each event: ROC, area, efficiency at a false-positive rate, calibration.

Rules, the same everywhere: events with equal scores pass a threshold together; the ROC starts at (0, 0), where nothing
passes, and ends at (1, 1); nothing is interpolated when a working point is read off; the area counts ties half.

Legend: N events, P positives, M points of the ROC.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from labjournal.errors import InputError
from labjournal.stats.differences import FEW, Difference, Word
from labjournal.stats.intervals import Interval, z_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BINS = 10
"""Equal bins of the calibration error, unless told otherwise."""


def roc(positive: Sequence[bool], scores: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(fpr_M, tpr_M), from (0, 0) to (1, 1), one point a distinct score. Raises InputError without both classes."""
    import numpy as np

    is_positive, values = _checked(positive, scores)
    order = np.argsort(-values, kind="stable")
    last_of_ties = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    passed = np.cumsum(is_positive[order])[last_of_ties]
    fpr = (last_of_ties + 1 - passed) / np.count_nonzero(~is_positive)
    tpr = passed / np.count_nonzero(is_positive)
    return np.append(0.0, fpr), np.append(0.0, tpr)


def auc(positive: Sequence[bool], scores: Sequence[float]) -> float:
    """``(sum of mid-ranks of positives - P(P+1)/2) / (P (N-P))``: Mann and Whitney, ties count half."""
    import numpy as np

    is_positive, values = _checked(positive, scores)
    p = np.count_nonzero(is_positive)
    ranks = float(_mid_ranks(values)[is_positive].sum())
    return (ranks - p * (p + 1) / 2) / (p * (len(values) - p))


def auc_bounds(positive: Sequence[bool], scores: Sequence[float]) -> tuple[float, float, float]:
    """(lowest, mid-rank, highest) area: events of equal scores ordered to the worst, counted half, to the best."""
    import numpy as np

    is_positive, values = _checked(positive, scores)
    _, place = np.unique(values, return_inverse=True)
    ours = np.bincount(place, weights=is_positive)
    tied = float((ours * (np.bincount(place) - ours)).sum())
    p = np.count_nonzero(is_positive)
    half, mid = tied / (2 * p * (len(values) - p)), auc(is_positive.tolist(), scores)
    return mid - half, mid, mid + half


def tpr_at_fpr(positive: Sequence[bool], scores: Sequence[float], fpr: float) -> float:
    """The highest share of positives at a threshold that lets at most ``fpr`` of the negatives pass (step rule)."""
    found_fpr, found_tpr = roc(positive, scores)
    return float(found_tpr[found_fpr <= fpr + 1e-12].max())


def calibration_error(positive: Sequence[bool], scores: Sequence[float], bins: int = BINS) -> float:
    """``sum_b n_b/N |mean outcome - mean score|`` over equal bins of [0, 1]; a score on an edge belongs above it.

    Source: Naeini, Cooper, Hauskrecht, AAAI 2015, for the probability of the positive class. Raises InputError for
    scores outside of [0, 1].
    """
    import numpy as np

    outcome, values = np.asarray(positive, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    if not len(values) or len(outcome) != len(values) or not ((values >= 0) & (values <= 1)).all():
        raise InputError("A calibration error needs probabilities between 0 and 1, one an event.")
    place = np.minimum((values * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(place, weights=outcome - values, minlength=bins)
    return float(np.abs(gaps).sum() / len(values))


def auc_interval(
    positive: Sequence[bool],
    scores: Sequence[float],
    groups: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Interval:
    """The area with the interval of its logit, by DeLong's variance; by groups where events come in groups.

    ``logit A ± z sqrt(V) / (A (1-A))``. Source: DeLong et al. as in `compare_aucs`, Obuchowski, Biometrics 53 (1997)
    567 for groups, Pepe, The Statistical Evaluation of Medical Tests (2003), section 5.2.2 for the scale. No bounds at
    an area of 0 or 1, or with fewer than two positives, negatives or groups: nothing tells its scatter then.
    """
    of_ours, of_theirs = _placements(*_checked(positive, scores))
    value = float(of_ours.mean())
    error = math.sqrt(_area_variance(positive, of_ours - value, of_theirs - value, groups) or 0.0)
    if not 0 < value < 1 or not error:
        return Interval(value, None, None)
    logit, half = math.log(value / (1 - value)), z_of(level) * error / (value * (1 - value))
    return Interval(value, 1 / (1 + math.exp(half - logit)), 1 / (1 + math.exp(-half - logit)))


def compare_aucs(
    positive: Sequence[bool],
    a: Sequence[float],
    b: Sequence[float],
    level: float = 0.95,
    groups: Sequence[Hashable] | None = None,
) -> Difference:
    """Area of ``a`` minus area of ``b`` on the same events, with the covariance of both; by groups if they are given.

    Source: DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) 837, by mid-ranks as Sun and Xu, IEEE SPL 21 (2014)
    1389; groups as Obuchowski, Biometrics 53 (1997) 567. Raises InputError without two positives and two negatives.
    """
    parts = [_placements(*_checked(positive, scores)) for scores in (a, b)]
    value = float(parts[0][0].mean() - parts[1][0].mean())
    ours, theirs = (of_a - of_b for of_a, of_b in zip(*parts, strict=True))
    variance = _area_variance(positive, ours - value, theirs - value, groups)
    if variance is None:
        raise InputError("Two areas are compared on at least two positives and two negatives.")
    error = math.sqrt(variance)
    p = math.erfc(abs(value) / error / math.sqrt(2)) if error else float(value == 0)
    half = z_of(level) * error
    word: Word = "differs" if p < 1 - level else "no difference shown"
    fewest = min(len(ours), len(theirs)) if groups is None else len(set(groups))
    if word != "differs" and fewest < FEW:
        word = "cannot tell"
    return Difference(value, value - half, value + half, p, "DeLong's test", word)


def _area_variance(
    positive: Sequence[bool],
    of_ours: NDArray[np.float64],
    of_theirs: NDArray[np.float64],
    groups: Sequence[Hashable] | None,
) -> float | None:
    """Of an area, or a difference of areas, by what each event adds to it; None where there are too few events.

    ``G/(G-1) sum_g (sum of its positives / P + sum of its negatives / (N-P))²``: each group with both its parts, so
    that their covariance counts. Without groups each class by itself.
    """
    import numpy as np

    if min(len(of_ours), len(of_theirs)) < 2:
        return None
    if groups is None:
        return sum(float(np.var(part, ddof=1)) / len(part) for part in (of_ours, of_theirs))
    is_positive = np.asarray(positive, dtype=bool)
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    if len(numbers) < 2:
        return None
    place = np.array([numbers[group] for group in groups])
    adds = np.empty(len(place))
    adds[is_positive], adds[~is_positive] = of_ours / len(of_ours), of_theirs / len(of_theirs)
    sums = np.bincount(place, weights=adds)
    return float(len(numbers) / (len(numbers) - 1) * (sums**2).sum())


def _placements(
    is_positive: NDArray[np.bool_], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(of each positive: share of negatives below it, of each negative: share of positives above it)."""
    together = _mid_ranks(values)
    ours, theirs = values[is_positive], values[~is_positive]
    above = (together[is_positive] - _mid_ranks(ours)) / len(theirs)
    below = 1 - (together[~is_positive] - _mid_ranks(theirs)) / len(ours)
    return above, below


def _mid_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1, equal values share the mean of theirs."""
    import numpy as np

    _, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes)
    return np.asarray((ends - (sizes - 1) / 2)[place], dtype=np.float64)


def _checked(positive: Sequence[bool], scores: Sequence[float]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    import numpy as np

    is_positive, values = np.asarray(positive, dtype=bool), np.asarray(scores, dtype=np.float64)
    if is_positive.shape != values.shape or is_positive.all() or not is_positive.any():
        raise InputError("A ROC needs one score an event, and events of both classes.")
    if np.isnan(values).any():
        raise InputError("A score is NaN: such an event has no place in any order.")
    return is_positive, values
