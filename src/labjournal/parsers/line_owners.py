"""Whose values a line gives: a name before them that says nothing else."""

from __future__ import annotations

import re

from labjournal.parsers.alike import STEP_WORDS
from labjournal.parsers.name_before import GROUPED
from labjournal.parsers.names import is_metric_word, understand, words_of
from labjournal.parsers.shapes import shaped
from labjournal.parsers.steps import find_step
from labjournal.parsers.titles import PLAIN_TITLE
from labjournal.parsers.vocabulary import FILLER, HEADLINE, NEVER, ROLE_WORDS

_COUNTED = re.compile(r"[\s*•>-]*([A-Za-z][\w.+/()'-]*)(?:\s{2,}|(?P<colon>:)\s+)\w+:\s.*")
WORDS_OF_A_LABEL = 4
"""At fewer than so many, ``DontSave`` among them, what stands before the counts of a class is one."""
_PARTS = re.compile(r"\s*:(?:\s+|$)|\s[-–—]{1,3}(?:\s+|$)|\s*[|│](?:\s+|$)")
_ENUMERATED = re.compile(r"^\s*\(?\d{1,2}[.)]\s+")
_PART = re.compile(r"[^\w(]*([^\W\d_][\w.+/()'-]*(?:\s[\w.+/()'-]+){0,4})\s*")
_LABEL = re.compile(
    r"(?<![\w-])(?:class[_ ]?)?(?:name|label|category|class)\s*[=:]\s*['\"]?(?P<label>[A-Za-z][\w .+-]{0,38}?)['\"]?"
    r"\s*(?:[,;|]|\s{2}|$)"
)
"""``class_id = 0, name = normal, ap = 3.12%``: the class whose value follows."""
_BRACKETED = re.compile(r"\W*\[([A-Za-z][\w+-]*(?:\s[\w+-]+){0,2})\](?:\s?\[\d+\])*\s*")
_CALLED = re.compile(
    r"\W*(?:(?i:train|val|valid|validation|test|dev|eval)\w*\s+)?"
    r"(?P<who>[A-Z][\w.-]*(?:\s[\w.-]+){0,3}\s?\([A-Za-z][\w .-]{0,30}\))\s*",
)
"""``Validation Sintel (clean) EPE: 1.41``: on what or whose, with what it is in brackets."""
_OBTAINED = re.compile(
    r"\W*(?P<who>[A-Z][\w.()+-]*(?:\s[\w.()+-]+){0,3}?)"
    r"\s(?:obtain|achieve|reache?|get|score|yield)s?(?:ed|d)?\s*(?:(?:an?|the)\s*)?"
)
"""``Theta obtains MAPE: 8.13%``."""
_COMPOSED = re.compile(r"[a-z][A-Z]\w*-|\w-[A-Z\d]")
"""``ImageNet-A`` is a name, whatever its words say."""
_NO_PART = NEVER | frozenset(
    "step mean average avg best final overall info debug warning error critical adam adamw sgd rmsprop".split()
)
NOT_OWNERS = (
    NEVER | HEADLINE | FILLER | PLAIN_TITLE | frozenset("mean average avg new then done log trainer main".split())
)
_AVERAGES = frozenset("micro macro weighted samples avg average mean".split())
_ANNOUNCING = frozenset(ROLE_WORDS) | PLAIN_TITLE | FILLER | HEADLINE
_ONE_OF = re.compile(
    r"\b(?:class[_ ]?name|name|class|case|category|patient|subject)\s+"
    r"(?P<label>[A-Za-z][\w.-]*(?:\s[A-Za-z][\w.-]*){0,2}?)\s+(?=(?P<metric>[A-Za-z]\w*)\s*[:=]?\s*-?\d*\.\d)"
)
"""``case c0012 mean_dice 0.58``: one of many, before the name of what was measured on it."""
_FOR_CLASS = re.compile(
    r"\s*(?P<metric>[A-Za-z]\w*)\s(?:for|of)\s(?:the\s)?class:?\s+"
    r"['\"]?(?P<label>\w[\w .-]{0,38}?)['\"]?\s*(?:\bis\b|[:=])\s*(?=[\d.])",
    re.IGNORECASE,
)
"""``Accuracy for class: bird  is 41.3 %``."""
_LABELLED = ("name", "class", "case", "categ", "patient", "subject")
_METHOD = re.compile(r"\bgradient\sboost\w*|\b(?:deep|transfer|active|ensemble|q)[\s-]learning\b", re.IGNORECASE)
"""Names of methods in which a word stands that elsewhere names a setting."""
_SCORE = re.compile(r"\s+scores?$", re.IGNORECASE)
_DECIMAL = re.compile(r"\d\.\d")


def owner_of(head: str) -> str | None:
    """Whose values follow, where a line begins with a name that says nothing else: ``xgboost: MAE=68.9``."""
    label = _LABEL.search(head)
    if label is not None:
        return label["label"]
    bracketed = _BRACKETED.fullmatch(head)
    if bracketed is not None:
        return bracketed[1] if is_owner(bracketed[1]) else None
    called = _CALLED.fullmatch(head) or _OBTAINED.fullmatch(head)
    if called is not None and find_step(head) is None and is_owner(called["who"].partition("(")[0]):
        return called["who"]
    counted = _COUNTED.fullmatch(head)
    if counted is not None and counted["colon"] and not is_owner(counted[1]):
        counted = None
    if counted is not None and len(words_of(counted[1])) < WORDS_OF_A_LABEL and find_step(head) is None:
        return counted[1]  # "PER   tp: 12 - fp: 3 - …": a label may be spelt like a metric
    *parts, rest = _PARTS.split(_ENUMERATED.sub("", head))
    if rest.strip() or (len(parts) > 1 and find_step(head) is not None):
        return None
    parts = [text for text in parts if _DECIMAL.search(text) is None]
    named = [part[1] for text in parts if (part := _PART.fullmatch(text)) is not None]
    owners = [
        part for at, part in enumerate(named) if is_owner(part) or (at and _heads(named[at - 1]) and _plain(part))
    ]
    return owners[0] if len(owners) == 1 else None


def _heads(part: str) -> bool:
    """Whether what stands before it only announces: ``Test statistics:``."""
    words = words_of(part)
    return any(word in ROLE_WORDS or word in PLAIN_TITLE for word in words) and _ANNOUNCING.issuperset(words)


def _plain(part: str) -> bool:
    words = words_of(part)
    other = any(word in STEP_WORDS or is_metric_word(word) for word in words)
    return bool(words) and not other and not _heads(part) and find_step(part) is None


def is_owner(part: str) -> bool:
    """Whether words before a value only say whose it is."""
    words = words_of(_METHOD.sub("method", _SCORE.sub("", part)))
    if len(words) > 1 and _AVERAGES.issuperset(words):
        return True
    if not words or GROUPED.search(part) or find_step(part) is not None or any(map(is_metric_word, words)):
        return False
    said = [word for word in words if word not in ROLE_WORDS]  # "Img Val" and "Vid Val" are two sets
    named = not NOT_OWNERS.issuperset(said) or _COMPOSED.search(part) is not None
    return named and _NO_PART.isdisjoint(words)


def is_label(part: str) -> bool:
    """Whether words may be those of a class: they name no set, no step and no setting."""
    words = words_of(part)
    return bool(words) and NEVER.isdisjoint(words) and ROLE_WORDS.keys().isdisjoint(words) and find_step(part) is None


def without_label(text: str) -> tuple[str, str | None]:
    """The line without the case or class that stands before its first metric, and what it is called."""
    if "class" in text and (said := _FOR_CLASS.match(text)) is not None and is_metric_word(said["metric"].lower()):
        return f"{said['metric']}: {text[said.end() :]}", said["label"]
    match = _ONE_OF.search(text) if any(mark in text for mark in _LABELLED) else None
    if match is None or not any(map(is_metric_word, words_of(match["metric"]))):
        return text, None
    words = words_of(match["label"])
    if any(map(is_metric_word, words)) or not NOT_OWNERS.isdisjoint(words):
        return text, None
    return text[: match.start()] + text[match.end() :], match["label"]


_VALUE_FIRST = re.compile(
    r"\W*(?P<label>[^\W\d_][\w .()+/-]{0,40}?)\s*[:：]\s*(?P<value>[-+]?\d*\.\d+\s?%?|\d+\s?%)"
    r"\s+(?P<name>[A-Za-z][\w@ -]{0,24}?)\W*"
)


_LABEL_BETWEEN = re.compile(
    r"(?P<name>\W*[A-Za-z][\w@ -]{2,40}?)\s*:\s*(?P<label>[A-Za-z][\w -]{0,30}?)\s*:\s*(?P<value>[-+]?\d*\.\d+\s?%?)\W*"
)


def name_before_value(text: str) -> str:
    """``Burn scar: 68.0% IoU`` as ``Burn scar: IoU: 68.0%``, where the label says only whose the value is.

    The same of ``Accuracy on test: cat: 96.7``.
    """
    if text.count(":") == 2 and (between := _LABEL_BETWEEN.fullmatch(text)) is not None:
        name, label = understand(shaped(between["name"])), understand(shaped(between["label"]))
        if name is not None and name.alone and label is None and is_label(between["label"]):
            return f"{between['label']}: {between['name'].strip()}: {between['value']}"
    match = _VALUE_FIRST.fullmatch(text) if ":" in text or "：" in text else None
    name = understand(shaped(match["name"])) if match is not None else None
    if match is None or name is None or not name.alone or not is_owner(match["label"]):
        return text
    return f"{match['label']}: {match['name']}: {match['value']}"


_APART = re.compile(
    r"(?P<label>[^\W\d_][\w.+/-]*(?:\s[\w.+/-]+){0,3})(?:\s{2,}|\t)(?=[A-Za-z][\w@-]{0,20}\s?[:=]\s*[-\d.]+\s?%?[\s,|;]+[A-Za-z][\w@-]*\s?[:=])"
)


def label_apart(text: str) -> str:
    """``clean    WER: 3.2%  CER: 0.8%`` with a colon behind the name that a wide gap parts from several values."""
    match = _APART.match(text.lstrip(" *•>-")) if "  " in text or "\t" in text else None
    if match is None or not is_owner(match["label"]):
        return text
    return f"{match['label']}: {text.lstrip(' *•>-')[match.end() :]}"


_STATISTIC = re.compile(
    r"\W*(?P<what>std|stdev|std\.?\s?dev\.?|standard deviation|s\.?d\.?|variance|var|sem|median|min|max)\.?"
    r"\s*[:|]\s+(?=[A-Za-z])",
    re.IGNORECASE,
)


def statistic_before(text: str) -> str | None:
    """What but their mean a line gives of several repeats, where it begins with it: ``std: acc 0.008 f1 0.007``."""
    match = _STATISTIC.match(text) if ":" in text or "|" in text else None
    return None if match is None else match["what"]
