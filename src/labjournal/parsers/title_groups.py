"""Titles in two rows: the upper one names groups of columns, the lower one what stands in each of a group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from labjournal.parsers.names import Name, role_of, understand, words_of
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.shapes import shaped
from labjournal.parsers.vocabulary import FILLER, HEADLINE, ROLE_WORDS

_WIDE_GAP = re.compile(r"\s{2,}|\t+")
_LETTERS = {"P": "precision", "R": "recall", "F": "f1"}
_LETTER_OF = re.compile(r"(?P<letter>[PRF])1?\s*[(\[](?P<of>[A-Za-z][\w .-]{0,30})[)\]]")
_OF_OTHERS = frozenset("paper reported published official previous sota expected target goal chance".split())


class Grouped(str):
    """A title below that of a group; as text it is both, ``dev f1``."""

    group: str
    own: str

    def __new__(cls, group: str, own: str) -> Grouped:
        title = super().__new__(cls, f"{group} {own}")
        title.group, title.own = group, own
        return title


def group_titles(head: str, below: str) -> list[str]:
    """The titles of two lines parted by spaces, where the lower one repeats its own under each group; else none."""
    lower = below.split()
    if len(set(lower)) == len(lower) or any(parse_number(title) is not None for title in lower):
        return []
    for upper in (_WIDE_GAP.split(head.strip()), head.split()):
        for corner, groups in (([], upper), (upper[:1], upper[1:])):
            for beside, names in (([], lower), (lower[:1], lower[1:])):
                width = len(names) // max(len(groups), 1)
                if len(groups) > 1 and width > 1 and names == names[:width] * len(groups):
                    grouped = [Grouped(groups[at // width], name) for at, name in enumerate(names)]
                    return [*(beside or corner), *grouped]
    return []


def in_groups(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The titles of two rows of cells, where a name in the upper one holds up to the next."""
    titles: list[str] = []
    group = ""
    for above, below in zip(upper, lower, strict=True):
        group = above or group
        repeated = below and lower.count(below) > 1
        titles.append(Grouped(group, below) if repeated and group else below or above)
    return titles


def by_letters(titles: Sequence[str]) -> list[str]:
    """The titles with the words for P, R and F, where P and R stand beside each other."""
    titles = _of_labels(titles)
    said = {_own(title).upper() for title in titles}
    if not {"P", "R"} <= said or ({"p", "r"} & set(map(_own, titles)) and not any(one[:1] == "F" for one in said)):
        return list(titles)
    return [_lettered(title) for title in titles]


def _of_labels(titles: Sequence[str]) -> Sequence[str]:
    """``P (pos)`` and ``R (pos)`` as the letters of a class, where both letters stand before brackets."""
    found = [_LETTER_OF.fullmatch(title) for title in titles]
    if not {"P", "R"} <= {one["letter"] for one in found if one is not None}:
        return titles
    pairs = zip(titles, found, strict=True)
    return [title if one is None else Grouped(one["of"], one["letter"]) for title, one in pairs]


def grouped_name(title: Grouped) -> Name | None:
    """What a title within a group names: the set or the owner is what the group says, the metric is its own."""
    own, words = understand(shaped(title.own)), words_of(title.group)
    kind = understand(shaped(title.group))
    if own is None or (kind is not None and kind.alone):
        return understand(shaped(title))
    if not _OF_OTHERS.isdisjoint(words):
        return None
    role = own.role if own.role != "unclear" else role_of(words)
    says = any(word not in ROLE_WORDS and word not in FILLER and word not in HEADLINE for word in words)
    prefix = {"validation": "val_", "test": "test_", "train": "train_", "unclear": ""}[role]
    return replace(own, role=role, tag=prefix + own.metric, of=title.group if says else None)


def _own(title: str) -> str:
    return title.own if isinstance(title, Grouped) else title


def _lettered(title: str) -> str:
    word = _LETTERS.get(_own(title).upper())
    if word is None:
        return title
    return Grouped(title.group, word) if isinstance(title, Grouped) else word
