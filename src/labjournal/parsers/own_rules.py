"""A project's own patterns (``[[results.rule]]``) as a parser that comes before all others."""

from __future__ import annotations

from labjournal.parsers.base import Claim, Cursor, Draft, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.reading import OwnRule

LONGEST = 2_000
"""Characters a pattern is tried on: a user's pattern may backtrack, and a log must not hang on it."""


def own_parser(rule: OwnRule) -> Parser:
    def read(cursor: Cursor, context: Context) -> Claim | None:
        line = cursor.peek()
        if line is None or len(line.text) > LONGEST:
            return None
        match = rule.pattern.search(line.text)
        if match is None:
            return None
        draft = Draft(line, line.number, [line.text], rule.name, role=rule.role, headline=True)
        for name, text in match.groupdict().items():
            if text is None:
                continue
            number = parse_number(text)
            if name == "dataset":
                draft.dataset = text
            elif name == "checkpoint":
                draft.checkpoint = text
            elif name == "n":
                draft.n = int(number.value) if number is not None else None
            elif number is not None:
                draft.metrics[name] = number
            else:
                draft.options[name] = text
        return Claim(1, [draft]) if draft.metrics else None

    return Parser(rule.name, 1, "a pattern of the project's own", read)
