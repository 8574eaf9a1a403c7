"""Rules that end a trial: against the obvious slow way, on curves of every kind."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.errors import InputError
from labjournal.sweeps import stopping

VALUES = st.lists(st.floats(-1e3, 1e3) | st.just(math.nan), min_size=1, max_size=30)


@given(VALUES, st.integers(1, 8), st.booleans())
def test_patience_is_points_since_the_best(values: list[float], points: int, higher: bool) -> None:
    rule = stopping.parse(f"patience(x, {points})", "higher" if higher else "lower")
    why = rule.why(range(len(values)), values)
    finite = [value for value in values if value == value]
    if not finite:
        assert (why is not None) == (len(values) >= points)
        return
    best = max(finite) if higher else min(finite)
    waited = len(values) - 1 - values.index(best)
    assert (why is not None) == (waited >= points)


def test_an_improvement_below_the_least_one_does_not_count() -> None:
    values = [1.0, 0.9995, 0.999, 0.9985]
    assert stopping.parse("patience(loss, 3, 0.01)").why(range(4), values) is not None
    assert stopping.parse("patience(loss, 3)").why(range(4), values) is None


def test_a_plateau_is_a_slope_near_nothing() -> None:
    rule = stopping.parse("plateau(loss, 10, 1e-3)")
    assert rule.why(range(20), [1 / (1 + at) for at in range(20)]) is None
    assert rule.why(range(20), [1 / (1 + at) for at in range(10)] + [0.1] * 10) is not None
    assert rule.why(range(9), [0.1] * 9) is None, "too few points"
    assert rule.why(range(20), [0.1] * 19 + [math.nan]) is None


def test_limits_catch_what_is_no_number_too() -> None:
    assert stopping.parse("above(loss, 10)").why([1], [math.nan]) is not None
    assert stopping.parse("above(loss, 10)").why([1], [9.9]) is None
    assert stopping.parse("below(acc, 0.1)").why([1, 2], [0.5, 0.05]) == "acc is 0.05 at step 2"


def test_the_direction_is_known_or_asked_for() -> None:
    assert stopping.parse("patience(val/accuracy, 5)").higher_is_better
    assert not stopping.parse("patience(val/loss, 5)").higher_is_better
    with pytest.raises(InputError, match="better"):
        stopping.parse("patience(T, 5)")


@pytest.mark.parametrize(
    "text", ["patience", "patience(loss)", "patience(loss, x)", "patience(loss, 0)", "patience(loss, 2.5)",
             "stop(x, 1)", "plateau(loss, 1)", "above(loss, 1, 2)", "patience(, 3)"],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_the_rules(text: str) -> None:
    with pytest.raises(InputError) as refused:
        stopping.parse(text)
    assert refused.value.hint
