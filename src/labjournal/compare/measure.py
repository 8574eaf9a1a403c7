"""From a result to the value, counts and interval of one metric: the only place where a table asks for statistics.

Counts are the truth: what follows from a confusion matrix is computed from it, and what was printed beside it is only
checked. A rate that was stated with its n gets an interval too, and its count where the digits leave only one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal import stats
from labjournal.compare.table import Cell, Column
from labjournal.config import Config
from labjournal.model import Counts, Result

if TYPE_CHECKING:
    from labjournal.stats.own import OwnMetric

ACCURACY, SIC = "accuracy", "sic"
LEVEL = 0.95
_Z = 1.959963984540054
"""Normal quantile that belongs to LEVEL."""
_SHARES = frozenset({"accuracy", "error", "unknown_rate", "tpr", "fpr"})
"""Metrics that are so many of so many."""
_ON_POSITIVES = frozenset({"sic", "tpr", "sensitivity"})
_SIGNAL_NAMES = ("signal", "sig", "positive", "pos")
_INTERVAL = "95% Wilson interval"
_SIC_INTERVAL = "95% Wilson intervals of both efficiencies, on the log scale"
_SEED_INTERVAL = "95% of the mean over seeds, Student's t"
_AVERAGES = ("macro_", "weighted_", "micro_", "samples_")


base_name = lru_cache(maxsize=4096)(stats.base_name)
"""Cached: it is asked for every value of every result."""


@dataclass(frozen=True, slots=True)
class Test:
    """``difference`` = a - b with its interval."""

    difference: float
    low: float
    high: float
    p: float
    word: str
    paired: bool = False
    needed: int | None = None
    """Events each side would need to tell a difference of this size."""


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

    def __init__(self, signal: str | None = None, own: Sequence[OwnMetric] = ()) -> None:
        self.signal = signal
        self.own = {metric.metric.name: metric for metric in own}
        self._cells: dict[str, dict[str, Cell]] = {}
        self._contradictions: dict[str, list[str]] = {}

    def of(self, result: Result) -> dict[str, Cell]:
        if result.id not in self._cells:
            self._cells[result.id] = {**_compute(result, self.signal), **self._own(result)}
        return self._cells[result.id]

    def _own(self, result: Result) -> dict[str, Cell]:
        counts = result.counts
        if counts is None or not self.own:
            return {}
        signal = _positive_class(counts, self.signal)
        values = {name: metric.compute(counts, signal) for name, metric in self.own.items()}
        return {name: Cell(result.id, value, counts.n) for name, value in values.items() if value is not None}

    def contradictions(self, result: Result) -> list[str]:
        """What the numbers of a result say against each other, beyond rounding."""
        if result.id not in self._contradictions:
            rows = {
                label: _Row(row.get("precision"), row.get("recall"), row.get("f1"), _whole(row.get("support")))
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

        own = [formulas.from_formula(name, *section) for name, section in results.metric.items()]
        own += formulas.from_file(Path(results.metrics_file)) if results.metrics_file else []
    return Values(results.signal, own)


class Measures:
    """Values of a set of results by column.

    One metric under several spellings (acc, val_acc, accuracy) is one column, unless a result states two of them.
    """

    def __init__(self, results: Iterable[Result], signal: str | None = None, values: Values | None = None) -> None:
        results = list(results)
        self._values = values or Values(signal)
        self._cells = {result.id: self._values.of(result) for result in results}
        self._stated = dict.fromkeys(name for result in results for name in result.metrics)
        self._column_of = _spellings([list(cells) for cells in self._cells.values()])
        self._by_column: dict[str, dict[str, Cell]] = {}
        for result_id, cells in self._cells.items():
            for name, cell in cells.items():
                self._by_column.setdefault(self._column_of[name], {}).setdefault(result_id, cell)

    @property
    def available(self) -> list[str]:
        """Metrics that at least one result states or that follow from its counts, the most telling first."""
        return sorted(self._by_column, key=_weight)

    @property
    def headline(self) -> list[str]:
        """What is shown without being asked for: accuracy, SIC and what was stated, without averages of averages."""
        stated = {self._column_of[name] for name in self._stated}
        shown = [
            name
            for name in self.available
            if name == SIC
            or name in self._values.own
            or base_name(name) == ACCURACY
            or (name in stated and not name.startswith(_AVERAGES))
        ]
        return shown or self.available[:1]

    def name(self, asked: str) -> str | None:
        """The column meant by a name; None when no result has it."""
        if asked in self._by_column:
            return asked
        same = [name for name in self._by_column if base_name(name) == base_name(asked)]
        return self._column_of.get(asked) or (same[0] if len(same) == 1 else None)

    def cell(self, result: Result, metric: str) -> Cell | None:
        return self._by_column.get(metric, {}).get(result.id)

    def column(self, metric: str) -> Column:
        """What the metric means; a rate is one only where all its values lie between 0 and 1."""
        own = self._values.own.get(metric)
        known = stats.metric_of(metric) if own is None else own.metric
        values = (cell.value for cell in self._by_column.get(metric, {}).values())
        share = all(0 <= value <= 1 for value in values if value == value)
        return Column(
            metric=metric,
            label="SIC" if metric == SIC else metric.replace("_", " "),
            is_rate=known.kind == "rate" and share,
            higher_is_better=None if known.direction is None else known.direction == "higher",
            formula=None if known.formula.startswith("as the script") else known.formula,
            unit=None if known.unit in ("", "fraction") else known.unit,
        )

    def few_positives(self, result: Result, metric: str, limit: int) -> int | None:
        """The number of positives that a value rests on, where it is below the limit."""
        signal = _positive_class(result.counts, self._values.signal)
        base = base_name(metric)
        if result.counts is None or signal is None or (base not in _ON_POSITIVES and not base.endswith(f"[{signal}]")):
            return None
        positives = result.counts.support[result.counts.labels.index(signal)]
        return positives if positives < limit else None

    def contradictions(self, result: Result) -> list[str]:
        """What the numbers of a result say against each other, beyond rounding."""
        return self._values.contradictions(result)


def _positive_class(counts: Counts | None, signal: str | None) -> str | None:
    if counts is None or len(counts.labels) != 2:
        return None
    if signal is not None:
        return signal if signal in counts.labels else None
    return next((label for name in _SIGNAL_NAMES for label in counts.labels if label.lower() == name), None)


def _compute(result: Result, signal: str | None) -> dict[str, Cell]:
    cells = {name: _stated(result, name, value) for name, value in result.metrics.items()}
    for label, row in result.per_class.items():
        for part in ("precision", "recall", "f1"):
            value = row.get(part)
            if value is not None:
                support = _whole(row.get("support")) if part == "recall" else None
                cells[f"{part}[{label}]"] = _rate(result, value, support, _class_digits(result))
    return {**cells, **_counted(result, signal)}


def _counted(result: Result, named: str | None) -> dict[str, Cell]:
    """What follows from a confusion matrix."""
    counts = result.counts
    if counts is None or not counts.n:
        return {}
    signal = _positive_class(counts, named)
    shares = _shares(counts, signal)
    cells = {}
    for name, value in stats.derive(counts, signal).items():
        if value is None or name == "majority":
            continue
        if name in shares:
            cells[name] = _share(result.id, *shares[name], n=counts.n)
        elif name == SIC and signal is not None:
            cells[name] = _sic(result.id, value, counts, signal)
        else:
            cells[name] = Cell(result.id, value, counts.n)
    # a stated value under another spelling is the same measurement: the counts speak for it
    bases = {base_name(name): name for name in result.metrics}
    return {bases.get(name, name): cell for name, cell in cells.items()}


def _spellings(named: Sequence[Sequence[str]]) -> dict[str, str]:
    """Name -> column: its base name where several spellings occur and no result has two of them, else itself."""
    by_base: dict[str, set[str]] = {}
    twice: set[str] = set()
    for names in named:
        bases = [_base(name) for name in names]
        twice |= {base for base in bases if bases.count(base) > 1}
        for name, base in zip(names, bases, strict=True):
            by_base.setdefault(base, set()).add(name)
    return {
        name: base if len(names) > 1 and base not in twice else name
        for base, names in by_base.items()
        for name in names
    }


def _base(name: str) -> str:
    """The base name, except for classes (``recall[a/b]``) and for what was measured while training."""
    return name if "[" in name or name.lower().startswith("train") else base_name(name)


def _weight(metric: str) -> tuple[int, str]:
    """Accuracy, SIC, whole-set values, averages, classes; the alphabet within each."""
    if base_name(metric) == ACCURACY:
        return 0, metric
    if metric == SIC:
        return 1, metric
    return (4 if "[" in metric else 3 if metric.startswith(_AVERAGES) else 2), metric


def _stated(result: Result, name: str, value: float) -> Cell:
    digits = result.digits.get(name)
    if base_name(name) in ("accuracy", "error"):
        return _rate(result, value, result.n, digits)
    return Cell(result.id, value, result.n, digits=digits)


def _rate(result: Result, value: float, n: int | None, digits: int | None) -> Cell:
    """A share that was stated: with an interval where n is known, with its count where the digits leave only one."""
    if not n or not 0 <= value <= 1:
        return Cell(result.id, value, result.n, digits=digits)
    k = round(value * n)
    bounds = stats.wilson(k, n, LEVEL)
    half = 0.5 * 10.0**-digits if digits is not None else 1e-9
    if half * n < 0.5000001 and abs(k / n - value) <= half * 1.0000001:
        return Cell(result.id, k / n, n, bounds.low, bounds.high, k, n)
    return Cell(result.id, value, n, bounds.low, bounds.high, digits=digits)


def _class_digits(result: Result) -> int | None:
    return next((result.digits[name] for name in ("macro_f1", "weighted_f1") if name in result.digits), None)


def _shares(counts: Counts, signal: str | None) -> dict[str, tuple[int, int]]:
    """Metric -> (k, n) for every metric that is a share of events."""
    shares = {"accuracy": (counts.correct, counts.n), "unknown_rate": (sum(counts.unknown), counts.n)}
    answers = [sum(column) for column in zip(*counts.matrix, strict=True)]
    for i, (label, support, answered) in enumerate(zip(counts.labels, counts.support, answers, strict=True)):
        hit = counts.matrix[i][i]
        shares |= {f"recall[{label}]": (hit, support)} if support else {}
        shares |= {f"precision[{label}]": (hit, answered)} if answered else {}
    if signal is not None:
        (ks, ns), (kb, nb) = _passed(counts, signal)
        shares |= {"tpr": (ks, ns)} if ns else {}
        shares |= {"fpr": (kb, nb)} if nb else {}
    return shares


def _passed(counts: Counts, signal: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """(signals called signal, signals), (background called signal, background)."""
    s = counts.labels.index(signal)
    b = 1 - s
    return (counts.matrix[s][s], counts.support[s]), (counts.matrix[b][s], counts.support[b])


def _share(result: str, k: int, of: int, n: int) -> Cell:
    bounds = stats.wilson(k, of, LEVEL)
    return Cell(result, k / of, n, bounds.low, bounds.high, k, of)


def _sic(result: str, value: float, counts: Counts, signal: str) -> Cell:
    (ks, ns), (kb, nb) = _passed(counts, signal)
    found = stats.sic_interval(ks, ns, kb, nb, LEVEL)
    return Cell(result, value, counts.n, found.low, found.high)


def _whole(value: float | None) -> int | None:
    return int(value) if value is not None and value == int(value) else None


def test(a: Cell, b: Cell) -> Test | None:
    """Whether two values differ; None when nothing is known of their scatter.

    Means over seeds: Welch's test. Counts: Newcombe's interval with a two-proportion or Fisher's p. Other values with
    intervals: the interval of the difference from both (MOVER: Zou and Donner, Statistics in Medicine 27 (2008) 1693),
    and the p of a normal law whose 95% reach is the side of that interval that faces 0.
    """
    if a.sd is not None or b.sd is not None:
        return _over_seeds(a, b)
    if a.numerator is not None and a.denominator and b.numerator is not None and b.denominator:
        found = stats.compare_rates((a.numerator, a.denominator), (b.numerator, b.denominator), LEVEL)
        needed = None if a.value == b.value else stats.sample_size_for_difference(a.value, b.value, level=LEVEL)
        return Test(found.value, found.low, found.high, found.p, found.word, needed=needed)
    if a.low is None or a.high is None or b.low is None or b.high is None or not math.isfinite(a.value - b.value):
        return None
    gap = a.value - b.value
    low = gap - math.hypot(a.value - a.low, b.high - b.value)
    high = gap + math.hypot(a.high - a.value, b.value - b.low)
    reach = gap - low if gap > 0 else high - gap
    p = math.erfc(_Z * abs(gap) / reach / math.sqrt(2)) if reach > 0 else float(gap == 0)
    return Test(gap, low, high, p, "no difference shown" if low <= 0 <= high else "differs")


def _over_seeds(a: Cell, b: Cell) -> Test | None:
    if not math.isfinite(a.value - b.value):
        return None
    of_a, of_b = (stats.SeedSpread(max(1, len(cell.pooled)), cell.value, cell.sd, None, None) for cell in (a, b))
    found = stats.compare_means(of_a, of_b, LEVEL)
    return Test(found.value, found.low, found.high, found.p, found.word)


def interval_methods(columns: Sequence[Column], pooled: bool = False) -> dict[str, list[str]]:
    """Method in words -> labels of the metrics whose interval it makes; ``pooled``: the rows are means over seeds."""
    methods: dict[str, list[str]] = {}
    for column in columns:
        of_events = _SIC_INTERVAL if base_name(column.metric) == SIC else _INTERVAL
        methods.setdefault(_SEED_INTERVAL if pooled else of_events, []).append(column.label)
    return methods
