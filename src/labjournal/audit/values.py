"""All values a result has, printed and computed, under the names a table may call them by."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labjournal.audit.items import explained
from labjournal.audit.reports import sic_range, signal_of
from labjournal.importers import FoundResult
from labjournal.parsers import ParsedResult
from labjournal.stats import derive

PARTS = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True)
class Value:
    metric: str
    label: str | None
    low: float
    high: float

    @property
    def name(self) -> str:
        return f"{self.metric.replace('_', ' ')} of {self.label}" if self.label else self.metric.replace("_", " ")


def values_of(result: FoundResult) -> list[Value]:
    """Exact values where counts allow, else the interval that the printed digits stand for."""
    return list(_values(result))


def _values(result: FoundResult) -> Iterator[Value]:
    parsed = result.parsed
    signal = signal_of(result.supports)
    for name, value in parsed.metrics.items():
        yield _about(name, None, value, parsed.digits.get(name, 4))
    for name, (value, digits) in parsed.also.items():
        yield _about(name, None, value, digits)
    digits = min((d for name, d in parsed.digits.items() if name.startswith(("macro", "weighted"))), default=2)
    for label, row in parsed.per_class.items():
        for part in PARTS:
            value = getattr(row, part)
            if value is not None and math.isfinite(value):
                yield _about(part, label, value, digits)
        yield from _f1_of_parts(label, row.precision, row.recall, digits)
    yield from _accuracy_of_rows(parsed, digits)
    if parsed.counts is not None:
        for name, exact in derive(parsed.counts, signal).items():
            metric, _, label = name.partition("[")
            if exact is not None and metric not in ("majority", "sic"):
                yield Value(metric, label.removesuffix("]") or None, exact, exact)
    elif parsed.tally is not None:
        for label, (k, n) in parsed.tally.classes.items():
            if n:
                yield Value("recall", label, k / n, k / n)
    if signal is not None:
        background = next(label for label in result.supports if label != signal)
        span = sic_range(parsed, signal, background)
        if span is not None:
            yield Value("sic", None, *span)


def _f1_of_parts(label: str, precision: float | None, recall: float | None, digits: int) -> Iterator[Value]:
    """The F1 that precision and recall give, where the printed one is another: a cell may show either."""
    if precision and recall and math.isfinite(precision + recall):
        half = 0.5 * 10.0**-digits
        low, high = ((max(precision + step, 1e-9), max(recall + step, 1e-9)) for step in (-half, half))
        yield Value("f1", label, *(2 * p * r / (p + r) for p, r in (low, high)))


def _accuracy_of_rows(parsed: ParsedResult, digits: int) -> Iterator[Value]:
    """The accuracy that recalls and supports give; none where a row lacks either."""
    rows = [(row.recall, row.support) for row in parsed.per_class.values()]
    if len(rows) < 2 or any(recall is None or not support for recall, support in rows):
        return
    n = sum(support or 0 for _, support in rows)
    yield _about("accuracy", None, sum((recall or 0.0) * (support or 0) for recall, support in rows) / n, digits)


def _about(metric: str, label: str | None, value: float, digits: int) -> Value:
    half = 0.5 * 10.0**-digits if math.isfinite(value) else 0.0
    return Value(metric, label, value - half, value + half)


def same_class(said: str | None, label: str | None) -> bool:
    """``bkg`` is background, ``sig`` is signal: equal, a beginning, or the same letters in order from the first on."""
    if said is None or label is None:
        return False
    a, b = said.casefold().strip(" ."), label.casefold()
    if not a or a[0] != b[:1]:
        return False
    if a == b or b.startswith(a) or a.startswith(b):
        return True
    letters = iter(b)
    return len(a) >= 2 and all(letter in letters for letter in a)


_SAME = {
    "tpr": ("recall", "eps_s"),
    "eps_s": ("recall", "tpr"),
    "sensitivity": ("recall", "tpr"),
    "acc": ("accuracy",),
    "balanced_accuracy": ("macro_recall",),
    "macro_recall": ("balanced_accuracy",),
    "f1": ("f1_score",),
}


def claimed(metric: str, label: str | None, values: list[Value], signal: str | None) -> list[Value]:
    """The values a header can mean. Without a class a bare "F1" may be an average or that of the signal."""
    names = {metric, *_SAME.get(metric, ())}
    if label is not None:
        return [value for value in values if value.metric in names and same_class(label, value.label)]
    found = [value for value in values if value.metric in names and value.label in (None, signal)]
    if metric in PARTS:
        found += [
            value for value in values if value.metric in (f"macro_{metric}", f"weighted_{metric}", f"micro_{metric}")
        ]
        if signal is None:
            found += [value for value in values if value.metric == metric]
    return found


def agrees(number: float, digits: int, among: list[Value]) -> bool:
    return any(explained(number, digits, value.low, value.high) for value in among)


def supports_text(supports: Mapping[str, int]) -> str:
    return "/".join(map(str, supports.values()))
