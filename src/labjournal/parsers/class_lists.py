"""A value for each class in one list: ``Class IoU:`` over ``[0.90 0.78]``, ``Dice per class: [0.91, 0.84]``.

The classes have no names there but their numbers, which are counted from 0; or a line each, ``class 0: 0.88``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.names import Name, role_of, understand, words_of
from labjournal.parsers.numbers import Number, parse_number
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import Line
from labjournal.parsers.shapes import shaped

MOST_LINES = 40
_OF_EACH = re.compile(
    r"\b(?:class(?:[\s_-]?wise)?|(?:per|by|for|of|each|every)[\s_-]+(?:each[\s_-]+)?(?:class|category|label)|category)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"(?:\[[A-Za-z]+\]\s*)*(?P<name>[^\[\]{}\d]{3,60}?)\s*[:=]?\s*(?:(?:np\.|numpy\.)?array\(|tensor\()?(?P<list>\[.*)?$"
)
MOST_CLASSES = 1_000
_ROW = re.compile(
    r"\s*(?:class\s+)?(?P<label>\w[\w ./-]{0,40}?)\s*[:=]\s*(?P<value>[-+]?\d*\.\d+(?:e[-+]?\d+)?\s?%?|nan|X|-|n/a)\s*",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+)(?:e[-+]?\d+)?%?|nan|[01](?=[\s,\]])", re.IGNORECASE)


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or "\n" in line.text or not 4 < len(line.text) < 2_000 or _OF_EACH.search(line.text[:80]) is None:
        return None
    head = _HEAD.match(body(line.text).strip())
    name = None if head is None else _measured(head["name"])
    if head is None or name is None or cursor.refused("class_lists"):
        return None
    if head["list"] is None and (rows := _below(cursor, line)):
        return _of_rows(name, rows)
    text, used = head["list"] or "", 1
    while "]" not in text and used < MOST_LINES and (below := cursor.peek(used)) is not None:
        if not text and not below.text.lstrip().startswith("["):
            return None
        text += " " + body(below.text)
        used += 1
    listed = text.strip().removeprefix("[").partition("]")[0] + "]"
    values = _VALUE.findall(listed)
    numbers = [number for value in values if (number := parse_number(value)) is not None]
    parts = re.split(r"[\s,]+", listed.strip(" ,]"))
    if not 2 <= len(numbers) == len(parts) or not all(plausible(name, number) for number in numbers):
        cursor.refuse("class_lists", used - 1)
        return None
    role = name.role if name.role != "unclear" else role_of(words_of(line.text[: line.text.find(head["name"])]))
    name = replace(name, role=role)
    texts = cursor.texts(used)
    return Claim(used, [_of(line, list(texts), name, str(label), number) for label, number in enumerate(numbers)])


def _below(cursor: Cursor, head: Line) -> list[tuple[Line, str, Number | None]]:
    """A class and its value a line, deeper than the heading; None where a class was not met (``class 1: X``)."""
    indent = len(head.text) - len(head.text.lstrip())
    rows: list[tuple[Line, str, Number | None]] = []
    while len(rows) < MOST_CLASSES and (below := cursor.peek(len(rows) + 1)) is not None:
        row = _ROW.fullmatch(below.text)
        if row is None or len(below.text) - len(below.text.lstrip()) <= indent:
            break
        rows.append((below, row["label"], parse_number(row["value"])))
    return rows if sum(number is not None for _, _, number in rows) >= 2 else []


def _of_rows(name: Name, rows: list[tuple[Line, str, Number | None]]) -> Claim | None:
    said = [(line, label, number) for line, label, number in rows if number is not None]
    if not all(plausible(name, number) for _, _, number in said):
        return None
    return Claim(len(rows) + 1, [_of(line, [line.text], name, label, number) for line, label, number in said])


def _measured(phrase: str) -> Name | None:
    each = _OF_EACH.search(phrase)
    name = None if each is None else understand(shaped(f"{phrase[: each.start()]} {phrase[each.end() :]}"))
    return name if name is not None and name.alone and name.metric != "score" else None


def _of(line: Line, texts: list[str], name: Name, label: str, number: Number) -> Draft:
    """The value of a class, which stands in the lines from this one on."""
    draft = Draft(line, line.number + len(texts) - 1, texts, "class_lists", {name.metric: number}, role=name.role)
    draft.options = {"class": label}
    draft.tags = {name.metric: f"class_{label}/{name.tag}"}
    draft.under_step = True
    return draft


PARSER = Parser("class_lists", 1, "a value for each class in one list", _read)
