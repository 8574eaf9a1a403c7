"""What headings and short lines say about the results under them."""

from __future__ import annotations

import pytest

from labjournal.importers import read
from labjournal.importers.places import checkpoint_in, is_short, place_of
from labjournal.importers.switches import options_in

REPORT = """```
Number of correct background predictions: {b} out of {nb}
Number of correct signal predictions: {s} out of {ns}
Validation Accuracy: {a}
All predictions classified as 'signal' or 'background'.
```
"""
EVEN = REPORT.format(b=466, nb=524, s=431, ns=476, a=0.897)
SKEWED = REPORT.format(b=6395, nb=7250, s=680, ns=750, a=0.884375)


@pytest.mark.parametrize(
    ("text", "numeric"),
    [
        ("Checkpoint-2400 (numeric input enabled)", "on"),
        ("1:1 Dataset at 1000 samples without numeric input", "off"),
        ("Numeric Inputs Disabled", "off"),
        ("With numerical inputs", "on"),
        ("Checkpoint-300 with Numeric Fusion Adapter (no adapter during validation)", "off"),
        ("Checkpoint-2200 with Numeric Fusion Adapter", None),
        ("After Overnight Training with Numeric Fusion Adapter", None),
        ("1:10 dataset with NFA", "on"),
        ("1:10 dataset without NFA", "off"),
        ("Text-only input", "off"),
        ("Text + numeric input", "on"),
        ("Adding numeric features to the prompt", None),
        ("Checkpoint-1300", None),
        ("With 8000 samples", None),
    ],
)
def test_whether_the_numbers_were_given(text: str, numeric: str | None) -> None:
    assert place_of(text, heading=True).options.get("numeric") in (None, numeric)
    found = read(f"## 2025-10-20\n#### {text}\n{EVEN}", "d.md").results[0]
    assert found.place.options.get("numeric") == numeric


def test_other_switches_are_options_too() -> None:
    assert options_in("dropout input disabled") == {"dropout": "off"}


@pytest.mark.parametrize(
    ("text", "checkpoint"),
    [
        ("Checkpoint-2500 on imbalanced dataset", "checkpoint-2500"),
        ("checkpoint_2500", "checkpoint-2500"),
        ("Ckpt 2,500", "checkpoint-2500"),
        ("checkpoint 12k", "checkpoint-12000"),
        ("检查点 2500", "checkpoint-2500"),
        ("best: runs/a/model_best.pth", "runs/a/model_best.pth"),
        ("Checkpoints 2200 and 4600", None),
        ("Comparison of checkpoint-2200 and checkpoint-4600", None),
        ("r=32 and alpha=128", None),
    ],
)
def test_the_checkpoint_a_heading_names(text: str, checkpoint: str | None) -> None:
    assert checkpoint_in(text, heading=True) == checkpoint


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Checkpoint-2500 on imbalanced dataset", True),
        ("With original ratio dataset (1:10 signal to background)", True),
        ("This is better than checkpoint-400 was.", False),
        ("I paused the training at checkpoint-2300 and ran validation", False),
        ("", False),
    ],
)
def test_a_sentence_is_no_heading(text: str, short: bool) -> None:
    assert is_short(text) is short


def test_a_set_that_was_trained_on_is_not_the_one_measured_on() -> None:
    text = (
        f"## 2025-10-27\nThe 1:1 dataset and the 1:10 dataset.\n### Training on 1:10 dataset\nCheckpoint-9800\n{EVEN}\n"
    )
    (found,) = read(text, "d.md").results
    assert (found.place.dataset, found.dataset_from) == ("1:1", "class counts")


def test_a_sentence_after_the_results_says_how_they_were_measured() -> None:
    said = "It is better although we are not giving seperate numeric input."
    text = f"## 2025-10-19\n#### Checkpoint-1600\n##### 1:1\n{EVEN}\n##### 1:10\n{SKEWED}\n{said}\n"
    assert [result.place.options for result in read(text, "d.md").results] == [{"numeric": "off"}] * 2


def test_the_next_checkpoint_inherits_nothing_from_the_one_before() -> None:
    first_one = f"#### Checkpoint-1600 (numeric input disabled)\n1:10 dataset\n{SKEWED}"
    text = f"## 2025-10-19\n{first_one}\nCheckpoint-1700\n{EVEN}\n"
    first, second = read(text, "d.md").results
    assert first.place.options == {"numeric": "off"}
    assert (second.place.checkpoint, dict(second.place.options)) == ("checkpoint-1700", {})


def test_a_forgotten_fence_end_does_not_swallow_the_days_after_it() -> None:
    text = (
        f"## 2025-10-19\nCheckpoint-1600\n{EVEN.rstrip().removesuffix('```')}\n## 2025-10-20\nCheckpoint-1700\n{SKEWED}"
    )
    found = read(text, "d.md").results
    assert [(result.date, result.place.checkpoint) for result in found] == [
        ("2025-10-19", "checkpoint-1600"),
        ("2025-10-20", "checkpoint-1700"),
    ]


@pytest.mark.parametrize(
    "rule",
    ["|---|---|---|\n", "|:-:|---:|\n", "", "\n|---|---|---|\n"],
    ids=["whole", "short", "missing", "after a blank line"],
)
def test_tables_that_do_not_render_are_read_as_well(rule: str) -> None:
    text = f"## 2025-10-19\n| Checkpoint | Set | Accuracy |\n{rule}| 1600 | 1:1 | 0.897 |\n| 1700 | 1:1 | 0.901 |\n"
    assert [(claim.row, claim.value) for claim in read(text, "d.md").claims] == [
        ("1600 | 1:1", 0.897),
        ("1700 | 1:1", 0.901),
    ]


def test_experiments_that_are_numbered_at_the_margin_are_sections_and_epochs_of_a_setting_no_checkpoint() -> None:
    text = "exp 1:\n    epochs: 500\n    results:\n        val_loss: 2.05\n"
    document = read(f"{text}\n{text.replace('exp 1', 'exp 2').replace('2.05', '1.45')}", "log.txt")
    assert [entry.title for entry in document.entries] == ["exp 1", "exp 2"]
    first, second = document.results
    assert (first.place.checkpoint, second.place.checkpoint) == (None, None)
    assert first.run != second.run


def test_output_in_a_fence_of_a_shell_is_read_and_commands_are_not() -> None:
    shown = "# 2023-09-27\n\n```bash\nval_accuracy: 0.935\n```\n"
    assert [result.parsed.metrics for result in read(shown, "log.md").results] == [{"val_accuracy": 0.935}]
    typed = "# 2023-09-27\n\n```bash\npython train.py\nval_accuracy: 0.935\n```\n"
    assert read(typed, "log.md").results == ()


@pytest.mark.parametrize(
    ("above", "role"),
    [
        ("Validation set:", "validation"),
        ("### External test split evaluation", "test"),
        ("**测试集性能**:", "test"),
        ("Training set:", "train"),
        ("### Training results", "unclear"),  # of what was done, not of what was measured on
        ("Validation set:\n\nReport:", "validation"),
        ("Numbers:", "unclear"),
    ],
)
def test_what_leads_to_printed_values_says_their_role(above: str, role: str) -> None:
    (result,) = read(f"## 2026-05-22\n\n{above}\n\n```\naccuracy: 0.7333\n```\n").results
    assert result.parsed.role == role
