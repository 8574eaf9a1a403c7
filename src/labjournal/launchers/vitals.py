"""What a run takes of its machine, sampled by its supervisor at a calm rate and written as curves of the run.

The step of these curves is the seconds since the attempt began. Sums go over the run's living processes. Resident
memory counts shared pages once a process. NVML is opened once and only for a run that sees a GPU; a machine without
``/proc`` gives the GPUs alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from labjournal import tags
from labjournal.watch.event_writer import EventWriter

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine, SeenGpu

FIRST_S, EVERY_S = 5.0, 15.0
"""A look costs some milliseconds on a busy machine; what ends within seconds gets no curves."""
_GB, _MB = 1e9, 1e6
_NO_GPU = ("", "-1", "NoDevFiles")


class _Taken(NamedTuple):
    """What one process has used up to now."""

    cpu_s: float
    read: int
    written: int
    resident: int


class Vitals:
    """Samples one attempt.

    Args:
        pid: the run's process.
        events: the run's ``events`` folder.
        cwd: whose disk is looked at.
        visible: CUDA_VISIBLE_DEVICES of the run, None when it has none.
        machine: lists processes and GPUs.
    """

    def __init__(self, pid: int, events: Path, cwd: str, visible: str | None, machine: Machine) -> None:
        self._pid = pid
        self._cwd = cwd
        self._visible = visible
        self._machine = machine
        self._writer = EventWriter(str(events))
        self._began = self._at = time.monotonic()
        self._before: dict[int, _Taken] = {}
        self._asks_gpus = visible is None or visible not in _NO_GPU
        self.due = self._began + FIRST_S

    def look(self, now: float) -> None:
        """Write one sample when it is time; what cannot be read or written is left out."""
        if now < self.due:
            return
        self.due = now + EVERY_S
        pids = [self._pid, *(process.pid for process in self._machine.process_tree(self._pid))]
        values = {**self._of_processes(pids, now), **_of_machine(self._cwd), **self._of_gpus(set(pids))}
        try:
            self._writer.add(round(now - self._began), {f"{tags.SYSTEM}/{name}": one for name, one in values.items()})
        except OSError:  # a full disk: the run goes on
            return

    def _of_processes(self, pids: Iterable[int], now: float) -> dict[str, float]:
        taken = {pid: found for pid in pids if (found := _taken(pid)) is not None}
        if not taken:
            return {}
        elapsed, before = max(now - self._at, 1e-3), self._before
        self._at, self._before = now, taken
        nothing = _Taken(0.0, 0, 0, 0)
        gone = [(one, before.get(pid, nothing)) for pid, one in taken.items()]
        return {
            "cpu_percent": 100 * sum(one.cpu_s - old.cpu_s for one, old in gone) / elapsed,
            "resident_gb": sum(one.resident for one in taken.values()) / _GB,
            "disk_read_mb_per_s": sum(one.read - old.read for one, old in gone) / _MB / elapsed,
            "disk_write_mb_per_s": sum(one.written - old.written for one, old in gone) / _MB / elapsed,
            "processes": float(len(taken)),
        }

    def _of_gpus(self, pids: set[int]) -> dict[str, float]:
        if not self._asks_gpus:
            return {}
        found = self._machine.open_gpus()
        if not found:
            self._asks_gpus = False  # a machine without one will not grow one while the run lasts
            return {}
        values: dict[str, float] = {}
        for gpu in found:
            if self._is_ours(gpu, pids):
                values.update(_of_gpu(gpu))
        return values

    def _is_ours(self, gpu: SeenGpu, pids: set[int]) -> bool:
        if self._visible is not None:
            words = [word.strip() for word in self._visible.split(",")]
            return any(word == str(gpu.index) or (bool(word) and gpu.uuid.startswith(word)) for word in words)
        return any(process.pid in pids for process in gpu.processes or ())


def _of_gpu(gpu: SeenGpu) -> Mapping[str, float]:
    told = {
        "utilisation_percent": gpu.utilisation_percent,
        "memory_gb": None if gpu.memory_used_bytes is None else gpu.memory_used_bytes / _GB,
        "memory_percent": None
        if gpu.memory_used_bytes is None or not gpu.memory_total_bytes
        else 100 * gpu.memory_used_bytes / gpu.memory_total_bytes,
        "temperature_c": gpu.temperature_c,
        "power_w": gpu.power_w,
        "processes": None if gpu.processes is None else len(gpu.processes),
    }
    return {f"gpu{gpu.index}/{name}": float(value) for name, value in told.items() if value is not None}


def _of_machine(cwd: str) -> dict[str, float]:
    """What is left for everybody."""
    values = {}
    try:
        disk = os.statvfs(cwd)
        values["disk_free_gb"] = disk.f_bavail * disk.f_frsize / _GB
    except OSError:  # the folder is gone
        pass
    for line in _text("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            values["memory_free_gb"] = int(line.split()[1]) * 1024 / _GB
    return values


def _taken(pid: int) -> _Taken | None:
    stat = _text(f"/proc/{pid}/stat")
    fields = stat[stat.rfind(")") + 1 :].split()
    if len(fields) < 22:
        return None
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    io = dict(line.split(": ", 1) for line in _text(f"/proc/{pid}/io").splitlines() if ": " in line)
    cpu_s = (int(fields[11]) + int(fields[12])) / ticks
    return _Taken(cpu_s, int(io.get("read_bytes", 0)), int(io.get("write_bytes", 0)), int(fields[21]) * page)


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
