"""Where a number, a time or a stranger's text becomes text; no other part formats one.

All faces show the same characters because they all ask here. Rates get three digits, other values as many as the
first two digits of their interval allow, counts stand in for a rate where rounding would make it 0 or 1. Text that
came from a run, a file or a person passes ``visible`` (and ``markdown`` or ``html``) before it is shown, so that
terminal escapes, direction overrides and markup are seen and never obeyed. Standard library only.
"""

from __future__ import annotations

from labjournal.format.latex import beyond_latex, latex
from labjournal.format.numbers import (
    FEW,
    MINUS,
    RATE_DIGITS,
    TAINT,
    bounds,
    count,
    difference,
    digits_of,
    exact,
    fraction,
    measured,
    measured_parts,
    missing,
    needs_fraction,
    number,
    p_value,
    percent,
    plus_minus,
    rate,
    rounded,
    signed_percent,
    size,
    small,
    used_of,
)
from labjournal.format.spark import sparkline
from labjournal.format.text import (
    cells,
    commit,
    cut,
    cut_middle,
    html,
    listed,
    markdown,
    pad,
    plural,
    setting,
    visible,
    wrap,
)
from labjournal.format.times import Ages, age, clock, day, duration, duration_short, iso, moment_text, zone_name

__all__ = [
    "FEW",
    "MINUS",
    "RATE_DIGITS",
    "TAINT",
    "Ages",
    "age",
    "beyond_latex",
    "bounds",
    "cells",
    "clock",
    "commit",
    "count",
    "cut",
    "cut_middle",
    "day",
    "difference",
    "digits_of",
    "duration",
    "duration_short",
    "exact",
    "fraction",
    "html",
    "iso",
    "latex",
    "listed",
    "markdown",
    "measured",
    "measured_parts",
    "missing",
    "moment_text",
    "needs_fraction",
    "number",
    "p_value",
    "pad",
    "percent",
    "plural",
    "plus_minus",
    "rate",
    "rounded",
    "setting",
    "signed_percent",
    "size",
    "small",
    "sparkline",
    "used_of",
    "visible",
    "wrap",
    "zone_name",
]
