"""The level of one loss: not finite, exactly zero, too low too early, without a floor.

Only losses whose name says so are looked at (`naming`). Losses of games and of reinforcement learning need not fall;
of them only the exact tests speak.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from labjournal.checks.curve import Curve, noise_of, running_median, start_level
from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.checks.run_view import RunView
from labjournal.vocabulary import Level

NONFINITE = CheckRule(
    "nonfinite",
    "alarm",
    "gradient",
    "NaN or infinite numbers have entered the weights or the loss.",
    "Lower the learning rate, clip gradients; look for log(0), 0/0 and 16-bit overflow at the module named.",
    judged="Curves named as losses. Alarm: the last 3 records are not finite, or the last one of a run that has ended. "
    "Notice: such records occurred and the curve went on with numbers. A first record alone says nothing.",
)
LOSS_ZERO = CheckRule(
    "loss_zero",
    "alarm",
    "objective",
    "The loss is exactly 0, so no gradient comes from it.",
    "Look for a mask that removes everything, empty batches, targets equal to inputs, or a loss multiplied by 0.",
    judged="Total training loss exactly 0.0 in 5 records in a row at its end. Alarm when it was so from the start or "
    "fell there from above 1% of its start at once; notice when it came down to it step by step (hinge losses do).",
)
LOSS_TOO_LOW = CheckRule(
    "loss_too_low",
    "warning",
    "objective",
    "The loss fell further than the task allows so early: the answer is in the input.",
    "Look for targets equal to inputs, a missing causal mask, labels among the features, one sample seen again.",
    judged="Warning: a model of 100 or more symbols (vocabulary known from settings) starts near ln V and is "
    "below 1% of "
    "it within its first epoch. Notice: a classifier that does so, for easy tasks exist.",
)
LOSS_UNBOUNDED = CheckRule(
    "loss_unbounded_below",
    "warning",
    "objective",
    "The loss falls without a floor: it is maximised, or a term of it has no lower bound.",
    "Look at the sign of each term, and at variances or scales that can run to 0.",
    judged="Exact: a loss whose formula cannot be negative (named cross-entropy, MSE, MAE …) is. Else total "
    "training loss, "
    "30 records: below 0, by 10 times its start and scatter, and in each third it falls at least as fast as before; "
    "of 8 records or more: the same, and each fall is larger than the one before it. "
    "A loss that only the watch has seen: by 100 times, each third falling half as much again as the one before, and a "
    "notice where what it is made of is not known. "
    "A log likelihood of densities slows down and is left alone.",
)
RULES = table(NONFINITE, LOSS_ZERO, LOSS_TOO_LOW, LOSS_UNBOUNDED)
CLASSES = ("num_classes", "n_classes", "nclasses", "num_labels", "n_labels", "classes", "nc")
VOCABULARY = ("vocab_size", "vocabulary_size", "n_vocab", "num_embeddings", "n_tokens")
_FEW, _MANY = 8, 30
_STEEPER = 1.5
"""Ratio of the falls of one third and of the one before it, of a loss that the script has not named: what is sent back
may be minus a reward, which grows and is glad to."""


def judge(run: RunView) -> Iterator[Verdict]:
    """Verdicts on the level of each loss of a run."""
    yield from (nonfinite(curve, run) for curve in run.every_loss)
    for curve in run.training_losses:
        yield loss_zero(curve)
        yield loss_unbounded_below(curve, run)
        yield loss_too_low(curve, run) if run.game is None else not_judged(LOSS_TOO_LOW, curve.name, run.game)


def nonfinite(curve: Curve, run: RunView) -> Verdict:
    bad = ~np.isfinite(curve.values)
    many = int(bad.sum())
    if not many or (many == 1 and bad[0] and len(bad) > 1):
        return fine(NONFINITE, curve.name)
    tail = len(bad) if bad.all() else int(np.argmin(bad[::-1]))
    lasting = tail >= (1 if run.ended else 3)
    at = len(bad) - tail if lasting else int(np.argmax(bad))
    evidence = {"records": many, "of": len(bad), "first": int(curve.steps[at]), "value": float(curve.values[at])}
    if lasting:
        message = f"{curve.name} is {curve.values[at]} from step {curve.steps[at]} on, {tail} of {len(bad)} records."
        level = Level.ALARM
    else:
        message = f"{curve.name} was not a finite number in {many} of {len(bad)} records and went on."
        level = Level.NOTICE
    return finding(NONFINITE, curve.name, message, evidence, level, int(curve.steps[at]), float(curve.walls[at]))


def loss_zero(curve: Curve) -> Verdict:
    values = curve.values
    if len(values) < 5:
        return not_judged(LOSS_ZERO, curve.name, f"{len(values)} records, 5 are needed")
    nonzero = np.flatnonzero(values != 0.0)
    first = int(nonzero[-1]) + 1 if len(nonzero) else 0
    zeros = len(values) - first
    if zeros < 5:
        return fine(LOSS_ZERO, curve.name)
    before = float(np.median(np.abs(values[max(0, first - 5) : first]))) if first else math.inf
    start = abs(start_level(curve.finite.values)) if first else 0.0
    sudden = first == 0 or before > 0.01 * max(start, before)
    how = "from its first record on" if first == 0 else f"from step {curve.steps[first]} on, {before:.3g} before it"
    return finding(
        LOSS_ZERO,
        curve.name,
        f"{curve.name} is exactly 0 {how} ({zeros} records).",
        {"zeros": zeros, "of": len(values), "before": None if first == 0 else before},
        Level.ALARM if sudden else Level.NOTICE,
        int(curve.steps[first]),
        float(curve.walls[first]),
    )


def loss_too_low(curve: Curve, run: RunView) -> Verdict:
    thin = curve.thin
    if len(thin) < 10:
        return not_judged(LOSS_TOO_LOW, curve.name, f"{len(thin)} records, 10 are needed")
    start = float(np.median(thin.values[:3]))
    vocabulary, classes = run.setting(*VOCABULARY), run.classes or run.setting(*CLASSES)
    symbols = next((k for k in (vocabulary, classes) if k and k >= 2 and 0.6 < start / math.log(k) < 1.3), None)
    if symbols is None:
        return not_judged(LOSS_TOO_LOW, curve.name, "how many symbols or classes there are is not known")
    epochs = run.epochs(thin.steps)
    if epochs is None:
        return not_judged(LOSS_TOO_LOW, curve.name, "no epochs are logged")
    early = thin.values[epochs - epochs[0] <= 1.0]
    window = min(10, len(early))
    low = np.flatnonzero(running_median(early, window) < 0.01 * math.log(symbols)) if window >= 3 else np.empty(0, int)
    if not len(low):
        return fine(LOSS_TOO_LOW, curve.name)
    at = int(low[0])
    return finding(
        LOSS_TOO_LOW,
        curve.name,
        f"{curve.name} fell from {start:.3g} (ln {symbols:g} is {math.log(symbols):.3g}) to {early[at]:.2g} within its "
        "first epoch.",
        {"start": start, "value": float(early[at]), "symbols": symbols},
        Level.WARNING if symbols >= 100 else Level.NOTICE,
        int(thin.steps[at]),
    )


def loss_unbounded_below(curve: Curve, run: RunView) -> Verdict:
    values = curve.thin.values
    if curve.read.nonnegative:
        below = np.flatnonzero(curve.finite.values < -1e-6)  # rounding of a sum near 0 may go so far
        if not len(below):
            return fine(LOSS_UNBOUNDED, curve.name)
        at = int(below[0])
        lowest = float(curve.finite.values.min())
        message = (
            f"{curve.name} is negative from step {curve.finite.steps[at]} on (down to {lowest:.4g}): by its "
            "name it cannot be."
        )
        evidence = {"lowest": lowest, "records_below_0": len(below)}
        return finding(LOSS_UNBOUNDED, curve.name, message, evidence, None, int(curve.finite.steps[at]))
    if run.game is not None or (run.unnamed is not None and len(values) < _MANY):
        return not_judged(LOSS_UNBOUNDED, curve.name, str(run.unnamed))
    if len(values) < _MANY:
        return _unbounded_in_few(curve)
    named = run.unnamed is None
    as_fast, far_off, noise = (
        (0.95, 10, noise_of(values)) if named else (_STEEPER, 100, noise_of(values[: len(values) // 3]))
    )
    thirds = [float(np.median(values[at - 2 : at + 3])) for at in np.linspace(2, len(values) - 3, 4).astype(int)]
    falls = -np.diff(thirds)
    far = thirds[-1] < 0 and thirds[0] - thirds[-1] > far_off * (abs(thirds[0]) + noise)
    if not far or falls[0] <= 0 or falls[1] < as_fast * falls[0] or falls[2] < as_fast * falls[1]:
        return fine(LOSS_UNBOUNDED, curve.name)
    return finding(
        LOSS_UNBOUNDED,
        curve.name,
        f"{curve.name} fell from {thirds[0]:.4g} to {thirds[-1]:.4g}, in each third of the run at least as fast "
        "as before.",
        {"levels": thirds},
        None if named or run.criterion is not None else Level.NOTICE,
        int(curve.thin.steps[-1]),
    )


def _unbounded_in_few(curve: Curve) -> Verdict:
    """Of a record an epoch: each fall is larger than the one before it."""
    values = curve.thin.values
    if len(values) < _FEW:
        return not_judged(LOSS_UNBOUNDED, curve.name, f"{len(values)} finite records, {_FEW} are needed")
    falls = -np.diff(values)
    faster = falls[0] > 0 and (np.diff(falls) > 0).all()
    if not faster or values[-1] > -10 * abs(values[0]) or values[-1] >= 0:
        return fine(LOSS_UNBOUNDED, curve.name)
    return finding(
        LOSS_UNBOUNDED,
        curve.name,
        f"{curve.name} fell from {values[0]:.4g} to {values[-1]:.4g}, in each of {len(values)} records by more than in "
        "the one before.",
        {"levels": values.tolist()},
        None,
        int(curve.thin.steps[-1]),
    )
