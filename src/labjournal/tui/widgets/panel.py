"""One chart to be, and how many of them have room side by side."""

from __future__ import annotations

from dataclasses import dataclass

from labjournal.tui.widgets.chart_lines import Mark, Threshold
from labjournal.tui.widgets.plot import Series

_THREE_FROM = 110
"""Columns of the terminal from which three charts stand in a row."""
_TWO_FROM = 60
_TWO_ROWS_FROM = 14
"""Lines of the grid from which there are two rows of charts."""


@dataclass(frozen=True)
class Panel:
    """One chart to be."""

    title: str
    series: tuple[Series, ...]
    log: bool = False
    marks: tuple[Mark, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    alarming: bool = False
    note: str = ""


def columns_of(width: int, panels: int) -> int:
    """Charts in a row."""
    if width < _TWO_FROM or panels < 2:
        return 1
    return 3 if width >= _THREE_FROM else 2


def rows_of(height: int, columns: int, panels: int) -> int:
    """Rows of charts."""
    return 1 if height < _TWO_ROWS_FROM or panels <= columns else 2
