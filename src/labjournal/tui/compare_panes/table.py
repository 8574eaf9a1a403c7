"""The comparison table as lines: one block a data set, intervals of the first metric on one axis, flags beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labjournal import format
from labjournal.compare import Cell, Column, DatasetInfo, Row, Table
from labjournal.export import cells
from labjournal.export.style import Interval, Style
from labjournal.tui.compare_panes.looks import Looks
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Line, Span, cut_middle, pad, paragraph
from labjournal.tui.widgets.axes import Axis, value_axis, value_ticks
from labjournal.tui.widgets.small_signs import interval

_LEAST_LABEL = 14
"""Cells a row's name has at least."""
_VALUE = 21
_COUNTS_FROM = 100
_COUNTS = 14
_FORESTS = ((140, 44), (100, 24), (0, 18))
"""(from this width on, cells of the axis)."""
_LEAST_FLAGS = 24
"""Cells beside the values from which flags stand there and not below."""
_SERIOUS = ("retracted", "alarm")
_UNIDENTIFIED = " data not identified"


@dataclass(frozen=True)
class Look:
    """How the table is looked at."""

    width: int
    glyphs: Glyphs
    looks: Looks
    counts: bool = False
    """Counts in place of rates."""
    style: Interval = "range"


@dataclass(frozen=True)
class _Plan:
    """How the width is shared."""

    label: int
    forest: int
    counts: int
    shown: tuple[Column, ...]
    flags: int

    @property
    def left(self) -> int:
        """Cells before the first value."""
        return 3 + self.label + (self.forest + 2 if self.forest else 0) + self.counts


@dataclass(frozen=True)
class Block:
    """Lines, and which of them are rows: (line, place of the row in the table)."""

    lines: tuple[Line, ...]
    stops: tuple[tuple[int, int], ...]


def table_block(table: Table, look: Look) -> Block:
    """The whole table."""
    if not table.rows:
        told: Line = [(" Nothing to compare: no results were measured of these runs yet.", "muted")]
        return Block(([], told), ())
    plan = _plan(table, look)
    lines: list[Line] = []
    stops: list[tuple[int, int]] = []
    places = {row.key: at for at, row in enumerate(table.rows)}
    for at, dataset in enumerate(table.datasets):
        lines += [[]] if at else []
        lines.append(_head(table, dataset, plan, look))
        told_flags: set[str] = set()
        axis = _axis(table.of_dataset(dataset), table.columns[0]) if plan.forest and table.columns else None
        for row in table.of_dataset(dataset):
            stops.append((len(lines), places[row.key]))
            lines += _row_lines(row, table, axis, plan, look, told_flags)
        if axis is not None:
            lines.append([(" " * (3 + plan.label), "text"), *_axis_line(axis, plan.forest)])
    return Block(tuple(lines), tuple(stops))


def _plan(table: Table, look: Look) -> _Plan:
    width = look.width
    counts = _COUNTS if width >= _COUNTS_FROM and not look.counts else 0
    forest = _forest(table, width - 4 - counts - _VALUE, width)
    room = width - 4 - (forest + 2 if forest else 0) - counts - _VALUE
    beside = 3 + (forest + 2 if forest else 0) + counts
    names = [f" data set {one.label}" if one.identified else _UNIDENTIFIED for one in table.datasets]
    needed = max(
        *(len(_label(row)) + 3 for row in table.rows), *(len(format.visible(name)) + 1 - beside for name in names)
    )
    label = max(_LEAST_LABEL, min(room, needed))
    plan = _Plan(label, forest, counts, table.columns, 0)
    most = max(1, (width - plan.left - 1) // _VALUE)
    shown = table.columns[:most]
    left = width - plan.left - _VALUE * len(shown) - 2
    return _Plan(label, forest, counts, shown, left if left >= _LEAST_FLAGS else 0)


def _forest(table: Table, room: int, width: int) -> int:
    """Cells of the drawn intervals: as many as leave every row its whole name, for who is who comes first."""
    if not table.columns or all(_axis(table.of_dataset(one), table.columns[0]) is None for one in table.datasets):
        return 0
    named = max(len(_label(row)) + 3 for row in table.rows)
    wide = next(cells_wide for start, cells_wide in _FORESTS if width >= start)
    if named > room:  # nothing makes room enough
        return wide
    return next((one for _, one in _FORESTS if one <= wide and named + one + 2 <= room), 0)


def _label(row: Row) -> str:
    options = "".join(f" {key}={value}" for key, value in sorted(row.options.items()))
    return format.visible(f"{row.label}{options}")


def _head(table: Table, dataset: DatasetInfo, plan: _Plan, look: Look) -> list[Span]:
    name = f" data set {dataset.label}" if dataset.identified else _unidentified(plan.left - 1)
    told = f"  #{dataset.hash[:4]}" if dataset.hash and dataset.name else ""
    majority = f"  majority {format.rate(dataset.majority[1])}" if dataset.majority is not None else ""
    counted = ""
    if dataset.class_counts:
        counted = "  " + ", ".join(f"{format.count(n)} {label}" for label, n in sorted(dataset.class_counts.items()))
    elif dataset.n is not None:
        counted = f"  n {format.count(dataset.n)}"
    head = next(
        (text for text in (name + told + counted + majority, name + told + majority) if len(text) < plan.left),
        name + majority,
    )
    head = cut_middle(format.visible(head), plan.left - 1, look.glyphs.ellipsis)
    shown = Style(interval=look.style)
    columns = "".join(pad(format.visible(cells.heading(column, table, shown)), _VALUE) for column in plan.shown)
    return [(pad(head, plan.left), "b text"), (columns, "muted")]


def _unidentified(room: int) -> str:
    """Whole words: cut in the middle, "these rows are never compared" would be read as something else."""
    longer = (_UNIDENTIFIED + more for more in (": these rows are never compared", ": never compared"))
    return next((told for told in longer if len(told) <= room), _UNIDENTIFIED)


def _row_lines(row: Row, table: Table, axis: Axis | None, plan: _Plan, look: Look, told: set[str]) -> Iterator[Line]:
    """The row; flags beside it where there is room, else below, each said once a block."""
    line = _row(row, table, axis, plan, look)
    flags = format.visible("; ".join(cells.flags(row)))
    role = "alarm" if any(flag.slug in _SERIOUS for flag in row.flags) else "warning"
    sign = look.glyphs.alarm if role == "alarm" else look.glyphs.warning
    if flags and len(flags) + len(sign) + 1 <= plan.flags:
        yield [*line, (f"  {sign} {flags}", role)]
        return
    yield line
    if flags and flags not in told:
        # What holds of several rows is said under the first; the mark at the others leads back to it.
        told.add(flags)
        yield from paragraph(f"{sign} {flags}", look.width, role, lead="   ")


def _row(row: Row, table: Table, axis: Axis | None, plan: _Plan, look: Look) -> list[Span]:
    marker, role = look.looks[row.run]
    glyphs = look.glyphs
    text = "muted" if row.tainted else "text"
    name = cut_middle(_label(row), plan.label - 1 - (2 if row.tainted else 0), glyphs.ellipsis)
    line: list[Span] = [
        (f" {marker} ", role),
        (pad(f"{name} {glyphs.tainted}" if row.tainted else name, plan.label), text),
    ]
    lead = table.columns[0]
    first = row.cells.get(lead.metric)
    if axis is not None:
        line += [*_interval(first, row.dataset, lead, axis, plan.forest, (role, marker), glyphs), ("  ", "text")]
    elif plan.forest:
        line.append((" " * (plan.forest + 2), "text"))
    if plan.counts:
        counted = cells.counts(first)
        shown = counted if counted != format.missing() else ""
        line.append((pad(shown, plan.counts - 2, right=True) + "  ", "muted"))
    for column in plan.shown:
        line += _value(row.cells.get(column.metric), column, text, look)
    return line


def _value(cell: Cell | None, column: Column, role: str, look: Look) -> list[Span]:
    if look.counts and cell is not None and cell.denominator is not None:
        return [(pad(cells.counts(cell), _VALUE), role)]
    text = cells.value(cell, column, Style(interval=look.style))
    value, sep, bounds = text.partition(" ")
    return [(value, role), (pad(sep + bounds, max(1, _VALUE - len(value))), "muted")]


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
    look: tuple[str, str],
    glyphs: Glyphs,
) -> list[Span]:
    majority = dataset.majority[1] if dataset.majority is not None and column.metric == "accuracy" else None
    if cell is None or cell.low is None or cell.high is None:
        return [(" " * width, "text")]
    role, marker = look
    return interval(cell.value, cell.low, cell.high, (axis.low, axis.high), width, role, marker, glyphs, majority)


def _axis_line(axis: Axis, width: int) -> list[Span]:
    ticks = value_ticks(axis, 2)
    left, right = ticks[0], ticks[-1]
    places = [round(axis.fraction(tick.value) * (width - 1)) for tick in (left, right)]
    start = min(places[0], max(0, width - len(left.label) - len(right.label) - 1))
    gap = max(1, min(places[1], width - len(right.label)) - start - len(left.label))
    return [(" " * start + left.label + " " * gap + right.label, "muted")]


def words(table: Table) -> str:
    """Every row as a sentence, data set by data set."""
    told = []
    for dataset in table.datasets:
        told.append(f"On {dataset.label}{f', n {format.count(dataset.n)}' if dataset.n else ''}:")
        for row in table.of_dataset(dataset):
            values = ", ".join(_spoken(row.cells, column) for column in table.columns if column.metric in row.cells)
            flags = "; ".join(cells.flags(row))
            told.append(f"{_label(row)}: {values}{f' ({flags})' if flags else ''}.")
    return " ".join(told)


def _spoken(found: Mapping[str, Cell], column: Column) -> str:
    return f"{column.label} {cells.value(found[column.metric], column)}"
