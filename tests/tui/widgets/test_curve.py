"""A curve keeps what came, and finds room for what comes."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labjournal.tui.widgets.curve import Curve

VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf]))
PIECES = st.lists(st.lists(st.tuples(st.integers(0, 20), VALUES), max_size=6), max_size=6)


@given(PIECES, st.booleans())
def test_limits_are_those_of_all_finite_values_however_points_came(
    pieces: list[list[tuple[int, float]]], grows: bool
) -> None:
    curve, stands = Curve(grows=grows), dict[int, float]()
    for piece in pieces:
        curve.extend([step for step, _ in piece], [value for _, value in piece])
        stands.update(piece)
        finite = [value for value in stands.values() if math.isfinite(value)]
        assert curve.limits() == ((min(finite), max(finite)) if finite else None)
        assert curve.steps.tolist() == sorted(stands)


def test_the_first_point_that_comes_to_a_long_curve_moves_no_other() -> None:
    steps, values = np.arange(1000), np.arange(1000.0)
    curve = Curve(steps, values, values, grows=True)
    before = curve.values
    curve.extend([1000], [5.0], [1000.0])
    assert np.shares_memory(before, curve.values)
    assert curve.values.tolist() == [*values.tolist(), 5.0]
    # What it was made of is not its own to write in.
    assert not np.shares_memory(values, curve.values)
