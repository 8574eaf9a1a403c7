"""What an export carries and this journal does not hold yet, stated here under the ids it has there.

The same fact is one fact wherever it comes from: importing again adds nothing, a journal that was lost is what its
export told, and `labjournal pull` of the same journal puts the whole of a run in the place of what is told of it here.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labjournal import facts
from labjournal.errors import JournalUnavailableError
from labjournal.export.carried import OF_RUN, TAINT, WATCH
from labjournal.facts import Fact, derived_id
from labjournal.launchers import records
from labjournal.paths import JournalPaths, RunPaths
from labjournal.reimport.carried import Carried
from labjournal.runner import adoption
from labjournal.store import Store

_OF_A_PROCESS = ("supervisor_pid", "supervisor_ticks", "pid", "start_ticks", "machine", "boot", "pid_namespace", "host")
_IN_FILES = ("run", "attempt", "exit")
"""Kinds that have a file of their own in the folder of a run."""
_UNKNOWN_END = "imported: how it ended is not known"


@dataclass(frozen=True, slots=True)
class Taken:
    """What is to be stated here."""

    runs: tuple[tuple[Fact, ...], ...] = ()
    """The facts of each run that is not here yet, or of which an earlier import told less."""
    stated: tuple[Fact, ...] = ()
    marks: tuple[Fact, ...] = ()
    """Results among these that were retracted there, each mark with a reason."""


def taken(
    carried: Sequence[tuple[Path, Carried]], paths: JournalPaths, held: Collection[str], faults: Sequence[Fact]
) -> Taken:
    """What this journal does not hold yet of what the files carry.

    Args:
        carried: each file with its facts.
        paths: this journal.
        held: ids of the facts it holds.
        faults: those of its register.
    """
    every = {fact.id: (file, fact) for file, one in carried for fact in one.facts}
    own = {fact.data.get("name") for fact in faults if not fact.data.get("imported")}
    of_runs: dict[str, list[Fact]] = {}
    marks, stated = [], []
    for file, fact in every.values():
        if fact.kind in OF_RUN or fact.kind == WATCH:
            of_runs.setdefault(str(fact.run), []).append(_at_home(fact, paths))
        elif fact.kind == TAINT:
            marks += [fact] if isinstance(fact.data.get("on"), list) else []
        elif fact.id not in held and not _of_own_fault(fact, own):
            stated.append(_imported(_at_home(_placed(fact, file), paths)))
    new = [tuple(said) for run, said in of_runs.items() if _tells_more(paths.run(run), said, held)]
    fresh = {f"r:{fact.id}" for fact in stated}
    marks = [
        fact._replace(data={**fact.data, "on": [ref for ref in fact.data["on"] if ref in fresh]}) for fact in marks
    ]
    return Taken(tuple(new), tuple(map(_made, stated)), tuple(mark for mark in marks if mark.data["on"]))


def _of_own_fault(fact: Fact, own: Collection[object]) -> bool:
    """A fault of another repository that is called as one of this: the two are not mixed."""
    return fact.data.get({"fault": "name", "fault_mark": "fault"}.get(fact.kind, "")) in own


def _imported(fact: Fact) -> Fact:
    """A fault is marked: it is looked for in the code of this repository only where that knows its commits."""
    return _with(fact, {"imported": True}) if fact.kind == "fault" else fact


def _tells_more(run: RunPaths, said: Sequence[Fact], held: Collection[str]) -> bool:
    if not any(fact.kind == "run" for fact in said):
        return False
    return not run.run.exists() or (run.exported.exists() and any(fact.id not in held for fact in said))


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


def _at_home(fact: Fact, paths: JournalPaths) -> Fact:
    """A folder as it lies in this project; a training that only a diary speaks of had none."""
    if fact.kind not in ("run", "sweep") or "cwd" not in fact.data:
        return fact
    return _with(fact, {"cwd": os.path.normpath(paths.project / str(fact.data["cwd"] or "."))})


def state(found: Taken, paths: JournalPaths) -> None:
    """Write it down: runs first, because what is said of them would else speak of nothing.

    Raises JournalUnavailableError; importing again then goes on where it stopped.
    """
    try:
        for run in found.runs:
            _write_run(paths.run(str(run[0].run)), run)
        if found.runs:
            os.sync()  # of thousands of files once
        if found.stated:
            facts.append(paths.my_facts, list(found.stated), sync=True, lock=True)
    except OSError as error:
        raise JournalUnavailableError(
            f"The import stopped: {error.strerror or error}.", "Import again when there is room: nothing is doubled."
        ) from error


def unmarked(found: Taken, store: Store) -> list[Fact]:
    """Retractions of results that were retracted there and are not here, now that all is folded.

    The one that marked them stands in a part of the export that is not here, or is of a fault of other code.
    """
    known = {f"r:{result.id}" for result in store.results(include_unassigned=True) if result.taint is None}
    said = ((mark, [ref for ref in mark.data["on"] if ref in known]) for mark in found.marks)
    return [facts.make("retract", {**mark.data, "on": on}, None, mark.t, mark.id) for mark, on in said if on]


def _write_run(run: RunPaths, said: Sequence[Fact]) -> None:
    """The folder of a run that an export tells of; without an end how it ended is not known."""
    told = next(fact for fact in said if fact.kind == "run")
    run.attempts.mkdir(parents=True, exist_ok=True)
    began = [fact for fact in said if fact.kind == "attempt"]
    for fact in began:
        records.write(run.attempt(_number(fact, "n")), _made(_with(fact, dict.fromkeys(_OF_A_PROCESS))))
    ends = sorted((fact for fact in said if fact.kind == "exit"), key=lambda fact: (_number(fact, "attempt"), fact.t))
    for fact in ends[:-1]:
        records.write(run.earlier_exit(_number(fact, "attempt")), _made(fact))
    last = max((_number(fact, "n") for fact in began), default=1)
    unknown = {"attempt": last, "status": "LOST", "cause": _UNKNOWN_END, "ended_at": told.t}
    end = ends[-1] if ends else Fact(derived_id("end", run.id), told.t, "exit", "", "", run.id, unknown)
    records.write(run.exit, _made(end))
    because = "imported from an exported diary: only what that tells is known"
    adopted = facts.make("adopted", {"path": None, "because": because}, run.id, told.t, derived_id("adopted", run.id))
    rest = [_made(fact) for fact in said if fact.kind not in _IN_FILES]
    run.facts.mkdir(exist_ok=True)
    run.exported.unlink(missing_ok=True)
    facts.append(run.exported, [adopted, *rest])
    # Last, because a folder without it is no run: an import that is cut off here starts over.
    unsaid = adoption.describe(str(told.data.get("name") or "run"))
    code = {"snapshot": {"commit": None, **(told.data.get("snapshot") or {})}}
    records.write(run.run, _made(told._replace(data=unsaid | told.data | code)))


def _with(fact: Fact, more: Mapping[str, Any]) -> Fact:
    return fact._replace(data={**fact.data, **more})


def _made(fact: Fact) -> Fact:
    """The fact as stated by whoever imports it."""
    return facts.make(fact.kind, fact.data, fact.run, fact.t, fact.id)


def _number(fact: Fact, key: str) -> int:
    number = fact.data.get(key)
    return number if isinstance(number, int) else 1
