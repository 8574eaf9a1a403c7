"""Counts that programs write as JSON: nothing of them may get lost, least of all the answers that are no class."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labjournal import parsers
from labjournal.model import Counts

_MATRIX = [[450, 40], [45, 455]]
_NAMED: dict[str, Any] = {"labels": ["background", "signal"], "matrix": _MATRIX, "unknown": [10, 0]}
_WHOLE = Counts(("background", "signal"), ((450, 40), (45, 455)), (10, 0))


@pytest.mark.parametrize(
    "record",
    [
        _NAMED,
        {"accuracy": 0.905, "counts": _NAMED},
        {"confusion_matrix": _NAMED},
        {"confusion_matrix": _MATRIX, "labels": ["background", "signal"], "unknown": [10, 0]},
        {"results": {"1:1": {"counts": _NAMED}}},
    ],
)
def test_counts_with_unknown_answers_are_read_whole(record: dict[str, Any]) -> None:
    for text in (json.dumps(record), json.dumps(record, indent=2)):
        (result,) = parsers.read_text(text).results
        assert (result.counts, result.n) == (_WHOLE, 1000)


@pytest.mark.parametrize(
    "record",
    [
        {"matrix": _MATRIX},
        {"counts": {"cats": 3, "dogs": 4}},
        {"labels": ["a", "b"], "matrix": [[0.5, 0.5], [0.25, 0.75]]},
        {"labels": ["a", "b"], "matrix": [[1e400, 1], [2, 3]]},
        {"tp": 3, "fp": -1, "tn": 4, "fn": 0},
    ],
)
def test_what_are_no_counts_is_not_taken_for_them(record: dict[str, Any]) -> None:
    assert [result.counts for result in parsers.read_text(json.dumps(record)).results] == []


def test_a_matrix_of_another_size_than_its_unknown_answers_has_none_of_them() -> None:
    record = {"confusion_matrix": _MATRIX, "labels": ["a", "b"], "unknown": [1, 2, 3]}
    (result,) = parsers.read_text(json.dumps(record)).results
    assert result.counts == Counts(("a", "b"), ((450, 40), (45, 455)), (0, 0))


def test_measures_of_classes_and_a_name_that_ends_as_others_do() -> None:
    text = (
        '{"mean_dist_aps": {"car": 0.8343225, "bus": 0.4966673}, "mean_ap": 0.6654949,'
        ' "errors": {"trans_err": 0.3642669, "scale_err": 0.3014748, "vel_err": 0.5060108}}'
    )
    results = parsers.read_text(text).results
    by_class = {result.options["class"]: dict(result.metrics) for result in results if "class" in result.options}
    assert by_class == {"car": {"mean_dist_aps": 0.8343225}, "bus": {"mean_dist_aps": 0.4966673}}
    errors = next(result for result in results if result.options.get("group") == "errors")
    assert errors.metrics["scale_err"] == 0.3014748
