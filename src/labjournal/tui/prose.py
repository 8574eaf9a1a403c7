"""Words of people as lines: the little markdown that a diary is written in, drawn with roles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from labjournal import format
from labjournal.tui.reading_links import LINK, Link
from labjournal.tui.text import Line, Span, line_width, wrap

_HEAD = re.compile(r"#{1,6}\s+(.*)")
_ITEM = re.compile(r"(\s*)([-*+]|\d+[.)])\s+(.*)")
_MARKS = re.compile(r"(\*\*.+?\*\*|`.+?`|\[\[.+?\]\]|@[\w.~:-]+|\ufdd0.[^\ufdd1]*\ufdd1?)")
_OPEN, _CLOSE, _SPACE = "\ufdd0", "\ufdd1", "\ufdd2"
"""Signs that stand in no text around what a link stands for, and for its spaces, so that lines are broken around it."""
_FIRST, _MOST_LINKS = 0xE100, 0x700
NO_LINKS: Mapping[str, Link] = {}


def prose_lines(text: str, width: int, lead: str = " ", links: Mapping[str, Link] = NO_LINKS) -> list[Line]:
    """The text in lines of at most ``width`` cells; code keeps its spaces, links show what they stand for."""
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
            lines += _block(_stand_for(part, links), width, lead, links)
    return lines


def _stand_for(part: str, links: Mapping[str, Link]) -> str:
    """The text with what each link stands for in its place, its number keeping the link it came from."""
    numbers = {whole: at for at, whole in enumerate(links)}

    def shown(match: re.Match[str]) -> str:
        link = links.get(match[0])
        if link is None:
            return match[0]
        words = format.visible(link.shown).replace(" ", _SPACE)
        return f"{_OPEN}{chr(_FIRST + numbers[match[0]] % _MOST_LINKS)}{words}{_CLOSE}"

    return LINK.sub(shown, part) if links else part


def _block(part: str, width: int, lead: str, links: Mapping[str, Link]) -> Iterator[Line]:
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
            yield [start, *_spans(line, links)]
        return
    if part.startswith(">"):
        yield from ([(f"{lead}  ", "text"), (line, "muted")] for line in wrap(part.lstrip("> "), room - 2))
        return
    yield from ([(lead, "text"), *_spans(line, links)] for line in wrap(part, room))


def _spans(text: str, links: Mapping[str, Link]) -> list[Span]:
    looks = list(links.values())
    spans: list[Span] = []
    for piece in _MARKS.split(text):
        if piece.startswith("**") and len(piece) > 4:
            spans.append((piece[2:-2], "b text"))
        elif piece.startswith("`") and len(piece) > 2:
            spans.append((piece[1:-1], "muted"))
        elif piece.startswith(_OPEN):
            at = ord(piece[1]) - _FIRST
            spans.append((_plain(piece[2:]), looks[at].role if at < len(looks) else "accent"))
        elif piece.startswith(("[[", "@")) and len(piece) > 1:
            spans.append((piece, "accent"))
        elif piece:
            spans.append((_plain(piece), "text"))
    return spans


def _plain(piece: str) -> str:
    """Without these signs; a link wider than the line was broken and left some."""
    return piece.replace(_SPACE, " ").replace(_CLOSE, "")
