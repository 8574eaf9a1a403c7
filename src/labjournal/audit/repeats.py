"""Values of seeds and folds listed one by one, against the mean and the scatter that is said of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from labjournal.audit.items import Item, explained
from labjournal.audit.paragraphs import Paragraph, paragraphs
from labjournal.importers import Document
from labjournal.parsers.numbers import decimals
from labjournal.stats.means import scatter_limit

_V = r"\d*\.\d+"
_LIST = re.compile(
    rf"(?<![\w.,/±-])(?P<list>{_V}\s*%?(?:\s*(?:,|/|;|\||&|und|and|et|y|、|，)\s*(?:and\s+|und\s+)?{_V}\s*%?){{2,}})(?![\w/])",
    re.IGNORECASE,
)
_MEAN = re.compile(
    rf"\s*[).,;:→=-]*\s*(?:so\s+|→\s*|giving\s+|i\.e\.,?\s+|also\s+)?[^\d.]{{0,24}}?\b(?:mean|average|avg|mittel(?:wert)?|moyenne|media)\b\.?\s*"
    rf"(?:is|was|of|[:=]|→)?\s*\**(?P<mean>{_V})\s*%?\**",
    re.IGNORECASE,
)
_SCATTER = re.compile(
    rf"\s*[,;(]?\s*(?:±|\+/-|\+-|\\pm|(?:with\s+)?(?:std|sd|s\.d\.|standard\s+deviation|σ|sigma)\s*(?:of|is|was|[:=])?)\s*(?P<sd>{_V})",
    re.IGNORECASE,
)
_WITH_SCATTER = re.compile(
    rf"\s*[).,;:→=-]*\s*(?:so|→|giving|gives?|i\.e\.,?|=|that\s+is|also)?\s*\**(?P<mean>{_V})\s*%?\s*(?:±|\+/-|\+-)\s*(?P<sd>{_V})",
    re.IGNORECASE,
)
_OF_CLASSES = re.compile(
    r"\b(?:per[- ]class|by class|each class|of each class)\b[^:.\d]{0,24}:\s*"
    rf"(?P<list>(?:[^\W\d_][\w /-]{{0,24}}?\s*[:=]?\s*{_V}\s*%?\s*(?:[,;]\s*(?:and\s+)?|\s+and\s+)?){{3,}})",
    re.IGNORECASE,
)
_MEAN_OF_CLASSES = re.compile(
    r"[\s,;.(:→-]*(?:so\s+(?:the\s+)?)?(?:mean|average|macro(?:[- ]\w+)?|m(?:IoU|AP|Acc))\s*(?:of|is|=|:)?\s*"
    rf"(?P<mean>{_V})",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:e\.g|for example|such as|among|including|best|top|first|last|median|weighted)\b", re.IGNORECASE
)


def check(document: Document) -> list[Item]:
    return [
        item
        for paragraph in paragraphs(document.lines)
        if not paragraph.printed
        for item in (*_listed(document.path, paragraph), *_of_classes(document.path, paragraph))
    ]


def _listed(path: str, paragraph: Paragraph) -> Iterator[Item]:
    text = paragraph.text
    for found in _LIST.finditer(text):
        said = _WITH_SCATTER.match(text, found.end()) or _MEAN.match(text, found.end())
        if said is None or _PART.search(text[max(0, found.start() - 40) : said.end()]):
            continue
        shown = re.findall(_V, found["list"])
        values = [float(one) for one in shown]
        slack = sum(0.5 * 10.0 ** -decimals(one) for one in shown) / len(shown)
        mean, digits, line = sum(values) / len(values), decimals(said["mean"]), paragraph.line_at(said.start("mean"))
        middle = sorted(values)[len(values) // 2]
        if not explained(float(said["mean"]), digits, mean - slack, mean + slack):
            if explained(float(said["mean"]), digits, middle) or _as_percent(float(said["mean"]), mean):
                continue
            message = f"the mean of these {len(values)} values is {mean:.6g}, not {said['mean']}."
            yield Item(path, line, "average", float(said["mean"]), mean, "high", message)
            continue
        scatter = said["sd"] if "sd" in said.groupdict() else _scatter_after(text, said.end())
        if scatter is not None and not _scatters(values, slack, scatter):
            sd = _deviation(values, 1)
            message = f"these {len(values)} values scatter by {sd:.3g} (standard deviation), not {scatter}."
            yield Item(path, line, "scatter", float(scatter), sd, "medium", message)


def _of_classes(path: str, paragraph: Paragraph) -> Iterator[Item]:
    """ "IoU per class: road 0.92, car 0.81, sky 0.95; mIoU 0.93"."""
    text = paragraph.text
    for found in _OF_CLASSES.finditer(text):
        # the last name may already be that of the mean
        said = _MEAN_OF_CLASSES.match(text, found.end()) or _last_is_mean(found)
        shown = re.findall(_V, found["list"])
        if said is None or _PART.search(text) or _OTHERS.search(text):
            continue
        given = said["mean"]
        values = [float(one) for one in (shown[:-1] if said.end() <= found.end() else shown)]
        slack = 0.5 * 10.0 ** -min(map(decimals, shown))
        mean = sum(values) / len(values)
        if len(values) > 1 and not explained(float(given), decimals(given), mean - slack, mean + slack):
            message = f"the mean of these {len(values)} classes is {mean:.4g}, not {given}."
            yield Item(path, paragraph.line_at(said.start("mean")), "average", float(given), mean, "medium", message)


def _last_is_mean(found: re.Match[str]) -> re.Match[str] | None:
    last = list(_MEAN_OF_CLASSES.finditer(found.string, found.start("list"), found.end()))
    return last[-1] if last and not found.string[last[-1].end() : found.end()].strip(" ,;%") else None


_OTHERS = re.compile(r"\b(?:others?|rest|remaining|over\s+all|all\s+\d+|of\s+\d+|weighted|…|\.\.\.)", re.IGNORECASE)


def _scatter_after(text: str, end: int) -> str | None:
    found = _SCATTER.match(text, end)
    return found["sd"] if found is not None else None


def _as_percent(shown: float, mean: float) -> bool:
    """Percentages beside fractions: another slip than a wrong mean, and none where the text says so."""
    return math.isclose(shown, 100 * mean, rel_tol=0.02) or math.isclose(100 * shown, mean, rel_tol=0.02)


def _deviation(values: Sequence[float], less: int) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((one - mean) ** 2 for one in values) / (len(values) - less))


def _scatters(values: Sequence[float], slack: float, shown: str) -> bool:
    """Whether ± can be any of what people put there: deviation, error of the mean, its interval, the range or half."""
    n, value, digits = len(values), float(shown), decimals(shown)
    sample, whole = _deviation(values, 1), _deviation(values, 0)
    forms = (
        sample,
        whole,
        sample / math.sqrt(n),
        whole / math.sqrt(n),
        1.96 * sample / math.sqrt(n),
        2 * sample,
        1.96 * sample,
        max(values) - min(values),
        (max(values) - min(values)) / 2,
        max(abs(one - sum(values) / n) for one in values),
    )
    if any(explained(value, digits, form - 2 * slack, form + 2 * slack) for form in forms):
        return True
    interval = scatter_limit(sample, n - 1) / math.sqrt(2 * n)  # loads scipy: asked last
    return explained(value, digits, interval - 2 * slack, interval + 2 * slack)
