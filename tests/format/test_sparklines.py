"""Curves as one line of signs."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from labjournal import format as fmt


def test_a_falling_curve_falls() -> None:
    assert fmt.sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8) == "█▇▆▅▄▃▂▁"


def test_a_gap_is_a_gap_and_a_constant_is_flat() -> None:
    assert fmt.sparkline([1.0, math.nan, 1.0], 3) == "▁ ▁"
    assert fmt.sparkline([math.nan], 3) == ""


def test_common_bounds_make_two_curves_comparable() -> None:
    assert (fmt.sparkline([0, 1], 2, 0, 10), fmt.sparkline([9, 10], 2, 0, 10)) == ("▁▂", "▇█")


@given(st.lists(st.floats(width=32), max_size=300), st.integers(1, 60))
def test_it_never_is_wider_than_asked(values: list[float], width: int) -> None:
    assert len(fmt.sparkline(values, width)) <= width
