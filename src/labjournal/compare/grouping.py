"""Events that come in groups (of one galaxy, of one patient) are fewer witnesses than their number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from labjournal import format as fmt
from labjournal import stats
from labjournal.compare.counted import LEVEL, base_name
from labjournal.compare.predicted import positive_class
from labjournal.compare.table import Cell, Row
from labjournal.store.predictions import PredictionFile


def widened(rows: Sequence[Row], files: Mapping[str, PredictionFile], signal: str | None) -> list[Row]:
    """The rows with intervals by group where the predictions name groups."""
    return [
        replace(row, cells={metric: _cell(cell, metric, files, signal) for metric, cell in row.cells.items()})
        if any(cell.result in files for cell in row.cells.values())
        else row
        for row in rows
    ]


def _cell(cell: Cell, metric: str, files: Mapping[str, PredictionFile], signal: str | None) -> Cell:
    file = files.get(cell.result)
    if file is None or not file.groups or cell.numerator is None or not cell.denominator:
        return cell
    name = metric if "[" in metric else base_name(metric)
    if name in ("tpr", "sensitivity"):
        labels = [key[len("recall[") : -1] for key in file.design if key.startswith("recall[")]
        name = f"recall[{positive_class(labels, signal)}]"
    effect = file.design.get(name)
    if effect is None:
        return cell
    found = stats.wilson_grouped(cell.numerator, cell.denominator, max(1.0, effect), LEVEL)
    return replace(cell, low=found.low, high=found.high, groups=file.groups)


def grouping_notes(rows: Sequence[Row]) -> Iterator[str]:
    """Which rows have intervals by group."""
    of = {row.label: cell.groups for row in rows for cell in row.cells.values() if cell.groups}
    if of:
        named = fmt.listed(f"{label} ({fmt.plural(n, 'group')})" for label, n in of.items())
        yield f"Events come in groups in {named}: intervals of shares are by group, n divided by the design effect."
