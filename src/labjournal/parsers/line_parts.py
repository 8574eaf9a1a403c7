"""Lines that speak of several: each part is read as a line of its own, with what the line says of all of them."""

from __future__ import annotations

import re
from itertools import pairwise

from labjournal.parsers.line_owners import is_owner
from labjournal.parsers.name_before import GROUPED
from labjournal.parsers.names import role_of, understand, words_of
from labjournal.parsers.shapes import shaped
from labjournal.parsers.steps import find_step

_APART = re.compile(r"\s*[|;,]\s*")
_BARS = re.compile(r"\s*[|;]\s*|\s+/\s+")
_OWNED = re.compile(r"\W*(?P<who>[A-Za-z][\w.+-]*(?:\s[\w.+()-]+){0,3})\s*:\s+(?=[A-Za-z])")
_SET_BEHIND = re.compile(r"\s*[(\[](?P<set>train\w*|val\w*|dev|test)(?:\sset)?[)\]]\W*$", re.IGNORECASE)
_SHORT = frozenset(("LR", "NB", "DT"))
"""Names of methods; alone the first is the learning rate."""
_DECIMAL = re.compile(r"\d\.\d|\d\s?%")
_VALUE = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s?%?"
_STEP = r"epoch|step|iteration|iter|round"
_AT_STEP = re.compile(
    rf"(?P<value>{_VALUE})\s*\(?(?:at|after|@|in)\s+(?:the\s+)?(?:(?P<word>{_STEP})\s?(?P<step>\d+)|(?P<many>\d+)\s?(?P<words>{_STEP})s?)\b\)?",
    re.IGNORECASE,
)
_WHEN = (" at ", " after ", " in ", "@")
_BETWEEN = re.compile(r"\s*(?:[;,]|->|→|\bto\b|\band\b|\bthen\b|\s)+\s*", re.IGNORECASE)
_NAMED = re.compile(r"[\s*•>-]*(?P<name>[^\W\d][^:=;,]{2,60}?)\s*(?::|=|\bwas\b|\bis\b|\bof\b|\breached\b|\s)\s*$")


Part = tuple[dict[str, str], str]
"""What is said of a part alone, and its text."""
_ARROW = r"\s*(?:-{1,2}>|→|=>|➜|⇒)\s*"
_CHANGE = re.compile(
    rf"(?P<name>[A-Za-z](?:[\w@ -]{{0,30}}?[\w)])?)\s*[:=]?\s+(?P<before>{_VALUE}){_ARROW}(?P<after>{_VALUE})"
    rf"(?![\w.])(?!{_ARROW})"
)
"""``RMSE 1.206 -> 0.546``: before and after something was done."""
_PROGRESS = re.compile(
    r"improv|decreas|increas|reduc|best|sav|epoch|iter|\blr\b|loss|target|goal|expect|paper|baseline|should|could|want",
    re.IGNORECASE,
)
"""What such a line speaks of where it tells how a training goes, or what is wished."""


def parts_of(text: str) -> list[Part]:
    """The parts of a line that speaks of several folds, owners, sets, steps or states; else nothing."""
    return [({}, part) for part in _numbered(text) or _at_steps(text)] or _owned(text) or _changed(text)


def _changed(text: str) -> list[Part]:
    """``Salinity  RMSE  1.175 ->  0.210  r  0.921 ->  0.911`` as a line for what was before, and one for after."""
    found = list(_CHANGE.finditer(text)) if ">" in text or "→" in text or "➜" in text else []
    if not found or _PROGRESS.search(text):
        return []
    label, named = text[: found[0].start()].strip(" :"), []
    for one in found:
        *rest, last = one["name"].split()
        known = (name := understand(shaped(one["name"]))) is not None and name.alone
        if not known and (name := understand(shaped(last))) is not None and rest and one is found[0]:
            label = " ".join(filter(None, (label, *rest)))
        if name is not None and _DECIMAL.search(one["after"]):
            named.append((one["name"] if known else last, one))
    said = {"group": label} if label and role_of(words_of(label)) == "unclear" and find_step(label) is None else {}
    head = f"{label}: " if label and not said else ""
    return [
        ({**said, "state": state}, head + ", ".join(f"{name}: {one[state]}" for name, one in named))
        for state in ("before", "after")
        if named
    ]


def _numbered(text: str) -> list[str]:
    """The parts of ``Fold 1 AUC: 0.82 | Fold 2 AUC: 0.83``, each of which is of another fold."""
    groups = [(found[1].lower(), found[2]) for found in GROUPED.finditer(text)]
    if len(groups) < 2 or len({name for name, _ in groups}) > 1 or len(set(groups)) < len(groups):
        return []
    parts = _APART.split(text)
    each = len(parts) == len(groups) and all(GROUPED.search(part) for part in parts)
    return parts if each else []


def _at_steps(text: str) -> list[str]:
    """``Test accuracy: 61.2% at epoch 1; 78.9% at epoch 100`` as a line for each of the two."""
    found = list(_AT_STEP.finditer(text)) if any(word in text for word in _WHEN) else []
    named = _NAMED.fullmatch(text[: found[0].start()]) if len(found) > 1 else None
    if named is None or find_step(named["name"]) is not None:
        return []
    gaps = [text[a.end() : b.start()] for a, b in pairwise(found)]
    if not all(map(_BETWEEN.fullmatch, gaps)) or any(map(str.isalnum, text[found[-1].end() :])):
        return []
    return [
        f"{one['word'] or one['words']} {one['step'] or one['many']} {named['name']}: {one['value']}" for one in found
    ]


def _owned(text: str) -> list[Part]:
    """``SVM: acc 0.91 f1 0.90 | RF: acc 0.93 f1 0.92`` and ``F1=0.90 (dev) / F1=0.88 (test)`` as a line for each."""
    parts = [part for part in _BARS.split(text) if part] if "|" in text or ";" in text or " / " in text else []
    if len(parts) < 2 or find_step(text) is not None or not all(map(_DECIMAL.search, parts)):
        return []
    behind = [_SET_BEHIND.search(part) for part in parts]
    sets = [found["set"].lower() for found in behind if found is not None]
    if len(set(sets)) == len(parts):
        return [({}, f"{said}: {_SET_BEHIND.sub('', part)}") for said, part in zip(sets, parts, strict=True)]
    found = [_OWNED.match(part) for part in parts]
    owners = [one["who"] for one in found if one is not None]
    if len({*owners}) < len(parts) or not all(owner in _SHORT or is_owner(owner) for owner in owners):
        return []
    whose = zip(owners, parts, found, strict=True)
    return [({"group": owner}, part[one.end() :]) for owner, part, one in whose if one is not None]
