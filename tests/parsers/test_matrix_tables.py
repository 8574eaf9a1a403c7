"""Confusion matrices in tables with bars: which side is the truth, and what is no matrix."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

RULE = "|---|---|---|\n"


def matrix(text: str) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]] | None:
    found = [result.counts for result in read_text(text).results if result.counts is not None]
    return (found[0].labels, found[0].matrix) if found else None


@pytest.mark.parametrize(
    "text",
    [
        f"|  | Predicted: cat | Predicted: dog |\n{RULE}| Actual: cat | 50 | 10 |\n| Actual: dog | 5 | 100 |\n",
        f"| Ground Truth \\ Predicted | cat | dog |\n{RULE}| **cat** | **50** | 10 |\n| **dog** | 5 | **100** |\n",
        f"| Predicted / Actual | cat | dog |\n{RULE}| cat | 50 | 5 |\n| dog | 10 | 100 |\n",
        f"### Confusion matrix\n\n| | cat | dog |\n{RULE}| cat | 50 | 10 |\n| dog | 5 | 100 |\n",
        "|  | true cat | true dog | total |\n|---|---|---|---|\n| pred cat | 50 | 5 | 55 |\n"
        "| pred dog | 10 | 100 | 110 |\n"
        "| total | 60 | 105 | 165 |\n",
    ],
)
def test_the_rows_are_the_truth(text: str) -> None:
    assert matrix(text) == (("cat", "dog"), ((50, 10), (5, 100)))


def test_classes_called_true_and_false_say_no_side() -> None:
    plain = f"| Actual / Predicted | True | False |\n{RULE}| True | 50 | 10 |\n| False | 5 | 100 |\n"
    said = f"|  | Predicted True | Predicted False |\n{RULE}| Actual True | 50 | 10 |\n| Actual False | 5 | 100 |\n"

    assert matrix(plain) == matrix(said) == (("True", "False"), ((50, 10), (5, 100)))


def test_a_table_of_counts_that_nothing_calls_a_matrix_is_none() -> None:
    assert matrix(f"| team | a | b |\n{RULE}| a | 12 | 3 |\n| b | 4 | 9 |\n") is None
