"""Lines that name a metric and give its value: ``Test accuracy: 91.2%``, ``val_loss=0.31``, ``0.93 accuracy``.

The value may also stand alone on the next line.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.names import Name, may_mention, role_of, shaped, understand, words_of
from labjournal.parsers.numbers import Number, find_numbers, parse_number, unwrap
from labjournal.parsers.reading import Line, RoleName
from labjournal.parsers.settings_lines import settings_line
from labjournal.parsers.steps import find_step

LONGEST = 2_000
"""Longer lines are dumps of something, not statements."""

_STRONG = re.compile(
    r"\s*(?:[:=≈~→▶│|]|->|=>|-->|>{2,}|\bis\s*:?|\bwas\s*:?|\bist\b|\best\b|\b[ée]s?\b|\.{3,}|为|は|是)+\s*[\"'(\[$]?\s*$|\t\s*$",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"[=<>!~]=\s*$")
_WEAK = re.compile(r"(?:\s+(?:of|at|reached|von|de|=)?\s*|\s*\()\(?\s*$")
_DELIMITER = re.compile(
    r"[,;|│┃•·\t()\[\]{}<>]|\s[-–—]{1,3}\s|\.\s+(?=[A-Z])|:\s|=\s|!\s|(?:->|=>|→)|\"|(?<!\w)'|'(?!\w)"
)
_VAGUE = re.compile(
    r"\b(?:target|goal|goals|desired|required|requirement|until|unless|threshold|below|above|exceed\w*|baseline|chance|paper|reported|sota|previous\w*|improved?\s+from|did\s+not\s+improve|expect\w*|reach|"
    r"should|would|could|if|than|patience|vs\.?|versus|monitor\w*|saving|saved\s+to)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"^\W*(?:examples?\s*:|e\.\s?g\.|for\s+(?:example|instance)\b)|\bet\s+al\b|\bstate[\s-]of[\s-]the[\s-]art\b"
    r"|\b(?:will\s+stop|(?:stop|halt|abort|quit|train|run)(?:s|ping|ning)?\s+(?:\w+\s+)?(?:when|if|once|until))\b|\binitiali[sz]\w*",
    re.IGNORECASE,
)
"""An example, somebody else's number, a condition, a start value: nothing that this run measured."""
_BECOMES = re.compile(r"\s*(?:->|→|=>|➜|➔)\s*[-+]?\.?\d")
_GROUPED = re.compile(
    r"\b((?i:fold|run|seed|split|subject|class|label|task|layer|head|client|worker|level|member|model|group|cluster|client|view|snr|shot|length|len|alpha)|[LNKTk]|n)\s*[=:#_]?\s*(\d+)\b(?!\s*[.%]\d)(?!\s*/)"
)
_BAR = re.compile(r"\d%\|")
_BATCH = re.compile(r"[\[(]\s*(\d+)\s*/\s*(\d+)\s*[\])]")
_COUNT = re.compile(r"(?<![\w.])n\s*=\s*(\d[\d,]*)(?![\d.%])")
_COMMA_PAIR = re.compile(r"^(\s*[A-Za-z][\w/@. -]{1,39}),\s*(?=[-+]?\d*\.\d+\s*$)")
_N = frozenset(("n", "N"))
_RATES = re.compile(
    r"acc(?:uracy)?$|(?:^|_)(?:f1|precision|recall|auc|auroc|specificity|sensitivity|iou|miou|dice|map)$|balanced"
)
_N_IN_BRACKETS = re.compile(
    r"\s*(?:n\s*=\s*)?(\d[\d,]*)\s*(?:images?|samples?|examples?|events?|items|rows|test\s\w+)?\s*$"
)
_SEPARATOR = re.compile(r"\s*[:=]\s*[-+.\d]")
_HAS_VALUE = re.compile(r"\d|\bnan\b|\binf\b", re.IGNORECASE)
_PRF = {"p": "precision", "r": "recall", "f": "f1"}
_SHORT_PRF = re.compile(r"(?<![\w@])([PRF])(?=\s*[:=]\s*\d)")


@dataclass(slots=True)
class Pair:
    name: Name
    number: Number


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None:
        return None
    raw = line.text
    if not _HAS_VALUE.search(raw):
        return _two_lines(cursor, line, raw)
    if len(raw) > LONGEST or not may_mention(raw):
        return None
    text = body(raw)
    if settings_line(text) or context.within_settings(raw):
        return None
    pairs, role, rest = scan(_COMMA_PAIR.sub(r"\1: ", text) if "," in text else text)
    if not pairs:
        return None
    context.observe_head(rest)
    return Claim(1, drafts_of(pairs, line, text, context, role, "name_value"))


def scan(text: str) -> tuple[list[Pair], RoleName, str]:
    """All (name, value) pairs of a line, the role its head says, and the head."""
    if "**" in text or "`" in text:
        text = text.replace("**", "").replace("`", "")  # markdown
    if _ELSEWHERE.search(text):
        return [], "unclear", text
    text = shaped(unwrap(text))
    if _SHORT_PRF.search(text) and len(set(_SHORT_PRF.findall(text))) >= 2:
        text = _SHORT_PRF.sub(lambda m: _PRF[m[1].lower()], text)
    numbers = [number for number in find_numbers(text) if not _qualifies(text, number)]
    changes = [number for number in numbers if _BECOMES.match(text, number.end)]  # "0.5 -> 0.3" says two values
    pairs: list[Pair] = []
    head_end: int | None = None
    start = 0
    vague = _VAGUE.search(text) is not None
    for index, number in enumerate(numbers):
        left = text[start : number.start]
        found = None if number in changes else _name_before(left, vague, text.startswith("+", number.start))
        if found is not None:
            name, at = found
            if plausible(name, number, text):
                if head_end is None:
                    head_end = start + at
                pairs.append(Pair(name, number))
            start = number.end
        elif number.end - start > 200:
            start = number.end
        if not pairs and index == 0 and not vague:
            after = _name_after(text, number)
            if after is not None:
                pairs.append(Pair(after, number))
                return pairs, role_of(words_of(text[: number.start])), text[: number.start]
    head = text if head_end is None else text[:head_end]
    return pairs, role_of(words_of(head)) if pairs else "unclear", head


def _qualifies(text: str, number: Number) -> bool:
    """Whether a number stands in brackets that belong to the name: ``Partial AUC (>80% TPR): 0.74``."""
    opened = text.rfind("(", 0, number.start)
    if opened < 0 or ")" in text[opened : number.start]:
        return False
    closed = text.find(")", number.end)
    return closed >= 0 and _SEPARATOR.match(text, closed + 1) is not None and closed - opened <= 40


def _name_before(left: str, vague: bool, signed: bool = False) -> tuple[Name, int] | None:
    """The metric named at the end of ``left``, and where its name starts."""
    if _COMPARED.search(left):
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
    if strong is None and phrase.endswith((",", ";", ".")):
        return None  # the name belongs to the value before it
    if phrase.endswith(")") and "(" in phrase:
        # "F1 (macro): 0.81", "threshold (optimal)": what stands in the brackets qualifies the name.
        opened = phrase.rindex("(")
        inner = phrase[opened + 1 : -1]
        if len(inner) <= 40 and not re.search(r"\d{2,}", inner):
            phrase = phrase[:opened] + " " + inner
        elif len(inner) <= 40 and strong is not None:
            found = _name_before(phrase[:opened] + ":", vague)
            if found is None or find_step(inner) is not None:
                return found
            count = _N_IN_BRACKETS.match(inner)
            if count is not None:
                return replace(found[0], n=int(count[1].replace(",", "")[:15])), found[1]
            suffix = "_" + re.sub(r"[^\w.]+", "_", inner.lower()).strip("_")
            return replace(found[0], metric=found[0].metric + suffix, tag=found[0].tag + suffix), found[1]
    begin = 0
    for match in _DELIMITER.finditer(phrase):
        if match.end() < len(phrase):
            begin = match.end()
    chunk = phrase[begin:]
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
    if vague and re.search(
        r"\b(?:target|goal|baseline|required|expected|threshold|previous|patience|chance|monitor)", chunk, re.IGNORECASE
    ):
        return None
    chunk = _GROUPED.sub(" ", chunk)
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
    if re.search(r"(?<![\w@/.-])\d", chunk) and not re.search(
        r"\b(?:images?|samples?|examples?|events?|instances?|documents|sentences|(?:test|val\w*)\s+data)\b", chunk
    ):
        tail = re.split(r"(?<![\w@/.-])\d[\d.,%/]*", chunk)[-1]
        if not tail.strip():
            return None
        chunk = tail
    name = understand(chunk)
    return None if name is None else (name, begin)


def _name_after(text: str, number: Number) -> Name | None:
    """``93.2% accuracy on the test set``, ``0.93 accuracy``: the value stands before its name."""
    if number.fraction is not None or (number.integer and not number.percent):
        return None
    rest = text[number.end : number.end + 60]
    match = re.match(r"\s+((?:[A-Za-z][\w@-]*\s*){1,7})(?=$|[.,;!()\n])", rest)
    if match is None or re.search(r"\d\s*$", text[: number.start]) or len(text[: number.start].split()) > 6:
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


def plausible(name: Name, number: Number, text: str = "") -> bool:
    """Whether the value can be one of this metric; a class-wise rate above 100 or fp16's "precision: 16" cannot."""
    value = number.value
    metric = name.metric.lower()
    words = words_of(name.metric)
    if number.integer and words and words[-1] in ("error", "errors"):
        return False
    if math.isnan(value) or math.isinf(value):
        return not (name.best and math.isinf(value))  # "best loss so far: inf" is where a search begins
    if metric in ("return", "bits", "lift") or (number.integer and metric in ("score", "per", "em", "kl", "mask")):
        return metric == "score"
    if _RATES.search(metric):
        if value < 0 or value > 100:
            return False
        if number.integer and value > 1 and not number.percent and not metric.endswith(("accuracy", "acc")):
            return False
    return True


def drafts_of(pairs: list[Pair], line: Line, text: str, context: Context, role: RoleName, rule: str) -> list[Draft]:
    """One draft for each role a line speaks of; steps and grouping words of the line are worked in."""
    step = find_step(text)
    first_value = pairs[0].number.start
    options: dict[str, str] = {}
    n: int | None = None
    for match in _GROUPED.finditer(text):
        if match.start() > first_value and len(match[1]) == 1:
            continue
        if match[1] in _N:
            n = int(match[2][:15]) if match[1] == "n" else n
        else:
            options[match[1] if len(match[1]) == 1 else match[1].lower()] = match[2]
    count = _COUNT.search(text)
    if n is None and count is not None:
        n = int(count[1].replace(",", "")[:15])
    drafts: dict[tuple[RoleName, bool, str | None], Draft] = {}
    sibling = any(pair.name.role == "validation" for pair in pairs)
    running = _BAR.search(text) is not None and not (role != "unclear" and "100%" in text)
    batch = None if step is not None else _BATCH.search(text[:first_value])
    if batch is not None and (role == "unclear" or batch[1] != batch[2]):  # "Epoch(test) [6/6]" is the whole pass
        step, running = ("step", float(batch[1]), "batch"), True
    validated = {pair.name.metric.removeprefix("val_") for pair in pairs if pair.name.role == "validation"}
    last: RoleName = role
    for pair in pairs:
        own = pair.name.role
        if own == "unclear":
            # In "loss … val_loss" the bare name is the training's; "Test accuracy …, AUC …" is all the test's.
            own = "train" if sibling and (pair.name.metric in validated or last == "unclear") else last
        last = own
        key = (own, pair.name.headline, pair.name.dataset)
        draft = drafts.get(key)
        if draft is None or pair.name.metric in draft.metrics:
            if draft is not None:
                continue
            draft = drafts[key] = Draft(line, line.number, [line.text], rule, role=own, options=dict(options), n=n)
            draft.running = running
            draft.headline, draft.best, draft.dataset = pair.name.headline, pair.name.best, pair.name.dataset
        draft.metrics[pair.name.metric] = pair.number
        draft.tags[pair.name.metric] = _tag(pair.name, own)
        if pair.name.n is not None and draft.n is None:
            draft.n = pair.name.n
        if pair.number.fraction is not None and _RATES.search(pair.name.metric):
            draft.correct = pair.number.fraction
    if line.number - context.titles.get("best iteration", -9) == 1:
        for draft in drafts.values():
            draft.headline = draft.best = True  # LightGBM repeats the line of the iteration it kept
    head = text[: max(first_value, 0)]
    headed = bool(re.match(r"\W*(?:best|final|overall)\b", head, re.IGNORECASE))
    for draft in drafts.values():
        if headed:
            draft.headline = True
            draft.best = draft.best or bool(re.match(r"\W*best\b", head, re.IGNORECASE))
        if step is not None:
            inside = (
                find_step(text[:first_value]) is not None
                and line.number - context.titles.get("best iteration", -9) != 1
            )
            if draft.headline and not inside:
                draft.options[step[2].replace(" ", "_")] = f"{step[1]:g}"
            else:
                draft.step, draft.reaches = (step[0], step[1]), not draft.headline
        else:
            draft.under_step = not draft.headline
    return list(drafts.values())


def _tag(name: Name, role: RoleName) -> str:
    if name.tag != name.metric or role == "unclear" or name.role != "unclear":
        return name.tag
    return {"validation": "val_", "test": "test_", "train": ""}[role] + name.metric


def _two_lines(cursor: Cursor, line: Line, raw: str) -> Claim | None:
    """``Test accuracy:`` and the value alone on the next line."""
    text = body(raw).strip()
    if not 2 < len(text) <= 60 or "," in text:
        return None
    name = understand(shaped(text))
    if name is None or not name.alone:
        return None
    below = cursor.peek(1)
    number = None if below is None else parse_number(unwrap(below.text.strip()))
    if (
        below is None
        or number is None
        or not plausible(name, number)
        or (number.integer and not text.endswith((":", "=")))
    ):
        return None
    draft = Draft(
        line,
        below.number,
        [line.text, below.text],
        "name_value",
        role=name.role,
        headline=name.headline,
        best=name.best,
    )
    draft.metrics[name.metric] = number
    draft.tags[name.metric] = name.tag
    return Claim(2, [draft])


PARSER = Parser("name_value", 1, "lines that name metrics and give their values", _read)
