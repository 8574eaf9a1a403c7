"""What a sentence says around a value: whose it is and how it was got before it, on which set behind it."""

from __future__ import annotations

import re
from dataclasses import replace

from labjournal.parsers.context_forms import NO_DATASET_NAME
from labjournal.parsers.names import Name, is_metric_word, role_of, understand, words_of
from labjournal.parsers.reading import RoleName
from labjournal.parsers.shapes import shaped
from labjournal.parsers.vocabulary import NEVER

_DESCRIBED = re.compile(
    r"(?P<what>[A-Za-z].{2,39}?)\s(?:for|of)\s(?:the\s)?(?P<who>\S.{1,59}?)\s(?P<how>(?:after|using|with|by)\s.{3,59})",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[:;|]\s")
_QUOTES = dict.fromkeys(map(ord, "'\"`\u2018\u2019"))
_HOW = frozenset("cost fold folds trees depth gamma lambda weight weights optimizer scheduler dropout norm".split())
"""Words that elsewhere say that a name is a setting; here they say how a model was got."""
_ON_DATA = re.compile(
    r"\s?%?\)?\s+on\s+(?:the\s+)?(?P<set>[A-Z]\w*[A-Z\d][\w.-]*)(?:\s+(?:data\s?set|benchmark))?\s*\.?\s*"
)
_ON_SET = re.compile(
    r"\s?%?\)?\s+\(?(?:on|for|over)\s+(?:the\s+|our\s+)?(?P<set>[\w-]+(?:\s[\w-]+)?)\s+(?:set|data|data\s?set|split|images|samples|examples)\b"
    r"(?:\s+(?:of|with|\()\s*(?P<n>\d[\d,]*)\s(?:images|samples|examples|instances))?",
    re.IGNORECASE,
)


def described(phrase: str) -> Name | None:
    """``Test error for linear SVM after tuning for optimal cost``: the metric, and as ``of`` whose it is and how."""
    if " of " not in phrase and " for " not in phrase:
        return None
    phrase = _SENTENCE.split(phrase)[-1].translate(_QUOTES).strip(" \t#*-")
    match = _DESCRIBED.fullmatch(phrase)
    if match is None or understand(phrase) is not None:
        return None
    name = understand(shaped(match["what"]))
    who, how = words_of(match["who"]), words_of(shaped(match["how"]))
    if name is None or not name.alone or any(map(is_metric_word, who)) or not NEVER.isdisjoint(who):
        return None
    if not NEVER.intersection(how) <= _HOW:
        return None
    role: RoleName = "validation" if "cv" in how and name.role == "unclear" else name.role
    return replace(name, role=role, of=f"{match['who']} {match['how']}")


def data_behind(text: str) -> str | None:
    """The data set that ends a line of values: `` on MOT17``."""
    match = _ON_DATA.fullmatch(text) if " on " in text else None
    words = words_of(match["set"]) if match is not None else []
    if match is None or not NO_DATASET_NAME.isdisjoint(words) or not NEVER.isdisjoint(words):
        return None
    return None if role_of(words) != "unclear" or any(map(is_metric_word, words)) else match["set"]


def behind(text: str) -> tuple[RoleName, int | None]:
    """The role that stands behind a value, and on how many: `` on the test set of 1,020 images``."""
    match = _ON_SET.match(text)
    if match is None:
        return "unclear", None
    return role_of(words_of(match["set"])), int(match["n"].replace(",", "")[:15]) if match["n"] else None
