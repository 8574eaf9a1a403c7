"""What ROUGE-1.5.5 prints: ``1 ROUGE-L Average_F: 0.33223 (95%-conf.int. 0.31733 - 0.34644)``, for each system."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.numbers import Number, decimals

_LINE = re.compile(
    r"\s*(?P<system>\S{1,40}) ROUGE-(?P<kind>\w{1,8})(?:-[\d.]+)? "
    r"Average_(?P<part>[RPF]): (?P<value>[\d.]+)\s*(?:\(.*\)\s*)?"
)
_RULER = re.compile(r"\s*-{3,}\s*")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or " ROUGE-" not in line.text or _LINE.fullmatch(line.text) is None:
        return None
    drafts: dict[str, Draft] = {}
    lines = below = 0
    while (ahead := cursor.peek(below)) is not None:
        below += 1
        found = _LINE.fullmatch(ahead.text)
        if found is None:
            if ahead.text.strip() and _RULER.fullmatch(ahead.text) is None:
                break
            continue
        lines = below
        system = found["system"]
        draft = drafts.setdefault(
            system, Draft(ahead, ahead.number, [], "rouge", headline=True, options={"system": system})
        )
        draft.last = ahead.number
        draft.text.append(ahead.text)
        name = f"rouge{found['kind'].lower()}_{found['part'].lower()}"
        draft.metrics[name] = Number(float(found["value"]), decimals(found["value"]))
    return Claim(lines, list(drafts.values()))


PARSER = Parser("rouge", 1, "lines of ROUGE-1.5.5: recall, precision and F of each kind and system", _read)
