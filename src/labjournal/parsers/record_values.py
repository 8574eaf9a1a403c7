"""Keys and values of JSON records: which key names a metric, which a time, and the number that a value is."""

from __future__ import annotations

import math
import re
from typing import Any

from labjournal.parsers.names import understand, words_of
from labjournal.parsers.numbers import Number, parse_number
from labjournal.parsers.shapes import shaped as drawn_together

_TIMES = frozenset(
    "time times seconds sec s ms latency runtime duration throughput memory per speed lr loss_scale".split()
)


def metric_name(key: str) -> str | None:
    """The metric a JSON key names. Keys are identifiers and keep their printed form, but for a bare "acc"."""
    if (
        key.lower().endswith(("_stderr", "_std", "_stderr,none", "_var", "_ci", "_count", "_total", "_n"))
        or "stderr" in key
    ):
        return None
    shaped = key.split(",")[0] if re.fullmatch(r"[\w@-]+,[\w-]+", key) else key
    name = understand(shaped) or understand(drawn_together(shaped))
    if name is None:
        return None
    words = words_of(shaped)
    if "@" in shaped and re.fullmatch(r"[\w./@()+-]+", shaped):
        return shaped
    if len(words) == 1 or re.fullmatch(r"[a-z]+|[A-Z][a-z]*|[A-Z]+\d*", shaped):
        return name.metric
    return shaped if re.fullmatch(r"[\w./@()+-]+", shaped) else name.metric


def timed(key: str) -> bool:
    """Whether a key names a time, a speed or a memory."""
    return not _TIMES.isdisjoint(words_of(key))


def as_number(value: Any) -> Number | None:
    """The value of a record as a number; a list of one stands for it."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return Number(float(value), 0, integer=True) if abs(value) < 10**300 else None
    if isinstance(value, float):
        text = repr(value)
        digits = (
            len(text.partition("e")[0].partition(".")[2]) - int(text.partition("e")[2] or 0)
            if math.isfinite(value)
            else 0
        )
        return Number(value, max(digits, 0))
    if isinstance(value, str) and len(value) < 40:
        return parse_number(value)
    if isinstance(value, list) and len(value) == 1:
        return as_number(value[0])
    return None
