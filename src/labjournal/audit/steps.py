"""Steps of a training against the number of its samples and the size of its batches."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from labjournal.audit.items import Item
from labjournal.audit.paragraphs import Paragraph, paragraphs
from labjournal.importers import Document

_WHOLE = r"\d{1,3}(?:[,.  ]\d{3})+|\d+(?:\.\d+)?[kK]|\d+"
_THINGS = (
    r"(?:train\w*\s+)?(?:images?|samples?|examples?|events?|sentences?|crops?|tiles?|jets?|rows?|pairs?|prompts?|documents?|records?"
    r"|bilder\w*|beispiele\w*|sätze\w*|张|条|样本)"
)
_SAMPLES = re.compile(
    rf"(?<![\w.,/-])(?P<n>{_WHOLE})\s*(?:labell?ed\s+|synthetic\s+)?{_THINGS}(?![\w-])(?!\s*(?:per|/|a\s+(?:second|batch|step)|each))"
    rf"|\b(?:num(?:ber\s+of)?[\s_]*(?:train\w*[\s_]*)?(?:examples|samples)|(?:n_)?train(?:ing)?(?:[\s_]+(?:set|data))?[\s_]*(?:size|samples|examples|images)|n_train)"
    rf"\s*(?:of|is|[:=])\s*(?P<n2>{_WHOLE})(?![\d.,]\d)",
    re.IGNORECASE,
)
_BATCH = re.compile(
    rf"\b(?:(?P<all>(?:total|effective|global)\s+(?:train\s+)?)?(?:batch|batchgröße|stapelgröße|批大小|bs)[\s_-]*(?:size|größe)?(?:\s*\([^)]*\))?"
    rf"(?:\s+per\s+(?:device|gpu))?)\s*(?:of|is|was|[:=])?\s*(?P<b>\d+)(?![\d.,]\d|\s*(?:%|epochs?|gb))"
    rf"|(?<![\w.,])(?P<b2>\d+)\s+(?:{_THINGS})?\s*(?:per|/|a)\s*(?:batch|step|gpu|device)\b|\bbatches\s+of\s+(?P<b3>\d+)",
    re.IGNORECASE,
)
_FACTOR = re.compile(
    r"\b(?:grad(?:ient)?[\s_]*)?accum\w*(?:[\s_]+steps?)?\s*(?:of|is|over|[:=x×])?\s*(?P<f>\d+)\b"
    r"|(?<![\w.])(?P<f2>\d+)\s*(?:x\s*|×\s*)?(?:a100s?|h100s?|h200s?|v100s?|gpus?|cards?|devices?|nodes?|ranks?|workers|accumulation|views?|crops?\s+(?:per|each))\b"
    r"|[x×]\s*(?P<f3>\d+)\b",
    re.IGNORECASE,
)
_EPOCHS = re.compile(
    r"(?<![\w.,-])(?P<e>\d+)\s*(?:epochs?|epochen|轮)\b|\b(?:num(?:ber\s+of)?[\s_]*)?epochs?\s*(?:is|[:=])\s*(?P<e2>\d+)",
    re.IGNORECASE,
)
_EACH = re.compile(
    rf"(?<![\w.,/-])(?P<s>{_WHOLE})\s*(?:optimi[sz]er\s+|gradient\s+|training\s+)?(?:steps?|it(?:er(?:ation)?)?s?|batches|updates?|schritte)\s*(?:per|/|an|each|every|je|pro)\s*(?:epoch|epoche)\b"
    rf"|\b(?:steps|iterations|batches|updates)[\s_]*per[\s_]*epoch\s*(?:is|[:=])?\s*(?P<s2>{_WHOLE})",
    re.IGNORECASE,
)
_ALL = re.compile(
    rf"\btotal\s+(?:optimi[sz]ation\s+|training\s+)?(?:steps|updates|iterations)\s*(?:is|[:=])?\s*(?P<s>{_WHOLE})"
    rf"|(?<![\w.,/-])(?P<s2>{_WHOLE})\s*(?:optimi[sz]er\s+|gradient\s+|training\s+)?(?:steps|updates|iterations)\s+(?:in\s+total|in\s+all|altogether|total|overall|insgesamt)\b",
    re.IGNORECASE,
)
_ELSE = re.compile(
    r"\b(?:subset|half|resum\w*|remain\w*|drop\w*\s+(?:out\s+)?of|oversampl\w*|undersampl\w*|sampler|augment\w*|repeat\w*|twice|pack\w*|token|tokens|sequences?"
    r"|stopp\w*|early|replay|val\w*|test|eval\w*|dev|of\s+which|split|wrong|bug|instead|should|expect\w*|but)\b|%|[~≈<>]|\babout\b|\baround\b|\broughly\b",
    re.IGNORECASE,
)
"""The samples may not all be seen, or be seen more than once."""


def check(document: Document) -> list[Item]:
    return [item for paragraph in paragraphs(document.lines) for item in _steps(document.path, paragraph)]


def _steps(path: str, paragraph: Paragraph) -> Iterator[Item]:
    text = paragraph.text.replace("\n", "\0")  # a number at the end of a printed line is not of the next one
    each, total = _EACH.search(text), _ALL.search(text)
    if (each is None and total is None) or _ELSE.search(text):
        return
    samples = set(_numbers(_SAMPLES, text))
    batches = set(_numbers(_BATCH, text)) - {0}
    if len(samples) != 1 or not 1 <= len(batches) <= 2 or len(_numbers(_EACH, text)) > 1:
        return
    n, factors = samples.pop(), [one for one in _numbers(_FACTOR, text) if one > 1]
    sizes = {batch * math.prod(some) for batch in batches for some in _subsets(factors)}
    of_epoch = {count for size in sizes for count in (n // size, -(-n // size))}
    of_epoch |= {count // factor for count in of_epoch for factor in factors}
    size = f"{n} samples in batches of {' or '.join(map(str, sorted(batches)))}"
    if each is not None:
        said = _number(each)
        if not _near(said, of_epoch):
            right = min(of_epoch, key=lambda count: abs(count - said))
            message = f"{size} are {right} steps an epoch, not {said}."
            yield Item(path, paragraph.line_at(each.start()), "steps", said, right, "medium", message)
    epochs = set(_numbers(_EPOCHS, text))
    if total is not None and len(epochs) == 1:
        said, many = _number(total), epochs.pop()
        of_all = {count * many for count in of_epoch} | {-(-n * many // size) for size in sizes}
        if not _near(said, of_all, many):
            right = min(of_all, key=lambda count: abs(count - said))
            message = f"{size} are {right} steps in {many} epochs, not {said}."
            yield Item(path, paragraph.line_at(total.start()), "steps", said, right, "medium", message)


def _near(said: int, counts: set[int], slack: int = 1) -> bool:
    """A step more or less an epoch, and what was rounded: "about 3000" is often written as 3000."""
    return any(abs(said - count) <= slack or (said % 100 == 0 and abs(said - count) <= 0.02 * said) for count in counts)


def _numbers(form: re.Pattern[str], text: str) -> list[int]:
    return [_number(match) for match in form.finditer(text)]


def _number(match: re.Match[str]) -> int:
    shown = next(value for name, value in match.groupdict().items() if value and name != "all")
    if shown[-1] in "kK":
        return round(float(shown[:-1]) * 1000)
    return int(re.sub(r"\D", "", shown))


def _subsets(factors: Sequence[int]) -> Iterator[tuple[int, ...]]:
    few = factors[:4]
    for many in range(len(few) + 1):
        yield from combinations(few, many)
