"""Losses that a line of a training names by their role alone: ``epoch 3  train 0.4123  val 0.5210``."""

from __future__ import annotations

import re

_LEAD = re.compile(
    r"[\W_]*(?:(?:\w+[\])>:|]\s*)?(?:epoch|ep|e|step|iter|iteration|it|update|round)s?\s*[#:=]?\s*)?\[?\d+"
    r"(?:\s*(?:/|of)\s*\d+)?[\])]?[\s:|,;.-]*(?:lr\s*[:=]?\s*[\d.e+-]+[\s|,;]*)?"
    r"(?=(?:train|training|trn|tr)\b)",
    re.IGNORECASE,
)
"""What stands before the first role: the number of a step or an epoch, and perhaps the learning rate."""
_BARE = re.compile(
    r"(?<![\w/.-])(?P<role>train(?:ing)?|trn|tr|val(?:id(?:ation)?)?|dev|test|held[ -]?out)\s*:?\s+"
    r"(?=[-+]?(?:\d+\.\d+(?:e[-+]?\d+)?|\d+e[-+]?\d+)(?![\w%.-]|\s*(?:%|->|→|±)|\s?(?:s|secs?|seconds?|mins?|minutes?|hours?|ms|x|\w+/s\w*)\b))",
    re.IGNORECASE,
)
_WORDS = {"tr": "train", "trn": "train", "training": "train", "held out": "heldout", "held-out": "heldout"}


def with_equal_signs(text: str) -> str:
    """The line with ``train=0.4123`` where a role stands before a number and no metric stands between them."""
    lead = _LEAD.match(text)
    if lead is None or "=" in text[lead.end() :]:
        return text
    rest = _BARE.sub(lambda found: f"{_WORDS.get(found['role'].lower(), found['role'].lower())}=", text[lead.end() :])
    return text[: lead.end()] + rest
