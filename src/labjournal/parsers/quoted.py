"""Output that stands quoted: behind ``## `` as knitr writes it, in a comment, after ``> ``, with the numbers of lines.

What is before every line of such a block says nothing of its own, and is taken off. A single line keeps its mark: "##"
before one line is a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from labjournal.parsers.reading import Line

_MARK = re.compile(
    r"(?P<mark>[ \t]*(?:##|#>|#|//|>|%))(?:[ \t]|$)|(?P<tight>#)(?=[^#!>\s])(?!include|define|undef|if|el|endif|pragma)"
    r"|[ \t]*(?P<at>[1-9]\d{1,5})(?:: |\u2192)"
)
"""Numbers of lines as grep writes them have two digits at least: a block from 0 or 1 on is a list of classes."""
_FEWEST = {"##": 2, "#>": 2, ">": 2, "//": 2, "#": 3, "%": 3, "": 4}
_FEWEST_TIGHT = 4
"""Lines with the mark that make a block; a heading or a comment alone is none."""


def unquoted(lines: Iterator[Line]) -> Iterator[Line]:
    """The lines without the marks of the blocks they stand in."""
    held: list[Line] = []
    """Lines with one mark, too few so far to be a block."""
    mark: str | None = None
    number = 0
    block = tight = False
    for line in lines:
        found = _MARK.match(line.text) if line.text[:1] in _FIRST else None
        if found is None and mark is None:
            yield line
            continue
        at = int(found["at"]) if found is not None and found["at"] else 0
        said = None if found is None else (found["mark"] or found["tight"] or "")
        if said is None or said != mark or (said == "" and at != number + 1):
            yield from held
            held, mark, block, tight = [], said, False, False
        number = at
        if said is None or found is None:
            yield line
            continue
        if not block:
            held.append(line)
            tight |= found["tight"] is not None
            if len(held) < (_FEWEST_TIGHT if tight else _FEWEST[said.strip()]):
                continue
            block = True
            for one in held:
                yield _bare(one)
            held = []
        else:
            yield _bare(line)
    yield from held


_FIRST = frozenset("#/>% \t123456789")


def _bare(line: Line) -> Line:
    found = _MARK.match(line.text)
    if found is None:
        return line
    return replace(line, text=line.text[found.end() :], printed=(found["mark"] or "").strip() in ("##", "#>"))
