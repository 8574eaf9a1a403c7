"""Words of people as lines: the little markdown that a diary is written in, drawn with roles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labjournal import format
from labjournal.tui.text import Line, Span, line_width, wrap

_HEAD = re.compile(r"#{1,6}\s+(.*)")
_ITEM = re.compile(r"(\s*)([-*+]|\d+[.)])\s+(.*)")
_MARKS = re.compile(r"(\*\*.+?\*\*|`.+?`|\[\[.+?\]\]|@[\w.~:-]+)")


def prose_lines(text: str, width: int, lead: str = " ") -> list[Line]:
    """The text in lines of at most ``width`` cells; code keeps its spaces, links and names stand out."""
    lines: list[Line] = []
    fenced = False
    for raw in text.splitlines():
        part = format.visible(raw)
        if part.strip().startswith("```"):
            fenced = not fenced
            continue
        if fenced or part.startswith("    "):
            lines.append([(lead, "text"), (part, "muted")])
        elif not part.strip():
            lines.append([])
        else:
            lines += _block(part, width, lead)
    return lines


def _block(part: str, width: int, lead: str) -> Iterator[Line]:
    room = max(8, width - line_width([(lead, "text")]) - 1)
    head = _HEAD.match(part)
    if head is not None:
        yield from ([(lead, "text"), (line, "b text")] for line in wrap(head[1], room))
        return
    item = _ITEM.match(part)
    if item is not None:
        inset = f"{item[1]}{item[2]} "
        for at, line in enumerate(wrap(item[3], max(8, room - len(inset)))):
            start: Span = (lead + (inset if at == 0 else " " * len(inset)), "muted")
            yield [start, *_spans(line)]
        return
    if part.startswith(">"):
        yield from ([(f"{lead}  ", "text"), (line, "muted")] for line in wrap(part.lstrip("> "), room - 2))
        return
    yield from ([(lead, "text"), *_spans(line)] for line in wrap(part, room))


def _spans(text: str) -> list[Span]:
    spans: list[Span] = []
    for piece in _MARKS.split(text):
        if piece.startswith("**") and len(piece) > 4:
            spans.append((piece[2:-2], "b text"))
        elif piece.startswith("`") and len(piece) > 2:
            spans.append((piece[1:-1], "muted"))
        elif piece.startswith(("[[", "@")) and len(piece) > 1:
            spans.append((piece, "accent"))
        elif piece:
            spans.append((piece, "text"))
    return spans
