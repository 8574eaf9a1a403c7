"""What the machine gives a living run while somebody looks: processor, memory and GPUs of its process tree.

Nothing of this is kept: it is sampled while the pane is in sight, on a thread, and says so.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from labjournal.tui.reading_run import Life

EVERY_S = 2.0
_KEPT = 1_800
"""Samples kept: an hour."""


@dataclass(frozen=True, slots=True)
class Load:
    """One look at a process tree."""

    cores: float
    """Processor seconds per second since the look before."""
    memory_bytes: float
    gpus: tuple[tuple[int, float, float], ...] = ()
    """(index, utilisation 0 to 1, memory bytes held by this run) of the GPUs it is on."""


@dataclass
class MachineTrace:
    """The looks at one attempt, the newest last."""

    life: Life
    loads: deque[Load] = field(default_factory=lambda: deque(maxlen=_KEPT))
    trouble: str | None = None
    """Why there is nothing to see; None while there is."""
    _spent: dict[int, float] = field(default_factory=dict)
    _at: float | None = None

    def sample(self) -> None:
        """Look once more. Touches /proc and NVML: only on a thread."""
        import psutil

        from labjournal import machine

        life = self.life
        if life.machine is not None and life.machine != machine.identity().machine:
            self.trouble = f"it runs on {life.host}; only a run of this machine can be looked at"
            return
        if life.pid is None or not machine.process_alive(life.pid, life.start_ticks):
            self.trouble = "its process has ended"
            return
        self.trouble = None
        pids = [life.pid, *(child.pid for child in machine.process_tree(life.pid))]
        now, spent, memory = time.monotonic(), {}, 0.0
        for pid in pids:
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                times = process.cpu_times()
                spent[pid] = times.user + times.system
                memory += process.memory_info().rss
        before, self._spent, at, self._at = self._spent, spent, self._at, now
        if at is None or now <= at:
            return
        used = sum(seconds - before[pid] for pid, seconds in spent.items() if pid in before)
        self.loads.append(Load(max(0.0, used / (now - at)), memory, _gpus(set(pids))))


def _gpus(pids: set[int]) -> tuple[tuple[int, float, float], ...]:
    from labjournal.machine import gpus

    found = gpus()
    if not isinstance(found, list):
        return ()
    mine = []
    for gpu in found:
        held = [one.memory_bytes or 0 for one in gpu.processes or () if one.pid in pids]
        if held:
            mine.append((gpu.index, (gpu.utilisation_percent or 0) / 100, float(sum(held))))
    return tuple(mine)
