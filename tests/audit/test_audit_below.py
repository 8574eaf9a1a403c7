"""Numbers typed beside a result: counts against shares, sentences below it, tables with a set in their columns."""

from __future__ import annotations

import pytest

from labjournal.audit import Item, audit_document
from labjournal.importers import read

REPORT = """```
              precision    recall  f1-score   support

  background     0.9395    0.9000    0.9193      1000
      signal     0.9040    0.9420    0.9226      1000

    accuracy                         0.9210      2000
```"""
OTHER = """```
              precision    recall  f1-score   support

  background     0.9929    0.8802    0.9332       960
      signal     0.4390    0.9375    0.5980        96

    accuracy                         0.8854      1056
```"""


def audit(text: str) -> list[tuple[str, float]]:
    items: list[Item] = audit_document(read(f"# 2025-03-01\n\n{text}\n", "d.md"))
    return [(item.kind, float(item.printed)) for item in items if item.weight != "low"]


@pytest.mark.parametrize(
    ("said", "accused"),
    [
        ("Correct: 950 out of 1000 -> accuracy 0.96", [("fraction", 0.96)]),
        ("accuracy 0.96 (950/1000)", [("fraction", 0.96)]),
        ("Correct: 950 out of 1000 -> accuracy 0.95", []),
        ("accuracy 0.955 (9545 of 10000)", []),  # half a unit of the last digit
        ("accuracy 0.05 (950/1000 correct)", []),  # the share of the rest
        ("accuracy 0.81 (3 of 5)", []),
        ("accuracy 0.81 (10 of 20 folds)", []),
        ("950 of 1000 events, loss = 0.42", []),
        ("epoch 10/20: accuracy 0.96", []),
        ("batch 300/500 accuracy 0.91", []),
    ],
)
def test_counts_and_the_share_said_beside_them(said: str, accused: list[tuple[str, float]]) -> None:
    assert audit(said) == accused


@pytest.mark.parametrize(
    ("said", "accused"),
    [
        ("SIC = 2.5 here.", [("said", 2.5)]),  # 0.942 / sqrt(0.1) = 2.98
        ("SIC = 2.98 here.", []),
        ("SIC is 3.0.", []),
        ("SIC was about 2.5.", []),
        ("Accuracy 0.953, so it works.", [("said", 0.953)]),
        ("Accuracy 0.921.", []),
        ("Accuracy 92.1 %.", []),
        ("Accuracy 0.93 was the goal.", []),
        ("Before, accuracy was 0.93.", []),
        ("The training accuracy is 0.99.", []),
        ("The accuracy is 0.93 -> 0.94.", []),
        ("Checkpoint-200 has accuracy 0.93.", []),
    ],
)
def test_a_sentence_below_a_result_says_another_value(said: str, accused: list[tuple[str, float]]) -> None:
    assert audit(f"## Checkpoint-100 on 1:1\n\n{REPORT}\n\n{said}") == accused


TABLE = """## Checkpoint-100 on 1:1

{report}

## Checkpoint-100 on 1:10

{report}

# 2025-03-02

| checkpoint | accuracy 1:1 | signal f1 (1:1) | signal recall 1:1 | accuracy on 1:10 |
|---|---|---|---|---|
| 100 | {cells} |
"""


@pytest.mark.parametrize(
    ("cells", "accused"),
    [
        ("0.921 | 0.923 | 0.942 | 0.885", []),
        ("0.921 | 0.942 | 0.942 | 0.885", [("wrong_column", 0.942)]),
        ("0.921 | 0.923 | 0.942 | 0.855", [("table_cell", 0.855)]),
        ("0.885 | 0.923 | 0.942 | 0.885", [("table_cell", 0.885)]),  # of the other set
    ],
)
def test_cells_are_held_against_the_set_that_their_column_names(cells: str, accused: list[tuple[str, float]]) -> None:
    text = TABLE.format(report="@", cells=cells).replace("@", REPORT, 1).replace("@", OTHER, 1)
    assert audit(text) == accused


def test_two_checkpoints_compared_by_name_need_not_stand_above() -> None:
    results = "".join(
        f"## Checkpoint-{step} on 1:1\n\n```\nNumber of correct background predictions: {right} out of 500\n"
        f"Number of correct signal predictions: 470 out of 500\nValidation Accuracy: {(right + 470) / 1000}\n```\n\n"
        for step, right in ((100, 480), (200, 482), (300, 400))
    )
    later = "# 2025-03-02\n\nCheckpoint-{} is slightly {} than checkpoint-{}.\n"
    (kind, _) = _only(f"{results}{later.format(200, 'better', 100)}")
    assert kind == "within_noise"
    assert _kinds(f"{results}{later.format(300, 'worse', 100)}") == []


def _only(text: str) -> tuple[str, str]:
    (item,) = [one for one in audit_document(read(f"# 2025-03-01\n\n{text}", "d.md")) if one.weight != "low"]
    return item.kind, item.message


def _kinds(text: str) -> list[str]:
    return [one.kind for one in audit_document(read(f"# 2025-03-01\n\n{text}", "d.md")) if one.weight != "low"]
