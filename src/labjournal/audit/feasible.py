"""Whether whole numbers of right answers exist that give all rounded values of a report of two classes."""

from __future__ import annotations

import math

from labjournal.audit.items import explained
from labjournal.parsers import ClassRow, ParsedResult

MOST = 250_000
"""Pairs of counts that are tried; larger sets leave so many that nothing would be shown."""


def counts_exist(parsed: ParsedResult) -> bool | None:
    """True or False, None where it cannot be told: other than two classes, unknown answers, missing values.

    For every number of right answers of each class that its recall allows: precision, F1, accuracy and averages must
    all round (or be cut) to what is printed.
    """
    rows = list(parsed.per_class.items())
    if len(rows) != 2 or (parsed.tally is not None and parsed.tally.unknown):
        return None
    (_, first), (_, second) = rows
    if any(None in (row.precision, row.recall, row.f1) or not row.support for row in (first, second)):
        return None
    digits = min((d for name, d in parsed.digits.items() if name.startswith(("macro", "weighted"))), default=2)
    unit = 10.0**-digits
    spans = [_span(row, unit) for row in (first, second)]
    if math.prod(len(span) for span in spans) > MOST:
        return None
    accuracy, shown = parsed.metrics.get("accuracy"), parsed.digits.get("accuracy", digits)
    n = (first.support or 0) + (second.support or 0)
    for a in spans[0]:
        for b in spans[1]:
            if accuracy is not None and not explained(accuracy, shown, (a + b) / n):
                continue
            if _row_fits(first, a, second, b, digits) and _row_fits(second, b, first, a, digits):
                return True
    return False


def _span(row: ClassRow, unit: float) -> range:
    support, recall = row.support or 0, row.recall or 0.0
    return range(max(0, math.ceil((recall - unit) * support)), min(support, math.floor((recall + unit) * support)) + 1)


def _row_fits(row: ClassRow, right: int, other: ClassRow, other_right: int, digits: int) -> bool:
    support = row.support or 0
    answered = right + (other.support or 0) - other_right
    precision = right / answered if answered else 0.0
    return (
        explained(row.recall or 0.0, digits, right / support)
        and explained(row.precision or 0.0, digits, precision)
        and explained(row.f1 or 0.0, digits, 2 * right / (support + answered))
    )
