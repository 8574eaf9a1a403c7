"""A printed DataFrame of any columns: each cell ends where its title ends, so that words may stand among values."""

from __future__ import annotations

import re
from itertools import pairwise

from labjournal.parsers.base import Cursor, body
from labjournal.parsers.grids import MOST_ROWS, Grid, Row
from labjournal.parsers.numbers import parse_number

_TITLES = re.compile(r"\S+"), re.compile(r"\S+(?:\s\S+)*")
"""One space may part titles, or stand in one: the rows decide."""
FEWEST = 3
"""Columns, at least: fewer end under each other by chance."""


def frame(cursor: Cursor) -> Grid | None:
    """The cells of such a table, its index first; None where a row does not stand under the titles."""
    first = cursor.peek()
    if first is None or cursor.refused("frame") or len(first.text) > 600:
        return None
    head = body(first.text).rstrip()
    if head[:1] != " " or any(char in head for char in ":=|{}"):
        return None
    titles, rows = next(
        filter(lambda found: found[1], (_rows(cursor, list(form.finditer(head))) for form in _TITLES)), ([], [])
    )
    if not rows:
        cursor.refuse("frame", 1)
        return None
    index = [] if all(cells[0].isdigit() for _, cells in rows) else [""]
    drop = 1 - len(index)
    header = [*index, *(title[0] for title in titles)]
    return Grid([(first, header), *((line, cells[drop:]) for line, cells in rows)], len(rows) + 1)


def worded(grid: Grid) -> bool:
    """Whether two columns at least hold words."""
    return sum(parse_number(cell) is None for cell in grid.rows[1][1]) > 1


def _rows(cursor: Cursor, titles: list[re.Match[str]]) -> tuple[list[re.Match[str]], list[Row]]:
    """The rows that stand under these titles."""
    ends = [title.end() for title in titles]
    rows: list[Row] = []
    told_apart = len({title[0] for title in titles}) == len(titles) >= FEWEST
    while told_apart and (ahead := cursor.peek(len(rows) + 1)) is not None and len(rows) < MOST_ROWS:
        cells = _cells(body(ahead.text).rstrip(), ends)
        if cells is None:
            break
        rows.append((ahead, cells))
    return titles, rows


def _cells(text: str, ends: list[int]) -> list[str] | None:
    """The cells of a row: what ends with each title, and the index before the first gap."""
    if len(text) != ends[-1] or any(text[end - 1] == " " or text[end] != " " for end in ends[:-1]):
        return None
    index, _, rest = text[: ends[0]].partition("  ")
    cells = [index.strip(), rest.strip(), *(text[start:end].strip() for start, end in pairwise(ends))]
    return cells if all(cells) else None
