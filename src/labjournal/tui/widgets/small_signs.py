"""Numbers as small drawings inside a line: trend, share, heat, interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Span
from labjournal.tui.theme import HEAT

Floats = NDArray[np.float64]


def trend(values: Floats, width: int, glyphs: Glyphs) -> str:
    """A curve in ``width`` cells by the mean of each part; a part without a number is a space."""
    if not width or not np.isfinite(values).any():
        return " " * width
    edges = np.linspace(0, values.size, width + 1)
    parts = []
    for start, stop in zip(edges[:-1].astype(int), np.maximum(edges[1:], edges[:-1] + 1).astype(int), strict=True):
        part = values[start:stop]
        part = part[np.isfinite(part)]
        parts.append(float(part.mean()) if part.size else math.nan)
    finite = [part for part in parts if math.isfinite(part)]
    if not finite:
        return " " * width
    low, span = min(finite), max(finite) - min(finite)
    top = len(glyphs.spark) - 1
    return "".join(
        " " if math.isnan(part) else glyphs.spark[round(top * (part - low) / span) if span else top // 2]
        for part in parts
    )


def bar(share: float, width: int, glyphs: Glyphs) -> list[Span]:
    """A share of 0 to 1 as a bar."""
    full = round(min(1.0, max(0.0, share)) * width)
    # Without colour the two parts would look the same: the rest is drawn as another sign.
    return [(glyphs.bar * full, "s1"), (glyphs.rule * (width - full), "faint")]


def heat(
    steps: Floats,
    values: Floats,
    sight: tuple[float, float],
    scale: tuple[float, float],
    width: int,
    glyphs: Glyphs,
) -> list[Span]:
    """Values over steps as heat on a log scale, by the largest value of each part.

    Args:
        steps: Ascending. A part without a point shows the last one before it, since looks grow rare with time.
        values: One a step; exact zeros are drawn as the lowest sign in alarm colour.
        sight: First and last step drawn, so that several lines share one axis.
        scale: Values of the lowest and of the highest level, above 0.
        width: Cells.
        glyphs: The density of the signs tells the level, the colour says it again.
    """
    low, high = scale
    span = math.log(high / low)
    edges = np.linspace(sight[0], sight[1] + 1, width + 1)
    bounds = np.searchsorted(steps, edges)
    spans: list[Span] = []
    for start, stop in pairwise(bounds):
        part = values[start:stop] if stop > start else values[max(0, start - 1) : start]
        part = part[np.isfinite(part)]
        peak = float(part.max()) if part.size else math.nan
        if math.isnan(peak):
            spans.append((" ", "faint"))
        elif peak <= 0:
            spans.append((glyphs.heat[0], "alarm"))
        else:
            level = min(4, max(0, round(4 * math.log(peak / low) / span)))
            spans.append((glyphs.heat[level], HEAT[level]))
    return merged(spans)


def interval(
    value: float,
    low: float,
    high: float,
    axis: tuple[float, float],
    width: int,
    role: str,
    marker: str,
    glyphs: Glyphs,
    reference: float | None = None,
) -> list[Span]:
    """A value with its interval on a common axis: ``──●──``; a reference (the majority) as ``┊``."""

    def at(x: float) -> int:
        share = (x - axis[0]) / (axis[1] - axis[0])
        return min(width - 1, max(0, round(share * (width - 1))))

    cells: list[Span] = [(" ", "text")] * width
    for column in range(at(low), at(high) + 1):
        cells[column] = (glyphs.rule, role)
    if reference is not None and axis[0] <= reference <= axis[1]:
        cells[at(reference)] = (glyphs.majority, "muted")
    cells[at(value)] = (marker, role)
    return merged(cells)


def merged(spans: Sequence[Span]) -> list[Span]:
    """Neighbouring spans of one role as one."""
    found: list[Span] = []
    for text, role in spans:
        if found and found[-1][1] == role:
            found[-1] = (found[-1][0] + text, role)
        else:
            found.append((text, role))
    return found
