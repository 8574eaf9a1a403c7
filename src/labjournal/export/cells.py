"""Cells of a table as text, the same in every format that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labjournal import format as fmt
from labjournal.compare import Cell, Claim, Column, DatasetInfo, Row, Table
from labjournal.compare.claims import NOT_USABLE
from labjournal.compare.pivot import by_size
from labjournal.export.style import Style

SETTING_MOST = 40
_RANGE = "[low high]"
"""How notes begin that say how an interval is made."""


def value(cell: Cell | None, column: Column, style: Style | None = None) -> str:
    """``0.908 [.888 .924]``; the sign for "not measured" without a cell, the taint mark at a retracted one.

    The style may drop the interval and fix the decimals, but never the taint mark, and never the counts of a rate
    that would round to nothing.
    """
    if cell is None:
        return fmt.missing()
    mark = f" {fmt.TAINT}" if any(flag.slug == "retracted" for flag in cell.flags) else ""
    value, bounds = cell.parts(column.is_rate)
    if style is None or (style.interval == "range" and style.digits is None):
        return " ".join(part for part in (value, bounds) if part) + mark
    if style.digits is not None and not fmt.needs_fraction(cell.value, cell.numerator, cell.denominator):
        value = fmt.number(cell.value, style.digits)
        bounds = fmt.bounds(cell.low, cell.high, style.digits)
    if style.interval == "none" or not bounds:
        return value + mark
    if style.interval == "plus-minus":
        return fmt.plus_minus(cell.value, cell.low, cell.high, column.is_rate, style.digits) + mark
    return f"{value} {bounds}{mark}"


def counts(cell: Cell | None) -> str:
    """``907/1,000``, or the sign for "not measured" when there are no counts."""
    if cell is None or cell.numerator is None or cell.denominator is None:
        return fmt.missing()
    return fmt.fraction(cell.numerator, cell.denominator)


def heading(column: Column, table: Table, style: Style | None = None) -> str:
    """The metric, its unit, and ``95%`` where its values are shown with intervals."""
    has_interval = any(column.metric in row.cells and row.cells[column.metric].low is not None for row in table.rows)
    shown = has_interval and (style is None or style.interval != "none")
    parts = [column.label, f"[{column.unit}]" if column.unit else "", "95%" if shown else ""]
    return " ".join(part for part in parts if part)


def notes(table: Table, style: Style) -> list[str]:
    """What stands under a table, of intervals only what it shows of them."""
    if style.interval == "range":
        return list(table.notes)
    if style.interval == "none":
        return [note for note in table.notes if not note.startswith(_RANGE)]
    return [f"±{note.removeprefix(_RANGE)}" if note.startswith(_RANGE) else note for note in table.notes]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table as text, not yet escaped for any format."""

    heading: str
    texts: tuple[str, ...]
    right: bool = False
    numbers: tuple[float | None, ...] = ()
    """What the texts are sorted by, where they are numbers."""


def fields(table: Table, style: Style) -> list[Field]:
    """The columns that markdown, LaTeX and HTML show."""
    rows = table.rows
    by = table.selection.by
    grouped = [by] if by and by not in table.option_names and any(row.group is not None for row in rows) else []
    made = [
        Field("row", tuple(label(row) for row in rows)),
        Field("data set", tuple(dataset(row.dataset) for row in rows)),
        *(Field(name, tuple(row.group or fmt.missing() for row in rows)) for name in grouped),
        *(Field(name, tuple(row.options.get(name, fmt.missing()) for row in rows)) for name in table.option_names),
        Field("n", tuple(fmt.count(n(row)) for row in rows), True, tuple(n(row) for row in rows)),
    ]
    if any(row.dataset.majority for row in rows):
        made.append(Field("majority", tuple(_majority(row) for row in rows), True, tuple(_share(row) for row in rows)))
    for column in table.columns:
        shown = [row.cells.get(column.metric) for row in rows]
        numbers = tuple(None if cell is None else cell.value for cell in shown)
        made.append(
            Field(heading(column, table, style), tuple(value(cell, column, style) for cell in shown), True, numbers)
        )
        counted = tuple(counts(cell) for cell in shown)
        if style.full and any(text != fmt.missing() for text in counted):
            made.append(Field(f"{column.label} counts", counted, True))
    made.append(Field("code", tuple(code(row) for row in rows)))
    if style.full:
        made.append(Field("measured", tuple(when(row, style) for row in rows)))
    told = tuple("; ".join(flags(row)) for row in rows)
    return [*made, Field("flags", told)] if any(told) else made


def label(row: Row) -> str:
    """``v3-silu:2200 †``."""
    return row.label + (f" {fmt.TAINT}" if row.tainted else "")


def _share(row: Row) -> float | None:
    return row.dataset.majority[1] if row.dataset.majority else None


def _majority(row: Row) -> str:
    share = _share(row)
    return fmt.missing() if share is None else fmt.rate(share)


def n(row: Row) -> int | None:
    """Events the row was measured on."""
    sizes = [cell.n for cell in row.cells.values() if cell.n is not None]
    return max(sizes, default=row.dataset.n)


def code(row: Row) -> str:
    """Commit, ``*`` when the tree held changes, and the git tag."""
    commit = fmt.commit(row.commit, row.dirty)
    return f"{commit} {row.git_tag}" if row.git_tag else commit


def when(row: Row, style: Style) -> str:
    return fmt.moment_text(row.when, style.zone)


def dataset(info: DatasetInfo) -> str:
    """``1:10 #77c0``."""
    return f"{info.label} #{info.hash[:4]}" if info.hash and info.name else info.label


def flags(row: Row, *without: str) -> list[str]:
    """What a reader must know of the row, in words."""
    return [flag.words for flag in row.flags if flag.slug not in without]


def setting(value: object, most: int = SETTING_MOST) -> str:
    """A setting's value, the sign for "not measured" where a run has none."""
    return fmt.missing() if value is None else fmt.cut(fmt.setting(value), most)


def settings(table: Table, most: int = SETTING_MOST) -> dict[str, dict[str, str]]:
    """Differing setting -> {run of a row: its value}; the values of all seeds and columns of a row that has several."""
    members = {row.run: row.runs or (row.run,) for row in table.rows if row.run}

    def shown(values: Mapping[str, object], runs: Sequence[str]) -> str:
        return ", ".join(sorted({setting(values.get(run), most) for run in runs}, key=by_size))

    return {
        name: {run: shown(values, runs) for run, runs in members.items()}
        for name, values in table.differing_settings.items()
    }


def run_names(table: Table) -> dict[str, str]:
    """Run id -> name, in the order of the rows."""
    return {row.run: row.name for row in table.rows if row.run}


_UNUSABLE_MOST = 3


def claims(table: Table, most: int | None) -> tuple[list[Claim], str | None]:
    """The sentences to show, and a word on those left out: a few of what may not be said, however many there are."""
    if most is None:
        return list(table.claims), None
    usable = [claim for claim in table.claims if claim.word != NOT_USABLE]
    void = [claim for claim in table.claims if claim.word == NOT_USABLE]
    shown = usable[:most]
    shown_void = void[: min(_UNUSABLE_MOST, most - len(shown))]
    left, left_void = len(usable) - len(shown), len(void) - len(shown_void)
    parts = [f"{fmt.plural(left, 'more comparison')}"] if left else []
    parts += [f"{fmt.plural(left_void, 'comparison')} with retracted rows"] if left_void else []
    return [*shown, *shown_void], " and ".join(parts) or None
