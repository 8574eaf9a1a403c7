"""Which process is which: a pid comes back after a while, so it is never trusted without its start.

A process is told apart by machine, boot, pid namespace, pid and start ticks (field 22 of ``/proc/PID/stat``, in
clock ticks since boot: psutil's ``create_time`` is the same number made coarse by a float of seconds). On macOS
psutil's time in microseconds takes the place of the ticks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_LINUX = sys.platform.startswith("linux")
_PROC = Path("/proc")
_STATE, _PARENT, _GROUP, _SESSION, _START = 0, 1, 2, 3, 19  # counted after the name, which is field 2 of proc(5)


class Process(NamedTuple):
    """A process that existed when it was looked at."""

    pid: int
    parent: int
    start_ticks: int | None
    name: str


def process_start_ticks(pid: int) -> int | None:
    """When a process started, in a unit that only serves to compare; None when there is no such process."""
    if _LINUX:
        fields = _stat(pid)
        return int(fields[_START]) if fields else None
    return _start_by_psutil(pid)


def process_alive(pid: int, start_ticks: int | None) -> bool:
    """Whether the process that started then still runs; a zombie has ended.

    Without ``start_ticks`` any process of that pid counts.
    """
    if pid <= 0:
        return False
    if not _LINUX:
        return _alive_by_psutil(pid, start_ticks)
    fields = _stat(pid)
    if not fields or fields[_STATE] in "ZXx":
        return False
    return start_ticks is None or int(fields[_START]) == start_ticks


def process_name(pid: int) -> str | None:
    """The name of a process as ``ps`` shows it; None when there is none, or it may not be looked at."""
    if not _LINUX:
        import psutil

        try:
            return psutil.Process(pid).name()
        except psutil.Error:
            return None
    line = _stat_line(pid)
    return line[line.find(b"(") + 1 : line.rfind(b")")].decode("utf-8", "replace") if line else None


def process_tree(pid: int) -> list[Process]:
    """All descendants of a process, parents before children, without itself.

    Children whose parent ended are adopted by another process and cannot be found this way: ``processes_with``
    finds those by a mark in their environment.
    """
    by_parent: dict[int, list[Process]] = {}
    for process in _all_processes():
        by_parent.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    waiting = [pid]
    seen = {pid}
    while waiting:
        for child in by_parent.get(waiting.pop(0), []):
            if child.pid not in seen:
                seen.add(child.pid)
                found.append(child)
                waiting.append(child.pid)
    return found


def processes_with(name: str, value: str) -> list[Process]:
    """Processes of this user that were started with an environment variable set to a value."""
    wanted = os.fsencode(f"{name}={value}")
    found = []
    for process in _all_processes():
        with suppress(OSError):
            if wanted in (_PROC / str(process.pid) / "environ").read_bytes().split(b"\0"):
                found.append(process)
    return found


def _all_processes() -> Iterator[Process]:
    if not _LINUX:
        yield from _all_by_psutil()
        return
    for entry in os.listdir(_PROC):
        if entry.isdigit():
            line = _stat_line(int(entry))
            if line:
                name = line[line.find(b"(") + 1 : line.rfind(b")")].decode("utf-8", "replace")
                fields = _fields(line)
                if fields and fields[_STATE] not in "ZXx":
                    yield Process(int(entry), int(fields[_PARENT]), int(fields[_START]), name)


def _stat(pid: int) -> list[str] | None:
    line = _stat_line(pid)
    return _fields(line) if line else None


def _stat_line(pid: int) -> bytes | None:
    try:
        return (_PROC / str(pid) / "stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None


def _fields(line: bytes) -> list[str] | None:
    """The fields after the name, which may hold spaces and brackets itself: ``42 (a) S) b) S 1 …``."""
    fields = line[line.rfind(b")") + 1 :].decode("ascii", "replace").split()
    return fields if len(fields) > _START else None


def _start_by_psutil(pid: int) -> int | None:
    import psutil

    try:
        return int(psutil.Process(pid).create_time() * 1_000_000)
    except (psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        return None


def _alive_by_psutil(pid: int, start_ticks: int | None) -> bool:
    import psutil

    try:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return False
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # somebody else's, so it lives
        return start_ticks is None
    return start_ticks is None or _start_by_psutil(pid) == start_ticks


def _all_by_psutil() -> Iterator[Process]:
    import psutil

    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                yield Process(process.pid, process.ppid(), _start_by_psutil(process.pid), process.name())
