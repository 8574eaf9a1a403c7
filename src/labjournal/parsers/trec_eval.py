"""What trec_eval prints of a ranking: a name, ``all`` (or a query), and a value on each line."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.numbers import parse_number

FEWEST = 3
"""Lines of this form that follow each other: one alone may be anything."""
_ROW = re.compile(r"\s*(?P<name>[A-Za-z][\w.]*)\s+(?P<query>\S+)\s+(?P<value>\S+)\s*")
_CURVE = re.compile(r"(?:iprec_at_recall|relative|utility|success|num|exact_|set_relative)_?\S*")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or "all" not in line.text or cursor.refused("trec_eval"):
        return None
    draft = Draft(line, line.number, [], "trec_eval", role="unclear", headline=True)
    used = 0
    while (ahead := cursor.peek(used)) is not None:
        row = _ROW.fullmatch(ahead.text)
        if row is None or row["query"] != "all":
            break
        number = parse_number(row["value"])
        if row["name"] == "runid":
            draft.options["run"] = row["value"]
        elif row["name"] == "num_q" and number is not None:
            draft.n = int(number.value)
        elif number is not None and not number.integer and _CURVE.fullmatch(row["name"]) is None:
            draft.metrics.setdefault(row["name"], number)
        used += 1
        draft.last = ahead.number
    if used < FEWEST or not draft.metrics:
        cursor.refuse("trec_eval", max(used, 1))
        return None
    draft.text = cursor.texts(used)
    return Claim(used, [draft])


PARSER = Parser("trec_eval", 1, "trec_eval: measures of a ranking over all queries", _read)
