"""The catalogue of checks: rules as data.

What is looked at inside the training process has its rules in `labjournal.watch.rules`; families that look at a run
from outside add a file here and a line in ``FAMILIES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One check: what it means when it speaks, and what to try."""

    rule: str
    level: str
    family: str
    means: str
    remedy: str
    aliases: tuple[str, ...] = ()


def _inside() -> Iterable[CheckRule]:
    from labjournal.watch.rules import RULES

    for rule in RULES.values():
        yield CheckRule(rule.slug, rule.level, rule.family, rule.means, rule.remedy)


FAMILIES: tuple[Callable[[], Iterable[CheckRule]], ...] = (_inside,)


def catalogue() -> list[CheckRule]:
    """All rules, by family and name."""
    return sorted((rule for family in FAMILIES for rule in family()), key=lambda rule: (rule.family, rule.rule))
