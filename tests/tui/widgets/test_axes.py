"""Axes are round, ticks lie on them and their labels say what they stand for."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from labjournal.tui.widgets.axes import (
    Axis,
    ahead,
    clock_ticks,
    duration_ticks,
    nice_step,
    step_ticks,
    value_axis,
    value_labels,
    value_ticks,
)

POINTS = st.lists(st.floats(-1e3, 1e3).map(lambda value: round(value, 3)), min_size=3, max_size=12)
SCALES = {"k": 1e3, "M": 1e6, "G": 1e9}
ENDS = st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)).map(sorted)
POSITIVE = st.tuples(st.floats(1e-12, 1e12), st.floats(1e-12, 1e12)).map(sorted)


def meant(label: str) -> float:
    scale = SCALES.get(label[-1], 1.0)
    return float(label.rstrip("kMG")) * scale


@given(ENDS, st.integers(2, 8))
def test_a_linear_axis_covers_its_values_and_its_ticks_lie_on_it(ends: list[float], count: int) -> None:
    low, high = ends
    assume(high - low > 1e-6 * max(abs(low), abs(high), 1e-6))
    axis = value_axis(low, high, parts=count)
    slack = (axis.high - axis.low) * 1e-8
    assert axis.low <= low + slack
    assert axis.high >= high - slack
    ticks = value_ticks(axis, count)
    assert all(axis.low - slack <= tick.value <= axis.high + slack for tick in ticks)
    assert len({tick.label for tick in ticks}) == len(ticks)
    for tick in ticks:
        assert abs(meant(tick.label) - tick.value) <= slack


@given(POSITIVE, st.integers(2, 8))
def test_a_log_axis_covers_its_values_and_labels_tell_the_ticks(ends: list[float], count: int) -> None:
    low, high = ends
    axis = value_axis(low, high, log=True)
    assert axis.low <= low * (1 + 1e-8)
    assert axis.high >= high * (1 - 1e-8)
    assert axis.low < axis.high
    ticks = value_ticks(axis, count)
    assert 2 <= len(ticks) <= count + 2
    for tick in ticks:
        assert math.isclose(meant(tick.label), tick.value, rel_tol=1e-6)
        assert -1e-9 <= axis.fraction(tick.value) <= 1 + 1e-9


@given(st.floats(-1e12, 1e12))
def test_a_single_value_gets_room_around_it(value: float) -> None:
    axis = value_axis(value, value)
    assert axis.low <= value + 1e-300
    assert value <= axis.high
    assert axis.low < axis.high
    assert len(value_ticks(axis, 3)) >= 2


def test_zero_alone_stands_at_the_bottom() -> None:
    assert value_axis(0, 0) == Axis(0, 1)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.1, 1, 10], ["0.1", "1", "10"]),
        ([1e-6, 1e-4, 1e-2], ["1e-6", "1e-4", "1e-2"]),
        ([0, 1000, 2000], ["0", "1k", "2k"]),
        ([0, 500, 1000, 1500], ["0", "0.5k", "1k", "1.5k"]),
        ([0.6, 0.8, 1.0], ["0.6", "0.8", "1"]),
        ([-0.5, 0, 0.5], ["-0.5", "0", "0.5"]),
        ([2e6, 2.5e6], ["2M", "2.5M"]),
    ],
)
def test_labels_are_short(values: list[float], labels: list[str]) -> None:
    assert value_labels(values) == labels


@given(POINTS, st.integers(2, 8), st.booleans())
def test_more_points_only_widen_an_axis(points: list[float], parts: int, log: bool) -> None:
    values = [10 ** (value / 100) for value in points] if log else points
    seen = values[:2]
    assume(seen[0] != seen[1])
    axis = value_axis(min(seen), max(seen), log, parts)
    for at in range(3, len(values) + 1):
        wider = value_axis(min(values[:at]), max(values[:at]), log, parts)
        slack = (wider.high - wider.low) * 1e-8
        assert wider.low <= axis.low + slack
        assert wider.high >= axis.high - slack
        axis = wider


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=20), st.floats(0, 1e6))
@example([0.0, 1e-9], 131072.0)
def test_the_right_end_of_a_live_curve_never_comes_back(steps: list[float], left: float) -> None:
    edge = 0.0
    for last in sorted(left + step for step in steps):
        further = ahead(last, (last - left) or 1.0)
        assert further > last
        assert further >= edge * (1 - 1e-9) or last - left <= 1
        edge = further


@given(st.floats(1, 1e9))
def test_a_live_curve_has_a_little_room_ahead(last: float) -> None:
    edge = ahead(last, last)
    assert last < edge <= last * 1.31


@given(st.floats(1e-9, 1e9), st.integers(1, 20))
def test_nice_steps_are_one_two_or_five(span: float, parts: int) -> None:
    step = nice_step(span, parts)
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert any(math.isclose(mantissa, nice) for nice in (1, 2, 5))
    assert span / step <= parts * (1 + 1e-6)


def test_steps_are_whole_numbers_even_on_a_short_axis() -> None:
    assert [tick.label for tick in step_ticks(Axis(0, 3), 10)] == ["0", "1", "2", "3"]
    assert [tick.label for tick in step_ticks(Axis(0, 2214), 3)] == ["0", "1,000", "2,000"]


def test_durations_and_clocks_are_round() -> None:
    assert [tick.label for tick in duration_ticks(Axis(0, 7200), 4)] == ["0", "30m", "1h", "1h30", "2h"]
    night = datetime(2026, 11, 19, 22, 30, tzinfo=UTC).timestamp()
    labels = [tick.label for tick in clock_ticks(Axis(night, night + 3 * 3600), 3, UTC)]
    assert labels == ["23:00", "20 Nov", "01:00"]
