"""Typed tables and sentences against the results they speak of."""

from __future__ import annotations

import pytest

from labjournal.audit import Item, audit_document
from labjournal.importers import read

DIARY = """# Diary

## 2025-10-22
#### Checkpoint-2400
##### 1:1 Dataset, numeric input enabled
```
Number of correct background predictions: 466 out of 524
Number of correct signal predictions: 431 out of 476
Validation Accuracy: 0.897
All predictions classified as 'signal' or 'background'.
```
##### 1:10 Dataset, numeric input enabled
```
Number of correct background predictions: 6395 out of 7250
Number of correct signal predictions: 680 out of 750
Validation Accuracy: 0.884375
All predictions classified as 'signal' or 'background'.
```
"""


def audit(text: str, *kinds: str) -> list[Item]:
    items = audit_document(read(DIARY + text, "d.md"))
    return [item for item in items if item.kind in kinds or (not kinds and item.kind != "below_majority")]


def table(row: str) -> str:
    columns = "Checkpoint | Dataset | Numeric | Accuracy | P bkg | P sig | F1 bkg | F1 sig"
    return f"### Comparison\n| {columns} |\n|{'---|' * 8}\n| {row} |\n"


def test_a_true_row_is_not_accused() -> None:
    assert audit(table("2400 | 1:1 | on | 0.897 | 0.91 | 0.88 | 0.90 | 0.89")) == []
    assert audit(table("Checkpoint-2400 | 1:10 | Yes | 88.4% | 98.9% | 44.2% | 93.2% | 59.5%")) == []


def test_a_recall_under_f1_is_named_as_what_it_is() -> None:
    (item,) = audit(table("2400 | 1:1 | on | 0.897 | 0.91 | 0.88 | 0.90 | 0.91"))
    assert (item.kind, item.weight, item.printed) == ("wrong_column", "high", 0.91)
    assert "recall of signal" in item.message
    assert item.computed == pytest.approx(2 * 431 / (476 + 489))


def test_a_cell_that_differs_from_its_section_is_found() -> None:
    (item,) = audit(table("2400 | 1:10 | on | 0.8844 | 0.99 | 0.34 | 0.93 | 0.60"))
    assert (item.kind, item.weight, item.printed) == ("table_cell", "high", 0.34)


def test_a_row_of_a_training_that_is_not_in_the_diary_is_left_alone() -> None:
    assert audit(table("3000 | 1:1 | on | 0.999 | 0.99 | 0.99 | 0.99 | 0.99")) == []
    assert audit(table("2400 | 1:1 | on | 0.771 | 0.70 | 0.79 | 0.71 | 0.72")) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("It found 14 out of 18 (77.8%) signals.", False),
        ("It found 14 out of 18 (78%) signals.", False),
        ("It found 14 out of 18 (77%) signals.", False),
        ("It found 14 out of 18 (82%) signals.", True),
        ("4 of 18 missed (78% found).", False),
        ("fear -6.75pp(54.05%→47.30%)", False),
        ("fear -6.25pp(54.05%→47.30%)", True),
        ("总体从 82.11%→84.71%（+2.60pp）", False),
        ("总体从 82.11%→84.71%（+3.60pp）", True),
    ],
)
def test_arithmetic_in_a_sentence(text: str, wrong: bool) -> None:
    assert bool(audit(text, "fraction", "difference")) is wrong


def test_counts_beside_their_rate_in_a_table() -> None:
    head = "| 类别 | 样本数 | 正确 | 准确率 |\n|---|---|---|---|\n"
    rows = f"{head}| anger | 162 | 116 | 71.60% |\n| fear | 74 | 46 | 72.16% |\n"
    (item,) = audit(rows, "fraction")
    assert item.printed == pytest.approx(0.7216)
    assert item.computed == pytest.approx(46 / 74)


SECOND = """
#### Checkpoint-2600
##### 1:1 Dataset, numeric input enabled
```
Number of correct background predictions: {b} out of 524
Number of correct signal predictions: 431 out of 476
All predictions classified as 'signal' or 'background'.
```
{said}
"""


def test_a_slight_improvement_inside_the_noise_is_held_against_the_interval() -> None:
    (item,) = audit(SECOND.format(b=470, said="The accuracy is slightly better than before."), "within_noise")
    assert item.weight == "medium"
    assert "no difference shown" in item.message


@pytest.mark.parametrize(
    ("right", "said"),
    [
        (520, "The accuracy is slightly better than before."),
        (470, "This is a good result."),
        (470, "I will increase the learning rate slightly and see if it can push the accuracy further."),
        (470, "Training is slightly slower but the results are fine."),
    ],
)
def test_a_shown_difference_or_a_plan_is_not_accused(right: int, said: str) -> None:
    assert audit(SECOND.format(b=right, said=said), "within_noise") == []


def test_a_set_that_changed_under_its_name_is_found_once() -> None:
    other = SECOND.format(b=400, said="").replace("524", "501").replace("out of 476", "out of 499")
    (item,) = audit(other + other.replace("2600", "2700"), "changed_set")
    assert (item.printed, item.computed, item.weight) == ("501/499", "524/476", "high")


def test_a_day_out_of_order_is_worth_a_look() -> None:
    days = "\n".join(f"## 2025-11-{day:02d} entry\ntext\n" for day in (1, 2, 4, 3, 5, 6))
    (item,) = audit(days, "date_order")
    assert (item.printed, item.weight) == ("2025-11-03", "low")


def test_an_accuracy_said_of_a_checkpoint_that_has_another_is_found() -> None:
    (item,) = audit("Checkpoint-2400 reached 91.7% accuracy.\n", "said")
    assert (item.printed, item.computed, item.weight) == (pytest.approx(0.917), 0.897, "medium")
    assert audit("Checkpoint-2400 reached 89.7% accuracy.\n", "said") == []
    assert audit("Checkpoint-2400 reached about 91% accuracy.\n", "said") == []


def test_a_rate_that_rounds_to_nothing_is_worth_a_look_and_no_accusation() -> None:
    found = [item for item in audit_document(read("1 / 62910 (0.0%) background events pass.\n")) if item.line == 1]
    assert [(item.kind, item.weight) for item in found] == [("rounded_away", "low")]
    assert audit_document(read("0 / 62910 (0.0%) background events pass.\n")) == []
