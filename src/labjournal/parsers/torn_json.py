"""A JSON document that breaks off: the head of a file, or one whose writer was killed."""

from __future__ import annotations

import json
import re
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s"{}\[\],]+')
_CLOSES = {"{": "}", "[": "]"}


def torn_document(text: str) -> Any:
    """The document up to its last complete value; None where the text is anything else."""
    opened: list[str] = []
    end, closing = 0, ""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in _CLOSES:
            opened.append(mark)
            continue
        if mark in "}]" and (not opened or _CLOSES[opened.pop()] != mark):
            return None
        if mark in "}],":
            end = token.start() if mark == "," else token.end()
            closing = "".join(_CLOSES[one] for one in reversed(opened))
        if not opened and mark != ",":
            return None  # it is complete, and something else follows
    if not end or not opened:
        return None
    try:
        return json.loads(text[:end] + closing)
    except (ValueError, RecursionError):
        return None
