"""Sentences about results: the wrong name, the wrong set, none unknown, one set; and what must not be accused."""

from __future__ import annotations

import pytest

from labjournal.audit import Item, audit_document
from labjournal.importers import read


def block(right: tuple[int, int], support: tuple[int, int], unknown: int = 0) -> str:
    said = (
        f"WARNING: Number of unknown predictions: {unknown}"
        if unknown
        else "All predictions classified as 'signal' or 'background'."
    )
    (a, b), (na, nb) = right, support
    lines = (
        f"Number of correct background predictions: {a} out of {na}",
        f"Number of correct signal predictions: {b} out of {nb}",
        f"Validation Accuracy: {(a + b) / (na + nb):.4f}",
        said,
    )
    return "\n".join(("```", *lines, "```"))


def audit(text: str) -> list[tuple[int | None, str, str]]:
    items: list[Item] = audit_document(read(f"## 2025-03-01\n{text}\n", "d.md"))
    return [(item.line, item.kind, item.weight) for item in items if item.weight != "low"]


FIRST = f"#### Checkpoint-100\n##### A1 dataset\n{block((270, 80), (300, 100))}"
"""Lines 2 to 9: precision of signal 80/110, recall 80/100, accuracy 0.875."""


@pytest.mark.parametrize(
    ("said", "accused"),
    [
        ("The recall for signal is 0.73.", True),
        ("Signal recall is 0.727.", True),
        ("The recall for signal is 0.80.", False),
        ("The precision for signal is 0.73.", False),
        ("The recall for signal is 0.61.", False),  # of something else
        ("Recall for birds is 0.73.", False),
    ],
)
def test_a_rate_under_the_name_of_another_of_the_same_result(said: str, accused: bool) -> None:
    assert audit(f"{FIRST}\n{said}") == ([(10, "wrong_name", "high")] if accused else [])


@pytest.mark.parametrize(
    ("said", "accused"),
    [
        ("So 87.5% on A1, 90.0% on B2 and 95.9% on C3.", True),
        ("So 87.5% on A1, 90.0% on B2 and 95.0% on C3.", False),
        ("So 88% on A1, 90% on B2 and 95% on C3.", False),
        ("So 87.5% on A1, 90.0% on B2 and 90.0% on C3.", False),  # a rate that is known, of another set
        ("So 70.1% on A1, 71.2% on B2 and 95.0% on C3.", False),  # of another model
    ],
)
def test_one_rate_of_a_list_of_sets_that_no_result_of_its_set_has(said: str, accused: bool) -> None:
    others = (
        f"##### B2 dataset\n{block((180, 90), (200, 100))}",
        f"##### C3 dataset\n{block((96, 94), (100, 100))}",
    )
    found = audit("\n".join((FIRST, *others, said)))
    assert [(kind, weight) for _, kind, weight in found] == ([("said", "high")] if accused else [])


@pytest.mark.parametrize(
    ("said", "unknown", "accused"),
    [
        ("0.0% unknown, so it answered every event.", 1, True),
        ("No unknown answers this time.", 2, True),
        ("0 unknown predictions.", 0, False),
        ("It answered every event.", 0, False),
        ("0.5% unknown.", 2, False),
    ],
)
def test_no_unknown_answers_where_there_was_one(said: str, unknown: int, accused: bool) -> None:
    found = audit(f"#### Checkpoint-100\n##### A1 dataset\n{block((270, 80), (300, 100), unknown)}\n{said}")
    assert found == ([(10, "rounded_away", "medium")] if accused else [])


TABLE = "\n| checkpoint | dataset | accuracy |\n|---|---|---|\n| 100 | A1 | 0.8750 |\n| 200 | A1 | 0.9000 |\n\n"


@pytest.mark.parametrize(
    ("said", "support", "accused"),
    [
        ("All on the same A1 dataset.", (200, 100), True),
        ("Not the same dataset.", (200, 100), False),
        ("All on the same A1 dataset.", (300, 100), False),
    ],
)
def test_rows_said_to_be_of_one_set(said: str, support: tuple[int, int], accused: bool) -> None:
    n = sum(support)
    second = f"#### Checkpoint-200\n##### A1 dataset\n{block((round(0.9 * n) - 90, 90), support)}"
    found = audit(f"{FIRST}\n{second}\n### Table\n{TABLE}{said}")
    high = [(kind, weight) for line, kind, weight in found if line is not None and line > 20]
    assert high == ([("changed_set", "high")] if accused else [])


def test_a_set_that_changed_is_said_once_and_not_again_when_it_comes_back() -> None:
    parts = [
        f"#### Checkpoint-{step}\n##### A1 dataset\n{block((n - 20, 90), (n, 100))}"
        for step, n in ((100, 300), (200, 200), (300, 300))
    ]
    assert [kind for _, kind, _ in audit("\n".join(parts))] == ["changed_set"]


def test_a_set_that_the_text_says_was_remade_is_no_surprise() -> None:
    second = f"#### Checkpoint-200\n##### A1 dataset\n{block((180, 90), (200, 100))}"
    assert audit(f"{FIRST}\nThey share the name but they are NOT the same events.\n{second}") == []


def test_a_slip_in_the_counts_changes_no_set() -> None:
    report = "precision recall f1-score support\nbackground 0.93 0.90 0.92 300\nsignal 0.73 0.80 0.76 100\n"
    text = (
        block((270, 80), (330, 100))
        .replace("All predictions classified as 'signal' or 'background'.", report)
        .replace("0.8140", "0.8750")
    )
    found = audit(f"{FIRST}\n#### Checkpoint-200\n##### A1 dataset\n{text}")
    assert "changed_set" not in {kind for _, kind, _ in found}


def test_another_number_of_events_than_the_heading_says() -> None:
    text = f"#### Checkpoint-100\n##### A1 dataset at {{}} samples\n{block((270, 80), (300, 100))}"
    assert [kind for _, kind, _ in audit(text.format(800))] == ["other_number"]
    assert audit(text.format(400)) == []
