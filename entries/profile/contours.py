"""What a scan says beside its minimum: the map of dchi2 with its joint contours, and the interval of beta."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

Lowest = Mapping[tuple[float, float], float]
"""The lowest chi2 of the repeats at (beta, w)."""
JOINT = {"68%": 2.30, "95%": 5.99}
"""dchi2 of the joint contours of two parameters; 1 is the interval of one parameter alone."""
NOT_BRACKETED, FLAT = "none: the minimum is not bracketed", "none: the profile is flat"


def profile(lowest: Lowest, axis: int) -> dict[float, float]:
    """dchi2 along beta (axis 0) or w (1), minimised over the other."""
    least = min(lowest.values())
    values = sorted({place[axis] for place in lowest})
    return {one: min(chi2 for place, chi2 in lowest.items() if place[axis] == one) - least for one in values}


def width(along: Mapping[float, float]) -> float | str:
    """Where a profile reaches 1, by a parabola through the minimum and its neighbours; else why it does not.

    A correlation of beta and w that is finer than the steps of the grid is not seen, and the interval too narrow then.
    """
    places = sorted(along)
    k = places.index(min(places, key=lambda place: along[place]))
    if not 0 < k < len(places) - 1:
        return NOT_BRACKETED
    (a, fa), (b, fb), (c, fc) = ((places[j], along[places[j]]) for j in (k - 1, k, k + 1))
    curvature = ((fc - fb) / (c - b) - (fb - fa) / (b - a)) / (c - a)
    return 1 / math.sqrt(curvature) if curvature > 0 else FLAT


def told(lowest: Lowest) -> str:
    """The map as a table, w down and beta across, and how far the joint contours reach."""
    least = min(lowest.values())
    betas, widths = (sorted({place[axis] for place in lowest}) for axis in (0, 1))
    lines = [
        f"dchi2 above {least:.6g}; bold within the joint 68% (2.30), italic within 95% (5.99).",
        "",
        "| w \\ beta | " + " | ".join(f"{beta:g}" for beta in betas) + " |",
        "|---" * (len(betas) + 1) + "|",
    ]
    lines += [f"| {w:g} | " + " | ".join(_marked(lowest[beta, w] - least) for beta in betas) + " |" for w in widths]
    lines.append("")
    for axis, name in enumerate(("beta", "w")):
        along = profile(lowest, axis)
        sigma, at = width(along), min(along, key=lambda place: along[place])
        if isinstance(sigma, str):
            lines.append(f"- {name}: {sigma}")
            continue
        reach = ", ".join(f"joint {level} +- {math.sqrt(value) * sigma:.2g}" for level, value in JOINT.items())
        step = min(b - a for a, b in itertools.pairwise(sorted(along)))
        coarse = "; the grid's step is wider than that" if step > sigma else ""
        lines.append(f"- {name}: {at:g} +- {sigma:.2g} alone, {reach}{coarse}")
    return "\n".join(lines)


def _marked(value: float) -> str:
    text = f"{value:.4g}"
    return f"**{text}**" if value <= JOINT["68%"] else f"*{text}*" if value <= JOINT["95%"] else text
