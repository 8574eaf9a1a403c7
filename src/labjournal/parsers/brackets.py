"""What brackets around a value say: an interval, the set within braces, a name that goes on in them."""

from __future__ import annotations

import re
from dataclasses import replace

from labjournal.parsers.names import Name, role_of, words_of
from labjournal.parsers.numbers import Number
from labjournal.parsers.reading import RoleName

_UPPER_END = re.compile(r"\s*[,;]\s*[-+]?\.?\d")
_OWNER = re.compile(r"([A-Za-z_]+)\s*[:=]?\s*$")
_SPLIT = re.compile(r"\b(?:split|phase|stage|subset|mode)\s*[=:]\s*['\"]?(\w+)")
_SEPARATOR = re.compile(r"\s*[:=]\s*[-+.\d]")


def interval(text: str, number: Number) -> bool:
    """Whether a number is the lower end of ``[0.93, 0.96]``."""
    return text[: number.start].rstrip()[-1:] in ("[", "(") and _UPPER_END.match(text, number.end) is not None


def within(name: Name, text: str, number: Number) -> Name:
    """The name with the role of the brackets around it: ``train={MAE=7.3} test={MAE=7.4}``."""
    if name.role != "unclear":
        return name
    depth = 0
    for at in range(number.start - 1, -1, -1):
        char = text[at]
        depth += (char in ")]}") - (char in "([{")
        if depth < 0:
            owner = _OWNER.search(text[max(at - 40, 0) : at])
            split = _SPLIT.search(text, at, number.start)
            roles = [role_of(words_of(found[1])) for found in (split, owner) if found is not None]
            role: RoleName = next((said for said in roles if said != "unclear"), "unclear")
            if role == "unclear":
                return name
            prefix = {"validation": "val_", "test": "test_", "train": "train_"}[role]
            return replace(name, role=role, tag=name.tag if name.tag != name.metric else prefix + name.metric)
    return name


def qualifies(text: str, number: Number) -> bool:
    """Whether a number stands in brackets that belong to the name: ``Partial AUC (>80% TPR): 0.74``."""
    opened = text.rfind("(", 0, number.start)
    if number.integer and opened == number.start - 1 and text[opened - 1 : opened].isalpha() and opened > 0:
        return text[number.end : number.end + 1] == ")"  # HOTA(0): at which threshold
    if opened < 0 or ")" in text[opened : number.start]:
        return False
    closed = text.find(")", number.end)
    return closed >= 0 and _SEPARATOR.match(text, closed + 1) is not None and closed - opened <= 40
