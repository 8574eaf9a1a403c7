"""Means over seeds against scipy, and the scatter limit against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from labjournal import stats
from labjournal.errors import InputError

SAMPLES = st.lists(st.floats(-100, 100), min_size=2, max_size=9).filter(lambda v: np.std(v) > 1e-3)


@given(SAMPLES, SAMPLES)
def test_welch_is_what_scipy_computes(a: list[float], b: list[float]) -> None:
    found = stats.compare_means(stats.seed_spread(a), stats.seed_spread(b))
    expected = reference.ttest_ind(a, b, equal_var=False)
    bounds = expected.confidence_interval(0.95)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-300)
    assert (found.low, found.high) == pytest.approx((bounds.low, bounds.high), rel=1e-9, abs=1e-9)


def test_one_seed_borrows_the_scatter_of_the_others() -> None:
    found = stats.compare_means(stats.seed_spread([1.0, 2.0, 3.0]), stats.seed_spread([9.0]))
    expected = 2 * reference.t.sf(7 / np.sqrt(1 + 1 / 3), 2)
    assert found.p == pytest.approx(expected, rel=1e-9)
    with pytest.raises(InputError):
        stats.compare_means(stats.seed_spread([1.0]), stats.seed_spread([2.0]))


def test_equal_means_without_scatter_do_not_differ() -> None:
    same = stats.seed_spread([0.5, 0.5])
    assert stats.compare_means(same, same).word == "no difference shown"
    assert stats.compare_means(same, stats.seed_spread([0.6, 0.6])).word == "differs"


def test_two_draws_lie_within_the_scatter_limit_in_95_of_100_cases() -> None:
    draws = np.random.default_rng(0).normal(size=(20_000, 7))
    sds = draws[:, :5].std(axis=1, ddof=1)
    factor = stats.scatter_limit(1.0, 4)
    inside = np.abs(draws[:, 5] - draws[:, 6]) < factor * sds
    assert inside.mean() == pytest.approx(0.95, abs=0.005)  # three standard errors of 20,000 draws
