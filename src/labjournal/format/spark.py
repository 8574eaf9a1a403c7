"""A curve as one line of signs."""

from __future__ import annotations

import math
from collections.abc import Sequence

_SIGNS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int, low: float | None = None, high: float | None = None) -> str:
    """The means of at most ``width`` equal parts, as bars between ``low`` and ``high``; a gap where nothing is finite.

    Without bounds those of the values; with the same bounds two lines can be held against each other.
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite or width < 1:
        return ""
    low = min(finite) if low is None else low
    high = max(finite) if high is None else high
    n = min(width, len(values))
    return "".join(_sign(values[i * len(values) // n : (i + 1) * len(values) // n], low, high) for i in range(n))


def _sign(part: Sequence[float], low: float, high: float) -> str:
    finite = [value for value in part if math.isfinite(value)]
    if not finite:
        return " "
    if not high > low:
        return _SIGNS[0]
    share = (math.fsum(finite) / len(finite) - low) / (high - low)
    return _SIGNS[round(min(1.0, max(0.0, share)) * (len(_SIGNS) - 1))]
