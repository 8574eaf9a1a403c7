"""Events that come in groups (of one galaxy, of one patient) are fewer witnesses than their number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from labjournal import format as fmt
from labjournal import stats
from labjournal.compare.counted import LEVEL, SIC, base_name, passed
from labjournal.compare.predicted import positive_class
from labjournal.compare.table import Cell, Row
from labjournal.model import Counts, Result
from labjournal.store.predictions import PredictionFile

AUC = "auc"


def widened(
    rows: Sequence[Row], files: Mapping[str, PredictionFile], signal: str | None, results: Sequence[Result]
) -> list[Row]:
    """The rows with what only their predictions tell: intervals of areas, and all of them by group where files do."""
    counts = {result.id: result.counts for result in results if result.id in files}
    return [
        replace(row, cells={metric: _cell(cell, metric, files, signal, counts) for metric, cell in row.cells.items()})
        if any(cell.result in counts for cell in row.cells.values())
        else row
        for row in rows
    ]


def _cell(
    cell: Cell,
    metric: str,
    files: Mapping[str, PredictionFile],
    signal: str | None,
    counts: Mapping[str, Counts | None],
) -> Cell:
    file = files.get(cell.result)
    name = metric if "[" in metric else base_name(metric)
    if file is None or cell.pooled:
        return cell
    if name == AUC:
        fits = file.auc is not None and file.auc[0] <= cell.value <= file.auc[1]
        return replace(cell, low=file.auc[0], high=file.auc[1], groups=file.groups) if file.auc and fits else cell
    found = _by_group(cell, name, file, signal, counts.get(cell.result)) if file.groups else None
    return cell if found is None else replace(cell, low=found.low, high=found.high, groups=file.groups)


def _by_group(
    cell: Cell, name: str, file: PredictionFile, signal: str | None, counts: Counts | None
) -> stats.Interval | None:
    """The interval with the design effect that was found when the file was read; None where none speaks of it."""
    classes = {key[len("recall[") : -1]: effect for key, effect in file.design.items() if key.startswith("recall[")}
    positive = positive_class(list(classes), signal)
    if name == SIC and counts is not None and positive in counts.labels:
        (ks, ns), (kb, nb) = passed(counts, str(positive))
        # of a file that was read before there was an effect of the SIC the larger one of both efficiencies
        effect = file.design.get(SIC, max(classes.values()))
        return stats.sic_interval(ks, ns, kb, nb, LEVEL, max(1.0, effect))
    of = {"tpr": positive, "sensitivity": positive, "fpr": next((one for one in classes if one != positive), None)}
    known = file.design.get(name) if name not in of else classes.get(of[name] or "")
    if known is None or cell.numerator is None or not cell.denominator:
        return None
    return stats.wilson_grouped(cell.numerator, cell.denominator, max(1.0, known), LEVEL)


def grouping_notes(rows: Sequence[Row]) -> Iterator[str]:
    """Which rows have intervals by group."""
    of = {row.label: cell.groups for row in rows for cell in row.cells.values() if cell.groups}
    if of:
        named = fmt.listed(f"{label} ({fmt.plural(n, 'group')})" for label, n in of.items())
        yield f"Events come in groups in {named}: intervals are by group, n divided by the design effect."
