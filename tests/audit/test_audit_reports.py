"""What a report says twice: found when it disagrees, never accused for rounding."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labjournal.audit import Item, audit_document
from labjournal.audit.items import explained
from labjournal.importers import read

LABELS = ("background", "signal")


def report(right: tuple[int, int], support: tuple[int, int], digits: int = 2, cut: bool = False) -> str:
    """A report of two classes, rounded or cut off after ``digits``."""

    def show(value: float) -> str:
        shown = int(value * 10**digits + 1e-9) / 10**digits if cut else value
        return f"{shown:9.{digits}f}"

    answered = (right[0] + support[1] - right[1], right[1] + support[0] - right[0])
    rows = []
    for at in (0, 1):
        k, n, a = right[at], support[at], answered[at]
        rows.append((k / a if a else 0.0, k / n, 2 * k / (n + a), n))
    n = sum(support)
    lines = ["precision recall f1-score support", ""]
    lines += [f"{label} {show(p)} {show(r)} {show(f)} {s}" for label, (p, r, f, s) in zip(LABELS, rows, strict=True)]
    macro = " ".join(show(sum(row[at] for row in rows) / 2) for at in range(3))
    weighted = " ".join(show(sum(row[at] * row[3] for row in rows) / n) for at in range(3))
    accuracy = show(sum(right) / n)
    return "\n".join([*lines, "", f"accuracy {accuracy} {n}", f"macro avg {macro} {n}", f"weighted avg {weighted} {n}"])


def audit(*printed: str, heading: str = "#### Checkpoint-500\n##### 1:1 dataset") -> list[Item]:
    body = "\n".join(printed)
    items = audit_document(read(f"## 2025-10-20\n{heading}\n```\n{body}\n```\n", "d.md"))
    return [item for item in items if item.kind != "below_majority"]


counts = st.tuples(st.integers(1, 3000), st.integers(1, 3000)).flatmap(
    lambda n: st.tuples(st.tuples(st.integers(0, n[0]), st.integers(0, n[1])), st.just(n))
)


@settings(max_examples=150, deadline=None)
@given(counts, st.integers(2, 4), st.booleans())
def test_no_true_report_is_accused_rounded_or_cut_off(
    drawn: tuple[tuple[int, int], tuple[int, int]], digits: int, cut: bool
) -> None:
    right, support = drawn
    assert audit(report(right, support, digits, cut), f"Validation Accuracy: {sum(right) / sum(support):.3f}") == []


@pytest.mark.parametrize("seed", range(40))
def test_a_value_changed_by_hand_is_found(seed: int) -> None:
    r = random.Random(seed)
    right, support = (r.randrange(300, 500), r.randrange(300, 470)), (524, 476)
    text = f"Validation Accuracy: {sum(right) / 1000}\n{report(right, support)}"
    numbers = [match for match in re.finditer(r"0\.\d\d(?!\d)", text) if match.start() > 30]
    chosen = r.choice(numbers)
    wrong = f"{float(chosen[0]) + (0.06 if float(chosen[0]) < 0.5 else -0.06):.2f}"
    items = audit(text[: chosen.start()] + wrong + text[chosen.end() :])
    assert any(item.weight == "high" for item in items), (chosen[0], wrong, text)


def test_a_recall_that_no_count_of_its_support_gives_is_found() -> None:
    text = report((8, 7), (10, 10), digits=3).replace("signal     0.778     0.700", "signal     0.778     0.333")
    assert "0.333" in text
    assert any("cannot be 0.333 with a support of 10" in item.message for item in audit(text))


def test_an_accuracy_without_the_unknown_answers_is_no_mistake() -> None:
    lines = (
        "Number of correct background predictions: 450 out of 500",
        "Number of correct signal predictions: 440 out of 500",
    )
    assert audit(*lines, "Number of unknown predictions: 20", f"Accuracy: {890 / 980:.4f}") == []
    assert [item.kind for item in audit(*lines, "Number of unknown predictions: 20", "Accuracy: 0.85")] == ["accuracy"]


def test_percent_and_fraction_are_the_same() -> None:
    lines = ("Correct background predictions: 450 out of 500", "Correct signal predictions: 440 out of 500")
    assert audit(*lines, "Accuracy: 89.0%") == []
    assert audit(*lines, "Accuracy: 89") == []


@pytest.mark.parametrize(
    ("printed", "kinds"), [("SIC: 2.7216", []), ("SIC: 2.72", []), ("SIC: 2.7217", ["sic"]), ("SIC: 5.7983", ["sic"])]
)
def test_the_sic_follows_from_the_counts(printed: str, kinds: list[str]) -> None:
    lines = (
        "Number of correct background predictions: 466 out of 524",
        "Number of correct signal predictions: 431 out of 476",
    )
    items = audit(
        *lines, "Validation Accuracy: 0.897", "All predictions classified as 'signal' or 'background'.", printed
    )
    assert [item.kind for item in items] == kinds
    assert all(item.computed == pytest.approx(2.72159, abs=1e-4) for item in items)


def test_the_sic_of_the_other_class_is_said_to_be_that() -> None:
    swapped = (466 / 524) / (45 / 476) ** 0.5
    lines = (
        "Number of correct background predictions: 466 out of 524",
        "Number of correct signal predictions: 431 out of 476",
    )
    items = audit(*lines, "All predictions classified as 'signal' or 'background'.", f"SIC: {swapped:.4f}")
    assert [(item.kind, item.weight) for item in items] == [("sic", "medium")]


@pytest.mark.parametrize(
    ("said", "weight"),
    [
        ("", "low"),
        ("Loss still falls.", "low"),
        ("89.9% is a good result.", "medium"),
        ("Results seem promising. We are already at 0.899 accuracy.", "medium"),
        ("The accuracy is the highest so far (89.9%), and still below what always background gives.", "low"),
    ],
)
def test_an_accuracy_below_the_majority_weighs_more_where_it_is_praised(said: str, weight: str) -> None:
    lines = (
        "Number of correct background predictions: 840 out of 918",
        "Number of correct signal predictions: 59 out of 82",
    )
    text = "\n".join((*lines, "Validation Accuracy: 0.899"))
    items = audit_document(read(f"## 2025-10-20\nCheckpoint-300\n```\n{text}\n```\n{said}\n", "d.md"))
    assert [(item.kind, item.weight, item.computed) for item in items] == [("below_majority", weight, 0.918)]


@given(st.floats(0.001, 1), st.integers(1, 6))
def test_rounding_cutting_and_percent_explain(value: float, digits: int) -> None:
    assert explained(round(value, digits), digits, value)
    assert explained(int(value * 10**digits) / 10**digits, digits, value)
    assert explained(round(100 * value, digits), digits, value) or round(100 * value, digits) <= 1


@pytest.mark.parametrize(
    ("printed", "digits", "true"), [(0.43, 2, 0.476), (0.769, 3, 0.768), (0.0, 2, 0.77), (0.91, 2, 0.897)]
)
def test_a_wrong_value_is_not_explained(printed: float, digits: int, true: float) -> None:
    assert not explained(printed, digits, true)
