"""Identities are arithmetic over names and nothing else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.checks import identities
from labjournal.checks.identities import Expression
from labjournal.errors import InputError

VALUES = {"a": 3.0, "b": 0.5, "val/loss": 2.0, "loss_den": -1.133e5, "loss_num": -2.284e5}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("loss_den - loss_num", 115100.0),
        ("a", 3.0),
        ("-a + +b", -2.5),
        ("2 * (a - b) ** 2", 12.5),
        ("`val/loss` / a", 2 / 3),
        ("abs(-a) + max(a, b, 4) + sqrt(4) + log(exp(1))", 10.0),
        ("min(a)", 3.0),
        (" a\t", 3.0),
        ("1e-3 * a", 0.003),
    ],
)
def test_arithmetic_over_names(text: str, value: float) -> None:
    assert Expression(text).value(VALUES) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["a / 0", "log(0)", "sqrt(-1)", "10 ** 10 ** 10", "(0 - 1) ** 0.5", "exp(1e9)", "sqrt(a, b)"]
)
def test_what_has_no_value_is_nan_and_costs_nothing(text: str) -> None:
    assert math.isnan(Expression(text).value(VALUES))


@pytest.mark.parametrize(
    "text",
    ["", "a +", "__import__('os')", "a.b", "a[0]", "lambda: 1", "'x'", "True", "[a]", "a if b else 0", "f(a)", "a < b",
     "max()", "max(*a)", "max(a, key=b)", "a; b", "a := 1", "(yield)", "9" * 600, "(" * 300 + "a" + ")" * 300,
     "a" + "+a" * 240, "a\x00", "~a", "a // b", "1j", "{}", "a and b", "print(a)", "`a"],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Expression(text)


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused_or_be_a_number(text: str) -> None:
    try:
        expression = Expression(text)
    except InputError:
        return
    assert isinstance(expression.value(dict.fromkeys(expression.names, 1.0)), float)


def test_names_are_told_in_order() -> None:
    assert set(Expression("max(`a/b`, c) - c").names) == {"a/b", "c"}


def test_an_identity_holds_breaks_or_is_not_judged() -> None:
    known = identities.parse({"T": "loss_den - loss_num"})
    (holds,) = identities.judge(known, {**VALUES, "T": 115100.0})
    (broken,) = identities.judge(known, {**VALUES, "T": 151965.0})
    (silent,) = identities.judge(known, {"T": 1.0, "loss_den": 2.0})
    assert holds.state == "fine"
    assert broken.found
    assert broken.level == "alarm"
    assert "36865" in broken.message
    assert (silent.state, silent.message) == ("not judged", "loss_num was not measured")


def test_rounding_of_what_was_printed_is_no_break() -> None:
    known = identities.parse({"T": "a - b"})
    values, digits = {"T": 2.5, "a": 3.04, "b": 0.51}, {"T": 1, "a": 2, "b": 2}
    assert [v.state for v in identities.judge(known, values, digits)] == ["fine"]
    assert [v.state for v in identities.judge(known, values)] == ["finding"]


def test_a_value_that_is_not_finite_is_not_judged() -> None:
    known = identities.parse({"T": "a / b"})
    assert [v.state for v in identities.judge(known, {"T": 1.0, "a": 1.0, "b": 0.0})] == ["not judged"]
