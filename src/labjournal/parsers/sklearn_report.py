"""scikit-learn and seqeval classification reports as text, in markdown or as a printed DataFrame."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.numbers import Number, decimals
from labjournal.parsers.reading import ClassRow, Line

_HEADER = re.compile(
    r"^(?:(?P<title>[^:|]{1,60}):\s{2})?"
    r"[\s|#\w]*?\bprecision\b[\s|,]+(?:recall|sensitivity)\b(?:[\s|,]+(?P<f1>f1[- _]?score|f1|f[- _]?score"
    r"|f-?measure)\b)?(?:[\s|,]+(?P<support>support|count|n)\b)?[\s|]*$",
    re.IGNORECASE,
)
LONGEST = 600
_VALUE = r"(?:-?\d+\.\d*(?:e[-+]?\d+)?|-?\d+|nan|NaN)%?"
_ROW = re.compile(rf"^(?P<label>.*?)(?P<values>(?:[\s|]+{_VALUE}){{1,5}})[\s|]*$", re.IGNORECASE)
_STRICT_ROW = re.compile(r"^\s*\S.*?\s+[01]\.\d+\s+[01]\.\d+\s+[01]\.\d+\s+\d+\s*$")
_AVERAGES = {
    "macro avg": "macro",
    "weighted avg": "weighted",
    "micro avg": "micro",
    "samples avg": "samples",
    "avg / total": "weighted",
    "avg/total": "weighted",
    "macro average": "macro",
    "micro average": "micro",
    "weighted average": "weighted",
    "macro_avg": "macro",
    "weighted_avg": "weighted",
    "micro_avg": "micro",
    "macro-avg": "macro",
    "weighted-avg": "weighted",
    "micro-avg": "micro",
    "samples-avg": "samples",
    "samples_avg": "samples",
}
_WORD = re.compile(r"[a-z]+")
_OF_OTHERS = frozenset(
    """model models method methods algorithm classifier approach system run experiment fold dataset epoch step config
    threshold technique variant name""".split()
)
"""Titles over rows that are no classes."""
_EMPTY_CELL = re.compile(r"(?<=\s)-(?=\s)")
_RULE_LINE = re.compile(r"^[\s|:+=\-─━]*$")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None:
        return None
    if len(line.text) > LONGEST:
        return None
    text = body(line.text)
    low = text.lower()
    if "precision" in low and "recall" in low:
        header = _HEADER.match(text)
        if (
            header is not None
            and _OF_OTHERS.isdisjoint(_WORD.findall(low.partition("precision")[0]))
            and not low.lstrip().startswith(("|precision", "| precision"))
        ):  # no column of classes
            columns = (
                ["precision", "recall"] + (["f1"] if header["f1"] else []) + (["support"] if header["support"] else [])
            )
            claim = _rows(cursor, line, columns, start=1)
            if claim is not None and header["title"]:
                claim.drafts[0].role = role_of(words_of(header["title"]))
            return claim
        return None
    if not text.rstrip()[-1:].isdigit() or cursor.refused("sklearn_report") or not _STRICT_ROW.match(text):
        return None
    claim = _rows(cursor, line, ["precision", "recall", "f1", "support"], start=0)
    if claim is None or not any(name.startswith(("macro", "weighted")) for name in claim.drafts[0].metrics):
        cursor.refuse("sklearn_report", 1 if claim is None else claim.lines)
        return None
    return claim


def _rows(cursor: Cursor, first: Line, columns: list[str], start: int) -> Claim | None:
    draft = Draft(first, first.number, [], "sklearn_report")
    used = start
    blanks = 0
    index = start
    averaged = False
    while (line := cursor.peek(index)) is not None:
        text = body(line.text) if index > 0 or start == 0 else line.text
        index += 1
        if _RULE_LINE.match(text):
            blanks = blanks + 1 if not text.strip() else blanks
            if blanks > (1 if averaged else 2) or (averaged and not text.strip()):
                break
            continue
        row = _row(text, columns)
        if row is None or (averaged and not _is_average(row[0])):
            break
        blanks = 0
        averaged = _take(draft, *row, columns) or averaged
        used = index
        draft.last = line.number
    if not draft.per_class and not draft.metrics:
        return None
    draft.text = cursor.texts(used)
    return Claim(used, [draft])


def _row(text: str, columns: list[str]) -> tuple[str, list[str]] | None:
    """A row as (label, cells from the right): as many cells as the header names, one or two for the accuracy row."""
    if text.split()[:1] == ["accuracy"]:
        text = _EMPTY_CELL.sub(" ", text)
    parts = text.replace("|", " ").split() if "|" not in text else None
    if parts is None:
        cells = [cell.strip(" *`") for cell in text.strip().strip("|").split("|")]
        values = [cell for cell in cells[1:] if cell]
        return (
            (cells[0], values)
            if values and all(_is_value(cell) for cell in values) and len(values) <= len(columns)
            else None
        )
    count = 0
    while count < min(len(columns), len(parts)) and _is_value(parts[-1 - count]):
        count += 1
    if count == 0:
        return None
    label_end = len(text.rstrip())
    for part in reversed(parts[len(parts) - count :]):
        label_end = text.rstrip().rfind(part, 0, label_end)
    label = text[:label_end].strip()
    if label.lower() == "accuracy" or count == len(columns):
        return label, parts[len(parts) - count :]
    return None


def _is_value(cell: str) -> bool:
    return re.fullmatch(_VALUE, cell, re.IGNORECASE) is not None


def _is_average(label: str) -> bool:
    """Averages are printed in lower case or as titles; a class may be called MACRO_AVG."""
    return label.lower() in _AVERAGES and not label.isupper()


def _take(draft: Draft, label: str, cells: list[str], columns: list[str]) -> bool:
    """Puts one row into the draft; True when it is an average, after which only averages follow."""
    low = label.lower()
    if low == "accuracy":
        draft.metrics["accuracy"] = _number(cells[0])
        if len(cells) > 1 and len(cells) < len(columns):
            draft.n = _support(cells[-1])
        return False
    values = dict(zip(columns, cells, strict=False))
    if _is_average(label):
        prefix = _AVERAGES[low]
        for name in ("precision", "recall", "f1"):
            if name in values:
                draft.metrics[f"{prefix}_{name}"] = _number(values[name])
        if "support" in values and draft.n is None:
            draft.n = _support(values["support"])
        return True
    numbers = {name: _number(values[name]).value for name in ("precision", "recall", "f1") if name in values}
    draft.per_class[label] = ClassRow(
        numbers.get("precision"),
        numbers.get("recall"),
        numbers.get("f1"),
        _support(values["support"]) if "support" in values else None,
    )
    return False


def _number(cell: str) -> Number:
    if cell.endswith("%"):
        return Number(float(cell[:-1]) / 100, decimals(cell[:-1]) + 2, True)
    return Number(float(cell), decimals(cell) if cell.lower() != "nan" else 0)


def _support(cell: str) -> int | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return int(value) if value == value and abs(value) < 1e15 else None


PARSER = Parser("sklearn_report", 1, "classification reports of scikit-learn and seqeval, as text or a table", _read)
