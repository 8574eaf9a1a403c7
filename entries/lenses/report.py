"""The three rates of a search as they are kept and as they are printed: never without what decides them."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from ranking import (
    Array,
    Curve,
    Labels,
    bootstrap,
    exact_interval,
    first_tie,
    fpr_at,
    fraction,
    point_at,
    roc,
    tpr_at,
)

_FPR = {"1e4": 1e-4, "1e3": 1e-3, "1e2": 1e-2}


def curve_of(score: Array, label: Labels, faults: list[str]) -> Curve:
    return roc(score, label, "first" if "A2" in faults else "last", "A3" not in faults)


def rates(score: Array, label: Labels, galaxy: NDArray[Any], faults: list[str]) -> dict[str, Any]:
    """Beside each rate: negatives allowed, numerator, threshold, and two intervals."""
    curve = curve_of(score, label, faults)
    tied_positives, tied_negatives = first_tie(score, label)
    found: dict[str, Any] = {"first_tie_positives": tied_positives, "first_tie_negatives": tied_negatives}
    for name, fpr in _FPR.items():
        at = point_at(curve, fpr)
        tp = int(curve.tp[at])
        low, high = exact_interval(tp, curve.positives)
        drawn = bootstrap(score, label, galaxy, fpr)
        found |= {
            f"allowed_{name}": int(fpr * curve.negatives + 1e-9),
            f"found_{name}": tp,
            f"threshold_{name}": float(curve.thresholds[at]),
            f"low_{name}": low,
            f"high_{name}": high,
            f"low_by_galaxy_{name}": drawn[0],
            f"high_by_galaxy_{name}": drawn[1],
        }
    return found | {"positives": curve.positives, "negatives": curve.negatives}


def says(score: Array, label: Labels, faults: list[str]) -> list[str]:
    """Lines for a person; with A2 or A3 as the first code printed them."""
    curve = curve_of(score, label, faults)
    if "A2" in faults or "A3" in faults:
        return [f"tpr@fpr{fpr:.0e}: {100 * tpr_at(curve, fpr):.1f}%".replace("e-0", "e-") for fpr in _FPR.values()]
    positives, negatives = first_tie(score, label)
    lines = []
    for fpr in _FPR.values():
        tp, allowed = int(curve.tp[point_at(curve, fpr)]), int(fpr * curve.negatives + 1e-9)
        lines.append(
            f"tpr@fpr{fpr:.0e} {fraction(tp, curve.positives)} by the step rule, {allowed} negatives allowed".replace(
                "e-0", "e-"
            )
        )
    missed = fpr_at(curve, 0.85)
    lines.append(f"fpr@tpr0.85 {fraction(round(missed * curve.negatives), curve.negatives)}")
    lines.append(f"first tied group holds {positives} positives and {negatives} negatives")
    return lines
