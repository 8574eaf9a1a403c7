"""Rows before anything is computed for them: which there are, in which order, and which of them fit in.

A journal may hold 100,000 results and a table shows 60 rows, so choosing comes first and statistics after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from labjournal import format as fmt
from labjournal.compare.measure import Measures, Values
from labjournal.compare.pivot import by_size
from labjournal.compare.select import Picked, by_data, by_row
from labjournal.compare.table import ALL, BEST
from labjournal.model import Result, Run


@dataclass(frozen=True, slots=True)
class Draft:
    """The results that make one row."""

    key: str
    data_key: str
    results: tuple[Result, ...]
    """Those that nothing speaks against first, the latest first among them."""

    @property
    def shown(self) -> Result:
        return self.results[0]

    @property
    def run(self) -> str:
        return self.shown.subject.run

    @property
    def step(self) -> int | None:
        return self.shown.subject.step

    @property
    def options(self) -> dict[str, str]:
        return dict(sorted(self.shown.options.items()))

    @property
    def group_key(self) -> tuple[object, ...]:
        """Equal for the checkpoints of one run, measured alike."""
        return self.run, self.data_key, tuple(self.options.items()), self.shown.objective


def checkpoint_name(result: Result) -> str | None:
    path = result.subject.checkpoint
    return PurePosixPath(path).name or path if path else None


def checkpoint_mark(result: Result) -> str | None:
    """How a checkpoint is named after the colon of ``REF:``: its step, else its file name."""
    return str(result.subject.step) if result.subject.step is not None else checkpoint_name(result)


def drafts(picked: Picked) -> list[Draft]:
    """Every row the results make."""
    return [
        Draft(row_key, data_key, tuple(sorted(members, key=lambda r: (r.taint is None, r.t, r.id), reverse=True)))
        for data_key, results in by_data(picked.results).items()
        for row_key, members in by_row(results, data_key).items()
    ]


def at(rows: Sequence[Draft], which: str, metrics: Sequence[str], values: Values) -> list[Draft]:
    """One checkpoint of each run, or all of them; ``metrics`` are those asked for, the first decides what is best."""
    if which == ALL:
        return list(rows)
    if which.isdecimal():
        return [row for row in rows if row.step == int(which)]
    groups: dict[object, list[Draft]] = {}
    for row in rows:
        groups.setdefault(row.group_key, []).append(row)
    best = _height(rows, metrics, values) if which == BEST else None
    if best is not None:
        return [max(group, key=lambda row: best[row.key]) for group in groups.values()]
    return [max(group, key=lambda row: (row.step is not None, row.step or 0, row.shown.t)) for group in groups.values()]


def holding(rows: Sequence[Draft], metrics: Sequence[str], values: Values) -> list[Draft]:
    """Without rows that hold none of the named metrics where others of their run do: points beside a summary."""
    measures = Measures([result for row in rows for result in row.results], values=values)
    names = [name for name in map(measures.name, metrics) if name is not None]

    def holds(result: Result) -> bool:
        stated = not result.metrics.keys().isdisjoint(metrics)
        return stated or any(measures.cell(result, name) is not None for name in names)

    having = {row.key for row in rows if any(map(holds, row.results))}
    told = {row.run for row in rows if row.key in having}
    return [row for row in rows if row.key in having or row.run not in told]


def _height(rows: Sequence[Draft], metrics: Sequence[str], values: Values) -> dict[str, tuple[bool, float]] | None:
    """Draft key -> (measured, value turned so that higher is better); None when no direction is known."""
    measures = Measures([row.shown for row in rows], values=values)
    named = [measures.name(metric) for metric in metrics[:1]] or list(measures.headline[:1])
    metric = next((name for name in named if name is not None), None)
    better = None if metric is None else measures.column(metric).higher_is_better
    if metric is None or better is None:
        return None
    heights = {}
    for row in rows:
        cell = measures.cell(row.shown, metric)
        measured = cell is not None and cell.value == cell.value
        heights[row.key] = (measured, (1 if better else -1) * cell.value if measured and cell is not None else 0.0)
    return heights


def group_of(by: str | None, row: Draft, run: Run | None) -> str:
    """The row's value of a setting or option, as text; the sign for "not measured" without one."""
    if by is not None and by in row.shown.options:
        return row.shown.options[by]
    if by is not None and run is not None and by in run.settings:
        return fmt.setting(run.settings[by])
    return fmt.missing()


def ordered(rows: Sequence[Draft], order: Sequence[str], by: str | None, runs: Mapping[str, Run]) -> list[Draft]:
    """As asked for, else newest run first (ids sort by time); checkpoints of a run in the order of training."""
    place = {run: i for i, run in enumerate(order)}
    newest_first = {run: i for i, run in enumerate(sorted({row.run for row in rows}, reverse=True))}

    def key(row: Draft) -> tuple[object, ...]:
        return (
            by_size(group_of(by, row, runs.get(row.run))),
            place.get(row.run, len(place)),
            newest_first[row.run],
            row.step is None,
            row.step or 0,
            row.shown.subject.checkpoint or "",
            tuple((name, *_of_option(value)) for name, value in row.options.items()),
            row.key,
        )

    return sorted(rows, key=key)


def _of_option(value: str) -> tuple[bool, float, tuple[int, ...]]:
    """Numbers by size; of words "on" before "off": what was tried stands before what it is held against."""
    is_text, number, _ = by_size(value)
    return is_text, number, tuple(-ord(sign) for sign in value)
