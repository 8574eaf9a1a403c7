"""Arguments that a function never reads, told from its code."""

from __future__ import annotations

import types
from typing import Any

import pytest

pytest.importorskip("torch")

from labjournal.watch.placebo import unread_arguments


class Forms:
    def reads_both(self, x: Any, y: Any) -> Any:
        return x + y

    def leaves_out(self, x: Any, y: Any) -> Any:
        return x

    def writes_over(self, x: Any, y: Any) -> Any:
        y = x * 2
        return x + y

    def writes_over_at_times(self, x: Any, y: Any) -> Any:
        if x:
            y = x * 2
        return x + y

    def reads_inside(self, x: Any, y: Any) -> Any:
        return [value + y for value in x]

    def reads_by_name(self, x: Any, y: Any) -> Any:
        return x + locals()["y"]

    def need_not_be_given(self, x: Any, y: Any = None) -> Any:
        return x

    def says_so(self, x: Any, _y: Any) -> Any:
        return x

    def deletes(self, x: Any, y: Any) -> Any:
        del y
        return x


@pytest.mark.parametrize("name", ["leaves_out", "writes_over"])
def test_an_argument_never_read_is_told_with_its_place(name: str) -> None:
    function = vars(Forms)[name]
    assert isinstance(function, types.FunctionType)
    assert unread_arguments(function) == [("y", 1)]


@pytest.mark.parametrize("name", sorted(set(vars(Forms)) - {"leaves_out", "writes_over"}))
def test_an_argument_read_in_any_way_is_not(name: str) -> None:
    function = vars(Forms)[name]
    if isinstance(function, types.FunctionType):
        assert unread_arguments(function) == []
