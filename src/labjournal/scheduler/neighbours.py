"""Who uses a GPU without a lease: NVML names process numbers, this names people and programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from labjournal import tags
from labjournal.machine.devices import Gpu
from labjournal.scheduler.leases import Held


class Neighbour(NamedTuple):
    """A process on a GPU that no lease accounts for."""

    pid: int
    program: str | None
    """None when it cannot be seen from here: another container's."""
    user: str | None
    run: str | None
    """The run it belongs to, when it was launched without asking for a GPU."""
    memory_bytes: int | None

    def __str__(self) -> str:
        if self.program is None:
            return f"pid {self.pid} outside of this container"
        whose = f" of {self.user}" if self.user else ""
        if self.run:
            return f"pid {self.pid} ({self.program}{whose}, of run {self.run[-6:].lower()}, which holds no lease)"
        return f"pid {self.pid} ({self.program}{whose}, not through labjournal)"


def without_lease(gpu: Gpu, held: Held) -> list[Neighbour]:
    """The processes on a GPU that belong to none of its holders; [] where the driver names no process."""
    if held.whole is not None:
        return []
    found = [_neighbour(process.pid, process.memory_bytes) for process in gpu.processes or ()]
    return [one for one in found if not _belongs(one, held)]


def _belongs(one: Neighbour, held: Held) -> bool:
    if one.program is None:  # seen from a container: a number that may be anybody's
        return bool(held.shares)
    return any(one.run == share.run or (one.run is None and one.user == share.user) for share in held.shares)


def _neighbour(pid: int, memory_bytes: int | None) -> Neighbour:
    place = Path("/proc", str(pid))
    try:
        program = (place / "comm").read_text(encoding="utf-8", errors="replace").strip()
        user = user_name(os.stat(place).st_uid)
    except OSError:
        return Neighbour(pid, None, None, None, memory_bytes)
    return Neighbour(pid, program, user, _run(place), memory_bytes)


def _run(place: Path) -> str | None:
    try:
        variables = (place / "environ").read_bytes().split(b"\0")
    except OSError:  # another user's
        return None
    mark = os.fsencode(f"{tags.ENV_RUN_ID}=")
    return next((os.fsdecode(value[len(mark) :]) for value in variables if value.startswith(mark)), None)


def user_name(uid: int) -> str:
    """The name of a user of this machine."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid{uid}"
