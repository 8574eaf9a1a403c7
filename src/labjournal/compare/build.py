"""Builds the one `Table` that every face shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from labjournal.compare.claims import claims, subject
from labjournal.compare.differences import compare_settings
from labjournal.compare.measure import Measures
from labjournal.compare.notes import notes
from labjournal.compare.rows import Runs, build_row, dataset_info
from labjournal.compare.select import Picked, by_data, by_row, pick
from labjournal.compare.table import ALL, BEST, LAST, Column, DatasetInfo, Row, Selection, Table
from labjournal.config import Config
from labjournal.errors import InputError, NotFoundError
from labjournal.model import Result, Run
from labjournal.store import Store, references


def named(config: Config, name: str) -> Selection | None:
    """The selection kept as ``[tables.NAME]``; None when there is none of that name."""
    kept = config.tables.get(name)
    if kept is None:
        return None
    return Selection(
        rows=kept.rows,
        datasets=kept.datasets,
        metrics=kept.metrics,
        at=kept.at,
        baseline=kept.baseline,
        options=kept.options,
    )


def build_table(store: Store, selection: Selection, config: Config, results: Sequence[Result] | None = None) -> Table:
    """The comparison a selection asks for, of all results or of the given ones.

    Raises:
        NotFoundError: a reference, data set or baseline matches nothing.
        InputError: ``at`` is neither all, last, best nor a step.
    """
    if selection.at not in (ALL, LAST, BEST) and not selection.at.isdecimal():
        raise InputError(f"--at {selection.at} is not known.", "Give all, last, best or a step.")
    picked = pick(store, selection, store.results(include_unassigned=True) if results is None else results)
    _check_datasets(store, selection, picked)
    measures = Measures(picked.results, config.results.signal)
    runs = _runs(store, {result.subject.run for result in picked.results})
    columns = _columns(selection, measures)
    rows, datasets = _rows(picked, selection, Runs(runs), columns, measures)
    rows = _at(rows, selection.at, columns)
    rows, left_out = _bounded(_ordered(rows, picked, selection, runs), selection.limit)
    rows = [row for dataset in datasets for row in rows if row.dataset.key == dataset.key]
    datasets = [dataset for dataset in datasets if any(row.dataset.key == dataset.key for row in rows)]
    shown = [runs[run] for run in dict.fromkeys(row.run for row in rows) if run in runs]
    differences = compare_settings(shown) if shown else compare_settings(())
    baseline = _baseline(store, selection, rows)
    said = claims(rows, columns, baseline, differences, asked=bool(selection.metrics))
    measurers = _runs(store, {result.measured_by for result in picked.results})
    table = Table(
        selection=selection,
        columns=tuple(columns),
        rows=tuple(rows),
        datasets=tuple(datasets),
        option_names=_option_names(rows),
        differing_settings=differences.differing,
        equal_settings=differences.equal,
        claims=tuple(said),
        notes=tuple(
            notes(
                selection, picked, rows, columns, datasets, shown, list(measurers.values()), differences, said, left_out
            )
        ),
    )
    return _only_changed(table) if selection.only_changed else table


def _runs(store: Store, ids: set[str]) -> dict[str, Run]:
    found = {}
    for run_id in sorted(ids - {""}):
        try:
            found[run_id] = store.run(run_id)
        except NotFoundError:  # a result pulled from another box ahead of its run
            continue
    return found


def _check_datasets(store: Store, selection: Selection, picked: Picked) -> None:
    if selection.datasets and not picked.results:
        known = sorted({result.dataset.name for result in store.results() if result.dataset.name})
        raise NotFoundError(
            f"No result on {' or '.join(selection.datasets)}.",
            f"There are results on {', '.join(known)}." if known else "There are no results with a data set yet.",
        )


def _columns(selection: Selection, measures: Measures) -> list[Column]:
    if not selection.metrics:
        return [measures.column(name) for name in (measures.available if selection.every_metric else measures.headline)]
    found = {asked: measures.name(asked) for asked in selection.metrics}
    unknown = [asked for asked, name in found.items() if name is None]
    if unknown:
        raise NotFoundError(
            f"No result holds {' or '.join(unknown)}.",
            f"There is {', '.join(measures.available)}." if measures.available else "There are no results here yet.",
        )
    return [measures.column(name) for name in dict.fromkeys(found.values()) if name is not None]


def _rows(
    picked: Picked, selection: Selection, runs: Runs, columns: Sequence[Column], measures: Measures
) -> tuple[list[Row], list[DatasetInfo]]:
    rows, datasets = [], []
    for key, results in by_data(picked.results).items():
        dataset = dataset_info(key, results)
        datasets.append(dataset)
        rows += [
            build_row(row_key, members, dataset, runs, columns, selection.by, measures)
            for row_key, members in by_row(results, key).items()
        ]
    order = {name: i for i, name in enumerate(selection.datasets)}
    datasets.sort(
        key=lambda d: (order.get(d.name or "", len(order)), not d.identified, d.name or "", d.hash or "", d.key)
    )
    return rows, datasets


def _at(rows: Sequence[Row], at: str, columns: Sequence[Column]) -> list[Row]:
    """One checkpoint of each run, or all of them."""
    if at == ALL:
        return list(rows)
    if at.isdecimal():
        return [row for row in rows if row.step == int(at)]
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault((row.run, row.dataset.key, tuple(row.options.items()), row.objective), []).append(row)
    if at == BEST and columns and columns[0].higher_is_better is not None:
        metric, sign = columns[0].metric, 1 if columns[0].higher_is_better else -1
        return [max(group, key=lambda row: _height(row, metric, sign)) for group in groups.values()]
    return [max(group, key=lambda row: (row.step is not None, row.step or 0, row.when)) for group in groups.values()]


def _height(row: Row, metric: str, sign: int) -> tuple[bool, float]:
    cell = row.cells.get(metric)
    measured = cell is not None and cell.value == cell.value
    return measured, sign * cell.value if measured and cell is not None else 0.0


def _ordered(rows: Sequence[Row], picked: Picked, selection: Selection, runs: Mapping[str, Run]) -> list[Row]:
    """As asked for, else newest run first; checkpoints of a run in the order of training."""
    place = {run: i for i, run in enumerate(picked.order)}

    def by_run(row: Row) -> tuple[float, str]:
        run = runs.get(row.run)
        return (-run.created_at.timestamp() if run else 0.0, row.run)

    return sorted(
        rows,
        key=lambda row: (
            row.group or "",
            place.get(row.run, len(place)),
            by_run(row),
            row.step is None,
            row.step or 0,
            row.checkpoint or "",
            # "on" before "off": what was tried stands before what it is held against
            tuple((name, tuple(-ord(sign) for sign in value)) for name, value in row.options.items()),
            row.key,
        ),
    )


def _bounded(rows: list[Row], limit: int | None) -> tuple[list[Row], int]:
    if limit is None or len(rows) <= limit:
        return rows, 0
    return rows[:limit], len(rows) - limit


def _baseline(store: Store, selection: Selection, rows: Sequence[Row]) -> str | None:
    if selection.baseline is None:
        return None
    name, selector = references.split(selection.baseline)
    run = store.resolve(name).id
    for row in rows:
        if row.run == run and (selector is None or selector in (str(row.step), row.checkpoint)):
            return subject(row) if selector else f"{run} "
    raise NotFoundError(
        f"The baseline {selection.baseline} has no row in this table.",
        "Name it among the rows as well, or leave --at out.",
    )


def _option_names(rows: Sequence[Row]) -> tuple[str, ...]:
    names = sorted({name for row in rows for name in row.options})
    return tuple(name for name in names if len({row.options.get(name) for row in rows}) > 1)


def _only_changed(table: Table) -> Table:
    """Without the metrics in which no two rows of one data set differ."""
    kept = tuple(
        column
        for column in table.columns
        if any(
            len({row.cells[column.metric].value if column.metric in row.cells else None for row in table.of_dataset(d)})
            > 1
            for d in table.datasets
        )
    )
    gone = [column.label for column in table.columns if column not in kept]
    if not gone:
        return table
    return replace(table, columns=kept, notes=(*table.notes, f"Equal in all rows, left out: {', '.join(gone)}."))
