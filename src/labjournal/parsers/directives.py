"""Tables that documentation spells out: ``list-table`` and ``csv-table`` of reStructuredText and MyST, AsciiDoc's."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from labjournal.parsers.base import Claim, Cursor, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.grids import MOST_ROWS, Row, caption
from labjournal.parsers.reading import Line
from labjournal.parsers.table_rows import drafts_of_table

_OPENS = re.compile(r"(?P<indent>\s*)(?:\.\.\s+|[`:]{3,}\s*\{)(?P<kind>list|csv)-table(?:::|\})\s*(?P<title>.*)")
_OPTION = re.compile(r"\s*:(?P<name>[\w-]+):\s*(?P<value>.*)")
_ITEM = re.compile(r"(?P<row>\s*[*-]\s+)?(?P<cell>\s*[-*])(?:\s+(?P<text>.*))?\s*")
_FENCE = re.compile(r"\s*[`:]{3,}\s*")
_ASCIIDOC = re.compile(r"\|={3,}\s*")
_CELLS_OF = re.compile(r"(?:^|\s)(?:\d+\+)?(?:\.\d+\+)?[<^>]?[aehlmsdv]?\|")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or cursor.refused("directives"):
        return None
    if line.text.startswith("|=") and _ASCIIDOC.fullmatch(line.text):
        rows, used, title = *_asciidoc(cursor), caption(cursor)
    elif "-table" in line.text and (opened := _OPENS.fullmatch(line.text)) is not None:
        rows, used = _directive(cursor, line, opened)
        title = opened["title"].strip()
    else:
        return None
    if len({len(cells) for _, cells in rows}) != 1:
        return None
    drafts = drafts_of_table(rows, cursor.texts(used), context.heading, title)
    if not drafts:
        cursor.refuse("directives", used)
    return Claim(used, drafts) if drafts else None


def _directive(cursor: Cursor, line: Line, opened: re.Match[str]) -> tuple[list[Row], int]:
    fenced = not line.text.lstrip().startswith("..")
    indent = len(opened["indent"])
    content: list[Line] = []
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        text = ahead.text
        ended = _FENCE.fullmatch(text) if fenced else text.strip() and len(text) - len(text.lstrip()) <= indent
        if ended:
            used += bool(fenced)
            break
        content.append(ahead)
        used += 1
    titles = next(
        (found["value"] for one in content if (found := _OPTION.fullmatch(one.text)) and found["name"] == "header"), ""
    )
    content = [one for one in content if one.text.strip() and _OPTION.fullmatch(one.text) is None]
    if opened["kind"] == "list":
        return list(_items(content)), used
    rows = [(one, next(csv.reader([one.text.strip()], skipinitialspace=True), [])) for one in content]
    return ([(line, next(csv.reader([titles], skipinitialspace=True)))] if titles else []) + rows, used


def _items(content: list[Line]) -> Iterator[Row]:
    """``* - first cell`` begins a row, ``- next cell`` goes on; other lines continue a cell."""
    row: Row | None = None
    for line in content:
        item = _ITEM.fullmatch(line.text)
        if item is not None and item["row"] is not None:
            if row is not None:
                yield row
            row = (line, [_plain(item["text"])])
        elif row is not None and item is not None:
            row[1].append(_plain(item["text"]))
        elif row is not None:
            row[1][-1] = f"{row[1][-1]} {_plain(line.text)}".strip()
    if row is not None:
        yield row


def _plain(text: str | None) -> str:
    return (text or "").strip(" *`")


def _asciidoc(cursor: Cursor) -> tuple[list[Row], int]:
    """Rows of cells that begin with a bar: the first line that holds several says how many make a row."""
    cells: list[tuple[Line, str]] = []
    width = 0
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        used += 1
        if _ASCIIDOC.fullmatch(ahead.text):
            break
        parts = [part.strip(" *`") for part in _CELLS_OF.split(ahead.text)[1:]]
        width = width or len(parts)
        cells += [(ahead, part) for part in parts]
    if width < 2 or len(cells) % width:
        return [], used
    return [(cells[at][0], [cell for _, cell in cells[at : at + width]]) for at in range(0, len(cells), width)], used


PARSER = Parser("directives", 1, "tables of reStructuredText, MyST and AsciiDoc that are spelt out cell by cell", _read)
