"""Laws and toys against scipy.stats and against slow obvious sums."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from labjournal.errors import InputError
from labjournal.stats import judge_toys, parse_law

LAWS = {
    "chi2(100)": reference.chi2(100),
    "chi2(1)": reference.chi2(1),
    "normal(-2, 0.5)": reference.norm(-2, 0.5),
    "uniform(1, 4)": reference.uniform(1, 3),
    "exponential(2.5)": reference.expon(scale=2.5),
}


@pytest.mark.parametrize("text", LAWS)
@given(share=st.floats(1e-6, 1 - 1e-6))
def test_requirement_25_a_law_gives_the_chance_of_a_value(text: str, share: float) -> None:
    law, value = parse_law(text), float(LAWS[text].ppf(share))
    assert law.cdf(value) == pytest.approx(LAWS[text].cdf(value), rel=1e-9)
    assert law.p(value) == pytest.approx(LAWS[text].sf(value), rel=1e-9)


def test_the_upper_tail_keeps_its_digits_where_one_minus_the_lower_has_none() -> None:
    assert parse_law("chi2(100)").p(400) == pytest.approx(reference.chi2(100).sf(400), rel=1e-9)
    assert parse_law("normal(0, 1)").p(12) == pytest.approx(reference.norm.sf(12), rel=1e-9)


@pytest.mark.parametrize("text", LAWS)
def test_requirement_66_toys_are_held_against_their_law(text: str) -> None:
    toys = LAWS[text].rvs(size=200, random_state=1)
    found = judge_toys(toys.tolist(), parse_law(text), observed=float(toys.max()))
    wanted = reference.kstest(toys, LAWS[text].cdf, method="exact")
    assert found.distance == pytest.approx(wanted.statistic, rel=1e-9)
    assert found.ks_p == pytest.approx(wanted.pvalue, rel=1e-9)
    assert found.law_p == pytest.approx(LAWS[text].sf(toys.max()), rel=1e-9)
    assert (found.mean, found.sd) == (pytest.approx(toys.mean()), pytest.approx(toys.std(ddof=1)))
    assert found.toys_p is not None
    assert found.toys_p.value == 1 / 200


def kolmogorov_exact(distance: Fraction, n: int) -> float:
    """Marsaglia, Tsang, Wang, J. Stat. Software 8 (2003) 18, in fractions: P(D_n < distance)."""
    k = math.ceil(n * distance)
    h = k - n * distance
    m = 2 * k - 1
    matrix = [[Fraction(int(i - j + 1 >= 0)) for j in range(m)] for i in range(m)]
    for i in range(m):
        matrix[i][0] -= h ** (i + 1)
        matrix[m - 1][i] -= h ** (m - i)
    matrix[m - 1][0] += max(Fraction(0), 2 * h - 1) ** m
    for i in range(m):
        for j in range(m):
            if i - j + 1 > 0:
                matrix[i][j] /= math.factorial(i - j + 1)
    power = matrix
    for _ in range(n - 1):
        power = [[sum((row[x] * matrix[x][j] for x in range(m)), Fraction(0)) for j in range(m)] for row in power]
    return float(power[k - 1][k - 1] * math.factorial(n) / Fraction(n) ** n)


@pytest.mark.parametrize("seed", range(4))
def test_the_p_of_few_toys_is_exact(seed: int) -> None:
    chance = random.Random(seed)
    toys = [chance.random() for _ in range(9)]
    found = judge_toys(toys, parse_law("uniform(0, 1)"))
    assert found.distance is not None
    assert found.ks_p == pytest.approx(1 - kolmogorov_exact(Fraction(found.distance), 9), rel=1e-9)


def test_no_toy_beyond_the_observation_is_no_p_of_zero() -> None:
    found = judge_toys([float(i) for i in range(100)], observed=1e9)
    assert found.toys_p is not None
    assert (found.toys_p.value, found.toys_p.low) == (0, 0)
    assert found.toys_p.high == pytest.approx(1 - 0.025 ** (1 / 100))
    assert (found.distance, found.law_p) == (None, None)


def test_a_range_says_inside_or_outside() -> None:
    law = parse_law("1 to 10")
    assert [law.holds(value) for value in (0.9, 1.0, 10.0, 11.0)] == [False, True, True, False]
    assert parse_law("chi2(3)").holds(1.0) is None


@pytest.mark.parametrize("text", ["", "chi2", "chi2(0)", "chi2(a)", "normal(0)", "uniform(2, 1)", "10 to 1", "f(1,2)"])
def test_what_is_no_law_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_law(text)


@pytest.mark.parametrize("call", [lambda: judge_toys([1.0]), lambda: judge_toys([1.0, math.nan])])
def test_toys_that_are_none_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(InputError, match="two finite values"):
        call()
