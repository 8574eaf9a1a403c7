"""What is known of a run that was lost: how far it had come, and from where it can go on."""

from __future__ import annotations

from collections.abc import Sequence

from labjournal import facts
from labjournal.facts import Fact
from labjournal.launchers.liveness import ADOPTED
from labjournal.model import Run, Status


def derive(run: Run, stated: Sequence[Fact]) -> list[Fact]:
    """The ``incident`` of a run whose newest attempt is lost; its curves are read."""
    if run.status is not Status.LOST or run.launcher == ADOPTED:
        return []
    ends = [fact for fact in stated if fact.kind == "exit" and fact.data.get("status") == Status.LOST]
    written = [fact for fact in stated if fact.kind == "checkpoint"]
    if not ends:
        return []
    end = ends[-1]
    last = max(written, key=lambda fact: (str(fact.data.get("written_at")), fact.id), default=None)
    data = {
        "attempt": end.data.get("attempt"),
        "cause": run.cause,
        "step": run.step,
        "checkpoint": last.data.get("path") if last else None,
        "checkpoint_step": last.data.get("step") if last else None,
    }
    fact_id = facts.derived_id("incident", run.id, str(end.data.get("attempt")))
    known = {fact.id for fact in stated}
    moment = str(end.data.get("ended_at") or end.t)
    return [] if fact_id in known else [facts.make("incident", data, run.id, moment, fact_id)]
