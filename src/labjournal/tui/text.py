"""Lines of (text, role) spans, measured in terminal cells: cut, pad, wrap.

Widths are Rich's, because Textual's strips are measured with them. What a run, a person or a file says goes
through ``format.visible`` first; Textual markup is never parsed, spans become Segments directly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, get_character_cell_size

Span = tuple[str, str]
Line = Sequence[Span]


def line_width(line: Line) -> int:
    """Width of a line in cells."""
    return sum(cell_len(text) for text, _ in line)


def _prefix(text: str, width: int) -> str:
    """The longest start of the text that is at most ``width`` cells wide."""
    if cell_len(text) <= width:
        return text
    taken = 0
    for at, sign in enumerate(text):
        taken += get_character_cell_size(sign)
        if taken > width:
            return _measured(text[:at], width)
    return _measured(text, width)


def _measured(text: str, width: int) -> str:
    # Joined emoji measure differently as a whole than sign by sign; the whole is what the terminal is told.
    while text and cell_len(text) > width:
        text = text[:-1]
    return text


def _suffix(text: str, width: int) -> str:
    taken = 0
    for at in range(len(text) - 1, -1, -1):
        taken += get_character_cell_size(text[at])
        if taken > width:
            kept = text[at + 1 :]
            while kept and (cell_len(kept) > width or get_character_cell_size(kept[0]) == 0):
                kept = kept[1:]
            return kept
    return text


def cut_end(text: str, width: int, ellipsis: str = "…") -> str:
    """Prose: the start of the text, at most ``width`` cells."""
    if cell_len(text) <= width:
        return text
    return _prefix(text, width - 1) + ellipsis if width >= 1 else ""


def cut_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """Names: start and end of the text, at most ``width`` cells; the end tells names of one family apart."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    tail = _suffix(text, (width - 1) // 2)
    head = _prefix(text, width - 1 - cell_len(tail))
    return head + ellipsis + tail


def pad(text: str, width: int, right: bool = False) -> str:
    """The text filled with spaces to ``width`` cells (never cut)."""
    filling = " " * max(0, width - cell_len(text))
    return filling + text if right else text + filling


def cut_line(line: Line, width: int, ellipsis: str = "…") -> list[Span]:
    """The line, at most ``width`` cells, ending in an ellipsis where something was cut."""
    if line_width(line) <= width:
        return list(line)
    kept: list[Span] = []
    room = width
    for text, role in line:
        if cell_len(text) >= room:
            # The added space makes a span that just fills the room give way too: more is to come after it.
            return [*kept, (cut_end(text + " ", room, ellipsis), role)] if room > 0 else kept
        kept.append((text, role))
        room -= cell_len(text)
    return kept


def whole_spans(line: Line, width: int, ellipsis: str = "…") -> list[Span]:
    """Numbers: spans that fit as a whole, from the left. One that does not fit gives way with all after it."""
    kept: list[Span] = []
    room = width
    for text, role in line:
        if cell_len(text.rstrip()) > room:
            return kept if kept or width < 1 else [(ellipsis, "muted")]
        kept.append((_prefix(text, room), role))
        room -= cell_len(kept[-1][0])
    return kept


def fill_line(line: Line, width: int, right: bool = False) -> list[Span]:
    """The line filled with spaces to ``width`` cells."""
    filling = width - line_width(line)
    if filling <= 0:
        return list(line)
    space = (" " * filling, "text")
    return [space, *line] if right else [*line, space]


def ends(left: Line, right: Line, width: int, ellipsis: str = "…") -> list[Span]:
    """Left and right text on one line; the left one gives way first."""
    right_width = line_width(right)
    if right_width >= width:
        return cut_line(right, width, ellipsis)
    left = cut_line(left, max(0, width - right_width - 1), ellipsis)
    return [*left, (" " * (width - line_width(left) - right_width), "text"), *right]


def on(line: Line, ground: str, width: int | None = None) -> list[Span]:
    """The line on another ground, out to ``width`` cells when given."""
    spans = [(text, f"{role.split(' on ')[0]} on {ground}") for text, role in line]
    if width is not None and (space := width - line_width(line)) > 0:
        spans.append((" " * space, f"text on {ground}"))
    return spans


_WORD = re.compile(r"[-−+]?[\d.,]+ \[[^\[\]\s]+ [^\[\]\s]+\][^\s\w]*|\S+")
"""A word, or a number with its interval: ``0.908 [.888 .924]`` stays on one line."""


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` cells; a word that is longer is broken."""
    lines: list[str] = []
    line = ""
    for word in _WORD.findall(text):
        if line and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(line)
            line = ""
        while cell_len(word) > width > 1:
            start = _prefix(word, width)
            if not start:
                break
            lines.append(start)
            word = word[len(start) :]
        line = f"{line} {word}" if line else word
    return [*lines, line] if line or not lines else lines


def paragraph(text: str, width: int, role: str = "text", lead: str = " ") -> list[Line]:
    """Prose as lines, each after ``lead`` and with one column of margin at the right."""
    return [[(lead, "text"), (line, role)] for line in wrap(text, max(8, width - cell_len(lead) - 1))]


def plain_text(line: Iterable[Span]) -> str:
    """The characters of a line without roles."""
    return "".join(text for text, _ in line)
