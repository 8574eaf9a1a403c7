"""Dialogs: each returns its value and does no work. ``esc`` leaves any of them without one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from labjournal import format
from labjournal.tui.text import Line, pad, paragraph
from labjournal.tui.widgets.lines import Lines

T = TypeVar("T")
_NAMES = {
    "question_mark": "?",
    "slash": "/",
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


class Dialog(ModalScreen[T]):
    """A titled sheet over the page."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > Vertical { width: 90%; max-width: 100; height: auto; max-height: 90%; background: $surface; padding: 1 2; }
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

    DEFAULT_CSS = "TextDialog VerticalScroll { height: auto; max-height: 20; scrollbar-size: 0 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,enter,question_mark,S", "leave", "leave", show=False)]

    def __init__(self, title: str, paragraphs: Sequence[str], *, prose: bool = True) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs
        self._prose = prose

    def compose(self) -> ComposeResult:
        with Vertical():
            yield _line(self._title, "b text", "title")
            with VerticalScroll():
                body = Lines(self._body, ground="raised")
                body.styles.height = len(self._body(72, 0)) + 1
                yield body
            yield _line("esc leave", "muted", "hint")

    def _body(self, width: int, height: int) -> list[Line]:
        if not self._prose:
            return [[(format.visible(text), "text")] for text in self._paragraphs]
        return [line for text in self._paragraphs for line in paragraph(format.visible(text), width, lead="")]


def key_words(bindings: Iterable[tuple[str, str]]) -> list[str]:
    """One line a key: ``enter l      open``."""
    return [f"{pad(' '.join(_NAMES.get(key, key) for key in keys.split(',')), 20)} {words}" for keys, words in bindings]


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

    def __init__(self, title: str, asked: str) -> None:
        super().__init__()
        self._title, self._asked = title, asked

    def compose(self) -> ComposeResult:
        with Vertical():
            yield _line(self._title, "b text", "title")
            yield Input(placeholder=self._asked)
            yield _line("enter keep   esc leave", "muted", "hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class NoteDialog(Dialog[str]):
    """A note, in as many lines as it needs."""

    DEFAULT_CSS = "NoteDialog TextArea { height: 10; border: none; background: $background; margin: 1 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "keep", "keep", show=False)]

    def __init__(self, about: str) -> None:
        super().__init__()
        self._about = about

    def compose(self) -> ComposeResult:
        with Vertical():
            yield _line(f"Note on {self._about}", "b text", "title")
            yield TextArea(show_line_numbers=False, compact=True)
            yield _line("esc keeps it; an empty note is none", "muted", "hint")

    def action_keep(self) -> None:
        self.dismiss(self.query_one(TextArea).text)


@dataclass(frozen=True, slots=True)
class LaunchForm:
    """What a launch is asked for; only the command is needed."""

    command: str
    name: str = ""
    reason: str = ""


class LaunchDialog(Dialog[LaunchForm]):
    """A command to run, and why."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield _line("Launch", "b text", "title")
            for name, asked in (
                ("command", "python train.py --lr 3e-4"),
                ("reason", "why you run it; kept beside the outcome"),
                ("name", "invented when empty"),
            ):
                yield _line(name, "muted", "label")
                yield Input(placeholder=asked, id=name)
            yield _line("enter next, then start   esc leave", "muted", "hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id != "name":
            self.focus_next()
            return
        values = {name: self.query_one(f"#{name}", Input).value.strip() for name in ("command", "name", "reason")}
        if values["command"]:
            self.dismiss(LaunchForm(**values))
        else:
            self.query_one("#command", Input).focus()
