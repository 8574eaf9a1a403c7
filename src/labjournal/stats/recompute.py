"""What a report says twice must agree: accuracy against counts, averages against class rows, to the digits shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from labjournal.model import Counts
from labjournal.stats.metrics import class_rows, derive

AVERAGES = ("macro", "weighted")
PARTS = ("precision", "recall", "f1")
SLACK = 1 + 1e-9


class Row(Protocol):
    @property
    def precision(self) -> float | None: ...
    @property
    def recall(self) -> float | None: ...
    @property
    def f1(self) -> float | None: ...
    @property
    def support(self) -> int | None: ...


class Tallied(Protocol):
    @property
    def correct(self) -> int | None: ...
    @property
    def total(self) -> int | None: ...
    @property
    def classes(self) -> Mapping[str, tuple[int, int]]: ...


class Report(Protocol):
    """What is needed of a parsed result."""

    @property
    def metrics(self) -> Mapping[str, float]: ...
    @property
    def digits(self) -> Mapping[str, int]: ...
    @property
    def per_class(self) -> Mapping[str, Row]: ...
    @property
    def counts(self) -> Counts | None: ...
    @property
    def tally(self) -> Tallied | None: ...
    @property
    def also(self) -> Mapping[str, tuple[float, int]]: ...
    @property
    def n(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A printed value that the rest of the same report contradicts."""

    metric: str
    printed: float
    computed: float
    tolerance: float
    """Half a unit of the last digit shown, and the same of what it was computed from."""
    message: str


def check_report(parsed: Report) -> list[Disagreement]:
    """Everything inside one result that does not agree, beyond rounding.

    Nothing is accused that another usual way of averaging explains.
    """
    return [*_twice(parsed), *_from_counts(parsed), *_from_tally(parsed), *_from_rows(parsed)]


def counted_n(parsed: Report) -> int | None:
    """Events of a result: those it says, else those of its classes where right answers of each give its accuracy.

    Without that accuracy the classes may overlap, or be some of many.
    """
    tally, accuracy = parsed.tally, parsed.metrics.get("accuracy")
    if parsed.n is not None or tally is None or accuracy is None or len(tally.classes) < 2:
        return parsed.n
    right, total = summed(tally.classes)
    fits = total > 0 and not _differs(accuracy, right / total, _half(parsed.digits.get("accuracy", 4)))
    return total if fits else None


def summed(classes: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """Right answers and events of all classes together, from those of each."""
    return sum(right for right, _ in classes.values()), sum(events for _, events in classes.values())


def _half(digits: int) -> float:
    return 0.5 * 10.0**-digits


def _differs(printed: float, computed: float, tolerance: float) -> bool:
    return math.isfinite(printed) and math.isfinite(computed) and abs(printed - computed) > tolerance * SLACK + 1e-12


def _twice(parsed: Report) -> Iterator[Disagreement]:
    for name, (value, digits) in parsed.also.items():
        first = parsed.metrics.get(name)
        tolerance = _half(min(digits, parsed.digits.get(name, digits)))
        if first is not None and _differs(first, value, tolerance):
            yield Disagreement(name, first, value, tolerance, f"{name} is printed as {first:g} and as {value:g}.")


def _from_counts(parsed: Report) -> Iterator[Disagreement]:
    counts = parsed.counts
    if counts is None:
        return
    computed = derive(counts)
    for name, value in parsed.metrics.items():
        wanted = computed.get(name)
        if wanted is None or name == "majority":
            continue
        tolerance = _half(parsed.digits.get(name, 4))
        if not _differs(value, wanted, tolerance):
            continue
        if name.startswith("macro_") and not _differs(value, _macro_of_all(counts, name, parsed), tolerance):
            continue  # averaged over a class without support too: scikit-learn does, and it is no contradiction
        yield Disagreement(
            name, value, wanted, tolerance, f"{name} is printed as {value:g}; the counts give {wanted:.6g}."
        )
    if not parsed.per_class:
        return
    rows = class_rows(counts)
    half = _half(_row_digits(parsed))
    for label, row in parsed.per_class.items():
        mine = rows.get(label)
        for part in PARTS:
            printed, wanted = getattr(row, part), getattr(mine, part) if mine is not None else None
            if printed is not None and wanted is not None and _differs(printed, wanted, half):
                yield Disagreement(
                    f"{part}[{label}]",
                    printed,
                    wanted,
                    half,
                    f"{part} of {label} is printed as {printed:g}; the counts give {wanted:.6g}.",
                )


def _macro_of_all(counts: Counts, name: str, parsed: Report) -> float:
    part = name.removeprefix("macro_")
    size = max(len(counts.labels), len(parsed.per_class), 1)
    return math.fsum(getattr(row, part) or 0.0 for row in class_rows(counts).values()) / size


def _from_tally(parsed: Report) -> Iterator[Disagreement]:
    tally = parsed.tally
    if tally is None or parsed.counts is not None:
        return
    accuracy = parsed.metrics.get("accuracy")
    correct, total = tally.correct, tally.total
    if (
        correct is None
        and tally.classes
        and (parsed.n is None or parsed.n == sum(n for _, n in tally.classes.values()))
    ):
        correct, total = summed(tally.classes)
    if accuracy is not None and correct is not None and total:
        tolerance = _half(parsed.digits.get("accuracy", 4))
        if _differs(accuracy, correct / total, tolerance):
            yield Disagreement(
                "accuracy",
                accuracy,
                correct / total,
                tolerance,
                f"accuracy is printed as {accuracy:g}; {correct} of {total} give {correct / total:.6g}.",
            )
    half = _half(_row_digits(parsed))
    for label, (k, n) in tally.classes.items():
        row = parsed.per_class.get(label)
        recall = row.recall if row is not None else None
        if recall is not None and n and _differs(recall, k / n, half):
            yield Disagreement(
                f"recall[{label}]",
                recall,
                k / n,
                half,
                f"recall of {label} is printed as {recall:g}; {k} of {n} give {k / n:.6g}.",
            )


def _from_rows(parsed: Report) -> Iterator[Disagreement]:
    rows = {
        label: row
        for label, row in parsed.per_class.items()
        if None not in (row.precision, row.recall, row.f1, row.support)
    }
    if not rows or len(rows) != len(parsed.per_class):
        return
    half = _half(_row_digits(parsed))
    for label, row in rows.items():
        yield from _impossible(label, row, half)
    total = sum(row.support or 0 for row in rows.values())
    if total == 0:
        return
    if parsed.n is not None and "micro_f1" not in parsed.metrics and "accuracy" in parsed.metrics and parsed.n != total:
        yield Disagreement("n", parsed.n, total, 0.0, f"n is printed as {parsed.n}; the supports add up to {total}.")
    accuracy = parsed.metrics.get("accuracy")
    if accuracy is not None:
        wanted = math.fsum((row.recall or 0.0) * (row.support or 0) for row in rows.values()) / total
        tolerance = half + _half(parsed.digits.get("accuracy", 2))
        if _differs(accuracy, wanted, tolerance):
            yield Disagreement(
                "accuracy",
                accuracy,
                wanted,
                tolerance,
                f"accuracy is printed as {accuracy:g}; the class rows give {wanted:.4g}.",
            )
    for average in AVERAGES:
        for part in PARTS:
            printed = parsed.metrics.get(f"{average}_{part}")
            if printed is None:
                continue
            tolerance = half + _half(parsed.digits.get(f"{average}_{part}", 2))
            wanted_all = [_mean(list(rows.values()), average, part)]
            if average == "macro":
                wanted_all.append(_mean([row for row in rows.values() if row.support], average, part))
            if all(_differs(printed, wanted, tolerance) for wanted in wanted_all):
                yield Disagreement(
                    f"{average}_{part}",
                    printed,
                    wanted_all[-1],
                    tolerance,
                    f"{average} {part} is printed as {printed:g}; the class rows give {wanted_all[-1]:.4g}.",
                )


def _mean(rows: list[Row], average: str, part: str) -> float:
    weights = [1 if average == "macro" else (row.support or 0) for row in rows]
    values: list[float] = [getattr(row, part) or 0.0 for row in rows]
    return math.fsum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights) if sum(weights) else math.nan


def _impossible(label: str, row: Row, half: float) -> Iterator[Disagreement]:
    """A recall no count of the support gives, or an F1 outside what its precision and recall allow."""
    p, r, f, support = row.precision or 0.0, row.recall or 0.0, row.f1 or 0.0, row.support or 0
    if support:
        nearest = round(r * support) / support
        if _differs(r, nearest, half):
            yield Disagreement(
                f"recall[{label}]", r, nearest, half, f"recall of {label} cannot be {r:g} with a support of {support}."
            )
    low, high = (_f1(max(p + sign * half, 0.0), max(r + sign * half, 0.0)) for sign in (-1, 1))
    if f < low - half * SLACK - 1e-12 or f > high + half * SLACK + 1e-12:
        yield Disagreement(
            f"f1[{label}]",
            f,
            _f1(p, r),
            half,
            f"F1 of {label} is printed as {f:g}; precision {p:g} and recall {r:g} give {_f1(p, r):.4g}.",
        )


def _f1(p: float, r: float) -> float:
    return 2 * p * r / (p + r) if p + r else 0.0


_TELLING = 6
"""Values that do not all end in zeros by chance."""


def _row_digits(parsed: Report) -> int:
    """Decimals of the class rows: those of the averages printed with them, else what the values themselves show.

    Averages may be printed once more below with other decimals than the rows: what six values or more show is theirs.
    """
    shown = [
        len(repr(getattr(row, part) or 0.0).partition(".")[2]) for row in parsed.per_class.values() for part in PARTS
    ]
    own = max([2, *shown])
    for name in ("macro_f1", "weighted_f1", "micro_f1", "macro_precision"):
        if name in parsed.digits:
            return min(parsed.digits[name], own) if len(shown) >= _TELLING else parsed.digits[name]
    return own
