"""Values of one line that stand beside known metrics in the same form: ``EPE: 1.43, 1px: 0.901``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labjournal.parsers.names import Name, understand
from labjournal.parsers.numbers import Number
from labjournal.parsers.open_names import measured, open_name
from labjournal.parsers.shapes import shaped
from labjournal.parsers.steps import find_step

_NAMED = re.compile(
    r"(?:^|[,;|()\[{•·]|\s[-–—/]\s|\s{2,}|(?<=[\d%])\s)\s*(?P<name>[^\W_][\w@./%+^-]*(?:\s[\w@./%+^-]+){0,3})\s?(?P<mark>[:=]|)\s*$"
)
_BARE_LIST = re.compile(r"\W*[^\W\d][\w@./-]*\s+[-\d.]+%?(?:\s*[,;|]\s*[^\W\d][\w@./-]*\s+[-\d.]+%?){2,}\W*")
"""``EER_a 2.48, min_a 0.17, EER_v 3.32``: names and values in turn, and nothing else."""


def beside(text: str, numbers: Sequence[Number], taken: Sequence[Number]) -> list[tuple[Name, Number]]:
    """Names that no vocabulary knows with their values, where the line gives known metrics in the same form.

    Nothing of a line that says at which step it stands: there the other values are of the training.
    """
    marks = {text[: number.start].rstrip()[-1:] for number in taken}
    if find_step(text) is not None:
        return []
    bare = _BARE_LIST.fullmatch(text) is not None
    marks = {mark for mark in marks if mark in (":", "=")} | ({""} if bare else set())
    starts = {number.start for number in taken}
    depths = {_depth(text, number) for number in taken}
    found: list[tuple[Name, Number]] = []
    end = 0
    for number in numbers:
        left = text[end : number.start]
        end = number.end
        named = _NAMED.search(left) if number.start not in starts and measured(number) else None
        if named is None or named["mark"] not in marks or _depth(text, number) not in depths:
            continue  # what stands in brackets behind a value explains it
        if understand(shaped(named["name"])) is not None and not named["name"][0].isdigit():
            continue  # a known name that was not taken was refused for a reason
        name = open_name(named["name"])
        if name is not None:
            found.append((name, number))
    return found


def _depth(text: str, number: Number) -> int:
    """How many brackets are open before a number."""
    left = text[: number.start]
    return sum(left.count(opened) - left.count(closed) for opened, closed in ("()", "[]", "{}"))
