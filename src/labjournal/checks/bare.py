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
"""The same of each record."""
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
    if (np.diff(edges) < 1).any():
        return False
    means = np.array([loss.values[a:b].mean() for a, b in itertools.pairwise(edges)])
    off = np.abs(records.values - means) / np.maximum(np.abs(means), 1e-12)
    return bool(np.median(off) <= NEAR and off.max() <= FARTHEST)


def _alike(one: float, other: float) -> bool:
    return other / SAME_UNITS <= one <= other * SAME_UNITS
