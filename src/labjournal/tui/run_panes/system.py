"""What the machine gave the run: its own curves of speed and memory, and a live look at its processes."""

from __future__ import annotations

import numpy as np

from labjournal import format
from labjournal.tui.curve_order import is_about_machine
from labjournal.tui.run_panes.seen import Floats, Seen
from labjournal.tui.text import Line, cut_middle, pad, paragraph
from labjournal.tui.widgets.small_signs import trend

_NAME, _VALUE = 22, 10
_NARROW, _SHORT_NAME = 60, 15
"""Below so many cells names have less room: a value that is cut would be another value."""


def lines(seen: Seen, width: int) -> list[Line]:
    """The live look, then the run's own curves of that kind."""
    name = _NAME if width >= _NARROW else _SHORT_NAME
    span = max(4, width - name - _VALUE - 3)
    drawn: list[Line] = []
    trace = seen.trace
    if trace is not None and trace.loads:
        loads = list(trace.loads)
        drawn.append(_line(seen, "processor", np.array([one.cores for one in loads]), "{:.2f} cores", (name, span)))
        memory = np.array([one.memory_bytes for one in loads])
        drawn.append(_line(seen, "memory", memory, None, (name, span)))
        for index, use, held in loads[-1].gpus:
            told = f"{format.percent(use)} of it, {format.size(held)} held"
            drawn.append([(pad(f" gpu {index}", name), "muted"), (told, "text")])
    elif not seen.view.run.status.ended:
        told = trace.trouble if trace is not None and trace.trouble else "looking at its processes"
        drawn += paragraph(format.visible(told), width, "muted")
    for info in seen.view.infos:
        if is_about_machine(info.key.tag):
            values = seen.book.curve(info.key).values
            known = values if len(values) else np.array([info.last_value])
            drawn.append(_line(seen, info.key.name.removeprefix("system/"), known, "", (name, span)))
    life = seen.view.lives[-1] if seen.view.lives else None
    if life is not None and life.memory:
        drawn.append([(pad(" memory at most ", name), "muted"), (format.size(life.memory), "text")])
    if not drawn:
        return [[(" nothing was recorded of the machine", "muted")]]
    return drawn


def _line(seen: Seen, name: str, values: Floats, unit: str | None, cells: tuple[int, int]) -> Line:
    """``cells``: of the name and of the trend."""
    last = float(values[-1])
    shown = format.size(last) if unit is None else unit.format(last) if unit else format.number(last)
    return [
        (pad(cut_middle(f" {format.visible(name)}", cells[0] - 1, seen.glyphs.ellipsis), cells[0]), "muted"),
        (trend(values, cells[1], seen.glyphs), "s1"),
        (pad(shown, _VALUE + 1, right=True), "text"),
    ]


def state(seen: Seen) -> str:
    if seen.trace is None or not seen.trace.loads:
        return ""
    return "live, while you look"


def words(seen: Seen) -> str:
    """The newest values."""
    told = []
    if seen.trace is not None and seen.trace.loads:
        newest = seen.trace.loads[-1]
        told.append(f"Its processes use {newest.cores:.2f} cores and {format.size(newest.memory_bytes)}.")
        told += [f"GPU {index}: {format.percent(use)}, {format.size(held)} held." for index, use, held in newest.gpus]
    for info in seen.view.infos:
        if is_about_machine(info.key.tag):
            told.append(f"{info.key.name} {format.number(info.last_value)}.")
    return " ".join(told) or "Nothing was recorded of the machine."
