"""The values of a comparison by metric: the only place where a table asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal import stats
from labjournal.compare.counted import (
    ACCURACY,
    LEVEL,
    SIC,
    ResultCells,
    base_name,
    own_base,
    positive_class,
    whole,
)
from labjournal.compare.table import Cell, Column
from labjournal.config import Config
from labjournal.model import Counts, Result

if TYPE_CHECKING:
    from labjournal.stats.own import OwnMetric

__all__ = ["ACCURACY", "LEVEL", "SIC", "Measures", "Values", "base_name", "values_of"]

_ON_POSITIVES = frozenset({"sic", "tpr", "sensitivity"})
_OF_TOYS = "_toys"
"""What `log --toys` states beside the observation and its p."""
_AVERAGES = ("macro_", "weighted_", "micro_", "samples_")


@dataclass(frozen=True, slots=True)
class _Row:
    precision: float | None
    recall: float | None
    f1: float | None
    support: int | None


@dataclass(frozen=True, slots=True)
class _Report:
    """A result in the shape that `stats.check_report` reads."""

    metrics: Mapping[str, float]
    digits: Mapping[str, int]
    per_class: Mapping[str, _Row]
    counts: Counts | None
    n: int | None
    tally: None = None
    also: Mapping[str, tuple[float, int]] = field(default_factory=dict)


class Values:
    """Every value of a result by metric, computed once for all tables.

    ``signal`` names the positive class. ``own`` metrics follow from the counts of every result, however old it is.
    """

    def __init__(
        self,
        signal: str | None = None,
        own: Sequence[OwnMetric] = (),
        meant: Mapping[str, tuple[str | None, str]] | None = None,
    ) -> None:
        self.signal = signal
        self.meant = dict(meant or {})
        """Direction and unit of metrics, as somebody said them."""
        self.own = {metric.metric.name: metric for metric in own}
        self._cells: dict[str, ResultCells] = {}
        self._contradictions: dict[str, list[str]] = {}

    def of(self, result: Result) -> ResultCells:
        known = self._cells.get(result.id)
        if known is None:
            known = self._cells[result.id] = ResultCells(result, self.signal, self._own(result))
        return known

    def _own(self, result: Result) -> dict[str, float]:
        counts = result.counts
        if counts is None or not self.own:
            return {}
        signal = positive_class(counts, self.signal)
        values = {name: metric.compute(counts, signal) for name, metric in self.own.items()}
        return {name: value for name, value in values.items() if value is not None}

    def contradictions(self, result: Result) -> list[str]:
        """What the numbers of a result say against each other, beyond rounding."""
        if result.id not in self._contradictions:
            rows = {
                label: _Row(row.get("precision"), row.get("recall"), row.get("f1"), whole(row.get("support")))
                for label, row in result.per_class.items()
            }
            report = _Report(result.metrics, result.digits, rows, result.counts, result.n)
            found = stats.check_report(report) if result.metrics or rows else []
            self._contradictions[result.id] = [disagreement.message for disagreement in found]
        return self._contradictions[result.id]


def values_of(config: Config) -> Values:
    """With the positive class and the metrics of one's own. Raises InputError for a formula that is none."""
    results = config.results
    own: list[OwnMetric] = []
    if results.metric or results.metrics_file:
        from labjournal.stats import own as formulas  # 10 ms that most tables need not pay

        own = [formulas.from_formula(name, *section) for name, section in results.metric.items() if section.formula]
        own += formulas.from_file(Path(results.metrics_file)) if results.metrics_file else []
    meant = {name: (section.direction, section.unit) for name, section in results.metric.items()}
    return Values(results.signal, own, meant)


class Measures:
    """Values of a set of results by column.

    One metric under several spellings (acc, val_acc, accuracy) is one column, unless a result states two of them.
    """

    def __init__(self, results: Iterable[Result], signal: str | None = None, values: Values | None = None) -> None:
        self._results = list(results)
        self._values = values or Values(signal)
        self._cells = {result.id: self._values.of(result) for result in self._results}
        # results of one kind hold the same metrics: what follows from the names alone is found once
        self._layout = _layout(tuple(dict.fromkeys(cells.names for cells in self._cells.values())))
        self._columns: dict[str, Column] = {}

    @property
    def available(self) -> Sequence[str]:
        """Metrics that at least one result states or that follow from its counts, the most telling first."""
        return self._layout.available

    @cached_property
    def headline(self) -> Sequence[str]:
        """What is shown without being asked for: accuracy, SIC and what was stated, without averages of averages.

        Where nobody measured an accuracy (several labels an event, spans) the averages of F1 stand in its place.
        """
        column_of = self._layout.column_of
        stated = {column_of[name] for result in self._results for name in result.metrics}
        counted = any(base_name(name) == ACCURACY for name in self.available)

        def is_side(name: str) -> bool:
            return name.startswith(_AVERAGES) and (counted or not name.endswith("f1"))

        shown = [
            name
            for name in self.available
            if name == SIC
            or name in self._values.own
            or base_name(name) == ACCURACY
            or (name in stated and not is_side(name) and _OF_TOYS not in name)
        ]
        return shown or self.available[:1]

    def name(self, asked: str) -> str | None:
        """The column meant by a name; None when no result has it."""
        if asked in self._layout.names_of:
            return asked
        same = [name for name in self._layout.names_of if base_name(name) == base_name(asked)]
        return self._layout.column_of.get(asked) or (same[0] if len(same) == 1 else None)

    def cell(self, result: Result, metric: str) -> Cell | None:
        cells = self._cells.get(result.id)
        if cells is None:
            return None
        found = (cells.get(name) for name in self._layout.names_of.get(metric, ()))
        return next((cell for cell in found if cell is not None), None)

    def column(self, metric: str) -> Column:
        """What the metric means; a rate is one only where all its values lie between 0 and 1."""
        if metric not in self._columns:
            self._columns[metric] = self._column(metric)
        return self._columns[metric]

    def _column(self, metric: str) -> Column:
        own = self._values.own.get(metric)
        known = stats.metric_of(metric) if own is None else own.metric
        said, said_unit = self._values.meant.get(metric, (None, ""))
        direction, unit = said or known.direction, said_unit or known.unit
        is_rate = known.kind == "rate"
        if is_rate:
            cells = (self.cell(result, metric) for result in self._results)
            is_rate = all(0 <= cell.value <= 1 for cell in cells if cell is not None and cell.value == cell.value)
        return Column(
            metric=metric,
            label="SIC" if metric == SIC else metric.replace("_", " "),
            is_rate=is_rate,
            higher_is_better=None if direction is None else direction == "higher",
            formula=None if known.formula.startswith("as the script") else known.formula,
            unit=None if unit in ("", "fraction") else unit,
        )

    def few_positives(self, result: Result, metric: str, limit: int) -> int | None:
        """The number of positives that a value rests on, where it is below the limit."""
        counts, base = result.counts, base_name(metric)
        if counts is None or (base not in _ON_POSITIVES and not base.endswith("]")):
            return None
        signal = positive_class(counts, self._values.signal)
        if signal is None or (base not in _ON_POSITIVES and not base.endswith(f"[{signal}]")):
            return None
        positives = counts.support[counts.labels.index(signal)]
        return positives if positives < limit else None

    def contradictions(self, result: Result) -> list[str]:
        """What the numbers of a result say against each other, beyond rounding."""
        return self._values.contradictions(result)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What follows from the names of metrics alone."""

    column_of: Mapping[str, str]
    """Name -> column: its base name where several spellings occur and no result has two of them, else itself."""
    names_of: Mapping[str, tuple[str, ...]]
    available: tuple[str, ...]


@lru_cache(maxsize=256)
def _layout(named: tuple[tuple[str, ...], ...]) -> _Layout:
    """Of the names that each kind of result has."""
    by_base: dict[str, set[str]] = {}
    twice: set[str] = set()
    for names in named:
        bases = [own_base(name) for name in names]
        twice |= {base for base in bases if bases.count(base) > 1} if len(set(bases)) < len(bases) else set()
        for name, base in zip(names, bases, strict=True):
            by_base.setdefault(base, set()).add(name)
    column_of = {
        name: base if len(names) > 1 and base not in twice else name
        for base, names in by_base.items()
        for name in names
    }
    names_of: dict[str, dict[str, None]] = {}
    for names in named:
        for name in names:
            names_of.setdefault(column_of[name], {})[name] = None
    return _Layout(
        column_of,
        {column: tuple(spellings) for column, spellings in names_of.items()},
        tuple(sorted(names_of, key=_weight)),
    )


def _weight(metric: str) -> tuple[int, str]:
    """Accuracy, SIC, whole-set values, averages, classes; the alphabet within each."""
    if base_name(metric) == ACCURACY:
        return 0, metric
    if metric == SIC:
        return 1, metric
    return (4 if "[" in metric else 3 if metric.startswith(_AVERAGES) else 2), metric
