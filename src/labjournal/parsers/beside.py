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


_MEAN = re.compile(r"(?:mean|average|avg)_(?=.)|m(?=dice|iou|ap$|acc$)")


def classes_of(text: str, numbers: Sequence[Number], mean: Name, whole: Number) -> list[tuple[str, Name, Number]]:
    """``mean dice: 0.79 tc: 0.84 wt: 0.91 et: 0.62``: the classes whose mean the first value is."""
    metric = _MEAN.sub("", mean.metric, count=1)
    behind = [number for number in numbers if number.start > whole.start and not number.integer]
    found: list[tuple[str, Name, Number]] = []
    end = whole.end
    for number in behind:
        label = _LABELLED.fullmatch(text[end : number.start])
        end = number.end
        if label is None or find_step(label["name"]) is not None:
            break
        found.append((label["name"], Name(metric, mean.role, metric), number))
    values = [number.value for _, _, number in found]
    if metric == mean.metric or len(found) < 2 or any(understand(shaped(label)) is not None for label, _, _ in found):
        return []
    return found if abs(sum(values) / len(values) - whole.value) <= 1.01 * 10.0**-whole.digits else []


_LABELLED = re.compile(r"[\s,;|()\[{]*(?P<name>[^\W\d][\w.+-]{0,30}(?:\s[\w.+-]{1,20})?)\s?[:=]?\s*")


def _depth(text: str, number: Number) -> int:
    """How many brackets are open before a number."""
    left = text[: number.start]
    return sum(left.count(opened) - left.count(closed) for opened, closed in ("()", "[]", "{}"))
