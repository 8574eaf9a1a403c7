"""Runs that were started without labjournal, taken into the journal; what cannot be known is marked as such."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import labjournal
from labjournal import facts, machine
from labjournal.errors import InputError, JournalUnavailableError, NotFoundError
from labjournal.launchers import liveness, records
from labjournal.launchers.base import where
from labjournal.model import Status
from labjournal.paths import JournalPaths, RunPaths
from labjournal.runner import commands, numbering
from labjournal.runner.request import Launched
from labjournal.store import Store
from labjournal.tags import ENV_RUN_ID
from labjournal.watch.masking import masked_argv

_NOT_KNOWN = "adopted: the code it started from is not known"
_STAMP = re.compile(r"tfevents\.(\d{9,10})\.")


def adopt_process(
    pid: int, paths: JournalPaths, store: Store, name: str | None, reason: str | None, logdir: str | None
) -> Launched:
    """Take in a running process: followed from now on, its code and output until now unknown.

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
    _refuse_known(pid, ticks, environment.get(ENV_RUN_ID), paths, store)
    run = paths.run(facts.new_ulid(created))
    data = describe(name or _invented(command, paths), reason)
    data |= {
        "kind": commands.guess_kind(command or ["process"]),
        "command": masked_argv(command),
        "cwd": cwd,
        "logdir": str(Path(logdir).absolute()) if logdir else None,
    }
    because = f"process {pid} was started elsewhere; its code, its settings and its output are not known"
    moment = facts.now_iso(created)
    _write(run, data, moment, {"path": None, "because": because}, {"pid": pid, "start_ticks": ticks, **where(machine)})
    return Launched(run.id, data["name"], "RUNNING", (because,))


def _invented(command: list[str], paths: JournalPaths) -> str:
    return commands.invent_name(command or ["process"], numbering.claim(paths, len(paths.run_ids()) + 1))


def _refuse_known(pid: int, ticks: int | None, marked: str | None, paths: JournalPaths, store: Store) -> None:
    if marked and paths.run(marked).run.exists():
        raise InputError(f"Process {pid} belongs to run {marked[-6:].lower()} already.")
    for row in store.run_rows():
        if not Status(row.status).ended:
            for attempt in store.attempts(row.id):
                if attempt.pid == pid and attempt.start_ticks == ticks:
                    raise InputError(f"Process {pid} is run {row.id[-6:].lower()} already.")


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
        said = facts.make("adopted", adopted, run=run.id)
        facts.append(facts.writer_path(run.facts, 1, "adopt"), [said], sync=True)
    except OSError as error:
        raise JournalUnavailableError(
            f"The run cannot be recorded in {run.folder}: {error.strerror}.", "Free some space, or name another place."
        ) from error
