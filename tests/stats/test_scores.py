"""What follows from scores, against scikit-learn and slow second implementations."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from labjournal import stats
from labjournal.errors import InputError
from labjournal.stats.metrics import metric_of

EVENTS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5, 0.75, 0.9, 1.0])), min_size=4, max_size=40
).filter(lambda events: 1 < sum(label for label, _ in events) < len(events) - 1)


def split(events: list[tuple[bool, float]]) -> tuple[list[bool], list[float]]:
    labels, scores = zip(*events, strict=True)
    return list(labels), list(scores)


@given(EVENTS)
def test_the_roc_is_scikit_learns_from_the_origin_on(events: list[tuple[bool, float]]) -> None:
    labels, scores = split(events)
    fpr, tpr = stats.roc(labels, scores)
    expected_fpr, expected_tpr, _ = reference.roc_curve(labels, scores, drop_intermediate=False)
    assert fpr == pytest.approx(expected_fpr)
    assert tpr == pytest.approx(expected_tpr)
    assert (fpr[0], tpr[0], fpr[-1], tpr[-1]) == (0, 0, 1, 1)


@given(EVENTS)
def test_the_area_counts_pairs_and_ties_half(events: list[tuple[bool, float]]) -> None:
    labels, scores = split(events)
    ours = [score for label, score in events if label]
    theirs = [score for label, score in events if not label]
    pairs = [(a > b) + 0.5 * (a == b) for a, b in itertools.product(ours, theirs)]
    assert stats.auc(labels, scores) == pytest.approx(sum(pairs) / len(pairs), rel=1e-9)
    assert stats.auc(labels, scores) == pytest.approx(reference.roc_auc_score(labels, scores), rel=1e-9)


@given(EVENTS)
def test_its_bounds_are_the_best_and_the_worst_order_of_equal_scores(events: list[tuple[bool, float]]) -> None:
    labels, scores = split(events)
    low, mid, high = stats.auc_bounds(labels, scores)
    best = [score + 1e-6 * label for label, score in events]
    worst = [score - 1e-6 * label for label, score in events]
    assert mid == stats.auc(labels, scores)
    assert (low, high) == pytest.approx((stats.auc(labels, worst), stats.auc(labels, best)), abs=1e-12)


@given(EVENTS, st.floats(0, 1))
def test_a_working_point_is_a_threshold_and_never_interpolated(events: list[tuple[bool, float]], limit: float) -> None:
    labels, scores = split(events)
    best = 0.0
    for threshold in {*scores, math.inf}:
        passed = [score >= threshold for score in scores]
        fpr = sum(p and not label for p, label in zip(passed, labels, strict=True)) / labels.count(False)
        tpr = sum(p and label for p, label in zip(passed, labels, strict=True)) / labels.count(True)
        best = max(best, tpr if fpr <= limit + 1e-12 else 0.0)
    assert stats.tpr_at_fpr(labels, scores, limit) == pytest.approx(best)


def test_where_all_scores_are_equal_nothing_passes_below_a_rate_of_one() -> None:
    labels = [True, False, True, False]
    assert stats.tpr_at_fpr(labels, [0.5] * 4, 0.99) == 0
    assert stats.auc(labels, [0.5] * 4) == 0.5


@given(EVENTS)
def test_the_calibration_error_is_the_weighted_gap_of_the_bins(events: list[tuple[bool, float]]) -> None:
    labels, scores = split(events)
    total = 0.0
    for b in range(10):
        inside = [i for i, score in enumerate(scores) if min(int(score * 10), 9) == b]
        if inside:
            outcome, mean = (sum(values[i] for i in inside) / len(inside) for values in (labels, scores))
            total += len(inside) / len(scores) * abs(outcome - mean)
    assert stats.calibration_error(labels, scores) == pytest.approx(total, abs=1e-12)


@settings(deadline=None)
@given(EVENTS, st.integers(0, 99))
def test_two_areas_are_compared_as_delong_does_in_the_slow_way(events: list[tuple[bool, float]], seed: int) -> None:
    labels, a = split(events)
    b = list(np.random.default_rng(seed).choice([0.1, 0.5, 0.9], len(a)))
    ours, theirs = [i for i, x in enumerate(labels) if x], [i for i, x in enumerate(labels) if not x]

    def kernel(s: list[float], i: int, j: int) -> float:
        return float(s[i] > s[j]) + 0.5 * (s[i] == s[j])

    v10 = [[np.mean([kernel(s, i, j) for j in theirs]) for i in ours] for s in (a, b)]
    v01 = [[np.mean([kernel(s, i, j) for i in ours]) for j in theirs] for s in (a, b)]
    covariance = np.cov(v10) / len(ours) + np.cov(v01) / len(theirs)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    found = stats.compare_aucs(labels, a, b)
    assert found.value == pytest.approx(np.mean(v10[0]) - np.mean(v10[1]), abs=1e-9)
    assert ((found.high - found.low) / 2 / 1.959963984540054) ** 2 == pytest.approx(variance, abs=1e-12)


def test_what_has_no_place_in_an_order_is_refused() -> None:
    with pytest.raises(InputError, match="both classes"):
        stats.auc([True, True], [0.1, 0.2])
    with pytest.raises(InputError, match="NaN"):
        stats.auc([True, False], [0.1, math.nan])
    with pytest.raises(InputError, match="between 0 and 1"):
        stats.calibration_error([True, False], [0.1, 1.2])


def test_pairs_need_fewer_events_and_agree_with_mcnemar() -> None:
    found = stats.paired_rates(both=800, only_a=60, only_b=30, neither=110)
    assert found.p == stats.mcnemar(60, 30)
    assert found.word == "differs"
    assert found.low < 0.03 < found.high
    unpaired = stats.compare_rates((860, 1000), (830, 1000))
    assert found.high - found.low < unpaired.high - unpaired.low


def test_the_interval_of_pairs_is_newcombes() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 2635, table II, method 10: (36, 12, 2, 0) and (43, 0, 0, 1)
    found = stats.paired_rates(36, 12, 2, 0)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0569, 0.3404)
    assert stats.paired_rates(20, 0, 0, 10).value == 0


def test_the_number_of_pairs_keeps_its_power() -> None:
    n = stats.pairs_for_difference(60, 30, 1000)
    assert n is not None
    rng = np.random.default_rng(1)
    draws = rng.multinomial(n, [0.06, 0.03, 0.91], size=2000)
    power = np.mean([stats.mcnemar(int(b), int(c)) < 0.05 for b, c, _ in draws])
    assert power == pytest.approx(0.8, abs=0.05)  # the exact test is a little stricter than the formula
    assert stats.pairs_for_difference(5, 5, 100) is None


@pytest.mark.parametrize("name", ["tpr@fpr=0.01", "TPR@1e-3FPR", "tpr_at_fpr_0.1", "recall at fpr 0.1"])
def test_an_efficiency_at_a_false_positive_rate_is_better_when_higher(name: str) -> None:
    assert metric_of(name).direction == "higher"
