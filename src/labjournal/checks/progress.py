"""Whether training was finished: what the loss still gained at its end, and the budgets of fits that are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from labjournal.checks.curve import Curve, end_level, start_level, trend_of
from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.checks.run_view import RunView, as_number
from labjournal.vocabulary import Level

NOT_CONVERGED = CheckRule(
    "not_converged",
    "warning",
    "outcome",
    "The loss was still falling when the run ended: a longer run would give another result.",
    "Train longer, or compare only runs of the same length; the slope says what is left.",
    judged="Total training loss of a run that ended by itself, 30 records: the last tenth falls by more than 3 "
    "standard errors "
    "and 1% of the whole drop. Warning: at 80% of the pace of the whole run and of the part before it, surely, "
    "100 records, the learning rate not run down and more than one epoch; else notice, for a run that is worth "
    "stopping "
    "is seldom flat. The slope is given in units of the loss per epoch, else per step.",
)
ASYMMETRIC = CheckRule(
    "asymmetric_budget",
    "warning",
    "outcome",
    "Fits that are compared with each other were not trained for the same number of steps.",
    "Give both the same number of steps, and compare their gap at equal steps as well.",
    judged="Warning: curves or settings of one run that differ only in a pair of words that is always compared "
    "(num/den, "
    "h0/h1, null/alt, baseline/model …) with steps in a ratio above 3. Notice: rows of one table of the configuration.",
)
RULES = table(NOT_CONVERGED, ASYMMETRIC)
_COMPARED = (
    ("num", "den"), ("numerator", "denominator"), ("h0", "h1"), ("null", "alt"), ("null", "alternative"),
    ("baseline", "model"), ("baseline", "ours"), ("control", "treatment"), ("a", "b"), ("with", "without"),
)  # fmt: skip
_BUDGET = frozenset("epochs steps iters iterations".split())
_RATIO = 3.0


def judge(run: RunView) -> Iterator[Verdict]:
    for curve in run.training_losses:
        yield not_converged(curve, run)
    yield asymmetric_fits(run)


def not_converged(curve: Curve, run: RunView) -> Verdict:
    curve = curve if curve.rounds else curve.trainings[-1]
    thin = curve.thin
    if not run.done:
        return not_judged(NOT_CONVERGED, curve.name, "the run did not end by itself")
    if run.unnamed is not None:
        return not_judged(NOT_CONVERGED, curve.name, run.unnamed)
    if len(thin) < 30:
        return not_judged(NOT_CONVERGED, curve.name, f"{len(thin)} records, 30 are needed")
    if curve.rounds:
        return not_judged(NOT_CONVERGED, curve.name, "it is that of several trainings, one after another")
    steps, values = thin.steps.astype(np.float64), thin.values
    length = steps[-1] - steps[0]
    at = int(np.searchsorted(steps, steps[-1] - 0.1 * length))
    at = min(at, len(values) - 8)
    span = (steps[-1] - steps[at]) / length
    drop = start_level(values) - end_level(values)
    if span > 0.25:
        return not_judged(NOT_CONVERGED, curve.name, "too few records in its last part")
    if drop <= 0:
        return not_judged(NOT_CONVERGED, curve.name, "it did not fall")
    last = trend_of(steps[at:], values[at:])
    gained = -last.slope * (steps[-1] - steps[at])
    if not last.falls or gained < 0.01 * drop:
        return fine(NOT_CONVERGED, curve.name)
    half = len(values) // 2
    before = trend_of(steps[half:at], values[half:at])
    done = run.epochs_done(thin.steps)
    unit, slope = ("step", last.slope)
    if done is not None:
        unit, slope = ("epoch", last.slope * length / done)
    full_speed = gained >= 0.8 * span * drop and last.slope <= 0.8 * before.slope < 0
    sure = last.error * (steps[-1] - steps[at]) < 0.15 * gained
    worth = full_speed and sure and len(curve) >= 100 and not _run_down(run) and not (done is not None and done <= 1.05)
    return finding(
        NOT_CONVERGED,
        curve.name,
        f"{curve.name} was falling by {-slope:.3g} per {unit} over its last tenth: {gained / drop:.0%} of its "
        "whole drop.",
        {"slope": slope, "per": unit, "error": last.error, "gained": gained, "drop": drop, "from_step": int(steps[at])},
        Level.WARNING if worth else Level.NOTICE,
        int(steps[at]),
    )


def _run_down(run: RunView) -> bool:
    """Whether a schedule has brought the learning rate to a tenth of its peak: the end was planned."""
    return any(rate.finite.values[-1] <= 0.1 * rate.finite.values.max() for rate in run.rates if len(rate.finite))


def asymmetric_fits(run: RunView) -> Verdict:
    """Budgets of fits inside one run, by their curves and by their settings."""
    budgets: dict[str, float] = {}
    for curve in run.every_loss:
        if len(curve) >= 3:
            budgets[curve.name] = float(curve.steps[-1])
    for name, value in run.settings.items():
        number = as_number(value)
        if number is not None and number > 0 and _BUDGET & set(re.split(r"[^a-z]+", name.lower())):
            budgets[name] = number
    for one, other in _pairs(budgets):
        high, low = sorted((one, other), key=lambda name: -budgets[name])
        if budgets[low] > 0 and budgets[high] / budgets[low] > _RATIO:
            return finding(
                ASYMMETRIC,
                f"{high}, {low}",
                f"{high} has {budgets[high]:g} and {low} {budgets[low]:g}: {budgets[high] / budgets[low]:.3g} "
                "times as much.",
                {high: budgets[high], low: budgets[low], "ratio": budgets[high] / budgets[low]},
            )
    return fine(ASYMMETRIC, "the run")


def _pairs(names: dict[str, float]) -> Iterator[tuple[str, str]]:
    """Names that differ only in one pair of compared words."""
    split = {name: tuple(re.split(r"[^a-z0-9]+", name.lower())) for name in names}
    known = {words: name for name, words in split.items()}
    for name, words in split.items():
        for at, word in enumerate(words):
            for first, second in _COMPARED:
                if word == first and (partner := known.get((*words[:at], second, *words[at + 1 :]))) is not None:
                    yield name, partner


def asymmetric_runs(table_name: str, steps: dict[str, int]) -> Verdict:
    """Runs that stand in one table: name to steps made. A choice may lie behind it, so it is a mark."""
    made = {name: count for name, count in steps.items() if count > 0}
    if len(made) < 2:
        return not_judged(ASYMMETRIC, f"table {table_name}", "fewer than two of its runs say how many steps they made")
    high, low = max(made, key=lambda name: made[name]), min(made, key=lambda name: made[name])
    if made[high] / made[low] <= _RATIO:
        return fine(ASYMMETRIC, f"table {table_name}")
    message = f"In table {table_name}, {high} made {made[high]} steps and {low} {made[low]}."
    evidence = {"steps": made, "ratio": made[high] / made[low]}
    return finding(ASYMMETRIC, f"table {table_name}", message, evidence, Level.NOTICE)
