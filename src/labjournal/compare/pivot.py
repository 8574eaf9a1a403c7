"""``--by K``: the values of a setting, an option, the data set or the step become columns.

Rows that are alike in everything but K stand in one row, side by side. Where no two rows are, the values of K stay a
column of their own and order the rows: a table with one value on its diagonal helps nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from labjournal import format as fmt
from labjournal.compare.differences import is_bookkeeping
from labjournal.compare.table import ALL, Cell, Column, DatasetInfo, Flag, Row, Selection
from labjournal.model import Run

DATASET, STEP = "dataset", "step"
_ALL_DATA = "all data sets"
_MOST_NAMED = 3
"""Other settings that name a row; with more of them it keeps the name of its run."""


@dataclass(frozen=True, slots=True)
class Pivoted:
    """Rows and columns turned, or as they were when nothing could be put side by side."""

    rows: list[Row]
    columns: list[Column]
    datasets: list[DatasetInfo]
    places: Mapping[str, str]
    """Key of a row before -> key of the row it stands in now."""
    notes: tuple[str, ...] = ()


def pivot(
    rows: Sequence[Row],
    columns: Sequence[Column],
    datasets: Sequence[DatasetInfo],
    selection: Selection,
    runs: Mapping[str, Run],
) -> Pivoted:
    """The table turned by ``selection.by``."""
    by = selection.by or ""
    alike: dict[object, dict[str, list[Row]]] = {}
    identity = _identity(by, rows, selection, runs)
    for row in rows:
        alike.setdefault(identity(row), {}).setdefault(_value(by, row, runs), []).append(row)
    if all(len(by_value) == 1 for by_value in alike.values()):
        shown = [replace(row, group=_value(by, row, runs)) for row in rows]
        words = f"No two rows differ in {by} alone: its values stand in a column."
        told = (words,) if len({row.group for row in shown}) > 1 else ()
        return Pivoted(shown, list(columns), list(datasets), {row.key: row.key for row in rows}, told)
    turned: list[Row] = []
    places: dict[str, str] = {}
    crowded = 0
    together = DatasetInfo(key=_ALL_DATA, name=_ALL_DATA)
    naming = _naming(by, [next(iter(values.values()))[0] for values in alike.values()], runs)
    for by_value in alike.values():
        chosen = {value: next((r for r in found if not r.tainted), found[0]) for value, found in by_value.items()}
        crowded += sum(len(found) - 1 for found in by_value.values())
        row = _turned(by, chosen, columns, naming)
        turned.append(replace(row, dataset=together) if by == DATASET else row)
        places |= {member.key: row.key for found in by_value.values() for member in found}
    values = sorted({value for by_value in alike.values() for value in by_value}, key=by_size)
    wide = [_column(column, by, value) for column in columns for value in values]
    used = [column for column in wide if any(column.metric in row.cells for row in turned)]
    notes = [f"{fmt.plural(crowded, 'row')} not shown: other rows hold the same place, the first of each is shown."]
    return Pivoted(turned, used, [together] if by == DATASET else list(datasets), places, tuple(notes[: bool(crowded)]))


def by_size(value: str) -> tuple[bool, float, str]:
    """Numbers by size, then texts by the alphabet."""
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value


def _value(by: str, row: Row, runs: Mapping[str, Run]) -> str:
    if by == DATASET:
        return row.dataset.label
    if by in row.options:
        return row.options[by]
    run = runs.get(row.run)
    if run is not None and by in run.settings:
        return fmt.setting(run.settings[by])
    if by == STEP and row.step is not None:
        return str(row.step)
    return fmt.missing()


def _identity(by: str, rows: Sequence[Row], selection: Selection, runs: Mapping[str, Run]) -> Callable[[Row], object]:
    """What rows must share to stand side by side."""
    of_runs = by not in (DATASET, STEP) and not any(by in row.options for row in rows)

    def subject(row: Row) -> object:
        run = runs.get(row.run)
        if not of_runs or run is None:
            return row.run
        return tuple(sorted(_others(by, run).items()))

    def identity(row: Row) -> object:
        step = (row.step, row.checkpoint) if by != STEP and (not of_runs or selection.at == ALL) else None
        if of_runs and step is not None and row.step is not None:
            step = (row.step, None)
        options = tuple(sorted((name, value) for name, value in row.options.items() if name != by))
        return subject(row), step, None if by == DATASET else row.dataset.key, options, row.objective

    return identity


def _others(by: str, run: Run) -> dict[str, str]:
    """The settings but K, and those that could not be the cause of a difference."""
    return {n: fmt.setting(value) for n, value in run.settings.items() if n != by and not is_bookkeeping(n, run)}


def _naming(by: str, rows: Sequence[Row], runs: Mapping[str, Run]) -> Callable[[Row], str]:
    """Rows of several runs are called by the settings in which they differ."""
    settings = {row.run: _others(by, runs[row.run]) if row.run in runs else {} for row in rows}
    names = sorted({name for values in settings.values() for name in values})
    differing = [name for name in names if len({values.get(name) for values in settings.values()}) > 1]

    def name(row: Row) -> str:
        own = settings.get(row.run, {})
        if not differing or len(differing) > _MOST_NAMED:
            return row.name
        return ", ".join(f"{name} {own.get(name, fmt.missing())}" for name in differing)

    return name


def _turned(by: str, chosen: Mapping[str, Row], columns: Sequence[Column], naming: Callable[[Row], str]) -> Row:
    """One row of several, each cell under the value it was measured with."""
    members = list(chosen.values())
    first = next((row for row in members if not row.tainted), members[0])
    cells: dict[str, Cell] = {}
    for column in columns:
        for value, row in chosen.items():
            cell = row.cells.get(column.metric)
            if cell is not None:
                marked = (Flag("retracted", row.tainted),) if row.tainted else ()
                cells[_column(column, by, value).metric] = replace(cell, flags=(*marked, *cell.flags))
    several = len({row.run for row in members}) > 1
    flags = [
        flag if all(flag in row.flags for row in members) else Flag(flag.slug, f"{by} {value}: {flag.words}")
        for value, row in chosen.items()
        for flag in row.flags
    ]
    steps = {row.step for row in members}
    return replace(
        first,
        key=f"by {by} {first.key}",
        name=naming(first) if several else first.name,
        checkpoint=None if several or by == STEP else first.checkpoint,
        step=first.step if len(steps) == 1 else None,
        options={name: value for name, value in first.options.items() if name != by},
        when=max(row.when for row in members),
        cells=cells,
        tainted=next((row.tainted for row in members if row.tainted), None),
        flags=tuple(dict.fromkeys(flags)),
        measurements=max(row.measurements for row in members),
        runs=tuple(dict.fromkeys(run for row in members for run in (row.runs or (row.run,)) if run)),
    )


def _column(column: Column, by: str, value: str) -> Column:
    shown = value if by == DATASET else f"{by} {value}"
    return replace(column, metric=f"{column.metric}[{by}={value}]", label=f"{column.label}, {shown}")
