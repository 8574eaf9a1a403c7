"""Who holds the memory of this machine, and how much of it we may have."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

from labjournal.machine.processes import process_name

_LINUX = sys.platform.startswith("linux")


class MemoryHolder(NamedTuple):
    """A process and the memory it held when it was looked at."""

    pid: int
    name: str | None
    bytes: int


def largest_processes(number: int) -> list[MemoryHolder]:
    """The processes that hold the most resident memory now, whoever's they are; [] where that cannot be seen."""
    if not _LINUX:
        return []
    sizes = [(rss, int(entry)) for entry in os.listdir("/proc") if entry.isdigit() and (rss := _resident(int(entry)))]
    return [MemoryHolder(pid, process_name(pid), rss) for rss, pid in sorted(sizes, reverse=True)[:number]]


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
    except (OSError, IndexError, ValueError):  # it has ended meanwhile
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory_limit() -> int | None:
    """What the control group of this process may hold, in bytes; None without a limit, or where there are no groups."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        group = next(line[3:] for line in lines if line.startswith("0::"))
        text = Path(f"/sys/fs/cgroup{group}", "memory.max").read_text(encoding="ascii").strip()
    except (OSError, StopIteration):
        return None
    return int(text) if text.isdigit() else None
