"""A tiny app around widgets under test, and its screen as plain text."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from labjournal.tui.app import JournalApp
from labjournal.tui.base_app import BaseApp, SizedScreen
from labjournal.tui.glyphs import UNICODE, Glyphs
from labjournal.tui.widgets.too_small import TooSmall
from labjournal.tui.written import screen_strips

_PATIENCE_S = 60
_RESTED_TURNS = 3


class HarnessScreen(SizedScreen):
    def __init__(self, widgets: Callable[[], list[Widget]]) -> None:
        super().__init__()
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        yield TooSmall()
        yield from self._widgets()


class HarnessApp(BaseApp):
    """Shows the given widgets below each other."""

    def __init__(
        self,
        *widgets: Widget,
        theme: str | None = None,
        glyphs: Glyphs = UNICODE,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(theme=theme, glyphs=glyphs, environ={} if environ is None else environ)
        self._widgets = widgets
        self.messages: list[object] = []

    def get_default_screen(self) -> Screen[None]:
        return HarnessScreen(lambda: list(self._widgets))


def screen_text(app: App[Any]) -> list[str]:
    """Every line of the screen, trailing spaces removed."""
    return ["".join(segment.text for segment in line).rstrip() for line in screen_segments(app)]


def text_of(app: App[Any]) -> str:
    return "\n".join(screen_text(app))


def screen_segments(app: App[Any]) -> list[list[Segment]]:
    """Every line of the screen as the terminal would get it, after the app's colour filters."""
    return [list(strip) for strip in screen_strips(app)]


async def wait_for(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Let the app work until the condition holds.

    What is waited for may hang on threads and processes, which a busy machine may not run for many turns of the app's
    event loop: so the limit is a minute, not a number of turns.
    """
    until = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > until:
            shown = "\n".join(screen_text(pilot.app))
            raise AssertionError(f"waited in vain; the screen shows\n{shown}")
        await pilot.pause(0.01)


async def settled(pilot: Pilot[Any], app: JournalApp) -> None:
    """Let the app work until it shows all that stands in the files, and went on showing it for a few turns."""
    turns = 0

    def rested() -> bool:
        nonlocal turns
        turns = turns + 1 if app.settled else 0
        return turns > _RESTED_TURNS

    await wait_for(pilot, rested)
