"""What is varied, as typed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal.errors import InputError
from labjournal.sweeps import space


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("lr=1e-3,1e-4", ("1e-3", "1e-4")),
        ("act=relu", ("relu",)),
        ("depth=2..6", ("2", "3", "4", "5", "6")),
        ("depth=-1..1", ("-1", "0", "1")),
        ("n=2..10/4", ("2", "6", "10")),
        ("x=0..1/0.25", ("0", "0.25", "0.5", "0.75", "1")),
        ("x=0..1:5", ("0", "0.25", "0.5", "0.75", "1")),
        ("lr=1e-4..1e-1:log4", ("0.0001", "0.001", "0.01", "0.1")),
        ("w=16..64:log3", ("16", "32", "64")),
    ],
)
def test_values(text: str, values: tuple[str, ...]) -> None:
    axis = space.parse(text)
    assert axis.values == values
    assert space.from_data(axis.as_data()) == axis


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("lr=1e-5..1e-1:log", space.Axis("lr", (), 1e-5, 1e-1, log=True)),
        ("width=16..256", space.Axis("width", (), 16, 256, whole=True)),
        ("drop=0..0.5", space.Axis("drop", (), 0, 0.5)),
        ("width=16..256:logint", space.Axis("width", (), 16, 256, log=True, whole=True)),
    ],
)
def test_ranges_to_draw_from(text: str, axis: space.Axis) -> None:
    assert space.parse(text, drawn=True) == axis
    assert space.from_data(axis.as_data()) == axis


@pytest.mark.parametrize(
    "text",
    ["lr", "=1", "lr=", "lr=1,,2", "lr=1,1", "x=3..2", "x=0..1.5", "x=0..1:log5", "x=0..1:1", "1x=2",
     "x=1e-3..1e-1:log", "x=1..9/0", "x=0..1e9"],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError) as refused:
        space.parse(text)
    assert refused.value.hint


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 40))
def test_a_spread_has_so_many_values_and_both_ends(low: float, width: float, count: int) -> None:
    try:
        values = [float(value) for value in space.parse(f"x={low!r}..{low + width!r}:{count}").values]
    except InputError:  # too near to be told apart in six digits
        return
    assert len(values) == count
    assert math.isclose(values[0], low, rel_tol=1e-5, abs_tol=1e-9)
    assert math.isclose(values[-1], low + width, rel_tol=1e-5, abs_tol=1e-9)
    assert values == sorted(values)
