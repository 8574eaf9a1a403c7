"""Tables whose labels stand behind the values, as Weka prints its classes; that of a mean stands before them."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, body
from labjournal.parsers.columns import column_names
from labjournal.parsers.grids import BORDER, MOST_ROWS
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.table_rows import row_drafts

_LABELS = re.compile(r"class(?:es)?|categor(?:y|ies)|labels?|names?|types?|tags?", re.IGNORECASE)
_GAP = re.compile(r"\s{2,}|\t+")
FEWEST = 3
"""Titles of values, at least."""


def labelled_last(cursor: Cursor) -> Claim | None:
    """A draft for each row of such a table."""
    line = cursor.peek()
    titles = [] if line is None else _GAP.split(body(line.text).strip())
    if len(titles) <= FEWEST or not _LABELS.fullmatch(titles[-1]):
        return None
    header = titles[:-1]
    names = column_names(header, [])
    if sum(name is not None for name in names) < FEWEST - 1:
        return None
    drafts: list[Draft] = []
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        if ahead.text.strip() and BORDER.match(ahead.text):
            used += 1
            continue
        parts = body(ahead.text).split()
        label, values = " ".join(parts[len(header) :]), parts[: len(header)]
        key = titles[-1].lower()
        if not label or parse_number(values[0]) is None:
            label, values, key = " ".join(parts[: -len(header)]), parts[-len(header) :], "row"
        if not label or len(values) < len(header) or not all(value == "?" or parse_number(value) for value in values):
            break
        for draft in row_drafts(ahead, values, header, names, None):
            draft.options = {key: label[:80]}
            drafts.append(draft)
        used += 1
    return Claim(used, drafts) if drafts else None
