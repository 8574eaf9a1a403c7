"""The queue as the faces show it: what waits, and for what, as the last look found it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from labjournal import facts
from labjournal.launchers import attempts, records
from labjournal.paths import JournalPaths, RunPaths
from labjournal.scheduler import entries, pausing
from labjournal.scheduler.entries import After

NOT_LOOKED = "in the queue"
PAUSED = "the queue is paused"
_PREFIX = ".waiting-"


class Board:
    """Where a keeper keeps the reasons for others to read."""

    def __init__(self, paths: JournalPaths) -> None:
        self._path = paths.queue / f"{_PREFIX}{facts.host_name()}-{os.getuid()}"
        self._shown: dict[str, str] | None = None

    def show(self, waiting: dict[str, str]) -> None:
        """Replace what is shown when it has changed; a full disk or a folder that is gone loses it."""
        if waiting == self._shown:
            return
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            beside.write_text(json.dumps(waiting), encoding="ascii")
            os.replace(beside, self._path)
        except OSError:
            return
        self._shown = waiting


def reasons(paths: JournalPaths) -> dict[str, str]:
    """Why each run that waits does so; {} when nothing does."""
    waiting = entries.names(paths)
    if not waiting:
        return {}
    if pausing.read(paths) is not None:
        return dict.fromkeys(waiting, PAUSED)
    known: dict[str, str] = {}
    for name in sorted(os.listdir(paths.queue)):
        if name.startswith(_PREFIX) and not name.endswith(".new"):
            known |= _read(paths.queue / name)
    return {run: known.get(run, NOT_LOOKED) for run in waiting}


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(run): str(reason) for run, reason in found.items()} if isinstance(found, dict) else {}


class Waiting(NamedTuple):
    """A run that waits, in the order in which they will start."""

    run: str
    name: str
    priority: int
    gpus: int
    gpu_memory_bytes: int | None
    after: tuple[After, ...]
    host: str
    reason: str


def waiting(paths: JournalPaths, unstarted: Sequence[tuple[str, str, str]] = ()) -> list[Waiting]:
    """What waits and for what. Of other users' entries only the reason can be read: they come last.

    Args:
        paths: The journal.
        unstarted: (id, name, why) of all runs that have not started. Those that stand in no queue (validations that
            follow one another, jobs of SLURM) come behind it, in this order: each takes its turn with its own kind.
    """
    queued = _queued(paths)
    known = {one.run for one in queued}
    behind = [
        Waiting(run, name, 0, 0, None, (), "", why or NOT_LOOKED)
        for run, name, why in unstarted
        if run not in known and not _left_the_queue(paths.run(run))
    ]
    return [*queued, *behind]


def _left_the_queue(run: RunPaths) -> bool:
    """Whether a run without an entry had one: it has begun since the index was read."""
    launched = records.read(run.run)
    return launched is not None and "queue" in launched.data and attempts.newest_or_none(run) is not None


def _queued(paths: JournalPaths) -> list[Waiting]:
    found: list[tuple[tuple[int, int, str], Waiting]] = []
    for run_id, reason in reasons(paths).items():
        try:
            entry = entries.read(entries.path_of(paths, run_id))
        except FileNotFoundError:  # started meanwhile
            continue
        except (OSError, ValueError):
            found.append(((1, 0, run_id), Waiting(run_id, run_id[-6:].lower(), 0, 0, None, (), "", reason)))
            continue
        needs = entry.needs
        found.append(
            (
                (0, *entry.order),
                Waiting(
                    run_id,
                    entry.name,
                    entry.priority,
                    needs.gpus,
                    needs.gpu_memory_bytes,
                    needs.after,
                    entry.host,
                    reason,
                ),
            )
        )
    return [one for _, one in sorted(found)]
