"""Confusion matrices as numpy prints them, against the accuracy and the number of events of their section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labjournal.audit.items import Item, explained
from labjournal.importers import Document
from labjournal.importers.document import Line
from labjournal.parsers.numbers import decimals

NEAR = 8
"""Lines around a matrix that speak of it."""
_MOST = 50
"""Lines of the largest matrix that is looked at."""
_ROW = re.compile(r"[\[\s,]*\[\s*(?P<row>\d+(?:[,\s]+\d+)+)\s*\][\],\s]*\Z")
_INLINE = re.compile(r"\[\[\s*\d+(?:[,\s]+\d+)+\s*\](?:[,\s]*\[\s*\d+(?:[,\s]+\d+)+\s*\])+\s*\]")
_CELLS = re.compile(r"\d+(?:[,\s]+\d+)+")
_ACCURACY = re.compile(r"\bacc(?:uracy)?\b\s*(?:=|:|is|was|of)?\s*(?P<v>0?\.\d+|\d+(?:\.\d+)?\s*%)", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:train\w*|baseline|previous\w*|before|paper|balanced|best|goal|target)\b", re.IGNORECASE)
_N = re.compile(r"\bn\s*=\s*(?P<n>\d[\d,]*)\b", re.IGNORECASE)


def check(document: Document) -> list[Item]:
    found: list[Item] = []
    at = 0
    while at < len(document.lines):
        rows, used = _matrix(document.lines[at : at + _MOST])
        if rows:
            found += _against(document, at, rows, used)
        at += used
    return found


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
    sizes = {int(match["n"].replace(",", "")) for line in near for match in _N.finditer(line.text)}
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
