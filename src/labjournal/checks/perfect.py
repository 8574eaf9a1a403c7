"""An accuracy without a single error from its first record on, of a model that still had to learn: metric_too_good.

Answers that are compared with themselves, as ``(pred == pred).mean()``. An easy task may give such an accuracy too, but
then the answers in training, which the watch saw, are as good as right by then.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from labjournal.checks.curve import Curve, pick
from labjournal.checks.guessing import ACCURACY, shares
from labjournal.checks.outcome_rules import TOO_GOOD
from labjournal.checks.rule import Verdict, finding, fine, not_judged
from labjournal.checks.run_view import RunView
from labjournal.vocabulary import Level

_RECORDS, _LOOKS = 5, 3
_LOW = 0.5
"""Nats; all answers may be right from ln 2 on."""
_SPAN = 0.3
"""Of the time in which the watch saw answers; records that come after it are of the model that is done."""
_UNLEARNT, _LEARNS = 0.75, 0.15
"""Share of right answers in training at most, and how much it still grows: labels with noise stay wrong."""


def judge(run: RunView) -> Iterator[Verdict]:
    """A verdict on each accuracy that is not of the training."""
    right = next(iter(pick(run.curves, "right")), None)
    for curve in run.goodness:
        if len(curve.read.stem) == 1 and set(curve.read.stem) <= ACCURACY and curve.read.role in ("validation", "test"):
            alone = run.optimizers == 1 and not run.begun and not curve.phases
            known = alone and right is not None and _even(curve.thin, right, run) and not _bears_out(curve, run)
            yield perfect(curve, right if known else None, run.real_steps or 0)


def perfect(curve: Curve, right: Curve | None, steps: int) -> Verdict:
    """An accuracy against ``right``, the share of right answers in training.

    Records are taken as evenly spread over the ``steps`` of the optimizer: the first comes after the N-th part of them.
    """
    values = shares(curve)
    if len(values) < _RECORDS or not (values == 1.0).all():
        return fine(TOO_GOOD, curve.name)
    each = steps / len(values)
    early = right.values[(right.steps > each) & (right.steps <= 3 * each)] if right is not None else np.empty(0)
    if right is None or len(early) < _LOOKS:
        return not_judged(TOO_GOOD, curve.name, "which answers in training lie between its first records is not known")
    then, last = float(np.mean(early)), float(np.mean(right.values[-_LOOKS:]))
    if then > _UNLEARNT or last < then + _LEARNS:
        return fine(TOO_GOOD, curve.name)
    return finding(
        TOO_GOOD,
        curve.name,
        f"{curve.name} is 1 in all of {len(values)} records, while in training {then:.0%} of the answers were right "
        f"between its first ones and {last:.0%} at the end: are answers compared with themselves?",
        {"records": len(values), "right_then": then, "right_at_end": last},
        Level.WARNING,
        int(curve.finite.steps[0]),
    )


def _bears_out(curve: Curve, run: RunView) -> bool:
    """Is the loss on the same data as low as such an accuracy has it?"""
    losses = [one for one in run.every_loss if one.read.role == curve.read.role and len(one) >= _LOOKS]
    return any(float(np.mean(one.finite.values[:_LOOKS])) < _LOW for one in losses)


def _even(curve: Curve, right: Curve, run: RunView) -> bool:
    """Do the records begin with the training, one as long after the other, and go on with it?

    Printed ones have no times: then a loss of the training has as many records.
    """
    between = np.diff(curve.steps)
    if not len(between) or (between != between[0]).any() or curve.steps[0] > between[0]:
        return False
    if not np.isfinite(curve.walls).all():
        return any(abs(len(loss) - len(curve)) <= 1 for loss in run.training_losses)
    return float(curve.walls[-1] - curve.walls[0]) >= _SPAN * float(right.walls[-1] - right.walls[0])
