"""The GPUs of this machine: a line each, asked on a thread every two seconds. Without one, the pane is not there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from labjournal import format
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.text import Line, Span, pad
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from labjournal.machine.devices import Gpu

_EVERY_S = 2.0
_FIRST_AFTER_S = 0.3
_BAR = 10


class Gpus(Pane):
    """How busy each GPU is, and how full."""

    DEFAULT_CSS = """
    Gpus { height: auto; display: none; }
    Gpus.-there { display: block; }
    """

    def __init__(self, host: str, *, id: str) -> None:
        self._gpus: tuple[Gpu, ...] = ()
        self._lines = Lines(self._draw_gpus, id="gpu-lines")
        super().__init__("GPUs", self._lines, state=host, id=id)

    def on_mount(self) -> None:
        self.run_worker(self._follow(), exit_on_error=False)

    async def _follow(self) -> None:
        # Loading NVML takes as long as a quarter of the first frame.
        await asyncio.sleep(_FIRST_AFTER_S)
        from labjournal.machine import gpus

        while True:
            found = await asyncio.to_thread(gpus)
            if not isinstance(found, list) or not found:
                # A machine without one at the start will not grow one while the app is open.
                return
            if tuple(found) != self._gpus:
                self._gpus = tuple(found)
                self._lines.styles.height = len(found)
                self.add_class("-there")
                self._lines.redraw()
            await asyncio.sleep(_EVERY_S)

    def _draw_gpus(self, width: int, height: int) -> list[Line]:
        return [self._line(gpu, width) for gpu in self._gpus]

    def _line(self, gpu: Gpu, width: int) -> list[Span]:
        from labjournal.tui.widgets.small_signs import bar

        busy = gpu.utilisation_percent
        line: list[Span] = [(pad(f" gpu {gpu.index}", 8), "muted")]
        if busy is not None:
            line += [*bar(busy / 100, _BAR, glyphs_of(self)), (f" {busy:>3}%", "text" if busy else "muted")]
        if gpu.memory_used_bytes is not None and gpu.memory_total_bytes is not None:
            line.append((f"  {format.used_of(gpu.memory_used_bytes, gpu.memory_total_bytes)}", "text"))
        return [*line, (f"  {format.visible(gpu.name)}" if width >= 100 else "", "muted")]
