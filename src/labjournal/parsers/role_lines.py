"""Lines that give a value to each set and name no metric: ``Epoch: 200, Train: 0.9857, Val: 0.7900, Test: 0.8150``.

Behind the number of a step the value may follow without a sign: ``epoch 3  train 0.4123  val 0.5210``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from labjournal.parsers.bare_roles import with_equal_signs
from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.names import role_of
from labjournal.parsers.numbers import Number, parse_number
from labjournal.parsers.reading import Line
from labjournal.parsers.steps import find_step

LONGEST = 400
FEWEST_DIGITS = 3
_PARTS = ("est", "al", "dev", "Dev", "eld")
"""Of the names of sets other than that of training, one of which there must be."""
_OF_SET = re.compile(
    r"(?<![\w'-])(?P<name>train(?:ing)?|val(?:id(?:ation)?)?|dev|heldout|test(?:ing)?)\s*[:=]\s*(?P<value>[-+]?(?:\d*\.\d+(?:e[-+]?\d+|\s?%)?|\d+e[-+]?\d+))(?![\w.]|\s?(?:s|ms|sec|min|h|[KMG]i?B)\b)",
    re.IGNORECASE,
)


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    drafts = [] if line is None else of_sets(line, ())
    return Claim(1, drafts) if drafts else None


def of_sets(line: Line, taken: Sequence[Number]) -> list[Draft]:
    """A draft for each set that a line gives a value to; none where one of the values is ``taken`` by a metric."""
    if not any(part in line.text for part in _PARTS) or len(line.text) > LONGEST:
        return []
    text = with_equal_signs(body(line.text))
    found = [(one, number) for one in _OF_SET.finditer(text) if (number := parse_number(one["value"])) is not None]
    roles = [role_of([one["name"].lower()]) for one, _ in found]
    step = find_step(text)
    told_apart = len(set(roles)) > 1 and len(set(roles)) == len(roles)
    if not told_apart or not _measured([number for _, number in found], stepped=step is not None):
        return []
    if {number.value for number in taken} & {number.value for _, number in found}:
        return []
    drafts = []
    for (one, number), role in zip(found, roles, strict=True):
        metrics = {one["name"].lower(): number}
        draft = Draft(line, line.number, [line.text], "role_lines", metrics, role=role, under_step=True)
        draft.step, draft.reaches = (step[:2], True) if step is not None else (None, False)
        drafts.append(draft)
    return drafts


def _measured(numbers: list[Number], *, stepped: bool) -> bool:
    """Whether the values were measured; parts of a whole, such as the shares of a split, were not."""
    digits = max(number.digits for number in numbers)
    return (stepped or digits >= FEWEST_DIGITS) and abs(sum(number.value for number in numbers) - 1) > 1e-6


PARSER = Parser("role_lines", 1, "lines that give a value to each set and name no metric", _read)
