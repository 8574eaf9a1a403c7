"""Typed numbers against the results they cite: cells of tables, counts and percentages in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from labjournal.audit import said, values
from labjournal.audit.items import Item, Weight, explained
from labjournal.audit.reports import place_text, signal_of
from labjournal.audit.values import Value
from labjournal.importers import Document, FoundResult
from labjournal.importers.document import Line
from labjournal.importers.places import Names, Place, checkpoint_in, place_of
from labjournal.importers.switches import options_in
from labjournal.importers.tables import RATIO, Cell, Row
from labjournal.importers.trainings import set_key

_ON = re.compile(r"^(?:on|yes|enabled|true|with|✓|✔|✅|1)$", re.IGNORECASE)
_OFF = re.compile(r"^(?:off|no|disabled|false|without|none|✗|✘|❌|0|-|–|—)$", re.IGNORECASE)
_STEPS = re.compile(r"checkpoint|ckpt|chkpt|step|iter|检查点", re.IGNORECASE)
_SETS = re.compile(r"data\s?set|dataset|\bset\b|\bdata\b|ratio|数据", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Source:
    """A result with its values, computed once."""

    result: FoundResult
    values: list[Value]
    signal: str | None


class _Sources:
    """The results of a diary that have values, in its order."""

    def __init__(self, results: Sequence[FoundResult]) -> None:
        found = (_Source(result, values.values_of(result), signal_of(result.supports)) for result in results)
        self.all = [source for source in found if source.values]
        self._of: dict[str | None, list[_Source]] = {}
        for source in self.all:
            self._of.setdefault(source.result.place.checkpoint, []).append(source)

    def cited(self, said: Place) -> list[_Source]:
        """Those that a row of a table may mean, by the checkpoint and the set it names."""
        among = self.all if said.checkpoint is None else self._of.get(said.checkpoint, [])
        return [source for source in among if _of_set(said.dataset, source.result)]


def check_tables(document: Document) -> list[Item]:
    """Cells that differ from the result their row cites, and cells that stand under the wrong header."""
    sources = _Sources(document.results)
    names = _names(document)
    found: list[Item] = []
    for table in document.tables:
        above = _place_above(document.lines, table.line, names)
        for row in table.rows:
            parts = list(_by_set(row))
            for dataset, part in parts:
                there = above if dataset is None else replace(above, dataset=dataset)
                found += _check_row(document.path, part, there, sources, names)
            found += _exchanged(document.path, parts, above, sources, names)
        cited = [one for row in table.rows if (one := _cited(row, above, sources, names)) is not None]
        found += said.one_set(document, table.last, cited)
    return found


def _by_set(row: Row) -> Iterator[tuple[str | None, Row]]:
    """The cells of a row by the data set that their columns name: ``accuracy 1:1 | accuracy 1:10``."""
    parts: dict[str | None, list[Cell]] = {}
    for cell in row.cells:
        ratio = RATIO.search(cell.column)
        parts.setdefault(ratio["ratio"] if ratio else None, []).append(cell)
    for dataset, cells in parts.items():
        words = row.words if dataset is None else tuple(pair for pair in row.words if not RATIO.search(pair[0]))
        yield dataset, replace(row, words=words, cells=tuple(cells))


def _exchanged(
    path: str, parts: Sequence[tuple[str | None, Row]], above: Place, sources: _Sources, names: Names
) -> Iterator[Item]:
    """Cells of two data sets that stand in each other's column: each is what its checkpoint has on the other set."""
    alone = {dataset: part for dataset, part in parts if dataset is not None and len(part.cells) == 1}
    if len(alone) != 2:
        return
    found = {}
    for dataset, part in alone.items():
        place = replace(above, dataset=dataset).under(_row_place(part, names))
        fitting = [one for one in sources.cited(place) if one.result.place.dataset is not None]
        if place.checkpoint is None or len(fitting) != 1:
            return
        found[dataset] = part.cells[0], fitting[0]
    (a, here), (b, there) = found.values()
    agree = [_cell_agrees(cell, source) for cell, source in ((a, here), (b, there), (a, there), (b, here))]
    if agree == [False, False, True, True]:
        of = [f"{one.result.place.dataset} (line {one.result.line})" for one in (there, here)]
        message = f"{a.text} and {b.text} are exchanged: the first is of {of[0]}, the second of {of[1]}."
        yield Item(path, a.line, "wrong_column", a.number.value, b.number.value, "high", message)


def _cited(row: Row, above: Place, sources: _Sources, names: Names) -> FoundResult | None:
    """The result a row names by checkpoint and set, and whose values it has."""
    place = above.under(_row_place(row, names))
    if place.checkpoint is None or place.dataset is None:
        return None
    fitting = [source for source in sources.cited(place) if source.result.place.dataset]
    having = [source for source in fitting if all(_cell_agrees(cell, source) is not False for cell in row.cells)]
    contents = {tuple(sorted(source.result.supports.items())) for source in having}
    return having[0].result if len(contents) == 1 else None


def _names(document: Document) -> Names:
    names = Names()
    for line in document.lines:
        if line.kind in ("text", "heading"):
            names.learn(line.text)
    return names


def _place_above(lines: Sequence[Line], line: int, names: Names) -> Place:
    """What the nearest heading over a table says of all its rows."""
    for above in reversed(lines[: line - 1]):
        if above.kind == "heading":
            return place_of(above.title, heading=True, names=names)
    return Place()


def _row_place(row: Row, names: Names) -> Place:
    checkpoint = dataset = None
    options: dict[str, str] = {}
    for column, text in row.words:
        if _STEPS.search(column) and (number := re.fullmatch(r"#?(\d[\d,]*)", text)):
            checkpoint = checkpoint or f"checkpoint-{int(number[1].replace(',', ''))}"
        checkpoint = checkpoint or checkpoint_in(text)
        if dataset is None:
            dataset = names.dataset_in(f"{text} dataset" if _SETS.search(column) else text)
        if "numeric" in column.lower() and (_ON.match(text) or _OFF.match(text)):
            options["numeric"] = "on" if _ON.match(text) else "off"
        options |= options_in(text)
    return Place(checkpoint, dataset, None, options)


def _check_row(path: str, row: Row, above: Place, sources: _Sources, names: Names) -> Iterator[Item]:
    place = above.under(_row_place(row, names))
    fitting = sources.cited(place)
    exact = [source for source in fitting if _same_options(place, source.result)] or fitting
    if not exact or (place.checkpoint is None and place.dataset is None and len(row.cells) < 3):
        return
    scored = [(sum(_cell_agrees(cell, source) is True for cell in row.cells), at) for at, source in enumerate(exact)]
    score, at = max(scored)
    source = exact[at]
    judged = [cell for cell in row.cells if _cell_agrees(cell, source) is not None]
    named = place.checkpoint is not None and place.dataset is not None and source.result.place.dataset is not None
    only = place.checkpoint is not None and len(fitting) == 1 and score > 0
    alone = len(exact) == 1 and (named or only)
    if not judged or score == len(judged) or (score < 2 and not alone) or (score * 2 < len(judged) and not alone):
        return
    if score == 0 and (len(judged) > 1 or _elsewhere(judged, sources.all)):
        return  # the row is of another training with the same checkpoint number
    for cell in judged:
        if _cell_agrees(cell, source) is False:
            yield _cell_item(path, cell, source, score, len(judged), alone)


def _of_set(dataset: str | None, result: FoundResult) -> bool:
    there = result.place.dataset
    return dataset is None or there is None or set_key(dataset) == set_key(there)


def _same_options(said: Place, result: FoundResult) -> bool:
    return all(result.place.options.get(name, value) == value for name, value in said.options.items())


def _cell_agrees(cell: Cell, source: _Source) -> bool | None:
    """None where the result has no value of that name."""
    among = values.claimed(cell.metric, cell.label, source.values, source.signal)
    if not among:
        return None
    return values.agrees(cell.number.value, cell.number.digits, among)


def _elsewhere(cells: Sequence[Cell], sources: Sequence[_Source]) -> bool:
    return any(all(_cell_agrees(cell, source) is True for cell in cells) for source in sources)


def _cell_item(path: str, cell: Cell, source: _Source, score: int, judged: int, alone: bool) -> Item:
    among = values.claimed(cell.metric, cell.label, source.values, source.signal)
    right = min(among, key=lambda value: value.high - value.low)
    computed = (right.low + right.high) / 2
    sure = score >= 2 and score * 2 >= judged
    weight: Weight = "high" if sure or (alone and score >= 1) else "medium"
    where = f"{place_text(source.result)}line {source.result.line}"
    other = _other(cell, source)
    if other is not None:
        message = (
            f"{cell.text} stands under {cell.column!r}, but is the {other.name}; "
            f"the {right.name} is {computed:.4g} ({where})."
        )
        return Item(path, cell.line, "wrong_column", cell.number.value, computed, weight, message)
    message = f"{cell.text} stands under {cell.column!r}; the {right.name} is {computed:.4g} ({where})."
    return Item(path, cell.line, "table_cell", cell.number.value, computed, weight, message)


def _other(cell: Cell, source: _Source) -> Value | None:
    """Another value of the same result that the cell shows, of the class the header names first."""
    shown = [
        value
        for value in source.values
        if explained(cell.number.value, cell.number.digits, value.low, value.high) and value.metric != cell.metric
    ]
    near = [value for value in shown if values.same_class(cell.label, value.label) or value.label == source.signal]
    return next(iter(near or shown), None)
