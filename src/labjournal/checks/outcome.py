"""Results: guessing, collapse, answers that are no class, numbers too good or rounded away, options that do nothing.

A small sample or a result below a baseline is a mark, never an alarm. Pure arithmetic on counts: no numpy here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labjournal.checks.options import Tell, title, without_effect
from labjournal.checks.outcome_rules import (
    AT_CHANCE,
    BELOW_MAJORITY,
    CALIBRATION,
    COLLAPSE,
    ROUNDED,
    TIES,
    TOO_GOOD,
    UNKNOWN,
    WITHOUT_EFFECT,
)
from labjournal.checks.rule import Verdict, finding, fine, not_judged, table
from labjournal.model import Counts, Result, Role
from labjournal.vocabulary import Level

RULES = table(COLLAPSE, UNKNOWN, BELOW_MAJORITY, AT_CHANCE, TOO_GOOD, ROUNDED, WITHOUT_EFFECT, CALIBRATION, TIES)
_FEW = 30
_Z = 1.959964
_RATES = ("fpr", "fnr", "error", "eer", "wer", "cer", "rate")
_OFF = frozenset("off false no none 0 without disabled shuffled random zero ablated".split())


@dataclass(frozen=True, slots=True)
class Area:
    """The AUC of a result's scores, computed anew, and what ordering equal scores one way or the other makes of it."""

    low: float
    mid: float
    high: float


def judge(
    results: Sequence[Result], others: Sequence[Result], tell: Tell, areas: Mapping[str, Area] | None = None
) -> Iterator[Verdict]:
    """Verdicts on the results one run measured.

    Args:
        results: measured by the run.
        others: of the same subjects, measured before by anybody, these results among them.
        tell: compares two (correct, n) of independent samples.
        areas: by id, of the results whose scores are at hand.
    """
    for result in results:
        if result.role is Role.TRAIN or result.dismissed:
            continue
        yield from _of_counts(result)
        yield too_good(result)
        yield from rounded_to_zero(result)
        yield from without_effect(result, others, tell)
        yield calibration(result)
        yield ties(result, (areas or {}).get(result.id))


def _of_counts(result: Result) -> Iterator[Verdict]:
    counts, subject = result.counts, title(result)
    if counts is None or counts.n == 0:
        yield from (
            not_judged(rule, subject, "no confusion matrix (how often each class was answered)")
            for rule in (COLLAPSE, UNKNOWN, BELOW_MAJORITY)
        )
        yield _auc_at_chance(result)
        return
    yield unknown_answers(counts, subject)
    if counts.n < _FEW:
        because = f"{counts.n} events, {_FEW} are needed"
        yield from (not_judged(rule, subject, because) for rule in (COLLAPSE, BELOW_MAJORITY, AT_CHANCE))
        return
    collapse = prediction_collapse(counts, subject)
    yield collapse
    yield below_majority(counts, subject)
    yield at_chance(result, counts, collapse.found)


def answers(counts: Counts) -> list[int]:
    """How often each class was answered, in the order of the labels."""
    return [sum(row[at] for row in counts.matrix) for at in range(len(counts.labels))]


def unknown_answers(counts: Counts, subject: str) -> Verdict:
    unknown, n = sum(counts.unknown), counts.n
    if not unknown:
        return fine(UNKNOWN, subject)
    low, _ = wilson(unknown, n)
    level = Level.WARNING if n >= _FEW and low > 0.05 else Level.NOTICE
    message = f"{unknown}/{n} answers are no class ({unknown / n:.2%})."
    return finding(UNKNOWN, subject, message, {"unknown": unknown, "n": n}, level)


def prediction_collapse(counts: Counts, subject: str) -> Verdict:
    given = answers(counts)
    total = sum(given)
    if not total or len(counts.labels) < 2:
        return not_judged(COLLAPSE, subject, "no answer is a class" if not total else "one class only")
    top = max(range(len(given)), key=lambda at: given[at])
    share = counts.support[top] / counts.n
    if given[top] <= 0.99 * total or share >= 0.9:
        return fine(COLLAPSE, subject)
    message = f"{given[top]}/{total} answers are {counts.labels[top]}, as are {counts.support[top]}/{counts.n} labels."
    return finding(COLLAPSE, subject, message, {"answered": given[top], "of": total, "label_share": share})


def below_majority(counts: Counts, subject: str) -> Verdict:
    largest, n = max(counts.support), counts.n
    _, high = wilson(counts.correct, n)
    if high >= largest / n:
        return fine(BELOW_MAJORITY, subject)
    message = f"{counts.correct}/{n} are right ({counts.correct / n:.2%}); the largest class alone is {largest}/{n}."
    return finding(BELOW_MAJORITY, subject, message, {"correct": counts.correct, "n": n, "largest_class": largest})


def at_chance(result: Result, counts: Counts, collapsed: bool) -> Verdict:
    subject, n = title(result), counts.n
    sizeable = sum(support >= 0.1 * n for support in counts.support)
    if n < 200 or sizeable < 2:
        return not_judged(AT_CHANCE, subject, f"{n} events, 200 are needed with two classes above a tenth")
    statistic, freedom = independence(counts)
    if freedom and statistic > chi_squared_limit(freedom):
        return fine(AT_CHANCE, subject)
    excused = collapsed or _untrained(result)
    message = f"{counts.correct}/{n} are right, as guessing would be: the answers do not depend on the labels."
    evidence = {"correct": counts.correct, "n": n, "chi_squared": statistic, "degrees": freedom}
    return finding(AT_CHANCE, subject, message, evidence, Level.NOTICE if excused else None)


def _auc(result: Result) -> tuple[str, float] | None:
    """The area of a result as it was stated, with its name."""
    named = (pair for pair in result.metrics.items() if pair[0].lower().rpartition("_")[2] in ("auc", "auroc"))
    return next(named, None)


def _auc_at_chance(result: Result) -> Verdict:
    subject, stated = title(result), _auc(result)
    value = stated[1] if stated else None
    n = result.n
    if value is None or n is None or n < 200 or not math.isfinite(value):
        return not_judged(AT_CHANCE, subject, "no confusion matrix, and no AUC of 200 events or more")
    error = math.sqrt(1 / (3 * n))  # of 0.5 with both classes of n/2: sqrt((n1 + n2 + 1) / (12 n1 n2)), Mann-Whitney
    if abs(value - 0.5) > 2 * error:
        return fine(AT_CHANCE, subject)
    level = Level.NOTICE if _untrained(result) else None
    return finding(
        AT_CHANCE, subject, f"AUC is {value:.4g} with {n} events: 0.5 is guessing.", {"auc": value, "n": n}, level
    )


def _untrained(result: Result) -> bool:
    """A baseline on purpose: a checkpoint of step 0, or something switched off."""
    return result.subject.step == 0 or any(value.lower() in _OFF for value in result.options.values())


def too_good(result: Result) -> Verdict:
    subject, n = title(result), result.n
    perfect = [name for name in ("accuracy", "auc", "auroc", "f1", "macro_f1") if result.metrics.get(name) == 1.0]
    if not perfect:
        return fine(TOO_GOOD, subject)
    if n is None or n < 100:
        return not_judged(TOO_GOOD, subject, "fewer than 100 events, or their number is not known")
    return finding(TOO_GOOD, subject, f"{perfect[0]} is 1 with {n} events.", {"metric": perfect[0], "n": n})


def calibration(result: Result) -> Verdict:
    subject = title(result)
    known = (v for name, v in result.metrics.items() if name.lower() in ("ece", "calibration_error"))
    error = next(known, None)
    if error is None or not math.isfinite(error):
        return not_judged(CALIBRATION, subject, "no calibration error, and no scores")
    if result.n is None or result.n < 200:
        return not_judged(CALIBRATION, subject, "fewer than 200 events, or their number is not known")
    if error < 0.25:
        return fine(CALIBRATION, subject)
    message = f"The calibration error is {error:.3g} with {result.n} events."
    return finding(CALIBRATION, subject, message, {"error": error, "n": result.n})


def ties(result: Result, area: Area | None) -> Verdict:
    subject, stated = title(result), _auc(result)
    if stated is None or area is None:
        return not_judged(TIES, subject, "no AUC with the scores it comes from")
    name, value = stated
    rounding = 0.5 * 10.0 ** -result.digits[name] if name in result.digits else 1e-6
    if area.high - area.low <= 2 * rounding:
        return not_judged(TIES, subject, "no two events of different classes have equal scores")
    if abs(value - area.mid) <= rounding + 1e-9 or not area.low - rounding <= value <= area.high + rounding:
        return fine(TIES, subject)
    message = (
        f"{name} was stated as {value:.6g}; with ties counted half the scores give {area.mid:.6g} (ordering equal "
        f"scores gives anything from {area.low:.6g} to {area.high:.6g})."
    )
    return finding(TIES, subject, message, {"stated": value, "auc": area.mid, "low": area.low, "high": area.high})


def rounded_to_zero(result: Result) -> Iterator[Verdict]:
    n, subject = result.n, title(result)
    for name, value in result.metrics.items():
        if value != 0.0 or not _is_rate(name):
            continue
        digits = result.digits.get(name)
        wrong = result.counts.n - result.counts.correct if result.counts and name in ("error", "error_rate") else None
        if wrong:
            message = f"{name} is printed as 0, but {wrong}/{result.counts.n if result.counts else n} were wrong."
            yield finding(ROUNDED, subject, message, {"metric": name, "counted": wrong, "n": n})
        elif digits is None or n is None:
            yield not_judged(ROUNDED, subject, f"{name} is 0; its digits or n are not known")
        elif (hidden := 0.5 * 10.0**-digits * n) >= 1:
            message = (
                f"{name} is printed as {value:.{min(digits, 12)}f}: with {n} events up to {hidden:.0f} "
                "cases round to that."
            )
            yield finding(ROUNDED, subject, message, {"metric": name, "digits": digits, "n": n, "hidden": hidden})
        else:
            yield fine(ROUNDED, subject)


def _is_rate(name: str) -> bool:
    words = name.lower().replace("-", "_").split("_")
    return any(word in _RATES for word in words)


def wilson(k: int, n: int) -> tuple[float, float]:
    """95% interval of k/n. Source: Wilson, JASA 22 (1927) 209."""
    p, z2 = k / n, _Z * _Z
    centre, half = p + z2 / (2 * n), _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, (centre - half) / (1 + z2 / n)), min(1.0, (centre + half) / (1 + z2 / n))


def independence(counts: Counts) -> tuple[float, int]:
    """Pearson's chi-squared of labels against answers, and its degrees of freedom; empty rows and columns left out."""
    rows = [[*row, counts.unknown[at]] for at, row in enumerate(counts.matrix)]
    rows = [row for row in rows if sum(row)]
    columns = [at for at in range(len(rows[0])) if sum(row[at] for row in rows)] if rows else []
    n = sum(map(sum, rows))
    statistic = 0.0
    for row in rows:
        for at in columns:
            expected = sum(row) * sum(other[at] for other in rows) / n
            statistic += (row[at] - expected) ** 2 / expected
    return statistic, max(0, len(rows) - 1) * max(0, len(columns) - 1)


def chi_squared_limit(freedom: int) -> float:
    """The 95% point of chi-squared, within 1%: Wilson and Hilferty, PNAS 17 (1931) 684; exact for one degree."""
    if freedom == 1:
        return _Z * _Z
    spread = 2 / (9 * freedom)
    return float(freedom * (1 - spread + 1.644854 * math.sqrt(spread)) ** 3)
