"""The name that ends in front of a value: what parts the two, what stands in brackets, where the name begins."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from labjournal.parsers.described import described
from labjournal.parsers.names import Name, is_metric_word, understand, words_of
from labjournal.parsers.numbers import HOW_MANY
from labjournal.parsers.shapes import shaped
from labjournal.parsers.steps import find_step

_STRONG = re.compile(
    r"\s*(?:[:=≈~→➜➔➝⇒⟶▶│|]|->|=>|-->|>{2,}|\bis\s*:?|\bwas\s*:?|\bist\b|\best\b|\b[ée]s?\b|\.{3,}|为|は|是)+\s*[\"'(\[$]?\s*$|\t\s*$",
    re.IGNORECASE,
)
_FLAG = re.compile(r"(?:^|\s)--[A-Za-z][\w-]*(?:\s|=)\s*$")
_PLACE = re.compile(r"[\w-]\.(?:c|cc|cpp|cu|h|hpp|py|js|ts|java|go|rs|rb|jl|sh|md|txt|json|ya?ml):\s*$")
"""A file, before the number of a line in it."""
_GIVEN = re.compile(
    r"(?:\bat\s+|@\s?)(?:fpr|tpr|tnr|fnr|far|recall|precision|sensitivity|specificity)\s*(?:of|[=:<>]+)?\s*$",
    re.IGNORECASE,
)
"""``TPR at FPR 0.01``: where it was read off."""
_COMPARED = re.compile(r"[=<>!~]=\s*$")
_WEAK = re.compile(r"(?:\s+(?:of|at|reached|von|de|=)?\s*|\s*\()\(?\s*$")
_DELIMITER = re.compile(
    r"[,;|│┃•·\t()\[\]{}<>]|\s[-–—]{1,3}\s|(?<!\b[Aa]vg)(?<!\b[Aa]cc)(?<!\b[Ss]td)(?<!\b[Mm]ax)(?<!\b[Mm]in)\.\s+(?=[A-Z])|:\s|=\s|!\s|(?:->|=>|→|➜|➔|➝|⇒|⟶)|\s{3,}(?=[^\s\-–—])|\"|(?<!\w)'|'(?!\w)"
)
_BEFORE_NOUN = re.compile(
    r".*\b(?:an?|the|achieve[ds]?|reach(?:e[ds])?|obtain(?:ed|s)?|gets?|got|gave|gives?|yield(?:ed|s)?|attain(?:ed|s)?|ha[ds]|have|scored"
    r"|(?<=\w\s)(?:very|fairly|quite|so|relatively|much|even|slightly|significantly)\s+\w+|high|low|good|great|solid|strong|impressive|decent)\s+(?=\S)",
    re.IGNORECASE,
)
"""Whose the value is and how good, before the name in a sentence: "the model achieved a very high accuracy of …"."""
_RATE_PAIR = re.compile(
    r"\b(?:precision|recall|f1|accuracy|auc)\s*/\s*(?:precision|recall|f1|accuracy|auc)\b", re.IGNORECASE
)
GROUPED = re.compile(
    r"\b((?i:fold|run|seed|split|subject|class|label|task|layer|head|client|worker|level|member|model|group|cluster|client|view|snr|shot|horizon|lag|length|len|alpha)|[LNKTk]|n)\s*[=:#_]?\s*(\d+)\b(?!\s*[.%]\d)(?!\s*/)"
)
_N_IN_BRACKETS = re.compile(
    r"\s*(?:n\s*=\s*)?(\d[\d,]*)\s*(?:images?|samples?|examples?|events?|items|rows|test\s\w+)?\s*$"
)
_WISHED = re.compile(
    r"\b(?:target|goal|baseline|required|expected|threshold|previous|patience|chance|monitor|majority)", re.IGNORECASE
)
_REPEATS = re.compile(
    r"\b(?:over|across|of|in|on|from|for)\s+(?:the\s+|all\s+)?(?:last\s+)?\d+\s+(?:\w+\s+)?(?:runs?|folds?|seeds?|episodes?|trials?|splits?|repeats?"
    r"|repetitions?|evaluations?|games?|rounds?|times)\b|第\s*\d+\s*(?:/\s*\d+\s*)?(?:个\s*)?(?:轮|回|エポック)",
    re.IGNORECASE,
)
"""Over how many repeats a mean was taken, and the round counted in Chinese or Japanese: no part of the name."""
_GOT_IN = re.compile(rf"\s*\d+\s?{HOW_MANY}\s*", re.IGNORECASE)
"""``(5 runs)``: how many there were, no part of the name."""
_ABOUT = re.compile(r"\s*(?:with|using|from|after|of|at)\s", re.IGNORECASE)
_UNIT = re.compile(
    r"\s*(?:s|sec|secs|seconds|ms|min|minutes|h|hours|days|years?|deg(?:rees?)?|°|px|mm|cm|m|km|€|\$|usd|eur)\s*",
    re.IGNORECASE,
)
_STEP_BEFORE = re.compile(r"(?i)\b(?:epoch|step|iter(?:ation)?|trial|round|episode)s?\s*[#:\[(]*\s*\d[\d,./]*[\])]*")
_LOOSE_NUMBER = re.compile(r"(?<![\w@/.-])\d(?!-?[dD]\b)")
_NUMBER_AND_REST = re.compile(_LOOSE_NUMBER.pattern + r"[\d.,%/]*(?:[eE][-+]?\d+)?")
_COUNTED_DATA = re.compile(
    r"\b(?:images?|samples?|examples?|events?|instances?|documents|sentences|(?:test|val\w*)\s+data)\b"
)


class _Told(NamedTuple):
    """An answer that needs no further look."""

    found: tuple[Name, int] | None


def name_before(left: str, vague: bool, signed: bool = False) -> tuple[Name, int] | None:
    """The metric named at the end of ``left``, and where its name starts."""
    if _COMPARED.search(left) or _FLAG.search(left) or _PLACE.search(left) or _GIVEN.search(left):
        return None
    parted = _parted(left, signed)
    if parted is None:
        return None
    phrase, strong = parted
    repeats = _REPEATS.search(phrase) if any(char.isdigit() for char in phrase) else None
    if repeats is not None:
        found = name_before(_REPEATS.sub(" ", left), vague, signed)
        mean = repeats[0][-1].isascii()  # a mean over runs is no point of a curve
        return None if found is None else (replace(found[0], headline=found[0].headline or mean), found[1])
    if not strong and phrase.endswith((",", ";", ".")):
        return None  # the name belongs to the value before it
    if phrase.endswith(")") and "(" in phrase:
        said = _qualified(phrase, strong, vague)
        if isinstance(said, _Told):
            return said.found
        phrase = said
    begin = _begin(phrase, strong)
    chunk = phrase[begin:]
    if _RATE_PAIR.search(chunk):
        return None  # two names and one value
    noun = _BEFORE_NOUN.match(chunk)
    if noun is not None and any(map(is_metric_word, words_of(chunk[noun.end() :]))):
        begin, chunk = begin + noun.end(), chunk[noun.end() :]
    if not strong:
        name = None if vague else _last_words(chunk)
    elif (name := described(phrase)) is None:
        wished = vague and _WISHED.search(re.split(r"[,;|]", phrase)[-1] if begin else chunk)
        name = None if wished else _behind_numbers(chunk)
    return None if name is None else (name, begin)


def _parted(left: str, signed: bool) -> tuple[str, bool] | None:
    """The words before what parts a name from its value, and whether that is a mark such as a colon."""
    strong = _STRONG.search(left[-40:])
    if strong is not None:
        return left[: len(left) - min(len(left), 40) + strong.start()].rstrip(), True
    weak = _WEAK.search(left[-16:])
    if weak is None or signed:
        return None  # "accuracy +0.5" is a change
    return left[: len(left) - min(len(left), 16) + weak.start()].rstrip(), False


def _qualified(phrase: str, strong: bool, vague: bool) -> str | _Told:
    """``F1 (macro)``, ``threshold (optimal)``: what stands in the brackets at its end qualifies the name."""
    opened = phrase.rindex("(")
    inner = phrase[opened + 1 : -1]
    if _GOT_IN.fullmatch(inner) or (strong and _UNIT.fullmatch(inner)):
        return _Told(name_before(phrase[:opened].rstrip() + (":" if strong else " "), vague))
    if strong and _ABOUT.match(inner) and understand(f"{phrase[:opened]} {inner}") is None:
        found = name_before(phrase[:opened] + ":", vague)
        return _Told(None if found is None else (_suffixed(found[0], inner), found[1]))
    if not phrase[:opened].isascii() and (short := understand(shaped(inner))) is not None and short.alone:
        return inner  # "阴性预测值 (NPV)": the short name says it
    if len(inner) > 40:
        return phrase
    if not re.search(r"\d{2,}", inner):
        return phrase[:opened] + " " + inner
    if not strong:
        return phrase
    found = name_before(phrase[:opened] + ":", vague)
    if found is None or find_step(inner) is not None:
        return _Told(found)
    count = _N_IN_BRACKETS.match(inner)
    if count is not None:
        return _Told((replace(found[0], n=int(count[1].replace(",", "")[:15])), found[1]))
    return _Told((_suffixed(found[0], inner), found[1]))


def _begin(phrase: str, strong: bool) -> int:
    """Where the last name of a phrase begins."""
    begin = before = 0
    for match in _DELIMITER.finditer(phrase):
        if match[0].isspace() and ":" not in phrase[: match.start()]:
            continue  # a wide gap parts columns of names and values; within a name it is one
        if match.end() < len(phrase):
            before = begin if match[0] == ")" and strong else match.end()
            begin = match.end()
    if begin != before and not any(map(is_metric_word, words_of(phrase[begin:]))):
        return before  # "Protocol 1 (MPJPE) action-wise average": the name is in the brackets
    return begin


def _last_words(chunk: str) -> Name | None:
    """The metric that the last words name, where nothing but a blank parts them from the value."""
    words = chunk.split()[-4:]
    while words:
        if re.search(r"(?<![\w@/.-])\d", " ".join(words)):
            words = words[1:]
            continue
        name, last = understand(" ".join(words)), understand(words[-1])
        if name is not None and (last is not None or words[-1].lower() in ("score", "rate", "avg", "statistic")):
            return name
        words = words[1:] if last is not None else []
    return None


def _behind_numbers(chunk: str) -> Name | None:
    """The metric that the words name behind a step and other numbers that stand before it."""
    chunk = GROUPED.sub(" ", chunk)
    chunk = chunk[max((step.end() for step in _STEP_BEFORE.finditer(chunk)), default=0) :]
    if _LOOSE_NUMBER.search(chunk) and not _COUNTED_DATA.search(chunk):
        chunk = _NUMBER_AND_REST.split(chunk)[-1]
    return understand(chunk) if chunk.strip() else None


def _suffixed(name: Name, inner: str) -> Name:
    """The name with what stood in brackets behind it: another threshold or model is another measurement."""
    suffix = "_" + re.sub(r"[^\w.]+", "_", inner.lower()).strip("_")
    return replace(name, metric=name.metric + suffix, tag=name.tag + suffix)
