"""What came out of a sweep: a row a trial, or a row a combination where seeds were varied, best first.

Of a thousand trials the best is partly luck. Where seeds say how far repeats scatter, the combinations that cannot be
told from the best are counted; where there are none, nobody can say.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from labjournal import stats, tags
from labjournal.judging import curves
from labjournal.model import Status
from labjournal.store import Store
from labjournal.store.sweeps import TrialRow
from labjournal.sweeps.plan import Sweep

_OPEN = ("running", "queued", "not launched")
_PREFERRED = ("val/loss", "val_loss", "eval/loss", "valid/loss", "loss/val", "loss", "train/loss")


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of a trial: of a result, or of a curve at its last step or its best one."""

    value: float
    step: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One combination of values."""

    values: Mapping[str, str]
    trials: tuple[TrialRow, ...]
    measured: tuple[Measured | None, ...]
    """Of each trial."""
    mean: float | None
    sd: float | None
    """Over seeds, from two on."""
    took_s: float | None
    """Of all its trials together."""

    @property
    def status(self) -> str:
        """The one that most needs a look."""
        found = {trial.status for trial in self.trials}
        order = ("RUNNING", "QUEUED", "FAILED", "LOST", "TIMEOUT", "PREEMPTED", "KILLED", "DONE")
        return next((status for status in order if status in found), "DONE")


@dataclass(frozen=True, slots=True)
class Table:
    """A sweep as it stands."""

    sweep: Sweep
    metric: str | None
    direction: str | None
    at: str
    """last or best."""
    rows: tuple[Row, ...]
    """Best first; those without a value last."""
    counts: Mapping[str, int]
    """Status -> trials; ``not launched`` among them."""
    notes: tuple[str, ...]


def build(store: Store, sweep: Sweep, metric: str | None = None, at: str | None = None) -> Table:
    """The table of a sweep by one metric; without one, by that of its search or its rules, or the first there is."""
    trials = newest(store.sweep_trials(sweep.id))
    wanted = metric or default_metric(store, sweep, trials)
    direction = _direction(sweep, wanted)
    place = at or ("best" if sweep.search is not None and wanted == sweep.search.metric else "last")
    values = {} if wanted is None else measured(store, sweep.id, trials, wanted, place, direction)
    rows = _rows(trials, values)
    sign = -1.0 if direction == "higher" else 1.0
    rows.sort(key=lambda row: (row.mean is None, sign * (row.mean if row.mean is not None else 0.0)))
    counts: dict[str, int] = {}
    for trial in trials:
        counts[trial.status.lower()] = counts.get(trial.status.lower(), 0) + 1
    if len(trials) < sweep.size:
        counts["not launched"] = sweep.size - len(trials)
    missing = tuple(_missing(sweep, counts, rows))
    so_far = "so far " if any(word in counts for word in _OPEN) else ""
    notes = (*missing, *_notes(sweep, wanted, direction, rows, so_far))
    return Table(sweep, wanted, direction, place, tuple(rows), counts, notes)


def newest(trials: Sequence[TrialRow]) -> list[TrialRow]:
    """The last run of each trial, by number."""
    found = {trial.number: trial for trial in trials}
    return [found[number] for number in sorted(found)]


def default_metric(store: Store, sweep: Sweep, trials: Sequence[TrialRow]) -> str | None:
    """What the trials are held against each other by when nobody says."""
    if sweep.search is not None:
        return sweep.search.metric
    if sweep.stop:
        from labjournal.sweeps import stopping

        return stopping.parse(sweep.stop[0], "lower").metric
    known = store.sweep_metrics(sweep.id)
    if known:
        return min(known, key=lambda name: (stats.metric_of(name).direction is None, name))
    ended = next((trial for trial in trials if trial.status == Status.DONE), trials[0] if trials else None)
    every = [info.key.name for info in store.series_list(ended.run)] if ended is not None else []
    names = [name for name in every if not name.startswith((f"{tags.SYSTEM}/", f"{tags.WATCH}/"))]
    return next((name for name in _PREFERRED if name in names), names[0] if names else None)


def measured(
    store: Store, sweep: str, trials: Sequence[TrialRow], metric: str, at: str, direction: str | None
) -> dict[str, Measured]:
    """Run -> value: of results where there are any of that name, else of curves."""
    results = store.sweep_values(sweep, metric)
    if results:
        return {run: Measured(value, step) for run, (value, step) in results.items()}
    key = next((key for trial in trials if (key := curves.named(store, trial.run, metric)) is not None), None)
    if key is None or isinstance(key, curves.Ambiguous):
        return {}
    last = store.sweep_curves(sweep, key.folder, key.tag)
    if at != "best" or direction is None:
        return {run: Measured(math.nan if value is None else value, step) for run, (value, step) in last.items()}
    return {run: best for run in last if (best := best_of(store, run, metric, direction)) is not None}


def best_of(store: Store, run: str, metric: str, direction: str) -> Measured | None:
    """The best value of a curve, where one is finite."""
    import numpy as np

    key = curves.named(store, run, metric)
    if key is None or isinstance(key, curves.Ambiguous):
        return None
    line = curves.line(store, key)
    values = line.values if direction == "lower" else -line.values
    if not np.isfinite(values).any():
        return Measured(math.nan, int(line.steps[-1]))
    at = int(np.nanargmin(np.where(np.isfinite(values), values, np.nan)))
    return Measured(float(line.values[at]), int(line.steps[at]))


def _direction(sweep: Sweep, metric: str | None) -> str | None:
    if metric is None:
        return None
    if sweep.search is not None and metric == sweep.search.metric:
        return sweep.search.direction
    return stats.metric_of(metric).direction


def _rows(trials: Sequence[TrialRow], values: Mapping[str, Measured]) -> list[Row]:
    groups: dict[tuple[tuple[str, str], ...], list[TrialRow]] = {}
    for trial in trials:
        groups.setdefault(tuple(sorted(trial.values.items())), []).append(trial)
    return [_row(members, [values.get(trial.run) for trial in members]) for members in groups.values()]


def _row(trials: Sequence[TrialRow], measured: Sequence[Measured | None]) -> Row:
    usable = [
        one.value
        for trial, one in zip(trials, measured, strict=True)
        if one is not None and trial.retracted is None and math.isfinite(one.value)
    ]
    mean = statistics.fmean(usable) if usable else None
    sd = statistics.stdev(usable) if len(usable) > 1 else None
    took = [seconds for trial in trials if (seconds := took_s(trial)) is not None]
    return Row(trials[0].values, tuple(trials), tuple(measured), mean, sd, sum(took) if took else None)


def took_s(trial: TrialRow, now: datetime | None = None) -> float | None:
    """How long a trial ran; up to ``now`` when it still does, and None without it."""
    if trial.started_at is None:
        return None
    end = datetime.fromisoformat(trial.ended_at) if trial.ended_at else now
    return None if end is None else max(0.0, (end - datetime.fromisoformat(trial.started_at)).total_seconds())


def now() -> datetime:
    return datetime.now(UTC)


def _missing(sweep: Sweep, counts: Mapping[str, int], rows: Sequence[Row]) -> Iterator[str]:
    """What the order of the rows does not rest on, said before anything is said of the best."""
    open_ones = {word: counts[word] for word in _OPEN if word in counts}
    if open_ones:
        told = ", ".join(f"{count:,} {word}" for word, count in open_ones.items())
        yield f"{sum(open_ones.values()):,} of {sweep.size:,} trials are still to come ({told}): the order may change"
    every = [(trial, one) for row in rows for trial, one in zip(row.trials, row.measured, strict=True)]
    without = sum(trial.status.lower() not in _OPEN and not _usable(one) for trial, one in every)
    if without and any(_usable(one) for _, one in every):
        yield f"{without:,} of {sweep.size:,} trials ended without a value"


def _usable(one: Measured | None) -> bool:
    return one is not None and math.isfinite(one.value)


def _notes(sweep: Sweep, metric: str | None, direction: str | None, rows: Sequence[Row], so_far: str) -> list[str]:
    with_value = [row for row in rows if row.mean is not None]
    if metric is None or not with_value:
        return ["nothing was measured yet"]
    if direction is None:
        return [f"nobody knows which way {metric} is better: the order is that of its values"]
    if len(with_value) < 2:
        return []
    spreads = [row.sd for row in with_value if row.sd is not None]
    best = with_value[0]
    if not spreads:
        return [
            f"{so_far}the best of {len(with_value)}, one run each: partly luck, and how far repeats scatter is not "
            "measured (--seeds)"
        ]
    assert best.mean is not None
    pooled = math.sqrt(statistics.fmean([sd**2 for sd in spreads]))
    n = min(sum(one is not None for one in row.measured) for row in with_value) or 1
    limit = 2 * pooled * math.sqrt(2 / n)
    near = sum(1 for row in with_value[1:] if row.mean is not None and abs(row.mean - best.mean) <= limit)
    if not near:
        return [f"{so_far}the best stands out: the next is more than 2 standard errors ({limit:.3g}) away"]
    return [
        f"{so_far}{near} of the {len(with_value) - 1} others are within 2 standard errors ({limit:.3g}) of the best"
    ]
