"""The log of a run: follows at its end, stays where it is when scrolled back, opens a gigabyte at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from labjournal import format
from labjournal.tui import paint
from labjournal.tui.base_app import glyphs_of, look_of
from labjournal.tui.widgets import ansi
from labjournal.tui.widgets.log_window import BLOCK, Change, LogWindow
from labjournal.tui.widgets.pane import StateSaid

_NEAR = 200
"""Lines from an edge of the window at which the next block is read."""
_SIDEWAYS = 8


class LogView(ScrollView, can_focus=True):
    """Lines of one log file. Every read is on a thread; the view asks for blocks and shows what it has."""

    DEFAULT_CSS = """
    LogView { height: 1fr; width: 1fr; scrollbar-size: 0 0; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_rows(1)", "down", show=False),
        Binding("up,k", "scroll_rows(-1)", "up", show=False),
        Binding("pagedown,ctrl+f", "scroll_pages(1)", "page down", show=False),
        Binding("pageup,ctrl+u", "scroll_pages(-1)", "page up", show=False),
        Binding("left", "sideways(-1)", "left", show=False),
        Binding("right", "sideways(1)", "right", show=False),
        Binding("g,home", "first", "first", show=False),
        Binding("G,end,f", "follow", "end"),
    ]

    def __init__(
        self,
        path: Path | None = None,
        *,
        poll_s: float = 0.1,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """A view of a log.

        Args:
            path: The file, which need not exist yet; None for none.
            poll_s: Seconds between two looks at its size.
        """
        super().__init__(id=id, classes=classes)
        self._poll_s = poll_s
        self._window = LogWindow(path) if path is not None else None
        self._lines: list[str] = []
        self._retired: list[LogWindow] = []
        self._asked: set[str] = {"tail"}
        self._wake = asyncio.Event()
        self._following = True
        self._trouble: str | None = None
        self._said = ""
        self._widest = 0

    @property
    def following(self) -> bool:
        """New lines move the view; False when it was scrolled back."""
        return self._following

    @property
    def lines(self) -> list[str]:
        """The lines read so far around the view, escapes included."""
        return self._lines

    def show(self, path: Path | None) -> None:
        """Show another file from its end."""
        if self._window is not None:
            self._retired.append(self._window)
        self._window = LogWindow(path) if path is not None else None
        self._trouble = None
        self._following = True
        self._set_lines([])
        self._ask("tail")

    # Reading

    def on_mount(self) -> None:
        self.run_worker(self._serve(), exit_on_error=False)

    def on_unmount(self) -> None:
        if self._window is not None:
            self._window.close()

    def _ask(self, what: str) -> None:
        self._asked.add(what)
        self._wake.set()

    async def _serve(self) -> None:
        """Answer what the view asked for, and look for new bytes in between."""
        while True:
            while self._retired:
                # Not closed where it was replaced: a thread may have been reading it then.
                self._retired.pop().close()
            window, asked = self._window, self._asked
            self._asked = set()
            self._wake.clear()
            if window is not None:
                try:
                    change = await asyncio.to_thread(self._work, window, asked)
                except FileNotFoundError:
                    self._trouble = "no output yet" if not self._lines else "the log is gone; what was read stays"
                    change = None
                    self._asked |= asked
                except OSError as error:
                    self._trouble = f"the log cannot be read ({error.strerror}); trying again"
                    change = None
                    self._asked |= asked
                else:
                    self._trouble = None
                if window is self._window:
                    self._apply(window, change)
            try:
                await asyncio.wait_for(self._wake.wait(), self._poll_s)
            except TimeoutError:
                continue

    def _work(self, window: LogWindow, asked: set[str]) -> Change | None:
        """One turn on a thread: what was asked for, else whatever came."""
        replaced = window.look()
        if replaced or "tail" in asked:
            return window.tail()
        if "head" in asked:
            return window.head()
        if "before" in asked:
            return window.before()
        if "after" in asked and not self._following:
            return window.after()
        if not self._following:
            window.count_new()
            return None
        if window.at_end:
            return None
        # Far behind a fast writer only the end is of interest.
        return window.tail() if window.size - window.end > 4 * BLOCK else window.after()

    def _apply(self, window: LogWindow, change: Change | None) -> None:
        if change is not None:
            top = self.scroll_offset.y
            self._set_lines(list(window.lines))
            if self._following:
                self._to(self._last_top)
            elif change.fresh:
                self._to(0)
            else:
                self._to(top + change.before)
            self.refresh()
        self._say()

    def _set_lines(self, lines: list[str]) -> None:
        self._lines = lines
        self._fit()

    def _fit(self) -> None:
        height = max(len(self._lines), self.size.height)
        self.virtual_size = Size(max(self.size.width, self._widest + 2), height)

    # Scrolling

    @property
    def _last_top(self) -> int:
        return max(0, len(self._lines) - self.size.height)

    def _to(self, top: int) -> None:
        self.scroll_to(y=max(0, min(top, self._last_top)), animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        window = self._window
        if window is None:
            return
        if self._following and round(new_value) < self._last_top and new_value < old_value:
            self._following = False
        if round(new_value) < _NEAR and not window.at_start:
            self._ask("before")
        elif not self._following and round(new_value) > self._last_top - _NEAR:
            if not window.at_end:
                self._ask("after")
            elif round(new_value) >= self._last_top and new_value > old_value:
                self._following = True
        self._say()

    def on_resize(self, event: events.Resize) -> None:
        self._fit()
        self._to(self._last_top if self._following else self.scroll_offset.y)

    def action_scroll_rows(self, by: int) -> None:
        self._to(self.scroll_offset.y + by)

    def action_scroll_pages(self, by: int) -> None:
        self._to(self.scroll_offset.y + by * max(1, self.size.height - 1))

    def action_sideways(self, by: int) -> None:
        self.scroll_to(x=max(0, self.scroll_offset.x + by * _SIDEWAYS), animate=False, force=True)

    def action_first(self) -> None:
        """Go to the beginning of the file, however long it is."""
        self._following = False
        if self._window is None or self._window.at_start:
            self._to(0)
        else:
            self._ask("head")
        self._say()

    def action_follow(self) -> None:
        """Go to the end and stay there."""
        self._following = True
        if self._window is not None and not self._window.at_end:
            self._ask("tail")
        self._to(self._last_top)
        self._say()

    @property
    def state(self) -> str:
        """What the pane's rule says: following, or how far behind."""
        if self._trouble is not None:
            return self._trouble
        if self._window is None:
            return ""
        if self._following:
            return "following · end"
        place = "" if self._window.at_start else f"{100 * self._window.share:.0f} % · "
        new = f"{format.plural(self._window.new_lines, 'new line')} · " if self._window.new_lines else ""
        return f"locked · {place}{new}G end"

    def _say(self) -> None:
        if self.state != self._said:
            self._said = self.state
            self.post_message(StateSaid(self._said))
            if not self._lines:  # the words stand in the place of the first line
                self.refresh()

    # Drawing

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        look, glyphs = look_of(self), glyphs_of(self)
        left, top = self.scroll_offset
        at = top + y
        if at >= len(self._lines):
            words = self._trouble if y == 0 and not self._lines else None
            return paint.strip([(f" {words}", "muted")], width, look, glyphs) if words else paint.blank(width, look)
        text = self._lines[at]
        whole = Strip([*paint.blank(1, look), *ansi.segments(text, look, glyphs)])
        if whole.cell_length > self._widest:
            self._widest = whole.cell_length
            self.call_after_refresh(self._fit)
        drawn = whole.crop(left, left + width)
        if left + width < whole.cell_length:
            more = paint.strip([(glyphs.ellipsis, "muted")], 1, look, glyphs)
            drawn = Strip([*whole.crop(left, left + width - 1), *more])
        return Strip([*drawn, *paint.blank(width - drawn.cell_length, look)], width)
