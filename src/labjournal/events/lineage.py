"""Which points stand, when a run was restarted from an earlier step.

A run that is restarted writes steps again that it had written before; the old ones describe a model that no
longer exists.  All points are kept (nothing here deletes), and these functions tell which of them belong to
the surviving line.  The rule:

- At a *break* (a new attempt, a new file of the same folder, a session start) the steps may go back, and
  then it is a rewind: earlier points with a step >= the lowest step written before the next break are dead.
- Without a break, a step that goes back is a rewind only when what follows retraces: `RETRACED` points in a
  row, each with a higher step than the one before and each step written before.  Then earlier points with a
  step >= the first of these are dead.
- Anything else that goes back is harmless and kills nothing: a late point, a flush of another thread, two
  writers taking turns, one value logged again for an old step.
- A repeated step is no rewind.  Where charts and tables need one value a step, the last surviving one counts
  (`last_of_each_step`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labjournal.events.columns import Int64s

RETRACED = 3
"""Steps in a row that must have been written before, for a fall without a break to be a rewind."""

_NEVER = np.iinfo(np.int64).max


def surviving(steps: Int64s, breaks: Sequence[int] = ()) -> NDArray[np.bool_]:
    """Mask of the points in the surviving line.

    Args:
        steps: steps of one series in the order written, shape (n,).
        breaks: indices of the first points after a restart, a file boundary or a session start.

    Returns:
        Shape (n,): False where a later rewind replaced the point.
    """
    steps = np.asarray(steps, np.int64)
    back_to = np.full(len(steps) + 1, _NEVER)
    for index, step in zip(*rewinds(steps, breaks), strict=True):
        back_to[index] = step
    # What is rewound to at or after point i + 1, at the lowest, decides about point i.
    lowest = np.minimum.accumulate(back_to[::-1])[::-1][1:]
    alive: NDArray[np.bool_] = (steps < lowest) | (lowest == _NEVER)
    return alive


def rewinds(steps: Int64s, breaks: Sequence[int] = ()) -> tuple[NDArray[np.intp], Int64s]:
    """Indices at which the run went back, ascending, and the steps it went back to."""
    steps = np.asarray(steps, np.int64)
    count = len(steps)
    edges = np.unique(np.asarray(breaks, np.intp))
    edges = edges[(edges > 0) & (edges < count)]
    at, to = _retraces(steps)
    if len(edges):
        lowest = np.minimum.reduceat(steps, edges)
        highest_before = np.maximum.accumulate(steps)[edges - 1]
        back = lowest <= highest_before
        at = np.concatenate([edges[back], at])
        to = np.concatenate([lowest[back], to])
    at, first = np.unique(at, return_index=True)
    return at, to[first]


def last_of_each_step(steps: Int64s, alive: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
    """Indices of the last (surviving) point of each step, by ascending step."""
    steps = np.asarray(steps, np.int64)
    chosen = np.arange(len(steps)) if alive is None else np.flatnonzero(alive)
    _, last = np.unique(steps[chosen][::-1], return_index=True)
    indices: NDArray[np.intp] = chosen[len(chosen) - 1 - last]
    return indices


def _retraces(steps: Int64s) -> tuple[NDArray[np.intp], Int64s]:
    falls = np.flatnonzero(steps[1:] < steps[:-1]) + 1
    falls = falls[falls + RETRACED <= len(steps)]
    if not len(falls):
        return falls, steps[falls]
    _, first, which = np.unique(steps, return_index=True, return_inverse=True)
    written_before = first[which]
    retraced = np.ones(len(falls), bool)
    for ahead in range(RETRACED):
        retraced &= written_before[falls + ahead] < falls
        if ahead:
            retraced &= steps[falls + ahead] > steps[falls + ahead - 1]
    falls = falls[retraced]
    return falls, steps[falls]
