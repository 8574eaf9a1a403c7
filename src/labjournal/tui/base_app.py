"""What every screen and widget may rely on: themes, glyphs, size classes.

Textual 8 sets only the one matching ``*_BREAKPOINTS`` class and not the smaller ones too, so ``SizedScreen`` sets
cumulative classes itself: at 160 columns a screen is ``-w80 -w120 -w160``, and a style sheet adds to the smaller look.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from labjournal.tui.drafts import Drafts
from labjournal.tui.glyphs import UNICODE, Glyphs
from labjournal.tui.remembered import Remembered
from labjournal.tui.theme import LOOKS, Look, choose_theme, textual_theme

WIDTHS = (80, 120, 160)
HEIGHTS = (20, 30, 34, 40)
SMALLEST = (60, 16)


def size_classes(width: int, height: int) -> dict[str, bool]:
    """Each size class and whether it holds; ``-small`` is below what can be read at all."""
    return {
        **{f"-w{step}": width >= step for step in WIDTHS},
        **{f"-h{step}": height >= step for step in HEIGHTS},
        "-small": width < SMALLEST[0] or height < SMALLEST[1],
    }


class SizedScreen(Screen[None]):
    """A screen that knows its size by class and shows one sentence where it is too small."""

    DEFAULT_CSS = """
    SizedScreen { background: $background; layers: base front; }
    SizedScreen.-small > * { display: none; }
    SizedScreen > TooSmall { display: none; }
    SizedScreen.-small > TooSmall { display: block; }
    """

    def take_size(self, size: Size) -> None:
        """Set the size classes, restyling what hangs on them once and not once a class."""
        changed = False
        was_small = self.has_class("-small")
        for name, holds in size_classes(size.width, size.height).items():
            if self.has_class(name) != holds:
                self.set_class(holds, name, update=False)
                changed = True
        if changed and self.is_mounted:
            self.update_node_styles()
            if was_small and not self.has_class("-small"):
                self.call_after_refresh(self.take_focus_again)

    def take_focus_again(self) -> None:
        """There is room again: what had the focus was out of sight for a while, and lost it."""

    def on_resize(self, event: events.Resize) -> None:
        self.take_size(event.size)


class BaseApp(App[None]):
    """An app with labjournal's themes and glyphs."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        *,
        theme: str | None = None,
        glyphs: Glyphs = UNICODE,
        environ: Mapping[str, str] | None = None,
        remembered: Remembered | None = None,
        clock: Callable[[], float] = time.time,
        drafts: Drafts | None = None,
    ) -> None:
        """Choose the look.

        Args:
            theme: A name of ``LOOKS``; NO_COLOR and a dumb terminal win over it.
            glyphs: The signs this terminal can show.
            environ: The environment to judge by; the process's own by default.
            remembered: Layout, filters and last place; None remembers until the app ends.
            clock: Seconds since 1970: what ages are told by.
            drafts: Where texts are kept while they are written; None keeps them nowhere.
        """
        environ = os.environ if environ is None else environ
        # Textual takes NO_COLOR out of the environment; children we start should see what the user set.
        self.no_color_asked = environ.get("NO_COLOR")
        # Without native ANSI colours Textual answers NO_COLOR with a grey scale, which still is colour.
        super().__init__(ansi_color=True if self.no_color_asked is not None else None)
        self.glyphs = glyphs
        self.clock = clock
        self.remembered = remembered if remembered is not None else Remembered(None)
        self.drafts = drafts if drafts is not None else Drafts(None)
        for look in LOOKS.values():
            self.register_theme(textual_theme(look))
        self.theme = choose_theme(self.remembered.text("theme") or theme, environ)

    @property
    def look(self) -> Look:
        """The roles of the theme in force; a theme that is not ours is drawn with our dark or light roles."""
        look = LOOKS.get(self.theme)
        return look if look is not None else LOOKS["dark" if self.current_theme.dark else "light"]


def look_of(widget: Widget) -> Look:
    """The look a widget draws with."""
    app = widget.app
    return app.look if isinstance(app, BaseApp) else LOOKS["dark"]


def glyphs_of(widget: Widget) -> Glyphs:
    """The signs a widget draws with."""
    app = widget.app
    return app.glyphs if isinstance(app, BaseApp) else UNICODE


def now_of(widget: Widget) -> datetime:
    """The moment by the app's clock."""
    app = widget.app
    return datetime.fromtimestamp(app.clock(), UTC) if isinstance(app, BaseApp) else datetime.now(UTC)


def remembered_of(widget: Widget) -> Remembered:
    """What is remembered of this journal and user."""
    app = widget.app
    return app.remembered if isinstance(app, BaseApp) else Remembered(None)
