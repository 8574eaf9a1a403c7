"""One row of a table as a line: focus bar, mark, cells; the head of a group over the whole width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labjournal.format import visible
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Line, Span, cut_line, line_width
from labjournal.tui.widgets.columns import Column, Cut, fit_cell, layout
from labjournal.tui.widgets.row_source import Row, RowKind

PREFIX = 3
"""Focus bar, mark, space."""
MARGIN = 1
"""Cells kept free at the right."""


@dataclass(frozen=True, slots=True)
class RowDrawing:
    """Columns and the signs they are drawn with."""

    columns: Sequence[Column]
    glyphs: Glyphs

    def head(self, width: int) -> list[Span]:
        """The titles of the columns."""
        titles: list[Line] = [[(column.title, "muted")] for column in self.columns]
        # Titles are words, even over numbers.
        worded = [replace(column, cut=Cut.END) for column in self.columns]
        return [(" " * PREFIX, "text"), *self._cells(titles, worded, width - PREFIX - MARGIN)]

    def row(self, row: Row, width: int, focused: bool, marked: bool) -> list[Span]:
        """A row, or the head of a group."""
        bar = (self.glyphs.focus if focused else " ", "accent")
        if row.kind is RowKind.GROUP:
            fold = self.glyphs.folded if row.folded else self.glyphs.unfolded
            head: Line = [bar, (f"{fold} ", "muted"), *((visible(text), role) for text, role in row.cells[0])]
            room = width - MARGIN
            return cut_line(head, room, self.glyphs.ellipsis) if line_width(head) > room else list(head)
        mark = (f"{self.glyphs.marked} " if marked else "  ", "accent")
        return [bar, mark, *self._cells(row.cells, self.columns, width - PREFIX - MARGIN)]

    def _cells(self, cells: Sequence[Line], columns: Sequence[Column], width: int) -> list[Span]:
        line: list[Span] = []
        gap = 0
        for column, cell, wide in zip(columns, cells, layout(columns, width), strict=True):
            if wide:
                shown = [(visible(text), role) for text, role in cell]
                line += [(" " * gap, "text"), *fit_cell(shown, column, wide, self.glyphs.ellipsis)]
                gap = column.gap
        return line
