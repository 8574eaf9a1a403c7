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
MEANS_NOTHING = "none: chi2_min is not of the order of the degrees of freedom"
_MOST_PER_DEGREE = 10.0


def profile(lowest: Lowest, axis: int) -> dict[float, float]:
    """dchi2 along beta (axis 0) or w (1), minimised over the other."""
    least = min(lowest.values())
    values = sorted({place[axis] for place in lowest})
    return {one: min(chi2 for place, chi2 in lowest.items() if place[axis] == one) - least for one in values}


def width(along: Mapping[float, float]) -> float | str:
    """Where a profile reaches 1, by a parabola through the minimum and the next points at or above 1; else why not.

    Where no point of a side reaches 1, its last point is taken. On a grid of w whose steps are too coarse to follow the
    correlation of beta and w, this is the interval at a fixed w, which is too narrow.
    """
    places = sorted(along)
    k = places.index(min(places, key=lambda place: along[place]))
    if not 0 < k < len(places) - 1:
        return NOT_BRACKETED
    left = next((place for place in reversed(places[:k]) if along[place] >= 1), places[0])
    right = next((place for place in places[k + 1 :] if along[place] >= 1), places[-1])
    (a, fa), (b, fb), (c, fc) = ((place, along[place]) for place in (left, places[k], right))
    curvature = ((fc - fb) / (c - b) - (fb - fa) / (b - a)) / (c - a)
    return 1 / math.sqrt(curvature) if curvature > 0 else FLAT


def interval(along: Mapping[float, float], least: float, dof: int) -> float | str:
    """Half the 68% interval, where a step of 1 in chi2 means something; else why there is none."""
    return width(along) if least <= _MOST_PER_DEGREE * dof else MEANS_NOTHING


def told(lowest: Lowest, dof: int) -> str:
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
        sigma, at = interval(along, least, dof), min(along, key=lambda place: along[place])
        if isinstance(sigma, str):
            lines.append(f"- {name}: {sigma}")
            continue
        reach = ", ".join(f"joint {level} +- {math.sqrt(value) * sigma:.2g}" for level, value in JOINT.items())
        step = min(b - a for a, b in itertools.pairwise(sorted(along)))
        coarse = "; the grid's step is wider than that" if step > sigma else ""
        lines.append(f"- {name}: {at:g} +- {sigma:.2g} alone, {reach}{coarse}")
    return "\n".join(lines)


def line_told(along: Mapping[float, float], least: float, dof: int) -> str:
    """The profile of beta with everything else minimised over, and its interval."""
    sigma, at = interval(along, least, dof), min(along, key=lambda place: along[place])
    lines = [f"dchi2 above {least:.6g}, w and theta minimised over at every beta.", ""]
    lines += ["| beta | " + " | ".join(f"{beta:g}" for beta in sorted(along)) + " |", "|---" * (len(along) + 1) + "|"]
    lines += ["| dchi2 | " + " | ".join(_marked(along[beta]) for beta in sorted(along)) + " |", ""]
    lines.append(f"- beta: {sigma}" if isinstance(sigma, str) else f"- beta: {at:g} +- {sigma:.2g}")
    return "\n".join(lines)


def _marked(value: float) -> str:
    text = f"{value:.4g}"
    return f"**{text}**" if value <= JOINT["68%"] else f"*{text}*" if value <= JOINT["95%"] else text
