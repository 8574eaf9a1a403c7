"""The blocked average against the recursion it stands for."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labjournal.tui.widgets.curve import Curve, XAxis
from labjournal.tui.widgets.smoothing import Ema

VALUES = st.lists(st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf])), max_size=200)


def slow(values: list[float], weight: float) -> list[float]:
    total, count, out = 0.0, 0, []
    for value in values:
        if math.isfinite(value):
            total = weight * total + (1 - weight) * value
            count += 1
            out.append(total / (1 - weight**count))
        else:
            out.append(value)
    return out


@given(VALUES, st.sampled_from([0.0, 0.3, 0.6, 0.9, 0.99, 0.999]), st.integers(0, 200))
def test_blocks_and_pieces_equal_the_plain_recursion(values: list[float], weight: float, cut: int) -> None:
    ema = Ema(weight)
    got = np.concatenate([ema.add(np.array(values[:cut])), ema.add(np.array(values[cut:]))])
    # Rounding of sums of values up to 1e6, whose error stays after they cancel.
    np.testing.assert_allclose(got, np.array(slow(values, weight)), rtol=1e-9, atol=1e-6)


def test_long_curves_and_enormous_spikes_equal_the_plain_recursion() -> None:
    values = np.random.default_rng(0).normal(1, 0.1, 40_000)
    values[[5, 20_000]] = 1e30
    values[[7, 16_383, 16_384]] = math.nan
    for weight in (0.6, 0.99):
        ema = Ema(weight)
        got = np.concatenate([ema.add(values[:35_000]), ema.add(values[35_000:])])
        np.testing.assert_allclose(got, np.array(slow(values.tolist(), weight)), rtol=1e-9)


def test_one_nan_does_not_spoil_what_comes_after() -> None:
    smooth = Ema(0.9).add(np.array([1.0, math.nan, 1.0]))
    assert smooth[0] == 1.0
    assert math.isnan(smooth[1])
    assert abs(smooth[2] - 1.0) < 1e-12


def test_of_a_repeated_step_the_last_value_counts() -> None:
    curve = Curve([1, 2, 2, 3], [1.0, 2.0, 5.0, 3.0])
    assert curve.steps.tolist() == [1, 2, 3]
    assert curve.values.tolist() == [1.0, 5.0, 3.0]
    curve.extend([3, 4], [7.0, 8.0])
    assert curve.values.tolist() == [1.0, 5.0, 7.0, 8.0]


@given(st.lists(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 9)), max_size=12), max_size=5))
def test_a_curve_fed_in_any_order_equals_a_dictionary_by_step(pieces: list[list[tuple[int, float]]]) -> None:
    curve, known = Curve(), dict[int, float]()
    for piece in pieces:
        curve.extend([step for step, _ in piece], [value for _, value in piece])
        known |= dict(piece)
    assert curve.steps.tolist() == sorted(known)
    assert curve.values.tolist() == [known[step] for step in sorted(known)]


def test_arrays_that_were_given_are_never_written_to() -> None:
    steps, values, walls = np.arange(3.0), np.arange(3.0), np.array([3.0, 2.0, 5.0])
    curve = Curve(steps, values, walls)
    curve.extend([2, 3, 4], [9.0, 9.0, 9.0], [1.0, 1.0, 1.0])
    curve.extend([5], [9.0])
    assert (steps.tolist(), values.tolist(), walls.tolist()) == ([0, 1, 2], [0, 1, 2], [3, 2, 5])
    assert curve.values.tolist() == [0, 1, 9, 9, 9, 9]


def test_points_that_come_after_the_last_do_not_count_as_a_revision() -> None:
    curve = Curve([1], [1.0])
    curve.extend([2], [2.0])
    assert curve.revision == 0
    curve.extend([2], [3.0])
    assert curve.revision == 1


def test_a_clock_set_back_does_not_fold_the_curve_over_itself() -> None:
    curve = Curve([1, 2], [0.0, 0.0], [100.0, 90.0])
    curve.extend([3], [0.0], [95.0])
    assert curve.x(XAxis.RELATIVE).tolist() == [0.0, 0.0, 0.0]
    assert (np.diff(curve.x(XAxis.TIME)) >= 0).all()
