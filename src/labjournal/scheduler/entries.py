"""What waits: one file a run in the journal's ``queue`` folder.

The file holds everything its start needs, the environment and the command with its secrets included, so only its
owner may read it, and it is removed the moment the run's attempt is on disk. While it stands, the run is QUEUED and
nobody can call it lost; it may be started by its owner on the machine it was queued on, however often that is tried:
the exclusive claim in the run's folder lets one of all tries go on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from labjournal import facts
from labjournal.launchers.base import Plan
from labjournal.paths import JournalPaths

_SUFFIX = ".json"
PAUSED = ".paused"
"""The file that holds the queue while it stands."""


class After(NamedTuple):
    """A run that has to end first."""

    run: str
    """Full id."""
    however: bool = False
    """Also when it does not end well."""


class Code(NamedTuple):
    """What a run's code is held against when its turn comes."""

    root: str
    commit: str
    drift: str = "freeze"
    """freeze, warn or refuse."""
    link: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    untracked_file_bytes: int = 1_000_000
    untracked_total_bytes: int = 20_000_000
    worktree_bytes: int = 2_000_000_000
    """A larger checkout is not made."""


class Needs(NamedTuple):
    """What has to be there before a run can start."""

    gpus: int = 0
    gpu_memory_bytes: int | None = None
    """Of each GPU; None takes whole ones."""
    visible: str | None = None
    """CUDA_VISIBLE_DEVICES of whoever queued it: the GPUs to choose from."""
    lane: str | None = None
    """Runs of one lane share its width; None for those that only GPUs limit."""
    width: int = 1
    after: tuple[After, ...] = ()


class Entry(NamedTuple):
    """A run that waits."""

    plan: Plan
    name: str
    priority: int
    """Higher ones first; then whoever came first."""
    needs: Needs
    machine: str
    host: str
    code: Code | None = None

    @property
    def run_id(self) -> str:
        return self.plan.run_id

    @property
    def order(self) -> tuple[int, str]:
        return (-self.priority, self.plan.run_id)


def names(paths: JournalPaths) -> list[str]:
    """The ids of all runs that wait, unsorted."""
    return [run_id for run_id, _ in listed(paths)]


def listed(paths: JournalPaths) -> list[tuple[str, int]]:
    """Each run that waits with the inode of its entry: an entry is replaced, never changed."""
    try:
        with os.scandir(paths.queue) as found:
            return [
                (entry.name[: -len(_SUFFIX)], entry.inode())
                for entry in found
                if entry.name.endswith(_SUFFIX) and not entry.name.startswith(".")
            ]
    except OSError:
        return []


def stopped(paths: JournalPaths, run_ids: Iterable[str]) -> set[str]:
    """Those that were asked to stop: that is written down also while nothing is started.

    A look asks this of a thousand runs: from the folder of runs, and without an exception for each that was not.
    """
    try:
        runs = os.open(paths.runs, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return set()
    try:
        return {run_id for run_id in run_ids if os.access(f"{run_id}/stop.json", os.F_OK, dir_fd=runs)}
    finally:
        os.close(runs)


def path_of(paths: JournalPaths, run_id: str) -> Path:
    return paths.queue / f"{run_id}{_SUFFIX}"


def write(paths: JournalPaths, entry: Entry) -> None:
    """Put a run into the queue, or in place of what was said of it before. Raises OSError."""
    paths.queue.mkdir(exist_ok=True)
    raw = entry._asdict() | {"v": 1, "queued_at": facts.now_iso()}
    raw["plan"] = entry.plan._asdict()
    raw["needs"] = entry.needs._asdict()
    raw["needs"]["after"] = [after._asdict() for after in entry.needs.after]
    raw["code"] = None if entry.code is None else entry.code._asdict()
    place = path_of(paths, entry.run_id)
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    # ASCII: arguments and variables need not be UTF-8, and JSON keeps lone surrogates as \udcxx.
    payload = json.dumps(raw, sort_keys=True).encode("ascii")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        while payload:
            payload = payload[os.write(fd, payload) :]
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(beside, place)


def read(path: Path) -> Entry:
    """One entry. Raises OSError, and ValueError when the file holds none."""
    raw = json.loads(path.read_bytes())
    try:
        return Entry(
            plan=_plan(raw["plan"]),
            name=str(raw["name"]),
            priority=int(raw["priority"]),
            needs=_needs(raw["needs"]),
            machine=str(raw["machine"]),
            host=str(raw["host"]),
            code=None if raw["code"] is None else Code(**_tuples(Code, raw["code"])),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is no entry of a queue: {error}") from error


def _plan(raw: Mapping[str, Any]) -> Plan:
    return Plan(**_tuples(Plan, raw))


def _needs(raw: Mapping[str, Any]) -> Needs:
    return Needs(**{**_tuples(Needs, raw), "after": tuple(After(**after) for after in raw.get("after", ()))})


def _tuples(kind: Any, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The known fields; those of a newer version are passed over."""
    known = {name: value for name, value in raw.items() if name in kind._fields}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}
