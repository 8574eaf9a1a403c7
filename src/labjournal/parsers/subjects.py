"""Lines that say whose the values below them are, in a form of their own: one class, one of many, one matrix."""

from __future__ import annotations

import re

from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.titles import PLAIN_TITLE, SAYS_NOTHING

LONGEST = 80
_OF_CLASS = re.compile(
    r"\W*(?:(?:results?|metrics|performance|scores)\s+)?(?:for|on|of)\s+(?:the\s+)?"
    r"(?P<name>[\w'\"-]+(?:\s[\w-]+)?\s+class|class\s+\w+)(?:\s+(?:specifically|only|alone))?\s*:?\s*",
    re.IGNORECASE,
)
_CLASS_TITLE = re.compile(
    r"\W*(?:(?:results?|metrics|performance|scores|report|statistics)\s+(?:for|of|on)\s+(?:the\s+)?)?(?P<name>(?!(?:per|each|by|all|every|multi|single|binary|two|of|for)[\s-])"
    r"(?:[^\d:=|]{1,40}\(class\s+\w+\)|(?:[\w'-]+\s){1,2}class|class\s+['\"]?[\w-]+['\"]?(?:\s*\([^()]{1,40}\))?))"
    r"\W*[:：]\W*",
    re.IGNORECASE,
)
"""``Class 1 (malignant):``, ``Positive class:``, ``Spam detection (class 1):``."""
_MATRIX_OF = re.compile(
    r"\W*confusion[\s_]matrix\s*(?:for|of|[-–—:|(])\s*(?:the\s+)?(?P<name>[^\d\W][^:=|\[\]]{0,58}?\)?)\W*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\W*((?:image|case|patient|subject|sample|scene|video|example|client|model|experiment|variant|fold|split|repeat|replicate|camera|run|seed)\s*[#:]?\s*\d+)\s*:?\s*",
    re.IGNORECASE,
)
"""One of many of which each has its values: they are nobody else's."""


def whose(text: str) -> str | None:
    """Whose the values below a line are, where it names nothing else."""
    if len(text) > LONGEST:
        return None
    found = _OF_CLASS.fullmatch(text) or _NUMBERED.fullmatch(text) or _CLASS_TITLE.fullmatch(text)
    if found is not None:
        return found[1]
    found = _MATRIX_OF.fullmatch(text) if "atrix" in text else None
    words = words_of(found["name"]) if found is not None else []
    name = found["name"] if found is not None else ""
    name = name if "(" in name else name.rstrip(")")
    return name if name and role_of(words) == "unclear" and not PLAIN_TITLE.issuperset(words) else None


_OF_ALL = re.compile(
    r"\W*(?:overall|macro|micro|weighted|mean|average|avg|total|balanced|m(?:AP|IoU|Acc|Dice)(?![a-z]))", re.IGNORECASE
)
_CLASS = re.compile(r"\bclass\b", re.IGNORECASE)
_LABEL = re.compile(r"(?!\w*(?:ing|ed)$)[A-Za-z][A-Za-z]{1,24}")
"""One word alone on a line may say whose the values below are."""


def ended(owner: str, first: str, text: str) -> bool:
    """Whether a line of values is of the owner no more: further left than the ``first``, or of all classes together."""
    return _indent(text) < _indent(first) or (_CLASS.search(owner) is not None and _OF_ALL.match(text) is not None)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def bare_label(text: str) -> bool:
    """Whether a line is an identifier, or a word that may say whose the values below are."""
    stripped = text.strip()
    if len(stripped) > 60 or stripped.endswith(("'''", '"""')):
        return False
    named = re.fullmatch(r"[A-Za-z][\w.+-]*\d[\w.+-]*|[a-z]+(?:[_-]\w+)+", stripped) is not None
    return named or (_LABEL.fullmatch(text) is not None and SAYS_NOTHING.isdisjoint(words_of(stripped)))
