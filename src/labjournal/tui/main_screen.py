"""The frame around every page: top line, page, a line for news that needs a person, bottom line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher

from labjournal.tui.base_app import SizedScreen
from labjournal.tui.screens.page import Page
from labjournal.tui.widgets.header import Header
from labjournal.tui.widgets.key_line import KeyLine
from labjournal.tui.widgets.news_line import NewsLine
from labjournal.tui.widgets.too_small import TooSmall


class MainScreen(SizedScreen):
    """Pages one behind the other, and the lines around them."""

    # Textual's own keys of a screen, in words of this app.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "next pane", show=False),
        Binding("shift+tab", "app.focus_previous", "pane before", show=False),
        Binding("ctrl+c,super+c", "screen.copy_text", "copy what the mouse has selected", show=False),
    ]

    def __init__(self, journal: str, host: str, names: Sequence[str], first: Page) -> None:
        super().__init__()
        self.header = Header(journal, names, host=host)
        self.news = NewsLine()
        self.key_line = KeyLine(first.HINTS)
        self.pages = ContentSwitcher(first, initial=first.id)

    def compose(self) -> ComposeResult:
        # Before the widgets are there, so that they are styled for this size at once.
        self.take_size(self.app.size)
        yield TooSmall()
        yield self.header
        yield self.pages
        yield self.news
        yield self.key_line

    def take_focus_again(self) -> None:
        page = self.pages.visible_content
        if self.focused is None and isinstance(page, Page):
            page.focus_first()
