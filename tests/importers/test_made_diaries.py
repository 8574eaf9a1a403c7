"""Diaries made with known content, in all the styles at once: what is read must be what was written."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from diary_maker import Measured, fenced, printed

from labjournal.audit import audit_document
from labjournal.importers import read

SETS = {"1:1": (524, 476), "1:10": (7250, 750), "black box 1": (7989, 11)}
DAYS = (
    "## 2025-10-{d}",
    "# 2025-10-{d}",
    "## {d} October 2025",
    "## Oct. {d}, 2025",
    "## {d}.10.2025",
    "## [2025-10-{d}]",
    "## 2025/10/{d}",
    "## Tuesday, {d} October 2025",
    "## 2025年10月{d}日",
)
CHECKPOINTS = (
    "Checkpoint-{n}",
    "#### Checkpoint-{n}",
    "**Checkpoint {n}**",
    "#### checkpoint_{n}",
    "Checkpoint-{n}:",
    "#### Results at checkpoint {n}",
    "#### Ckpt {n}",
    "#### Checkpoint {n} with Numeric Fusion Adapter",
)
NAMED = {
    "1:1": (
        "##### 1:1 Dataset at 1000 samples",
        "##### 1:1",
        "With 1:1 dataset",
        "**1:1 dataset**",
        "On the 1:1 dataset:",
        "I also ran the same model on 1:1 dataset.",
        "Balanced dataset (1:1):",
    ),
    "1:10": (
        "##### 1:10 Dataset at 8000 samples",
        "##### 1:10",
        "With original ratio dataset (1:10 signal to background)",
        "**1:10 dataset**",
        "I also ran the same model on the 1:10 dataset with 8000 samples.",
        "##### Imbalanced dataset (1:10)",
    ),
    "black box 1": (
        "##### Black Box 1",
        "##### Black-box 1 Dataset on Original Ratio",
        "**Black box 1**",
        "On black box 1 dataset:",
        "I also ran it on black-box 1 dataset.",
        "##### Black Box 1 (8000 events)",
    ),
}
SWITCH = {
    "on": ("numeric input enabled", "with numeric input", "numeric input: on", "Numeric Input Enabled"),
    "off": ("numeric input disabled", "without numeric input", "numeric input: off", "no numeric input"),
}
PROSE = (
    "This is better than what checkpoint-400 gave us.",
    "86% accuracy over 1:10 dataset is showing we are still hitting limits.",
    "I will try the 1:10 dataset next.",
    "We are at 83.5% accuracy now.",
    "Next I want to see what happens without numeric input.",
    "The F1 of 0.93 is promising.",
    "- I increased the learning rate from 3e-5 to 1e-4.",
    "Not sure about black box 1 yet.",
    "Training took 5 hours for 2200 steps.",
    "6 out of 21 signal events were found before, which is not enough.",
    "",
)


@dataclass(frozen=True)
class Wanted:
    day: str
    checkpoint: str
    dataset: str
    numeric: str | None
    measured: Measured
    counted: bool


def make(seed: int) -> tuple[str, list[Wanted]]:
    """A diary of one to three days and everything that stands in it."""
    r = random.Random(seed)
    lines, wanted, step = ["# Diary", ""], list[Wanted](), 0
    style = r.choice(DAYS)
    for day in range(20, 20 + r.randrange(1, 4)):
        lines += [style.format(d=day), r.choice(PROSE), ""]
        if r.random() < 0.7:
            lines += [f"### {r.choice(('After Overnight Training', 'Validation'))}", r.choice(PROSE), ""]
        for _ in range(r.randrange(1, 3)):
            step += r.randrange(100, 900)
            where = r.choice(("nowhere", "checkpoint", "set", "line", "first"))
            state = r.choice(("on", "off"))
            heading = r.choice(CHECKPOINTS).format(n=step)
            if where == "checkpoint":
                bold = "**" if heading.endswith("**") else ""
                heading = f"{heading.rstrip(':*')} ({r.choice(SWITCH[state])}){bold}"
            lines += [heading, ""]
            if where == "first":
                lines += [r.choice(SWITCH[state]).capitalize(), ""]
            for name in r.sample(list(SETS), r.randrange(1, 4)):
                if where in ("set", "line"):
                    state = r.choice(("on", "off"))
                named = r.choice(NAMED[name])
                if where == "set" and named.startswith("#####"):
                    named += f", {r.choice(SWITCH[state])}"
                lines.append(named)
                if where == "line" or (where == "set" and not named.startswith("#####")):
                    lines.append(r.choice(SWITCH[state]).capitalize())
                nb, ns = SETS[name]
                right = (r.randrange(nb // 2, nb - 5), r.randrange(ns // 2, ns + 1))
                measured, counted = Measured(right, (nb, ns), r.choice((0, 0, 0, 2))), r.random() < 0.7
                body = printed(measured, counted, sic=counted and r.random() < 0.4, header=r.random() < 0.9)
                lines += [fenced(body) if r.random() < 0.8 else f"\n{body}\n", "", r.choice(PROSE), ""]
                numeric = None if where == "nowhere" else state
                wanted.append(Wanted(f"2025-10-{day}", f"checkpoint-{step}", name, numeric, measured, counted))
    return "\n".join(lines), wanted


@pytest.mark.parametrize("seed", range(60))
def test_what_is_read_is_what_was_written(seed: int) -> None:
    text, wanted = make(seed)
    document = read(text, "d.md")
    assert len(document.results) == len(wanted)
    for found, one in zip(document.results, wanted, strict=True):
        place = found.place
        assert place.dataset is not None
        assert (found.date, place.checkpoint, found.n) == (one.day, one.checkpoint, one.measured.n)
        assert place.dataset.lower().replace("-", " ") == one.dataset
        if found.options_from == "text":
            assert place.options.get("numeric") == one.numeric
        else:  # nothing is written over it, and "off" is over others of its training
            assert (place.options.get("numeric"), one.numeric) == ("on", None)
        assert found.parsed.metrics["accuracy"] == pytest.approx(one.measured.accuracy)
        assert tuple(found.supports.values()) == one.measured.support
        if one.counted:
            assert found.parsed.tally is not None
            assert tuple(k for k, _ in found.parsed.tally.classes.values()) == one.measured.right


@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_accused_in_a_diary_without_a_mistake(seed: int) -> None:
    text, _ = make(seed)
    kinds = {item.kind for item in audit_document(read(text, "d.md"))}
    assert kinds <= {"below_majority", "macro_of_empty_class", "within_noise"}
