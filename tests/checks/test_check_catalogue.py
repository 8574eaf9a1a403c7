"""The list of checks is whole, and its page is made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labjournal.checks import CheckRule, catalogue, page
from labjournal.checks.judging import CAUSES
from labjournal.vocabulary import Level

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"
PROMISED = (
    "loss_zero loss_flat loss_too_low loss_diverged loss_unbounded_below loss_sawtooth loss_jump_after_resume "
    "nonfinite "
    "metric_moves_against_loss objective_sign overfitting not_converged lr_zero lr_collapsed throughput_drop "
    "planned_steps_differ below_majority_baseline metric_at_chance metric_too_good unknown_answers prediction_collapse "
    "rate_rounded_to_zero option_without_effect asymmetric_budget checkpoint_missing_params checkpoint_changed "
    "interrupted disk_low"
).split()


def test_the_page_of_checks_is_what_the_rules_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page.render(), "run: python -m labjournal.checks > docs/checks.md"


@pytest.mark.parametrize("name", PROMISED)
def test_each_promised_rule_is_in_the_catalogue(name: str) -> None:
    assert name in {rule.rule for rule in catalogue()}


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.rule)
def test_a_rule_says_what_it_means_and_what_to_try(rule: CheckRule) -> None:
    assert rule.level in tuple(Level)
    assert rule.means.endswith(".")
    assert rule.remedy.endswith(".")
    assert rule.rule.replace("_", "a").isalnum()
    assert rule.rule.islower()


def test_no_rule_comes_twice_and_no_alias_is_a_rule() -> None:
    names = [rule.rule for rule in catalogue()]
    assert len(names) == len(set(names))
    assert not {alias for rule in catalogue() for alias in rule.aliases} & set(names)


def test_no_two_rules_are_the_cause_of_each_other() -> None:
    for consequence, causes in CAUSES.items():
        assert all(consequence not in CAUSES.get(cause, ()) for cause in causes), consequence
