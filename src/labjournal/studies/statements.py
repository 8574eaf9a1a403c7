"""What is stated of a study: how a stage turned out, and what its gate said when somebody wanted through.

A ``stage`` fact follows from the runs and what was measured of them: whoever judges the same states the same. A
``gate`` fact tells of an event, and is stated each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labjournal import facts
from labjournal.checks import timing
from labjournal.errors import JournalUnavailableError
from labjournal.facts import Fact
from labjournal.model import Run
from labjournal.paths import JournalPaths
from labjournal.store import Store
from labjournal.studies.protocol import Stage, Study
from labjournal.studies.standing import Standing

STAGE, GATE = "stage", "gate"
VERSION = 1
"""Of the rules: a newer one judges anew."""


def stage_fact(study: Study, standing: Standing) -> Fact | None:
    """How a stage turned out; None while it has no run, or one that lives."""
    ends = [run.ended_at for run in standing.runs if run.ended_at is not None]
    if not ends or len(ends) < len(standing.runs):
        return None
    decided = standing.decided
    data: dict[str, Any] = {
        "study": study.name,
        "stage": standing.stage.name,
        "size": study.size,
        "fault": standing.stage.fault is not None,
        "state": standing.state.value,
        "because": standing.because,
        "criteria": [
            {
                "text": one.text,
                "value": one.outcome.value,
                "passed": one.outcome.passed,
                "sentence": one.outcome.sentence,
            }
            for one in standing.criteria
        ],
        "runs": [run.id for run in standing.runs],
        "commit": standing.commit,
        "took_s": standing.took_s,
        "decision": None
        if decided is None
        else {
            "name": decided.decision.name or decided.decision.after,
            "path": decided.path,
            "text": decided.text,
            "because": decided.because,
        },
        "rule_version": VERSION,
    }
    fact_id = facts.derived_id("stage", facts.dumps(data))
    return facts.make(STAGE, data, standing.runs[-1].id, facts.now_iso(max(ends).timestamp()), fact_id)


def gate_fact(study: Study, stage: Stage, shut: str | None, override: str | None) -> Fact:
    """That somebody wanted to start a stage, and whether he could."""
    data = {
        "study": study.name,
        "stage": stage.name,
        "size": study.size,
        "needs": list(stage.section.after),
        "open": shut is None,
        "because": shut or "",
        "override": override,
    }
    return facts.make(GATE, data)


def state_overdue(paths: JournalPaths, run: Run, message: str, expected_s: float) -> None:
    """A notice on the run that a stage of several is at: it takes longer than was said."""
    rule = timing.OVERDUE
    data = {
        "rule": rule.rule,
        "level": rule.level,
        "subject": "the stage",
        "step": None,
        "message": f"{message}.",
        "evidence": {"expected_s": expected_s},
        "remedy": rule.remedy,
        "caused_by": None,
    }
    fact_id = facts.derived_id("finding", run.id, rule.rule, "the stage")
    folder = paths.run(run.id).facts
    try:
        facts.append(facts.writer_path(folder, 0, "study"), [facts.make("finding", data, run.id, fact_id=fact_id)])
    except OSError:
        return  # it was said on the terminal as well


def state(paths: JournalPaths, store: Store, stated: Sequence[Fact | None]) -> None:
    """Append what is new to the words of this user. Raises JournalUnavailableError."""
    known = {fact.id for fact in store.facts_of_kind(STAGE)}
    new = [fact for fact in stated if fact is not None and fact.id not in known]
    if not new:
        return
    try:
        facts.append(paths.my_facts, new, sync=True, lock=True)
    except OSError as error:
        raise JournalUnavailableError(
            f"Nothing was written: {paths.my_facts}: {error.strerror or error}.",
            "Is the disk full, or the folder read-only?",
        ) from error
