"""The bottom line: the keys of the focused pane; for four seconds what the last key did.

A toast says only what the last key did and never stacks: a second one replaces the first. What needs a person stays
in ``NewsLine`` above, until it is acted on.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.timer import Timer

from labjournal import format
from labjournal.tui.text import Line, Span, ends, line_width
from labjournal.tui.widgets.lines import Lines

TOAST_S = 4.0
_QUIT_FROM = 100
"""Cells from which "q quit" has room at the right."""

Hint = tuple[str, str]
"""(key, what it does)."""


def hint_line(hints: Sequence[Hint], width: int, quits: bool = True) -> list[Span]:
    """As many hints as fit, from the left; ``?`` always, because it leads to the rest.

    ``quits`` False where ``q`` types or only closes.
    """
    line: list[Span] = [(" ", "text")]
    last = next(((key, word) for key, word in hints if key == "?"), None)
    kept = 0 if last is None else cell_len(last[0]) + cell_len(last[1]) + 1
    right: list[Span] = [("q", "b text"), (" quit ", "muted")] if quits and width >= _QUIT_FROM else []
    room = width - line_width(right) - kept - (1 if right else 0)
    for key, word in hints:
        if key == "?":
            continue
        hint: list[Span] = [(key, "b text"), (f" {word}   ", "muted")]
        if line_width(line) + line_width(hint) > room:
            break
        line += hint
    if last is not None:
        line += [(last[0], "b text"), (f" {last[1]}", "muted")]
    return ends(line, right, width) if right else line


class KeyLine(Lines):
    """Hints, or a toast."""

    DEFAULT_CSS = "KeyLine { height: 1; width: 1fr; dock: bottom; }"

    def __init__(self, hints: Sequence[Hint] = (), *, quits: bool = True, id: str | None = None) -> None:
        super().__init__(self._draw_line, ground="raised", id=id)
        self._hints = tuple(hints)
        self._quits = quits
        self._toast: tuple[str, str] | None = None
        self._trouble: str | None = None
        self._timer: Timer | None = None

    @property
    def hints(self) -> tuple[Hint, ...]:
        return self._hints

    @hints.setter
    def hints(self, hints: Sequence[Hint]) -> None:
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.redraw()

    @property
    def toasted(self) -> str | None:
        """What is said at the moment instead of the hints."""
        return self._toast[0] if self._toast is not None else None

    @property
    def trouble(self) -> str | None:
        """What is wrong as long as it is: it stands instead of the hints."""
        return self._trouble

    @trouble.setter
    def trouble(self, text: str | None) -> None:
        if text != self._trouble:
            self._trouble = text
            self.redraw()

    def toast(self, text: str, role: str = "text") -> None:
        """Say what the last key did, for four seconds, instead of the hints; "" takes back what was said."""
        if self._timer is not None:
            self._timer.stop()
        if not text:
            self.end_toast()
            return
        self._toast = (format.visible(text), role)
        self._timer = self.set_timer(TOAST_S, self.end_toast)
        self.redraw()

    def end_toast(self) -> None:
        """Back to the hints."""
        self._toast = None
        self.redraw()

    def _draw_line(self, width: int, height: int) -> list[Line]:
        if self._toast is not None:
            return [[(" ", "text"), self._toast]]
        if self._trouble is not None:
            return [[(f" {format.visible(self._trouble)}", "warning")]]
        return [hint_line(self._hints, width, self._quits)]
