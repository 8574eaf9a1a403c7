"""The line a filter is typed on: it filters while one types, underlines what is wrong, and knows what was typed before.

The last filter that could be meant stays in force: nothing empties because a word is half typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from labjournal.filtering import FilterError
from labjournal.tui.text import Line, Span
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.typing_boxes import LineBox

_LEAD = 3
"""Cells before the first letter that is typed."""


class FilterLine(Vertical):
    """Input and, below it, what is wrong or what was found."""

    DEFAULT_CSS = """
    FilterLine { height: 2; dock: bottom; background: $surface; }
    FilterLine > Input { height: 1; border: none; padding: 0 1 0 3; background: $surface; }
    FilterLine > Input:focus { border: none; }
    FilterLine > #said { height: 1; }
    """

    @dataclass
    class Typed(Message):
        """Another filter stands there."""

        text: str

    @dataclass
    class Left(Message):
        """The line was left; ``kept`` False restores what was in force before."""

        text: str
        kept: bool

    def __init__(self, text: str, history: Sequence[str], names: Callable[[], Sequence[str]], hint: str) -> None:
        """A line.

        Args:
            text: The filter in force.
            history: What was typed before, newest first.
            names: Keys and words to complete with ``tab``.
            hint: What to show while nothing is typed.
        """
        super().__init__(id="filter")
        self.before = text
        """What was in force when the line was opened."""
        self._history = [one for one in history if one != text]
        self._at = -1
        self._names = names
        self._wrong: FilterError | None = None
        self._found = ""
        self._input = LineBox(text, hint)
        self._said = Lines(self._said_line, ground="raised", id="said")

    @property
    def text(self) -> str:
        """What stands on the line."""
        return self._input.value

    def compose(self) -> ComposeResult:
        yield self._input
        yield self._said

    def on_mount(self) -> None:
        self._input.focus()

    def tell(self, wrong: FilterError | None, found: str = "") -> None:
        """What came of the filter as it is typed."""
        self._wrong, self._found = wrong, found
        self._said.redraw()

    def _said_line(self, width: int, height: int) -> list[Line]:
        wrong = self._wrong
        if wrong is None:
            found: Span = (f" / {self._found}" if self._found else " /", "text")
            return [[found, ("   enter keep   esc restore   up before   tab complete", "muted")]]
        mark = "~" * max(1, wrong.end - wrong.start)
        message = wrong.message
        start = _LEAD + wrong.start
        if start + len(mark) + 2 + len(message) <= width:
            return [[(" " * start, "text"), (mark, "alarm"), (f"  {message}", "warning")]]
        return [[(f" {message}", "warning")]]

    # Typing

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(event.value, self._wrong is None))

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            self.post_message(self.Left(self.before, False))
        elif event.key in ("up", "down"):
            self._go_back(1 if event.key == "up" else -1)
        elif event.key == "tab":
            self._complete()
        else:
            return
        event.stop()
        event.prevent_default()

    def _go_back(self, by: int) -> None:
        self._at = max(-1, min(len(self._history) - 1, self._at + by))
        self._input.value = self.before if self._at < 0 else self._history[self._at]
        self._input.cursor_position = len(self._input.value)

    def _complete(self) -> None:
        """The rest of the word before the cursor, as far as all names that begin with it agree."""
        text = self._input.value[: self._input.cursor_position]
        start = max(text.rfind(sign) for sign in " (|!") + 1
        typed = text[start:]
        if not typed:
            return
        names = [name for name in self._names() if name.startswith(typed)]
        if not names:
            return
        rest = _common(names)[len(typed) :]
        self._input.insert_text_at_cursor(rest)
        if len(names) > 1:
            self.tell(self._wrong, ", ".join(sorted(names)[:8]))


def _common(names: Sequence[str]) -> str:
    """The longest beginning that all names share."""
    low, high = min(names), max(names)
    for at, sign in enumerate(low):
        if at >= len(high) or high[at] != sign:
            return low[:at]
    return low
