"""Names that no vocabulary knows, where the form of a text says that they were measured."""

from __future__ import annotations

import re
from functools import lru_cache

from labjournal.parsers.names import LIMIT, Name, role_of, understand, words_of
from labjournal.parsers.numbers import Number
from labjournal.parsers.shapes import shaped
from labjournal.parsers.vocabulary import BEST, FILLER, HEADLINE, PARAMETERS, ROLE_WORDS

MEASURED_DIGITS = 3
"""Decimals that a measured value has at least: what people type as a setting has fewer."""
_LONGEST = 5
_EXTREMES = frozenset("min max mean median avg average".split())
_PHRASE = re.compile(r"[^\W\d_][\w@./%+^()\[\] -]*|\d{1,2}[^\W\d_][\w@./-]*")


@lru_cache(maxsize=4096)
def open_name(phrase: str) -> Name | None:
    """The quantity a phrase names, known or not; None where it names a setting, a time, a count or nothing.

    For places alone whose form is that of results: beside known metrics, or under a heading that announces them.
    """
    known = understand(shaped(phrase))
    if known is not None:
        return known
    phrase = phrase.strip(" \t*_`'\"#•·:=")
    words = words_of(phrase)
    if not 0 < len(words) <= _LONGEST or len(phrase) > 50 or _PHRASE.fullmatch(phrase) is None:
        return None
    identifier = "_" in phrase and " " not in phrase
    said = [w for w in words if identifier or not (w in FILLER or w in ROLE_WORDS or w in HEADLINE)]
    bad = PARAMETERS.intersection(words)
    if (
        not said
        or LIMIT.match(phrase)
        or {"standard", "error"} <= {*words}
        or (bad and not (bad <= _EXTREMES and len(said) > 1))
        or all(len(word) < 2 or word.isdigit() for word in said)
    ):
        return None
    role = role_of(words)
    metric = phrase if identifier else "_".join(said)
    prefix = {"validation": "val_", "test": "test_", "train": "train_", "unclear": ""}[role]
    return Name(metric, role, prefix + metric, best=not BEST.isdisjoint(words), alone=False)


def measured(number: Number) -> bool:
    """Whether a value has the digits of one that was measured, not typed."""
    return number.fraction is None and (number.digits >= MEASURED_DIGITS or (number.percent and not number.integer))
