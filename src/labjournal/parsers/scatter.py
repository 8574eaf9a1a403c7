"""Rows and columns of a table that say how values scatter or what they were compared with: nothing measured."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labjournal.parsers.numbers import plain_float
from labjournal.parsers.reading import Line

SPREAD = re.compile(
    r"(?:std|stdev|std\.?\s?dev\.?|standard deviation|s\.?d\.?|sigma|σ|var|variance|sem|std\.?\s?err(?:or)?|count|range"
    r"|dispersion|\d+%|min(?:imum)?|max(?:imum)?)",
    re.IGNORECASE,
)
"""Labels of rows that say how values scatter: no measurement of their own."""

BESIDE = re.compile(
    rf"(?:{SPREAD.pattern}|min(?:imum)?|max(?:imum)?|threshold|change|delta|diff(?:erence)?|Δ|p(?:[- ]?value)?|n"
    r"|support|95%\s?ci|ci|lower|upper|low|high|(?:ci|conf)[._ ]?(?:low|lower|high|upper)|p[._]value"
    r"|std\.error|statistic|target|goal|baseline|weight|unit|status)\.?",
    re.IGNORECASE,
)
"""Titles of columns that stand beside a value: how it scatters, what it was compared with."""


def without_spreads(rows: list[tuple[Line, list[str]]]) -> list[tuple[Line, list[str]]]:
    """The rows without those that say how values scatter. "Maximum" alone is a name, but in the last row."""
    labels = [cells[0].strip(" *_") if cells else "" for _, cells in rows]
    statistics = sum(SPREAD.fullmatch(label) is not None or label.lower() in ("mean", "average") for label in labels)
    lone = statistics == 1 and len(rows) > 2
    if lone and not (SPREAD.fullmatch(labels[-1]) and _is_extreme(rows[-1][1], [cells for _, cells in rows])):
        return [
            row
            for row, label in zip(rows, labels, strict=True)
            if SPREAD.fullmatch(label) is None or label.lower().startswith(("min", "max"))
        ]
    return [row for row, label in zip(rows, labels, strict=True) if SPREAD.fullmatch(label) is None]


def _is_extreme(own: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row holds the smallest or the largest value of each column."""
    for at in range(1, len(own)):
        values = [value for cells in rows if len(cells) == len(own) and (value := plain_float(cells[at])) is not None]
        if values and plain_float(own[at]) not in (min(values), max(values)):
            return False
    return True
