"""Tables that reStructuredText writes as lists: ``* -`` before each row, ``-`` before each cell."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.reading import Line
from labjournal.parsers.table_rows import drafts_of_table

MOST_LINES = 2_000
_OPENS = re.compile(r"\s*\.\. list-table::\s*(?P<caption>.*?)\s*")
_CELL = re.compile(r"\s*(?P<row>\*\s)?\s*-(?:\s+(?P<text>.*?))?\s*")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    first = cursor.peek()
    opened = None if first is None or "list-table::" not in first.text else _OPENS.fullmatch(first.text)
    if opened is None:
        return None
    rows: list[tuple[Line, list[str]]] = []
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_LINES:
        cell = _CELL.fullmatch(ahead.text)
        if cell is not None and (cell["row"] or rows):
            if cell["row"]:
                rows.append((ahead, []))
            rows[-1][1].append((cell["text"] or "").strip("*` "))
        elif ahead.text.strip() and (rows or not ahead.text.lstrip().startswith(":")):
            break
        used += 1
    drafts = drafts_of_table(rows, cursor.texts(used), caption=opened["caption"]) if len(rows) > 1 else []
    return Claim(used, drafts) if drafts else None


PARSER = Parser("list_tables", 1, "tables that reStructuredText writes as lists", _read)
