"""Runs that were started without labjournal, taken into the journal; what cannot be known is marked as such."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import labjournal
from labjournal import facts, machine
from labjournal.errors import InputError, JournalUnavailableError, NotFoundError
from labjournal.facts import Fact
from labjournal.launchers import liveness, records
from labjournal.launchers.base import where
from labjournal.model import Run, Status
from labjournal.paths import JournalPaths, RunPaths
from labjournal.runner import commands, numbering
from labjournal.runner.request import Launched
from labjournal.store import Store
from labjournal.store.runs import logdir_of
from labjournal.tags import ENV_RUN_ID
from labjournal.watch.masking import masked_argv

_NOT_KNOWN = "adopted: the code it started from is not known"
_STAMP = re.compile(r"tfevents\.(\d{9,10})\.")


def adopt_process(
    pid: int, paths: JournalPaths, store: Store, name: str | None, reason: str | None, logdir: str | None
) -> Launched:
    """Take in a running process: followed from now on, its code and output until now unknown.

    With ``logdir``, one that is adopted already and has no curves gets those of that folder.

    Raises NotFoundError when there is no such process, InputError when it belongs to a run already.
    """
    import psutil

    try:
        process = psutil.Process(pid)
        command, created = process.cmdline(), process.create_time()
        cwd, environment = process.cwd(), process.environ()
    except psutil.NoSuchProcess as error:
        raise NotFoundError(f"There is no process {pid}.") from error
    except psutil.AccessDenied as error:
        raise InputError(f"Process {pid} belongs to somebody else.", "Its owner can adopt it.") from error
    ticks = machine.process_start_ticks(pid)
    folder = str(Path(logdir).absolute()) if logdir else None
    _refuse_marked(pid, environment.get(ENV_RUN_ID), paths)
    known = _known(pid, ticks, store)
    if known is not None and folder and without_curves(known, store):
        because = f"{known.name} writes its event files to {folder}, as was said later"
        said = facts.make("adopted", {"path": folder, "because": because, "logdir": folder}, run=known.id)
        _say(paths.run(known.id), said)
        return Launched(known.id, known.name, "RUNNING", (because,))
    if known is not None:
        raise InputError(f"Process {pid} is run {known.id[-6:].lower()} already.")
    run = paths.run(facts.new_ulid(created))
    data = describe(name or _invented(command, paths), reason)
    data |= {
        "kind": commands.guess_kind(command or ["process"]),
        "command": masked_argv(command),
        "cwd": cwd,
        "logdir": folder,
    }
    because = f"process {pid} was started elsewhere; its code, its settings and its output are not known"
    moment = facts.now_iso(created)
    _write(run, data, moment, {"path": None, "because": because}, {"pid": pid, "start_ticks": ticks, **where(machine)})
    return Launched(run.id, data["name"], "RUNNING", (because,))


def _invented(command: list[str], paths: JournalPaths) -> str:
    return commands.invent_name(command or ["process"], numbering.claim(paths, len(paths.run_ids()) + 1))


def _refuse_marked(pid: int, marked: str | None, paths: JournalPaths) -> None:
    if marked and paths.run(marked).run.exists():
        raise InputError(f"Process {pid} belongs to run {marked[-6:].lower()} already.")


def _known(pid: int, ticks: int | None, store: Store) -> Run | None:
    """The run that the process was taken in as."""
    for row in store.run_rows():
        if not Status(row.status).ended:
            for attempt in store.attempts(row.id):
                if attempt.pid == pid and attempt.start_ticks == ticks:
                    return store.run(row.id)
    return None


def without_curves(run: Run, store: Store) -> str | None:
    """What to say of an adopted process of which no event file is known, and what to do; None of any other run."""
    if run.launcher != liveness.ADOPTED or not run.command or store.series_list(run.id):
        return None
    known = f"no event file of it was found below {logdir_of(store.run_facts(run.id)) or run.cwd}: it has no curves"
    if run.status.ended:
        return f"{known}. labjournal adopt DIR takes in the folder it wrote to"
    pid = next((attempt.pid for attempt in store.attempts(run.id)), None)
    return f"{known} yet. Where it writes them elsewhere, say so: labjournal adopt {pid} --logdir DIR"


def adopt_folder(folder: Path, paths: JournalPaths, name: str | None, reason: str | None) -> Launched:
    """Take in a folder of event files, ended or still growing.

    Raises NotFoundError when no event file lies in it, InputError when a run has it already.
    """
    folder = folder.absolute()
    files = [Path(top, file) for top, _, names in os.walk(folder) for file in names if "tfevents" in file]
    if not files:
        raise NotFoundError(f"No event file lies in {folder}.", "Name the folder that SummaryWriter wrote to.")
    _refuse_taken(folder, paths)
    first = min(_began(file) for file in files)
    run = paths.run(facts.new_ulid(first))
    data = describe(name or folder.name or "run", reason)
    data |= {"cwd": str(folder.parent), "logdir": str(folder)}
    because = "only its event files are known: not its command, its code, its settings or how it ended"
    _write(run, data, facts.now_iso(first), {"path": str(folder), "because": because}, {})
    seen = liveness.observe(run, machine)
    return Launched(run.id, data["name"], seen.status.value, (because,))


def _refuse_taken(folder: Path, paths: JournalPaths) -> None:
    for run_id in paths.run_ids():
        fact = records.read(paths.run(run_id).run)
        logdir = fact.data.get("logdir") if fact is not None else None
        if logdir and os.path.realpath(str(logdir)) == os.path.realpath(folder):
            raise InputError(f"{folder} belongs to run {run_id[-6:].lower()} already.")


def _began(file: Path) -> float:
    stamp = _STAMP.search(file.name)
    return float(stamp[1]) if stamp else file.stat().st_mtime


def describe(name: str, reason: str | None = None, missing: str = _NOT_KNOWN) -> dict[str, Any]:
    """The data of the ``run`` fact of a run that was not launched here; ``missing`` says why its code is not known."""
    return {
        "name": name,
        "kind": "train",
        "reason": reason,
        "command": [],
        "launcher": liveness.ADOPTED,
        "settings": {},
        "snapshot": {"commit": None, "missing": missing},
        "validates": None,
        "changes": [],
        "labjournal": labjournal.__version__,
    }


def _write(run: RunPaths, data: dict[str, Any], moment: str, adopted: dict[str, Any], process: dict[str, Any]) -> None:
    """The folder of the run; ``process`` is what is known of it, nothing when only its files are."""
    unknown = dict.fromkeys(("supervisor_pid", "supervisor_ticks", "pid", "start_ticks", "machine", "boot"))
    attempt = {"n": 1, "command": data["command"], **unknown, "pid_namespace": None, "host": None, **process}
    try:
        run.folder.mkdir(parents=True)
        records.write(run.run, facts.make("run", data, run=run.id, t=moment), sync=True)
        run.attempts.mkdir()
        records.write(run.attempt(1), facts.make("attempt", attempt, run=run.id, t=moment))
    except OSError as error:
        raise _unwritable(run, error) from error
    _say(run, facts.make("adopted", adopted, run=run.id))


def _say(run: RunPaths, said: Fact) -> None:
    try:
        facts.append(facts.writer_path(run.facts, 1, "adopt"), [said], sync=True)
    except OSError as error:
        raise _unwritable(run, error) from error


def _unwritable(run: RunPaths, error: OSError) -> JournalUnavailableError:
    return JournalUnavailableError(
        f"The run cannot be recorded in {run.folder}: {error.strerror}.", "Free some space, or name another place."
    )
