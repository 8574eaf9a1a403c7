"""Which numbers of a line are values of which named metric."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from labjournal.parsers.beside import beside
from labjournal.parsers.brackets import interval, qualifies, within
from labjournal.parsers.described import behind, data_behind
from labjournal.parsers.kinds import by_kind
from labjournal.parsers.name_before import name_before
from labjournal.parsers.names import Name, role_of, understand, words_of
from labjournal.parsers.numbers import Number, as_share, counted, find_numbers, unwrap
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import RoleName
from labjournal.parsers.shapes import shaped
from labjournal.parsers.value_lists import (
    by_dash,
    by_label,
    by_name,
    by_place,
    by_rank,
    by_role,
    by_set,
    by_statistic,
    rows_of_values,
)

_IS = re.compile(r"\b(?:is|was|be|to|or|ist|est)\s*$", re.IGNORECASE)
"""Before "nan" within a sentence."""
_AT_STEP = re.compile(r"\s+at\s+(?:step\s+|epoch\s+|iteration\s+)?(\d{2,}|\d{1,3}(?:,\d{3})+)\s*:\s*(?=[\d.])")
"""``valid ppl at 2000: 9.41``: the first number says when."""


_VAGUE = re.compile(
    r"\b(?:target|goal|goals|desired|required|requirement|until|unless|threshold|below|above|exceed\w*|baseline|chance|paper|reported|sota|previous\w*|improved?\s+from|did\s+not\s+improve|expect\w*|reach|"
    r"needs?|needed|should|would|could|if|than|patience|vs\.?|versus|monitor\w*|saving|saved\s+to)\b",
    re.IGNORECASE,
)


ELSEWHERE = re.compile(
    r"^\W*(?:examples?\s*:|worst\b|for\s+(?:example|instance)\b)|(?<!\w)e\.\s?g\.|\bet\s+al\b|\bstate[\s-]of[\s-]the[\s-]art\b"
    r"|\b(?:will\s+stop|(?:stop|halt|abort|quit|train|run)(?:s|ping|ning)?\s+(?:\w+\s+)?(?:when|if|once|until))\b|\binitiali[sz]\w*"
    r"|\b(?:you|they|the\s+authors?)\s+(?:get|got|report\w*|achiev\w*|claim\w*|have|had)\b|\bfrom\s+score\b|\((?:example|sample|dummy|placeholder)\b"
    r"|论文[中里上]?所?(?:报告|给出|公布|汇报)|公布的|官方(?:给出|公布|报告)|論文(?:の値|で報告|に記載)",
    re.IGNORECASE,
)
"""An example, somebody else's number, a condition, a start value: nothing that this run measured."""


_LIST_AND_MEAN = re.compile(
    r"(\w+)[\s:=-]+(?:\w+\.)?(?:tensor|array)\(\[[-\d.,\se+nan]*\](?:,[^()]*)?\)\s*\(\s*([-\d.]+)\s*\)"
)
"""``recall tensor([98.8, 86.2]) (92.5)``: the mean stands behind the values of the classes."""
_TAG = re.compile(r"</?(?:b|i|u|br|strong|em|td|tr|th|li|p|code|span|div)\b[^<>]*>", re.IGNORECASE)
_PROGRAM = re.compile(r"[\w/.-]+\.py\b")
_BECOMES = re.compile(r"\s*(?:-{1,2}>|→|=>|➜|➔)\s*[-+]?\.?\d")


_BARE = re.compile(
    r"[\s*•>#-]*(?P<name>[A-Za-z](?:[^\d:=|,;]|(?<=[A-Za-z])\d(?![\d.])){0,40}?[\w)]*)\s{1,40}(?P<value>-?(?:\d+\.\d+|\.\d+)(?:[eE][-+]?\d+)?\s?%?)\s*"
)
_TUNED = re.compile(
    r"\s(?:with|using|for)\s(?:the\s)?(?:best|tuned|optimal|chosen|selected)\s(?:hyper-?)?(?:param(?:eter)?s|settings|config\w*)(?=\s*[:=])",
    re.IGNORECASE,
)
_PARTICLE = re.compile(r"(?<=[A-Za-z0-9)])(?:가|는|은|이|을|를|의|は|が|の|を)(?=\s|[:：])")
"""What Korean and Japanese put behind a name."""
_CJK_IS = re.compile(r"(?<=[为是為は约約达達到])(?=\d)")
"""Chinese parts no value from what is said of it: ``准确率为92.4%``."""


_WITH_SPREAD = re.compile(
    r"\s*[(:]?\s*(?:mean\s*)?(?:±|\+/?-)\s*(?:std|stdev|sd|sem|se)(?:[_ ][A-Za-z]\w*)?\s*\)?(?=\s*(?:[:=]|is\b))",
    re.IGNORECASE,
)
"""``Accuracy ± std: 0.91 ± 0.02``: what stands behind the value, no part of its name."""
_SENTENCE = re.compile(r"[.!?;]\s")
_PRF = {"p": "precision", "r": "recall", "f": "f1"}


_SHORT_PRF = re.compile(r"(?<![\w@])([PRF])(?=\s*[:=]\s*\d)")
_BARE_PRF = re.compile(r"(?<![\w@.-])([PRF])1?(?=\s+\d*\.\d)")
"""``P 81.2 R 80.1 F 80.6``."""


def untuned(text: str) -> str:
    """``Test accuracy with best params: 0.9`` without what says how the model was chosen."""
    return _TUNED.sub("", text) if "param" in text or "setting" in text or "config" in text else text


@dataclass(slots=True)
class Pair:
    name: Name
    number: Number


def scan(text: str) -> tuple[list[Pair], RoleName, str]:
    """All (name, value) pairs of a line, the role its head says, and the head."""
    text = _one_language(text)
    if ELSEWHERE.search(text):
        return [], "unclear", text
    text = _names_by_values(text)
    numbers = [number for number in find_numbers(text) if not qualifies(text, number)]
    vague = _VAGUE.search(text) is not None
    pairs, head_end = _paired(text, numbers, vague)
    if pairs and not vague:
        pairs += [Pair(*found) for found in beside(text, numbers, [pair.number for pair in pairs])]
        pairs.sort(key=lambda pair: pair.number.start)
    head = text if head_end is None else text[:head_end]
    role = role_of(words_of(_PROGRAM.sub(" ", head))) if pairs else "unclear"
    rest = text[pairs[-1].number.end :] if pairs else ""
    if rest and (data := data_behind(rest)) is not None and all(pair.name.dataset is None for pair in pairs):
        pairs = [replace(pair, name=replace(pair.name, dataset=data)) for pair in pairs]
    elif rest and role == "unclear" and all(pair.name.role == "unclear" for pair in pairs):
        role, n = behind(rest)
        pairs[-1].name = replace(pairs[-1].name, n=n or pairs[-1].name.n)
    return pairs, role, head


def _one_language(text: str) -> str:
    """Without the particles of other languages and the marks of markdown."""
    if not text.isascii():
        text = _CJK_IS.sub(" ", _PARTICLE.sub(" ", text))
    return text.replace("**", "").replace("`", "") if "**" in text or "`" in text else text


def _names_by_values(text: str) -> str:
    """The line with each name in front of its value, however it puts them."""
    if "tensor([" in text or "array([" in text:
        text = _LIST_AND_MEAN.sub(r"\1: \2", text)
    if "</" in text or "<b" in text:
        text = _TAG.sub(" ", text)
    if "±" in text or "+-" in text or "+/-" in text:
        text = _WITH_SPREAD.sub("", text)
    text = by_kind(_AT_STEP.sub(r" (step \1): ", unwrap(text)))
    text = by_rank(text) if "@" in text or "/" in text else text
    text = by_place(by_statistic(by_set(by_dash(by_label(by_role(text))) if "," in text else text)))
    text = shaped(by_name(text) if any(mark in text for mark in "/|,&") or " and " in text else text)
    bare = _BARE.fullmatch(text)
    if bare is not None and (only := understand(_plain(bare["name"]))) is not None and only.alone:
        text = f"{_plain(bare['name'])}: {bare['value']}"  # "F1-score (micro)   0.94"
    if len(set(_SHORT_PRF.findall(text))) >= 2:
        text = _SHORT_PRF.sub(lambda m: _PRF[m[1].lower()], text)
    if len(set(_BARE_PRF.findall(text))) == len(_PRF):
        text = _BARE_PRF.sub(lambda m: f"{_PRF[m[1].lower()]}:", text)
    return text


def _paired(text: str, numbers: Sequence[Number], vague: bool) -> tuple[list[Pair], int | None]:
    """The numbers that are values, with their names, and where the head of the line ends."""
    changes = [number for number in numbers if _BECOMES.match(text, number.end)]  # "0.5 -> 0.3" says two values
    rows = rows_of_values(text, numbers)
    pairs: list[Pair] = []
    head_end: int | None = None
    start = 0
    for index, number in enumerate(numbers):
        before = numbers[index - 1] if index else None
        if before is not None and before.start >= start and text[before.start] == "-":
            start = before.end  # no part of a name, as the digits of "top-5" are
        left = text[start : number.start]
        told = number not in changes and not (not math.isfinite(number.value) and _IS.search(left))
        found = name_before(left, vague, text.startswith("+", number.start)) if told else None
        if found is not None:
            name, at = found
            if index not in rows and not interval(text, number) and plausible(name, number, text):
                name = within(name, text, number)
                head_end = start + at if head_end is None else head_end
                pairs.append(Pair(name, counted(text, as_share(text, number))))
            start = number.end
        elif number.end - start > 200:
            start = number.end
        if not pairs and index == 0 and not vague and (after := _name_after(text, number)) is not None:
            pairs.append(Pair(after, number))
            start, head_end = number.end, number.start
    return pairs, head_end


def _plain(phrase: str) -> str:
    return phrase.replace("(", " ").replace(")", " ").strip()


def _name_after(text: str, number: Number) -> Name | None:
    """``93.2% accuracy on the test set``, ``0.93 accuracy``: the value stands before its name."""
    if number.fraction is not None or (number.integer and not number.percent):
        return None
    rest = text[number.end : number.end + 60]
    match = re.match(r"\s+((?:[A-Za-z][\w@-]*\s*){1,7})(?=$|[.,;!()\n])", rest)
    if (
        match is None
        or re.search(r"\d\s*$", text[: number.start])
        or len(_SENTENCE.split(text[: number.start])[-1].split()) > 6
    ):
        return None  # deep inside a sentence: prose
    label = text[: number.start].rstrip()
    if label.endswith(":") and role_of(words_of(label)) == "unclear":
        return None  # "cat: 0.91 precision" speaks of one class
    phrase = match[1].strip()
    first = phrase.split()[0]
    if understand(first) is None and understand(" ".join(phrase.split()[:2])) is None:
        return None
    name = understand(phrase)
    return name if name is not None and plausible(name, number, text) else None
