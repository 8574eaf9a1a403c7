"""Numbers that a person typed into sentences: claims about results, held against them by `audit`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from labjournal.parsers.mentions import may_mention
from labjournal.parsers.names import is_metric_word, words_of
from labjournal.parsers.numbers import Number, find_numbers
from labjournal.parsers.shapes import shaped

_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý*_(])|(?<=[。！？；])")
_ELSEWHERE = re.compile(
    r"\b(?:todo|goals?|targets?|should|must|need(?:s|ed)?\s+to|want(?:s|ed)?|hop(?:e|ing)|expect\w*|at\s+least|aim\w*|papers?|reported"
    r"|et\s+al|sota|state[\s-]of[\s-]the[\s-]art)\b|^\W*\[ \]",
    re.IGNORECASE,
)
"""Wishes and other people's numbers: nothing here measured them."""
_CHANGE = re.compile(
    r"\b(?:diff\w*|delta|gap|margin|gain\w*|drop\w*|lift|std|scatter|by)\b[^.,;:]{0,60}$", re.IGNORECASE
)
_UNSURE = re.compile(
    r"(?:\bp(?:[\s-]?values?)?\s*(?:[<>=≤≥≈~:]=?|of|is|was)?|[±≤≥<>~≈]=?|\+/?-|\[[^\]]*"
    r"|\b(?:intervals?|ci|range)\b[^;\])]{0,25}"
    r"|\b(?:above|below|over|under|than|exceed\w*|at\s+most|up\s+to))\s*$",
    re.IGNORECASE,
)
"""Before a number that is how sure a value is, or a bound of it."""
_LEVEL = re.compile(r"\s*-?\s*(?:ci\b|confidence|credible|intervals?\b)", re.IGNORECASE)
_LEADS_TO = re.compile(r"\s*(?:→|->|=>)")
_MOST = 40
_KNOWN = {"acc": "accuracy", "prec": "precision", "rec": "recall", "f1score": "f1", "exactitude": "accuracy"}


@dataclass(frozen=True, slots=True)
class Said:
    """One number in a sentence, and the metric the sentence names."""

    line: int
    sentence: str
    metric: str
    number: Number


def said_in(text: str, line: int) -> Iterator[Said]:
    """The measured values a line of prose states: percentages, decimals and counts beside a word for a metric."""
    if len(text) > 2_000 or not any(character.isdigit() for character in text):
        return
    for sentence in _SENTENCES.split(text):
        if not may_mention(sentence) or _ELSEWHERE.search(sentence):
            continue
        words = words_of(shaped(sentence))
        metrics = [word for word in words if is_metric_word(word) and len(word) > 1 and word != "lift"]
        if not metrics:
            continue
        taken = 0
        for number in find_numbers(sentence):
            bare = number.integer and not number.percent
            if number.fraction is None and (bare or not 0 <= abs(number.value) <= 1_000):
                continue
            if sentence.startswith("+", number.start) or _LEADS_TO.match(sentence, number.end):
                continue  # a change, or the setting that led to what follows
            before = sentence[max(0, number.start - 90) : number.start]
            if _CHANGE.search(before) or _UNSURE.search(before) or _LEVEL.match(sentence, number.end):
                continue
            yield Said(line, sentence.strip(), _nearest(sentence, number, metrics), number)
            taken += 1
            if taken >= _MOST:
                return


def _nearest(sentence: str, number: Number, metrics: list[str]) -> str:
    """The metric named closest to the number, after it before before it at the same distance."""
    low = shaped(sentence).lower()
    best, distance = metrics[0], 1 << 30
    for metric in metrics:
        for match in re.finditer(re.escape(metric), low):
            gap = match.start() - number.end if match.start() >= number.end else number.start - match.end()
            if gap < distance:
                best, distance = metric, gap
    return _KNOWN.get(best, best)
