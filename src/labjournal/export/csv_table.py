"""A comparison as CSV: one line a row, every digit, empty where nothing was measured.

Texts that a spreadsheet would run as a formula get a quote before them; numbers are left alone.
"""

from __future__ import annotations

import csv
import io

from labjournal import format as fmt
from labjournal.compare import Column, Row, Table
from labjournal.export import cells
from labjournal.export.style import Style

_FORMULA = ("=", "+", "-", "@")


def render(table: Table, style: Style) -> str:
    options = sorted({name for row in table.rows for name in row.options})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            *("run", "name", "checkpoint", "step", "dataset", "dataset_hash", "n"),
            *(_text(f"option {name}") for name in options),
            *(_text(head) for column in table.columns for head in _headings(column)),
            *("majority", "when", "commit", "dirty", "git_tag", "tainted", "flags"),
        ]
    )
    for row in table.rows:
        writer.writerow(
            [
                *_identity(row),
                *(_text(row.options.get(name)) for name in options),
                *(text for column in table.columns for text in _values(row, column)),
                fmt.exact(row.dataset.majority[1]) if row.dataset.majority else "",
                fmt.iso(row.when),
                *(row.commit or "", "yes" if row.dirty else "no", _text(row.git_tag), _text(row.tainted)),
                _text("; ".join(cells.flags(row))),
            ]
        )
    return out.getvalue()


def _headings(column: Column) -> list[str]:
    name = column.metric
    return [name, f"{name} low", f"{name} high", f"{name} numerator", f"{name} denominator", f"{name} result"]


def _identity(row: Row) -> list[str]:
    dataset = row.dataset
    step, n = ("" if number is None else str(number) for number in (row.step, cells.n(row)))
    return [row.run, _text(row.name), _text(row.checkpoint), step, _text(dataset.name), dataset.hash or "", n]


def _values(row: Row, column: Column) -> list[str]:
    cell = row.cells.get(column.metric)
    if cell is None:
        return [""] * 6
    counts = ["" if count is None else str(count) for count in (cell.numerator, cell.denominator)]
    return [fmt.exact(cell.value), fmt.exact(cell.low), fmt.exact(cell.high), *counts, cell.result]


def _text(text: str | None) -> str:
    shown = fmt.visible(text or "")
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
