"""The words of a name, as the vocabulary knows them: lower case, taken apart, in English."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from labjournal.parsers.languages import COMPOUND, COMPOUND_PARTS, FOREIGN
from labjournal.parsers.vocabulary import METRIC_WORDS, SHORT_SETS

_FOREIGN_ENDS = ("值", "分数", "得分", "스코어", "スコア")
_FOREIGN_PARTS = tuple(
    sorted(
        (word for word in FOREIGN if ord(word[0]) > 0x2E80 or word.endswith(_FOREIGN_ENDS)),
        key=len,
        reverse=True,
    )
)
_CAMEL = re.compile(
    r"(?<=[a-z]{2})(?=[A-Z][a-z])|(?<=[a-z]{3})(?=[A-Z]{2})|(?<=train)(?=[A-Z])|(?<=val)(?=[A-Z])|(?<=test)(?=[A-Z])"
)
_WORD = re.compile(r"[^\W_]+(?:[@-](?=\d)[\d]+(?:-\d+)?)?|[^\W_]+", re.UNICODE)
_OUT_OF_FOLD = re.compile(r"out[ _-]of[ _-]folds?")
_COMPOUND = re.compile(COMPOUND)


def words_of(text: str) -> list[str]:
    """Lower-case words of a name, camel case taken apart, other languages turned to English where one word says it."""
    return list(_words(text))


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    text = _CAMEL.sub(" ", text.replace("HumanEval", "Humaneval")).lower()
    if not text.isascii():
        for part in _FOREIGN_PARTS:
            if part in text:
                text = text.replace(part, f" {FOREIGN[part]} ")
    if "out" in text and "fold" in text:
        text = _OUT_OF_FOLD.sub("oof", text)
    if " no conjunto" in text:
        text = text.replace(" no conjunto", " on set")  # Portuguese; an English "no" is another word
    if any(part in text for part in COMPOUND_PARTS):
        text = _COMPOUND.sub(r"\1 \2", text)
    words: list[str] = []
    found = _WORD.findall(text)
    german = len(found) > 2 or any(word in FOREIGN and word != "der" for word in found)
    for word in found:
        english = FOREIGN.get(word) if word != "der" or german else None  # else the diarization error rate
        words.extend(english.split() if english is not None else [word.replace("f1@", "f1_").replace("@", "")])
    if not SHORT_SETS.keys().isdisjoint(words):
        words = [SHORT_SETS.get(a, a) if b in METRIC_WORDS else a for a, b in pairwise([*words, ""])]
    return tuple(words)
