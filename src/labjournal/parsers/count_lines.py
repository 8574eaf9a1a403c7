"""Counts in words: ``correct signal predictions: 63 out of 94``, ``Correct: 907/1000``, ``unknown answers: 3``."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.names import is_metric_word, role_of, words_of
from labjournal.parsers.numbers import Number, find_numbers
from labjournal.parsers.reading import Line

_RIGHT = frozenset(
    "correct correctly right hits richtig korrekt correctos correctas correcto corrects correctes correcte".split()
    + "correctement corretas corretos".split()
)
_HITS = re.compile(r"^[^:]*\bhits\b", re.IGNORECASE)
_STEMS = ("corre", "right", "richtig", "korrekt", "hits")
_NOISE = _RIGHT | frozenset(
    """number of the predictions prediction predicted answers answer answered classified identified recognized
    recognised labeled detected found events event samples sample examples example images items instances cases
    total in for as out count num were was is are got class questions tests warning info with all on and anzahl
    vorhersagen nombre prédictions de accuracy acc test validation val train training set data overall""".split()
)
_UNKNOWN = re.compile(
    r"\b(?:number\s+of\s+)?(?P<word>unknown|unparse?able|unparsed|invalid|unrecogni[sz]ed|unclassified"
    r"|unanswered|abstained|no[- ]answer|unclear)(?P<mid>(?:\s+[\w-]+){0,3}?)\s*(?:[:=]|\bis\b"
    r"|\s)\s*(?P<count>\d[\d,]*)(?![\d.%/])",
    re.IGNORECASE,
)
_UNKNOWN_BEFORE = re.compile(
    r"\b(?P<count>\d[\d,]*)\s+(?:unknown|unparseable|invalid|unclassified)\b(?:\s+(?:answers?|predictions?|outputs?))?",
    re.IGNORECASE,
)
_NONE_UNKNOWN = re.compile(
    r"\b(?:all\s+(?:predictions|answers|outputs)\s+(?:were\s+)?classified\s+as\b|no\s+unknown\b)", re.IGNORECASE
)
_PLAIN_CORRECT = re.compile(
    r"^\W*(?:number\s+of\s+|total\s+|#\s*)?correct(?:ly)?(?:\s+(?:predictions?|answers?|classified(?:\s+\w+)?))?\s*[:=]\s*(?P<k>\d[\d,]*)\s*$",
    re.IGNORECASE,
)
_PLAIN_TOTAL = re.compile(
    r"^\W*(?:number\s+of\s+|total(?:\s+number\s+of)?\s*|#\s*)?(?:total|samples?|examples?|questions?|predictions?|events?|images?|n)?\s*[:=]\s*(?P<n>\d[\d,]*)\s*$",
    re.IGNORECASE,
)
_WEKA = re.compile(r"^\s*(?P<what>Correctly|Incorrectly) Classified Instances\s+(?P<k>\d+)\s+(?P<pct>[\d.]+)\s*%")
_CLASS_HINT = re.compile(r"\b(?:correct|right|richtig|accuracy|hits)\b", re.IGNORECASE)


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or len(line.text) > 400:
        return None
    text = body(line.text)
    low = text.lower()
    if ("all " in low or "no " in low) and _NONE_UNKNOWN.search(text):
        return Claim(1, [Draft(line, line.number, [line.text], "count_lines", unknown_total=0)])
    if "correct" in low and (weka := _weka(cursor, line)) is not None:
        return weka
    right = _after_counts(context, line) or (
        any(stem in low for stem in _STEMS) and any(word in _RIGHT for word in words_of(text))
    )
    fractions = [n for n in find_numbers(text) if n.fraction is not None] if right else []
    if fractions:
        return _fractions(line, text, fractions, context)
    if "correct" in low and _PLAIN_CORRECT.match(text):
        return _two_counts(cursor, line, text)
    if (" of " in low or " von " in low or " sur " in low) and (block := _block(cursor, context)) is not None:
        return block
    if "un" in low or "invalid" in low or "abstain" in low or "no-answer" in low:
        return _unknown(line, text)
    return None


def _after_counts(context: Context, line: Line) -> bool:
    """Straight under a count line, a row like ``signal: 63/94`` is one too."""
    return line.number - context.titles.get("counts", -9) == 1


def _fractions(line: Line, text: str, fractions: list[Number], context: Context) -> Claim | None:
    draft = Draft(line, line.number, [line.text], "count_lines")
    draft.role = role_of(words_of(text[: fractions[0].start]))
    start = 0
    for index, number in enumerate(fractions):
        k, n = number.fraction or (0, 0)
        end = fractions[index + 1].start if index + 1 < len(fractions) else len(text)
        if k > n or n == 0:
            return None
        left = re.split(r"[,;|]", text[start : number.start])[-1]
        right = re.split(r"[,;|(]", text[number.end : end])[0]
        words = words_of(left)
        if any(is_metric_word(w) and w not in _NOISE for w in words) or any(
            w in ("epoch", "step", "batch", "iter", "page", "trial") for w in words
        ):
            return None
        label = _label(left) or (_label(right) if index + 1 == len(fractions) or _label(right) else "")
        if label:
            draft.classes.setdefault(label, (k, n))
        elif draft.correct is None:
            draft.correct = (k, n)
            draft.metrics["hit_rate" if _HITS.search(text) else "accuracy"] = number
            draft.n = n
        start = number.end
    if not draft.classes and draft.correct is None:
        return None
    found = _UNKNOWN.search(text) or _UNKNOWN_BEFORE.search(text)
    if found is not None:
        count = int(found["count"].replace(",", "")[:15])
        if len(draft.classes) == 1:
            draft.class_unknown[next(iter(draft.classes))] = count
        else:
            draft.unknown_total = count
    context.titles["counts"] = line.number
    return Claim(1, [draft])


_OF = re.compile(
    r"^\W*(?P<label>[^\W\d_][\w .()+-]{0,38}?|class\s\d+)\W*[:=]\s*"
    r"(?P<k>\d[\d,]*)\s+(?:out\s+of|of|von|sur)\s+(?P<n>\d[\d,]*)\W*$",
    re.IGNORECASE,
)
_TWO_CLASSES = frozenset("pos neg positive negative signal background yes no true false real fake spam ham".split())


def _block(cursor: Cursor, context: Context) -> Claim | None:
    """``neg: 156 out of 192`` under one another: right answers of each class, where something says that they are.

    Said by a heading ("per class", "correct"), by class names that only come in pairs, or by an accuracy near by that
    is their sum. Else such lines may count files or pages.
    """
    rows: dict[str, tuple[int, int]] = {}
    while (ahead := cursor.peek(len(rows))) is not None and (match := _OF.match(body(ahead.text))) is not None:
        k, n = (int(match[name].replace(",", "")[:15]) for name in ("k", "n"))
        label = match["label"].strip()
        if not 0 <= k <= n or n == 0 or label in rows or len(rows) > 1_000:
            return None
        rows[label] = (k, n)
    first = cursor.peek()
    if first is None or len(rows) < 2:
        return None
    announced = first.number - context.titles.get("counts announced", -9) <= 2
    known = {label.casefold() for label in rows} <= _TWO_CLASSES
    if not (announced or known or _sum_near(cursor, rows)):
        return None
    draft = Draft(first, first.number + len(rows) - 1, cursor.texts(len(rows)), "count_lines", classes=rows)
    context.titles["counts"] = draft.last
    return Claim(len(rows), [draft])


def _sum_near(cursor: Cursor, rows: dict[str, tuple[int, int]]) -> bool:
    """Whether one of the next lines prints the accuracy that these counts give."""
    right, total = (sum(pair[at] for pair in rows.values()) for at in (0, 1))
    for ahead in range(len(rows), len(rows) + 5):
        below = cursor.peek(ahead)
        if below is not None and "acc" in below.text.lower():
            for number in find_numbers(body(below.text)):
                if not number.integer and abs(number.value - right / total) <= 0.5000001 * 10.0**-number.digits:
                    return True
    return False


def _label(text: str) -> str:
    """The class a count line speaks of: what is left without the words every such line has. Printed case is kept."""
    text = re.sub(r"\b(?:out\s+of|of|von)\s*$", "", text.strip(" :=-–>→\t'\"`*#"))
    kept = [word for word in re.findall(r"[^\s:=,'\"`()]+", text) if word.lower().strip(".") not in _NOISE]
    kept = [word.strip(".:") for word in kept if re.search(r"\w", word)]
    if any(re.fullmatch(r"which|what|that|than|\d*\.\d+%?", word) for word in kept):
        return ""  # the rest of a sentence
    return " ".join(kept) if 0 < len(kept) <= 4 else ""


def _two_counts(cursor: Cursor, line: Line, text: str) -> Claim | None:
    """``Correct: 907`` and, within three lines, ``Total: 1000``."""
    match = _PLAIN_CORRECT.match(text)
    if match is None:
        return None
    for ahead in range(1, 4):
        below = cursor.peek(ahead)
        total = None if below is None else _PLAIN_TOTAL.match(body(below.text))
        if below is not None and total is not None:
            k, n = int(match["k"].replace(",", "")[:15]), int(total["n"].replace(",", "")[:15])
            if not n > 0 or k > n:
                return None
            number = Number(k / n, 17, False, (k, n))
            draft = Draft(
                line, line.number, cursor.texts(1), "count_lines", correct=(k, n), n=n, metrics={"accuracy": number}
            )
            return Claim(1, [draft])
    return None


def _unknown(line: Line, text: str) -> Claim | None:
    match = _UNKNOWN.search(text) or _UNKNOWN_BEFORE.search(text)
    if match is None:
        return None
    groups = match.groupdict()
    words = words_of(text)
    answers = {"answers", "answer", "predictions", "prediction", "outputs", "output", "responses", "labels"}
    if not (answers & set(words) or len(words) <= 3):
        return None
    count = int(match["count"].replace(",", "")[:15])
    draft = Draft(line, line.number, [line.text], "count_lines")
    label = _label(re.sub(r"(?i)outputs?|responses?", "", groups.get("mid") or ""))
    after = re.match(r"\s*(?:for|in)\s+(?:class\s+)?(\w+)", text[match.end() :])
    label = label or (after[1] if after else "")
    if label:
        draft.class_unknown[label] = count
    else:
        draft.unknown_total = count
    return Claim(1, [draft])


def _weka(cursor: Cursor, line: Line) -> Claim | None:
    match = _WEKA.match(line.text)
    if match is None:
        return None
    below = cursor.peek(1)
    other = _WEKA.match(below.text) if below is not None else None
    if match["what"] != "Correctly" or other is None or below is None:
        return None
    k = int(match["k"])
    n = k + int(other["k"])
    draft = Draft(
        line,
        below.number,
        cursor.texts(2),
        "count_lines",
        correct=(k, n),
        n=n,
        metrics={"accuracy": Number(k / n, 17, False, (k, n))},
    )
    return Claim(2, [draft])


PARSER = Parser("count_lines", 1, "counts of correct and unknown answers in words", _read)
