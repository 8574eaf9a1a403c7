"""Questions about many runs, asked on the reading thread: rows of the list and what stands beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labjournal import format
from labjournal.tui.feed import Source

if TYPE_CHECKING:
    from labjournal.model import Result, SeriesInfo
    from labjournal.store.rows import RunRow

TREND_POINTS = 64
_SCREENFUL = 200
_MOST_POINTS = 200_000
"""Longer curves have no trend in the list: reading 24 bytes a point for 8 cells would cost more than it tells."""


@dataclass(frozen=True, slots=True)
class MetricChoice:
    """Which number the list shows: one metric on one data set with one set of options."""

    metric: str
    dataset: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """``accuracy 1:1 numeric=on``."""
        options = "".join(f" {key}={value}" for key, value in self.options)
        return format.visible(f"{self.metric} {self.dataset}{options}")


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a run in the list."""

    values: tuple[tuple[MetricChoice, str, str, bool], ...] = ()
    """(what, value, interval, tainted), the newest measurement of each."""
    trend: tuple[float, ...] = ()
    numbers: tuple[tuple[MetricChoice, float], ...] = ()
    """The same values as numbers, to sort by."""


def newest_rows(source: Source) -> list[RunRow]:
    """A screenful of the newest runs."""
    return source.store.run_rows(limit=_SCREENFUL)


def all_rows(source: Source) -> list[RunRow]:
    """Every run, newest first."""
    return source.store.run_rows()


def some_rows(source: Source, ids: frozenset[str]) -> list[RunRow]:
    """The rows of these runs."""
    return source.store.run_rows_of(ids)


def beside(source: Source, ids: Sequence[str]) -> dict[str, Beside]:
    """Results and trend of a few runs."""
    return {run: _beside(source, run) for run in ids}


def _beside(source: Source, run: str) -> Beside:
    results = source.store.results(run=run)
    trend = _trend(source, run)
    if not results:
        return Beside(trend=trend)
    from labjournal.compare.measure import Measures

    measures = Measures(results, source.config.results.signal)
    found: dict[MetricChoice, tuple[str, str, bool]] = {}
    numbers: dict[MetricChoice, float] = {}
    for result in sorted(results, key=_standing):
        for name in measures.headline:
            cell = measures.cell(result, name)
            if cell is None:
                continue
            column = measures.column(name)
            value, interval = cell.parts(column.is_rate)
            choice = _choice(column.label, result)
            found[choice] = (value, interval, result.taint is not None)
            numbers[choice] = cell.value
    return Beside(tuple((choice, *shown) for choice, shown in found.items()), trend, tuple(numbers.items()))


def _standing(result: Result) -> tuple[bool, float, float]:
    """What is shown last wins: untainted over tainted, later steps over earlier ones, then the newest."""
    step = result.subject.step
    return (result.taint is None, -1.0 if step is None else float(step), result.t.timestamp())


def _choice(metric: str, result: Result) -> MetricChoice:
    dataset = result.dataset.name or (f"#{result.dataset.hash[:4]}" if result.dataset.hash else "data unknown")
    return MetricChoice(metric, dataset, tuple(sorted(result.options.items())))


def most_common(known: Sequence[Beside]) -> list[MetricChoice]:
    """What can be shown as the list's number, the most frequent first."""
    counted = Counter(choice for one in known for choice, *_ in one.values)
    order = {choice: at for at, choice in enumerate(counted)}
    return sorted(counted, key=lambda choice: (-counted[choice], order[choice]))


def main_curve(infos: Sequence[SeriesInfo]) -> SeriesInfo | None:
    """The curve a run is judged by at a glance: a training loss, else any loss, else the longest one."""
    from labjournal.checks.naming import read_name  # on a thread: the first frame is drawn meanwhile
    from labjournal.tui.curve_order import is_about_machine

    shown = [info for info in infos if not info.key.tag.startswith(("watch/", "system/"))]

    def rank(info: SeriesInfo) -> tuple[int, int, str]:
        read = read_name(info.key.name)
        # What a machine did comes after everything a script said.
        other = 4 if is_about_machine(info.key.name) else 3
        kind = other if read.quantity != "loss" else 2 if not read.of_training else int(read.scope != "total")
        return (kind, -info.n, info.key.name)

    return min(shown, key=rank, default=None)


def _trend(source: Source, run: str) -> tuple[float, ...]:
    info = main_curve(source.store.series_list(run))
    if info is None or info.n > _MOST_POINTS:
        return ()
    data = source.store.series(info.key)
    if data is None or not len(data.values):
        return ()
    values = data.values
    stride = max(1, len(values) // TREND_POINTS)
    return tuple(values[::stride].tolist())
