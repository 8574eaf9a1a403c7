"""What R's e1071 prints of a search for parameters: the best ones, and the error with them on what was left out."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.numbers import parse_number

WITHIN = 12
"""Lines from the heading to the best value."""
_HEAD = re.compile(r"\W*Parameter tuning of [\u2018'`\"](?P<method>\w+)['`\"\u2019]")
_BEST = re.compile(r"\s*- best performance:\s*(?P<value>[\d.]+(?:e-?\d+)?)\s*")
_PARAMETERS = re.compile(r"\s*- best parameters:\s*")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    head = None if line is None or " of " not in line.text else _HEAD.match(body(line.text))
    if line is None or head is None:
        return None
    best: dict[str, str] = {}
    for k in range(WITHIN):
        ahead = cursor.peek(k)
        if ahead is None:
            return None
        found = _BEST.fullmatch(ahead.text)
        if _PARAMETERS.fullmatch(ahead.text):
            names, values = (below.text.split() for at in (1, 2) if (below := cursor.peek(k + at)) is not None)
            best = dict(zip(names, values, strict=False))
        number = parse_number(found["value"]) if found is not None else None
        if number is not None:
            draft = Draft(line, ahead.number, cursor.texts(k + 1), PARSER.slug, {"error": number}, role="validation")
            draft.headline, draft.options = True, {"method": head["method"], **best}
            context.titles["resampled"] = ahead.number
            return Claim(k + 1, [draft])
    return None


PARSER = Parser("tuning", 1, "searches for parameters by R's e1071: the error with the best ones", _read)
