"""The comparison table as lines: one block a data set, intervals on one axis, then what may be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from labjournal import format
from labjournal.compare import Cell, Column, DatasetInfo, Row, Table
from labjournal.export import cells
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Line, Span, cut_middle, pad, paragraph
from labjournal.tui.theme import series_marker, series_role
from labjournal.tui.widgets.axes import Axis, value_axis, value_ticks
from labjournal.tui.widgets.small_signs import interval

_LEAST_LABEL = 14
"""Cells a row's name has at least."""
_VALUE = 21
_COUNTS = 14
_FOREST_FROM, _WIDE_FOREST_FROM = 100, 140
_FOREST, _WIDE_FOREST = 24, 44
_MOST_SETTINGS = 24
_SETTING = 14

Looks = Mapping[str, tuple[str, str]]
"""Run id -> (marker, role): the same in the table, the settings and the curves."""


def looks_of(table: Table, glyphs: Glyphs) -> Looks:
    """Marker and colour of each run, in the order of the rows."""
    runs = dict.fromkeys(row.run for row in table.rows)
    return {run: (series_marker(at, glyphs.markers), series_role(at)) for at, run in enumerate(runs)}


def table_lines(table: Table, looks: Looks, width: int, glyphs: Glyphs) -> list[Line]:
    """Everything there is to read of a comparison."""
    if not table.rows:
        return [
            [],
            [(" Nothing to compare: no results were measured of these runs yet.", "muted")],
            *_notes(table, width),
        ]
    lines: list[Line] = []
    for at, dataset in enumerate(table.datasets):
        lines += [[]] if at else []
        lines += _block(table, dataset, looks, width, glyphs)
    lines += _said(table, width)
    lines += _settings(table, looks, width, glyphs)
    return [*lines, *_notes(table, width)]


def _block(table: Table, dataset: DatasetInfo, looks: Looks, width: int, glyphs: Glyphs) -> Iterator[Line]:
    rows = table.of_dataset(dataset)
    forest = _WIDE_FOREST if width >= _WIDE_FOREST_FROM else _FOREST if width >= _FOREST_FROM else 0
    room = width - 4 - (forest + 2 if forest else 0) - _COUNTS - _VALUE
    label = max(_LEAST_LABEL, min(room, *(len(_label(row)) + 3 for row in rows)))
    taken = 3 + label + (forest + 2 if forest else 0) + _COUNTS
    shown = table.columns[: max(1, (width - taken - 12) // _VALUE)]
    axis = _axis(rows, table.columns[0]) if forest and table.columns else None
    forest = forest if axis is not None else 0
    yield _head(table, dataset, shown, 3 + label + (forest + 2 if forest else 0) + _COUNTS, width, glyphs)
    told: set[str] = set()
    for row in rows:
        yield _row(row, table, dataset, shown, looks, label, (axis, forest), glyphs)
        flags = format.visible("; ".join(cells.flags(row)))
        if flags and flags not in told:
            # What holds of several rows is said under the first; the mark at the others leads back to it.
            told.add(flags)
            yield from paragraph(flags, width, "muted" if row.tainted else "warning", lead="     ")
    if axis is not None:
        yield [(" " * (3 + label), "text"), *_axis_line(axis, forest)]


def _label(row: Row) -> str:
    options = "".join(f" {key}={value}" for key, value in sorted(row.options.items()))
    return format.visible(f"{row.label}{options}")


def _head(
    table: Table, dataset: DatasetInfo, shown: Sequence[Column], left: int, width: int, glyphs: Glyphs
) -> list[Span]:
    name = f" data set {dataset.label}" if dataset.identified else " data not identified: these rows are never compared"
    told = f"  #{dataset.hash[:4]}" if dataset.hash and dataset.name else ""
    if dataset.class_counts:
        told += "  " + ", ".join(f"{format.count(n)} {label}" for label, n in sorted(dataset.class_counts.items()))
    elif dataset.n is not None:
        told += f"  n {format.count(dataset.n)}"
    if dataset.majority is not None:
        told += f"  majority {format.rate(dataset.majority[1])}"
    head = cut_middle(format.visible(name + told), left - 1, glyphs.ellipsis)
    columns = "".join(pad(format.visible(cells.heading(column, table)), _VALUE) for column in shown)
    return [(pad(head, left), "b text"), (columns, "muted")]


def _row(
    row: Row,
    table: Table,
    dataset: DatasetInfo,
    shown: Sequence[Column],
    looks: Looks,
    label: int,
    forest: tuple[Axis | None, int],
    glyphs: Glyphs,
) -> Line:
    marker, role = looks[row.run]
    text = "muted" if row.tainted else "text"
    name = cut_middle(_label(row), label - 1 - (2 if row.tainted else 0), glyphs.ellipsis)
    line: list[Span] = [
        (f" {marker} ", role),
        (pad(f"{name} {glyphs.tainted}" if row.tainted else name, label), text),
    ]
    first = row.cells.get(table.columns[0].metric)
    axis, cells_wide = forest
    if axis is not None:
        line += [*_interval(first, dataset, table.columns[0], axis, cells_wide, role, marker, glyphs), ("  ", "text")]
    counted = cells.counts(first)
    line.append((pad(counted if counted != format.missing() else "", _COUNTS - 2, right=True) + "  ", "muted"))
    for column in shown:
        line += _value(row.cells.get(column.metric), column, text)
    return line


def _value(cell: Cell | None, column: Column, role: str) -> list[Span]:
    text = cells.value(cell, column)
    value, _, bounds = text.partition(" [")
    bounds = f" [{bounds}" if bounds else ""
    return [(value, role), (pad(bounds, max(1, _VALUE - len(value))), "muted")]


def _axis(rows: Sequence[Row], column: Column) -> Axis | None:
    found = [cell for row in rows if (cell := row.cells.get(column.metric)) is not None and cell.low is not None]
    ends = [end for cell in found for end in (cell.low, cell.high) if end is not None and abs(end) < 1e300]
    return value_axis(min(ends), max(ends)) if ends else None


def _interval(
    cell: Cell | None,
    dataset: DatasetInfo,
    column: Column,
    axis: Axis,
    width: int,
    role: str,
    marker: str,
    glyphs: Glyphs,
) -> list[Span]:
    if cell is None or cell.low is None or cell.high is None:
        return [(" " * width, "text")]
    majority = dataset.majority[1] if dataset.majority is not None and column.metric == "accuracy" else None
    return interval(cell.value, cell.low, cell.high, (axis.low, axis.high), width, role, marker, glyphs, majority)


def _axis_line(axis: Axis, width: int) -> list[Span]:
    ticks = value_ticks(axis, 2)
    left, right = ticks[0], ticks[-1]
    places = [round(axis.fraction(tick.value) * (width - 1)) for tick in (left, right)]
    start = min(places[0], max(0, width - len(left.label) - len(right.label) - 1))
    gap = max(1, min(places[1], width - len(right.label)) - start - len(left.label))
    return [(" " * start + left.label + " " * gap + right.label, "muted")]


def _said(table: Table, width: int) -> list[Line]:
    if not table.claims:
        return []
    lines: list[Line] = [[], [(" What may be said", "b text")]]
    for claim in table.claims:
        lines += paragraph(format.visible(claim.title), width, "accent")
        lines += paragraph(format.visible(claim.text), width, lead="   ")
    return lines


def _notes(table: Table, width: int) -> list[Line]:
    if not table.notes:
        return []
    lines: list[Line] = [[], [(" What to keep in mind", "b text")]]
    for note in table.notes:
        lines += paragraph(format.visible(note), width, "muted", lead="   ")
    return lines


def _settings(table: Table, looks: Looks, width: int, glyphs: Glyphs) -> list[Line]:
    if not table.differing_settings:
        return []
    names = cells.run_names(table)
    name_wide = min(24, max(len(name) for name in table.differing_settings) + 2)
    runs = list(names)[: max(1, (width - name_wide - 2) // _SETTING)]
    more = f", {len(names) - len(runs)} more runs not shown" if len(names) > len(runs) else ""
    head: list[Span] = [(" " + " " * name_wide, "text")]
    for run in runs:
        marker, role = looks[run]
        name = cut_middle(format.visible(names[run]), _SETTING - 4, glyphs.ellipsis)
        head.append((pad(f"{marker} {name}", _SETTING), role))
    count = len(table.differing_settings)
    title = f" Differing settings  {count} of {count + table.equal_settings}{more}"
    lines: list[Line] = [[], [(title, "b text")], head]
    for setting, values in list(table.differing_settings.items())[:_MOST_SETTINGS]:
        line: list[Span] = [
            (" " + pad(cut_middle(format.visible(setting), name_wide - 1, glyphs.ellipsis), name_wide), "muted")
        ]
        for run in runs:
            text = cells.setting(values.get(run))
            line.append((pad(cut_middle(text, _SETTING - 2, glyphs.ellipsis), _SETTING), "text"))
        lines.append(line)
    if count > _MOST_SETTINGS:
        lines.append([(f" and {count - _MOST_SETTINGS} more: labjournal diff tells all", "muted")])
    return lines
