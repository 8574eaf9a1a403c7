"""A baseline that was measured here: the same metric of somebody else stands in the same form on the next line."""

from __future__ import annotations

import re

from labjournal.parsers.base import Cursor, body
from labjournal.parsers.names import words_of
from labjournal.parsers.vocabulary import NEVER, ROLE_WORDS

NAME = "Baseline"
_BASELINE = re.compile(
    r"(?P<mark>\W*)baseline\s+(?:model\s+)?(?P<what>[A-Za-z][^:=]{1,40}?)\s*[:=]\s*(?=[-.\d])", re.IGNORECASE
)
_BESIDE = re.compile(r"\W*(?P<who>[A-Za-z][\w-]*)\s+(?:model\s+)?(?P<what>[A-Za-z][^:=]{1,40}?)\s*[:=]\s*(?=[-.\d])")
_QUOTED = frozenset("random majority dummy naive human".split())


def measured_baseline(text: str, cursor: Cursor) -> str | None:
    """``Baseline accuracy: 0.85`` above or below ``Tuned accuracy: 0.91``, without the word."""
    found = _BASELINE.match(text)
    if found is None:
        return None
    below = cursor.peek(1)
    for beside in (*list(cursor.passed)[-1:], below.text if below is not None else ""):
        other = _BESIDE.match(body(beside))
        if other is None or other["what"].lower() != found["what"].lower():
            continue
        words = words_of(other["who"])
        if NEVER.isdisjoint(words) and _QUOTED.isdisjoint(words) and ROLE_WORDS.keys().isdisjoint(words):
            return f"{found['mark']}{text[found.start('what') :]}"
    return None
