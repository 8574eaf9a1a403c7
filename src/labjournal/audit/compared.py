"""Words that praise what the numbers beside them do not show: "better" within the noise, an accuracy below always
answering the largest class, "significant" beside a large p.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from labjournal.audit.items import Item, Weight
from labjournal.audit.noise import unless_they_differ
from labjournal.audit.paragraphs import Paragraph, paragraphs
from labjournal.importers import Document
from labjournal.parsers.numbers import decimals

_COUNT = re.compile(
    r"(?<![\w./])(?P<k>\d+(?:,\d{3})*)\s*(?:/|out\s+of|of|von|sur)\s*(?:the\s+)?(?P<n>\d+(?:,\d{3})*)(?![\w/%]|[.,]\d|\s*%)",
    re.IGNORECASE,
)
_BETTER = re.compile(
    r"\b(?:better|worse|improve[sd]?|improvement|outperform\w*|wins?|beats?|superior|helps?|helped|hurts?|gain|stronger|weaker|besser|schlechter)\b",
    re.IGNORECASE,
)
_AWARE = re.compile(
    r"\b(?:noise|significan\w*|chance|not|n[o']t|maybe|perhaps|may|might|could|would|if|whether|hope\w*|expect\w*|should|no\s+difference|error\s+bars?"
    r"|uncertain\w*|within|compatible|consistent|cannot|seeds?|paired|mcnemar|p\s*[<=>]|faster|slower|memory|time|both)\b|[?±]",
    re.IGNORECASE,
)
_PLUS_MINUS = re.compile(r"(?<![\w.])(?P<v>\d+(?:\.\d+)?)\s*%?\s*(?:±|\+/-|\+-)\s*(?P<s>\d*\.?\d+)")
_ERRORS = re.compile(r"\b(?:sem|standard\s+errors?|s\.e\.|ci|confidence|intervals?|paired|p\s*[<=>])\b", re.IGNORECASE)
_CLAIMED = re.compile(
    r"\b(?:clear(?:ly)?|significant(?:ly)?|better|outperform\w*|beats?|improve[sd]?|improvement|superior|wins)\b",
    re.IGNORECASE,
)
_P = re.compile(r"\bp(?:[- ]?value)?\s*(?:=|≈|of|is|was)\s*(?P<p>0?[.,]\d+)\b", re.IGNORECASE)
_SIGNIFICANT = re.compile(r"\b(?:statistically\s+)?significant(?:ly)?\b|\bsignifikant\w*|显著", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|no|n[o']t|isn't|never|neither|nor|without|non|barely|hardly|short\s+of|far\s+from|nicht|kein\w*|whether|if|would|should)\b|[无不未没]|insignificant"
    r"|\b(?:at|alpha|level|threshold)\b",
    re.IGNORECASE,
)
_CLASSES = re.compile(
    r"(?<![\w.,])(?P<a>\d+(?:,\d{3})*)\s+(?P<la>[a-z][\w-]*)(?:\s+(?:events?|samples?|images?|cases?|patients?))?\s*(?:and|vs\.?|/|,|\+)\s*(?P<b>\d+(?:,\d{3})*)\s+(?P<lb>[a-z][\w-]*)",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(?<![\w.])(?P<s>\d+(?:\.\d+)?)\s*%\s+(?:of\s+(?:the\s+|all\s+)?\w+\s+(?:is|are)\s+)?(?:\w+\s+)?(?P<label>background|negatives?|neutral|healthy|benign|normal|legit\w*|genuine|ham|clean|controls?|non-?\w+|majority)\b",
    re.IGNORECASE,
)
_CLASS_WORDS = re.compile(
    r"^(?:negatives?|positives?|background|signal|healthy|sick|diseased|benign|malignant|normal|abnormal|spam|ham|fraud|legit\w*|non-?\w+|controls?|cases|lens(?:es)?|cats?|dogs?)$",
    re.IGNORECASE,
)
_ACCURACY = re.compile(
    r"(?<![\w.])(?P<v>\d+(?:\.\d+)?)\s*%\s+(?:test\s+|validation\s+|val\s+)?acc(?:uracy)?\b|\bacc(?:uracy)?\s*(?:is|was|of|at|[:=])?\s*\**(?:(?P<v2>\d+(?:\.\d+)?)\s*%|(?P<v3>0?\.\d+))",
    re.IGNORECASE,
)
_KNOWS = re.compile(
    r"\b(?:baseline|majority|always|below|worse|chance|guess\w*|trivial|balanced\s+acc\w*|not\s+good|misleading|dummy|train\w*)\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:good|great|excellent|impressive|promising|best|strong|nice|solid|amazing|success\w*|well|works)\b",
    re.IGNORECASE,
)
_FEWEST = 10


def check(document: Document) -> list[Item]:
    found: list[Item] = []
    for paragraph in paragraphs(document.lines):
        if not paragraph.printed:
            found += _counts(document.path, paragraph)
            found += _spreads(document.path, paragraph)
            found += _significance(document.path, paragraph)
            found += _below(document.path, paragraph)
    return found


def _counts(path: str, paragraph: Paragraph) -> Iterator[Item]:
    """ "A: 171/200. B: 174/200. B is clearly better." """
    text = paragraph.text
    counts = [tuple(int(match[name].replace(",", "")) for name in "kn") for match in _COUNT.finditer(text)]
    said = _BETTER.search(text)
    if len(counts) != 2 or said is None or _AWARE.search(text):
        return
    a, b = ((k, n) for k, n in counts)
    if min(a[1], b[1]) < _FEWEST or a[0] > a[1] or b[0] > b[1] or max(a[1], b[1]) > 2 * min(a[1], b[1]):
        return
    rates = f"{b[0]} of {b[1]} against {a[0]} of {a[1]}"
    yield from unless_they_differ(path, paragraph.line_at(said.start()), said[0], b, a, rates)


def _spreads(path: str, paragraph: Paragraph) -> Iterator[Item]:
    """ "0.812 ± 0.010 against 0.818 ± 0.012, so it is better": closer than one of the two scatters."""
    text = paragraph.text
    pairs = list(_PLUS_MINUS.finditer(text))
    said = _CLAIMED.search(text)
    if (
        len(pairs) != 2
        or said is None
        or _ERRORS.search(text)
        or re.search(r"\b(?:not|no|n't|noise|within|overlap\w*)\b", text)
    ):
        return
    (a, sa), (b, sb) = ((float(match["v"]), float(match["s"])) for match in pairs)
    if 0 < abs(a - b) <= min(sa, sb):
        message = f"called a difference: {pairs[0][0]} and {pairs[1][0]} lie closer to each other than they scatter."
        yield Item(path, paragraph.line_at(said.start()), "within_noise", said[0], b - a, "medium", message)


def _significance(path: str, paragraph: Paragraph) -> Iterator[Item]:
    for sentence in re.split(r"(?<=[.!?;])\s+(?=[A-ZÀ-Ý*_(])|(?<=[。；])", paragraph.text):
        p, said = list(_P.finditer(sentence)), _SIGNIFICANT.search(sentence)
        if len(p) != 1 or said is None or _DENIED.search(sentence):
            continue
        shown = p[0]["p"].replace(",", ".")
        value = float(shown)
        if value - 0.5 * 10.0 ** -decimals(shown) > 0.1:
            message = f"called significant beside p = {p[0]['p']}."
            line = paragraph.line_at(paragraph.text.find(sentence) + p[0].start())
            yield Item(path, line, "significance", value, 0.05, "medium", message)


def _below(path: str, paragraph: Paragraph) -> Iterator[Item]:
    """An accuracy in words below the share of the largest class that the same words give."""
    text = paragraph.text
    accuracies = list(_ACCURACY.finditer(text))
    if len(accuracies) != 1 or _KNOWS.search(text):
        return
    majority = _majority(text)
    shown = next(value for value in accuracies[0].groups() if value)
    value = float(shown) / (1 if accuracies[0]["v3"] else 100)
    half = 0.5 * 10.0 ** -(decimals(shown) + (0 if accuracies[0]["v3"] else 2))
    if majority is not None and value + half < majority:
        weight: Weight = "medium" if _PRAISE.search(text) else "low"
        message = f"accuracy {value:.6g} is below {majority:.6g}, which always giving the larger class would get."
        yield Item(path, paragraph.line_at(accuracies[0].start()), "below_majority", value, majority, weight, message)


def _majority(text: str) -> float | None:
    pairs = [m for m in _CLASSES.finditer(text) if _CLASS_WORDS.match(m["la"]) and _CLASS_WORDS.match(m["lb"])]
    if len(pairs) == 1:
        a, b = (int(pairs[0][name].replace(",", "")) for name in "ab")
        return max(a, b) / (a + b) if a + b >= _FEWEST else None
    shares = list(_SHARE.finditer(text))
    return float(shares[0]["s"]) / 100 if len(shares) == 1 and not pairs and float(shares[0]["s"]) > 50 else None
