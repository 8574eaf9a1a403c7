"""Tibbles of R's tidymodels: a column ``.metric`` names what a row measured, ``.estimate`` or ``mean`` holds it."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.reading import RoleName

MOST_ROWS = 200
_TYPE = re.compile(r"<\w+>")
_BESIDE = frozenset((".estimator", ".config", "n", "std_err", ".iter"))
"""Columns that say how a value was computed and over how many folds."""
_LAST_FIT = re.compile(r"\blast_(?:\w+_)?fit\b")
"""``last_fit`` fits to the training set and measures on the test set."""


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or ".metric" not in line.text:
        return None
    header = body(line.text).split()
    value_at = next((header.index(title) for title in (".estimate", "mean") if title in header), None)
    if value_at is None or ".metric" not in header:
        return None
    metric_at = header.index(".metric")
    role: RoleName = "test" if any(map(_LAST_FIT.search, cursor.passed)) else "unclear"
    drafts: dict[tuple[tuple[str, str], ...], Draft] = {}
    used = 1
    while (below := cursor.peek(used)) is not None and used < MOST_ROWS:
        cells = body(below.text).split()
        if not cells or not (_TYPE.fullmatch(cells[0]) or cells[0].isdigit()):
            break
        used += 1
        row = cells[1:] if len(cells) == len(header) + 1 and cells[0].isdigit() else cells
        number = parse_number(row[value_at]) if len(row) == len(header) else None
        if number is None:
            continue
        options = tuple(pair for pair in zip(header, row, strict=True) if _says_whose(pair[0]))
        blank = Draft(below, below.number, [], "tibbles", role=role, options=dict(options), saved=True)
        draft = drafts.setdefault(options, blank)
        draft.metrics.setdefault(row[metric_at], number)
        draft.text.append(below.text)
        draft.last = below.number
    return Claim(used, list(drafts.values())) if drafts else None


def _says_whose(title: str) -> bool:
    return title not in _BESIDE and title not in (".metric", ".estimate", "mean")


PARSER = Parser("tibbles", 1, "tibbles of metrics, as R's tidymodels prints them", _read)
