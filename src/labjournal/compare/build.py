"""Builds the one `Table` that every face shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import NamedTuple

from labjournal.compare import curve_ends
from labjournal.compare.alike import Alike
from labjournal.compare.claims import claims, subject
from labjournal.compare.differences import compare_settings, unknown_settings
from labjournal.compare.drafts import Draft, at, drafts, holding, ordered
from labjournal.compare.expected import law_notes
from labjournal.compare.gaps import with_gaps
from labjournal.compare.grouping import grouping_notes, widened
from labjournal.compare.known import Known
from labjournal.compare.measure import Measures, Values, values_of
from labjournal.compare.notes import definitions, notes
from labjournal.compare.offsets import reference_notes
from labjournal.compare.paired import Pairs
from labjournal.compare.pivot import DATASET, STEP, pivot
from labjournal.compare.rows import OVERLAP, Runs, build_row, dataset_info, with_overlap
from labjournal.compare.scans import scan_notes
from labjournal.compare.seeds import Noise, families, pool
from labjournal.compare.select import Picked, pick
from labjournal.compare.table import ALL, BEST, LAST, SEED_POOLED, Column, DatasetInfo, Row, Selection, Table
from labjournal.config import Config
from labjournal.errors import InputError, NotFoundError
from labjournal.model import Result, Run
from labjournal.store import Store, predictions, references
from labjournal.store.choosing import newest


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
        by=kept.by,
        labels=kept.labels,
    )


def build_table(
    store: Store,
    selection: Selection,
    config: Config,
    results: Sequence[Result] | None = None,
    known: Known | None = None,
) -> Table:
    """The comparison a selection asks for.

    Args:
        store: the journal's index, up to date.
        selection: what to compare.
        config: names the positive class.
        results: what to choose from; None is all there are.
        known: what somebody who builds several tables has read and computed before.

    Raises:
        NotFoundError: a reference, data set or baseline matches nothing.
        InputError: ``at`` is neither all, last, best nor a step.
    """
    values = known.values if known else values_of(config)
    choice = _choose(store, selection, results, values, known)
    results_shown = [result for row in choice.drafts for result in row.results]
    measures = Measures(results_shown, values=values)
    columns = [_called(column, selection.labels) for column in _columns(selection, measures)]
    datasets = _datasets(choice.drafts, selection)
    files = known.predictions if known else predictions.read(store.connection, store.places)
    points = _rows(choice, columns, datasets, measures)
    points = widened(points, files, config.results.signal, results_shown) if files else points
    points = with_overlap(points, known.overlaps if known else store.runs_found(OVERLAP))
    found = families(points, choice.runs)
    turned = selection.by is not None and selection.by != SEED_POOLED
    pooled = selection.by == SEED_POOLED or (turned and _is_setting(selection.by, points, choice.runs))
    rows = pool(points, found) if pooled else points

    shown = [choice.runs[run] for run in dict.fromkeys(row.run for row in points) if run in choice.runs]
    differences = compare_settings(shown)
    measurers = _measurers(store, results_shown, choice.runs, known)
    pairs = Pairs(files, config.results.signal)
    alike = Alike(results_shown, measurers)
    baseline = _baseline(store, selection, rows)
    said = claims(
        rows, columns, baseline, differences, Noise(found), pairs.judge, alike.caveats, asked=bool(selection.metrics)
    )
    under = notes(
        selection,
        choice.picked,
        rows,
        columns,
        datasets,
        shown,
        list(measurers.values()),
        differences,
        said,
        choice.left_out,
        found,
        pairs.judge,
    )
    held = tuple(reference_notes(rows, columns, known.references if known else store.reference_values(), measures))
    under += [
        *unknown_settings(shown),
        *([curve_ends.NOTE] if choice.of_curves else []),
        *pairs.notes(),
        *grouping_notes(rows),
        *held,
        *(law_notes(rows, columns, config.laws) if config.laws else ()),
        *(scan_notes(points, columns, choice.runs, selection.by) if not choice.left_out else ()),
    ]
    defined = tuple(definitions(columns, rows))
    if turned:
        wide = pivot(rows, columns, datasets, selection, choice.runs)
        rows, columns, datasets = wide.rows, wide.columns, wide.datasets
        said = [replace(claim, a=wide.places[claim.a], b=wide.places[claim.b]) for claim in said]
        under += wide.notes
    table = Table(
        selection=selection,
        columns=tuple(columns),
        rows=tuple(rows),
        datasets=tuple(datasets),
        option_names=_option_names(rows),
        differing_settings=differences.differing,
        equal_settings=differences.equal,
        claims=tuple(said),
        notes=tuple(under),
        definitions=defined,
        held_against=held,
    )
    unfinished = known.unfinished if known else store.unfinished_validations
    return with_gaps(_only_changed(table) if selection.only_changed else table, unfinished)


class _Choice(NamedTuple):
    """What the rows are made of."""

    picked: Picked
    drafts: Sequence[Draft]
    runs: Mapping[str, Run]
    """Of the rows, under the names they are shown by."""
    left_out: int
    """Rows beyond the limit."""
    of_curves: bool
    """Some values are the ends of curves, as their runs have no results."""


def _choose(
    store: Store, selection: Selection, results: Sequence[Result] | None, values: Values, known: Known | None
) -> _Choice:
    """Which rows there are, in their order."""
    if selection.at not in (ALL, LAST, BEST) and not selection.at.isdecimal():
        raise InputError(f"--at {selection.at} is not known.", "Give all, last, best or a step.")
    picked = _picked(store, selection, results)
    ends = _curve_ends(store, selection, picked) if results is None else []
    picked = replace(picked, results=picked.results + tuple(ends), empty=() if ends else picked.empty)
    _check_datasets(store, selection, picked)
    chosen = at(drafts(picked), selection.at, selection.metrics, values)
    if selection.metrics:
        chosen = holding(chosen, selection.metrics, values)
    runs = _runs(store, {row.run for row in chosen}, known) if selection.by else {}
    _check_by(selection, chosen, runs)
    chosen = ordered(chosen, picked.order, selection.by, runs)
    # columns and means are made of all rows: a limit would leave holes in them
    limit = None if selection.by is not None else selection.limit
    left_out = 0 if limit is None else max(0, len(chosen) - limit)
    chosen = chosen[: len(chosen) - left_out]
    runs = _relabelled(runs or _runs(store, {row.run for row in chosen}, known), selection.labels)
    return _Choice(picked, chosen, runs, left_out, bool(ends))


def _rows(choice: _Choice, columns: Sequence[Column], datasets: Sequence[DatasetInfo], measures: Measures) -> list[Row]:
    """One of each draft, by data set."""
    named = Runs(choice.runs)
    return [
        build_row(row, dataset, named, columns, measures)
        for dataset in datasets
        for row in choice.drafts
        if row.data_key == dataset.key
    ]


def _measurers(store: Store, results: Sequence[Result], runs: Mapping[str, Run], known: Known | None) -> dict[str, Run]:
    """The runs that have measured the results: those of the rows, and validations."""
    measured_by = {result.measured_by for result in results}
    measurers = {run: runs[run] for run in sorted(measured_by) if run in runs}
    return measurers | _runs(store, measured_by - measurers.keys(), known)


def _picked(store: Store, selection: Selection, results: Sequence[Result] | None) -> Picked:
    """What is asked for; of a table of the newest rows only these are read."""
    narrowed = selection.rows or selection.datasets or selection.options or selection.by or selection.baseline
    if results is not None or narrowed or selection.limit is None:
        return pick(store, selection, store.results(include_unassigned=True) if results is None else results)
    found = newest(store.connection, selection.limit)
    picked = pick(store, selection, found.results)
    return replace(picked, unassigned=found.unassigned, training=found.training, older=found.older)


def _curve_ends(store: Store, selection: Selection, picked: Picked) -> list[Result]:
    """What the curves of runs without results end in: of those named, or of the newest where nothing else is there."""
    if picked.bare:
        asked = [(store.run(run), selector) for run, selector in picked.bare]
    elif selection.rows or picked.results or picked.older:
        return []
    else:
        asked = [(run, None) for run in store.runs(limit=selection.limit)]
    return curve_ends.results(store, asked, selection)


def _is_setting(by: str | None, rows: Sequence[Row], runs: Mapping[str, Run]) -> bool:
    """Whether K is a setting of runs, and not an option of measurements or a thing of every row."""
    return (
        by not in (DATASET, STEP)
        and not any(by in row.options for row in rows)
        and any(by in run.settings for run in runs.values())
    )


def _check_by(selection: Selection, chosen: Sequence[Draft], runs: Mapping[str, Run]) -> None:
    by = selection.by
    if by is None or by in (SEED_POOLED, DATASET, STEP) or not chosen:
        return
    known = {name for row in chosen for name in row.options} | {name for run in runs.values() for name in run.settings}
    if by not in known:
        near = get_close_matches(by, known, n=3, cutoff=0.4)
        near += [name for name in sorted(known) if name not in near][: max(0, 8 - len(near))]
        raise NotFoundError(
            f"No row has a setting or option {by}.", f"There is {', '.join([*near, DATASET, STEP, SEED_POOLED])}."
        )


def _runs(store: Store, ids: set[str], known: Known | None) -> dict[str, Run]:
    """Without those of a result pulled from another box ahead of its run."""
    wanted = sorted(ids - {""})
    runs = known.runs if known else {run.id: run for run in store.runs_of(wanted)}
    return {run_id: runs[run_id] for run_id in wanted if run_id in runs}


def _relabelled(runs: Mapping[str, Run], labels: Mapping[str, str]) -> dict[str, Run]:
    return {run_id: replace(run, name=labels[run.name]) if run.name in labels else run for run_id, run in runs.items()}


def _called(column: Column, labels: Mapping[str, str]) -> Column:
    label = labels.get(column.metric) or labels.get(column.label)
    return replace(column, label=label) if label else column


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


def _datasets(chosen: Sequence[Draft], selection: Selection) -> list[DatasetInfo]:
    """As asked for, else by name; what is not identified last."""
    on: dict[str, list[Result]] = {}
    for row in chosen:
        on.setdefault(row.data_key, []).extend(row.results)
    order = {name: i for i, name in enumerate(selection.datasets)}
    return sorted(
        (dataset_info(key, results) for key, results in on.items()),
        key=lambda d: (order.get(d.name or "", len(order)), not d.identified, d.name or "", d.hash or "", d.key),
    )


def _baseline(store: Store, selection: Selection, rows: Sequence[Row]) -> str | None:
    if selection.baseline is None:
        return None
    name, selector = references.split(selection.baseline)
    run = store.resolve(name).id
    for row in rows:
        if run in (row.run, *row.runs) and (selector is None or selector in (str(row.step), row.checkpoint)):
            return subject(row) if selector else f"{row.run} "
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
