"""Confusion matrices as a result keeps them: rows are true classes, predictions outside them are unknown."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple


def as_counts(counts: Any) -> Optional[Dict[str, Any]]:
    """A confusion matrix given as rows, or as a mapping with labels, as the ``counts`` of a result."""
    if counts is None:
        return None
    table = counts if isinstance(counts, Mapping) else {"matrix": counts}
    matrix = [[int(value) for value in row] for row in table["matrix"]]
    labels = [str(label) for label in table.get("labels", range(len(matrix)))]
    unknown = [int(value) for value in table.get("unknown", [0] * len(matrix))]
    return {"labels": labels, "matrix": matrix, "unknown": unknown}


def confusion(truth: Sequence[Any], predicted: Sequence[Any]) -> Dict[str, Any]:
    """Counted from labels. A prediction that is no true label is unknown, in the row of its true class."""
    pairs = Counter(zip(map(_label, truth), map(_label, predicted)))
    labels = sorted({true for true, _ in pairs}, key=_label_order)
    unknown = [
        sum(count for (true, got), count in pairs.items() if true == label and got not in labels) for label in labels
    ]
    return {
        "labels": labels,
        "matrix": [[pairs[row, column] for column in labels] for row in labels],
        "unknown": unknown,
    }


def _label(value: Any) -> str:
    item = getattr(value, "item", None)
    return str(item() if callable(item) else value)


def _label_order(label: str) -> Tuple[int, float, str]:
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)


def class_counts(table: Optional[Dict[str, Any]]) -> Optional[Dict[str, int]]:
    """Examples of each true class."""
    if table is None:
        return None
    rows = zip(table["labels"], table["matrix"], table["unknown"])
    return {label: sum(row) + unknown for label, row, unknown in rows}
