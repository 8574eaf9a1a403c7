"""Questions about one run, asked on the reading thread: what it is, what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from labjournal import format
from labjournal.errors import NotFoundError
from labjournal.model import Checkpoint, Finding, Result, Run, SeriesInfo, Verdict
from labjournal.tui.feed import Source

if TYPE_CHECKING:
    from labjournal.facts import Fact
    from labjournal.store.saved import Overwriting


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
    identified: bool = True
    """Whether it is known which data that was."""
    best: bool = False
    """Whether it is the best of many looks by the words it was read off."""
    told: str = ""
    """What to keep in mind: retracted because, disagreeing sources."""
    data: str = ""
    """The data set alone, without the options that stand behind it in ``dataset``."""
    options: tuple[tuple[str, str], ...] = ()


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
    overwritten: Mapping[str, Overwriting] = field(default_factory=dict)
    """By the path of a checkpoint: which other run wrote into its file since."""

    @property
    def parent(self) -> str | None:
        """Name of the run it was forked from."""
        return self.forked_from.name if self.forked_from is not None else None


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
        store.overwritten(run_id),
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
                identified=result.dataset.name is not None or result.dataset.hash is not None,
                best=result.best_of_looks,
                told=" ".join([*([f"Retracted: {result.taint}."] if result.taint else []), *result.disagreements]),
                data=_data(result),
                options=tuple((format.visible(k), format.visible(v)) for k, v in sorted(result.options.items())),
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
    options = "".join(f" {key} {value}" for key, value in sorted(result.options.items()))
    return format.visible(f"{_data(result)}{options}")


def _data(result: Result) -> str:
    return format.visible(result.dataset.name or (f"#{result.dataset.hash[:4]}" if result.dataset.hash else "unknown"))
