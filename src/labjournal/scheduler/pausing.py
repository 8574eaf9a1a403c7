"""Holding the queue: by hand, or because what it starts dies at once, and the next hundred would die too.

The state is a file; running runs are not touched.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from labjournal import facts
from labjournal.launchers import records
from labjournal.paths import JournalPaths, RunPaths
from labjournal.scheduler import entries

QUICK_S = 30.0
"""A run that fails within this time has hardly begun: imports of a large environment take 5 to 20 s."""


class Pause(NamedTuple):
    """Why nothing is started."""

    why: str
    user: str
    at: str
    """ISO 8601 UTC."""
    by_itself: bool = False

    def __str__(self) -> str:
        return self.why if self.by_itself else f"by {self.user}" + (f", {self.why}" if self.why else "")


def read(paths: JournalPaths) -> Pause | None:
    """The pause, None while the queue runs."""
    try:
        fact = records.read(_file(paths))
    except OSError:
        return None
    if fact is None:
        return None
    return Pause(str(fact.data.get("why") or ""), fact.user, fact.t, bool(fact.data.get("by_itself")))


def pause(paths: JournalPaths, why: str = "", by_itself: bool = False) -> None:
    """Hold the queue. Raises OSError."""
    paths.queue.mkdir(exist_ok=True)
    records.write(_file(paths), facts.make("queue_paused", {"why": why, "by_itself": by_itself}))


def go_on(paths: JournalPaths) -> bool:
    """Let the queue run again; False when it was not paused. Raises OSError."""
    _failures(paths).unlink(missing_ok=True)
    try:
        _file(paths).unlink()
    except FileNotFoundError:
        return False
    return True


def note_end(paths: JournalPaths, run: RunPaths, stop_after: int) -> None:
    """Count runs of the queue that failed at once, one after another; pause at ``stop_after`` of them (0: never).

    Raises OSError.
    """
    ended = records.read(run.exit)
    if ended is None or stop_after <= 0:
        return
    fd = os.open(_failures(paths), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        before = _known(os.pread(fd, 1 << 20, 0))
        now = _counted(before, run, ended.data)
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(now).encode("ascii"), 0)
    finally:
        os.close(fd)
    if len(now) >= stop_after and read(paths) is None:
        pause(paths, _words(now), by_itself=True)


def _counted(before: list[list[str]], run: RunPaths, ended: dict[str, Any]) -> list[list[str]]:
    status = ended.get("status")
    if status == "FAILED" and _lasted_s(ended) < QUICK_S:
        return [*before, [run.id, str(ended.get("cause") or "failed")]]
    # Stopped by hand says nothing of the others; whatever ran for a while shows that runs can.
    return before if status == "KILLED" and _lasted_s(ended) < QUICK_S else []


def _lasted_s(ended: dict[str, Any]) -> float:
    from datetime import datetime

    try:
        begin, end = (datetime.fromisoformat(str(ended[key])) for key in ("started_at", "ended_at"))
    except (KeyError, ValueError):  # could not be started at all
        return 0.0
    return (end - begin).total_seconds()


def _words(failures: list[list[str]]) -> str:
    return (
        f"{len(failures)} runs in a row failed within {QUICK_S:.0f} s of their start, the last one with: "
        f"{failures[-1][1]}. Nothing more is started until: labjournal queue resume"
    )


def _known(raw: bytes) -> list[list[str]]:
    try:
        found = json.loads(raw or b"[]")
    except ValueError:
        return []
    return [[str(part) for part in one] for one in found if isinstance(one, list) and len(one) == 2]


def _file(paths: JournalPaths) -> Path:
    return paths.queue / entries.PAUSED


def _failures(paths: JournalPaths) -> Path:
    return paths.queue / ".quick-failures"
