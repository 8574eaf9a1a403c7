"""The settings that a line names between a metric and its value: ``Accuracy for k = 5 is 0.93``."""

from __future__ import annotations

import re

from labjournal.parsers.alike import STEP_WORDS
from labjournal.parsers.names import is_metric_word, role_of, understand, words_of
from labjournal.parsers.shapes import shaped
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
_INDEXED = re.compile(
    r"\s*(?P<name>[A-Za-z][\w -]{0,30}?)(?:\s*(?P<sign>=)\s*|\s+)(?P<at>\d{1,4})\s*[:=]"
    r"\s*(?P<value>[-+]?\d*\.\d+\s?%?)\s*"
)
"""``acc = 3 : 93.33``, ``acc 3: 93.33``: which of several, before the value."""
_COUNTED = frozenset(("accuracy", "auc", "dice", "kappa", "rmse", "mae"))
"""What is counted so without a sign; "BLEU 4" and "hits 10" are names."""
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


Told = tuple[str, dict[str, str]]
"""A line, and the settings that stood in it."""


def _only_says_whose(head: str) -> bool:
    words = words_of(head)
    return not any(map(is_metric_word, words)) and role_of(words) == "unclear" and find_step(head) is None


def without_settings(text: str) -> Told:
    """The line without the settings that a value was got with, and those by name."""
    if "=" not in text and ":" not in text:
        return text, {}
    behind = any(word in text for word in _BEFORE)
    return _headed(text) or (_given(text) if behind else _indexed(text)) or (text, {})


def _headed(text: str) -> Told | None:
    head = _HEAD.match(text) if "=" in text and ": " in text else None
    if head is None or not _only_says_whose(head[0]):
        return None
    settings = {one["name"]: one["value"] for one in _NEXT.finditer(head["how"])}
    owner = (head["who"] or "").strip(" ,(")
    return text[head.end() :], settings | ({"group": owner} if owner else {})


def _indexed(text: str) -> Told | None:
    found = _INDEXED.fullmatch(text)
    name = understand(shaped(found["name"])) if found is not None else None
    if found is None or name is None or not name.alone or not is_metric_word(words_of(found["name"])[-1]):
        return None
    if not found["sign"] and name.metric not in _COUNTED:
        return None
    return f"{found['name']}: {found['value']}", {"number": found["at"]}


def _given(text: str) -> Told | None:
    found = _GIVEN.search(text)
    if found is None or not any(map(is_metric_word, words_of(found["what"]))):
        return None
    told = _IS.match(found["rest"])
    if told is None or _MEASURED.match(found["rest"], told.end()) is None:
        return None
    before, value = f"{text[: found.start()]}{found['what']}", found["rest"][told.end() :]
    if (at := _CUT.fullmatch(found["how"])) is not None:
        return f"{before}@{at['cut']}: {value}", {}
    settings = {one["name"]: one["value"][:40] for one in _NEXT.finditer(found["how"])}
    words = [word for name in settings for word in words_of(name)]
    if not _NO_SETTING.isdisjoint(map(str.lower, settings)) or any(map(is_metric_word, words)):
        return None
    other = " ".join(_JOINS.sub(" ", _NEXT.sub(" ", found["how"])).split())
    if role_of(words_of(other)) != "unclear":
        return f"{before} for {other}: {value}", settings  # "for test vectors with k = 2"
    return f"{before}: {value}", settings | ({"group": other} if other else {})
