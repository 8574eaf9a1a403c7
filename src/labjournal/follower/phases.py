"""Trainings one after another in one script, as the watch saw another optimizer take its first steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from labjournal import facts
from labjournal.facts import Fact

if TYPE_CHECKING:
    from labjournal.checks.curve import Curve, Floats

_TAKEN = 10
"""Steps of others before an optimizer's first; those of one training, or of a game, begin closer together."""
_BESIDE = 5
"""Records on either side of a place by which the levels there are told."""


def begun(stated: Iterable[Fact]) -> list[float]:
    """When each optimizer after the first ones began, in seconds since 1970."""
    known: set[str] = set()
    moments = []
    for fact in stated:
        optimizers = fact.data.get("optimizers") if fact.kind == "watch_state" else None
        listed = optimizers if isinstance(optimizers, list) else []
        labels = {str(one.get("label")) for one in listed if isinstance(one, dict)}
        steps = facts.number(fact.data.get("steps"))
        if known and labels - known and (steps is None or steps > _TAKEN):
            moments.append(datetime.fromisoformat(fact.t).timestamp())
        known |= labels
    return moments


def marked(curve: Curve, moments: Sequence[float], resets: Sequence[int] = ()) -> Curve:
    """The curve, with the steps at which another optimizer began.

    A printed one has no times to tell by: there it is where its steps were counted anew (``resets``, as places), as
    often as another optimizer began. Steps that begin again with every epoch are told by the level of the curve.
    """
    import numpy as np

    if not moments:
        return curve
    if np.isfinite(curve.walls).all():
        at = [int(one) for one in np.searchsorted(curve.walls, moments)]
    elif len(resets) <= len(moments):
        at = list(resets)
    else:
        at = sorted(resets, key=lambda one: _back(curve.values, one))[-len(moments) :]
        at = [one for one in at if _back(curve.values, one) > 0.5]
    phases = tuple(sorted({int(curve.steps[one]) for one in at if 0 < one < len(curve)}))
    return replace(curve, phases=phases) if phases else curve


def _back(values: Floats, at: int) -> float:
    """How far the curve goes back at this place to where it started, of what it had come down: 1 is all the way."""
    import numpy as np

    before, after = np.median(values[max(0, at - _BESIDE) : at]), np.median(values[at : at + _BESIDE])
    fallen = values[0] - before
    return float((after - before) / fallen) if fallen > 0 else 0.0
