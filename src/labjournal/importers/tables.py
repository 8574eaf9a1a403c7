"""Markdown tables: their cells, and what row and column say a cell measures.

Cells were typed by hand, so they are claims about results that stand elsewhere, never results themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from labjournal.importers.document import Line
from labjournal.parsers.names import understand
from labjournal.parsers.numbers import Number, parse_number
from labjournal.parsers.scatter import SPREAD
from labjournal.parsers.shapes import shaped

_MARKS = re.compile(r"[*`~]+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)|<[^>]{1,20}>|✅|✓|🏆|↑|↓|⬆|⬇|\(?best\)?", re.IGNORECASE)
_RULE = re.compile(r"^[\s|:>+=-]*-[\s|:>+=-]*$")
_CLASS = re.compile(
    r"[(\[]\s*(?P<inner>[A-Za-z][\w .-]{0,30}?)\.?\s*[)\]]"
    r"|^(?P<before>[A-Za-z][\w.-]{0,24})\s+(?=(?:precision|recall|f1|support|prec|rec|p|r)\b)"
    r"|\b(?:precision|recall|f1(?:[- ]score)?|support|prec|rec|accuracy|p|r)\.?"
    r"\s*(?:of\s+|for\s+|,\s*|-\s*|_)?(?P<after>[A-Za-z][\w.-]{0,24})$",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?P<precision>prec(?:ision)?|p)\b|\b(?P<recall>rec(?:all)?|r)\b|\b(?P<f1>f1?(?:[- ]?score)?)(?![\w])", re.I
)
RATIO = re.compile(r"[(\[]?(?:\bon\s+)?(?<![\d:.])(?P<ratio>\d+:\d+)(?![\d:])[)\]]?")
"""A data set in the header of a column: ``accuracy 1:10``."""
_AVERAGE = re.compile(r"\b(macro|weighted|micro)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table."""

    line: int
    text: str
    number: Number
    column: str
    """Header of its column."""
    metric: str
    """What the header claims: ``accuracy``, ``macro_f1``, ``recall``, ``sic``."""
    label: str | None
    """The class the header names, if any."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with what its cells claim; ``words`` are its cells that are no claims (checkpoint, data set, notes)."""

    line: int
    words: tuple[tuple[str, str], ...]
    """(column, text)."""
    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        return " | ".join(text for _, text in self.words)


@dataclass(frozen=True, slots=True)
class Table:
    line: int
    last: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def tables(lines: Sequence[Line]) -> Iterator[Table]:
    """All tables of a text, in order. One blank line inside a table does not end it."""
    held: list[Line] = []
    for line in lines:
        if line.kind != "table":
            continue
        if held and line.number - held[-1].number > 2:
            yield from _split(held)
            held = []
        held.append(line)
    if held:
        yield from _split(held)


def _split(lines: Sequence[Line]) -> Iterator[Table]:
    """Tables that stand right under each other: a rule makes the row above it a header."""
    rules = [at for at, line in enumerate(lines) if is_rule(line.text)]
    starts = [0, *(at - 1 for at in rules if at > 1)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield from _table([line for line in lines[start:end] if not is_rule(line.text)])


def is_rule(text: str) -> bool:
    """Whether a line only rules off the titles of a table."""
    return _RULE.match(text) is not None


def split_cells(text: str) -> list[str]:
    """The cells of a row; a bar behind a backslash or inside code is text."""
    text = text.strip().lstrip("> ").strip()
    cells = re.split(r"(?<!\\)\|", text.removeprefix("|").removesuffix("|"))
    return [cell.strip() for cell in cells]


def plain(cell: str) -> str:
    return _MARKS.sub("", cell).strip()


def _table(lines: Sequence[Line]) -> Iterator[Table]:
    if len(lines) < 2:
        return
    columns = [plain(cell) for cell in split_cells(lines[0].text)]
    body = [(line.number, split_cells(line.text)) for line in lines[1:]]
    if _is_transposed(columns, body):
        yield _turned(lines[0].number, lines[-1].number, columns, body)
        return
    rows = []
    for number, cells in body:
        words, claims = [], []
        if cells and SPREAD.fullmatch(plain(cells[0])):
            continue  # how the rows above scatter
        for at, cell in enumerate(cells[: len(columns)]):
            claim = claim_of(number, cell, columns[at])
            if claim is not None:
                claims.append(claim)
            else:
                words.append((columns[at], plain(cell)))
        rows.append(Row(number, tuple(words), tuple(claims)))
    yield Table(lines[0].number, lines[-1].number, tuple(columns), tuple(rows))


def _is_transposed(columns: Sequence[str], body: Sequence[tuple[int, list[str]]]) -> bool:
    """Metrics down the first column, runs across."""
    if len(columns) < 2 or sum(meaning(column) is not None for column in columns[1:]) > 0:
        return False
    named = sum(meaning(plain(cells[0])) is not None for _, cells in body if cells)
    return named * 2 > len(body)


def _turned(line: int, last: int, columns: Sequence[str], body: Sequence[tuple[int, list[str]]]) -> Table:
    rows = []
    for at, column in enumerate(columns[1:], 1):
        claims = []
        for number, cells in body:
            claim = claim_of(number, cells[at], plain(cells[0])) if at < len(cells) else None
            if claim is not None:
                claims.append(claim)
        rows.append(Row(line, ((columns[0], column),), tuple(claims)))
    return Table(line, last, tuple(columns), tuple(rows))


def claim_of(line: int, cell: str, column: str) -> Cell | None:
    """The claim of a cell, when its column names a metric and it holds one number."""
    found = meaning(RATIO.sub(" ", column).strip(" ,-"))
    if found is None:
        return None
    number = parse_number(plain(cell))
    if number is None or (number.integer and number.value > 1 and not number.percent and found[0] != "accuracy"):
        return None
    return Cell(line, plain(cell), number, column, *found)


@lru_cache(maxsize=4096)
def meaning(column: str) -> tuple[str, str | None] | None:
    """(metric, class) of a column header: "F1 (signal)" is ("f1", "signal"); None when it names no metric."""
    text = column.strip()
    if not text or len(text) > 60:
        return None
    low = text.lower()
    part = _PART.search(re.sub(r"[_/]", " ", low))
    average = _AVERAGE.search(low)
    if part is not None and part.lastgroup is not None and not _extra(low):
        if average is not None:
            return f"{average[1].lower()}_{part.lastgroup}", None
        inner = _CLASS.search(re.sub(r"[_/]", " ", text))
        label = next((value for value in inner.groups() if value), None) if inner is not None else None
        if len(part[0]) == 1 and label is None:
            return None  # a column "P" or "R" alone may be anything
        if label is not None and understand(label) is not None:
            label = None
        return part.lastgroup, label.strip() if label else None
    name = understand(shaped(text))
    if name is None:
        return None
    metric = name.metric.lower()
    return ("accuracy" if metric in ("acc", "accuracy") else metric), None


def _extra(text: str) -> bool:
    """Another metric that only shares the word: "average precision", "precision@5"."""
    return bool(re.search(r"average\s+precision|@|curve|auc|mean\s|iou", text))
