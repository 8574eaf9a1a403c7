"""What sentences say of the results above them: praise below the baseline, rates under the wrong name or of another
set, "no unknown answers" where there was one, one set where the rows are of two.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from labjournal.audit import values
from labjournal.audit.items import Item
from labjournal.audit.reports import place_text, signal_of
from labjournal.importers import Document, FoundResult
from labjournal.importers.document import Line
from labjournal.importers.places import Names
from labjournal.importers.trainings import set_key
from labjournal.parsers.numbers import decimals

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý0-9*_(])|(?<=[。！？；])")
_PRAISE = re.compile(
    r"\b(?:good|great|excellent|impressive|promising|best|strong|nice|amazing|fantastic|improve\w*|success\w*|high(?:est)?)\b",
    re.IGNORECASE,
)
_AWARE = re.compile(
    r"\b(?:majority|always|baseline|coin\s+flip|chance|random|below|worse|collapse\w*|fail\w*|not\s+(?:a\s+)?good"
    r"|less\s+than|nothing|forget|misleading)\b",
    re.IGNORECASE,
)
_RATE = r"(?P<value>\d+(?:\.\d+)?\s*%|0?\.\d+)"
_PART = r"(?P<metric>recall|precision|f1(?:[- ]score)?)"
_LABEL = r"(?P<label>[^\W\d_]\w*)"
_IS = r"(?:is|was|=|:|at|of)"
_CLASS_METRIC = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_PART}\s+(?:for|of|on)\s+(?:the\s+)?{_LABEL}\s+{_IS}\s*{_RATE}",
        rf"\b{_LABEL}\s+{_PART}\s+{_IS}\s*{_RATE}",
    )
)
_ON_SET = re.compile(
    rf"(?<![\w.~≈<>+-]){_RATE}\s+(?:on|for)\s+(?:the\s+)?(?P<set>[\w:-]+(?:[ -](?:box|set|data\s?set))?(?:\s\d\b)?)"
)
_NONE_UNKNOWN = re.compile(
    r"\b(?P<zero>0(?:\.0+)?\s*%|0|no|zero|without(?:\s+any)?)\s+(?:unknowns?\b|unknown\s+(?:answers?|predictions?)|unparse?able)"
    r"|\banswered\s+(?:every|all)\b",
    re.IGNORECASE,
)
_ONE_SET = re.compile(
    r"\b(?:same|one)\s+(?:[\w:-]+\s+){0,2}?(?:data[\s-]?set|set|validation\s+data|test\s+data)\b", re.IGNORECASE
)
_NOT = re.compile(r"\b(?:not|no\s+longer|n[o']t|isn|aren)\b", re.IGNORECASE)
NEAR = 6
"""Lines below a result in which a sentence speaks of it."""


def check(document: Document) -> list[Item]:
    names = Names()
    for line in document.lines:
        if line.kind in ("text", "heading"):
            names.learn(line.text)
    results = sorted(document.results, key=lambda result: result.parsed.end_line)
    ends = [result.parsed.end_line for result in results]
    found: list[Item] = []
    for line in document.lines:
        if line.kind != "text":
            continue
        above = results[: bisect_left(ends, line.number)]
        if not above:
            continue
        for sentence in _SENTENCE.split(line.text):
            found += _wrong_name(document.path, line, sentence, above)
            found += _of_sets(document, line, sentence, above, names)
            found += _none_unknown(document.path, line, sentence, above[-1])
    return found


def weighed(document: Document, items: Sequence[Item]) -> list[Item]:
    """Accuracies below the baseline: medium where the text praises them and does not say so itself."""
    first = {result.line: result for result in reversed(document.results)}
    found = []
    for item in items:
        judged = item.kind == "below_majority" and item.line is not None and first.get(item.line)
        found.append(_weighed(document.lines, item, judged) if judged else item)
    return found


def _weighed(lines: Sequence[Line], item: Item, result: FoundResult) -> Item:
    for text in _below(lines, result.parsed.end_line):
        about = [sentence for sentence in _SENTENCE.split(text) if _about(sentence, result)]
        if about and _PRAISE.search(text) and not any(_AWARE.search(sentence) for sentence in about):
            return replace(item, weight="medium")
    return item


def _about(sentence: str, result: FoundResult) -> bool:
    """Whether a sentence gives the accuracy of the result."""
    accuracy = result.parsed.metrics.get("accuracy")
    if accuracy is None:
        return False
    of = accuracy / 100 if accuracy > 1 else accuracy
    shown = re.findall(r"(\d+(?:\.\d+)?)\s*%", sentence), re.findall(r"(?<![\d.])0?(\.\d+)", sentence)
    return any(values.agrees(float(text) / 100, decimals(text) + 2, [_exactly(of)]) for text in shown[0]) or any(
        values.agrees(float(f"0{text}"), decimals(text), [_exactly(of)]) for text in shown[1]
    )


def _exactly(value: float) -> values.Value:
    return values.Value("accuracy", None, value, value)


def _below(lines: Sequence[Line], last: int) -> Iterator[str]:
    """The words right under a result."""
    for line in lines[last : last + NEAR]:
        if line.kind == "heading":
            return
        if line.kind == "text":
            yield line.text


def _wrong_name(path: str, line: Line, sentence: str, above: Sequence[FoundResult]) -> Iterator[Item]:
    """ "Recall for signal is 0.66" where 0.66 is the precision of signal, and no result of the day has that recall."""
    result = above[-1]
    if line.number - result.parsed.end_line > NEAR:
        return
    day = [one for one in above if one.date == result.date]
    for match in (found for form in _CLASS_METRIC for found in form.finditer(sentence)):
        label, metric = match["label"], match["metric"].lower()
        metric = "f1" if metric.startswith("f1") else metric
        number, digits = _number(match["value"])
        own = values.values_of(result)
        said = [one for one in own if one.metric == metric and values.same_class(label, one.label)]
        if not said or any(_has(one, metric, label, number, digits) for one in day):
            continue
        other = next(
            (
                one
                for one in own
                if one.metric in values.PARTS
                and values.same_class(label, one.label)
                and values.agrees(number, digits, [one])
            ),
            None,
        )
        if other is not None:
            computed = (said[0].low + said[0].high) / 2
            right = f"the {said[0].name} is {computed:.3g} (line {result.line})"
            message = f"{match[0].strip()!r}: that is the {other.name}; {right}."
            yield Item(path, line.number, "wrong_name", number, computed, "high", message)


def _has(result: FoundResult, metric: str, label: str, number: float, digits: int) -> bool:
    among = values.claimed(metric, label, values.values_of(result), signal_of(result.supports))
    return values.agrees(number, digits, among)


def _number(text: str) -> tuple[float, int]:
    plain = text.rstrip("% ")
    return (float(plain) / 100, decimals(plain) + 2) if text.rstrip().endswith("%") else (float(plain), decimals(plain))


def _of_sets(
    document: Document, line: Line, sentence: str, above: Sequence[FoundResult], names: Names
) -> Iterator[Item]:
    """ "92.5% on 1:1, 94.9% on 1:10 and 97.3% on black-box": one of them no result of that set has, the others do."""
    pairs = [(match, names.dataset_in(f"{match['set']} dataset")) for match in _ON_SET.finditer(sentence)]
    if len(pairs) < 2 or any(name is None for _, name in pairs):
        return
    day = [result for result in above if result.date == above[-1].date]
    odd = []
    for match, name in pairs:
        number, digits = _number(match["value"])
        own = [one for one in day if _of_set(one, name or "")]
        if any(_has_rate(one, number, digits) for one in own):
            continue
        odd.append((match, number, digits, own))
    if len(odd) != 1 or len(pairs) - len(odd) < 2 or not odd[0][3]:
        return
    match, number, digits, own = odd[0]
    if any(_has_rate(one, number, digits) for one in document.results):
        return  # of another day or another set, and perhaps meant so
    stated = own[-1].parsed.metrics.get("accuracy")
    if stated is not None:
        right = f"the accuracy there is {stated:.6g} (line {own[-1].line})"
        message = f"{match[0]!r}: {right}; the other rates of the sentence agree."
        yield Item(document.path, line.number, "said", number, stated, "high", message)


def _of_set(result: FoundResult, name: str) -> bool:
    own, said = set_key(result.place.dataset or ""), set_key(name)
    return own == said or own.startswith(f"{said} ")


def _has_rate(result: FoundResult, number: float, digits: int) -> bool:
    """Whether the accuracy it states first can have been written so."""
    accuracy, shown = result.parsed.metrics.get("accuracy"), result.parsed.digits.get("accuracy", 4)
    if accuracy is None:
        return False
    half = 0.5 * 10.0**-shown
    return values.agrees(number, digits, [values.Value("accuracy", None, accuracy - half, accuracy + half)])


def _none_unknown(path: str, line: Line, sentence: str, result: FoundResult) -> Iterator[Item]:
    tally, counts = result.parsed.tally, result.parsed.counts
    unknown = sum(counts.unknown) if counts is not None else (tally.unknown or 0) if tally is not None else 0
    match = _NONE_UNKNOWN.search(sentence)
    if match is None or not unknown or not result.n or line.number - result.parsed.end_line > NEAR:
        return
    share = 100 * unknown / result.n
    if match["zero"] and share >= 1 and match["zero"][0] == "0" and "%" in match["zero"]:
        return  # a share of something else
    message = f"{match[0]!r}: {place_text(result)}{unknown} of {result.n} answers were unknown (line {result.line})."
    yield Item(path, line.number, "rounded_away", match[0], unknown, "medium", message)


def one_set(document: Document, last: int, cited: Sequence[FoundResult]) -> Iterator[Item]:
    """A sentence under a table says that its rows are of one set, and the results they cite are not."""
    folded = {
        tuple(sorted((label.casefold(), n) for label, n in one.supports.items())) for one in cited if one.supports
    }
    if len(folded) < 2 or len({tuple(label for label, _ in one) for one in folded}) > 1:
        return
    for under in document.lines[last : last + NEAR]:
        if under.kind == "text" and _ONE_SET.search(under.text) and not _NOT.search(under.text):
            shown = ", ".join(sorted({f"{values.supports_text(one.supports)} (line {one.line})" for one in cited}))
            message = f"said to be one set; the results of the rows are of {shown}."
            yield Item(document.path, under.number, "changed_set", under.text.strip()[:120], shown, "high", message)
            return
