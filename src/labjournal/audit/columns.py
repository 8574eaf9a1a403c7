"""Tables whose columns follow from each other: a total of the rows, a difference to the baseline, the best in bold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from labjournal.audit.items import Item
from labjournal.importers import Document
from labjournal.importers.tables import is_rule, meaning, plain, split_cells
from labjournal.parsers.numbers import Number, parse_number
from labjournal.stats import metric_of

_TOTAL = re.compile(r"^(?:total|sum|all|overall|gesamt|summe|合计|总计|总和|всего|итого|totale?|Σ)$", re.IGNORECASE)
_DELTA = re.compile(r"^(?:Δ|δ|delta|diff(?:erence)?|change|gain|improvement|提升|变化)\b|^Δ", re.IGNORECASE)
_NONE = re.compile(r"^(?:[-–—]*|n/?a|0(?:\.0+)?|baseline|ref\w*|±0(?:\.0+)?)$", re.IGNORECASE)
_BOLD = re.compile(r"^\s*(?:\*\*|__)\s*[^*_]+(?:\*\*|__)\s*$")
_PART = re.compile(r"^\s*(?:[-–—↳└├>]|of\s|incl|thereof|davon|其中)", re.IGNORECASE)


def check(document: Document) -> list[Item]:
    texts = {line.number: line.text for line in document.lines if line.kind == "table"}
    found: list[Item] = []
    for table in document.tables:
        rows = [
            (number, split_cells(texts[number]))
            for number in range(table.line + 1, table.last + 1)
            if number in texts and not is_rule(texts[number])
        ]
        columns = [plain(cell) for cell in split_cells(texts[table.line])] if table.line in texts else []
        if len(columns) > 1 and len(rows) > 1:
            found += _totals(document.path, columns, rows)
            found += _deltas(document.path, columns, rows)
            found += _bold(document.path, columns, rows)
            found += _complements(document.path, columns, rows)
            found += _harmonic(document.path, columns, rows)
    return found


_Rows = Sequence[tuple[int, list[str]]]


def _column(rows: _Rows, at: int) -> list[Number | None]:
    return [parse_number(plain(cells[at])) if at < len(cells) else None for _, cells in rows]


def _totals(path: str, columns: Sequence[str], rows: _Rows) -> Iterator[Item]:
    """Whole numbers above a row that is named total. A few per cent: what is far off is no sum of these rows."""
    at = [i for i, (_, cells) in enumerate(rows) if cells and _TOTAL.match(plain(cells[0]))]
    if at != [len(rows) - 1] or len(rows) < 3 or any(_PART.match(cells[0]) for _, cells in rows[:-1] if cells):
        return
    for column in range(1, len(columns)):
        *parts, total = _column(rows, column)
        known = [one.value for one in parts if one is not None and one.integer and not one.percent]
        if total is None or not total.integer or total.percent or len(known) < len(parts):
            continue
        whole = sum(known)
        if total.value != whole and 0 < abs(total.value - whole) <= 0.1 * whole and total.value > max(known):
            message = f"the rows of {columns[column]!r} are {whole:g} together, not {total.value:g}."
            yield Item(path, rows[-1][0], "sum", total.value, whole, "medium", message)


def _deltas(path: str, columns: Sequence[str], rows: _Rows) -> Iterator[Item]:
    """A column of differences to the first row, to the row before, or of two columns: one row has another number."""
    for at in (i for i, name in enumerate(columns) if i and _DELTA.search(name)):
        shown = [
            (i, number)
            for i, number in enumerate(_column(rows, at))
            if number is not None and not _NONE.match(plain(rows[i][1][at]))
        ]
        if len(shown) < 2:
            continue
        best: list[tuple[int, float]] | None = None
        for computed in _differences(columns, rows, at):
            odd = [(i, computed[i]) for i, number in shown if not _is(number, computed[i], rows[i][1][at])]
            if any(value is None for _, value in odd):
                continue
            wrong = [(i, value) for i, value in odd if value is not None]
            if best is None or len(wrong) < len(best):
                best = wrong
        if best is not None and len(best) == 1 and len(shown) - 1 >= 1 + (len(shown) > 4):
            row, value = best[0]
            cell = plain(rows[row][1][at])
            message = f"{cell} stands under {columns[at]!r}; as in the other rows, the difference is {value:+.4g}."
            yield Item(path, rows[row][0], "difference", cell, value, "high", message)


def _differences(columns: Sequence[str], rows: _Rows, at: int) -> Iterator[list[float | None]]:
    """What the differences of a column can be: to the row without one, to the row before, between two columns."""
    values = {
        i: [None if one is None else one.value for one in _column(rows, i)] for i in range(1, len(columns)) if i != at
    }
    base = next((i for i, (_, cells) in enumerate(rows) if at >= len(cells) or _NONE.match(plain(cells[at]))), None)
    for column in values.values():
        if base is not None and column[base] is not None:
            yield [_less(one, column[base]) for one in column]
        yield [None, *(_less(b, a) for a, b in pairwise(column))]
    for i, first in values.items():
        for j, second in values.items():
            if i != j:
                yield [_less(a, b) for a, b in zip(first, second, strict=True)]


def _less(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _is(number: Number, computed: float | None, cell: str) -> bool:
    if computed is None:
        return False
    sign = -1 if re.match(r"\s*\**\s*[-−–]", cell) else 1
    slack = 1.1 * 10.0**-number.digits
    return any(abs(sign * abs(number.value) - scale * computed) <= slack * max(1, scale) for scale in (1, 100, 0.01))


def _bold(path: str, columns: Sequence[str], rows: _Rows) -> Iterator[Item]:
    """The one bold number of a column, where another row is better; a row that is bold by name is a choice."""
    for at in range(1, len(columns)):
        bold = [i for i, (_, cells) in enumerate(rows) if at < len(cells) and _BOLD.match(cells[at])]
        named = meaning(columns[at])
        way = metric_of(named[0].lower().replace(" ", "_")).direction if named is not None else None
        numbers = _column(rows, at)
        if len(bold) != 1 or way is None or any(one is None for one in numbers) or len(rows) < 3:
            continue
        cells = rows[bold[0]][1]
        if (
            _BOLD.match(cells[0])
            or sum(bool(_BOLD.match(cell)) for cell in cells) * 2 > len(cells)
            or _AWARE.search(plain(cells[0]))
        ):
            continue
        known = [one.value for one in numbers if one is not None]
        best, own = (max(known) if way == "higher" else min(known)), known[bold[0]]
        if best != own:
            message = f"{plain(cells[at])} is bold under {columns[at]!r}, where a row has {best:g} and {way} is better."
            yield Item(path, rows[bold[0]][0], "not_the_best", own, best, "low", message)


_AWARE = re.compile(
    r"^(?:all|total|mean|average|avg|overall)$|\b(?:ours|chosen|selected|final|used|proposed|this work)\b"
    r"|我们|本文|选用",
    re.IGNORECASE,
)


_ACCURACY = re.compile(r"^(?:(?:test|val(?:idation)?)\s+)?acc(?:uracy)?\b(?!.*(?:top|balanced))", re.IGNORECASE)
_ERROR = re.compile(r"^(?:(?:test|val(?:idation)?)\s+)?err(?:or)?(?:\s+rate)?(?:\s*[\[(]%[\])])?$", re.IGNORECASE)


_PRF = tuple(
    re.compile(rf"^(?:macro\s+|micro\s+)?{name}$", re.IGNORECASE)
    for name in (r"p(?:rec(?:ision)?)?", r"r(?:ec(?:all)?)?", r"f1?(?:[- ]?score)?")
)


def _complements(path: str, columns: Sequence[str], rows: _Rows) -> Iterator[Item]:
    """Accuracy and error of a row are all there is, where they are in the other rows."""
    at = [[i for i, name in enumerate(columns) if form.search(name)] for form in (_ACCURACY, _ERROR)]
    if any(len(found) != 1 for found in at):
        return
    pairs = list(zip(_column(rows, at[0][0]), _column(rows, at[1][0]), strict=True))
    odd = []
    for i, (right, wrong) in enumerate(pairs):
        if right is None or wrong is None:
            continue
        whole = 100.0 if max(abs(right.value), abs(wrong.value)) > 1 and not right.percent else 1.0
        if abs(right.value + wrong.value - whole) > 0.51 * (10.0**-right.digits + 10.0**-wrong.digits):
            odd.append((i, right.value, wrong.value, whole))
    if len(odd) == 1 and len(pairs) > 1:
        i, right_value, wrong_value, whole = odd[0]
        left = whole - right_value
        message = f"{columns[at[0][0]]} {right_value:g} leaves {left:.4g} errors, not {wrong_value:g}."
        yield Item(path, rows[i][0], "sum", wrong_value, left, "high", message)


def _harmonic(path: str, columns: Sequence[str], rows: _Rows) -> Iterator[Item]:
    """An F1 above the mean of its precision and its recall: no average of any kind gives that."""
    at = [[i for i, name in enumerate(columns) if form.search(name)] for form in _PRF]
    if any(len(found) != 1 for found in at):
        return
    for (line, _), *values in zip(rows, *(_column(rows, found[0]) for found in at), strict=True):
        precision, recall, shown = values
        if precision is None or recall is None or shown is None:
            continue
        together = (precision, recall, shown)
        if len({one.value > 1 for one in together}) > 1:
            continue
        slack = 0.55 * sum(10.0**-one.digits for one in together)
        most = (precision.value + recall.value) / 2
        if shown.value > most + slack:
            harmonic = 2 * precision.value * recall.value / (precision.value + recall.value)
            of = f"precision {precision.value:g} and recall {recall.value:g} give F1 {harmonic:.3g}"
            message = f"{of}; no mean of any gives {shown.value:g}."
            yield Item(path, line, "impossible", shown.value, harmonic, "high", message)
