"""Counts in words and in printed lines against the rates beside them: right of all, the cells of a matrix, SIC."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from labjournal.audit.items import Item, explained
from labjournal.audit.paragraphs import Paragraph, paragraphs
from labjournal.audit.rounded import ABOUT
from labjournal.importers import Document
from labjournal.parsers.numbers import decimals

_NAME = r"TP|FP|TN|FN|true positives?|false positives?|true negatives?|false negatives?"
_CELL = re.compile(
    rf"\b(?P<name>{_NAME})\b\s*(?:of|is|was|were|[:=])?\s*(?P<n>\d+(?:,\d{{3}})*)(?!\d)(?:\.0+)?(?!\.?\d|\s*%)",
    re.IGNORECASE,
)
_CELL_AFTER = re.compile(
    rf"(?<![\w.,])(?P<n>\d+(?:,\d{{3}})*)\s+(?P<name>{_NAME})\b",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"(?<![\w-])(?P<name>precision|ppv|npv|recall|sensitivity|specificity|tpr|tnr|fpr|fnr|accuracy|acc"
    r"|f1(?:[- ]?score)?|balanced\s+accuracy|mcc)\b"
    r"\s*(?:is|was|of|[:=])?\s*\**(?P<v>\d*\.\d+|\d+(?:\.\d+)?(?=\s*%))\s*(?P<u>%?)",
    re.IGNORECASE,
)
_MOST = 6
"""Decimals that are compared: programs add a small number to a divisor that may be 0."""
_OTHER = re.compile(
    r"\b(?:macro|micro|weighted|train\w*|baseline|before|previous\w*|paper|mean|average|per[- ]class|would|if)\b",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"^\W*(?:(?P<k>(?:num(?:ber)?\s+(?:of\s+)?)?(?:correct|right|hits|richtig|korrekt)(?:\s+(?:predictions|answers|samples))?)"
    r"|(?P<n>(?:total|n|num(?:ber)?\s+(?:of\s+)?(?:samples|examples|events)|(?:total\s+)?(?:samples|examples|events)|gesamt|anzahl))"
    r"|(?P<rate>(?:(?:test|val(?:idation)?|overall)\s+)?acc(?:uracy)?|genauigkeit))\s*[:=]\s*(?P<v>\d+(?:,\d{3})*(?:\.\d+)?)\s*(?P<u>%?)\s*$",
    re.IGNORECASE,
)
_OF = r"(?<![\w./])(?P<k>\d+(?:,\d{3})*)\s*(?:/|out\s+of|of)\s*(?:the\s+)?(?P<n>\d+(?:,\d{3})*)"
_SIGNAL = re.compile(_OF + r"\s+(?:signal|sig)\b", re.IGNORECASE)
_BACKGROUND = re.compile(_OF + r"\s+(?:background|bkg|bg)\b", re.IGNORECASE)
_PASSED = re.compile(
    r"\b(?:correct\w*|right|pass\w*|kept|keep|select\w*|accept\w*|tagg\w*|reject\w*|classified|surviv\w*|found)\b",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(r"\b(?:unknown|no\s+class|unparse\w*|invalid|wrong\w*|missed)\b", re.IGNORECASE)
_SIC = re.compile(r"\bSIC\b\s*(?:is|was|of|[:=])?\s*(?P<v>\d+(?:\.\d+)?)", re.IGNORECASE)


def check(document: Document) -> list[Item]:
    found: list[Item] = []
    for paragraph in paragraphs(document.lines):
        found += _cells(document.path, paragraph)
        found += _sic(document.path, paragraph)
        if "\n" in paragraph.text or not paragraph.printed:
            found += _lines(document.path, paragraph)
    return found


def _cells(path: str, paragraph: Paragraph) -> Iterator[Item]:
    """ "TP 45, FP 12, TN 130, FN 9: precision 0.79" """
    text = paragraph.text
    cells: dict[str, set[int]] = {}
    for match in (*_CELL.finditer(text), *_CELL_AFTER.finditer(text)):
        words = match["name"].lower().split()
        short = words[0] if len(words) == 1 else words[0][0] + words[1][0]
        cells.setdefault(short, set()).add(int(match["n"].replace(",", "")))
    if not {"tp", "fp", "fn"} <= cells.keys() or any(len(values) != 1 for values in cells.values()):
        return
    tp, fp, fn = (min(cells[name]) for name in ("tp", "fp", "fn"))
    right = _rates(tp, fp, fn, min(cells["tn"]) if "tn" in cells else None)
    rates = list(_RATE.finditer(text))
    if _OTHER.search(text) or ABOUT.search(text) or len({_plain(match["name"]) for match in rates}) < len(rates):
        return
    for match in rates:
        computed = right.get(_plain(match["name"]))
        value, digits = float(match["v"]), min(decimals(match["v"]), _MOST)
        if match["u"]:
            value, digits = value / 100, digits + 2
        if computed is None or explained(value, digits, computed):
            continue
        shown = f"{match['name']} {match['v']}{match['u']}"
        message = f"{shown!r}: the counts beside it give {computed:.4g}."
        yield Item(path, paragraph.line_at(match.start()), "fraction", value, computed, "high", message)


def _plain(name: str) -> str:
    low = " ".join(name.lower().split())
    same = {"ppv": "precision", "sensitivity": "recall", "tpr": "recall", "tnr": "specificity", "acc": "accuracy"}
    return "f1" if low.startswith("f1") else same.get(low, low)


def _rates(tp: int, fp: int, fn: int, tn: int | None) -> dict[str, float | None]:
    found = {
        "precision": _share(tp, tp + fp),
        "recall": _share(tp, tp + fn),
        "fnr": _share(fn, tp + fn),
        "f1": _share(2 * tp, 2 * tp + fp + fn),
    }
    if tn is None:
        return found
    recall, specificity = found["recall"], _share(tn, tn + fp)
    root = math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return found | {
        "specificity": specificity,
        "fpr": _share(fp, tn + fp),
        "npv": _share(tn, tn + fn),
        "accuracy": _share(tp + tn, tp + tn + fp + fn),
        "balanced accuracy": None if recall is None or specificity is None else (recall + specificity) / 2,
        "mcc": (tp * tn - fp * fn) / root if root else None,
    }


def _share(k: int, n: int) -> float | None:
    return k / n if n else None


def _lines(path: str, paragraph: Paragraph) -> Iterator[Item]:
    """``Correct: 1873``, ``Total: 2150``, ``Accuracy: 0.8912``, a line each and each once."""
    said: dict[str, list[tuple[int, str, str]]] = {}
    at = 0
    for row in paragraph.text.split("\n"):
        match = _LINE.match(row)
        if match is not None:
            name = next(one for one in ("k", "n", "rate") if match[one])
            said.setdefault(name, []).append((paragraph.line_at(at), match["v"], match["u"]))
        at += len(row) + 1
    if {name: len(values) for name, values in said.items()} != {"k": 1, "n": 1, "rate": 1}:
        return
    (_, k, _), (_, n, _), (line, shown, percent) = (said[name][0] for name in ("k", "n", "rate"))
    if "." in k or "." in n or "." not in shown:
        return
    right, of = (int(one.replace(",", "")) for one in (k, n))
    value, digits = float(shown.replace(",", "")), decimals(shown)
    if percent:
        value, digits = value / 100, digits + 2
    if 0 < right <= of and not explained(value, digits, right / of):
        message = f"{right} of {of} is {right / of:.6g}, not {shown}{percent}."
        yield Item(path, line, "accuracy", value, right / of, "high", message)


def _sic(path: str, paragraph: Paragraph) -> Iterator[Item]:
    """ "143 out of 200 signal, 1870 out of 2000 background correct. SIC = 3.41"; passed or rejected, as it fits."""
    text = paragraph.text
    found = [list(form.finditer(text)) for form in (_SIGNAL, _BACKGROUND, _SIC)]
    if any(len(matches) != 1 for matches in found) or not _PASSED.search(text) or _UNKNOWN.search(text):
        return
    signal, background, sic = (matches[0] for matches in found)
    (ks, ns), (kb, nb) = (tuple(int(match[name].replace(",", "")) for name in "kn") for match in (signal, background))
    if not (0 < ks <= ns and 0 < kb < nb):
        return
    values = [ks / ns / math.sqrt(passed / nb) for passed in (nb - kb, kb)]
    if not any(explained(float(sic["v"]), decimals(sic["v"]), value) for value in values):
        shown = f"SIC is said to be {sic['v']}; the counts give {values[0]:.4g}."
        yield Item(path, paragraph.line_at(sic.start()), "sic", float(sic["v"]), values[0], "high", shown)
