"""Counts in a JSON record: a confusion matrix by its usual names, four counts, or the shape that `--counts` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labjournal.parsers.confusion import square

MATRIX_KEYS = ("confusion_matrix", "cm", "conf_matrix", "confusion", "conf_mat", "confusionmatrix")
_LABEL_KEYS = ("labels", "classes", "class_names", "label_names", "target_names")


@dataclass(frozen=True, slots=True)
class JsonCounts:
    """True classes are rows; ``unknown`` holds the answers of each that are no class."""

    matrix: list[list[int]]
    labels: tuple[str, ...] = ()
    unknown: list[int] | None = None


def counts_of(node: Mapping[str, Any]) -> JsonCounts | None:
    """The counts that a record holds, itself or one key below."""
    whole = _shape(node, node.get("matrix"))
    if whole is not None and whole.labels:  # a matrix without labels may be anything
        return whole
    for key, value in node.items():
        if holds_counts(str(key), value):
            found = _shape(value, value.get("matrix")) if isinstance(value, dict) else _shape(node, value)
            if found is not None:
                return found
    return _four(node)


def holds_counts(key: str, value: object) -> bool:
    """Whether what stands under a key are the counts of the record around it, and no record of its own."""
    return key.lower() in MATRIX_KEYS or (key == "counts" and isinstance(value, dict) and "matrix" in value)


def _shape(around: Mapping[str, Any], matrix: object) -> JsonCounts | None:
    if not isinstance(matrix, list) or not all(isinstance(row, list) and all(map(_is_count, row)) for row in matrix):
        return None
    whole = [[int(value) for value in row] for row in matrix]
    if not square(whole):
        return None
    labels: list[object] = next((around[key] for key in _LABEL_KEYS if isinstance(around.get(key), list)), [])
    unknown = around.get("unknown")
    fits = isinstance(unknown, list) and len(unknown) == len(whole) and all(map(_is_count, unknown))
    return JsonCounts(
        whole,
        tuple(map(str, labels)) if len(labels) == len(whole) else (),
        [int(value) for value in unknown] if fits and unknown is not None else None,
    )


def _is_count(value: object) -> bool:
    whole = type(value) is int or (isinstance(value, float) and value.is_integer())
    return whole and value >= 0  # type: ignore[operator]


def _four(node: Mapping[str, Any]) -> JsonCounts | None:
    """The matrix of ``{"tp": …, "fp": …, "tn": …, "fn": …}``."""
    counts = {str(key).lower(): value for key, value in node.items() if type(value) is int}
    if not {"tp", "fp", "tn", "fn"} <= counts.keys() or any(counts[key] < 0 for key in ("tp", "fp", "tn", "fn")):
        return None
    matrix = [[counts["tn"], counts["fp"]], [counts["fn"], counts["tp"]]]
    if not square(matrix):
        return None
    labels: object = next((node[key] for key in _LABEL_KEYS if isinstance(node.get(key), list)), None)
    named = tuple(map(str, labels)) if isinstance(labels, list) and len(labels) == 2 else ("negative", "positive")
    return JsonCounts(matrix, named)
