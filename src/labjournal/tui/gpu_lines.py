"""A GPU as a line: how busy it is, how full, and who is on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labjournal import format
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Line, Span, pad
from labjournal.tui.widgets.small_signs import bar

if TYPE_CHECKING:
    from labjournal.scheduler.cards import Card

_BAR = 10
_MEMORY = 18
_MORE_FROM = 100


def gpu_line(card: Card, width: int, glyphs: Glyphs) -> Line:
    """``gpu 0  ━━━━━━━━━━ 91%  7.4 of 8.0 GB  v4-own-group``."""
    gpu = card.gpu
    busy = gpu.utilisation_percent
    line: list[Span] = [(pad(f" gpu {gpu.index}", 8), "muted")]
    if busy is not None:
        line += [*bar(busy / 100, _BAR, glyphs), (f" {busy:>3}%", "text" if busy else "muted")]
    if gpu.memory_used_bytes is not None and gpu.memory_total_bytes is not None:
        used = format.used_of(gpu.memory_used_bytes, gpu.memory_total_bytes)
        line.append((pad(f"  {used}", _MEMORY), "text"))
    if width >= _MORE_FROM:
        heat = f"{gpu.temperature_c} C" if gpu.temperature_c is not None else ""
        power = f"{gpu.power_w:.0f} W" if gpu.power_w is not None else ""
        line += [(pad(f"  {heat}", 7) + pad(power, 7), "muted")] if heat or power else []
    names = ", ".join(holder.name for holder in card.held.holders)
    if names:
        line.append((f"  {format.visible(names)}", "text"))
    elif card.why_not:
        line.append((f"  {format.visible(card.why_not)}, without a lease", "warning"))
    else:
        line.append(("  free", "muted"))
    if width >= _MORE_FROM:
        line.append((f"  {format.visible(gpu.name)}", "muted"))
    return line
