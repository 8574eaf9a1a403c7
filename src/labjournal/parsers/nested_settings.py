"""Printed configurations that nest: YAML, and the text form of protocol buffers. Few of their names are metrics."""

from __future__ import annotations

import re

from labjournal.parsers import model_card
from labjournal.parsers.base import Cursor
from labjournal.parsers.names import understand
from labjournal.parsers.shapes import shaped

LONGEST = 2_000
FEWEST = 4
"""Values that a block must have before their names say what it is."""
_OPENS = re.compile(r"(?P<indent>\s*)(?:-\s+)?(?P<key>[a-z_][\w.-]*)\s*(?P<mark>:\s*\{|\{|:)\s*")
_VALUE = re.compile(r"\s*(?:-\s+)?(?P<key>[a-z_][\w.-]*)\s*:\s*(?P<value>\S.*?)\s*,?\s*")
_MEASURED = re.compile(r"-?\d+\.\d{6,}")
_ITEM = re.compile(r"\s*-\s+\S.*|\s*[}\])]+,?\s*|\s*#.*")


def nested_settings(cursor: Cursor) -> int:
    """Lines from here on that are one nested configuration: 0 where there is none, or half of it are metrics."""
    first = cursor.peek()
    opened = None if first is None else _OPENS.fullmatch(first.text)
    if opened is None or cursor.refused("nested_settings"):
        return 0
    indent = len(opened["indent"])
    values: list[str] = []
    used = 1
    while (line := cursor.peek(used)) is not None and used < LONGEST:
        text = line.text
        if not text.strip() or len(text) - len(text.lstrip()) < indent or text.startswith(model_card.OPENS):
            break
        value = _VALUE.fullmatch(text)
        if value is not None and _MEASURED.fullmatch(value["value"]) and understand(shaped(value["key"])) is not None:
            break  # nobody types so many digits
        if value is not None and not value["value"].endswith("%"):
            values.append(value["key"])
        elif _OPENS.fullmatch(text) is None and _ITEM.fullmatch(text) is None:
            break
        used += 1
    if len(values) >= FEWEST and sum(understand(shaped(key)) is not None for key in values) * 2 < len(values):
        return used
    cursor.refuse("nested_settings", used)
    return 0
