"""What can be done here? Every key of the pane, every page and every verb of the command line, found by typing.

``:`` and ``ctrl-p`` open it. What is typed narrows the list; ``enter`` does what the cursor is on, or, where more
than a verb was typed, runs the line as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from labjournal import format
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.text import Line, cut_end, pad
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.typing_boxes import LineBox

_MOST = 12
"""Lines of the list at most."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be done."""

    name: str
    """The verb, or what the key does."""
    means: str
    key: str = ""
    """The key that does the same; "" where there is none."""
    action: str | None = None
    """The action to run; None for a verb, which goes on the line."""
    needs: bool = False
    """A verb that cannot be run without more words."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A line to run, or an action."""

    line: str
    action: str | None = None


class _Typed(LineBox):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "screen.leave")]


class Palette(ModalScreen[Chosen | None]):
    """The ``:`` line with its list."""

    DEFAULT_CSS = """
    Palette { align: center bottom; background: $background 60%; }
    Palette > Vertical { height: auto; max-height: 80%; width: 100%; background: $surface; }
    Palette Input { height: 1; border: none; padding: 0 1 0 1; background: $background; }
    Palette Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    def __init__(self, offers: Sequence[Offer], words: Sequence[str], typed: str = "", history: Sequence[str] = ()):
        """A palette.

        Args:
            offers: What can be done.
            words: Names of runs and the like, to complete with ``tab``.
            typed: What stands on the line at first.
            history: Lines run before, newest first.
        """
        super().__init__()
        self._offers, self._words = offers, words
        self._typed, self._history = typed, list(history)
        self._back = -1
        self._at = 0
        self._shown: list[Offer] = []
        self._list = Lines(self._drawn, ground="raised", id="offers")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Lines(self._head, ground="raised", classes="head")
            yield self._list
            yield _Typed(self._typed, "a verb, a key's meaning, a page")

    def on_mount(self) -> None:
        self.query_one(".head").styles.height = 1
        # The line that is typed must not be what a low terminal has no room for.
        self._list.styles.height = min(_MOST, self.app.size.height * 8 // 10 - 2)
        self.query_one(Input).focus()
        self._narrow(self._typed)

    def _head(self, width: int, height: int) -> list[Line]:
        return [[(" Every verb", "b text"), ("   enter do it   tab complete   up down choose   esc leave", "muted")]]

    def _narrow(self, typed: str) -> None:
        words = typed.lower().split()
        head = words[0] if words else ""
        exact = [one for one in self._offers if one.action is None and one.name == head]
        if exact and (len(words) > 1 or typed.endswith(" ")):
            self._shown = exact
        else:
            ranked = ((self._rank(one, typed.lower().strip()), at, one) for at, one in enumerate(self._offers))
            self._shown = [one for rank, _, one in sorted(ranked, key=lambda r: r[:2]) if rank < 9]
        self._at = 0
        self._list.redraw()

    def _rank(self, offer: Offer, typed: str) -> int:
        """0 for the best fit, 9 for none: beginnings of names, then of words, then anywhere, then letters in order."""
        if not typed:
            return 1
        name, means = offer.name.lower(), offer.means.lower()
        if name.startswith(typed):
            return 0 if offer.action is None else 1
        if any(word.startswith(typed) for word in f"{name} {means}".split()):
            return 2
        if typed in name or typed in means:
            return 3
        signs = iter(name)
        return 4 if all(sign in signs for sign in typed) else 9

    def _drawn(self, width: int, height: int) -> list[Line]:
        if not self._shown:
            return [[(" nothing by that name", "muted")]]
        top = max(0, self._at - height + 1)
        lines: list[Line] = []
        for at, offer in enumerate(self._shown[top : top + height], top):
            bar = glyphs_of(self).focus if at == self._at else " "
            ground = " on cursor" if at == self._at else ""
            name = pad(format.visible(offer.name), 24)
            text = pad(
                cut_end(f"{bar}{name}{format.visible(offer.means)}", width - 7, glyphs_of(self).ellipsis), width - 6
            )
            lines.append(
                [
                    (text[:1], f"accent{ground}"),
                    (text[1:25], f"{'text' if offer.action else 'b text'}{ground}"),
                    (text[25:], f"{'text' if offer.action else 'muted'}{ground}"),
                    (pad(offer.key, 5, right=True) + " ", f"accent{ground}"),
                ]
            )
        return lines

    # Keys

    def on_input_changed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def on_key(self, event: events.Key) -> None:
        if event.key in ("down", "up", "pagedown", "pageup"):
            step = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}[event.key]
            if step == -1 and self._at == 0 and self._history:
                self._recall()
            else:
                self._at = max(0, min(len(self._shown) - 1, self._at + step))
                self._list.redraw()
        elif event.key == "tab":
            self._complete()
        else:
            return
        event.stop()
        event.prevent_default()

    def _recall(self) -> None:
        self._back = (self._back + 1) % len(self._history)
        self._put(self._history[self._back])

    def _put(self, text: str) -> None:
        box = self.query_one(Input)
        box.value = text
        box.cursor_position = len(text)

    def _complete(self) -> None:
        typed = self.query_one(Input).value
        head, space, last = typed.rpartition(" ")
        if not space:
            if self._shown and self._shown[self._at].action is None:
                self._put(f"{self._shown[self._at].name} ")
            return
        names = [word for word in self._words if word.startswith(last) and word != last]
        if names:
            self._put(f"{head} {names[0]}")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        offer = self._shown[self._at] if self._shown else None
        if offer is None or (" " in typed and offer.action is None):
            if typed:
                self.dismiss(Chosen(typed))
            return
        if offer.action is not None:
            self.dismiss(Chosen(offer.name, offer.action))
        elif offer.needs and typed != offer.name:
            self._put(f"{offer.name} ")
        else:
            self.dismiss(Chosen(offer.name))

    def action_leave(self) -> None:
        self.dismiss(None)
