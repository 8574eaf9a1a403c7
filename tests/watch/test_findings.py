"""What one reason explains for a whole model is told once; of other rules each part is."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

from labjournal.watch.findings import Findings


def said(rule: str, *modules: str) -> list[str]:
    """Subjects of what is told, of a tensor in each of these modules one after the other."""
    found: list[str] = []

    def state(_rule: str, finding: dict[str, Any]) -> None:
        found.append(finding["subject"])

    findings = Findings(state)
    for at, module in enumerate(modules):
        findings.say(rule, at, "{subject} ({n})", [(f"{module}.weight", module)])
    return found


def test_tensors_rounded_away_one_after_the_other_are_told_once_a_model() -> None:
    assert said("update_underflow", "net.0", "net.4", "critic.0", "net.2") == ["net.0", "critic.0"]


def test_parts_that_stop_later_are_told() -> None:
    assert said("updates_stopped_midrun", "net", "net.0", "net.1") == ["net", "net.0", "net.1"]


@pytest.mark.parametrize(
    ("rules", "causes"),
    [
        (["stale_optimizer_param", "updates_stopped_midrun"], [None, "stale_optimizer_param"]),
        (["updates_stopped_midrun", "stale_optimizer_param"], [None, None]),
        (["no_update", "updates_stopped_midrun"], [None, None]),
    ],
)
def test_that_tensors_of_a_replaced_model_stand_still_is_no_finding_of_its_own(
    rules: list[str], causes: list[str | None]
) -> None:
    found: list[str | None] = []
    findings = Findings(lambda _rule, finding: found.append(finding.get("caused_by")))
    for at, rule in enumerate(rules):
        findings.say(rule, at, "{subject}", [("net.0.weight", "net.0")])
    assert found == causes
