"""What a result did not say of itself: the checkpoint that its run was launched for, and which data that was.

A script states what it measured; which version of a checkpoint it was given stands in the launch, and the content of
the data set is known once the run has ended (fact `identified`). What the script did say is left as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from labjournal.facts import Fact
from labjournal.model import Result, Subject
from labjournal.store import codec


class Placing:
    """The launch of a run, and what was found out about its results."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        launch = next((fact.data for fact in facts if fact.kind == "run"), {})
        self._validates = codec.mapping(launch.get("validates"))
        self._identified = {str(fact.data.get("result")): fact.data for fact in facts if fact.kind == "identified"}

    def place(self, fact_id: str, result: Result) -> Result:
        """The result with what is known of its checkpoint and its data."""
        subject = self._of_launch(result.subject)
        told = self._identified.get(fact_id)
        if told is None:
            return replace(result, subject=subject)
        if subject.step is None:
            subject = replace(subject, step=codec.whole(told.get("step")))
        data = codec.dataset(told.get("dataset"))
        role = codec.role(told["role"]) if told.get("role") else result.role
        if result.dataset.hash is not None or data.name != result.dataset.name:
            return replace(result, subject=subject, role=role)
        return replace(
            result, subject=subject, role=role, dataset=replace(result.dataset, hash=data.hash, source=data.source)
        )

    def _of_launch(self, subject: Subject) -> Subject:
        launched: Mapping[str, Any] = self._validates
        meant = (None, launched.get("checkpoint"), launched.get("path"))
        if not launched or subject.run != launched.get("run") or subject.version or subject.checkpoint not in meant:
            return subject
        known = codec.subject(launched, subject.run)
        if subject.step is not None and subject.step != known.step:
            return subject
        return known
