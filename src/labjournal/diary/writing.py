"""What people say: notes, corrections, states, retractions, faults, results by hand.

Everything is appended to the user's own file of facts, under a lock and flushed to the disk before the call returns.
Nothing is ever rewritten: a correction is a new fact, and the old wording stays readable.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labjournal import facts
from labjournal.errors import InputError, JournalUnavailableError
from labjournal.model import Counts, EntryKind, Role
from labjournal.paths import JournalPaths

_OF_THE_JOURNAL = (EntryKind.LAUNCH, EntryKind.END, EntryKind.ALARM, EntryKind.GIT_TAG, EntryKind.STAGE, EntryKind.GATE)
HUMAN_KINDS = tuple(kind for kind in EntryKind if kind not in (*_OF_THE_JOURNAL, EntryKind.RETRACTION))
"""Kinds a person may give to a note; a retraction is made by ``Diary.retract``, because it marks results."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A result as a person states it."""

    metrics: Mapping[str, float]
    run: str | None = None
    """Full id of the run it speaks of."""
    checkpoint: str | None = None
    step: int | None = None
    measured_by: str | None = None
    dataset: str | None = None
    dataset_hash: str | None = None
    class_counts: Mapping[str, int] | None = None
    n: int | None = None
    options: Mapping[str, str] | None = None
    counts: Counts | None = None
    per_class: Mapping[str, Mapping[str, float | int | None]] | None = None
    digits: Mapping[str, int] | None = None
    """Decimals as the person wrote them."""
    objective: str | None = None
    """Version of what was optimized, where values of two of them must not be mixed."""
    role: Role = Role.VALIDATION
    how: str = "stated"
    rule: str | None = None
    rule_version: int | None = None
    file: str | None = None
    line: int | None = None
    offset: int | None = None
    text: str | None = None
    fact_id: str | None = None
    """For a reading: derived from what was read, so that the same file read twice is one result."""


class Diary:
    """Writes the words of one user on one host."""

    def __init__(self, paths: JournalPaths, clock: Callable[[], float] = time.time) -> None:
        self._paths = paths
        self._clock = clock

    def note(
        self,
        text: str,
        kind: EntryKind = EntryKind.NOTE,
        on: Sequence[str] = (),
        run: str | None = None,
        attachments: Sequence[str] = (),
        study: str | None = None,
    ) -> str:
        """Write an entry and return its id. ``on`` holds full run ids, ``r:``, ``f:``, ``e:`` and commits."""
        if kind not in HUMAN_KINDS:
            raise InputError(f"An entry of the kind {kind.value} is written by the journal itself.", _KINDS_HINT)
        if not text.strip():
            raise InputError("An empty note says nothing.", "Give a text, or -e to open the editor.")
        data = {"kind": kind.value, "text": text, "on": list(on), "attachments": list(attachments)}
        return self._state("entry", data | _said(study=study), run)

    def amend(self, entry: str, text: str) -> str:
        """Give an entry a new wording; the old one stays readable."""
        if not text.strip():
            raise InputError("An empty wording says nothing.", "To take a note back, amend it to say so.")
        return self._state("amend", {"entry": entry.removeprefix("e:"), "text": text})

    def state(self, entry: str, state: str, why: str = "", by: Sequence[str] = ()) -> str:
        """Say what became of a hypothesis, a question or a plan; ``by`` names the results or runs that show it."""
        data = {"entry": entry.removeprefix("e:"), "state": state, "why": why, "by": list(by)}
        return self._state("entry_state", data)

    def retract(
        self, on: Sequence[str] = (), introduced: str | None = None, fixed: str | None = None, why: str = ""
    ) -> str:
        """Mark results, all results of runs, or everything since a commit, as not to be used; returns the fact's id."""
        if not on and introduced is None:
            raise InputError("Nothing to retract was named.", "Give --on REF, or --introduced COMMIT.")
        if fixed is not None and introduced is None:
            raise InputError("--fixed needs --introduced.", "Name the commit that brought the fault as well.")
        data = {"on": list(on), "introduced": introduced, "fixed": fixed, "why": why}
        return self._state("retract", data)

    def fault(self, name: str, **said: str | None) -> str:
        """Add to the register of faults: ``symptom``, ``cause``, ``introduced``, ``fixed``, ``proof`` and the like.

        What is not said stays as it was. Raises InputError for a name that could not be typed again.
        """
        if not _FAULT_NAME.fullmatch(name):
            raise InputError(f"{name!r} is no name of a fault.", "Letters, digits, '-', '_' and '.': adapter-not-fed.")
        return self._state("fault", {"name": name, **said})

    def reference(
        self,
        name: str,
        metrics: Mapping[str, float],
        dataset: str | None = None,
        options: Mapping[str, str] | None = None,
        why: str | None = None,
    ) -> str:
        """State values that results are held against; without any the reference is taken back."""
        data = {"name": name, "metrics": dict(metrics), "dataset": dataset, "options": dict(options or {}), "why": why}
        return self._state("reference", data)

    def lift(self, retraction: str, why: str = "") -> str:
        """Say that a retraction no longer holds."""
        return self._state("lift", {"retraction": retraction.removeprefix("e:"), "why": why})

    def git_tag(self, name: str, commit: str, message: str = "", run: str | None = None) -> str:
        """Say that a git tag was set on a commit."""
        return self._state("git_tag", {"name": name, "commit": commit, "message": message}, run)

    def result(self, measured: Measured) -> str:
        """State a result; returns its id."""
        return self.results([measured])[0]

    def results(self, measured: Iterable[Measured]) -> list[str]:
        """State several results in one write."""
        stated = [facts.make("result", result_data(one), one.measured_by, self._now(), one.fact_id) for one in measured]
        self._append(stated)
        return [fact.id for fact in stated]

    def predictions(
        self,
        result: str,
        path: str,
        sha256: str,
        n: int,
        run: str | None = None,
        grouped: tuple[int, Mapping[str, float]] | None = None,
        auc: tuple[float, float] | None = None,
    ) -> str:
        """Say where the predictions lie that a result follows from, and what the file held.

        ``grouped``: how many groups the events come in, and the design effect of each share of events; ``auc``: the
        interval of the area.
        """
        more = {} if grouped is None else {"groups": grouped[0], "design": dict(grouped[1])}
        more |= _said(auc=None if auc is None else list(auc))
        return self._state("predictions", {"result": result, "path": path, "sha256": sha256, "n": n, **more}, run)

    def assign(
        self,
        result: str,
        role: Role = Role.VALIDATION,
        dataset: str | None = None,
        checkpoint: str | None = None,
        options: Mapping[str, str] | None = None,
        subject: Mapping[str, Any] | None = None,
    ) -> str:
        """Say what an unassigned result was measured on and for."""
        data: dict[str, Any] = {"result": result, "role": role.value, "dataset": dataset, "checkpoint": checkpoint}
        data["options"] = dict(options) if options else None
        data["subject"] = dict(subject) if subject else None
        return self._state("assign", data)

    def dismiss(self, result: str, why: str = "") -> str:
        """Say that a result was misread, or is none."""
        return self._state("dismiss", {"result": result, "why": why})

    def acknowledge(self, finding: str, why: str) -> str:
        """Say that a finding is known and need not be shown as open any more."""
        return self._state("ack", {"finding": finding.removeprefix("f:"), "why": why})

    def open_again(self, finding: str, why: str = "") -> str:
        """Take an acknowledgement back: the finding asks for somebody again."""
        return self._state("ack", {"finding": finding.removeprefix("f:"), "why": why, "open": True})

    def seen(self, face: str, until: str | None = None) -> str:
        """Say that the owner has looked; ``until`` (ISO): only at what happened before, which takes a word back."""
        return self._state("seen", {"face": face} | _said(until=until))

    def _state(self, kind: str, data: dict[str, Any], run: str | None = None) -> str:
        fact = facts.make(kind, data, run, self._now())
        self._append([fact])
        return fact.id

    def _now(self) -> str:
        return facts.now_iso(self._clock())

    def _append(self, stated: list[facts.Fact]) -> None:
        try:
            facts.append(self._paths.my_facts, stated, sync=True, lock=True)
        except OSError as error:
            raise JournalUnavailableError(
                f"Nothing was written: {self._paths.my_facts}: {error.strerror or error}.",
                "Is the disk full, or the folder read-only?",
            ) from error


_FAULT_NAME = re.compile(r"[\w.-]{1,60}")
_KINDS_HINT = f"Kinds: {', '.join(kind.value for kind in HUMAN_KINDS)}."


def result_data(measured: Measured) -> dict[str, Any]:
    """The ``data`` of a result fact (docs/formats.md), without what was not said."""
    counts = measured.counts
    dataset = {
        "name": measured.dataset,
        "hash": measured.dataset_hash,
        "class_counts": dict(measured.class_counts) if measured.class_counts else None,
        "source": "command line" if measured.dataset and measured.how == "stated" else None,
    }
    data: dict[str, Any] = {
        "subject": _said(run=measured.run, checkpoint=measured.checkpoint, step=measured.step),
        "measured_by": measured.measured_by,
        "dataset": {key: value for key, value in dataset.items() if value is not None},
        "options": dict(measured.options or {}),
        "metrics": dict(measured.metrics),
        "n": measured.n,
        "role": measured.role.value,
        "how": measured.how,
    }
    if counts is not None:
        data["counts"] = {
            "labels": list(counts.labels),
            "matrix": [list(row) for row in counts.matrix],
            "unknown": list(counts.unknown),
        }
    data |= _said(
        per_class={label: dict(row) for label, row in (measured.per_class or {}).items()} or None,
        digits=dict(measured.digits) if measured.digits else None,
        objective=measured.objective,
        rule=measured.rule,
        rule_version=measured.rule_version,
        file=measured.file,
        line=measured.line,
        offset=measured.offset,
        text=measured.text,
    )
    return data


def _said(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
