"""Headings that labjournal wrote itself, in a diary that another journal exported: they say where a result belongs.

``## 21:44 results of NAME``, ``### Checkpoint 2400``, ``#### DATA #77c0, numeric on †``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from labjournal.format import TAINT
from labjournal.importers.document import Line
from labjournal.importers.places import NOWHERE, Place, checkpoint_in

_MARK = "<!-- labjournal:begin "
_RESULTS = re.compile(r"\d\d:\d\d results of (?P<name>.+)")
_CHECKPOINT = re.compile(r"Checkpoint (?P<mark>.+)")
_DATA = re.compile(r"(?P<name>.*?)(?: #[0-9a-f]{4})?(?P<options>(?:, [\w.-]+ [^,]+)*)")
_UNNAMED = "Data not identified"
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def is_export(lines: Iterable[Line]) -> bool:
    """Whether labjournal wrote these lines."""
    return any(line.kind == "comment" and line.text.startswith(_MARK) for line in lines)


def place_of(level: int, title: str) -> Place:
    """What a heading of an export says."""
    words = html.unescape(_ESCAPED.sub(r"\1", title))
    if level == 2 and (results := _RESULTS.fullmatch(words)) is not None:
        return Place(run=results["name"])
    if level == 3 and (checkpoint := _CHECKPOINT.fullmatch(words)) is not None:
        return Place(checkpoint=checkpoint_in(words, heading=True) or checkpoint["mark"])
    data = _DATA.fullmatch(words.removesuffix(f" {TAINT}")) if level == 4 else None
    if data is None:
        return NOWHERE
    name = data["name"] if data["name"] != _UNNAMED else None
    return Place(dataset=name, options=dict(part.split(" ", 1) for part in data["options"].split(", ")[1:]))
