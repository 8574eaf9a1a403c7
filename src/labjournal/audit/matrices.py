"""Confusion matrices as numpy prints them, against the accuracy and the number of events of their section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labjournal.audit.items import Item, explained
from labjournal.importers import Document
from labjournal.importers.document import Line
from labjournal.importers.tables import Table, is_rule, plain, split_cells
from labjournal.parsers.numbers import decimals

NEAR = 8
"""Lines around a matrix that speak of it."""
_NAMED_BY = re.compile(r"\b(?:true|actual|real|pred(?:icted)?|as|answered)\b\W*|^(?:实际|预测|真实)", re.IGNORECASE)
_SUMS = frozenset(("all", "total", "sum", "support", "n", "recall"))
_MOST = 50
"""Lines of the largest matrix that is looked at."""
_ROW = re.compile(r"[\[\s,]*\[\s*(?P<row>\d+(?:[,\s]+\d+)+)\s*\][\],\s]*\Z")
_INLINE = re.compile(r"\[\[\s*\d+(?:[,\s]+\d+)+\s*\](?:[,\s]*\[\s*\d+(?:[,\s]+\d+)+\s*\])+\s*\]")
_CELLS = re.compile(r"\d+(?:[,\s]+\d+)+")
_ACCURACY = re.compile(r"\bacc(?:uracy)?\b\s*(?:=|:|is|was|of)?\s*(?P<v>[01]?\.\d+|\d+(?:\.\d+)?\s*%)", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:train\w*|baseline|previous\w*|before|paper|balanced|best|goal|target)\b", re.IGNORECASE)
_N = re.compile(
    r"\bn\s*=\s*(?P<n>\d+(?:,\d{3})*)\b|\b(?:test|validation|val)\s+set\s+of\s+(?P<m>\d+(?:,\d{3})*)\b"
    r"|(?<![\w.,])(?P<k>\d+(?:,\d{3})*)\s+(?:test|validation|val)\s+(?:images|samples|examples|events|cases)\b",
    re.IGNORECASE,
)


def check(document: Document) -> list[Item]:
    found: list[Item] = []
    at = 0
    while at < len(document.lines):
        rows, used = _matrix(document.lines[at : at + _MOST])
        if rows:
            found += _against(document, at, rows, used)
        at += used
    for table in document.tables:
        rows = _of_table(table, document.lines)
        if rows:
            found += _against(document, table.line - 1, rows, table.last - table.line + 1)
    return found


def _of_table(table: Table, lines: Sequence[Line]) -> list[list[int]]:
    """The matrix that a markdown table is whose rows and columns have the same names; empty where it is none."""
    texts = [line.text for line in lines[table.line - 1 : table.last] if line.kind == "table"]
    grid = [[plain(cell) for cell in split_cells(text)] for text in texts if not is_rule(text)]
    names = [_bare(name) for name in grid[0][1:]] if grid else []
    body = [row for row in grid[1:] if row and _bare(row[0]) in names]
    own = [_bare(row[0]) for row in body]
    if len(own) < 2 or len(set(own)) < len(own) or names[: len(own)] != own or set(names[len(own) :]) - _SUMS:
        return []
    cells = [row[1 : 1 + len(own)] for row in body]
    if any(not re.fullmatch(r"\d{1,3}(?:,\d{3})*|\d+", cell) for row in cells for cell in row):
        return []
    return [[int(cell.replace(",", "")) for cell in row] for row in cells]


def _bare(name: str) -> str:
    """A class without "true" or "predicted" before it."""
    return _NAMED_BY.sub("", name).strip().casefold()


def _matrix(lines: Sequence[Line]) -> tuple[list[list[int]], int]:
    """The square matrix that begins in the first line, empty where there is none, and the lines it takes."""
    if lines[0].kind not in ("text", "code") or "[[" not in lines[0].text.replace(" ", ""):
        return [], 1
    inline = _INLINE.search(lines[0].text)
    texts = _CELLS.findall(inline[0]) if inline is not None else list(_rows(lines))
    rows = [[int(one) for one in re.split(r"[,\s]+", text)] for text in texts]
    square = bool(rows) and all(len(row) == len(rows) for row in rows)
    return (rows if square else []), 1 if inline is not None or not rows else len(rows)


def _rows(lines: Sequence[Line]) -> Iterator[str]:
    """Rows of a line each, up to as many as the first has cells."""
    most = len(lines)
    for number, line in enumerate(lines, 1):
        match = _ROW.match(line.text)
        if match is None:
            return
        most = len(re.split(r"[,\s]+", match["row"])) if number == 1 else most
        yield match["row"]
        if number == most:
            return


def _against(document: Document, at: int, rows: Sequence[Sequence[int]], used: int) -> Iterator[Item]:
    total, right = sum(map(sum, rows)), sum(row[i] for i, row in enumerate(rows))
    own = [document.lines[at]] if used == 1 else []
    near = [*own, *_section(document.lines, at, at + used)]
    said = [(line, match) for line in near for match in _ACCURACY.finditer(line.text) if not _OTHER.search(line.text)]
    if len(said) == 1 and total:
        line, match = said[0]
        text = match["v"].rstrip("% ")
        value, digits = float(text), decimals(text)
        if match["v"].endswith("%"):
            value, digits = value / 100, digits + 2
        if not explained(value, digits, right / total):
            message = (
                f"the confusion matrix in line {at + 1} gives an accuracy of {right / total:.4g}, not {match['v']}."
            )
            yield Item(document.path, line.number, "accuracy", value, right / total, "high", message)
    said_n = (next(filter(None, match.groups())) for line in near for match in _N.finditer(line.text))
    sizes = {int(text.replace(",", "")) for text in said_n}
    if len(sizes) == 1 and total not in sizes:
        (n,) = sizes
        yield Item(
            document.path, at + 1, "matrix_sum", n, total, "medium", f"n = {n}; the confusion matrix holds {total}."
        )


def _section(lines: Sequence[Line], first: int, last: int) -> Iterator[Line]:
    """The lines around, up to the headings and the next matrix."""
    for line in reversed(lines[max(0, first - NEAR) : first]):
        if line.kind == "heading" or "[[" in line.text:
            break
        yield line
    for line in lines[last : last + NEAR]:
        if line.kind == "heading" or "[[" in line.text:
            break
        yield line
