"""Questions about one run, asked on the reading thread: what it is, what was measured of it, its curves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labjournal import format
from labjournal.errors import NotFoundError
from labjournal.model import Checkpoint, Finding, Result, Run, SeriesInfo, SeriesKey, Verdict
from labjournal.tui.feed import Source

if TYPE_CHECKING:
    from labjournal.facts import Fact
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
    majority: float | None = None
    """Share of the most frequent class of the data; None where the classes were not counted."""
    told: str = ""
    """What to keep in mind: retracted because, disagreeing sources."""


@dataclass(frozen=True, slots=True)
class Life:
    """One attempt: when it began, how it ended."""

    number: int
    host: str | None
    pid: int | None
    start_ticks: int | None
    machine: str | None
    started_at: datetime | None
    ended_at: datetime | None
    status: str | None
    """How it ended; None while it runs or when nobody wrote it down."""
    cause: str | None
    memory: float | None
    """Most memory it held, bytes."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What the watch knows of the model as a whole."""

    tensors: int
    trainable: int
    """Numbers (elements), not tensors."""
    parameters: int

    @property
    def frozen(self) -> int:
        return self.parameters - self.trainable


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything a page shows of a run besides the points of its curves."""

    run: Run
    forked_from: Run | None
    findings: tuple[Finding, ...]
    checkpoints: tuple[Checkpoint, ...]
    measured: tuple[Measured, ...]
    infos: tuple[SeriesInfo, ...]
    lives: tuple[Life, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    model: Watched | None = None

    @property
    def parent(self) -> str | None:
        """Name of the run it was forked from."""
        return self.forked_from.name if self.forked_from is not None else None


@dataclass(frozen=True, slots=True)
class Points:
    """News of one curve."""

    count: int
    """Points in the index, all attempts together: added to those known, or all of them where ``fresh``."""
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
    facts = store.run_facts(run_id)
    return RunView(
        run,
        _forked_from(source, run),
        tuple(store.findings(run_id)),
        tuple(store.checkpoints(run_id)),
        tuple(_measured(source, run_id)),
        tuple(store.series_list(run_id)),
        tuple(_lives(source, run_id, facts)),
        tuple(store.verdicts(run_id)),
        _watched(facts),
    )


def current(source: Source, run_id: str, known: RunView | None, stamp: int) -> tuple[RunView, int]:
    """The view as it stands now, and the stamp of the facts it rests on.

    While no fact came since ``stamp``, only what changes with every point is read: step, status, the list of curves.
    """
    now = source.store.facts_stamp(run_id)
    if known is None or now != stamp or known.run.id != run_id:
        return view(source, run_id), now
    run = source.store.run(run_id)
    return replace(known, run=run, infos=tuple(source.store.series_list(run_id))), now


def _forked_from(source: Source, run: Run) -> Run | None:
    if run.parent is None:
        return None
    try:
        return source.store.run(run.parent)
    except NotFoundError:  # a parent whose folder was never here
        return None


def _lives(source: Source, run_id: str, facts: Sequence[Fact]) -> list[Life]:
    ends: dict[int, Mapping[str, Any]] = {}
    for fact in facts:
        if fact.kind == "exit":
            ends[int(fact.data.get("attempt") or 1)] = fact.data
    lives = []
    for attempt in source.store.attempts(run_id):
        end = ends.get(attempt.number, {})
        ended = end.get("ended_at")
        lives.append(
            Life(
                attempt.number,
                attempt.host,
                attempt.pid,
                attempt.start_ticks,
                attempt.machine,
                attempt.started_at,
                datetime.fromisoformat(ended) if isinstance(ended, str) else None,
                end.get("status"),
                end.get("cause"),
                end.get("max_memory_bytes"),
            )
        )
    return lives


def _watched(facts: Sequence[Fact]) -> Watched | None:
    """By the newest word of the watch; None where it never saw a model."""
    models = next((fact.data.get("models") for fact in reversed(facts) if fact.kind == "watch_state"), None)
    known = [one for one in models or [] if isinstance(one, Mapping)]
    if not known:
        return None

    def total(name: str) -> int:
        return sum(value for one in known if isinstance(value := one.get(name), int))

    return Watched(total("tensors"), total("trainable"), total("parameters"))


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
        value, interval = cell.parts(column.is_rate)
        lines.append(
            Measured(
                _mark(result),
                _dataset(result),
                cell.n or result.n,
                column.label,
                value,
                interval,
                result.taint,
                _majority(result),
                " ".join([*([f"Retracted: {result.taint}."] if result.taint else []), *result.disagreements]),
            )
        )
    return lines


def _majority(result: Result) -> float | None:
    counts = result.dataset.class_counts or (
        dict(zip(result.counts.labels, result.counts.support, strict=True)) if result.counts is not None else {}
    )
    total = sum(counts.values())
    return max(counts.values()) / total if total else None


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
        read = source.store.series_on(key, total)
        if read is None:
            continue
        before, data = read
        if before + len(data.steps) == total:
            continue
        news = _rest(data, total - before) if total else None
        if news is None:
            whole = source.store.series(key) if before else data
            news = _afresh(whole) if whole is not None else None
        if news is not None:
            found[key] = news
    return found


def in_short(source: Source, keys: Collection[SeriesKey]) -> dict[SeriesKey, Points]:
    """Long curves by their lowest and highest points: what is drawn until all points are read."""
    found = {}
    for key in keys:
        data = source.store.series_in_short(key)
        if data is not None and len(data.steps):
            found[key] = _afresh(data)
    return found


def _rest(data: SeriesData, known: int) -> Points | None:
    """The points after the first ``known``, where they only continue the curve; None where they do not."""
    steps = data.steps
    if len(steps) <= known or data.sessions[0] != data.sessions[-1] or steps[known - 1] >= steps[known:].min():
        return None
    rest = slice(known, None)
    return Points(len(steps) - known, False, steps[rest].astype(float), data.walls[rest], data.values[rest])


def _afresh(data: SeriesData) -> Points:
    """All points, those that a later attempt replaced apart."""
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
