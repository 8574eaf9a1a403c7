"""Precision, recall and F1 of a kind of score: ROUGE, BERTScore, the coreference scores, an average.

Written once before its values, the kind is part of the name of each: ``ROUGE-L: P 0.41 R 0.39 F1 0.40``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from labjournal.parsers.names import role_of
from labjournal.parsers.vocabulary import FILLER, HEADLINE, METRIC_WORDS, NEVER

KIND = (
    r"rouge[-_ ]?(?:\d|l(?:sum)?|w|su?\d*)|bert[-_ ]?score|mlas|blex|[cul]as"
    r"|muc|b(?:\^?3|[-_ ]?cubed)|ceaf[-_ ]?[em]?|blanc|lea|(?:macro|micro|weighted)(?:[-_ ](?:averaged?|avg))?"
)
_VALUE = r"[-+]?(?:\d+\.\d+|\.\d+|\d+(?=\s?%)|[01](?![\w.]))(?:\s?%)?"
_NAME = (
    r"['\"]?(?<!\w)(?:p|r|f1?|prec(?:ision)?|rec(?:all)?|f1[-_ ]score|f[-_ ]?(?:1|score|measure))(?!\w)"
    r"['\"]?\s*[:=]?\s*"
)
_PART = re.compile(rf"(?P<name>{_NAME})(?P<value>{_VALUE})", re.IGNORECASE)
_OF_KIND = re.compile(
    rf"(?<![\w@])(?P<kind>{KIND})['\"]?\s*[-–:=|]?\s*[({{\[]?\s*(?:\w*Score\()?(?P<values>{_NAME}{_VALUE}(?:[\s,;|/)]+{_NAME}{_VALUE})+)",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(
    r"(?<![\w@])(?P<kind>[A-Za-z][\w-]*) (?P<values>prec(?:ision)?"
    rf"\s*[:=]?\s*{_VALUE}(?:[\s,;|/]+{_NAME}{_VALUE}){{2}})",
    re.IGNORECASE,
)
"""``NER precision 0.81, recall 0.79, F1 0.80``."""
_NO_KIND = FILLER | HEADLINE | NEVER | METRIC_WORDS | {"average", "avg", "mean"}
_F1_ALONE = re.compile(rf"\s+f[\w-]*\s*[:=]?\s*{_VALUE}.*\b(?:prec|rec)", re.IGNORECASE | re.DOTALL)
_AVERAGED = re.compile(r"[-_ ](?:averaged?|avg)$", re.IGNORECASE)
_PART_ALONE = re.compile(r"p(?:recision)?|r(?:ecall)?|f(?:1|measure|1[-_]score)?")
_PARTS = {"p": "precision", "r": "recall", "f": "f1"}
KIND_ALONE = re.compile(KIND, re.IGNORECASE)
_BOUNDED = re.compile(r"AggregateScore\(low=\w+\([^()]*\), mid=(\w+\([^()]*\)), high=\w+\([^()]*\)\)")
"""Bootstrapped: the middle is the value."""
_BY_LENGTH = re.compile(
    rf"\bROUGE-(?P<part>[PRF])\s?\((?P<lengths>[\dLWS](?:/[\dLWS]\w*)+)\)\s*[:=]\s*(?P<values>{_VALUE}(?:/{_VALUE})+)",
    re.IGNORECASE,
)
_PRESUMM = {(4, 3): ("1", "2", "l")}
"""PreSumm announces four ROUGE and prints three."""


def by_kind(text: str) -> str:
    """``BERTScore: P=0.91, R=0.90, F1=0.91`` as ``BERTScore precision: 0.91, BERTScore recall: 0.90, …``."""
    text = _BOUNDED.sub(r"\1", text) if "AggregateScore(" in text else text
    return _BY_LENGTH.sub(_each_length, _QUALIFIED.sub(_each_qualified, _OF_KIND.sub(_each_part, text)))


def prefixed(key: str, names: Iterable[str]) -> dict[str, str]:
    """The names under a key such as ``rouge-1`` with the kind before them; nothing where it is none, or holds more."""
    parts = {name: _PARTS.get(name[:1]) for name in names if _PART_ALONE.fullmatch(name)}
    if KIND_ALONE.fullmatch(key) is None or set(parts) != set(names):
        return {}
    return {name: f"{re.sub('[^a-z0-9]', '', key.lower())}_{part}" for name, part in parts.items()}


def _each_qualified(match: re.Match[str]) -> str:
    kind = match["kind"].lower()
    return match[0] if kind in _NO_KIND or role_of([kind]) != "unclear" else _each_part(match)


def _each_part(match: re.Match[str]) -> str:
    kind = _AVERAGED.sub("", match["kind"])
    if _F1_ALONE.match(text := match[0], len(match["kind"])) is not None:
        return text  # "Macro F1: 0.5, precision: 0.6": of which kind the precision is, nobody says
    parts = [(_PARTS[part["name"].strip("'\"").lower()[0]], part["value"]) for part in _PART.finditer(match["values"])]
    if len({name for name, _ in parts}) < len(parts):
        return text
    return ", ".join(f"{kind} {name}: {value}" for name, value in parts)


def _each_length(match: re.Match[str]) -> str:
    lengths, values = tuple(match["lengths"].split("/")), match["values"].split("/")
    lengths = _PRESUMM.get((len(lengths), len(values)), lengths)
    if len(lengths) != len(values):
        return match[0]
    part = _PARTS[match["part"].lower()]
    return ", ".join(f"ROUGE-{length} {part}: {value}" for length, value in zip(lengths, values, strict=True))
