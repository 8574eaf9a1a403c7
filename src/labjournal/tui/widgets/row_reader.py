"""Lines to read of which some are rows that a cursor stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from labjournal.tui import paint
from labjournal.tui.base_app import glyphs_of, look_of
from labjournal.tui.text import Line, on
from labjournal.tui.widgets.reader import Reader

Stops = Sequence[tuple[int, int]]
"""(line, number of the row that stands there), ascending."""


class RowReader(Reader):
    """A reader whose up and down keys go from row to row, and scroll where there are no more."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "row(1)", "next row", show=False),
        Binding("up,k", "row(-1)", "row before", show=False),
    ]

    def __init__(self, write: Callable[[int], Sequence[Line]], stops: Callable[[], Stops], *, id: str) -> None:
        super().__init__(write, id=id)
        self._stops = stops
        self._at = 0

    @property
    def row(self) -> int | None:
        """Number of the row under the cursor; None without rows."""
        stops = self._stops()
        return stops[min(self._at, len(stops) - 1)][1] if stops else None

    def action_row(self, by: int) -> None:
        stops = self._stops()
        at = self._at + by
        if not 0 <= at < len(stops):
            self.action_rows(by)
            return
        self._at = at
        line, top, height = stops[at][0], self.scroll_offset.y, self.size.height
        if not top + 1 <= line < top + height - 1:
            self._to(line - height // 2 if by > 0 else line - 1)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        stops = self._stops()
        line = stops[min(self._at, len(stops) - 1)][0] if stops else -1
        if self.scroll_offset.y + y != line or line >= len(self._lines) or not self.has_focus:
            return super().render_line(y)
        look, glyphs = look_of(self), glyphs_of(self)
        shown = list(self._lines[line])
        if shown and shown[0][0].startswith(" "):
            # The bar takes the place of the margin.
            shown[0] = (shown[0][0][1:], shown[0][1])
        marked = on([(glyphs.focus, "accent"), *shown], "cursor")
        return paint.strip(marked, self.size.width, look, glyphs, "cursor")
