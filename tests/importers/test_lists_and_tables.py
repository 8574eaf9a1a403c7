"""Results in nested lists, in report tables, and what the setup beside them says."""

from __future__ import annotations

import pytest

from labjournal.audit import audit_document
from labjournal.importers import claims, read

LOG = """# Research log

## Experiment 2 – threshold sweep

**Date:** 2026-04-04

### Setup
- Dataset: GoEmotions (28 labels)
- Epochs: 1
- Validation size: 500

### Results
- Micro-F1: 0.21
- Epochs: 3
- Macro-F1: 0.07
- Training loss: 0.1717
- Eval loss: 0.2711

### Sweep
- Threshold 0.05:
  - Micro-F1: 0.0881
  - Tail Recall: 0.8750
- Threshold 0.10:
  - Micro-F1: 0.1929
  - Tail Recall: 0.0000

### Report
| Class | Precision | Recall | F1-Score | Support |
|---|---|---|---|---|
| Negative | 0.67 | 0.68 | 0.67 | 2,276 |
| Neutral  | 0.63 | 0.61 | 0.62 | 2,912 |
| Positive | 0.75 | 0.77 | 0.76 | 2,620 |
| **Macro avg** | **0.68** | **0.69** | **0.68** | 7,808 |
"""


def test_a_date_line_dates_its_experiment() -> None:
    document = read(LOG, "log.md")
    assert [(entry.date, entry.title) for entry in document.entries][-1] == (
        "2026-04-04",
        "Experiment 2 – threshold sweep",
    )


def test_values_of_the_training_stand_apart_from_those_beside_them() -> None:
    listed = [result for result in read(LOG, "log.md").results if result.line < 20]
    roles = {tuple(result.parsed.metrics): result.parsed.role for result in listed}
    assert roles[("loss",)] in ("train", "validation")
    assert {
        result.parsed.metrics["loss"]: result.parsed.role for result in listed if "loss" in result.parsed.metrics
    } == {
        0.1717: "train",
        0.2711: "validation",
    }
    assert all(result.parsed.role != "train" for result in listed if "macro_f1" in result.parsed.metrics)


def test_the_setup_names_the_set_of_the_results_beside_it() -> None:
    assert {result.place.dataset for result in read(LOG, "log.md").results} == {"GoEmotions"}


def test_an_item_that_heads_others_is_an_option_of_those_alone() -> None:
    found = read(LOG, "log.md").results
    sweep = [(result.place.options, result.parsed.metrics) for result in found if "threshold" in result.place.options]
    assert sweep == [
        ({"threshold": "0.05"}, {"micro_f1": 0.0881, "tail_recall": 0.875}),
        ({"threshold": "0.10"}, {"micro_f1": 0.1929, "tail_recall": 0.0}),
    ]
    assert found[-1].place.options == {}


def test_a_report_as_a_table_is_a_result_and_no_claim() -> None:
    document = read(LOG, "log.md")
    report = document.results[-1]
    assert report.supports == {"Negative": 2276, "Neutral": 2912, "Positive": 2620}
    assert report.parsed.metrics["macro_recall"] == 0.69
    assert not [claim for claim in document.claims if claim.kind == "table"]
    assert audit_document(document) == []
    wrong = read(LOG.replace("**0.69**", "**0.79**"), "log.md")
    assert [(item.kind, item.weight) for item in audit_document(wrong)] == [("average", "high")]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("- USER alone: mean lift +0.001241, 5/5 positive, min +0.001097", []),
        ("[2026-05-19] exp-002: dropout 0.2 → accuracy=0.912, loss=0.31", [0.912, 0.31]),
        ("TODO: get to 0.93 accuracy.", []),
        ("Paper: 94.1% accuracy", []),
        ("Diff in val acc and train acc in 10th epoch is 13.5.", []),
        ("a − b, accuracy on 1:1: +0.124 [+.089 +.162], p < .001: differs.", []),
        ("The accuracy is 0.93 (95% interval 0.91 to 0.95, p = 0.03).", [0.93]),
        ("Accuracy 0.907 (95% CI 0.88-0.92), F1 above 0.8, recall 0.71 ± 0.02", [0.907, 0.71]),
        ("train acc: 0.9905 & val_acc: 0.9892 at 10th epoch", [0.9905, 0.9892]),
    ],
)
def test_changes_wishes_and_settings_are_no_claims(text: str, values: list[float]) -> None:
    assert [said.number.value for said in claims.said_in(text, 1)] == values


def test_the_metrics_that_a_trainer_prints_at_its_end_are_read_outside_of_fences() -> None:
    rule = "─" * 60
    rows = "   test_accuracy     0.857\n    test_loss       0.405\n"
    plain = f"## 2024-05-01\n\nTest metric             DataLoader 0\n{rule}\n{rows}"
    framed = (
        "## 2024-05-01\n\n┏━━━━━┳━━━━━━┓\n┃ Test metric ┃ DataLoader 0 ┃\n┡━━━━━╇━━━━━━┩\n"
        "│ test_accuracy │ 0.857 │\n│ test_loss │ 0.405 │\n└─────┴──────┘\n"
    )
    for text in (plain, framed):
        (result,) = read(text, "log.md").results
        assert sorted(result.parsed.metrics.values()) == [0.405, 0.857]
        assert result.parsed.role == "test"
