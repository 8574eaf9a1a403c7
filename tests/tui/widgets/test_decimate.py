"""Decimation against the obvious loop: exact minima and maxima, and gaps that stay gaps."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labjournal.tui.widgets.canvas import Canvas, Layer, Pile
from labjournal.tui.widgets.decimate import Buckets, dot_spans

VALUES = st.one_of(st.floats(-100, 100), st.sampled_from([math.nan, math.inf, -math.inf]))
POINTS = st.lists(st.tuples(st.integers(-20, 120), VALUES), max_size=60).map(
    lambda found: sorted(found, key=lambda p: p[0])
)
CUTS = st.lists(st.integers(0, 60), max_size=4)


def filled(points: list[tuple[int, float]], cuts: list[int], columns: int = 7) -> Buckets:
    """Buckets over 0 to 100, fed in pieces."""
    buckets = Buckets(0, 100, columns)
    ends = sorted({0, len(points), *(cut for cut in cuts if cut < len(points))})
    for start, stop in pairwise(ends):
        piece = points[start:stop]
        buckets.add(np.array([x for x, _ in piece], float), np.array([y for _, y in piece], float))
    return buckets


def column_of(x: float, edges: np.ndarray) -> int | None:
    if x == edges[-1]:
        return len(edges) - 2
    return next((k for k in range(len(edges) - 1) if edges[k] <= x < edges[k + 1]), None)


@given(POINTS, CUTS)
def test_each_column_knows_its_exact_minimum_maximum_first_and_last(
    points: list[tuple[int, float]], cuts: list[int]
) -> None:
    buckets = filled(points, cuts)
    for column in range(buckets.columns):
        inside = [y for x, y in points if math.isfinite(y) and column_of(x, buckets.edges) == column]
        assert bool(buckets.filled[column]) == bool(inside)
        if inside:
            found = buckets.values_VC[:, column].tolist()
            assert found == [min(inside), max(inside), inside[0], inside[-1]]


@given(POINTS, CUTS)
def test_a_value_that_is_no_number_breaks_the_line_between_columns(
    points: list[tuple[int, float]], cuts: list[int]
) -> None:
    buckets = filled(points, cuts)
    finite = [at for at, (_, y) in enumerate(points) if math.isfinite(y)]
    for before, at in pairwise(finite):
        column, previous = (column_of(points[k][0], buckets.edges) for k in (at, before))
        if column is not None and column != previous:
            assert bool(buckets.broken[column]) == (at - before > 1)


@given(POINTS, CUTS)
def test_pieces_give_the_same_buckets_as_all_points_at_once(points: list[tuple[int, float]], cuts: list[int]) -> None:
    whole, pieces = filled(points, []), filled(points, cuts)
    np.testing.assert_array_equal(whole.values_VC, pieces.values_VC)
    np.testing.assert_array_equal(whole.broken, pieces.broken)
    assert (whole.before, whole.after) == (pieces.before, pieces.after)


@given(POINTS, CUTS)
def test_a_layer_drawn_in_pieces_equals_one_drawn_at_once(points: list[tuple[int, float]], cuts: list[int]) -> None:
    def rows_of(values: np.ndarray) -> np.ndarray:
        return (100 - values) / 200 * 31

    buckets, layer = Buckets(0, 100, 12), Layer(6, 8)
    ends = sorted({0, len(points), *(cut for cut in cuts if cut < len(points))})
    for start, stop in pairwise(ends):
        piece = points[start:stop]
        buckets.add(np.array([x for x, _ in piece], float), np.array([y for _, y in piece], float))
        layer.set(*dot_spans(buckets, rows_of, 32, buckets.touched))
        buckets.touched = buckets.columns
    whole = Layer(6, 8)
    whole.set(*dot_spans(filled(points, [], 12), rows_of, 32))
    np.testing.assert_array_equal(layer.bits, whole.bits)


def test_the_spike_between_two_dots_is_drawn() -> None:
    y = np.zeros(100_000)
    y[56_789] = 1
    buckets = Buckets(0, 99_999, 50)
    buckets.add(np.arange(100_000.0), y)
    _, top, bottom = dot_spans(buckets, lambda values: (1 - values) * 39, 40)
    assert top[28] == 0
    assert bottom[28] == 39
    assert set(top[:28]) == {39}


def test_distant_points_are_joined_and_points_out_of_sight_lead_the_line_in() -> None:
    buckets = Buckets(10, 20, 10)
    buckets.add(np.array([0.0, 30.0]), np.array([0.0, 1.0]))
    _, top, bottom = dot_spans(buckets, lambda values: (1 - values) * 99, 100)
    assert (bottom >= top).all()
    assert top[0] > top[-1]


def test_dots_follow_the_order_of_the_braille_block() -> None:
    layer = Layer(1, 1)
    layer.set(0, np.array([0, 3]), np.array([1, 3]))
    canvas = Canvas(1, 1)
    canvas.draw(layer.bits, "s1")
    assert canvas.rows() == [[("⢃", "s1")]]


def test_the_series_drawn_last_owns_the_cell() -> None:
    canvas = Canvas(2, 1)
    lower, upper = Layer(2, 1), Layer(2, 1)
    lower.set(0, np.full(4, 3), np.full(4, 3))
    upper.set(0, np.array([0, 0, 9, 9]), np.array([0, 0, -1, -1]))
    canvas.draw(lower.bits, "s1")
    canvas.draw(upper.bits, "s2")
    assert canvas.rows() == [[("⠉", "s2"), ("⣀", "s1")]]


SPANS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 15), st.integers(-1, 4)), min_size=1, max_size=8)


@given(st.lists(st.tuples(st.integers(0, 2), SPANS, st.integers(-1, 5)), max_size=8), st.integers(0, 15))
def test_a_pile_laid_again_and_again_equals_one_laid_at_once(
    changes: list[tuple[int, list[tuple[int, int, int]], int]], dash: int
) -> None:
    layers = [(Layer(6, 4), role) for role in ("s1", "s2", "s1")]
    pile = Pile()
    for which, spans, marked in changes:
        layer = layers[which][0]
        start = min(column for column, _, _ in spans)
        top, bottom = layer.top.copy(), layer.bottom.copy()
        for column, row, length in spans:
            top[column], bottom[column] = row, row + length
        layer.set(start, top[start:], bottom[start:])
        canvas = pile.lay(6, 4, [(dash, "muted")], layers)
        whole = Canvas(6, 4)
        whole.dashed(dash, "muted")
        for one, role in layers:
            whole.draw(one.bits, role)
        for drawn in (canvas, whole):
            drawn.put(marked, 3, "▲", "alarm")
        assert canvas.rows() == whole.rows()
