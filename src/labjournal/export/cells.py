"""Cells of a table as text, the same in every format that people read."""

from __future__ import annotations

from labjournal import format as fmt
from labjournal.compare import Cell, Column, DatasetInfo, Row, Table
from labjournal.export.style import Style

_SETTING_MOST = 40


def value(cell: Cell | None, column: Column) -> str:
    """``0.908 [.888 .924]``; the sign for "not measured" without a cell, the taint mark at a retracted one."""
    if cell is None:
        return fmt.missing()
    text = fmt.measured(
        cell.value,
        cell.low,
        cell.high,
        is_rate=column.is_rate,
        numerator=cell.numerator,
        denominator=cell.denominator,
        printed_digits=cell.digits,
    )
    return f"{text} {fmt.TAINT}" if any(flag.slug == "retracted" for flag in cell.flags) else text


def counts(cell: Cell | None) -> str:
    """``907/1,000``, or the sign for "not measured" when there are no counts."""
    if cell is None or cell.numerator is None or cell.denominator is None:
        return fmt.missing()
    return fmt.fraction(cell.numerator, cell.denominator)


def heading(column: Column, table: Table) -> str:
    """The metric, its unit, and ``95%`` where its values have intervals."""
    has_interval = any(column.metric in row.cells and row.cells[column.metric].low is not None for row in table.rows)
    parts = [column.label, f"[{column.unit}]" if column.unit else "", "95%" if has_interval else ""]
    return " ".join(part for part in parts if part)


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


def setting(value: object) -> str:
    """A setting's value, the sign for "not measured" where a run has none."""
    return fmt.missing() if value is None else fmt.cut(fmt.setting(value), _SETTING_MOST)


def run_names(table: Table) -> dict[str, str]:
    """Run id -> name, in the order of the rows."""
    return {row.run: row.name for row in table.rows if row.run}
