"""Numbers that people typed: each may stand for anything within half of its last digit, and words make it vaguer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from labjournal.audit.items import explained
from labjournal.parsers.numbers import decimals

ABOUT = re.compile(
    r"\b(?:about|around|almost|nearly|roughly|over|more than|at least|up to|approximately|circa|ca\.?|some|close to"
    r"|or so)\b|[~≈<>≤≥±]",
    re.IGNORECASE,
)
"""Says that a number is no more than near."""


def from_rounded(printed: float, shown: str, of: Callable[..., float], *typed: str) -> bool:
    """Whether a number follows from typed ones, each of them anywhere within half of its last digit."""
    spans = [(float(text) - half(text), float(text), float(text) + half(text)) for text in typed]
    values = [of(*point) for point in _corners(spans)]
    return explained(printed, decimals(shown), min(values), max(values))


def _corners(spans: list[tuple[float, float, float]]) -> Iterator[tuple[float, ...]]:
    if not spans:
        yield ()
        return
    for first in spans[0]:
        for rest in _corners(spans[1:]):
            yield (first, *rest)


def half(text: str) -> float:
    """Half of the last digit; whole numbers of less than three digits are taken for counts."""
    return 0.5 * 10.0 ** -decimals(text) if "." in text else 0.0 if len(text) < 3 else 0.5
