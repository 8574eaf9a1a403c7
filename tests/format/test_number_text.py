"""Numbers as text: what every face shows."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal import format as f


def test_a_rate_has_three_digits_and_its_interval_leaves_out_the_zero_before_the_point() -> None:
    assert f.measured(0.908, 0.8884, 0.9238, is_rate=True, numerator=908, denominator=1000) == "0.908 [.888 .924]"


def test_requirement_11_a_rate_that_would_round_to_nothing_is_shown_as_a_fraction() -> None:
    assert f.rate(1 / 62910, 1, 62910) == "1/62,910"
    assert f.rate(62909 / 62910, 62909, 62910) == "62,909/62,910"
    assert f.rate(9 / 18, 9, 18) == "9/18"
    assert f.rate(50 / 62910, 50, 62910) == "50/62,910"
    assert f.rate(0.5, 500, 1000) == "0.500"


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_rate_of_counts_never_reads_as_nothing_or_everything_unless_its_counts_say_so(k: int, n: int) -> None:
    k = min(k, n)
    text = f.rate(k / n, k, n)
    assert "/" in text or float(text) not in (0.0, 1.0)


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_rate_without_counts_never_rounds_to_zero_or_one(value: float) -> None:
    assert f.rate(value) not in ("0.000", "1.000", "0", "1")


def test_a_rate_read_off_a_text_gets_no_digits_that_were_not_printed() -> None:
    assert f.rate(0.69, digits=2) == "0.69"
    assert f.measured(0.69, is_rate=True, printed_digits=2) == "0.69"
    assert f.rate(0.690, 690, 1000, digits=2) == "0.690"


def test_other_values_have_as_many_digits_as_the_first_two_of_the_interval_allow() -> None:
    assert f.measured(3.6312, 3.0412, 4.3312, is_rate=False) == "3.63 [3.04 4.33]"
    assert f.measured(1234.567, 1100.2, 1400.9, is_rate=False) == "1,235 [1,100 1,401]"
    assert f.measured(0.23641, is_rate=False) == "0.2364"


def test_a_narrow_interval_gets_the_digits_that_tell_its_ends_apart() -> None:
    text = f.measured(0.5, 0.4999, 0.5002, is_rate=True, numerator=500_000, denominator=1_000_000)
    assert text == "0.50000 [.49990 .50020]"


def test_a_difference_always_carries_its_sign() -> None:
    assert f.difference(-0.010, -0.036, 0.016) == "−0.010 [−.036 +.016]"
    assert f.difference(0.060, 0.052, 0.069) == "+0.060 [+.052 +.069]"
    assert f.difference(0.0001, -0.00005, 0.00025) == "+0.00010 [−.00005 +.00025]"


@pytest.mark.parametrize(
    ("p", "text"), [(0.45, "p 0.45"), (0.034, "p 0.034"), (0.0051, "p 0.0051"), (0.0009, "p < .001"), (1.0, "p 1.00")]
)
def test_a_p_value_has_two_digits(p: float, text: str) -> None:
    assert f.p_value(p) == text


def test_nan_and_infinities_are_words_and_not_measured_is_a_dash() -> None:
    assert [f.number(math.nan), f.number(math.inf), f.number(-math.inf)] == ["NaN", "+Inf", "−Inf"]
    assert [f.number(None), f.rate(None), f.count(None), f.missing()] == ["—"] * 4
    assert f.measured(math.nan, is_rate=True) == "NaN"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (18700.0, "18,700"), (0.0011, "1.1e-3"), (0.005123, "5.123e-3"), (12.5, "12.5"),
        (-3.25, "−3.25"), (2.5e9, "2.5e9"), (3e-5, "3.0e-5"),
    ],
)  # fmt: skip
def test_a_plain_number_has_up_to_four_digits_and_no_noise(value: float, text: str) -> None:
    assert f.number(value) == text


@given(st.floats(allow_nan=True, allow_infinity=True), st.none() | st.integers(0, 20))
def test_any_float_becomes_text_without_a_negative_zero(value: float, digits: int | None) -> None:
    text = f.number(value, digits)
    assert text
    assert not re.fullmatch("−[0.,]+", text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_exact_form_reads_back_as_the_same_float(value: float) -> None:
    assert float(f.exact(value)) == value


def test_bytes_have_one_decimal_and_a_unit() -> None:
    assert [f.size(512), f.size(34_100_000), f.size(8e9), f.size(None)] == ["512 B", "34.1 MB", "8.0 GB", "—"]
    assert f.used_of(7.4e9, 8e9) == "7.4 of 8.0 GB"
