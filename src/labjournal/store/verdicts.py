"""Verdicts on what was expected of runs: which of those that were stated stand.

A verdict is stated again when what it rests on has changed, and names the ones it supersedes; which one stands follows
from the set of them alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from labjournal.facts import Fact, number
from labjournal.model import Verdict
from labjournal.store import codec

KIND = "verdict"


def standing(facts: Iterable[Fact]) -> list[Verdict]:
    """The newest verdict on each expectation of each run, oldest first."""
    stated = [fact for fact in facts if fact.kind == KIND]
    gone = {old for fact in stated for old in codec.texts(fact.data.get("supersedes"))}
    newest: dict[tuple[str, str], Fact] = {}
    for fact in sorted((fact for fact in stated if fact.id not in gone), key=lambda fact: (fact.t, fact.id)):
        newest[fact.run or "", str(fact.data.get("expectation"))] = fact
    earlier: dict[tuple[str, str], list[Fact]] = {}
    for fact in sorted(stated, key=lambda fact: (fact.t, fact.id)):
        earlier.setdefault((fact.run or "", str(fact.data.get("expectation"))), []).append(fact)
    verdicts = [_verdict(fact, earlier[key]) for key, fact in newest.items()]
    return sorted(verdicts, key=lambda verdict: (verdict.t, verdict.run, verdict.expectation))


def _verdict(fact: Fact, stated: Iterable[Fact]) -> Verdict:
    data = fact.data
    before = dict.fromkeys(str(other.data.get("word")) for other in stated if other.id != fact.id)
    return Verdict(
        id=fact.id,
        t=codec.moment(fact.t) or codec.EPOCH,
        run=fact.run or "",
        expectation=str(data.get("expectation") or ""),
        word=str(data.get("word") or "undecided"),
        sentence=str(data.get("sentence") or ""),
        gap=number(data.get("gap")),
        low=number(data.get("low")),
        high=number(data.get("high")),
        results=codec.texts(data.get("results")),
        superseded=tuple(sorted(other.id for other in stated if other.id != fact.id)),
        before=tuple(before),
    )
