"""What every check is made of: a rule as data, and the verdict it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from labjournal.vocabulary import Level

State = Literal["finding", "fine", "not judged"]
_NOTHING: Mapping[str, Any] = MappingProxyType({})

RULES_VERSION = 1
"""Part of the id of every finding stated from outside: raised when a rule changes what it says of the same data."""


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One check: what it means when it speaks, and what to try."""

    rule: str
    level: str
    """The usual one; a verdict may carry a lower one."""
    family: str
    means: str
    remedy: str
    aliases: tuple[str, ...] = ()
    judged: str = ""
    """How: signal, limits with their reasons, and when nothing is said. For the page of all checks."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check says of one subject (a curve, a result, a checkpoint)."""

    rule: str
    subject: str
    state: State
    message: str = ""
    """Of a finding what is wrong, else why nothing was judged ("not judged: because …")."""
    level: Level = Level.NOTICE
    step: int | None = None
    wall: float | None = None
    """When it showed first, seconds since 1970; None where the end of the run is the time."""
    evidence: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    caused_by: str | None = None

    @property
    def found(self) -> bool:
        return self.state == "finding"


def finding(
    rule: CheckRule,
    subject: str,
    message: str,
    evidence: Mapping[str, Any],
    level: Level | None = None,
    step: int | None = None,
    wall: float | None = None,
) -> Verdict:
    return Verdict(rule.rule, subject, "finding", message, level or Level(rule.level), step, wall, dict(evidence))


def fine(rule: CheckRule, subject: str) -> Verdict:
    return Verdict(rule.rule, subject, "fine")


def not_judged(rule: CheckRule, subject: str, because: str) -> Verdict:
    return Verdict(rule.rule, subject, "not judged", because)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Of one rule on the parts of one subject: the gravest finding, the earliest of equals; "fine" where one is."""
    order: dict[State, int] = {"finding": 2, "fine": 1, "not judged": 0}
    return max(verdicts, key=lambda one: (order[one.state], one.level.rank if one.found else 0))


def table(*rules: CheckRule) -> dict[str, CheckRule]:
    """Rules by name."""
    return {rule.rule: rule for rule in rules}
