"""The GPUs of this machine: a line each, asked on a thread every two seconds. Without one, the pane is not there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from labjournal.tui.base_app import glyphs_of
from labjournal.tui.text import Line
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from labjournal.scheduler.cards import Card

_EVERY_S = 2.0
_FIRST_AFTER_S = 0.3


class Gpus(Pane):
    """How busy each GPU is, how full, and who holds it."""

    DEFAULT_CSS = """
    Gpus { height: auto; display: none; }
    Gpus.-there { display: block; }
    """

    def __init__(self, host: str, *, id: str) -> None:
        self._cards: tuple[Card, ...] = ()
        self._lines = Lines(self._draw_gpus, id="gpu-lines")
        super().__init__("GPUs", self._lines, state=host, id=id)

    def on_mount(self) -> None:
        self.run_worker(self._follow(), exit_on_error=False)

    async def _follow(self) -> None:
        # Loading NVML takes as long as a quarter of the first frame.
        await asyncio.sleep(_FIRST_AFTER_S)
        from labjournal.tui.reading_queue import cards

        while True:
            found, none, _ = await asyncio.to_thread(cards)
            if none is not None:
                # A machine without one at the start will not grow one while the app is open.
                return
            if found and found != self._cards:
                self._cards = found
                self._lines.styles.height = len(found)
                self.add_class("-there")
                self._lines.redraw()
            await asyncio.sleep(_EVERY_S)

    def _draw_gpus(self, width: int, height: int) -> list[Line]:
        from labjournal.tui.gpu_lines import gpu_line

        return [gpu_line(card, width, glyphs_of(self)) for card in self._cards]
