"""Numbers as people type them: ``k=v``, percentages, confusion matrices. What cannot be meant is refused."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping

from labjournal.errors import InputError
from labjournal.model import Counts


def key_values(pairs: Iterable[str], flag: str) -> dict[str, str]:
    """``["a=1", "b=x=y"]`` as a mapping. Raises InputError."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise InputError(f"{flag} {pair!r} is no name=value.", f"Write {flag} name=value.")
        found[name.strip()] = value
    return found


def metric(name: str, text: str) -> tuple[float, int | None]:
    """A value and the decimals it was written with: ``0.908`` is (0.908, 3), ``90.8%`` too. Raises InputError."""
    percent = text.endswith("%")
    body = text.removesuffix("%").strip().replace("−", "-")
    try:
        value = float(body)
    except ValueError as error:
        raise InputError(
            f"{name}={text!r} is no number.", "Metrics are numbers: accuracy=0.908 or accuracy=90.8%."
        ) from error
    mantissa, _, exponent = body.lower().partition("e")
    written = len(mantissa.partition(".")[2])
    digits = (
        max(0, written - int(exponent or 0)) if body.strip("+-").lower() not in ("nan", "inf", "infinity") else None
    )
    if percent and digits is not None:
        value, digits = float(f"{value / 100:.{digits + 2}f}"), digits + 2
    _refuse_no_share(name, text, value)
    return value, digits


_SHARE = re.compile(
    r"(?:^|_)(?:acc(?:uracy)?|precision|recall|f1|auc|auroc|roc_auc|specificity|sensitivity|iou|miou|dice|jaccard"
    r"|tpr|fpr|tnr|fnr)(?:\[[^\]]*\])?$",
    re.IGNORECASE,
)
"""Metrics that are a share of something: 91.2 can only be a percentage, and must say so."""


def _refuse_no_share(name: str, text: str, value: float) -> None:
    if not math.isfinite(value) or 0 <= value <= 1 or _SHARE.search(name) is None:
        return
    if 1 < value <= 100 and not text.endswith("%"):
        raise InputError(
            f"{name}={text} is above 1, and {name} is a share.",
            f"Write {name}={text}% if percent is meant, else a fraction such as {name}={value / 100:g}.",
        )
    raise InputError(f"{name}={text} can be no share: they lie from 0 to 1, or 0% to 100%.")


def confusion(text: str) -> Counts:
    """``{"labels", "matrix", "unknown"}``, a bare matrix, or ``{"true": {"answered": n}}``. Raises InputError."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise InputError(f"--counts is no JSON: {error}.", _COUNTS_HINT) from error
    if isinstance(raw, list):
        raw = {"labels": [str(i) for i in range(len(raw))], "matrix": raw}
    elif isinstance(raw, dict) and "matrix" not in raw and all(isinstance(row, dict) for row in raw.values()):
        labels = list(raw)
        beside = {answer for row in raw.values() for answer in row} - set(labels)
        raw = {
            "labels": labels,
            "matrix": [[raw[true].get(answer, 0) for answer in labels] for true in labels],
            "unknown": [sum(raw[true].get(answer, 0) for answer in beside) for true in labels],
        }
    try:
        labels = [str(label) for label in raw["labels"]]
        matrix = tuple(tuple(_whole(cell) for cell in row) for row in raw["matrix"])
        unknown = tuple(_whole(cell) for cell in raw.get("unknown") or [0] * len(labels))
    except (TypeError, KeyError, ValueError) as error:
        raise InputError(f"--counts has not the shape of a confusion matrix: {error}.", _COUNTS_HINT) from error
    if not labels or {len(labels)} != {len(matrix), len(unknown), *map(len, matrix)}:
        raise InputError("--counts: labels, rows and columns differ in number.", _COUNTS_HINT)
    return Counts(tuple(labels), matrix, unknown)


_COUNTS_HINT = (
    'For example {"labels": ["background", "signal"], "matrix": [[494, 30], [63, 413]]}, true classes as rows.'
)


def _whole(cell: object) -> int:
    if isinstance(cell, bool) or not isinstance(cell, int) or cell < 0:
        raise ValueError(f"{cell!r} is no count")
    return cell


def check(metrics: Mapping[str, float], digits: Mapping[str, int], counts: Counts | None, n: int | None) -> None:
    """Refuse a result whose own numbers do not agree: it could only be wrong in one of them."""
    if counts is None:
        return
    if n is not None and n != counts.n:
        raise InputError(f"--n {n}, but --counts holds {counts.n} events.", "Leave --n out: the counts say it.")
    stated = metrics.get("accuracy")
    if stated is not None and counts.n:
        true = counts.correct / counts.n
        if abs(true - stated) > 0.5000001 * 10.0 ** -digits.get("accuracy", 9):
            raise InputError(
                f"accuracy={stated} does not follow from --counts: {counts.correct}/{counts.n} is {true:.6g}.",
                "Leave accuracy out: it is computed from the counts.",
            )
