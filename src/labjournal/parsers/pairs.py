"""Which numbers of a line are values of which named metric."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from labjournal.parsers.beside import beside
from labjournal.parsers.brackets import interval, qualifies, within
from labjournal.parsers.described import behind, data_behind, described
from labjournal.parsers.kinds import by_kind
from labjournal.parsers.names import Name, is_metric_word, role_of, understand, words_of
from labjournal.parsers.numbers import HOW_MANY, Number, as_share, counted, find_numbers, unwrap
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import RoleName
from labjournal.parsers.shapes import shaped
from labjournal.parsers.steps import find_step
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

_STRONG = re.compile(
    r"\s*(?:[:=≈~→➜➔➝⇒⟶▶│|]|->|=>|-->|>{2,}|\bis\s*:?|\bwas\s*:?|\bist\b|\best\b|\b[ée]s?\b|\.{3,}|为|は|是)+\s*[\"'(\[$]?\s*$|\t\s*$",
    re.IGNORECASE,
)


_FLAG = re.compile(r"(?:^|\s)--[A-Za-z][\w-]*(?:\s|=)\s*$")
_IS = re.compile(r"\b(?:is|was|be|to|or|ist|est)\s*$", re.IGNORECASE)
"""Before "nan" within a sentence."""
_AT_STEP = re.compile(r"\s+at\s+(?:step\s+|epoch\s+|iteration\s+)?(\d{2,}|\d{1,3}(?:,\d{3})+)\s*:\s*(?=[\d.])")
"""``valid ppl at 2000: 9.41``: the first number says when."""
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
    r"[,;|│┃•·\t()\[\]{}<>]|\s[-–—]{1,3}\s|\.\s+(?=[A-Z])|:\s|=\s|!\s|(?:->|=>|→|➜|➔|➝|⇒|⟶)|\s{3,}(?=[^\s\-–—])|\"|(?<!\w)'|'(?!\w)"
)


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


_TAG = re.compile(r"</?(?:b|i|u|br|strong|em|td|tr|th|li|p|code|span|div)\b[^<>]*>", re.IGNORECASE)
_BEFORE_NOUN = re.compile(
    r".*\b(?:an?|the|achieve[ds]?|reach(?:e[ds])?|obtain(?:ed|s)?|gets?|got|gave|gives?|yield(?:ed|s)?|attain(?:ed|s)?|ha[ds]|have|scored"
    r"|(?<=\w\s)(?:very|fairly|quite|so|relatively|much|even|slightly|significantly)\s+\w+|high|low|good|great|solid|strong|impressive|decent)\s+(?=\S)",
    re.IGNORECASE,
)
"""Whose the value is and how good, before the name in a sentence: "the model achieved a very high accuracy of …"."""
_RATE_PAIR = re.compile(
    r"\b(?:precision|recall|f1|accuracy|auc)\s*/\s*(?:precision|recall|f1|accuracy|auc)\b", re.IGNORECASE
)
_PROGRAM = re.compile(r"[\w/.-]+\.py\b")
_BECOMES = re.compile(r"\s*(?:-{1,2}>|→|=>|➜|➔)\s*[-+]?\.?\d")


GROUPED = re.compile(
    r"\b((?i:fold|run|seed|split|subject|class|label|task|layer|head|client|worker|level|member|model|group|cluster|client|view|snr|shot|horizon|lag|length|len|alpha)|[LNKTk]|n)\s*[=:#_]?\s*(\d+)\b(?!\s*[.%]\d)(?!\s*/)"
)


_N_IN_BRACKETS = re.compile(
    r"\s*(?:n\s*=\s*)?(\d[\d,]*)\s*(?:images?|samples?|examples?|events?|items|rows|test\s\w+)?\s*$"
)


_WISHED = re.compile(
    r"\b(?:target|goal|baseline|required|expected|threshold|previous|patience|chance|monitor|majority)", re.IGNORECASE
)
_BARE = re.compile(
    r"[\s*•>#-]*(?P<name>[A-Za-z](?:[^\d:=|,;]|(?<=[A-Za-z])\d(?![\d.])){0,40}?[\w)]*)\s{1,40}(?P<value>-?(?:\d+\.\d+|\.\d+)(?:[eE][-+]?\d+)?\s?%?)\s*"
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
_TUNED = re.compile(
    r"\s(?:with|using|for)\s(?:the\s)?(?:best|tuned|optimal|chosen|selected)\s(?:hyper-?)?(?:param(?:eter)?s|settings|config\w*)(?=\s*[:=])",
    re.IGNORECASE,
)
_PARTICLE = re.compile(r"(?<=[A-Za-z0-9)])(?:가|는|은|이|을|를|의|は|が|の|を)(?=\s|[:：])")
"""What Korean and Japanese put behind a name."""
_CJK_IS = re.compile(r"(?<=[为是為は约約达達到])(?=\d)")
"""Chinese parts no value from what is said of it: ``准确率为92.4%``."""
_UNIT = re.compile(
    r"\s*(?:s|sec|secs|seconds|ms|min|minutes|h|hours|days|years?|deg(?:rees?)?|°|px|mm|cm|m|km|€|\$|usd|eur)\s*",
    re.IGNORECASE,
)


_SENTENCE = re.compile(r"[.!?;]\s")
_PRF = {"p": "precision", "r": "recall", "f": "f1"}


_SHORT_PRF = re.compile(r"(?<![\w@])([PRF])(?=\s*[:=]\s*\d)")


def untuned(text: str) -> str:
    """``Test accuracy with best params: 0.9`` without what says how the model was chosen."""
    return _TUNED.sub("", text) if "param" in text or "setting" in text or "config" in text else text


@dataclass(slots=True)
class Pair:
    name: Name
    number: Number


def scan(text: str) -> tuple[list[Pair], RoleName, str]:
    """All (name, value) pairs of a line, the role its head says, and the head."""
    if not text.isascii():
        text = _CJK_IS.sub(" ", _PARTICLE.sub(" ", text))
    if "**" in text or "`" in text:
        text = text.replace("**", "").replace("`", "")  # markdown
    if ELSEWHERE.search(text):
        return [], "unclear", text
    if "</" in text or "<b" in text:
        text = _TAG.sub(" ", text)
    text = _AT_STEP.sub(r" (step \1): ", unwrap(text))
    text = by_kind(text)
    text = by_rank(text) if "@" in text or "/" in text else text
    text = by_place(by_statistic(by_set(by_dash(by_label(by_role(text))) if "," in text else text)))
    text = shaped(by_name(text) if "/" in text or "|" in text else text)
    bare = _BARE.fullmatch(text)
    if bare is not None and (only := understand(_plain(bare["name"]))) is not None and only.alone:
        text = f"{_plain(bare['name'])}: {bare['value']}"  # "F1-score (micro)   0.94"
    if _SHORT_PRF.search(text) and len(set(_SHORT_PRF.findall(text))) >= 2:
        text = _SHORT_PRF.sub(lambda m: _PRF[m[1].lower()], text)
    numbers = [number for number in find_numbers(text) if not qualifies(text, number)]
    changes = [number for number in numbers if _BECOMES.match(text, number.end)]  # "0.5 -> 0.3" says two values
    rows = rows_of_values(text, numbers)
    pairs: list[Pair] = []
    head_end: int | None = None
    start = 0
    vague = _VAGUE.search(text) is not None
    for index, number in enumerate(numbers):
        left = text[start : number.start]
        told = number not in changes and not (not math.isfinite(number.value) and _IS.search(left))
        found = _name_before(left, vague, text.startswith("+", number.start)) if told else None
        if found is not None:
            name, at = found
            if index not in rows and not interval(text, number) and plausible(name, number, text):
                name = within(name, text, number)
                if head_end is None:
                    head_end = start + at
                pairs.append(Pair(name, counted(text, as_share(text, number))))
            start = number.end
        elif number.end - start > 200:
            start = number.end
        if not pairs and index == 0 and not vague:
            after = _name_after(text, number)
            if after is not None:
                pairs.append(Pair(after, number))
                start, head_end = number.end, number.start
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


def _plain(phrase: str) -> str:
    return phrase.replace("(", " ").replace(")", " ").strip()


def _name_before(left: str, vague: bool, signed: bool = False) -> tuple[Name, int] | None:
    """The metric named at the end of ``left``, and where its name starts."""
    if _COMPARED.search(left) or _FLAG.search(left) or _PLACE.search(left) or _GIVEN.search(left):
        return None
    strong = _STRONG.search(left[-40:])
    if strong is not None:
        end = len(left) - min(len(left), 40) + strong.start()
    else:
        weak = _WEAK.search(left[-16:])
        if weak is None or signed:
            return None  # "accuracy +0.5" is a change
        end = len(left) - min(len(left), 16) + weak.start()
    phrase = left[:end].rstrip()
    repeats = _REPEATS.search(phrase) if any(char.isdigit() for char in phrase) else None
    if repeats is not None:
        found = _name_before(_REPEATS.sub(" ", left), vague, signed)
        mean = repeats[0][-1].isascii()  # a mean over runs is no point of a curve
        return None if found is None else (replace(found[0], headline=found[0].headline or mean), found[1])
    if strong is None and phrase.endswith((",", ";", ".")):
        return None  # the name belongs to the value before it
    if phrase.endswith(")") and "(" in phrase:
        # "F1 (macro): 0.81", "threshold (optimal)": what stands in the brackets qualifies the name.
        opened = phrase.rindex("(")
        inner = phrase[opened + 1 : -1]
        if _GOT_IN.fullmatch(inner) or (strong is not None and _UNIT.fullmatch(inner)):
            return _name_before(phrase[:opened].rstrip() + (" " if strong is None else ":"), vague)
        if strong is not None and _ABOUT.match(inner) and understand(f"{phrase[:opened]} {inner}") is None:
            found = _name_before(phrase[:opened] + ":", vague)
            return None if found is None else (_suffixed(found[0], inner), found[1])
        if not phrase[:opened].isascii() and (short := understand(shaped(inner))) is not None and short.alone:
            phrase = inner  # "阴性预测值 (NPV)": the short name says it
        elif len(inner) <= 40 and not re.search(r"\d{2,}", inner):
            phrase = phrase[:opened] + " " + inner
        elif len(inner) <= 40 and strong is not None:
            found = _name_before(phrase[:opened] + ":", vague)
            if found is None or find_step(inner) is not None:
                return found
            count = _N_IN_BRACKETS.match(inner)
            if count is not None:
                return replace(found[0], n=int(count[1].replace(",", "")[:15])), found[1]
            return _suffixed(found[0], inner), found[1]
    begin = before = 0
    for match in _DELIMITER.finditer(phrase):
        if match[0].isspace() and ":" not in phrase[: match.start()]:
            continue  # a wide gap parts columns of names and values; within a name it is one
        if match.end() < len(phrase):
            before = begin if match[0] == ")" and strong is not None else match.end()
            begin = match.end()
    if begin != before and not any(map(is_metric_word, words_of(phrase[begin:]))):
        begin = before  # "Protocol 1 (MPJPE) action-wise average": the name is in the brackets
    chunk = phrase[begin:]
    if _RATE_PAIR.search(chunk):
        return None  # two names and one value
    noun = _BEFORE_NOUN.match(chunk)
    if noun is not None and any(map(is_metric_word, words_of(chunk[noun.end() :]))):
        begin, chunk = begin + noun.end(), chunk[noun.end() :]
    if strong is None:
        if vague:
            return None
        words = chunk.split()
        chunk_words = words[-4:]
        while chunk_words:
            if re.search(r"(?<![\w@/.-])\d", " ".join(chunk_words)):
                chunk_words = chunk_words[1:]
                continue
            name = understand(" ".join(chunk_words))
            last = understand(chunk_words[-1])
            if name is not None and (
                last is not None or chunk_words[-1].lower() in ("score", "rate", "avg", "statistic")
            ):
                return name, begin
            chunk_words = chunk_words[1:] if last is not None else []
        return None
    if (told := described(phrase)) is not None:
        return told, begin
    if vague and _WISHED.search(re.split(r"[,;|]", phrase)[-1] if begin else chunk):
        return None
    chunk = GROUPED.sub(" ", chunk)
    step_cut = max(
        (
            m.end()
            for m in re.finditer(
                r"(?i)\b(?:epoch|step|iter(?:ation)?|trial|round|episode)s?\s*[#:\[(]*\s*\d[\d,./]*[\])]*", chunk
            )
        ),
        default=0,
    )
    chunk = chunk[step_cut:]
    if re.search(r"(?<![\w@/.-])\d(?!-?[dD]\b)", chunk) and not re.search(
        r"\b(?:images?|samples?|examples?|events?|instances?|documents|sentences|(?:test|val\w*)\s+data)\b", chunk
    ):
        tail = re.split(r"(?<![\w@/.-])\d(?!-?[dD]\b)[\d.,%/]*(?:[eE][-+]?\d+)?", chunk)[-1]
        if not tail.strip():
            return None
        chunk = tail
    name = understand(chunk)
    return None if name is None else (name, begin)


def _suffixed(name: Name, inner: str) -> Name:
    """The name with what stood in brackets behind it: another threshold or model is another measurement."""
    suffix = "_" + re.sub(r"[^\w.]+", "_", inner.lower()).strip("_")
    return replace(name, metric=name.metric + suffix, tag=name.tag + suffix)


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
