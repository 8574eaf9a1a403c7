"""The value of an expression in a session: ``accuracy_score(y_test, y_pred)`` and, on a line of its own, ``0.9123``."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.headings import marked
from labjournal.parsers.names import role_of, understand, words_of
from labjournal.parsers.numbers import Number, parse_number, unwrap
from labjournal.parsers.open_names import measured
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import Line
from labjournal.parsers.shapes import shaped

LONGEST = 200
_VALUE = re.compile(
    r"[\s*]*(?:Out\s?\[\d*\]:\s*|#{0,2}\s*\[1\]\s+|#\s*|>\s)?(?P<value>(?:[\w.]+\()?-?\d*\.\d+(?:[eE][-+]?\d+)?\)?\s?%?)[\s*]*"
)
_PROMPT = re.compile(r"\s*(?:>>>\s?|In\s?\[\d*\]:\s?|\.\.\.\s?|>\s)?")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,}).*|\s*")
_CALL = re.compile(
    r"(?:print\()?\s*(?:[A-Za-z_]\w*\.)*(?P<name>[A-Za-z_]\w*)\s*\((?P<arguments>.*)\)\s*(?:\.(?:item|mean)\(\))?\)?;?"
)
_ASSIGNED = re.compile(r"\(\s*(?P<name>[A-Za-z][\w.]*)\s*<-\s*(?P<arguments>.+)\)")
"""R shows what it assigns within brackets: ``(test.err <- mean(predict(fit) != y))``."""
_NAME = re.compile(r"[A-Za-z_]\w*")
_AVERAGE = re.compile(r"average\s*=\s*['\"](?P<kind>\w+)['\"]")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    found = None if line is None or len(line.text) > LONGEST else _VALUE.fullmatch(line.text)
    if line is None or found is None:
        return None
    above = next((text for text in reversed(cursor.passed) if not _FENCE.fullmatch(text)), "")
    code = _PROMPT.sub("", above, count=1).strip() if len(above) <= LONGEST else ""
    call = _ASSIGNED.fullmatch(code) or _CALL.fullmatch(code) or _NAME.fullmatch(code)
    number = parse_number(unwrap(found["value"]))
    if number is not None and (heading := marked(above)) is not None:
        return _under_heading(line, above, heading[1], number)
    if call is None or number is None or not measured(number):
        return None  # 0.5 is what an example in a docstring gives
    said, arguments = (code, "") if call.re is _NAME else (call["name"].replace(".", " "), call["arguments"])
    name = understand(said.removesuffix("_score")) or understand(said)
    if name is None or not plausible(name, number):
        return None
    role = name.role if name.role != "unclear" else role_of(words_of(arguments.replace("_", " ")))
    average = _AVERAGE.search(arguments)
    metrics = {name.metric if average is None else f"{average['kind']}_{name.metric}": number}
    return Claim(1, [Draft(line, line.number, [above, line.text], "expressions", metrics, role=role, headline=True)])


def _under_heading(line: Line, above: str, heading: str, number: Number) -> Claim | None:
    """``## Final Test Accuracy``, and the value alone below it."""
    name = understand(shaped(heading))
    if name is None or not name.alone or not plausible(name, number):
        return None
    draft = Draft(line, line.number, [above, line.text], "expressions", {name.metric: number}, role=name.role)
    draft.headline, draft.best = True, name.best
    return Claim(1, [draft])


PARSER = Parser("expressions", 1, "the value of an expression in a session, on the line below it", _read)
