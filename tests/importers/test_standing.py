"""What is written only over exceptions, announced for two results at once, or shown by a command line."""

from __future__ import annotations

import pytest

from labjournal.importers import read


def block(background: int, signal: int, support: tuple[int, int] = (300, 100)) -> str:
    return (
        f"```\nNumber of correct background predictions: {background} out of {support[0]}\n"
        f"Number of correct signal predictions: {signal} out of {support[1]}\n"
        f"Validation Accuracy: {(background + signal) / sum(support):.4f}\n```"
    )


def numeric(text: str) -> list[tuple[str | None, str]]:
    found = read(f"## 2025-03-01\n{text}\n", "d.md").results
    return [(one.place.options.get("numeric"), one.options_from) for one in found]


@pytest.mark.parametrize(
    ("line", "states"),
    [
        ("Checkpoint-100 on A1 dataset, numeric off / numeric on:", ["off", "on"]),
        ("Checkpoint-100, numeric on/off:", ["on", "off"]),
        ("Checkpoint-100 with / without numeric input:", ["on", "off"]),
        ("Checkpoint-100 numeric off, then on:", ["off", "on"]),
    ],
)
def test_two_states_in_one_line_are_of_the_two_results_below(line: str, states: list[str]) -> None:
    text = f"{line}\n{block(270, 80)}\n{block(271, 79)}"
    assert [state for state, _ in numeric(text)] == states
    assert [state for state, _ in numeric(f"{text}\n{block(272, 79)}")] == [None] * 3  # three results: nobody knows


def test_it_is_the_option_that_was_spoken_of_last() -> None:
    text = (
        f"Checkpoint-100 with numeric input:\n{block(270, 80)}\nand the same checkpoint without it\n\n{block(200, 40)}"
    )
    assert [state for state, _ in numeric(text)] == ["on", "off"]


def test_a_state_in_the_line_of_a_set_ends_with_the_next_set() -> None:
    text = f"### Checkpoint-100\n1:3 with numeric\n{block(270, 80)}\n1:3 without numeric\n{block(200, 40)}\n1:10\n"
    states = numeric(text + block(900, 90, (1000, 100)))
    assert states == [("on", "text"), ("off", "text"), ("on", "contrast")]


def test_unmarked_is_on_where_off_is_written_over_the_exception() -> None:
    text = f"#### Checkpoint-100\n##### 1:3\n{block(270, 80)}\n##### 1:3, numeric off\n{block(200, 40)}\n"
    assert numeric(text) == [("on", "contrast"), ("off", "text")]
    later = f"#### Checkpoint-200\n##### 1:3\n{block(275, 85)}\n"
    assert numeric(text + later)[2] == ("on", "contrast")
    earlier = f"#### Checkpoint-50\n##### 1:3\n{block(260, 70)}\n"  # another training: the number goes back
    assert numeric(text + earlier)[2] == (None, "text")


def test_off_alone_says_nothing_of_the_others() -> None:
    text = f"#### Checkpoint-100\n##### 1:3, numeric off\n{block(200, 40)}\n"
    text += f"#### Checkpoint-200\n##### 1:3\n{block(270, 80)}"
    assert numeric(text) == [("off", "text"), (None, "text")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Another night. Numeric input is enabled for all of these.\n", ""),
        ("", "\nAll numeric enabled. Same as before."),
    ],
)
def test_a_sentence_about_all_results_of_a_section(before: str, after: str) -> None:
    text = f"### Checkpoint-100\n{before}\n##### 1:3\n{block(270, 80)}\n{after}"
    assert numeric(text) == [("on", "text")]


def test_command_lines_name_checkpoint_set_and_option() -> None:
    inside = block(270, 80).strip("`\n"), block(900, 90, (1000, 100)).strip("`\n")
    text = (
        "#### 1:3 and 1:10\n```\n"
        "(env) me@box:~$ python validate.py --checkpoint 5300 --dataset val_1_3.jsonl --numeric\n"
        f"Loading fusion_adapter.pt ... ok\n{inside[0]}\n"
        f"(env) me@box:~$ python validate.py --ckpt=5400 --dataset val_1_10.jsonl --no-numeric\n{inside[1]}\n```\n"
    )
    named = "##### 1:3\nnothing\n##### 1:10\nnothing\n"
    found = [one.place for one in read(f"## 2025-03-01\n{named}{text}", "d.md").results]
    assert [(one.checkpoint, one.dataset, one.options) for one in found] == [
        ("checkpoint-5300", "1:3", {"numeric": "on"}),
        ("checkpoint-5400", "1:10", {"numeric": "off"}),
    ]


@pytest.mark.parametrize(
    ("line", "checkpoint"),
    [
        ("### Chekpoint-18700 with float32", "checkpoint-18700"),
        ("### Checkpiont 300", "checkpoint-300"),
        ("### Counterpoint 300", None),
        ("I left the terminal open, so here is the raw output for Checkpoint-5300.", "checkpoint-5300"),
    ],
)
def test_a_checkpoint_misspelt_or_in_the_sentence_over_its_output(line: str, checkpoint: str | None) -> None:
    assert read(f"## 2025-03-01\n{line}\n{block(270, 80)}\n", "d.md").results[0].place.checkpoint == checkpoint


def test_a_known_checkpoint_by_its_number_alone() -> None:
    text = f"#### Checkpoint-500\n{block(270, 80)}\n### Whole split\nI left 500 running on all of the 1:3 split.\n\n"
    found = read(f"## 2025-03-01\n{text}{block(271, 80)}", "d.md").results
    assert [one.place.checkpoint for one in found] == ["checkpoint-500", "checkpoint-500"]


def test_a_version_beside_the_checkpoint_is_its_training_and_the_others_go_on() -> None:
    text = "".join(
        f"#### Checkpoint-{name}\n##### 1:3\n{block(250 + at, 80)}\n"
        for at, name in enumerate(("6900", "2500 (v0.1.3)", "8400"))
    )
    assert [one.run for one in read(f"## 2025-03-01\n{text}", "d.md").results] == ["d", "v0.1.3", "d"]


def test_a_short_name_is_the_only_longer_one_that_holds_the_same_events() -> None:
    text = f"##### Black-box 1\n{block(270, 80)}\nCheckpoint-2 on black-box dataset\n{block(271, 80)}\n"
    assert {one.place.dataset for one in read(f"## 2025-03-01\n{text}", "d.md").results} == {"Black-box 1"}
    other = text.replace("271 out of 300", "271 out of 301")
    assert len({one.place.dataset for one in read(f"## 2025-03-01\n{other}", "d.md").results}) == 2


@pytest.mark.parametrize(
    ("sentence", "counts"),
    [
        (
            "On A1 dataset it is 760 out of 799 background and 6 out of 11 signal, accuracy 0.945.",
            {"background": (760, 799), "signal": (6, 11)},
        ),
        ("Before it was 760 out of 799 background and 6 out of 11 signal.", None),
        ("6 out of 11 signal is too few.", None),
        ("It was 6 out of 11 signal events instead of 8 out of 11 signal.", None),
    ],
)
def test_a_sentence_with_the_counts_of_all_classes_is_a_result(
    sentence: str, counts: dict[str, tuple[int, int]] | None
) -> None:
    found = read(f"## 2025-03-01\n#### Checkpoint-100\n{sentence}\n", "d.md").results
    assert [one.parsed.tally.classes for one in found if one.parsed.tally] == ([counts] if counts else [])
