"""Two curves together: the loss against a metric that should move with it, and training against validation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from labjournal.checks.curve import Curve, Floats, noise_of, pick, rank_correlation, trend_of
from labjournal.checks.losses import LOSS_UNBOUNDED
from labjournal.checks.naming import words_of
from labjournal.checks.outcome_rules import ROUNDED
from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table, worst
from labjournal.checks.run_view import RunView
from labjournal.vocabulary import Level

AGAINST = CheckRule(
    "metric_moves_against_loss",
    "warning",
    "objective",
    "The loss improves while the metric it stands for gets worse.",
    "Look at the sign and the targets of the loss, and at how the metric is computed.",
    judged="A total loss and an accuracy-like metric of the same role, 8 common records: the loss falls by a "
    "tenth or more "
    "of its start, the metric falls by 0.05 or a tenth of its range seen, their ranks agree by more than 0.8.",
)
SIGN = CheckRule(
    "objective_sign",
    "alarm",
    "objective",
    "What is minimised is the wrong sign of what is wanted: the better the loss, the worse the metric, without a "
    "floor.",
    "Look for a missing or a doubled minus in the loss, or maximize=True.",
    judged="Either the training loss goes down with a log likelihood, number for number. Or both hold: "
    "`loss_unbounded_below`, and a metric or log likelihood that falls with the training "
    "loss (rank "
    "correlation above 0.8 over 8 common records). Of what learns from rewards (warning): a return falls all the way, "
    "6 records, rank correlation with the step below -0.9, the best in the first quarter and the worst in the last. "
    "Or it falls from the first records on by a quarter, and its second half, of 6 records, lies in the lowest three "
    "tenths of that fall, which is 8 times the scatter. Rewards that a model gives to pairs (margins, chosen, "
    "rejected) are not judged.",
)
OVERFITTING = CheckRule(
    "overfitting",
    "warning",
    "outcome",
    "The validation loss has been rising from its lowest value while the training loss goes on falling.",
    "Use the checkpoint named; stop earlier, regularise, or add data.",
    aliases=("overfit",),
    judged="Validation loss, at least 6 records: each of the last 3 is 10% above the lowest one, by more than 5% "
    "of what was "
    "gained and 4 times the scatter, and the training loss fell since. Notice below 30% where the best checkpoint was "
    "kept, or where a validation metric is still at its best. Where the script counts its epochs anew, or "
    "another optimizer begins, each training is judged by itself.",
)
RULES = table(AGAINST, SIGN, OVERFITTING)
_ENOUGH = 8
_RETURNS = frozenset("reward rewards rew return returns".split())
_NO_RETURNS = frozenset(
    "length len steps std var min max count rate discount scale bonus cost penalty loss rms "
    "intrinsic curiosity novelty difficulty".split()
)
_OF_ALL = _RETURNS | frozenset(
    "mean avg average total sum cumulative episode episodes episodic ep rollout undiscounted discounted per".split()
)
"""Words of a return that is no term of another: terms of a reward may fall for the good of the whole."""
_OF_PAIRS = frozenset("margin margins chosen rejected accuracies".split())
_LIKELIHOODS = frozenset("likelihood loglik loglikelihood logprob logp llh".split())


def judge(run: RunView) -> Iterator[Verdict]:
    if run.game is not None:
        yield from (not_judged(rule, "the run", run.game) for rule in (AGAINST, OVERFITTING))
        yield returns_fall(run) or not_judged(SIGN, "the run", run.game)
        return
    losses = [curve for curve in run.every_loss if curve.read.scope == "total"]
    yield from metric_moves_against_loss(losses, run)
    yield from overfitting(losses, run)
    yield from likelihood_minimised(run)


def objective_sign(run: RunView, unbounded: Verdict) -> Verdict | None:
    """The cause behind a loss without a floor, where a metric tells it."""
    for loss in (curve for curve in run.training_losses if curve.name == unbounded.subject):
        for metric in run.goodness:
            pair = together(loss, metric)
            if pair is None or not _worse(pair[2]):
                continue
            agreement = rank_correlation(pair[1], pair[2])
            if agreement > 0.8:
                return finding(
                    SIGN,
                    loss.name,
                    f"{loss.name} falls without a floor, and {metric.name} falls with it "
                    f"({pair[2][0]:.3g} to {pair[2][-1]:.3g}).",
                    {"rank_correlation": agreement, "records": len(pair[0]), **unbounded.evidence},
                    None,
                    unbounded.step,
                )
    return None


def likelihood_minimised(run: RunView) -> Iterator[Verdict]:
    """The loss goes with a log likelihood, number for number, down: it is the likelihood, and its minus is missing."""
    for loss in run.training_losses:
        for metric in run.goodness:
            pair = together(loss, metric) if _LIKELIHOODS & set(metric.read.stem) else None
            if pair is None or pair[1][-1] >= pair[1][0] - 0.1 * abs(pair[1][0]):
                continue
            fall = float(np.ptp(pair[1]))
            if float(np.abs(pair[1] - pair[2]).mean()) > 0.1 * fall or not rank_correlation(pair[1], pair[2]) > 0.8:
                continue
            message = (
                f"{loss.name} falls to {pair[1][-1]:.4g} and {metric.name} with it, to {pair[2][-1]:.4g}: the log "
            )
            yield finding(
                SIGN,
                loss.name,
                f"{message}likelihood itself is minimised.",
                {"records": len(pair[0]), "mean_difference": float(np.abs(pair[1] - pair[2]).mean()), "fall": fall},
                None,
                int(loss.steps[-1]),
            )


def returns_fall(run: RunView) -> Verdict | None:
    """A return that gets worse from the first record to the last: its expectation is made smaller, not larger.

    Rewards that a model gives to pairs, one wanted and one not, are told by their difference; their level is free.
    """
    logged = [words_of(name) for name in {*run.names, *(curve.name for curve in run.curves)}]
    if any(words & _OF_PAIRS or words == {"accuracy"} for words in logged):
        return None
    rewards = pick(run.curves, "reward")
    for curve in (part for whole in rewards for part in whole.trainings):
        known = curve.finite.thin
        words, values = set(curve.read.stem), known.values
        if not words & _RETURNS or words & _NO_RETURNS or len(values) < 6:
            continue
        quarter = max(1, len(values) // 4)
        ends = np.argmax(values) < quarter and np.argmin(values) >= len(values) - quarter
        slopes = ends and _worse(values) and rank_correlation(known.steps.astype(np.float64), values) < -0.9
        stays = words <= _OF_ALL and not any(map(_rises, rewards)) and _falls_and_stays(values)
        if slopes or stays:
            how = "all the way" if slopes else "at once and stays there"
            return finding(
                SIGN,
                curve.name,
                f"{curve.name} falls {how}, from {values[0]:.4g} to {values[-1]:.4g} in {len(values)} records: "
                "is what should grow made smaller?",
                {"records": len(values), "first": float(values[0]), "last": float(values[-1])},
                Level.WARNING,
                int(known.steps[-1]),
            )
    return None


def _falls_and_stays(returns: Floats) -> bool:
    """The worst there is, reached soon: episodes cannot be shorter. What had been learnt before is another matter."""
    late = returns[len(returns) // 2 :]
    first = float(returns.max())
    fall = first - float(returns.min())
    at_once = np.argmax(returns) < 2 and fall > max(0.25 * abs(first), 8 * noise_of(late))
    below = float(late.max()) < min(first - 0.7 * fall, float(returns[:2].min()))
    return bool(len(late) >= 6 and at_once and below)


def _rises(curve: Curve) -> bool:
    """Another reward of the run, which this one may be the price of."""
    values = curve.finite.thin.values
    return len(values) >= 6 and _worse(-values)


def together(loss: Curve, metric: Curve) -> tuple[Floats, Floats, Floats] | None:
    """Steps, loss and metric where the rarer of the two was logged; the denser one by its last value before.

    A loss denser than the metric is averaged over the records since the metric's last one, so that its scatter does
    not decide. None with fewer than 8 common records.
    """
    a, b = loss.finite, metric.finite
    if len(a) < _ENOUGH or len(b) < _ENOUGH:
        return None
    if len(a) >= len(b):
        ends = np.searchsorted(a.steps, b.steps, side="right")
        sums = np.concatenate([[0.0], np.cumsum(a.values)])
        begins = np.concatenate([[0], ends[:-1]])
        good = ends > begins
        if good.sum() < _ENOUGH:
            return None
        means = (sums[ends] - sums[begins])[good] / (ends - begins)[good]
        return b.steps[good].astype(np.float64), means, b.values[good]
    values = b.at_or_before(a.steps)
    good = np.isfinite(values)
    return (a.steps[good].astype(np.float64), a.values[good], values[good]) if good.sum() >= _ENOUGH else None


def _worse(metric: Floats) -> bool:
    """Whether a metric of which more is better ends well below where it began."""
    part = max(2, len(metric) // 4)
    first, last = float(metric[:part].mean()), float(metric[-part:].mean())
    spread = float(metric.max() - metric.min())
    inside = bool(metric.min() >= 0 and metric.max() <= 1)
    return bool(first - last > max(0.05 if inside else 0.0, 0.5 * spread, 4 * noise_of(metric) / np.sqrt(part)))


def _below_guessing(metric: Floats, run: RunView) -> float | None:
    """What guessing would give, where an accuracy ends far below it, and below where it began."""
    classes = run.classes or len(run.labels)
    if not 2 <= classes <= 10 or metric.max() > 1:
        return None
    part = max(2, len(metric) // 4)
    return 1 / classes if float(metric[-part:].max()) < 0.3 / classes and metric[-1] <= metric[0] else None


def metric_moves_against_loss(losses: list[Curve], run: RunView) -> Iterator[Verdict]:
    for loss in losses:
        metrics = [metric for metric in run.goodness if (metric.read.role or "train") == (loss.read.role or "train")]
        pairs = [
            (metric, pair)
            for metric in metrics
            for part in _side_by_side(loss, metric)
            if (pair := together(*part)) is not None
        ]
        if not pairs:
            yield not_judged(AGAINST, loss.name, "no metric of the same role has 8 records in common with it")
        for metric, (_, of_loss, of_metric) in pairs:
            part = max(2, len(of_loss) // 4)
            first, last = float(of_loss[:part].mean()), float(of_loss[-part:].mean())
            agreement = rank_correlation(of_loss, of_metric)
            inverted = _below_guessing(of_metric, run)
            if inverted is not None and first - last > 0.5 * abs(first) and not of_metric.any():
                yield finding(
                    ROUNDED,
                    metric.name,
                    f"{metric.name} is exactly 0 in all {len(of_metric)} records, while {loss.name} fell from "
                    f"{first:.4g} to {last:.4g}: guessing gives {inverted:.3g}. Is it divided as whole numbers?",
                    {"records": len(of_metric), "loss": [first, last]},
                    Level.WARNING,
                    int(min(loss.steps[-1], metric.steps[-1])),
                )
                continue
            if inverted is not None and first - last > 0.5 * abs(first):
                yield finding(
                    AGAINST,
                    f"{loss.name}, {metric.name}",
                    f"{loss.name} fell from {first:.4g} to {last:.4g} while {metric.name} is {of_metric[-1]:.4g}, far "
                    f"below what guessing gives ({inverted:.3g}): it counts what is wrong.",
                    {"records": len(of_loss), "loss": [first, last], "metric": float(of_metric[-1])},
                    None,
                    int(min(loss.steps[-1], metric.steps[-1])),
                )
                continue
            if first - last <= 0.1 * abs(first) or not _worse(of_metric) or not agreement > 0.8:
                yield fine(AGAINST, f"{loss.name}, {metric.name}")
                continue
            yield finding(
                AGAINST,
                f"{loss.name}, {metric.name}",
                f"{loss.name} fell from {first:.4g} to {last:.4g} while {metric.name} went from {of_metric[0]:.4g} to "
                f"{of_metric[-1]:.4g}.",
                {"rank_correlation": agreement, "records": len(of_loss), "loss": [first, last]},
                None,
                int(min(loss.steps[-1], metric.steps[-1])),
            )


def overfitting(losses: list[Curve], run: RunView) -> Iterator[Verdict]:
    held_out = [curve for curve in losses if curve.read.role == "validation"]
    if not held_out:
        yield not_judged(OVERFITTING, "the run", "no validation loss is logged")
    for curve in held_out:
        training = next((one for one in run.training_losses if one is not curve), None)
        parts = _side_by_side(curve, training) if training is not None else [(curve, training)]
        if not parts:
            yield not_judged(OVERFITTING, curve.name, "it is that of several trainings, and the training loss is not")
            continue
        yield worst(_overfitting(part.finite, beside, run) for part, beside in parts)


def _side_by_side(one: Curve, other: Curve) -> list[tuple[Curve, Curve]]:
    """Two curves of several trainings one after another, training by training; none where they cannot be matched."""
    both = one.trainings, other.trainings
    return list(zip(*both, strict=True)) if len(both[0]) == len(both[1]) else []


def _overfitting(held_out: Curve, training: Curve | None, run: RunView) -> Verdict:
    values = held_out.thin.values
    steps = held_out.thin.steps
    if len(values) < 6:
        return not_judged(OVERFITTING, held_out.name, f"{len(values)} records, 6 are needed")
    if training is None:
        return not_judged(OVERFITTING, held_out.name, "no training loss is logged")
    best = int(np.argmin(values[:-3]))
    lowest, last = float(values[best]), values[-3:]
    gained = float(np.max(values[: best + 1])) - lowest
    rise = float(last.min()) - lowest
    relative = rise / lowest if lowest > 0 else rise / gained if gained > 0 else 0.0
    scatter = noise_of(values)
    evidence = {"lowest": lowest, "at_step": int(steps[best]), "last": float(last[-1]), "scatter": scatter}
    after = training.finite
    since = after.steps > steps[best]
    falls = since.sum() >= 6 and trend_of(after.steps[since].astype(np.float64), after.values[since]).slope < 0
    level_then = training.finite.values[~since][-max(3, int(since.sum()) // 10) :]
    lower = since.any() and len(level_then) and float(np.median(after.values[since])) < float(np.median(level_then))
    if relative < 0.1 or rise <= max(0.05 * gained, 4 * scatter) or not (falls or lower):
        return fine(OVERFITTING, held_out.name)
    spacing = int(np.median(np.diff(steps)))
    kept = run.keeps_best or any(abs(step - int(steps[best])) <= spacing // 2 for step in run.checkpoint_steps)
    level = Level.NOTICE if relative < 0.3 and (kept or _still_best(run, int(steps[-1]))) else Level.WARNING
    where = f"; the best checkpoint is the one at step {steps[best]}" if kept else f"; step {steps[best]} was best"
    return finding(
        OVERFITTING,
        held_out.name,
        f"{held_out.name} was {lowest:.4g} at step {steps[best]} and is {last[-1]:.4g} now, while {training.name} "
        "fell to "
        f"{float(np.median(training.finite.values[-5:])):.4g}{where}.",
        evidence,
        level,
        int(steps[best]),
    )


def _still_best(run: RunView, end: int) -> bool:
    """Whether a validation metric has its best value in the last tenth."""
    for metric in run.goodness:
        values, steps = metric.finite.values, metric.finite.steps
        if metric.read.role == "validation" and len(values) >= 6 and steps[int(np.argmax(values))] >= 0.9 * end:
            return True
    return False


def explained(verdicts: list[Verdict], run: RunView) -> list[Verdict]:
    """Verdicts with `objective_sign` added where a loss without a floor has its reason in a metric."""
    causes = [
        cause
        for verdict in verdicts
        if verdict.rule == LOSS_UNBOUNDED.rule and verdict.found
        for cause in [objective_sign(run, verdict)]
        if cause is not None
    ]
    return [*verdicts, *causes]
