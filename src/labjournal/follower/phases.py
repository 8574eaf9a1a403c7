"""Trainings one after another in one script, as the watch saw another optimizer take its first steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from labjournal.facts import Fact

if TYPE_CHECKING:
    from labjournal.checks.curve import Curve


def begun(stated: Iterable[Fact]) -> list[float]:
    """When each optimizer after the first ones began, in seconds since 1970."""
    known: set[str] = set()
    moments = []
    for fact in stated:
        optimizers = fact.data.get("optimizers") if fact.kind == "watch_state" else None
        listed = optimizers if isinstance(optimizers, list) else []
        labels = {str(one.get("label")) for one in listed if isinstance(one, dict)}
        if known and labels - known:
            moments.append(datetime.fromisoformat(fact.t).timestamp())
        known |= labels
    return moments


def marked(curve: Curve, moments: Sequence[float]) -> Curve:
    """The curve, with the steps at which another optimizer began; a printed one has no times to tell by."""
    import numpy as np

    at = np.searchsorted(curve.walls, moments) if moments and np.isfinite(curve.walls).all() else ()
    phases = tuple(sorted({int(curve.steps[one]) for one in at if 0 < one < len(curve)}))
    return replace(curve, phases=phases) if phases else curve
