"""Tables whose numbers contradict each other, whatever they are about: rates against the counts of their row, a mean
against the rows it is of, and words below that name another best row or another factor than the rows have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labjournal.audit.items import Item, explained
from labjournal.audit.sentences import factor
from labjournal.importers import Document
from labjournal.importers.tables import plain, split_cells
from labjournal.parsers.numbers import Number, parse_number
from labjournal.stats import metric_of

NEAR = 5
"""Lines below a table in which words speak of it."""
_RULE = re.compile(r"^[\s|:>+=-]*-[\s|:>+=-]*$")
_MEAN = re.compile(r"^(?:mean|average|avg\.?|ø|mittel(?:wert)?|moyenne|media)$", re.IGNORECASE)
_REPEATS = re.compile(r"^(?:seed|fold|run|trial|split|repeat|repetition|rep)s?\b\s*#?$", re.IGNORECASE)
_COUNTS = {
    "tp": re.compile(r"^tp$", re.I),
    "fn": re.compile(r"^fn$", re.I),
    "fp": re.compile(r"^fp$", re.I),
    "tn": re.compile(r"^tn$", re.I),
}
_BEST = re.compile(r"\bbest\b", re.IGNORECASE)
_AMONG = re.compile(
    r"\b(?:trade-?off|compromise|among|except|stable|practical|overall|so far|second|not|without|fast\w*|cheap\w*"
    r"|small\w*|later|before|instead|would|if|paper)\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"(?<![\d.~≈])(?P<x>\d+(?:\.\d+)?)\s*(?:x|×|times)\s+(?:as\s+)?(?:better|worse|lower|higher|smaller|larger|good|bad)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|around|almost|nearly|roughly|over|more than|at least|up to|some)\b|[~≈<>≤≥]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table as it is typed: the first column names the rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    last: int

    def numbers(self, at: int) -> list[Number | None]:
        return [parse_number(cells[at]) if at < len(cells) else None for _, cells in self.rows]


def check(document: Document) -> list[Item]:
    found: list[Item] = []
    for grid in _grids(document):
        found += _counted(document.path, grid)
        found += _means(document.path, grid)
        below = [line for line in document.lines[grid.last : grid.last + NEAR] if line.kind == "text"]
        for line in below:
            found += _best(document.path, line.number, line.text, grid)
            found += _times(document.path, line.number, line.text, grid)
    return found


def _grids(document: Document) -> Iterator[_Grid]:
    texts = {line.number: line.text for line in document.lines if line.kind == "table"}
    for table in document.tables:
        body = [
            number
            for number in range(table.line + 1, table.last + 1)
            if number in texts and not _RULE.match(texts[number])
        ]
        columns = tuple(plain(cell) for cell in split_cells(texts[table.line]))
        rows = tuple((number, tuple(plain(cell) for cell in split_cells(texts[number]))) for number in body)
        if len(columns) > 1 and rows:
            yield _Grid(columns, rows, table.last)


def _counted(path: str, grid: _Grid) -> Iterator[Item]:
    """Precision, recall, F1 and accuracy beside TP, FN, FP and TN."""
    at = {name: [i for i, column in enumerate(grid.columns) if form.match(column)] for name, form in _COUNTS.items()}
    if any(len(at[name]) != 1 for name in ("tp", "fn", "fp")):
        return
    rates = {
        name: grid.columns.index(column)
        for column in grid.columns
        if (name := column.lower()) in ("precision", "recall", "f1", "accuracy")
    }
    for number, cells in grid.rows:
        counts = [_whole(cells, at[name][0]) if at[name] else None for name in ("tp", "fn", "fp", "tn")]
        tp, fn, fp, tn = counts
        if tp is None or fn is None or fp is None or tp + fn + fp == 0:
            continue
        right = {
            "precision": _share(tp, tp + fp),
            "recall": _share(tp, tp + fn),
            "f1": _share(2 * tp, 2 * tp + fp + fn),
        }
        right["accuracy"] = None if tn is None else _share(tp + tn, tp + tn + fp + fn)
        for name, column in rates.items():
            shown, computed = parse_number(cells[column]) if column < len(cells) else None, right[name]
            if shown is None or computed is None or explained(shown.value, shown.digits, computed):
                continue
            other = next(
                (
                    one
                    for one, value in right.items()
                    if value is not None and one != name and explained(shown.value, shown.digits, value)
                ),
                None,
            )
            what = f"that is the {other}; the {name} of its counts is" if other else f"its counts give {name}"
            message = f"{cells[column]} stands under {grid.columns[column]!r}; {what} {computed:.4g}."
            yield Item(path, number, "wrong_column" if other else "table_cell", shown.value, computed, "high", message)


def _whole(cells: Sequence[str], at: int) -> int | None:
    number = parse_number(cells[at]) if at < len(cells) else None
    return int(number.value) if number is not None and number.integer else None


def _share(k: int, n: int) -> float | None:
    return k / n if n else None


def _means(path: str, grid: _Grid) -> Iterator[Item]:
    """The mean of seeds or folds: no weights there, so that it follows from the rows. Medians are let pass."""
    at = [i for i, (_, cells) in enumerate(grid.rows) if cells and _MEAN.match(cells[0])]
    if len(at) != 1 or at[0] < 2 or not _REPEATS.match(grid.columns[0]):
        return
    for column in range(1, len(grid.columns)):
        numbers = grid.numbers(column)
        rows, shown = numbers[: at[0]], numbers[at[0]]
        known = [one for one in rows if one is not None]
        if shown is None or len(known) != len(rows) or "±" in grid.rows[at[0]][1][column]:
            continue
        low, high = (sum(one.value + sign * 0.5 * 10.0**-one.digits for one in known) / len(known) for sign in (-1, 1))
        middle = sorted(one.value for one in known)[len(known) // 2]
        if not explained(shown.value, shown.digits, low, high) and not explained(shown.value, shown.digits, middle):
            mean = sum(one.value for one in known) / len(known)
            of = f"{grid.columns[column]!r} over these {len(known)} rows"
            message = f"the mean of {of} is {mean:.6g}, not {shown.value:.6g}."
            yield Item(path, grid.rows[at[0]][0], "average", shown.value, mean, "high", message)


def _best(path: str, number: int, text: str, grid: _Grid) -> Iterator[Item]:
    """ "The best is 1e-4 with 0.401", where another row of that column is better."""
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        if not _BEST.search(sentence) or _AMONG.search(sentence):
            continue
        named = [i for i, (_, cells) in enumerate(grid.rows) if cells and _names(sentence, cells[0])]
        if len(named) != 1:
            continue
        values = {float(one) for one in re.findall(r"(?<![\w.-])\d+\.\d+(?!\w|\.\d)", sentence)}
        for column in range(1, len(grid.columns)):
            numbers = grid.numbers(column)
            own, way = numbers[named[0]], metric_of(grid.columns[column].lower().replace(" ", "_")).direction
            known = [one.value for one in numbers if one is not None]
            if own is None or way is None or own.value not in values or len(known) < len(numbers):
                continue
            top = max(known) if way == "higher" else min(known)
            if top != own.value:
                said = f"called the best of {grid.columns[column]!r}: {own.value:.6g}"
                message = f"{said}, where a row has {top:.6g} and {way} is better."
                yield Item(path, number, "not_the_best", own.value, top, "medium", message)


def _times(path: str, number: int, text: str, grid: _Grid) -> Iterator[Item]:
    """ "wide is 3x better than base", of the two rows with these names in the one column of numbers."""
    columns = [i for i in range(1, len(grid.columns)) if all(one is not None for one in grid.numbers(i))]
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        times = list(_TIMES.finditer(sentence))
        named = [i for i, (_, cells) in enumerate(grid.rows) if cells and _names(sentence, cells[0])]
        if len(times) != 1 or len(named) != 2 or len(columns) != 1 or _ABOUT.search(sentence):
            continue
        a, b = (grid.rows[i][1][columns[0]] for i in named)
        for kind, printed, computed, message in factor(times[0]["x"], a, b):
            yield Item(path, number, kind, printed, computed, "high", message)


def _names(sentence: str, name: str) -> bool:
    return len(name) > 1 and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\d)", sentence) is not None
