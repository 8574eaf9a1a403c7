"""One finding a rule: what has been said of a module is not said again of its parts, unless it is worse."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

from labjournal.watch.findings import Findings


def said(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    """(subject, level) of what is told, of tensors in modules given with a level."""
    found: list[tuple[str, str]] = []

    def state(_rule: str, finding: dict[str, Any]) -> None:
        found.append((finding["subject"], finding["level"]))

    findings = Findings(state)
    for at, (module, level) in enumerate(steps):
        tensors = [(f"{module}.weight {at}", module)]
        findings.say("update_underflow", at, "{subject} ({n})", tensors, level=level)
    return found


def test_parts_of_what_was_told_are_not_told_again() -> None:
    assert said(("model.body", "warning"), ("model.body.0", "warning"), ("model.body", "notice")) == [
        ("model.body", "warning")
    ]


def test_what_is_worse_is_told() -> None:
    assert said(("model", "notice"), ("model.head", "warning")) == [("model", "notice"), ("model.head", "warning")]


def test_a_name_that_only_begins_alike_is_another() -> None:
    assert [name for name, _ in said(("model.1", "warning"), ("model.10", "warning"))] == ["model.1", "model.10"]
