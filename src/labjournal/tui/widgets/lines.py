"""Lines somebody drew: the simplest widget, for headlines, strips of findings, prose, bars and small tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from labjournal.tui import paint
from labjournal.tui.base_app import glyphs_of, look_of
from labjournal.tui.text import Line

Draw = Callable[[int, int], Sequence[Line]]


class Lines(Widget):
    """Shows what ``draw(width, height)`` returns; asks again only when its size, its look or its content changed."""

    DEFAULT_CSS = "Lines { height: 1fr; width: 1fr; }"

    def __init__(
        self, draw: Draw, *, ground: str = "ground", id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._draw = draw
        self._ground = ground
        self._drawn: tuple[object, list[Strip]] | None = None

    def show(self, draw: Draw) -> None:
        """Draw something else from now on."""
        self._draw = draw
        self.redraw()

    def redraw(self) -> None:
        """Ask ``draw`` again at the next frame."""
        self._drawn = None
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        width, height = self.size
        look, glyphs = look_of(self), glyphs_of(self)
        state = (width, height, look.name, glyphs.name)
        if self._drawn is None or self._drawn[0] != state:
            lines = list(self._draw(width, height))[:height]
            strips = [paint.strip(line, width, look, glyphs, self._ground) for line in lines]
            strips += [paint.blank(width, look, self._ground)] * (height - len(strips))
            self._drawn = (state, strips)
        return [drawn.crop(crop.x, crop.right) for drawn in self._drawn[1][crop.y : crop.bottom]]
