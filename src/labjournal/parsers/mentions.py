"""A quick no for the thousands of lines of a log that name no metric."""

from __future__ import annotations

import re

from labjournal.parsers.languages import COMPOUND_PARTS, FOREIGN
from labjournal.parsers.vocabulary import METRIC_WORDS

_LETTERS = re.compile(r"[A-Za-z]+")
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_STEMS = (
    frozenset(re.sub(r"[\d_-].*", "", word) for word in METRIC_WORDS)
    | frozenset(word for word, english in FOREIGN.items() if english in METRIC_WORDS and word.isascii())
    | frozenset(
        """hit pass dist pck rate match p r f besttest inception dcf reciprocal rec rank cosine pred exact rand mutual
        chi χ hr mr area explained measure""".split()
    )
)


def may_mention(text: str) -> bool:
    """A quick no for the thousands of lines that name no metric; a yes says nothing."""
    low = text.lower()
    if " -> " in text or not text.isascii() or any(part in low for part in COMPOUND_PARTS):
        return True
    return not _STEMS.isdisjoint(_LETTERS.findall(low)) or not _STEMS.isdisjoint(
        piece.lower() for piece in _PIECES.findall(text)
    )
