"""Differences that sentences call better or worse, and that the two results they speak of do not show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labjournal.audit.items import Item
from labjournal.audit.reports import place_text, signal_of
from labjournal.audit.sets import same_set
from labjournal.importers import Document, FoundResult
from labjournal.importers.document import Line
from labjournal.importers.places import checkpoint_in
from labjournal.stats import compare_rates, summed

_SLIGHT = re.compile(
    r"\b(?P<how>slight(?:ly)?|marginal(?:ly)?|a\s+(?:little|bit|tiny\s+bit|touch|tad)|somewhat|small|minor|tiny|minimal(?:ly)?|leicht|etwas|légèrement|un\s+peu|ligeramente)\s+"
    r"(?:\w+\s+){0,2}?(?P<what>better|improve\w*|higher|increase\w*|gain\w*|worse|lower|drop\w*|decrease\w*|decline\w*|degrad\w*|besser|schlechter|meilleur\w*|mejor\w*)\b"
    r"|\b(?:improve[ds]?|increased?|dropped|decreased?|degraded|declined)\s+(?:slightly|marginally|a\s+(?:little|bit)|somewhat)\b|略有(?:提升|改善|下降)|轻微(?:提升|改善|下降)|略微(?:提升|改善|下降)",
    re.IGNORECASE,
)
_ABOUT_RESULTS = re.compile(
    r"\b(?:accurac\w*|results?|perform\w*|scores?|f1|recall|precision|checkpoint|it|model|this|validation|sic|auc|numbers?|predictions?)\b|准确率|结果",
    re.IGNORECASE,
)
_NOT_SAID = re.compile(
    r"\b(?:will|would|should|could|might|may|if|hope|try|see\s+(?:if|whether)|expect\w*|learning\s+rate|lr|loss|time|slower|faster|memory|batch|dropout|temperature|prompt|not|noise|chance|significan\w*|insignificant\w*|compatible|consistent|"
    r"error\s+bars?|statistical\w*|uncertainty|fluctuat\w*)\b",
    re.IGNORECASE,
)
_BETTER = re.compile(
    r"\b(?:better|worse|improve[ds]?|improvement|gain|step\s+forward|outperform\w*|beats?|best\s+so\s+far|besser|schlechter|meilleur\w*|mejor\w*)\b"
    r"|更好|提升|改善",
    re.IGNORECASE,
)
_ONE = r"(?=\s*(?:one|checkpoint|result)?\s*(?:[.,;:!)]|$))"
_BEFORE = re.compile(
    rf"\b(?:than|over|compared\s+(?:to|with)|als|que)\s+(?:the\s+|our\s+)?(?:before|previous(?:ly)?{_ONE}|last{_ONE}"
    r"|vorher|zuvor|checkpoint[\s-]*\d+)\b"
    rf"|\b(?:outperforms?|beats?)\s+(?:the\s+)?(?:(?:previous|last){_ONE}|checkpoint[\s-]*\d+)",
    re.IGNORECASE,
)
"""What it is compared with is the result before, or a checkpoint by its name."""
_SIGNIFICANTLY = re.compile(
    r"\bsignificant(?:ly)?\s+(?:better|worse|improve\w*|improvement|gain|higher|lower)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý*_(])|(?<=[。！？；])")
NEAR = 14
"""Lines below a result in which a sentence without a name still speaks of it."""


def check(document: Document) -> list[Item]:
    found: list[Item] = []
    for line in document.lines:
        if line.kind == "text":
            found += _called_slight(document, line) if _SLIGHT.search(line.text) else _called_better(document, line)
    return found


def _called_better(document: Document, line: Line) -> Iterator[Item]:
    """ "This is a clear improvement over checkpoint-300", "Much better than before."."""
    for sentence in _SENTENCE.split(line.text):
        if not _BETTER.search(sentence) or _denied(sentence):
            continue
        target = _BEFORE.search(sentence)
        above = [result for result in document.results if result.parsed.end_line < line.number]
        if target is None or not above or line.number - above[-1].parsed.end_line > NEAR:
            continue
        now, named = above[-1], checkpoint_in(target[0])
        own = checkpoint_in(sentence[: target.start()])
        if own is not None and own != now.place.checkpoint:
            continue
        others = [one for one in reversed(above[:-1]) if _comparable(now, one)]
        before = next((one for one in others if named is None or one.place.checkpoint == named), None)
        if before is not None and before.place.options == now.place.options:
            yield from _no_difference(document.path, line.number, sentence, now, before)
        return


def _denied(sentence: str) -> bool:
    """Whether a sentence speaks of something else than results, or of how sure it is."""
    if _SIGNIFICANTLY.search(sentence) and not re.search(
        r"\b(?:not|no|n't|if|would|whether)\b", sentence, re.IGNORECASE
    ):
        sentence = _SIGNIFICANTLY.sub("", sentence)
    return _NOT_SAID.search(sentence) is not None


def _called_slight(document: Document, line: Line) -> Iterator[Item]:
    """A slight difference that the two results it speaks of do not show."""
    named = _named_pair(line.text, document.results)
    if named is not None:
        yield from _no_difference(document.path, line.number, _slight_in(line.text), *named)
        return
    above = [result for result in document.results if result.parsed.end_line < line.number]
    if not above or line.number - above[-1].parsed.end_line > NEAR:
        return
    for sentence in _SENTENCE.split(line.text):
        about = _ABOUT_RESULTS.search(sentence) or _BEFORE.search(sentence)
        if _SLIGHT.search(sentence) and about and not _NOT_SAID.search(sentence):
            yield from _not_shown(document.path, line.number, sentence, above)
            return


def _not_shown(path: str, line: int, sentence: str, above: Sequence[FoundResult]) -> Iterator[Item]:
    now = above[-1]
    before = next((result for result in reversed(above[:-1]) if _comparable(now, result)), None)
    if before is not None:
        yield from _no_difference(path, line, sentence, now, before)


def _slight_in(text: str) -> str:
    return next((sentence for sentence in _SENTENCE.split(text) if _SLIGHT.search(sentence)), text)


def _named_pair(text: str, results: Sequence[FoundResult]) -> tuple[FoundResult, FoundResult] | None:
    """The results of the two checkpoints that a sentence compares by name, on the one set that it speaks of."""
    sentence = _slight_in(text)
    halves = re.split(r"\b(?:than|compared\s+(?:to|with)|against|als|que)\b", sentence, maxsplit=1)
    if len(halves) != 2 or _NOT_SAID.search(sentence):
        return None
    named = [checkpoint_in(half) for half in halves]
    if None in named or named[0] == named[1]:
        return None
    ratio = re.search(r"(?<![\d:.])\d+:\d+(?![\d:])", sentence)
    of = [[one for one in results if one.place.checkpoint == name] for name in named]
    pairs = [
        (a, b)
        for a in of[0]
        for b in of[1]
        if _comparable(a, b)
        and a.place.options == b.place.options
        and (ratio is None or ratio[0] == a.place.dataset == b.place.dataset)
    ]
    return pairs[0] if len(pairs) == 1 else None


def _no_difference(path: str, line: int, sentence: str, now: FoundResult, before: FoundResult) -> Iterator[Item]:
    a, b = _rate(now), _rate(before)
    if a is None or b is None:
        return
    rates = (
        f"accuracy {a[0] / a[1]:.4g} of {place_text(now).rstrip(': ')} "
        f"against {b[0] / b[1]:.4g} of {place_text(before).rstrip(': ')} (line {before.line})"
    )
    shown = sentence.strip()
    yield from unless_they_differ(path, line, shown if len(shown) <= 160 else shown[:159] + "…", a, b, rates)


def unless_they_differ(
    path: str, line: int, called: str, a: tuple[int, int], b: tuple[int, int], rates: str
) -> Iterator[Item]:
    """What is ``called`` a difference of two rates, right answers of all each, and none is shown."""
    difference = compare_rates(a, b)
    if difference.word != "differs":
        message = (
            f"called a difference: {rates}; {difference.word}, p = {difference.p:.2g}, "
            f"95% from {difference.low:+.3f} to {difference.high:+.3f}."
        )
        yield Item(path, line, "within_noise", called, difference.value, "medium", message)


def _comparable(a: FoundResult, b: FoundResult) -> bool:
    return same_set(a, b) and (a.place.checkpoint, a.place.options) != (b.place.checkpoint, b.place.options)


def _rate(result: FoundResult) -> tuple[int, int] | None:
    """Accuracy as right answers of all."""
    parsed, n = result.parsed, result.n
    if parsed.counts is not None:
        return parsed.counts.correct, parsed.counts.n
    tally = parsed.tally
    if tally is not None and len(tally.classes) > 1:
        k, total = summed(tally.classes)
        return (k, total) if total else None
    accuracy = parsed.metrics.get("accuracy")
    if accuracy is None or not n or not 0 <= accuracy <= 1:
        return None
    k = round(accuracy * n)
    counted = abs(k / n - accuracy) <= 0.5 * 10.0 ** -parsed.digits.get("accuracy", 4) < 0.5000001 / n
    return (k, n) if counted or signal_of(result.supports) is not None else None
