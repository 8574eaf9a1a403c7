"""Values held against the law or the range that ``[laws]`` says they should follow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from labjournal import format as fmt
from labjournal import stats
from labjournal.compare.counted import base_name
from labjournal.compare.table import Column, Row

_MOST = 12
_SELDOM = 0.05


def law_notes(rows: Sequence[Row], columns: Sequence[Column], laws: Mapping[str, str]) -> Iterator[str]:
    """A sentence a metric: each value with its p, or whether it lies in the range. Raises InputError for no law."""
    for name, text in laws.items():
        law = stats.parse_law(text)
        for column in columns:
            if name not in (column.metric, column.label, base_name(column.metric)):
                continue
            cells = [(row, row.cells.get(column.metric)) for row in rows if not row.tainted]
            values = [(row, cell.value) for row, cell in cells if cell is not None and math.isfinite(cell.value)]
            said = [f"{_named(row)} {fmt.number(value)} {_word(law, value)}" for row, value in values[:_MOST]]
            if said:
                more = f"; {len(values) - _MOST} more not listed" if len(values) > _MOST else ""
                verb = "should lie in" if law.name == "range" else "should follow"
                yield f"{column.label} {verb} {law.text}: {'; '.join(said)}{more}."


def _named(row: Row) -> str:
    return f"{row.label} on {row.dataset.label}" if row.dataset.identified else row.label


def _word(law: stats.Law, value: float) -> str:
    inside = law.holds(value)
    if inside is not None:
        return "(inside)" if inside else "(outside)"
    p = law.p(value)
    return f"({fmt.p_value(p)}{', seldom as large' if p < _SELDOM else ', seldom as small' if p > 1 - _SELDOM else ''})"
