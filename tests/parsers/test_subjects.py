"""Lines that name one class, one of many, or whose matrix follows: what is below is of it, and only that."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

Told = list[tuple[dict[str, float], str | None]]


def told(text: str) -> Told:
    return [(dict(result.metrics), result.options.get("group")) for result in read_text(text).results]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Class 0:", "Class 1:"),
        ("Class 0 (benign):", "Class 1 (malignant):"),
        ("Positive class:", "Negative class:"),
        ("Spam Detection (Class 1):", "Ham Detection (Class 0):"),
        ('Metrics for class "cat":', 'Metrics for class "dog":'),
        ("**Class A**:", "**Class B**:"),
    ],
)
def test_values_are_of_the_class_above_them(one: str, two: str) -> None:
    text = f"Accuracy: 0.75\n\n{one}\n\nPrecision: 0.5\n\nRecall: 0.25\n\n{two}\n\nPrecision: 0.55\n\nRecall: 0.65\n"

    found = told(text)

    assert [metrics for metrics, _ in found] == [
        {"accuracy": 0.75},
        {"precision": 0.5, "recall": 0.25},
        {"precision": 0.55, "recall": 0.65},
    ]
    assert all(group in line if group else not line for (_, group), line in zip(found, ("", one, two), strict=True))


@pytest.mark.parametrize(
    "last",
    ["Overall accuracy: 0.75", "Mean accuracy: 0.75", "Overall metrics:\nAccuracy: 0.75", "Macro accuracy: 0.75"],
)
def test_what_is_of_all_classes_is_not_of_the_last(last: str) -> None:
    text = f"Class A:\nAccuracy: 0.5\nClass B:\nAccuracy: 0.25\n{last}\n"

    assert [group for _, group in told(text)] == ["Class A", "Class B", None]


def test_a_value_further_left_is_not_of_the_class() -> None:
    text = "Class A:\n  AP: 0.5\nClass B:\n  AP: 0.25\nAP: 0.375\n"

    assert told(text) == [({"ap": 0.5}, "Class A"), ({"ap": 0.25}, "Class B"), ({"ap": 0.375}, None)]


def test_a_matrix_is_of_whom_its_title_names() -> None:
    text = "".join(
        f"{title}\n[[10  {wrong}]\n [ 2 12]]\n\n"
        for wrong, title in enumerate(
            ("Confusion matrix for the raw model:", "Confusion Matrix - SVM", "Confusion matrix (GBM):")
        )
    )

    assert [group for _, group in told(text)] == ["raw model", "SVM", "GBM"]


def test_a_matrix_of_a_set_has_the_role_and_no_owner() -> None:
    (result,) = read_text("Confusion matrix for the test set:\n[[10  1]\n [ 2 12]]\n").results

    assert (result.role, dict(result.options)) == ("test", {})


def test_rounds_of_a_federation_are_steps() -> None:
    text = "".join(f"Global Epoch {k}/3\n  Aggregating {k} clients\n  Model test accuracy: 0.{k}5\n" for k in (1, 2, 3))

    (curve,) = read_text(text).series.values()

    assert (curve.role, curve.points) == ("test", [(1.0, 0.15), (2.0, 0.25), (3.0, 0.35)])


def test_importances_of_features_are_no_results() -> None:
    table = "| Rank | Feature | Gini Importance |\n|---|---|---|\n| 1 | age | 0.067 |\n| 2 | height | 0.045 |\n"

    assert told(table) == []


def test_the_set_of_an_array_is_no_part_of_the_name() -> None:
    assert told("x_test의 예측 acc :  0.85\n") == [({"accuracy": 0.85}, None)]
