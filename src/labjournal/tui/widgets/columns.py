"""Columns of a table: how wide at which table width, and how a cell is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from rich.cells import cell_len

from labjournal.tui.text import Line, Span, cut_line, cut_middle, fill_line, line_width, whole_spans

_LEAST = 8
"""Cells a growing column keeps unless it asks for more: below that a name says nothing."""


class Cut(Enum):
    """How a cell gives way."""

    MIDDLE = "middle"
    """Names: the end tells members of a family apart."""
    END = "end"
    """Prose."""
    WHOLE = "whole"
    """Numbers: never cut inside; the interval goes before the value, the value as a whole."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    title: str
    widths: tuple[tuple[int, int], ...]
    """(from this table width on, width of the column) in cells, ascending; a width of 0 hides the column."""
    right: bool = False
    cut: Cut = Cut.END
    grow: int = 0
    """Share of the cells that are left over."""
    gap: int = 1
    """Empty cells after the column."""
    firm: int = 0
    """Where room lacks, less firm columns are hidden first, and among equals those at the right."""
    least: int = _LEAST
    """Cells it keeps while others can be hidden, if it grows."""

    def width_at(self, table: int) -> int:
        """The column's own width in a table of so many cells."""
        width = 0
        for start, wide in self.widths:
            if table >= start:
                width = wide
        return width


def layout(columns: Sequence[Column], width: int) -> tuple[int, ...]:
    """The width of each column in a table of ``width`` cells, gaps excluded; 0 for a hidden one.

    Columns that grow share what is left. Where there is too little room they shrink first; then others are hidden,
    the least firm first, until the rest fits, and the growing ones last. The first column always stays.
    """
    widths = [column.width_at(width) for column in columns]

    def used() -> int:
        shown = [at for at, wide in enumerate(widths) if wide]
        return sum(widths[at] for at in shown) + sum(columns[at].gap for at in shown[:-1])

    growing = [at for at, column in enumerate(columns) if column.grow and widths[at]]
    for at in reversed(growing):
        widths[at] = max(min(columns[at].least, widths[at]), widths[at] - max(0, used() - width))
    for at in sorted(range(1, len(columns)), key=lambda at: (columns[at].firm, -at)):
        if used() > width and not columns[at].grow:
            widths[at] = 0
    for at in reversed(growing):
        if used() > width and at:
            widths[at] = 0
    growing = [at for at in growing if widths[at]]
    left = width - used()
    if left > 0 and growing:
        shares = sum(columns[at].grow for at in growing)
        for at in growing:
            widths[at] += left * columns[at].grow // shares
        widths[growing[-1]] += width - used()
    if widths:
        widths[0] = min(widths[0], width)
    return tuple(widths)


def fit_cell(line: Line, column: Column, width: int, ellipsis: str) -> list[Span]:
    """The cell in exactly ``width`` cells."""
    if line_width(line) > width:
        line = _cut_cell(line, column.cut, width, ellipsis)
    return fill_line(line, width, column.right)


def _cut_cell(line: Line, cut: Cut, width: int, ellipsis: str) -> list[Span]:
    if cut is Cut.WHOLE:
        return whole_spans(line, width, ellipsis)
    if cut is Cut.MIDDLE and line:
        (text, role), rest = line[0], list(line[1:])
        room = width - line_width(rest)
        # What follows a name (a mark, a version) stays whole as long as half of the cell is the name's.
        if room >= min(cell_len(text), width - width // 2):
            return [(cut_middle(text, room, ellipsis), role), *rest]
        return [(cut_middle(text, width, ellipsis), role)]
    return cut_line(line, width, ellipsis)
