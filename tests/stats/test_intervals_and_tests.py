"""Each statistic against a second implementation: scipy, or the definition computed the slow way."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from scipy.optimize import brentq

from labjournal.errors import InputError
from labjournal.stats import (
    clopper_pearson,
    compare_rates,
    fisher_exact,
    holm,
    mcnemar,
    newcombe_difference,
    paired_bootstrap,
    sample_size_for_difference,
    seed_spread,
    sic_interval,
    two_proportion_p,
    wilson,
)

CLOSE = 1e-9
RATES = [(0, 1), (1, 1), (0, 30), (30, 30), (1, 62910), (487, 524), (413, 476), (6, 21), (17581, 17979)]
rates = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def number(value: float | None) -> float:
    assert value is not None
    return value


@pytest.mark.parametrize(("k", "n"), RATES)
@pytest.mark.parametrize("level", [0.6827, 0.95, 0.99])
def test_wilson_and_clopper_pearson_agree_with_scipy(k: int, n: int, level: float) -> None:
    theirs = scipy_stats.binomtest(k, n).proportion_ci(level, method="wilson")
    ours = wilson(k, n, level)
    assert (number(ours.low), number(ours.high)) == pytest.approx((theirs.low, theirs.high), rel=CLOSE, abs=1e-15)
    # binomtest finds the exact bounds by root finding to 1e-8 only; the beta distribution has them to all digits.
    tail = (1 - level) / 2
    low = scipy_stats.beta.ppf(tail, k, n - k + 1) if k else 0.0
    high = scipy_stats.beta.isf(tail, k + 1, n - k) if k < n else 1.0
    exact = clopper_pearson(k, n, level)
    assert (number(exact.low), number(exact.high)) == pytest.approx((low, high), rel=CLOSE)


@given(rates)
def test_wilson_bounds_are_the_rates_the_score_test_just_rejects(rate: tuple[int, int]) -> None:
    k, n = rate
    z = 1.959963984540054
    interval = wilson(k, n)

    def score(p: float) -> float:
        return (k / n - p) ** 2 - z * z * p * (1 - p) / n

    if 0 < k < n:
        assert brentq(score, 0, k / n, xtol=1e-15) == pytest.approx(number(interval.low), rel=1e-7)
        assert brentq(score, k / n, 1, xtol=1e-15) == pytest.approx(number(interval.high), rel=1e-7)
    assert 0 <= number(interval.low) <= k / n <= number(interval.high) <= 1


def test_impossible_counts_are_refused_in_words() -> None:
    for k, n in ((3, 2), (-1, 5), (0, 0)):
        with pytest.raises(InputError, match="no rate"):
            wilson(k, n)


@given(rates, rates)
def test_newcombe_is_made_of_two_wilson_intervals(a: tuple[int, int], b: tuple[int, int]) -> None:
    (k1, n1), (k2, n2) = a, b
    ours = newcombe_difference(k1, n1, k2, n2)
    one = scipy_stats.binomtest(k1, n1).proportion_ci(0.95, method="wilson")
    two = scipy_stats.binomtest(k2, n2).proportion_ci(0.95, method="wilson")
    p1, p2 = k1 / n1, k2 / n2
    low = p1 - p2 - math.sqrt((p1 - one.low) ** 2 + (two.high - p2) ** 2)
    high = p1 - p2 + math.sqrt((one.high - p1) ** 2 + (p2 - two.low) ** 2)
    assert number(ours.low) == pytest.approx(low, rel=1e-9, abs=1e-12)
    assert number(ours.high) == pytest.approx(high, rel=1e-9, abs=1e-12)


def test_newcombe_gives_the_published_example() -> None:
    # Newcombe (1998), table II, example (a), method 10: 56/70 - 48/80.
    interval = newcombe_difference(56, 70, 48, 80)
    assert (round(number(interval.low), 4), round(number(interval.high), 4)) == (0.0524, 0.3339)


@given(rates, rates)
def test_the_z_test_is_the_chi_squared_test_of_the_table(a: tuple[int, int], b: tuple[int, int]) -> None:
    (k1, n1), (k2, n2) = a, b
    assume(0 < k1 + k2 < n1 + n2)
    theirs = scipy_stats.chi2_contingency([[k1, n1 - k1], [k2, n2 - k2]], correction=False).pvalue
    assert two_proportion_p(k1, n1, k2, n2) == pytest.approx(theirs, rel=1e-9, abs=1e-290)


small = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(small, small)
def test_fisher_sums_all_tables_no_likelier(a: tuple[int, int], b: tuple[int, int]) -> None:
    (k1, n1), (k2, n2) = a, b
    theirs = scipy_stats.fisher_exact([[k1, n1 - k1], [k2, n2 - k2]])
    assert fisher_exact(k1, n1, k2, n2) == pytest.approx(theirs.pvalue, rel=CLOSE)


def test_fisher_by_logarithms_equals_fisher_by_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = fisher_exact(3, 900, 12, 1100)
    monkeypatch.setattr("labjournal.stats.differences.EXACT_TOTAL", 0)
    assert fisher_exact(3, 900, 12, 1100) == pytest.approx(exact, rel=CLOSE)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_exact_binomial_test(b: int, c: int) -> None:
    theirs = scipy_stats.binomtest(min(b, c), b + c).pvalue if b + c else 1.0
    assert mcnemar(b, c) == pytest.approx(theirs, rel=CLOSE)


def test_mcnemar_of_many_pairs_stays_exact() -> None:
    assert mcnemar(1400, 1500) == pytest.approx(scipy_stats.binomtest(1400, 2900).pvalue, rel=CLOSE)


@pytest.mark.parametrize(
    ("a", "b", "word"),
    [
        ((466, 524), (494, 524), "differs"),
        ((907, 1000), (897, 1000), "no difference shown"),
        ((5, 11), (7, 11), "cannot tell"),
        ((0, 12), (12, 12), "differs"),
    ],
)
def test_the_word_follows_from_interval_test_and_sample_size(a: tuple[int, int], b: tuple[int, int], word: str) -> None:
    difference = compare_rates(a, b)
    assert difference.word == word
    assert difference.value == pytest.approx(a[0] / a[1] - b[0] / b[1])
    assert difference.low <= difference.value <= difference.high


def test_small_counts_are_tested_by_fisher() -> None:
    assert "Fisher" in compare_rates((1, 500), (4, 500)).method
    assert "z test" in compare_rates((100, 500), (120, 500)).method


def test_the_sic_interval_is_made_of_wilson_bounds_on_the_logarithm() -> None:
    interval = sic_interval(413, 476, 30, 524)
    one = scipy_stats.binomtest(413, 476).proportion_ci(0.95, method="wilson")
    two = scipy_stats.binomtest(30, 524).proportion_ci(0.95, method="wilson")
    e_s, e_b = 413 / 476, 30 / 524
    value = e_s / math.sqrt(e_b)
    down = math.sqrt(math.log(e_s / one.low) ** 2 + (0.5 * math.log(two.high / e_b)) ** 2)
    up = math.sqrt(math.log(one.high / e_s) ** 2 + (0.5 * math.log(e_b / two.low)) ** 2)
    assert number(interval.value) == pytest.approx(value, rel=CLOSE)
    assert number(interval.low) == pytest.approx(value * math.exp(-down), rel=CLOSE)
    assert number(interval.high) == pytest.approx(value * math.exp(up), rel=CLOSE)


def test_the_sic_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    truth = 0.6 / math.sqrt(0.02)
    inside = 0
    for ks, kb in zip(rng.binomial(40, 0.6, 2000), rng.binomial(800, 0.02, 2000), strict=True):
        interval = sic_interval(int(ks), 40, int(kb), 800)
        inside += (interval.low or 0) <= truth <= (interval.high or math.inf)
    # 2,000 trials at 0.95 scatter by 0.005; Wilson itself swings by about 0.015 at these counts.
    assert 0.93 <= inside / 2000 <= 0.98


def test_no_background_means_no_sic_but_a_lower_bound() -> None:
    interval = sic_interval(10, 21, 0, 1000)
    assert interval.value is None
    assert interval.high is None
    assert 0 < number(interval.low) < 100
    assert sic_interval(0, 21, 5, 1000).value == 0.0
    assert sic_interval(0, 21, 5, 1000).low == 0.0


def test_seed_spread_is_students_interval() -> None:
    values = [0.91, 0.93, 0.90, 0.92]
    spread = seed_spread(values)
    theirs = scipy_stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (number(spread.low), number(spread.high)) == pytest.approx((theirs.low, theirs.high), rel=CLOSE)
    assert spread.sd == pytest.approx(float(np.std(values, ddof=1)), rel=CLOSE)
    assert seed_spread([0.9]).sd is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_what_the_step_down_procedure_rejects(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    for alpha in (0.01, 0.05, 0.2):
        order = sorted(range(len(p_values)), key=p_values.__getitem__)
        rejected: set[int] = set()
        for rank, index in enumerate(order):
            if min(1.0, p_values[index] * (len(order) - rank)) > alpha:
                break
            rejected.add(index)
        assert {index for index, p in enumerate(adjusted) if number(p) <= alpha} == rejected


def test_holm_leaves_out_what_was_not_tested() -> None:
    assert holm([0.01, None, 0.04]) == [0.02, None, 0.04]


def test_the_sample_size_has_the_power_it_promises() -> None:
    n = sample_size_for_difference(0.90, 0.93)
    assert n == 1356
    rng = np.random.default_rng(1)
    pairs = zip(rng.binomial(n, 0.90, 4000), rng.binomial(n, 0.93, 4000), strict=True)
    shown = sum(two_proportion_p(int(a), n, int(b), n) < 0.05 for a, b in pairs)
    assert abs(shown / 4000 - 0.8) < 0.02


def test_the_paired_bootstrap_approaches_the_normal_interval() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.5, 1, 400), rng.normal(0.0, 1, 400)
    difference = paired_bootstrap(list(a), list(b))
    half = 1.96 * float(np.std(a - b, ddof=1)) / 20
    assert difference.low == pytest.approx(float((a - b).mean()) - half, abs=0.02)
    assert difference.high == pytest.approx(float((a - b).mean()) + half, abs=0.02)
    assert difference.word == "differs"
    assert paired_bootstrap(list(a), list(b)) == difference


def test_the_bootstrap_over_all_resamples_of_three_events() -> None:
    deltas = [0.0, 1.0, 3.0]
    means = sorted(sum(draw) / 3 for draw in itertools.product(deltas, repeat=3))
    difference = paired_bootstrap(deltas, [0.0] * 3, level=0.5, repeats=40_000)
    assert difference.value == pytest.approx(4 / 3)
    assert difference.low == pytest.approx(means[len(means) // 4], abs=0.34)
    assert Fraction(1, 27) - Fraction(1, 100) < difference.p / 2 < Fraction(1, 27) + Fraction(1, 100)


def test_events_of_one_group_are_drawn_together() -> None:
    rng = np.random.default_rng(5)
    shift = np.repeat(rng.normal(0, 1, 40), 10)
    a = list(shift + 0.1)
    grouped = paired_bootstrap(a, [0.0] * 400, groups=list(np.repeat(np.arange(40), 10)))
    alone = paired_bootstrap(a, [0.0] * 400)
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)
