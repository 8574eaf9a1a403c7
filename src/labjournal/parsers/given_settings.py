"""The settings that a line names between a metric and its value: ``Accuracy for k = 5 is 0.93``."""

from __future__ import annotations

import re

from labjournal.parsers.alike import STEP_WORDS
from labjournal.parsers.names import is_metric_word, role_of, words_of
from labjournal.parsers.steps import find_step

_BEFORE = (" for ", " with ", " at ", " using ", " when ", " where ")
_SET = r"(?P<{}>[A-Za-z][\w-]*)\s*[:=]\s*(?P<{}>-?[\w.+]+(?:-\w+)*)"
_FIRST, _NEXT = _SET.format("name", "value"), re.compile(_SET.format("name", "value"))
_GIVEN = re.compile(
    rf"(?P<what>[A-Za-z][^:=|;]{{2,60}}?)(?P<how>\s(?:for|with|at|using|when|where)\s(?:[^:=\d|;]{{0,30}}?\s)?{_FIRST}"
    rf"(?:\s*(?:,|;|\band\b|&)?\s*[A-Za-z][\w-]*\s*[:=]\s*-?[\w.+]+(?:-\w+)*(?=\s|[,;:]))*"
    r"(?:\s(?!(?:is|are|was|were|equals?)\b)[^:=|;]{1,30}?)?)"
    r"\s*(?P<rest>(?:[:=]|->|=>|→|\b(?:is|are|was|were|equals?)\b).*)"
)
_HEAD = re.compile(
    r"\W*(?P<who>[A-Za-z\d][\w.+-]*(?:\s[\w.+-]+){0,3}(?:,\s|\s?\(|\s))?"
    r"(?P<how>[A-Za-z][\w-]*\s?=\s?[\w.+-]+(?:(?:,\s?|\s)[A-Za-z][\w-]*\s?=\s?[\w.+-]+)*)\)?\s?:\s+(?=[A-Za-z][\w\s@-]*\s?[:=]\s?[-.\d])"
)
"""``2-layer LSTM, hidden_size=200: acc=0.688``: who was measured, and with which settings."""
_IS = re.compile(r"(?:[:=]|->|=>|→|\b(?:is|are|was|were|equals?)\b(?:\s+to\b)?\s*[:=]?)\s*")
_MEASURED = re.compile(r"(?:\w+\s*[:=]?\s*)?[-+]?(?:\d*\.\d|\d+\s?%|\d+(?:[eE]-?\d+)?\s*$)")
_JOINS = re.compile(r"(?:^|\s)(?:for|with|at|using|when|where|and)(?=\s|$)|[,;&]")
_CUT = re.compile(r"\sat\s(?:k|IoU)\s*[:=]\s*(?P<cut>[\d.]+)", re.IGNORECASE)
"""``Precision at k=5``, ``mAP at IoU=0.5``: part of the name."""
_NO_SETTING = STEP_WORDS | frozenset(("fold", "n"))
"""What stands before a value in this way and has a place of its own."""


def _only_says_whose(head: str) -> bool:
    words = words_of(head)
    return not any(map(is_metric_word, words)) and role_of(words) == "unclear" and find_step(head) is None


def without_settings(text: str) -> tuple[str, dict[str, str]]:
    """The line without the settings that a value was got with, and those by name."""
    headed = _HEAD.match(text) if "=" in text and ": " in text else None
    if headed is not None and _only_says_whose(headed[0]):
        settings = {one["name"]: one["value"] for one in _NEXT.finditer(headed["how"])}
        owner = (headed["who"] or "").strip(" ,(")
        return text[headed.end() :], settings | ({"group": owner} if owner else {})
    if ("=" not in text and ":" not in text) or not any(word in text for word in _BEFORE):
        return text, {}
    found = _GIVEN.search(text)
    if found is None or not any(map(is_metric_word, words_of(found["what"]))):
        return text, {}
    told = _IS.match(found["rest"])
    if told is None or _MEASURED.match(found["rest"], told.end()) is None:
        return text, {}
    settings = {one["name"]: one["value"][:40] for one in _NEXT.finditer(found["how"])}
    at = _CUT.fullmatch(found["how"])
    if at is not None:
        return f"{text[: found.start()]}{found['what']}@{at['cut']}: {found['rest'][told.end() :]}", {}
    words = [word for name in settings for word in words_of(name)]
    if not _NO_SETTING.isdisjoint(map(str.lower, settings)) or any(map(is_metric_word, words)):
        return text, {}
    other = " ".join(_JOINS.sub(" ", _NEXT.sub(" ", found["how"])).split())
    rest = f": {found['rest'][told.end() :]}"
    if role_of(words_of(other)) != "unclear":
        rest = f" for {other}{rest}"  # "for test vectors with k = 2"
    elif other:
        settings["group"] = other
    return f"{text[: found.start()]}{found['what']}{rest}", settings
