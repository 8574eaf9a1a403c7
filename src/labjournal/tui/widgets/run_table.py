"""A table of any length: only the rows in sight are fetched and drawn.

Textual's DataTable adds rows eagerly (50,000 rows: 21 s to the first paint). Here the source counts and slices, so
10,000 and a million rows open and scroll alike. Cursor and marks are on things: after any change of the rows the
cursor's thing keeps its line on the screen. Where all rows would fit and a new one came above, the table lets
empty lines appear below rather than move; they go when the keys have rested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from labjournal.format import visible
from labjournal.tui import paint
from labjournal.tui.base_app import glyphs_of, look_of
from labjournal.tui.text import on
from labjournal.tui.widgets.columns import Column
from labjournal.tui.widgets.marking import Marking
from labjournal.tui.widgets.row_cache import RowCache
from labjournal.tui.widgets.row_drawing import RowDrawing
from labjournal.tui.widgets.row_source import Row, RowKind, RowSource

REST_S = 2.0
"""Keys rest for so long before anything above the eye may move (seconds)."""


class RunTable(Marking, can_focus=True):
    """A virtual table over a ``RowSource``."""

    DEFAULT_CSS = """
    RunTable { height: 1fr; width: 1fr; scrollbar-size: 0 0; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "down", show=False),
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False),
        Binding("g,home", "first", "first", show=False),
        Binding("G,end", "last", "last", show=False),
        Binding("enter,l,right", "open", "open"),
        Binding("h,left", "fold", "fold", show=False),
        Binding("space", "mark", "mark"),
        Binding("M", "unmark_all", "unmark all", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The cursor came to another thing."""

        table: RunTable
        id: str | None

    @dataclass
    class Opened(Message):
        """A row was entered."""

        table: RunTable
        id: str

    @dataclass
    class FoldToggled(Message):
        """A group asks to be folded or unfolded; its owner gives a new source."""

        table: RunTable
        id: str
        fold: bool

    @dataclass
    class AboveChanged(Message):
        """So many new rows stand above the view."""

        table: RunTable
        new: int

    def __init__(
        self, columns: Sequence[Column], source: RowSource, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._cache = RowCache(source)
        self._spare = 0
        self._new_above = 0
        self._rest: Timer | None = None
        self.empty_words = ""
        """What to say where there is no row."""
        self._touched = False
        self._cursor = 0
        self._cursor_id: str | None = None
        self._place_cursor(0, 1)

    # What is under the cursor

    @property
    def cursor_id(self) -> str | None:
        """The thing the cursor is on; None in an empty table."""
        return self._cursor_id

    @property
    def cursor_row(self) -> Row | None:
        return self._cache.row(self._cursor) if self._cursor_id is not None else None

    @property
    def cursor_line(self) -> int:
        """The cursor's line inside the table's view, the head being line 0."""
        return self._cursor - self.scroll_offset.y + 1

    @property
    def touched(self) -> bool:
        """Whether somebody moved the cursor: then it is his, and nothing remembered may move it."""
        return self._touched

    @property
    def new_above(self) -> int:
        """New rows that came above the view and were not looked at yet."""
        return self._new_above

    def leave_head(self) -> None:
        """From the head of an unfolded group to its first row."""
        row = self.cursor_row
        if row is not None and row.kind is RowKind.GROUP and not row.folded:
            self._move_to(self._cursor + 1, 1)

    def go_to(self, id: str) -> bool:
        """Put the cursor on a thing; False when it is not in the table."""
        at = self._cache.index_of(id)
        if at is None:
            return False
        self._move_to(at, 1)
        return True

    # Rows

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns over the same rows; the source's rows must match when it is next asked."""
        self._columns = tuple(columns)
        self.refresh_rows()

    def refresh_rows(self, source: RowSource | None = None) -> None:
        """The rows changed: fetch again, and keep the cursor's thing on its line of the screen.

        Where the cursor is out of sight (scrolled by the wheel), the first thing in sight keeps its line.
        """
        top = self.scroll_offset.y
        anchor, anchor_at = self._anchor(top)
        before = self._cache.count
        self._cache.renew(source)
        cursor_at = self._cache.index_of(self._cursor_id) if self._cursor_id is not None else None
        if cursor_at is not None:
            self._cursor = cursor_at
        else:
            self._place_cursor(min(self._cursor, self._cache.count - 1), 1)
        anchored = self._cache.index_of(anchor) if anchor is not None else None
        moved = anchored - anchor_at if anchored is not None else 0
        if moved > 0 and self._cache.count > before:
            self._new_above += min(moved, self._cache.count - before)
        self._scroll_rows(max(0, top + moved))
        self.refresh()
        if self._new_above and self.is_mounted:
            if self._rest is None:  # rows that change every second must not put off what keys have waited for
                self._rest_again()
            self.post_message(self.AboveChanged(self, self._new_above))

    def _anchor(self, top: int) -> tuple[str | None, int]:
        if top <= self._cursor < top + self._body:
            return self._cursor_id, self._cursor
        row = self._cache.row(top)
        return (row.id if row is not None else None), top

    @property
    def _body(self) -> int:
        """Lines for rows: all but the head."""
        return max(0, self.size.height - 1)

    def _scroll_rows(self, top: int) -> None:
        """Show row ``top`` first, with empty lines below where there are not enough rows."""
        self._spare = max(0, top + self._body - self._cache.count) if self._cache.count else 0
        wanted = Size(self.size.width, self._cache.count + 1 + self._spare)
        if wanted != self.virtual_size:
            self.virtual_size = wanted
        self.scroll_to(y=top, animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._note_top(round(new_value))

    def _note_top(self, top: int) -> None:
        """Row ``top`` is the first in sight: what is new above the view is above it."""
        seen = min(self._new_above, top)
        if seen != self._new_above:
            self._new_above = seen
            self.post_message(self.AboveChanged(self, seen))

    def on_resize(self, event: events.Resize) -> None:
        # A source may make other cells for another width.
        self._cache.forget()
        top = self.scroll_offset.y
        if not top <= self._cursor < top + self._body:
            top = max(0, self._cursor - self._body + 1)
        top = min(top, max(0, self._cache.count - self._body))
        self._scroll_rows(top)
        self._note_top(top)  # of a page that was out of sight a scroll may still wait, and be given up

    # Keys

    def on_key(self, event: events.Key) -> None:
        self._touched = True
        self._rest_again()

    def _rest_again(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST_S, self.settle) if self._spare else None

    def settle(self) -> None:
        """Take back empty lines below that only held the cursor's line; called when the keys have rested."""
        self._rest = None
        if self._spare:
            self._scroll_rows(max(0, self._cache.count - self._body))

    def _place_cursor(self, at: int, step: int) -> None:
        """The cursor on the nearest row from ``at`` in the direction of ``step``, then in the other."""
        self._cursor, self._cursor_id = self._cache.nearest(at, step) or (0, None)

    def _move_to(self, at: int, step: int) -> None:
        old, old_id = self._cursor, self._cursor_id
        self._place_cursor(max(0, min(at, self._cache.count - 1)), step)
        top = self.scroll_offset.y
        if self._cursor < top:
            # The head of the first group stands above its first row: show it too.
            self._scroll_rows(0 if self._cursor <= 1 else self._cursor)
        elif self._cursor >= top + self._body:
            self._scroll_rows(self._cursor - self._body + 1)
        for row in (old, self._cursor):
            self._refresh_row(row)
        if old_id != self._cursor_id:
            self.post_message(self.Moved(self, self._cursor_id))

    def _refresh_row(self, at: int) -> None:
        self.refresh(Region(0, at - self.scroll_offset.y + 1, self.size.width, 1))

    def action_move(self, by: int) -> None:
        self._move_to(self._cursor + by, by)

    def action_page(self, by: int) -> None:
        self._move_to(self._cursor + by * max(1, self._body - 1), by)

    def action_first(self) -> None:
        self._move_to(0, 1)
        self._scroll_rows(0)

    def action_last(self) -> None:
        self._move_to(self._cache.count - 1, -1)

    def action_open(self) -> None:
        row = self.cursor_row
        if row is None:
            return
        if row.kind is RowKind.GROUP:
            self.post_message(self.FoldToggled(self, row.id, not row.folded))
        else:
            self.post_message(self.Opened(self, row.id))

    def action_fold(self) -> None:
        """Fold the group the cursor is in."""
        found = self._cache.head(self._cursor, -1)
        if found is not None and not found[1].folded:
            self._move_to(found[0], 1)
            self.post_message(self.FoldToggled(self, found[1].id, True))

    def next_group(self, by: int) -> None:
        """To the first row of the next group below (1) or above (-1)."""
        at = self._cursor
        if by < 0 and (own := self._cache.head(at, by)) is not None:
            # The head of the group the cursor is in comes first; the one before it is meant.
            at = own[0]
        found = self._cache.head(at + by, by)
        if found is not None:
            self._move_to(found[0] if found[1].folded else found[0] + 1, 1)

    def action_mark(self) -> None:
        row = self.cursor_row
        if row is None or row.kind is not RowKind.ROW:
            return
        self.toggle_mark(row.id)
        self._move_to(self._cursor + 1, 1)

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            return
        self._move_to(self.scroll_offset.y + event.y - 1, 1)
        if event.chain == 2:
            self.action_open()

    def on_focus(self) -> None:
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    # Drawing

    @property
    def _drawing(self) -> RowDrawing:
        return RowDrawing(self._columns, glyphs_of(self))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        look, glyphs = look_of(self), glyphs_of(self)
        if y == 0:
            return paint.strip(self._drawing.head(width), width, look, glyphs)
        if y == 2 and not self._cache.count and self.empty_words:
            return paint.strip([(f"   {visible(self.empty_words)}", "muted")], width, look, glyphs)
        at = self.scroll_offset.y + y - 1
        row = self._cache.row(at)
        if row is None or row.kind is RowKind.AIR:
            return paint.blank(width, look)
        here = at == self._cursor and row.id == self._cursor_id
        line = self._drawing.row(row, width, here and self.has_focus, row.id in self._marks)
        return paint.strip(on(line, "cursor", width) if here else line, width, look, glyphs)
