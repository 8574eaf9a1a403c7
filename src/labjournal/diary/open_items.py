"""What waits: questions without an answer, plans that no run fulfilled, hypotheses, expectations nobody could judge.

A plan is fulfilled by a later run that ended well and whose name stands in its text, or whose reason names the plan
(``e:…``). A retracted run is to be run again until a later one with the same command stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labjournal.judging.expectations import time_text
from labjournal.model import Entry, EntryKind, Run, Status, Verdict, short_id
from labjournal.store import Store

_SHORTEST_NAME = 3
"""Names of one or two letters stand in any text."""


@dataclass(frozen=True, slots=True)
class OpenPlan:
    """A plan, with the runs that tried to fulfil it and did not end well (yet)."""

    entry: Entry
    tried: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class OpenExpectation:
    """What was expected of a run and is not decided; without a verdict the run has not ended."""

    run: Run
    expectation: str
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class OpenItems:
    """Everything that waits, oldest first."""

    questions: tuple[Entry, ...]
    hypotheses: tuple[Entry, ...]
    plans: tuple[OpenPlan, ...]
    expectations: tuple[OpenExpectation, ...]
    reruns: tuple[Run, ...]

    def __bool__(self) -> bool:
        return bool(self.questions or self.hypotheses or self.plans or self.expectations or self.reruns)


def open_items(store: Store) -> OpenItems:
    """Look through the whole journal."""
    runs = sorted(store.runs(), key=lambda run: (run.created_at, run.id))
    kinds = [kind.value for kind in (EntryKind.QUESTION, EntryKind.HYPOTHESIS, EntryKind.PLAN)]
    waiting = [entry for entry in store.entries(kinds=kinds) if entry.state == "open"]
    plans = [(entry, _tried(entry, runs)) for entry in waiting if entry.kind is EntryKind.PLAN]
    return OpenItems(
        questions=tuple(entry for entry in waiting if entry.kind is EntryKind.QUESTION),
        hypotheses=tuple(entry for entry in waiting if entry.kind is EntryKind.HYPOTHESIS),
        plans=tuple(
            OpenPlan(entry, tuple(tried))
            for entry, tried in plans
            if all(run.status is not Status.DONE for run in tried)
        ),
        expectations=tuple(_expectations(runs, store.verdicts())),
        reruns=tuple(_reruns(runs)),
    )


def _tried(plan: Entry, runs: Sequence[Run]) -> list[Run]:
    named = f"e:{short_id(plan.id)}"
    return [
        run
        for run in runs
        if run.created_at >= plan.t and (named in (run.reason or "").lower() or _stands_in(run.name, plan.text))
    ]


def _stands_in(name: str, text: str) -> bool:
    return len(name) >= _SHORTEST_NAME and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None


def _expectations(runs: Iterable[Run], verdicts: Sequence[Verdict]) -> Iterable[OpenExpectation]:
    known = {(verdict.run, verdict.expectation): verdict for verdict in verdicts}
    for run in runs:
        for text in (*run.expect, *([time_text(run.expect_time_s)] if run.expect_time_s else [])):
            verdict = known.get((run.id, text))
            if verdict is None or verdict.word == "undecided":
                yield OpenExpectation(run, text, verdict)


def _reruns(runs: Sequence[Run]) -> Iterable[Run]:
    for i, run in enumerate(runs):
        if run.retracted is None or not run.command or run.kind == "validate":
            continue
        later = (other for other in runs[i + 1 :] if other.command == run.command and other.cwd == run.cwd)
        if not any(other.retracted is None and other.status in (Status.DONE, Status.RUNNING) for other in later):
            yield run
