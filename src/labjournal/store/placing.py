"""What a result did not say of itself: the checkpoint that its run was launched for, and which data that was.

A script states what it measured; which version of a checkpoint it was given stands in the launch, and the content of
the data set is known once the run has ended (fact `identified`). What the script did say is left as it stands.

Between a launch and its turn another run may write over the file of the checkpoint. What the process then opened is on
record by size and time, and where that is another file than the launch meant, its results count for nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from labjournal import filesystems
from labjournal.facts import Fact, number
from labjournal.model import Result, Subject
from labjournal.store import codec


class Placing:
    """The launch of a run, and what was found out about its results."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        launch = next((fact.data for fact in facts if fact.kind == "run"), {})
        self._validates = codec.mapping(launch.get("validates"))
        self._other_file = _other_file(launch, self._validates, facts)
        self._identified = {str(fact.data.get("result")): fact.data for fact in facts if fact.kind == "identified"}

    def place(self, fact_id: str, result: Result) -> Result:
        """The result with what is known of its checkpoint and its data."""
        subject = self._of_launch(result.subject)
        if self._other_file is not None and subject.run == self._validates.get("run"):
            result = replace(result, dismissed=self._other_file)
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


def _other_file(launch: Mapping[str, Any], validates: Mapping[str, Any], facts: Sequence[Fact]) -> str | None:
    """In words, that the file which was opened as the checkpoint is not as the launch found it; None when it is."""
    written_at = codec.moment(validates.get("written_at"))
    path = validates.get("path")
    if written_at is None or not validates.get("version") or not isinstance(path, str):
        return None
    file = os.path.normpath(os.path.join(str(launch.get("cwd") or ""), path))
    opened = [fact.data for fact in facts if fact.kind == "file_opened" and fact.data.get("path") == file]
    for data in opened:
        mtime = number(data.get("mtime"))
        same_time = mtime is None or filesystems.same_time(mtime, written_at.timestamp())
        if same_time and data.get("size") == validates.get("size"):
            return None
    return f"{path} was written over between launch and reading: not the weights that were meant" if opened else None
