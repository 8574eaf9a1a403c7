"""From spans to strips: the only place where a role becomes a style."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Line, cut_line, line_width
from labjournal.tui.theme import Look


def strip(line: Line, width: int, look: Look, glyphs: Glyphs, ground: str = "ground") -> Strip:
    """The line as a strip of exactly ``width`` cells; what is wider is cut with an ellipsis."""
    if line_width(line) > width:
        line = cut_line(line, width, glyphs.ellipsis)
    style = look.style
    segments = []
    used = 0
    for text, role in line:
        if text:
            segments.append(Segment(glyphs.shown(text), style(role if " on " in role else f"{role} on {ground}")))
            used += cell_len(text)
    if used < width:
        segments.append(Segment(" " * (width - used), style(f"text on {ground}")))
    return Strip(segments, width)


def blank(width: int, look: Look, ground: str = "ground") -> Strip:
    """An empty strip of the ground's colour."""
    return Strip([Segment(" " * width, look.style(f"text on {ground}"))] if width else [], width)
