"""One sentence instead of a screen that cannot be read."""

from __future__ import annotations

from labjournal.tui.base_app import SMALLEST
from labjournal.tui.text import Line, wrap
from labjournal.tui.widgets.lines import Lines


def too_small_words(width: int, height: int) -> str:
    """What to say in a terminal of this size."""
    return f"{SMALLEST[0]}x{SMALLEST[1]} at least; now {width}x{height}"


class TooSmall(Lines):
    """Stands first in a ``SizedScreen``, which shows it alone while the terminal is too small."""

    DEFAULT_CSS = "TooSmall { width: 100%; height: 100%; }"

    def __init__(self) -> None:
        super().__init__(self._sentence)

    def _sentence(self, width: int, height: int) -> list[Line]:
        return [[(line, "text")] for line in wrap(too_small_words(width, height), max(1, width))]
