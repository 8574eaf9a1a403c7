"""How many runs of a kind may run at the same time: as many locks as the lane is wide, held as leases are."""

from __future__ import annotations

import fcntl
import json
import os
import re
from pathlib import Path

from labjournal.paths import JournalPaths


def take(paths: JournalPaths, lane: str, width: int, name: str) -> int | list[str]:
    """A descriptor that holds a place in the lane, else the names of the runs that fill it. Raises OSError."""
    folder = paths.queue / "lanes"
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    for number in range(max(1, width)):
        fd = os.open(_place(folder, lane, number), os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            taken.append(_name(fd))
            os.close(fd)
            continue
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(name).encode("ascii"), 0)
        return fd
    return taken


def _place(folder: Path, lane: str, number: int) -> Path:
    return folder / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', lane)}-{number}"


def _name(fd: int) -> str:
    try:
        return str(json.loads(os.pread(fd, 65536, 0)))
    except ValueError:
        return "another run"
