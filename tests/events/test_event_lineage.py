"""Which points stand after restarts, and which falls of the step are no restarts."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labjournal.events import last_of_each_step, rewinds, surviving
from labjournal.events.lineage import RETRACED


def steps(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(numbers, np.int64)


def alive(numbers: list[int], breaks: list[int] | None = None) -> list[int]:
    return np.flatnonzero(surviving(steps(*numbers), breaks or [])).tolist()


def test_a_restart_from_an_earlier_step_kills_the_tail_before_it() -> None:
    assert alive([0, 1, 2, 3, 4, 2, 3], [5]) == [0, 1, 5, 6]


def test_a_restart_that_goes_on_kills_nothing() -> None:
    assert alive([0, 1, 2, 3, 4], [3]) == [0, 1, 2, 3, 4]
    assert rewinds(steps(0, 1, 2, 3), [2])[0].tolist() == []


def test_a_restart_counts_from_its_first_point() -> None:
    assert alive([10, 20, 30, 15], [3]) == [0, 3]


def test_the_lowest_step_after_a_restart_counts() -> None:
    assert alive([1, 2, 3, 4, 3, 2, 5], [4]) == [0, 4, 5, 6]


def test_a_second_restart_kills_part_of_the_first() -> None:
    assert alive([0, 1, 2, 3, 1, 2, 3, 4, 3], [4, 8]) == [0, 4, 5, 8]


def test_a_restart_from_nothing_kills_all() -> None:
    assert alive([0, 1, 2, 0], [3]) == [3]


def test_without_a_break_retracing_is_a_rewind() -> None:
    assert alive([0, 1, 2, 3, 4, 5, 2, 3, 4]) == [0, 1, 6, 7, 8]


def test_late_points_are_harmless() -> None:
    assert alive([1, 2, 3, 5, 4, 6]) == [0, 1, 2, 3, 4, 5]
    assert alive([1, 2, 3, 7, 8, 9, 4, 5, 6, 10]) == list(range(10))


def test_an_old_step_logged_once_more_is_harmless() -> None:
    assert alive([0, 100, 200, 300, 100]) == [0, 1, 2, 3, 4]
    assert alive([0, 100, 200, 300, 100, 100, 100]) == list(range(7))


def test_repeated_steps_all_survive_and_the_last_one_counts() -> None:
    column = steps(1, 1, 2, 2, 2, 3)
    assert surviving(column).all()
    assert last_of_each_step(column).tolist() == [1, 4, 5]


def test_the_last_surviving_value_of_a_step_counts_by_ascending_step() -> None:
    column = steps(3, 1, 2, 3, 1)
    assert last_of_each_step(column).tolist() == [4, 2, 3]
    assert last_of_each_step(column, np.array([True, True, True, False, False])).tolist() == [1, 2, 0]


def test_nothing_and_one_point() -> None:
    assert surviving(steps()).tolist() == []
    assert last_of_each_step(steps()).tolist() == []
    assert alive([7], [0, 1, 5]) == [0]


def test_the_greatest_step_survives() -> None:
    assert alive([0, 2**63 - 1]) == [0, 1]


def slow_surviving(numbers: list[int], breaks: list[int]) -> list[bool]:
    """The rule, word by word."""
    count = len(numbers)
    standing = [True] * count
    edges = sorted({b for b in breaks if 0 < b < count})
    for i in range(1, count):
        back_to = None
        ahead = numbers[i : i + RETRACED]
        if i in edges:
            end = next((e for e in edges if e > i), count)
            back_to = min(numbers[i:end])
        elif (
            numbers[i] < numbers[i - 1]
            and len(ahead) == RETRACED
            and all(a < b for a, b in itertools.pairwise(ahead))
            and all(step in numbers[:i] for step in ahead)
        ):
            back_to = numbers[i]
        if back_to is not None:
            for j in range(i):
                standing[j] = standing[j] and numbers[j] < back_to
    return standing


@given(st.lists(st.integers(-3, 12), max_size=40), st.lists(st.integers(-2, 45), max_size=4))
def test_the_fast_rule_is_the_slow_one(numbers: list[int], breaks: list[int]) -> None:
    assert surviving(steps(*numbers), breaks).tolist() == slow_surviving(numbers, breaks)


@given(st.lists(st.integers(0, 9), max_size=30), st.lists(st.integers(0, 9), max_size=3))
def test_one_point_a_step_is_left_and_it_is_the_last(numbers: list[int], breaks: list[int]) -> None:
    column = steps(*numbers)
    mask = surviving(column, breaks)
    chosen = last_of_each_step(column, mask)
    last = {step: i for i, step in enumerate(numbers) if mask[i]}
    assert {numbers[i]: i for i in chosen.tolist()} == last
    assert (np.diff(column[chosen]) > 0).all()
