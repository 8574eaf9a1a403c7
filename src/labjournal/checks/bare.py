"""Curves that a script named by their role alone, as ``train`` and ``val``, and that are losses all the same.

What the numbers of ``train`` are is not guessed: the watch knows the loss that was sent back, and where each number is
the mean of it since the one before, it is that loss. What stands beside it under another role is the same quantity.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from labjournal.checks.curve import Curve
from labjournal.checks.naming import role_alone

FEWEST = 4
NEAR = 0.15
"""Relative distance of the median record from the mean of the loss over the same steps, at most: the watch sees a
sample of the losses of each epoch."""
FARTHEST = 0.4
"""The same of each record; of the median one, where the mean of a whole epoch was met."""
WHOLE, EXACT, SEEN = 0.95, 0.01, 0.6
"""Share of the steps of an epoch that makes its mean known, how near its record is then, and the share of epochs that
must have been seen at all: quick epochs late in a run go by between two looks."""
SAME_UNITS = 20.0
"""Ratio of the first record of a validation and that of training, at most."""


def losses_among(curves: Sequence[Curve], watched: Curve | None, real_steps: int | None) -> list[Curve]:
    """Those of ``curves`` that are losses, called so: ``train loss`` for ``train``."""
    bare = [curve for curve in curves if role_alone(curve.name) is not None]
    training = [curve for curve in bare if role_alone(curve.name) == "train"]
    if watched is None or len(training) != 1 or not _is_mean(training[0], watched, real_steps or 0):
        return []
    first = abs(float(training[0].values[0]))
    return [
        replace(curve, name=f"{curve.name} loss")
        for curve in bare
        if curve is training[0] or _alike(abs(float(curve.values[0])), first)
    ]


def _is_mean(records: Curve, watched: Curve, real_steps: int) -> bool:
    """Is each record the mean of the loss since the one before? They are as far apart as each other."""
    gaps, loss = np.diff(records.steps), watched.finite
    if len(records) < FEWEST or len(set(gaps.tolist())) > 1 or not np.isfinite(records.values).all():
        return False
    edges = np.searchsorted(loss.steps, np.linspace(0, real_steps, len(records) + 1), side="right")
    counts = np.diff(edges)
    seen = counts > 0
    means = np.array([loss.values[a:b].mean() for a, b in itertools.pairwise(edges) if b > a])
    off = np.abs(records.values[seen] - means) / np.maximum(np.abs(means), 1e-12)
    whole = counts[seen] >= WHOLE * real_steps / len(records)
    if whole.any() and (off[whole] <= EXACT).all() and seen.mean() >= SEEN:
        return bool(np.median(off) <= FARTHEST)
    return bool(seen.all() and np.median(off) <= NEAR and off.max() <= FARTHEST)


def _alike(one: float, other: float) -> bool:
    return other / SAME_UNITS <= one <= other * SAME_UNITS
