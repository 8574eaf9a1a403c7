"""Sentences: fractions against their percentages, differences against their ends, counts against the result above."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labjournal.audit import values
from labjournal.audit.items import Item, explained
from labjournal.importers import Document
from labjournal.importers.places import checkpoint_in
from labjournal.importers.tables import plain, split_cells
from labjournal.parsers.numbers import decimals, parse_number

_FRACTION = re.compile(
    r"(?<![\w./])(?P<k>\d[\d,]*)\s*(?:/|out\s+of(?:\s+the)?|of(?:\s+the)?|von(?:\s+den)?|sur)\s*(?P<n>\d[\d,]*)(?![\w/.]\d)"
    r"(?P<mid>[^\d%.;,(（]{0,24}(?:[(（=≈~:]|,\s*(?:i\.e\.|that\s+is|or|so|also|das\s+sind|soit|ovvero|即|—|–)|\s[—–])"
    r"\s*(?:about\s|i\.e\.,?\s|or\s|≈|~|,)*\s*)(?P<pct>\d+(?:[.,]\d+)?)\s*[%％]"
)
_COUNTED = r"(?P<k>\d[\d,]*)\s*(?:/|out\s+of(?:\s+the)?|of|von|sur)\s*(?P<n>\d[\d,]*)(?![\d./])"
_SHARE = r"(?P<share>0\.\d{2,})(?![\d%％])"
_SHARE_AFTER = re.compile(
    rf"(?<![\w./]){_COUNTED}[^\d%.;(（]{{0,16}}?(?:->|→|=|≈|\bacc(?:uracy)?)[^\d%.;(（]{{0,16}}?{_SHARE}", re.IGNORECASE
)
_RIGHT = re.compile(r"\b(?:correct\w*|right|hits?|richtig\w*|korrekt\w*)\b|正确", re.IGNORECASE)
_SHARE_BEFORE = re.compile(
    rf"\bacc(?:uracy)?\b\s*(?:is|was|of|[:=])?\s*{_SHARE}\s*[(\[（]\s*{_COUNTED}"
    r"(?!\s+(?:folds?|seeds?|runs?|epochs?|classes))",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"(?P<d>[+\-−]\s?\d+(?:\.\d+)?)\s*(?:pp|p\.p\.|%p|percentage\s+points)\s*[(（]\s*(?P<a>\d+(?:\.\d+)?)\s*%?\s*(?:→|->|to)\s*(?P<b>\d+(?:\.\d+)?)\s*%"
)
_CHANGE_AFTER = re.compile(
    r"(?P<a>\d+(?:\.\d+)?)\s*%\s*(?:→|->|to|退至|升至|降至|提升至|跳升至)\s*(?P<b>\d+(?:\.\d+)?)\s*%\s*[(（,，]?\s*(?P<d>[+\-−]\s?\d+(?:\.\d+)?)\s*(?:pp|p\.p\.|%p)"
)
_FEWEST = 10
"""Events below which "3 of 5" hardly is what an accuracy was counted on."""
NEAR = 14
"""Lines below a result in which a sentence without a name still speaks of it."""


def check(document: Document) -> list[Item]:
    found: list[Item] = []
    for line in document.lines:
        if line.kind in ("text", "table", "heading") and any(character.isdigit() for character in line.text):
            found += _arithmetic(document.path, line.number, line.text)
    found += _counted_rows(document)
    found += _counts_said(document)
    found += _said_below(document)
    return found


def _arithmetic(path: str, number: int, text: str) -> Iterator[Item]:
    for match in _FRACTION.finditer(text):
        k, n = _whole(match["k"]), _whole(match["n"])
        shown = match["pct"].replace(",", ".")
        printed = float(shown)
        if n > 0 and k <= n and not explained(printed, decimals(shown), 100 * k / n):
            if explained(printed, decimals(shown), 100 * (n - k) / n):
                continue  # the share of the rest
            message = f"{k} of {n} is {100 * k / n:.4g} %, not {match['pct']} %."
            yield Item(path, number, "fraction", printed, 100 * k / n, "high", message)
        elif k > 0 and printed == 0:
            message = f"{k} of {n} is {100 * k / n:.2g} %; {match['pct']} % reads as none at all."
            yield Item(path, number, "rounded_away", printed, 100 * k / n, "low", message)
    for pattern in (_SHARE_AFTER, _SHARE_BEFORE):
        for match in pattern.finditer(text):
            k, n = _whole(match["k"]), _whole(match["n"])
            share, digits = float(match["share"]), decimals(match["share"])
            if pattern is _SHARE_AFTER and not _RIGHT.search(text[max(0, match.start() - 30) : match.start("share")]):
                continue  # "epoch 10/20: accuracy 0.96"
            if n < _FEWEST or k > n or any(explained(share, digits, part / n) for part in (k, n - k)):
                continue
            message = f"{k} of {n} is {k / n:.6g}, not {match['share']}."
            yield Item(path, number, "fraction", share, k / n, "high", message)
    for pattern in (_CHANGE, _CHANGE_AFTER):
        for match in pattern.finditer(text):
            stated = float(match["d"].replace("−", "-").replace(" ", ""))
            a, b = float(match["a"]), float(match["b"])
            slack = sum(10.0 ** -decimals(match[name]) for name in "ab") / 2
            digits = decimals(match["d"].replace(" ", ""))
            low, high = abs(b - a) - slack, abs(b - a) + slack
            if not explained(abs(stated), digits, low, high) or (stated * (b - a) < 0 and abs(b - a) > slack):
                message = f"from {match['a']} % to {match['b']} % is {b - a:+.4g} points, not {match['d']}."
                yield Item(path, number, "difference", stated, b - a, "high", message)


def _whole(text: str) -> int:
    return int(text.replace(",", "")[:15])


_CORRECT = re.compile(r"^(?:correct|right|hits|正确|richtig|korrekt|tp)", re.IGNORECASE)
_TOTAL = re.compile(r"^(?:total|n|samples?|support|count|样本数|总数|anzahl|events)$", re.IGNORECASE)
_RATE = re.compile(
    r"^(?:acc(?:uracy)?|recall|rate|share|准确率|正确率|召回率|genauigkeit|trefferquote)\b", re.IGNORECASE
)


def _counted_rows(document: Document) -> Iterator[Item]:
    """Rows of a table that give a count, a total and the rate of both."""
    texts = {line.number: line.text for line in document.lines if line.kind == "table"}
    for table in document.tables:
        at = {
            name: [index for index, column in enumerate(table.columns) if pattern.match(column)]
            for name, pattern in (("k", _CORRECT), ("n", _TOTAL), ("rate", _RATE))
        }
        if any(len(columns) != 1 for columns in at.values()):
            continue
        for number in range(table.line + 1, table.last + 1):
            if number in texts:
                cells = [plain(cell) for cell in split_cells(texts[number])]
                yield from _counted_row(document.path, number, cells, *(at[name][0] for name in ("k", "n", "rate")))


def _counted_row(path: str, line: int, cells: Sequence[str], k_at: int, n_at: int, rate_at: int) -> Iterator[Item]:
    if max(k_at, n_at, rate_at) >= len(cells):
        return
    k, n, rate = (parse_number(cells[at]) for at in (k_at, n_at, rate_at))
    if k is None or n is None or rate is None or not (k.integer and n.integer) or not 0 < n.value >= k.value >= 0:
        return
    if not explained(rate.value, rate.digits, k.value / n.value):
        message = f"{int(k.value)} of {int(n.value)} is {k.value / n.value:.6g}; the row says {cells[rate_at]}."
        yield Item(path, line, "fraction", rate.value, k.value / n.value, "high", message)


def _counts_said(document: Document) -> Iterator[Item]:
    """A sentence that names a checkpoint and an accuracy no result of that checkpoint has."""
    every = [value for result in document.results for value in values.values_of(result)]
    for claim in document.claims:
        named = checkpoint_in(claim.text)
        if claim.kind != "prose" or named is None or claim.metric not in ("accuracy", "acc"):
            continue
        own = [result for result in document.results if result.place.checkpoint == named]
        if not own or len(re.findall(r"\d+(?:\.\d+)?\s*%|\b0\.\d+", claim.text)) != 1:
            continue
        if values.agrees(claim.value, claim.digits, every) or re.search(
            r"\b(?:about|around|almost|nearly|over|under|above|below|~|≈)", claim.text
        ):
            continue
        near = min(own, key=lambda result: abs(result.parsed.metrics.get("accuracy", 9.0) - claim.value))
        stated = near.parsed.metrics.get("accuracy")
        if stated is not None:
            message = f"{named} is said to have {claim.value:.6g}; its result in line {near.line} says {stated:.6g}."
            yield Item(document.path, claim.line, "said", claim.value, stated, "medium", message)


_DIRECT = re.compile(
    r"\b(?P<metric>accuracy|acc|SIC)\b\s*(?:=|:|is|was|of)?\s*(?P<value>\d*\.\d+)(?P<percent>\s*[%％])?"
    r"(?![\d%％]|\s*(?:->|→|to\b|±|\+/-))",
    re.IGNORECASE,
)
_OF_ELSEWHERE = re.compile(
    r"\b(?:about|around|almost|nearly|roughly|over|above|below|under|least|most|from|than|compar\w+|against|versus|vs|previous\w*|"
    r"earlier|before|last|first|old|baseline|majority|chance|guess\w*|always|target|goal|aim|need|paper|literature|"
    r"train\w*|best|max\w*|theoretical|ideal|would|could|should|might|may|if|hope|expect\w*|want|until)\b|[~≈<>≤≥]",
    re.IGNORECASE,
)


def _said_below(document: Document) -> Iterator[Item]:
    """An accuracy or a SIC in a sentence right below its one result, which has another, as has every result there is.

    Sentences that may speak of something else (earlier ones, goals, baselines, training) are left alone.
    """
    every = [value for result in document.results for value in values.values_of(result)]
    for claim in document.claims:
        place = claim.place
        if claim.kind != "prose" or claim.metric not in ("accuracy", "acc", "sic") or checkpoint_in(claim.text):
            continue
        own = [
            result
            for result in document.results
            if (result.place.checkpoint, result.place.dataset) == (place.checkpoint, place.dataset)
            and 0 < claim.line - result.parsed.end_line <= NEAR
        ]
        if place.checkpoint is None or place.dataset is None or len(own) != 1 or _OF_ELSEWHERE.search(claim.text):
            continue
        metric = "sic" if claim.metric == "sic" else "accuracy"
        right = [value for value in values.values_of(own[0]) if value.metric == metric and value.label is None]
        if not right or not _says_directly(claim.text, metric, claim.value):
            continue
        if not values.agrees(claim.value, claim.digits, every):
            computed = (right[0].low + right[0].high) / 2
            above = f"the result above, in line {own[0].line}, has {computed:.4g}"
            message = f"{metric} is said to be {claim.value:.6g}; {above}."
            yield Item(document.path, claim.line, "said", claim.value, computed, "medium", message)


def _says_directly(text: str, metric: str, value: float) -> bool:
    found = [match for match in _DIRECT.finditer(text) if match["metric"].lower()[:3] == metric[:3]]
    return any(abs(float(one["value"]) / (100 if one["percent"] else 1) - value) < 1e-9 for one in found)
