"""How far values lie from reference values: the difference with the value's interval, and in percent.

A reference is a number without scatter; "differs" says only that the value's own interval leaves it out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from labjournal import format as fmt
from labjournal.compare.measure import Measures, Values
from labjournal.compare.table import Cell, Column, Row
from labjournal.model import Dataset, ReferenceValue, Result

_MOST = 12


def offsets(result: Result, references: Iterable[ReferenceValue], values: Values | None = None) -> Iterator[str]:
    """A sentence a metric: ``accuracy −0.023 [−.043 −.004] (−2.5 %) from paper 0.920: differs``."""
    speaking = [one for one in references if _speaks_of(one, result.dataset, result.options)]
    if not speaking:
        return
    measures = Measures([result], values=values)
    for reference in speaking:
        for metric, wanted in sorted(reference.metrics.items()):
            name = measures.name(metric)
            cell = measures.cell(result, name) if name is not None else None
            if name is None or cell is None or not math.isfinite(cell.value - wanted):
                continue
            column = measures.column(name)
            gap, word = _gap(cell, column, wanted)
            yield f"{column.label} {gap} from {reference.name} {_shown(column, wanted)}: {word}"


def reference_notes(
    rows: Sequence[Row], columns: Sequence[Column], references: Iterable[ReferenceValue], measures: Measures
) -> Iterator[str]:
    """A sentence a reference, metric and data set, with every row that it speaks of.

    ``From paper 0.920, accuracy on 1:1: main:100 −0.023 [−.043 −.004] (−2.5 %) differs; …``.
    """
    shown = {column.metric: column for column in columns}
    for reference in references:
        for metric, wanted in sorted(reference.metrics.items()):
            column = shown.get(measures.name(metric) or "")
            if column is None or not math.isfinite(wanted):
                continue
            on: dict[str, list[str]] = {}
            for row in rows:
                cell, data = row.cells.get(column.metric), Dataset(row.dataset.name, row.dataset.hash)
                if cell is not None and math.isfinite(cell.value) and _speaks_of(reference, data, row.options):
                    gap, word = _gap(cell, column, wanted)
                    on.setdefault(row.dataset.label, []).append(f"{_called(row, rows)} {gap} {word}")
            for data_label, said in on.items():
                more = f"; {len(said) - _MOST} more not listed" if len(said) > _MOST else ""
                at = _shown(column, wanted)
                yield f"From {reference.name} {at}, {column.label} on {data_label}: {'; '.join(said[:_MOST])}{more}."


def _gap(cell: Cell, column: Column, wanted: float) -> tuple[str, str]:
    """``−0.023 [−.043 −.004] (−2.5 %)``, and what may be said of it."""
    low, high = (None if bound is None else bound - wanted for bound in (cell.low, cell.high))
    gap = fmt.difference(cell.value - wanted, low, high, column.is_rate)
    share = f" ({fmt.signed_percent((cell.value - wanted) / abs(wanted))})" if wanted else ""
    if low is None or high is None:
        return f"{gap}{share}", "cannot tell: n unknown"
    return f"{gap}{share}", "no difference shown" if low <= 0 <= high else "differs"


def _shown(column: Column, wanted: float) -> str:
    return fmt.rate(wanted) if column.is_rate else fmt.number(wanted)


def _called(row: Row, rows: Sequence[Row]) -> str:
    """The row, with its options where another row of the same name has others."""
    others = any(one.label == row.label and dict(one.options) != dict(row.options) for one in rows)
    options = "".join(f", {name} {value}" for name, value in sorted(row.options.items())) if others else ""
    return f"{row.label}{f' {fmt.TAINT}' if row.tainted else ''}{options}"


def _speaks_of(reference: ReferenceValue, data: Dataset, options: Mapping[str, str]) -> bool:
    wanted = reference.dataset
    named = wanted is None or wanted == data.name or (data.hash or "").startswith(wanted.removeprefix("#"))
    return named and all(options.get(key) == value for key, value in reference.options.items())
