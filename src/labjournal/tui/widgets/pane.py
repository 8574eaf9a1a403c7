"""A pane: a titled rule, then what it holds. No boxes; the pane with the focus has a bar and an accent title."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from labjournal.format import visible
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.text import Line, Span, cut_middle
from labjournal.tui.widgets.lines import Lines


def title_line(title: str, state: str, width: int, active: bool, bar: str, rule: str, ellipsis: str) -> list[Span]:
    """The rule of a pane: bar, title, rule, state.

    The state gives way to the title, part by part from the left: how many there are stands last and stays longest.
    """
    title = cut_middle(visible(title), max(1, width - 2), ellipsis)
    state = visible(state)
    room = width - 2 - cell_len(title)
    while cell_len(state) + 4 > room and state:
        _, _, rest = state.removeprefix(f"{ellipsis} ").partition(" · ")
        state = f"{ellipsis} {rest}" if rest else ""
    rule_width = room - (cell_len(state) + 2 if state else 1)
    return [
        (bar if active else " ", "accent"),
        (f"{title} ", "b accent" if active else "b text"),
        (rule * max(0, rule_width), "faint"),
        (f" {state} " if state else " ", "muted"),
    ]


@dataclass
class StateSaid(Message):
    """A widget says what its pane's rule should tell at the right: lock, counts, scale."""

    text: str


class Pane(Vertical):
    """A titled rule over one or several widgets; shows what they say by ``StateSaid``."""

    DEFAULT_CSS = """
    Pane { height: 1fr; width: 1fr; }
    Pane > #rule { height: 1; }
    """

    def __init__(
        self, title: str, *children: Widget, state: str = "", id: str | None = None, classes: str | None = None
    ) -> None:
        self._title = title
        self._state = state
        self._rule = Lines(self._draw, id="rule")
        super().__init__(self._rule, *children, id=id, classes=classes)

    @property
    def title_text(self) -> str:
        return self._title

    @title_text.setter
    def title_text(self, title: str) -> None:
        if title != self._title:
            self._title = title
            self._rule.redraw()

    @property
    def state(self) -> str:
        """What stands at the right end of the rule: sort, counts, scale, lock."""
        return self._state

    @state.setter
    def state(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self._rule.redraw()

    def _draw(self, width: int, height: int) -> list[Line]:
        glyphs = glyphs_of(self)
        return [
            title_line(
                self._title, self._state, width, self.has_focus_within, glyphs.focus, glyphs.rule, glyphs.ellipsis
            )
        ]

    def on_state_said(self, message: StateSaid) -> None:
        message.stop()
        self.state = message.text

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._rule.redraw()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._rule.redraw()
