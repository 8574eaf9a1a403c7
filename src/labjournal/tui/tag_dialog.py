"""Go to one of many names by typing a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from labjournal import format
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.dialogs import Dialog
from labjournal.tui.text import Line
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.typing_boxes import LineBox

_MOST = 12
_AROUND = 8
"""Lines of the sheet around its names."""


class _Part(LineBox):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.move(1)"),
        Binding("up", "screen.move(-1)"),
        Binding("escape", "screen.leave"),
    ]


class TagDialog(Dialog[str]):
    """Names that hold every typed word, the chosen one marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "down", show=False),
        Binding("up", "move(-1)", "up", show=False),
    ]

    def __init__(self, names: Sequence[str], title: str = "Curves") -> None:
        super().__init__()
        self._title = title
        self._all = tuple(names)
        self._found = list(names)
        self._at = 0
        self._names = Lines(self._lines, ground="raised", id="names")
        self._most = _MOST

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Lines(lambda width, height: [[(self._title, "b text")]], ground="raised", classes="title")
            yield _Part(hint="a part of the name")
            yield self._names
            hint: Line = [("enter go   up down choose   esc leave", "muted")]
            yield Lines(lambda width, height: [hint], ground="raised", classes="hint")

    def on_mount(self) -> None:
        room = self.app.size.height * 9 // 10 - _AROUND
        self._most = max(3, min(_MOST, room))
        self._names.styles.height = self._most + 1
        self._names.redraw()

    def _lines(self, width: int, height: int) -> list[Line]:
        if not self._found:
            return [[("nothing is called like that", "muted")]]
        most = self._most
        first = max(0, min(self._at - most // 2, len(self._found) - most))
        glyphs = glyphs_of(self)
        lines: list[Line] = []
        for at in range(first, min(first + most, len(self._found))):
            mine = at == self._at
            sign = glyphs.focus if mine else " "
            lines.append([(sign, "accent"), (f" {format.visible(self._found[at])}", "b text" if mine else "text")])
        left = len(self._found) - first - most
        return [*lines, [(f"  and {left} more", "muted")]] if left > 0 else lines

    def on_input_changed(self, event: Input.Changed) -> None:
        words = event.value.lower().split()
        self._found = [name for name in self._all if all(word in name.lower() for word in words)]
        self._at = 0
        self._names.redraw()

    def action_move(self, by: int) -> None:
        self._at = min(max(0, self._at + by), max(0, len(self._found) - 1))
        self._names.redraw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(self._found[self._at] if self._found else None)
