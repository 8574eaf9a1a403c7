"""The class called "train" of VOC, COCO, Cityscapes and CIFAR-100: known by the vehicles beside it, not a role."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from labjournal.parsers.base import Cursor, Draft, body
from labjournal.parsers.names import words_of
from labjournal.parsers.pairs import Pair

_BESIDE = frozenset(
    """bus car truck trucks bicycle bike motorcycle motorbike tram tv tvmonitor sofa couch aeroplane airplane plane boat
    person rider bird bottle streetcar tank tractor trailer caravan pottedplant sheep trout tulip turtle
    umbrella vegetation sky""".split()
)
_TRAIN = re.compile(r"(?<![^\W_])train(?![^\W_])", re.IGNORECASE)
_OF_CLASS = re.compile(r"\bclass(?:[_ ]name)?\s*[=:]?\s*['\"]?train\b", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\.?\d[\d.,]*(?:e[-+]?\d+)?%?|\bnan\b", re.IGNORECASE)
_GAP = re.compile(r"\s+")
STAND_IN = "bus"
"""What is read in the place of "train"."""
_STAND_IN = re.compile(rf"\b{STAND_IN}\b")


def names_it(words: Iterable[str]) -> bool:
    """Whether these words name one of the classes that stand beside "train"."""
    return not _BESIDE.isdisjoint(words)


def stood_in(text: str, cursor: Cursor) -> str | None:
    """The line with another class in the place of "train", where the lines around have one there."""
    found = _TRAIN.search(text)
    if found is None or "loss" in text:
        return None
    changed = f"{text[: found.start()]}{STAND_IN}{text[found.end() :]}"
    if _OF_CLASS.search(text):
        return changed
    before, after = _form(text[: found.start()]), _form(text[found.end() :])
    around = [*list(cursor.passed)[-2:], *(ahead.text for k in (1, 2) if (ahead := cursor.peek(k)) is not None)]
    for line in around:
        other = _form(body(line)) if len(line) <= len(text) + 40 else ""
        alike = len(other) > len(before + after) and other.startswith(before) and other.endswith(after)
        if alike and names_it(re.split(r"[\W_]+", other[len(before) : len(other) - len(after)].lower())):
            return changed
    return None


def restored(draft: Draft) -> Draft:
    """What was read with the stand-in, called "train" again."""

    def plain(name: str) -> str:
        return "_".join("train" if word == STAND_IN else word for word in name.split("_"))

    return replace(
        draft,
        metrics={plain(name): number for name, number in draft.metrics.items()},
        tags={plain(name): plain(tag) for name, tag in draft.tags.items()},
        options={key: _STAND_IN.sub("train", value) for key, value in draft.options.items()},
    )


def among_classes(pairs: list[Pair]) -> list[Pair]:
    """The pairs of a line with ``train AP`` as a class where ``bus AP`` stands beside it."""
    if not any(names_it(words_of(pair.name.metric)) for pair in pairs):
        return pairs
    return [
        replace(
            pair,
            name=replace(
                pair.name, role="unclear", metric=f"{pair.name.metric}_train", tag=f"{pair.name.metric}_train"
            ),
        )
        if pair.name.role == "train"
        else pair
        for pair in pairs
    ]


def _form(text: str) -> str:
    return _GAP.sub(" ", _NUMBER.sub("0", text))
