"""The export of another journal: its blocks carry the facts they tell of, and these are taken instead of the words.

Only a block that nobody changed speaks for its facts. What else stands in the file is read as a diary by hand.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from labjournal import facts
from labjournal.errors import JournalUnavailableError
from labjournal.export.blocks import Found, parse
from labjournal.export.carried import BEGIN, END, TAINT
from labjournal.export.prose import lifted
from labjournal.facts import Fact, derived_id
from labjournal.launchers import records
from labjournal.model import EntryKind
from labjournal.paths import JournalPaths, RunPaths
from labjournal.reimport import folding
from labjournal.runner import adoption

_ULID = re.compile(r"(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Z])")
_KINDS = frozenset(f"run exit finding result predictions {TAINT} retract lift entry amend entry_state git_tag".split())
"""A gate that was opened elsewhere opens none here, and no fault of another repository is one of this."""
_OF_A_PROCESS = ("supervisor_pid", "supervisor_ticks", "pid", "start_ticks", "machine", "boot", "pid_namespace", "host")
STATED = tuple(_KINDS - {"run", "exit", TAINT})
ENTRIES = ("entry", "retract", "lift", "git_tag")
"""Kinds that stand in the diary."""
_REFERENCES = frozenset("on by subject parent validates measured_by result entry retraction".split())
"""Keys of facts whose texts name runs and other facts."""
_DAY_ONLY = re.compile(r"(?:day|read)-\d{4}-\d\d-\d\d\Z")
_DATED = re.compile(r"^# \d{4}-\d\d-\d\d$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Carried:
    """What an export says in full, and what is left of its text for who reads diaries."""

    facts: tuple[Fact, ...]
    lines: Mapping[str, int]
    """Fact id -> the line of the file that its block begins in."""
    rest: str
    """The text with empty lines for what was taken, so that lines keep their numbers."""


def read(path: Path, text: str, ours: Collection[str] = ()) -> Carried | None:
    """The facts that the blocks of a file carry, but for ``ours``; None where nothing of it is of another journal.

    Files of older versions carry none: then their words are read.
    """
    stated: list[Fact] = []
    at: dict[str, int] = {}
    rest: list[str] = []
    number, parts = 1, parse(text)
    shown = folding.tables_of(path)
    if BEGIN in text:
        shown |= {part.id for part in parts if isinstance(part, Found) and _DAY_ONLY.match(part.id)}
    for part in parts:
        words = part if isinstance(part, str) else part.text
        told = list(_told(part)) if isinstance(part, Found) and not part.edited and part.id not in ours else []
        for fact in told:
            at.setdefault(fact.id, number)
        stated += told
        rest.append(_emptied(words) if isinstance(part, Found) and (told or part.id in shown) else words)
        number += words.count("\n")
    whole = Carried(tuple({fact.id: fact for fact in stated}.values()), at, "".join(rest))
    return whole if stated or shown & {part.id for part in parts if isinstance(part, Found)} else None


def _emptied(words: str) -> str:
    """As many lines without words; the date of a day stays, because text between the blocks is of that day."""
    return "\n".join(line if _DATED.match(line) else "" for line in words.split("\n"))


def _told(block: Found) -> Iterator[Fact]:
    before, _, after = block.text.rpartition(f"\n{BEGIN}\n")
    for line in after.partition(f"\n{END}")[0].split("\n") if before else ():
        try:
            said = json.loads(line)
            fact = Fact(said["id"], said["t"], said["kind"], "", "", said.get("run"), said["data"])
        except (ValueError, KeyError, TypeError):
            continue  # of a newer version
        if fact.kind in _KINDS and isinstance(fact.data, dict) and isinstance(fact.t, str):
            yield _with_words(fact, before.replace("\r\n", "\n").split("\n")[1:])


def _with_words(fact: Fact, block: Sequence[str]) -> Fact:
    """An entry with the words of its block, where the fact only says how many lines of it they are."""
    lines = fact.data.get("lines")
    if fact.kind != "entry" or not isinstance(lines, int):
        return fact
    words = lifted("\n".join(block[2 : 2 + lines]), level=2)  # below the title and an empty line
    return fact._replace(data={**{key: value for key, value in fact.data.items() if key != "lines"}, "text": words})


@dataclass(frozen=True, slots=True)
class Taken:
    """What is to be stated here."""

    runs: tuple[tuple[Fact, Fact | None], ...] = ()
    """(run, its end if it is told)."""
    stated: tuple[Fact, ...] = ()


def to_json(one: Carried) -> dict[str, list[dict[str, Any]]]:
    """What is carried in the shape of ``labjournal import PATH --dry-run``."""
    runs = {fact.run: fact.data.get("name") for fact in one.facts if fact.kind == "run"}
    entries = [
        {"date": _day(fact), "title": _title(fact), "kind": _entry_kind(fact), "line": one.lines[fact.id]}
        for fact in one.facts
        if fact.kind in ("entry", "retract", "git_tag")
    ]
    results = [_result_json(fact, runs, one.lines[fact.id]) for fact in one.facts if fact.kind == "result"]
    return {"entries": entries, "results": results}


def _day(fact: Fact) -> str:
    return datetime.fromisoformat(fact.t).astimezone().date().isoformat()


def _entry_kind(fact: Fact) -> str:
    own = {"retract": EntryKind.RETRACTION, "git_tag": EntryKind.GIT_TAG}.get(fact.kind)
    return own.value if own is not None else str(fact.data.get("kind", EntryKind.NOTE.value))


def _title(fact: Fact) -> str:
    words = fact.data.get("text") or fact.data.get("why") or fact.data.get("name") or ""
    return str(words).strip("\n").partition("\n")[0]


def _result_json(fact: Fact, runs: Mapping[str | None, Any], line: int) -> dict[str, Any]:
    data = fact.data
    subject, dataset, counts = data.get("subject", {}), data.get("dataset", {}), data.get("counts")
    if counts:
        correct = [row[at] for at, row in enumerate(counts["matrix"])]
        support = [sum(row) + unknown for row, unknown in zip(counts["matrix"], counts["unknown"], strict=True)]
        counts = {**counts, "correct": correct, "support": support}
    step = subject.get("step")
    return {
        "date": _day(fact),
        "run": runs.get(subject.get("run")),
        "checkpoint": subject.get("checkpoint") or (None if step is None else f"checkpoint-{step}"),
        "dataset": dataset.get("name"),
        "n": data.get("n"),
        "options": data.get("options", {}),
        "counts": counts,
        "metrics": data.get("metrics", {}),
        "line": line,
        "per_class": data.get("per_class", {}),
        "role": data.get("role"),
        "dataset_from": "text" if dataset.get("name") else None,
        "options_from": "text" if data.get("options") else None,
    }


def taken(carried: Sequence[tuple[Path, Carried]], paths: JournalPaths, known: Collection[str]) -> Taken:
    """What this journal does not hold yet of what the files carry.

    Runs and facts get ids that follow from theirs: importing again adds nothing, and a `pull` of the same journal is
    not kept from bringing the whole of a run. What was pulled before is not taken once more.

    Args:
        carried: each file with its facts.
        paths: this journal.
        known: ids of the facts it holds.
    """
    every = {fact.id: (file, fact) for file, one in carried for fact in one.facts}
    names = _Names(paths, known)
    ends = {fact.run: fact for _, fact in every.values() if fact.kind == "exit"}
    marked = _Marked([fact for _, fact in every.values()])
    runs, stated = [], []
    for file, fact in every.values():
        if fact.kind == "run" and fact.run is not None:
            if not paths.run(names.of(fact.run)).run.exists():
                end = ends.get(fact.run)
                runs.append((names.renamed(fact), names.renamed(end) if end is not None else None))
        elif fact.kind != "exit" and fact.id not in known:
            one = names.renamed(_placed(marked.retraction(fact) if fact.kind == TAINT else fact, file))
            if one.id not in known and (one.kind != "retract" or one.data.get("on") or one.data.get("introduced")):
                stated.append(one)
    return Taken(tuple(runs), tuple(stated))


class _Names:
    """What is called how here: as there where this journal holds it, else by an id that follows from that."""

    def __init__(self, paths: JournalPaths, known: Collection[str]) -> None:
        self._paths, self._known = paths, known
        self._here: dict[str, str] = {}

    def of(self, name: str) -> str:
        if name not in self._here:
            held = name in self._known or self._paths.run(name).run.exists()
            self._here[name] = name if held else name[:10] + derived_id("carried", name)[10:]
        return self._here[name]

    def renamed(self, fact: Fact) -> Fact:
        data = {key: self._value(value) if key in _REFERENCES else value for key, value in fact.data.items()}
        run = self.of(fact.run) if fact.run is not None else None
        return facts.make(fact.kind, data, run, fact.t, self.of(fact.id))

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return _ULID.sub(lambda found: self.of(found[0]), value)
        if isinstance(value, dict):
            return {key: self._value(item) for key, item in value.items()}
        return [self._value(item) for item in value] if isinstance(value, list) else value


class _Marked:
    """Results that are retracted in an export, by retractions that stand in it too or in a part that is not here."""

    def __init__(self, carried: Iterable[Fact]) -> None:
        carried = list(carried)
        self._runs = {f"r:{fact.id}": _run_of(fact) for fact in carried if fact.kind == "result"}
        said = [fact for fact in carried if fact.kind == "retract"]
        self._covered = {(fact.data.get("why"), ref) for fact in said for ref in fact.data.get("on", ())}

    def retraction(self, taint: Fact) -> Fact:
        """The retraction of the marked results that no other one names; on nothing where they all do."""
        why = taint.data.get("why")
        named = [
            ref for ref in taint.data.get("on", ()) if not {(why, ref), (why, self._runs.get(ref))} & self._covered
        ]
        return taint._replace(kind="retract", data={"on": named, "why": why})


def _run_of(result: Fact) -> str | None:
    subject = result.data.get("subject")
    return str(subject.get("run")) if isinstance(subject, dict) else None


def _placed(fact: Fact, file: Path) -> Fact:
    """A fact with its files as this machine finds them: the export names them as seen from itself."""
    data = dict(fact.data)
    if fact.kind == "predictions":
        data["path"] = _lies(str(data.get("path")), file)
    if data.get("attachments"):
        data["attachments"] = [_lies(str(one), file) for one in data["attachments"]]
    return fact._replace(data=data)


def _lies(path: str, file: Path) -> str:
    return os.path.normpath(file.absolute().parent / path)


def state(found: Taken, paths: JournalPaths) -> None:
    """Write it down: runs first, because what is said of them would else speak of nothing.

    Raises JournalUnavailableError; importing again then goes on where it stopped.
    """
    try:
        for run, end in found.runs:
            _write_run(paths.run(str(run.run)), run, end)
        if found.stated:
            facts.append(paths.my_facts, list(found.stated), sync=True, lock=True)
    except OSError as error:
        raise JournalUnavailableError(
            f"The import stopped: {error.strerror or error}.", "Import again when there is room: nothing is doubled."
        ) from error


def _write_run(run: RunPaths, told: Fact, end: Fact | None) -> None:
    """The folder of a run that another journal tells of; without an end how it ended is not known."""
    data = adoption.describe(str(told.data.get("name") or "run")) | told.data
    data["snapshot"] = {"commit": None, **(told.data.get("snapshot") or {})}
    ended = {"status": "LOST", "cause": "imported: how it ended is not known", "ended_at": told.t}
    run.attempts.mkdir(parents=True, exist_ok=True)
    began = end.data.get("started_at") if end is not None else None
    if began is not None:
        unknown = dict.fromkeys(
            "supervisor_pid supervisor_ticks pid start_ticks machine boot pid_namespace host".split()
        )
        records.write(run.attempt(1), facts.make("attempt", {"n": 1, **unknown}, run.id, str(began)))
    exit_data = {"attempt": 1, **(end.data if end is not None else ended)}
    records.write(run.exit, facts.make("exit", exit_data, run.id, end.t if end is not None else told.t))
    because = "imported from an exported diary: only what that tells is known"
    facts.append(run.facts / "1-import.jsonl", [facts.make("adopted", {"path": None, "because": because}, run.id)])
    # Last, because a folder without it is no run: an import that is cut off here starts over.
    records.write(run.run, facts.make("run", data, run.id, told.t), sync=True)
