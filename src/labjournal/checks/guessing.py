"""Logged and printed rates against guessing: an accuracy that stays at chance, and confidence that means nothing.

A curve has no counts, so how many classes there are must be known from elsewhere: results, settings, the labels that
the watch saw, or the loss, which begins at ln K.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from labjournal.checks.curve import Curve, Floats, end_level, start_level
from labjournal.checks.losses import CLASSES
from labjournal.checks.outcome_rules import AT_CHANCE, CALIBRATION, COLLAPSE
from labjournal.checks.rule import Verdict, finding, fine, not_judged
from labjournal.checks.run_view import RunView
from labjournal.vocabulary import Level

_FEW = 5
_MIN_STEPS = 200
"""Optimizer steps before a model that has learnt nothing is told so; one that has learnt is told at once."""
ACCURACY = frozenset("accuracy acc acc1 top1".split())
_AREA = frozenset("auc auroc".split())
_NEAR = 0.02
_STILL = 6
_MOSTLY = 0.8
"""Of the records of an accuracy that have the very same value."""
_FREQUENT = 0.6
"""Share of one class, below which it is no answer for everything."""
_UNLIKE = 0.25
"""Mean distance of confidence and outcome from which on a confidence means nothing. Networks that are trained long and
not calibrated come to 0.05 to 0.15 (Guo et al., ICML 2017, table 1)."""


def judge(run: RunView) -> Iterator[Verdict]:
    """Verdicts on each accuracy and area, and on each calibration error."""
    yield from (at_chance(curve, run) for curve in run.goodness if _chance_known(curve))
    yield from (one_answer(curve, run) for curve in run.goodness if set(curve.read.stem) & ACCURACY)
    yield from (calibration(curve) for curve in run.calibrations)
    yield from _probabilities(run)


def _chance_known(curve: Curve) -> bool:
    return bool(set(curve.read.stem) & (ACCURACY | _AREA)) and "balanced" not in curve.read.stem


def at_chance(curve: Curve, run: RunView) -> Verdict:
    """The last half of the records against guessing."""
    values = shares(curve)
    if len(values) < _FEW:
        return not_judged(AT_CHANCE, curve.name, f"{len(values)} records, {_FEW} are needed")
    classes = 2 if set(curve.read.stem) & _AREA else classes_of(run) or _never_moved(values)
    if classes is None:
        return not_judged(AT_CHANCE, curve.name, "how many classes there are is not known")
    chance = 0.5 if set(curve.read.stem) & _AREA else 1 / classes
    late = values[len(values) // 2 :]
    level, error = float(late.mean()), float(late.std(ddof=1) / math.sqrt(len(late)))
    near = max(min(_NEAR, 0.2 * chance), 2 * error)
    if abs(level - chance) > near or near > 0.4 * chance or late.max() > chance + 0.15:
        return fine(AT_CHANCE, curve.name)
    learnt = _learnt(curve, chance, run)
    if learnt is None and ((run.real_steps or 0) < _MIN_STEPS or classes_of(run) is None):
        return not_judged(AT_CHANCE, curve.name, f"nothing tells that {_MIN_STEPS} steps were taken, or of progress")
    if _shares_differ(run, classes):
        return not_judged(AT_CHANCE, curve.name, "the classes are not equally frequent")
    message = (
        f"{curve.name} is {level:.3g} over its last {len(late)} records: guessing among {classes} gives {chance:.3g}"
    )
    message += f", while {learnt}." if learnt else "."
    evidence = {"level": level, "chance": chance, "classes": classes, "records": len(values), "standard_error": error}
    return finding(AT_CHANCE, curve.name, message, evidence, None, int(curve.finite.steps[-1]))


def one_answer(curve: Curve, run: RunView) -> Verdict:
    """A rate that stands still where answering the most frequent label alone would put it."""
    values, total = shares(curve), sum(run.labels)
    if "balanced" in curve.read.stem or curve.read.role == "train" or len(values) < _STILL or not total:
        return not_judged(COLLAPSE, curve.name, f"{_STILL} records of an accuracy, and the labels, are needed")
    most, last = max(run.labels) / total, float(values[-1])
    same = values == last
    stands = bool(same[-_FEW:].all() and same.mean() >= _MOSTLY)
    if not stands or not _FREQUENT <= most < 1 or abs(last - most) > _NEAR:
        return fine(COLLAPSE, curve.name)
    return finding(
        COLLAPSE,
        curve.name,
        f"{curve.name} is {last:.4g} in {int(same.sum())} of {len(values)} records: so many of the labels seen are of "
        f"one class ({most:.3g}), and an answer of that class to everything gives no other number.",
        {"level": last, "records": len(values), "equal": int(same.sum()), "most_frequent": most},
        None,
        int(curve.finite.steps[-1]),
    )


def shares(curve: Curve) -> Floats:
    """The values of a rate as parts of 1, whether it was logged as such or in percent."""
    values = curve.thin.values
    return values / 100 if len(values) and 1.5 < values.max() <= 100 else values


def classes_of(run: RunView) -> int | None:
    """How many classes the answers have: told, seen in the labels, or where the loss begins."""
    told = run.classes or run.setting(*CLASSES) or len(run.labels)
    if told and told >= 2:
        return round(told)
    for loss in run.training_losses:
        start = start_level(loss.finite.values) if len(loss.finite) >= _FEW else 0.0
        if 0.6 < start < 7 and abs(start - math.log(round(math.exp(start)))) < 0.02 * start:
            return round(math.exp(start))
    return None


def _never_moved(values: Floats) -> int | None:
    """K where nothing else tells it: a rate that stands at 1/K from its first record to its last."""
    classes = round(1 / values.mean()) if values.mean() > 0.09 else 0
    still = abs(values - 1 / classes).max() < 2.5 * _NEAR if 2 <= classes <= 10 else False
    return classes if still else None


def _shares_differ(run: RunView, classes: int) -> bool:
    """Whether one class is so frequent that its share is no longer that of guessing."""
    total = sum(run.labels)
    return bool(total) and max(run.labels) > 1.3 * total / classes


def _learnt(curve: Curve, chance: float, run: RunView) -> str | None:
    """What tells that the model has learnt something, in words."""
    for loss in run.training_losses:
        values = loss.finite.values
        if len(values) >= _FEW and values[0] > 0 and end_level(values) < 0.8 * min(start_level(values), values[0]):
            return f"{loss.name} fell from {values[0]:.3g} to {end_level(values):.3g}"
    for other in run.goodness:
        if other is not curve and _chance_known(other) and len(other.finite) and shares(other)[-1] > chance + 0.2:
            return f"{other.name} is {shares(other)[-1]:.3g}"
    return None


def calibration(curve: Curve) -> Verdict:
    """A logged calibration error at its end."""
    values = shares(curve)
    level = float(np.median(values[-3:])) if len(values) else 0.0
    if level < _UNLIKE:
        return fine(CALIBRATION, curve.name)
    message = f"{curve.name} is {level:.3g}: confidence and outcome are so far apart on average."
    return finding(
        CALIBRATION, curve.name, message, {"error": level, "records": len(values)}, None, int(curve.steps[-1])
    )


def _probabilities(run: RunView) -> Iterator[Verdict]:
    """Validation by loss and by accuracy: right answers whose probabilities cost more than knowing nothing."""
    classes = classes_of(run)
    losses = [one for one in run.every_loss if one.read.role in ("validation", "test") and one.read.scope == "total"]
    rates = [one for one in run.goodness if set(one.read.stem) & ACCURACY]
    pairs = [(loss, rate) for loss in losses for rate in rates if rate.read.role == loss.read.role]
    training = next((one for one in rates if one.read.role == "train"), None)
    for loss, rate in pairs:
        if classes is None or training is None or min(len(loss.finite), len(rate.finite), len(training.finite)) < _FEW:
            why = "the number of classes, a training accuracy, or records are missing"
            yield not_judged(CALIBRATION, loss.name, why)
            continue
        cost, right, trained = end_level(loss.finite.values), end_level(shares(rate)), end_level(shares(training))
        nothing = math.log(classes)
        knows = right > 1 / classes + 0.3 * (1 - 1 / classes) and right > trained - 0.02
        scale = max(
            (start_level(one.finite.values) for one in run.training_losses if len(one.finite)), default=math.inf
        )
        if not knows or cost < 1.1 * nothing or scale > 2 * nothing:
            yield fine(CALIBRATION, loss.name)
            continue
        message = (
            f"{loss.name} is {cost:.3g} at {rate.name} {right:.3g}: ln {classes} = {nothing:.3g} is what equal "
            "probabilities for all classes would cost."
        )
        evidence = {"loss": cost, "accuracy": right, "knowing_nothing": nothing, "classes": classes}
        yield finding(CALIBRATION, loss.name, message, evidence, Level.WARNING, int(loss.finite.steps[-1]))
