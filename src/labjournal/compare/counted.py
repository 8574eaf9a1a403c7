"""The cells of one result: what it states, and what follows from its counts.

Counts are the truth: what follows from a confusion matrix is computed from it, and what was printed beside it is only
checked. A rate that was stated with its n gets an interval too, and its count where the digits leave only one. A table
shows a few metrics of many, so a cell is made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from labjournal import stats
from labjournal.compare.table import Cell
from labjournal.model import Counts, Result

ACCURACY, SIC = "accuracy", "sic"
_SHARES = (ACCURACY, "error", "hit_rate", "success_rate", "exact_match")
"""Stated metrics that are a share of all events."""
LEVEL = 0.95
_SIGNAL_NAMES = ("signal", "sig", "positive", "pos")
_PARTS = ("precision", "recall", "f1")


base_name = lru_cache(maxsize=4096)(stats.base_name)
"""Cached: it is asked for every value of every result."""


@lru_cache(maxsize=4096)
def own_base(name: str) -> str:
    """The base name, except for classes (``recall[a/b]``) and for what was measured while training."""
    return name if "[" in name or name.lower().startswith("train") else base_name(name)


def positive_class(counts: Counts | None, signal: str | None) -> str | None:
    """The positive one of two classes: as configured, else by its name; None when nobody can say."""
    return _positive(counts.labels, signal) if counts is not None else None


@lru_cache(maxsize=1024)
def _positive(labels: tuple[str, ...], signal: str | None) -> str | None:
    """Asked several times for every row of a table."""
    if len(labels) != 2:
        return None
    if signal is not None:
        return signal if signal in labels else None
    return next((label for name in _SIGNAL_NAMES for label in labels if label.lower() == name), None)


class ResultCells:
    """Cells of one result by metric, each made once, when it is first asked for."""

    def __init__(self, result: Result, signal: str | None, own: Mapping[str, float]) -> None:
        """``own``: values of metrics of one's own, computed already."""
        self._result = result
        self._signal = positive_class(result.counts, signal)
        self._made: dict[str, Cell] = {}
        makers: dict[str, Callable[[str], Cell]] = dict.fromkeys(result.metrics, self._stated)
        self._printed: dict[str, tuple[float, int | None]] = {}
        for label, row in result.per_class.items():
            for part in _PARTS:
                value = row.get(part)
                if value is not None:
                    support = whole(row.get("support")) if part == "recall" else None
                    self._printed[f"{part}[{label}]"] = value, support
        makers |= dict.fromkeys(self._printed, self._class_rate)
        self._derived = derived = _derived(result.counts, self._signal)
        self._counted: dict[str, str] = {}
        if derived:
            # a stated value under another spelling is the same measurement: the counts speak for it
            spelled = {own_base(name): name for name in result.metrics}
            self._counted = {spelled.get(name, name): name for name in derived}
            makers |= dict.fromkeys(self._counted, self._of_counts)
        if own:
            self._made |= {name: Cell(result.id, value, result.n) for name, value in own.items()}
            makers |= dict.fromkeys(own, self._stated)
        self._makers = makers
        self.names = tuple(makers)
        """Metrics that the result has, stated ones first."""

    def get(self, name: str) -> Cell | None:
        cell = self._made.get(name)
        if cell is None and name in self._makers:
            cell = self._made[name] = self._makers[name](name)
        return cell

    def _stated(self, name: str) -> Cell:
        result = self._result
        value, digits = result.metrics[name], result.digits.get(name)
        if base_name(name) in _SHARES:
            return _rate(result, value, result.n, digits)
        return Cell(result.id, value, result.n, digits=digits)

    def _class_rate(self, name: str) -> Cell:
        value, support = self._printed[name]
        return _rate(self._result, value, support, _class_digits(self._result))

    def _of_counts(self, name: str) -> Cell:
        result, counts, metric = self._result, self._result.counts, self._counted[name]
        assert counts is not None
        value = self._derived[metric]
        share = _share(counts, self._signal, metric)
        if share is not None:
            k, of = share
            bounds = stats.wilson(k, of, LEVEL)
            return Cell(result.id, k / of, counts.n, bounds.low, bounds.high, k, of)
        if metric == SIC and self._signal is not None:
            (ks, ns), (kb, nb) = passed(counts, self._signal)
            found = stats.sic_interval(ks, ns, kb, nb, LEVEL)
            return Cell(result.id, value, counts.n, found.low, found.high)
        return Cell(result.id, value, counts.n)


@lru_cache(maxsize=4096)
def _derived(counts: Counts | None, signal: str | None) -> Mapping[str, float]:
    """What follows from counts and exists; the majority share is shown with the data set."""
    if counts is None or not counts.n:
        return {}
    found = stats.derive(counts, signal)
    return {name: value for name, value in found.items() if value is not None and name != "majority"}


def whole(value: float | None) -> int | None:
    return int(value) if value is not None and value == int(value) else None


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


def _share(counts: Counts, signal: str | None, metric: str) -> tuple[int, int] | None:
    """(k, n) of a metric that is a share of events; None for others."""
    if metric == ACCURACY:
        return counts.correct, counts.n
    if metric == "unknown_rate":
        return sum(counts.unknown), counts.n
    if metric in ("tpr", "fpr") and signal is not None:
        signals, background = passed(counts, signal)
        return signals if metric == "tpr" else background
    part, bracket, label = metric.partition("[")
    if bracket and part in ("precision", "recall"):
        i = counts.labels.index(label[:-1])
        of = counts.support[i] if part == "recall" else sum(row[i] for row in counts.matrix)
        return counts.matrix[i][i], of
    return None


def passed(counts: Counts, signal: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """(signals called signal, signals), (background called signal, background)."""
    s = counts.labels.index(signal)
    b = 1 - s
    return (counts.matrix[s][s], counts.support[s]), (counts.matrix[b][s], counts.support[b])
