"""Lines to read and scroll: tables that are made of prose and numbers, entries, evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from labjournal.tui import paint
from labjournal.tui.base_app import glyphs_of, look_of
from labjournal.tui.text import Line

Write = Callable[[int], Sequence[Line]]


class Reader(ScrollView, can_focus=True):
    """Shows what ``write(width)`` returns, however long it is; stays where it was when that changes."""

    DEFAULT_CSS = """
    Reader { height: 1fr; width: 1fr; scrollbar-size: 0 0; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "rows(1)", "down", show=False),
        Binding("up,k", "rows(-1)", "up", show=False),
        Binding("pagedown,ctrl+f", "pages(1)", "page down", show=False),
        Binding("pageup,ctrl+u", "pages(-1)", "page up", show=False),
        Binding("g,home", "first", "first", show=False),
        Binding("G,end", "last", "last", show=False),
    ]

    def __init__(self, write: Write, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._write = write
        self._lines: list[Line] = []

    def rewrite(self) -> None:
        """Ask for the lines again."""
        width = self.size.width
        if not width:
            return
        self._lines = list(self._write(width))
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self.rewrite()

    def _to(self, top: int) -> None:
        self.scroll_to(y=max(0, min(top, len(self._lines) - self.size.height)), animate=False, force=True)

    def action_rows(self, by: int) -> None:
        self._to(self.scroll_offset.y + by)

    def action_pages(self, by: int) -> None:
        self._to(self.scroll_offset.y + by * max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._to(0)

    def action_last(self) -> None:
        self._to(len(self._lines))

    def render_line(self, y: int) -> Strip:
        look = look_of(self)
        at = self.scroll_offset.y + y
        if at >= len(self._lines):
            return paint.blank(self.size.width, look)
        return paint.strip(self._lines[at], self.size.width, look, glyphs_of(self))
