"""A table of twice as many runs is twice the work: nothing in it looks at all runs for each of them."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from folded import Folded, matrix
from labjournal.compare import Selection, build_table
from labjournal.config import Config


def journal(runs: int) -> Folded:
    made = Folded()
    for i in range(runs):
        run = made.run(f"run-{i}", {"lr": 0.001 * (i + 1), "batch": 8 + i % 3, "seed": i})
        counts = matrix(["background", "signal"], [[450, 50], [40 + i % 9, 460]])
        made.result(run, {"loss": 0.1 + 0.001 * i}, dataset="1:1", counts=counts)
    return made


def calls(made: Folded, selection: Selection) -> int:
    """Python functions that were entered, expressions that were resumed, and built-in functions that were called."""
    count = 0

    def profile(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    build_table(made.store, selection, Config())  # what is computed once in a process
    sys.setprofile(profile)
    try:
        build_table(made.store, selection, Config())
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "selection", [Selection(limit=None), Selection(limit=None, rows=("run-*",)), Selection(limit=None, by="lr")]
)
def test_the_work_grows_as_the_rows_do(selection: Selection) -> None:
    once, twice = calls(journal(60), selection), calls(journal(120), selection)
    assert twice < 2.3 * once, f"{once:,} and {twice:,}"
