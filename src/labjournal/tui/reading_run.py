"""Questions about one run, asked on the reading thread: what it is, what was measured of it, its curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from labjournal import format
from labjournal.model import Checkpoint, Entry, Finding, Result, Run, SeriesInfo, SeriesKey
from labjournal.tui.feed import Source

if TYPE_CHECKING:
    from labjournal.store.series import SeriesData

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of results: a metric of a checkpoint on a data set."""

    checkpoint: str
    dataset: str
    n: int | None
    metric: str
    value: str
    interval: str
    taint: str | None


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything a page shows of a run besides the points of its curves."""

    run: Run
    parent: str | None
    """Name of the run it was forked from."""
    findings: tuple[Finding, ...]
    checkpoints: tuple[Checkpoint, ...]
    measured: tuple[Measured, ...]
    infos: tuple[SeriesInfo, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """News of one curve."""

    total: int
    """Points in the index, all attempts together: what to say one knows when asking again."""
    fresh: bool
    """These are all points; False when they come after those known."""
    steps: Floats
    walls: Floats
    values: Floats
    tails: tuple[tuple[Floats, Floats, Floats], ...] = ()
    """(steps, walls, values) that attempts wrote and a later one replaced; only with ``fresh``."""


def newest_run(source: Source) -> str | None:
    """The run to show when none was chosen: one that runs, else the newest."""
    rows = source.store.run_rows(limit=200)
    running = next((row.id for row in rows if row.status == "RUNNING" and row.kind != "validate"), None)
    return running or next((row.id for row in rows if row.kind != "validate"), rows[0].id if rows else None)


def view(source: Source, run_id: str) -> RunView:
    """What there is to show of a run. Raises NotFoundError."""
    store = source.store
    run = store.run(run_id)
    parent = None
    if run.parent is not None:
        rows = store.run_rows_of([run.parent])
        parent = rows[0].name if rows else None
    return RunView(
        run,
        parent,
        tuple(store.findings(run_id)),
        tuple(store.checkpoints(run_id)),
        tuple(_measured(source, run_id)),
        tuple(store.series_list(run_id)),
        tuple(store.entries(run=run_id, limit=20)),
    )


def _measured(source: Source, run_id: str) -> list[Measured]:
    results = source.store.results(run=run_id) or source.store.results(measured_by=run_id)
    if not results:
        return []
    from labjournal.compare.measure import Measures

    measures = Measures(results, source.config.results.signal)
    metric = measures.headline[0] if measures.headline else None
    lines = []
    for result in sorted(results, key=lambda result: (-(result.subject.step or -1), result.t)):
        cell = measures.cell(result, metric) if metric is not None else None
        if cell is None or metric is None:
            continue
        column = measures.column(metric)
        value, interval = format.measured_parts(
            cell.value,
            cell.low,
            cell.high,
            is_rate=column.is_rate,
            numerator=cell.numerator,
            denominator=cell.denominator,
            printed_digits=cell.digits,
        )
        lines.append(
            Measured(_mark(result), _dataset(result), cell.n or result.n, column.label, value, interval, result.taint)
        )
    return lines


def _mark(result: Result) -> str:
    subject = result.subject
    if subject.step is not None:
        return str(subject.step)
    return format.visible(subject.checkpoint or format.missing())


def _dataset(result: Result) -> str:
    name = result.dataset.name or (f"#{result.dataset.hash[:4]}" if result.dataset.hash else "not identified")
    options = "".join(f" {key} {value}" for key, value in sorted(result.options.items()))
    return format.visible(f"{name}{options}")


def curves(source: Source, known: Mapping[SeriesKey, int]) -> dict[SeriesKey, Points]:
    """News of curves, by the number of points already known of each."""
    found = {}
    for key, total in known.items():
        data = source.store.series(key)
        if data is not None and len(data.steps) != total:
            found[key] = _news(data, total)
    return found


def _news(data: SeriesData, total: int) -> Points:
    grown = total and len(data.steps) > total
    if grown and data.sessions[0] == data.sessions[-1] and data.steps[total - 1] < data.steps[total:].min():
        rest = slice(total, None)
        return Points(len(data.steps), False, data.steps[rest].astype(float), data.walls[rest], data.values[rest])
    from labjournal.events.lineage import surviving

    breaks = (np.flatnonzero(np.diff(data.sessions)) + 1).tolist()
    alive = surviving(data.steps, breaks)
    return Points(
        len(data.steps),
        True,
        data.steps[alive].astype(float),
        data.walls[alive],
        data.values[alive],
        tuple(_tails(data, alive)),
    )


def _tails(data: SeriesData, alive: NDArray[np.bool_]) -> list[tuple[Floats, Floats, Floats]]:
    """Dead points by the attempt that wrote them."""
    dead = np.flatnonzero(~alive)
    return [
        (data.steps[part].astype(float), data.walls[part], data.values[part])
        for session in np.unique(data.sessions[dead])
        if len(part := dead[data.sessions[dead] == session])
    ]
