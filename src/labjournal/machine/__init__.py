"""The machine under a run: who it is, its processes, disks and GPUs. psutil and NVML are loaded when needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from labjournal.filesystems import disk_free, filesystem_kind, filesystem_type
from labjournal.machine.host import ClockGap, Clocks, Identity, clock_gap, identity, read_clocks
from labjournal.machine.memory import MemoryHolder, largest_processes, memory_limit
from labjournal.machine.processes import (
    Process,
    process_alive,
    process_name,
    process_start_ticks,
    process_tree,
    processes_with,
)

if TYPE_CHECKING:
    from labjournal.machine.devices import Gpu, GpuProcess, NoGpus, gpus, open_gpus
    from labjournal.machine.software import Environment, environment, installed_packages, packages_on

_LATER = {
    "Gpu": "devices",
    "GpuProcess": "devices",
    "NoGpus": "devices",
    "gpus": "devices",
    "open_gpus": "devices",
    "Environment": "software",
    "environment": "software",
    "installed_packages": "software",
    "packages_on": "software",
}

__all__ = [
    "ClockGap",
    "Clocks",
    "Environment",
    "Gpu",
    "GpuProcess",
    "Identity",
    "MemoryHolder",
    "NoGpus",
    "Process",
    "clock_gap",
    "disk_free",
    "environment",
    "filesystem_kind",
    "filesystem_type",
    "gpus",
    "identity",
    "installed_packages",
    "largest_processes",
    "memory_limit",
    "open_gpus",
    "packages_on",
    "process_alive",
    "process_name",
    "process_start_ticks",
    "process_tree",
    "processes_with",
    "read_clocks",
]


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
