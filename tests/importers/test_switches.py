"""Whether the numbers went in, in the words people use for it; and what must not be taken for that."""

from __future__ import annotations

import pytest

from labjournal.importers import read
from labjournal.importers.places import Names, checkpoint_in, place_of
from labjournal.importers.switches import full_option_names, options_in

ON = """numeric on|Numeric: ON|numeric=True|numerical features enabled|with numeric|with numerical inputs
w/ numeric input
NFA enabled|Numeric Fusion Adapter: enabled|Numeric Fusion enabled|text + numeric|numeric_input=on|use_numeric=True
with numeric embeddings|Numeric: Yes|using numeric features|Numeric features: True|(numeric input)
Numeric inputs ON"""
OFF = """numeric off|Numeric: OFF|numeric=False|numerical features disabled|without numeric|no numeric
w/o numeric input
NFA off|without NFA|Numeric Fusion disabled|text only|text-only|numeric_input=off|use_numeric=False|Numeric: No
without numeric embeddings|only textual prompt|not using numeric features|no numeric data|numeric inputs zeroed
numeric input turned off|with numeric input disabled|Without using numeric inputs|textual input only|no NFA"""


def phrases(text: str) -> list[str]:
    return [phrase for line in text.splitlines() for phrase in line.split("|")]


@pytest.mark.parametrize("where", ["", "Checkpoint-2200 ", "1:1 Dataset "])
@pytest.mark.parametrize(
    ("phrase", "state"), [(phrase, state) for text, state in ((ON, "on"), (OFF, "off")) for phrase in phrases(text)]
)
def test_the_numeric_input_is_on_or_off(phrase: str, state: str, where: str) -> None:
    assert options_in(where + phrase) == {"numeric": state}


@pytest.mark.parametrize(
    "text",
    [
        "Checkpoint-300 with Numeric Fusion Adapter",
        "Training with numeric inputs went on overnight",
        "numeric on/off comparison",
        "Numbers on the right are rounded",
        "Numeric analysis of the root data",
    ],
)
def test_what_was_trained_or_compared_is_no_state(text: str) -> None:
    assert "numeric" not in options_in(text)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("same checkpoint without numeric input on Black Box 1:", "off"),
        ("with numeric input on 1:1 dataset", "on"),
        ("numeric input on, 1:1 dataset", "on"),
        ("numeric input off on 1:10", "off"),
    ],
)
def test_on_before_a_data_set_is_no_state(text: str, state: str) -> None:
    assert options_in(text) == {"numeric": state}


def test_a_short_sentence_about_all_that_follows_says_the_state() -> None:
    diary = """## 2025-11-02
#### Checkpoint-10200
All with numeric input enabled.

1:1 dataset (1000):
```
Validation Accuracy: 0.9
Number of correct background predictions: 470 out of 524
Number of correct signal predictions: 430 out of 476
```
- Checkpoint-8400, 1:10 dataset, numeric off

```
Validation Accuracy: 0.91
```
"""
    found = [(r.place.checkpoint, r.place.dataset, dict(r.place.options)) for r in read(diary).results]
    assert found == [
        ("checkpoint-10200", "1:1", {"numeric": "on"}),
        ("checkpoint-8400", "1:10", {"numeric": "off"}),
    ]


def test_the_adapter_is_the_numeric_one_where_the_diary_has_one() -> None:
    found = options_in("1:1 Dataset without adapter")
    assert found == {"adapter": "off"}
    assert full_option_names(found, "1:1 Dataset without adapter", known=True) == {"numeric": "off"}


def test_words_of_a_place_make_no_option() -> None:
    assert set(options_in("Checkpoint-2200 on 1:1 dataset - adapter enabled during validation")) <= {"adapter"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("R&D 1:10", "1:10"),
        ("1:10 validation", "1:10"),
        ("1-to-1 dataset", "1:1"),
        ("Imbalanced", "1:10"),
        ("Original R&D ratio dataset", "1:10"),
        ("BB1", "Black Box 1"),
        ("Black Box #1", "Black Box 1"),
        ("Checkpoint-2200 on 1:1", "1:1"),
    ],
)
def test_names_of_data_sets(text: str, name: str) -> None:
    names = Names()
    names.learn("imbalanced dataset (1:10 signal to background)")
    assert place_of(text, True, names).dataset == name


@pytest.mark.parametrize(
    "text",
    [
        "CP-2200",
        "Run 9, checkpoint-2200",
        "outputs/run9/checkpoint-2200",
        "Checkpoint at 2200 steps",
        "Checkpoint 2,200",
    ],
)
def test_spellings_of_a_checkpoint(text: str) -> None:
    assert checkpoint_in(text, heading=True) == "checkpoint-2200"


def test_a_state_in_the_line_of_the_checkpoint_holds_for_all_sets_below() -> None:
    diary = """## 2025-10-24
Checkpoint-5300 (numeric on)

1:1:
```
Number of correct background predictions: 450 out of 524
Number of correct signal predictions: 430 out of 476
Validation Accuracy: 0.88
```

Black box 1:
```
Number of correct background predictions: 7000 out of 7989
Number of correct signal predictions: 6 out of 11
Validation Accuracy: 0.87575
```
"""
    found = [(r.place.checkpoint, r.place.dataset, dict(r.place.options)) for r in read(diary).results]
    assert found == [
        ("checkpoint-5300", "1:1", {"numeric": "on"}),
        ("checkpoint-5300", "Black box 1", {"numeric": "on"}),
    ]
