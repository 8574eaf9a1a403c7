"""Sentences: where one began, and whether it tells of what somebody else published."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

FEWEST_WORDS = 5
_PLAIN_WORD = re.compile(r"[A-Za-z'-]+[,.;]?")
_CITED = re.compile(r"\bet al\b|\([A-Z]\w+(?:\s(?:and|&)\s\w+)?,?\s(?:19|20)\d\d[a-z]?\)")


def cited(text: str, passed: Iterable[str]) -> bool:
    """Whether a line of prose, or one above it that its sentence may have begun on, cites somebody."""
    return any(map(_CITED.search, takewhile(_prose, (text, *reversed(list(passed))))))


def _prose(text: str) -> bool:
    words = text.split()
    plain = sum(_PLAIN_WORD.fullmatch(word) is not None for word in words)
    return len(words) >= FEWEST_WORDS and text[:1].isalpha() and plain * 2 > len(words)
