"""Dialogs: each returns its value and does no work. ``esc`` leaves any of them without one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from labjournal import format
from labjournal.tui.text import Line, pad, paragraph, wrap
from labjournal.tui.widgets.lines import Lines

T = TypeVar("T")
_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "comma": ",",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "plus": "+",
    "minus": "-",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


_KEYS = 21
"""Cells of a line of keys before what they do."""


class Dialog(ModalScreen[T]):
    """A titled sheet over the page."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > Vertical { width: 100%; max-width: 100; height: auto; max-height: 90%; padding: 1 2; }
    Dialog > Vertical { background: $surface; }
    Dialog Lines { height: auto; }
    Dialog .title { height: 1; }
    Dialog Input { border: none; height: 1; padding: 0; background: $background; margin-bottom: 1; }
    Dialog Input:focus { border: none; }
    Dialog .label, Dialog .hint { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    def action_leave(self) -> None:
        self.dismiss(None)


def _line(text: str, role: str, kind: str) -> Lines:
    shown = format.visible(text)
    return Lines(lambda width, height: [[(shown, role)]], ground="raised", classes=kind)


class TextDialog(Dialog[None]):
    """Something to read."""

    DEFAULT_CSS = "TextDialog VerticalScroll { height: auto; scrollbar-size: 0 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,question_mark,S", "leave", "leave", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("pagedown,space", "scroll(10)", "page down", show=False),
        Binding("pageup", "scroll(-10)", "page up", show=False),
    ]

    def __init__(self, title: str, paragraphs: Sequence[str], *, prose: bool = True) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs
        self._prose = prose
        self._count = self._room = 0

    def compose(self) -> ComposeResult:
        with Vertical():
            yield _line(self._title, "b text", "title")
            with VerticalScroll() as scroll:
                width = min(96, self.app.size.width - 4)
                body = Lines(self._body, ground="raised")
                body.styles.height = self._count = len(self._body(width, 0))
                # Title, hint and padding take four lines of the nine tenths of the terminal that a sheet may have.
                self._room = max(4, self.app.size.height * 9 // 10 - 4)
                scroll.styles.max_height = self._room
                yield body
            yield Lines(self._hint, ground="raised", classes="hint")

    def _hint(self, width: int, height: int) -> list[Line]:
        """How to go on, and how much there is below what is in sight."""
        if self._count <= self._room:
            return [[("esc leave", "muted")]]
        below = self._count - self._room - round(self.query_one(VerticalScroll).scroll_y)
        more = f"{format.plural(below, 'line')} below" if below > 0 else "the end"
        return [[(f"{more}   ", "text"), ("j k scroll   esc leave", "muted")]]

    def on_mount(self) -> None:
        self.watch(self.query_one(VerticalScroll), "scroll_y", self.query_one(".hint", Lines).redraw, init=False)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def _body(self, width: int, height: int) -> list[Line]:
        if self._prose:
            return [line for text in self._paragraphs for line in paragraph(format.visible(text), width, lead="")]
        lines: list[Line] = []
        for text in self._paragraphs:
            # What a key does goes on under itself.
            first, *others = wrap(text[_KEYS:].strip(), max(8, width - _KEYS))
            lines.append([(format.visible(text[:_KEYS] + first), "text")])
            lines += [[(" " * _KEYS + format.visible(other), "text")] for other in others]
        return lines


def key_name(key: str) -> str:
    """A key as people write it: ``?``, ``esc``, ``^p``."""
    return _NAMES.get(key, f"^{key.removeprefix('ctrl+')}" if key.startswith("ctrl+") else key)


def key_words(bindings: Iterable[tuple[str, str]]) -> list[str]:
    """One line a key: ``enter l      open``."""
    return [f"{pad(' '.join(key_name(key) for key in keys.split(',')), _KEYS - 1)} {words}" for keys, words in bindings]


class ConfirmDialog(Dialog[bool]):
    """A question about one named thing; no is the default."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "yes", show=False),
        Binding("n,enter,q", "leave", "no", show=False),
    ]

    def __init__(self, question: str, how: str) -> None:
        super().__init__()
        self._question, self._how = question, how

    def compose(self) -> ComposeResult:
        with Vertical():
            yield _line(self._question, "b text", "title")
            yield _line(self._how, "muted", "label")
            yield _line("y yes   n no", "muted", "hint")

    def action_yes(self) -> None:
        self.dismiss(True)


class LineDialog(Dialog[str]):
    """One line of words."""

    def __init__(self, title: str, asked: str, text: str = "") -> None:
        super().__init__()
        self._title, self._asked, self._text = title, asked, text

    def compose(self) -> ComposeResult:
        with Vertical():
            yield _line(self._title, "b text", "title")
            yield Input(self._text, placeholder=self._asked, select_on_focus=False)
            yield _line("enter keep   esc leave", "muted", "hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)
