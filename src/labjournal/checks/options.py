"""Does an option change anything? Two results that differ in one option only, and cannot be told apart.

By their counts where there are any; else, of what one run printed for each of two settings, digit for digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labjournal.checks.naming import read_name
from labjournal.checks.outcome_rules import WITHOUT_EFFECT
from labjournal.checks.rule import Verdict, finding, fine, not_judged
from labjournal.model import Result, Role
from labjournal.vocabulary import Level

_FEW = 30
_METRICS = 2
_ROWS = 3
_ROW_DIGITS = 4
"""Decimals of each of two numbers or more that are the same in all rows of a table."""
_NO_SETTING = frozenset(
    "epoch epochs step steps iter iteration iterations round fold n size time times seconds second minutes elapsed "
    "latency fps ms speed throughput memory temperature temp threshold".split()
)
"""Words of what goes on from row to row, of what a run costs, and of what many rates do not depend on."""
_DIGITS = 3
"""Decimals of a loss that is the same twice."""


@dataclass(frozen=True, slots=True)
class Apart:
    """What a test says of two rates: are they told apart, and how."""

    differs: bool
    words: str
    p: float


Tell = Callable[[tuple[int, int], tuple[int, int]], Apart]


def title(result: Result) -> str:
    """How a result is called in a finding: data set, checkpoint, options."""
    options = ", ".join(f"{key}={value}" for key, value in sorted(result.options.items()))
    subject = result.subject.checkpoint or (f"step {result.subject.step}" if result.subject.step is not None else "")
    return " · ".join(part for part in (result.dataset.name or "data not identified", subject, options) if part)


def without_effect(result: Result, others: Sequence[Result], tell: Tell) -> Iterator[Verdict]:
    """Against each earlier result of the same subject and data that differs in one option."""
    subject = title(result)
    partners = [other for other in others if (other.t, other.id) < (result.t, result.id) and _one_option(result, other)]
    if not partners:
        yield not_judged(WITHOUT_EFFECT, subject, "no earlier result differs in one option only")
    for other in partners:
        option = next(iter(_differing(result.options, other.options)))
        words = f"{option}={result.options.get(option, 'not set')} and {option}={other.options.get(option, 'not set')}"
        yield _compared(result, other, words, tell)


def _compared(result: Result, other: Result, words: str, tell: Tell) -> Verdict:
    a, b = result.counts, other.counts
    subject = (
        f"{title(result)} against {', '.join(f'{k}={v}' for k, v in sorted(other.options.items())) or 'no option'}"
    )
    if a is None or b is None:
        return _printed(result, other, words, subject)
    if min(a.n, b.n) < _FEW:
        return not_judged(WITHOUT_EFFECT, subject, f"{min(a.n, b.n)} events, {_FEW} are needed")
    evidence = {"correct": [a.correct, b.correct], "n": [a.n, b.n], "results": [f"r:{result.id}", f"r:{other.id}"]}
    if (a.labels, a.matrix, a.unknown) == (b.labels, b.matrix, b.unknown):
        if a.correct == a.n:
            return not_judged(WITHOUT_EFFECT, subject, "both are without an error")
        message = f"{words} give the same counts in every cell ({a.correct}/{a.n} right)."
        return finding(WITHOUT_EFFECT, subject, message, evidence)
    apart = tell((a.correct, a.n), (b.correct, b.n))
    if apart.differs:
        return fine(WITHOUT_EFFECT, subject)
    message = (
        f"{words} cannot be told apart: {a.correct}/{a.n} and {b.correct}/{b.n} right ({apart.words}, p = "
        f"{apart.p:.2g})."
    )
    return finding(WITHOUT_EFFECT, subject, message, {**evidence, "p": apart.p}, Level.NOTICE)


def _printed(result: Result, other: Result, words: str, subject: str) -> Verdict:
    """Two results that one run printed, without counts: all their metrics, of which one is a loss, digit for digit."""
    one, two = result.metrics, other.metrics
    same = one == two and len(one) >= _METRICS and any("loss" in name and _is_measured(one[name]) for name in one)
    if result.measured_by != other.measured_by or not same:
        return not_judged(WITHOUT_EFFECT, subject, "no counts")
    shown = ", ".join(f"{name} {value:.4g}" for name, value in sorted(one.items()))
    message = f"{words} give the same numbers, digit for digit: {shown}."
    evidence = {"metrics": dict(one), "results": [f"r:{result.id}", f"r:{other.id}"]}
    return finding(WITHOUT_EFFECT, subject, message, evidence)


def same_rows(results: Sequence[Result]) -> Iterator[Verdict]:
    """Rows of one table, printed by one run, that differ in a setting and in nothing else, digit for digit."""
    tables: dict[tuple[str | None, frozenset[str]], list[Result]] = {}
    for result in (one for one in results if one.role is not Role.TRAIN and one.dismissed is None):
        tables.setdefault((result.measured_by, frozenset(result.metrics)), []).append(result)
    for (_, names), rows in tables.items():
        varied = {name: {row.metrics[name] for row in rows} for name in names}
        settings = [name for name, values in varied.items() if len(values) > 1]
        fixed = [name for name in names if name not in settings]
        measured = [name for name in fixed if _is_measured(rows[0].metrics[name], _ROW_DIGITS)]
        if len(rows) < _ROWS or len(settings) != 1 or len(measured) < _METRICS:
            continue
        if len(varied[settings[0]]) != len(rows) or not _is_setting(settings[0], varied[settings[0]]):
            continue
        shown = ", ".join(f"{name} {rows[0].metrics[name]:.4g}" for name in sorted(measured))
        values = ", ".join(f"{value:g}" for value in sorted(varied[settings[0]])[:4])
        message = f"{settings[0]} {values} give the same numbers, digit for digit: {shown}."
        evidence = {"setting": settings[0], "rows": len(rows), "results": [f"r:{row.id}" for row in rows[:20]]}
        yield finding(WITHOUT_EFFECT, settings[0], message, evidence)


def _is_setting(name: str, values: Collection[float]) -> bool:
    """Round numbers under a name that is no metric's."""
    words = {word for word in re.split(r"[^a-z]+", name.lower()) if word}
    short = all(len(f"{value:g}".replace("0", "").replace(".", "").replace("-", "")) <= 2 for value in values)
    return short and not words & _NO_SETTING and read_name(name).quantity == "none"


def _is_measured(value: float, digits: int = _DIGITS) -> bool:
    """Has it digits enough that it is not the same by chance?"""
    return len(f"{value:.12g}".partition(".")[2]) >= digits


def _one_option(a: Result, b: Result) -> bool:
    known = (a.dataset.hash or a.dataset.name) is not None or a.measured_by == b.measured_by
    same_data = known and a.role is b.role and (a.dataset.hash, a.dataset.name) == (b.dataset.hash, b.dataset.name)
    one, two = a.subject, b.subject
    same = (one.run, one.checkpoint, one.step, one.version) == (two.run, two.checkpoint, two.step, two.version)
    return same and same_data and b.dismissed is None and len(_differing(a.options, b.options)) == 1


def _differing(a: Mapping[str, str], b: Mapping[str, str]) -> set[str]:
    return {key for key in {*a, *b} if a.get(key) != b.get(key)}
