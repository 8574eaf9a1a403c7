"""The catalogue of checks: rules as data, and the families that look at a run from outside as pure functions.

What is looked at inside the training process has its rules in `labjournal.watch.rules`. A family is one file: its
rules, and functions from curves, results or names to verdicts; add the file and a line in ``FAMILIES``.

rule      CheckRule, Verdict                      losses      the level of one loss
naming    what a curve is, by its name alone      course      the course of one loss
curve     one value a step, shared statistics     relations   two curves together
run_view  what a check is given of a run          progress    finished or not, budgets of compared fits
judging   all families, folded under causes       schedule    learning rate, planned steps, pace
page      docs/checks.md                          guessing    rates against chance, confidence
                                                  outcome     results and their options
                                                  checkpoint, timing, identities, host, replicas,
                                                  executed_code, perfect
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module

from labjournal.checks.rule import CheckRule, Verdict

__all__ = ["FAMILIES", "CheckRule", "Verdict", "catalogue"]


def _inside() -> Iterable[CheckRule]:
    from labjournal.watch.rules import RULES

    for rule in RULES.values():
        yield CheckRule(rule.slug, rule.level, rule.family, rule.means, rule.remedy)


def _outside(module: str) -> Callable[[], Iterable[CheckRule]]:
    def rules() -> Iterable[CheckRule]:
        found: dict[str, CheckRule] = import_module(f"{__name__}.{module}").RULES
        return found.values()

    return rules


FAMILIES: tuple[Callable[[], Iterable[CheckRule]], ...] = (
    _inside,
    *map(
        _outside,
        (
            "losses",
            "course",
            "relations",
            "progress",
            "schedule",
            "outcome",
            "checkpoint",
            "timing",
            "identities",
            "host",
            "executed_code",
            "replicas",
        ),
    ),
)


def catalogue() -> list[CheckRule]:
    """All rules by family and name; one that is judged both inside and outside comes once."""
    known: dict[str, CheckRule] = {}
    for family in FAMILIES:
        for rule in family():
            inside = known.get(rule.rule)
            if inside is None or (rule.judged and not inside.judged):
                known[rule.rule] = rule
    return sorted(known.values(), key=lambda rule: (rule.family, rule.rule))
