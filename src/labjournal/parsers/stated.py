"""What a line states of what stands below it: checkpoint, data set, model, option, settings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labjournal.parsers.context_forms import (
    CHECKPOINT,
    CHECKPOINT_NAMED,
    CHECKPOINT_NUMBER,
    COUNTED_IN,
    DATASET,
    EVALUATED_NAME,
    NO_DATASET_NAME,
    OPTION,
    SAVING,
    SETTING,
    SETUP,
    SHORT_SETS,
    SIZE_OF_SET,
    SUBJECT,
)
from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.reading import RoleName
from labjournal.parsers.steps import find_step
from labjournal.parsers.titles import NO_DATASET, NOBODY

SETTINGS_OF_A_SETUP = 3
"""Settings on one line, at least, that say how what follows was got."""
_SPLIT_OF = re.compile(
    r"\W*(?:task|dataset|data)\s*[:=]\s*(?P<name>[\w./-]+)\s*[,;|]\s*(?:split|subset)\s*[:=]\s*(?P<split>\w+)",
    re.IGNORECASE,
)
_SETTING_FIRST = re.compile(r"(?P<name>[A-Za-z_][\w.-]{0,39})\s?[:=]\s?(?P<value>[-+]?[\w.+-]*\w)\s?[,;|]\s*")
_TUNED = frozenset(
    """lr learning decay wd batch bs dropout hidden units layers depth alpha beta gamma lambda temperature momentum
    optimizer opt activation kernel estimators leaves neighbors k c""".split()
)
"""Words that name a setting by themselves."""
_NAMED = ("named", "on", "within", "after", "trail", "numbered", "head")
_OTHERS = frozenset(("model", "classifier", "method", "class"))
"""``Results for class A``: no data set."""


@dataclass(frozen=True, slots=True)
class DataStated:
    """What a line says of the data: which, which part of them, and how many."""

    name: str | None
    role: RoleName
    n: int | None


def checkpoint_stated(text: str) -> str | None:
    """The checkpoint that a line names; not one that it saves."""
    if SAVING.search(text):
        return None
    match = CHECKPOINT_NAMED.match(text) or CHECKPOINT.search(text)
    if match is not None:
        return match[1] if match.re is CHECKPOINT_NAMED else match["path"]
    numbered = CHECKPOINT_NUMBER.search(text) if len(text) < 120 else None
    return numbered[1].replace(" ", "-") if numbered else None


def data_stated(text: str) -> DataStated | None:
    """The data set that a line names."""
    if (split := _SPLIT_OF.match(text)) is not None:
        return DataStated(split["name"], role_of(words_of(split["split"])), None)
    match = DATASET.match(text)
    if match is None:
        return None
    name = next(filter(None, map(match.group, _NAMED)), "").strip(" '\"-=*")
    counted = COUNTED_IN.fullmatch(name)
    name = name if counted is None else counted[2]
    words = words_of(name)
    role = SHORT_SETS.get(name.lower()) or role_of(words)
    verb = words_of(text)[:1]
    if role == "unclear" and match["on"] and verb and verb[0].startswith(("val", "test")):
        role = role_of(verb)
    if words and words[0] in _OTHERS:
        return DataStated(None, role, None)
    size = SIZE_OF_SET.fullmatch(name)
    count = match["n1"] or match["n2"] or match["n3"] or (size or counted or (None, None))[1]
    n = int(count.replace(",", "")) if count else None
    if match["named"] and name.isdigit():
        return DataStated(None, role, int(name))  # "Data : 4076"
    whole = bool(match["named"]) and role == "unclear" and size is None  # "data set: all" is what it is called
    if not words or size is not None or (set(words) <= NO_DATASET and not whole) or name.lower() in SHORT_SETS:
        return DataStated(None, role, n)
    if len(words) > 5 or not NO_DATASET_NAME.isdisjoint(words) or words[0] in ("threshold", "thr", "confidence"):
        return DataStated(None, role, None)
    return DataStated(re.sub(r"\s+(?:data\s?set|set|split)$", "", name, flags=re.IGNORECASE), role, n)


def subject_stated(text: str) -> str | None:
    """The model that a line names: ``Model: ResNet``, ``Training SVM...``."""
    subject = SUBJECT.match(text) or EVALUATED_NAME.match(text)
    if subject is None or set(words_of(subject["name"])) <= NOBODY:
        return None
    if subject.re is EVALUATED_NAME and (checkpoint_stated(text) or find_step(text) is not None):
        return None
    return subject["name"].rstrip(".")


def option_stated(text: str) -> tuple[str, str] | None:
    """An option of the evaluation that a line switches or sets."""
    option = OPTION.match(text) or SETTING.match(text)
    return None if option is None else ("_".join(words_of(option["name"])), option["value"].lower())


def settings_stated(text: str) -> dict[str, str]:
    """The settings of a line: ``units=32, opt=adam``."""
    return {match["name"]: match["value"].strip("'\"") for match in SETUP.finditer(text)}


def setup_stated(text: str) -> tuple[tuple[str, str], ...]:
    """The settings of a line that states enough of them to say how what stands below, up to the next such, was got."""
    said = tuple(settings_stated(text).items())
    return said if len(said) >= SETTINGS_OF_A_SETUP else ()


def settings_before(head: str) -> dict[str, str]:
    """The settings that begin a line, two or more, before what was measured: ``weight_decay: 5e-05, lr: 0.008, …``."""
    said: dict[str, str] = {}
    at = len(head) - len(head.lstrip("# *•>-\t("))
    while (match := _SETTING_FIRST.match(head, at)) is not None and not _TUNED.isdisjoint(words_of(match["name"])):
        said[match["name"]] = match["value"]
        at = match.end()
    return said if len(said) > 1 else {}
