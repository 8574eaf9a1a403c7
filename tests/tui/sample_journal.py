"""A journal as after some weeks of work, with a fixed clock: families, alarms, retractions, validations, words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from journal_files import CREATED, EventWriter, add_facts, make_run
from labjournal.diary import Diary
from labjournal.model import EntryKind
from labjournal.paths import JournalPaths, RunPaths

NOW = CREATED + 40 * 86400.0
_DAY = 86400.0


def finding(rule: str, level: str, subject: str, step: int, message: str) -> tuple[str, dict[str, Any]]:
    said = {"rule": rule, "level": level, "subject": subject, "step": step, "message": message}
    return ("finding", {**said, "evidence": {"tensors": 6}, "remedy": "Build the optimizer after the adapter."})


def result(run: RunPaths, step: int, correct: int, n: int = 1000, dataset: str = "1:1") -> tuple[str, dict[str, Any]]:
    half = n // 2
    hit = correct // 2
    matrix = [[hit, half - hit], [half - (correct - hit), correct - hit]]
    counts = {"labels": ["background", "signal"], "matrix": matrix, "unknown": [0, 0]}
    data = {
        "subject": {"run": run.id, "checkpoint": f"step-{step}.pt", "step": step},
        "dataset": {"name": dataset},
        "metrics": {"accuracy": correct / n},
        "n": n,
        "counts": counts,
        "role": "validation",
        "how": "stated",
    }
    return ("result", data)


def curve(run: RunPaths, points: int, every: int, floor: float, at: float) -> None:
    writer = EventWriter(run.events / "events.out.tfevents.1")
    for i in range(points):
        value = floor + 3.0 * math.exp(-i / (points / 5)) + 0.02 * math.sin(i)
        writer.add("train/loss", i * every, value, at + i)
    writer.close()


def make(journal: JournalPaths) -> dict[str, str]:
    """Fill the journal; returns run ids by name."""
    ids: dict[str, str] = {}
    for name, days, parent, accuracy, step, found, more in _RUNS:
        at = NOW - days * _DAY
        launch: dict[str, Any] = {"reason": more.get("reason"), "settings": more.get("settings", {})}
        if parent:
            launch["parent"] = {"run": ids[parent], "step": None, "checkpoint": None}
        run = make_run(journal, name, at=at, ended=more.get("ended", True), log="loss 1.0\n" * 20, **launch)
        ids[name] = run.id
        add_facts(run, ("watch_state", {"state": "watched", "models": [], "optimizers": [], "tensors": 6}), at=at + 2)
        if found:
            add_facts(run, finding(*found), at=at + 5)
        if accuracy:
            add_facts(run, result(run, step, accuracy), at=at + 50)
        if step:
            curve(run, 40, step // 39 or 1, 0.2 if accuracy else 0.6, at + 3)
    for number in range(3):
        make_run(journal, f"validate-{number}", kind="validate", at=NOW - 3 * _DAY + number)
    _words(journal, ids)
    return ids


_RUNS: tuple[Any, ...] = (
    ("first-prompt", 31, None, 760, 7700, ("one_class_answers", "alarm", "answers", 900, "One class only."), {}),
    ("long-prompt", 15, None, 862, 2500, None, {"reason": "does a longer prompt help?"}),
    (
        "v1-linear",
        12,
        None,
        909,
        1600,
        ("placebo_input", "alarm", "numbers", 5, "Answers do not change without the numbers."),
        {"reason": "a linear adapter"},
    ),
    (
        "v3-silu",
        8,
        "v1-linear",
        907,
        2200,
        ("zero_grad", "alarm", "nfa.net", 1, "nfa.net gets no gradient."),
        {"reason": "SiLU between the layers"},
    ),
    ("v3-embed", 6, None, 897, 7700, None, {"reason": "numeric input joined to the loss path"}),
    (
        "v3-1to10",
        4,
        "v3-embed",
        884,
        17300,
        ("below_majority_baseline", "warning", "1:10", 17300, "Below the majority class."),
        {"settings": {"lr": 3e-5}},
    ),
    ("v3-float32", 2, "v3-embed", 899, 18700, None, {"settings": {"lr": 3e-5, "precision": "fp32"}}),
    (
        "v4-own-group",
        0.1,
        "v3-float32",
        908,
        2214,
        (
            "param_not_in_optimizer",
            "alarm",
            "nfa.net",
            2,
            "nfa.net (6 tensors) gets gradients but is in no optimizer.",
        ),
        {"reason": "own optimizer group for the numeric branch", "settings": {"lr": 3e-3}},
    ),
    ("v4-nfa-3e-4", 0.01, "v4-own-group", None, 0, None, {"ended": False, "reason": "is 3e-3 too hot?"}),
)


def _words(journal: JournalPaths, ids: dict[str, str]) -> None:
    moments: Iterator[float] = iter([NOW - 7 * _DAY, NOW - 1.5 * _DAY, NOW - 1.2 * _DAY, NOW - 0.4 * _DAY])
    diary = Diary(journal, clock=lambda: next(moments))
    diary.retract(on=[ids["v1-linear"], ids["v3-silu"]], why="the adapter was never fed")
    diary.note("does v2 embed anything?", EntryKind.QUESTION)
    text = "# The optimizer gets its own group\n\nLoRA stays at 3e-5. The branch never moved: see [[zero_grad]].\n"
    diary.note(f"{text}\nTonight @v4-own-group to 9,000.", on=[ids["v4-own-group"]])
    diary.note("float32 for the branch, base stays", EntryKind.DECISION)
