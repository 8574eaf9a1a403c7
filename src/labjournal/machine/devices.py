"""The GPUs of this machine by NVML, or why none can be listed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TypeVar

FAKE_VARIABLE = "LABJOURNAL_FAKE_GPUS"
_FAKE_MEMORY_BYTES = 16 * 2**30
_MOST_FAKES = 64
T = TypeVar("T")


@dataclass(frozen=True)
class GpuProcess:
    """A process that holds memory of a GPU; ``memory_bytes`` is None where the driver does not tell."""

    pid: int
    memory_bytes: int | None


@dataclass(frozen=True)
class Gpu:
    """One GPU as NVML sees it; None means that the driver does not tell."""

    index: int
    """As ``nvidia-smi`` counts, by PCI bus; CUDA counts so under CUDA_DEVICE_ORDER=PCI_BUS_ID."""
    uuid: str
    name: str
    memory_total_bytes: int | None
    memory_used_bytes: int | None
    utilisation_percent: int | None
    temperature_c: int | None
    power_w: float | None
    processes: tuple[GpuProcess, ...] | None
    """Pids of the host's namespace; None under WSL2, which has no list."""


@dataclass(frozen=True)
class NoGpus:
    """No GPU can be listed, and why."""

    reason: str


def gpus() -> list[Gpu] | NoGpus:
    """All GPUs, by index. ``LABJOURNAL_FAKE_GPUS=N`` gives N made-up ones, for tests and rehearsals."""
    fakes = os.environ.get(FAKE_VARIABLE)
    if fakes is not None:
        return _fakes(fakes)
    try:
        import pynvml
    except ImportError:
        return NoGpus("the NVML package (nvidia-ml-py) is not installed")
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return NoGpus(_words(pynvml, error))
    try:
        count = pynvml.nvmlDeviceGetCount()
        found = [gpu for index in range(count) if (gpu := _read(pynvml, index)) is not None]
    except pynvml.NVMLError as error:
        return NoGpus(_words(pynvml, error))
    finally:
        _ask(pynvml, pynvml.nvmlShutdown)
    return found or NoGpus("the NVIDIA driver answers, but it shows no GPU")


_kept_open = False


def open_gpus() -> list[Gpu]:
    """All GPUs, none where none can be listed, for a process that asks again and again.

    The driver stays open from the first call on: opening takes 10 to 500 ms.
    """
    global _kept_open
    found = gpus()
    if isinstance(found, NoGpus):
        return []
    if not _kept_open and os.environ.get(FAKE_VARIABLE) is None:
        import pynvml

        _ask(pynvml, pynvml.nvmlInit)
        _kept_open = True
    return found


def _fakes(number: str) -> list[Gpu] | NoGpus:
    if not number.isdecimal() or int(number) > _MOST_FAKES:
        return NoGpus(f"{FAKE_VARIABLE} is {number!r}, not a number of GPUs up to {_MOST_FAKES}")
    if int(number) == 0:
        return NoGpus(f"{FAKE_VARIABLE} is 0")
    return [
        Gpu(index, f"GPU-fake-{index:04}", "Fake GPU", _FAKE_MEMORY_BYTES, 0, 0, None, None, ())
        for index in range(int(number))
    ]


def _read(nvml: ModuleType, index: int) -> Gpu | None:
    """One GPU, None when it has fallen off the bus. What a device does not support is asked for all the same."""
    handle = _ask(nvml, lambda: nvml.nvmlDeviceGetHandleByIndex(index))
    uuid = _ask(nvml, lambda: nvml.nvmlDeviceGetUUID(handle)) if handle is not None else None
    if uuid is None:
        return None
    memory = _ask(nvml, lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
    rates = _ask(nvml, lambda: nvml.nvmlDeviceGetUtilizationRates(handle))
    power = _ask(nvml, lambda: nvml.nvmlDeviceGetPowerUsage(handle))
    running = _ask(nvml, lambda: nvml.nvmlDeviceGetComputeRunningProcesses(handle))
    return Gpu(
        index=index,
        uuid=_text(uuid),
        name=_text(_ask(nvml, lambda: nvml.nvmlDeviceGetName(handle)) or "unknown GPU"),
        memory_total_bytes=None if memory is None else int(memory.total),
        memory_used_bytes=None if memory is None else int(memory.used),
        utilisation_percent=None if rates is None else int(rates.gpu),
        temperature_c=_ask(nvml, lambda: nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)),
        power_w=None if power is None else power / 1000,
        processes=None if running is None else tuple(GpuProcess(one.pid, one.usedGpuMemory) for one in running),
    )


def _ask(nvml: ModuleType, question: Callable[[], T]) -> T | None:
    """The answer, None where this device or driver has none."""
    try:
        return question()
    except nvml.NVMLError:
        return None


def _text(value: str | bytes) -> str:
    """Old versions of the NVML package return bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _words(nvml: ModuleType, error: Exception) -> str:
    if isinstance(error, nvml.NVMLError_LibraryNotFound):
        return "no NVIDIA driver is installed"
    if isinstance(error, nvml.NVMLError_DriverNotLoaded):
        return "the NVIDIA driver is installed but not loaded"
    if isinstance(error, nvml.NVMLError_LibRmVersionMismatch):
        return "the NVIDIA driver was updated and needs a reboot (driver and library differ)"
    if isinstance(error, nvml.NVMLError_NoPermission):
        return "the NVIDIA driver refuses this user"
    if isinstance(error, nvml.NVMLError_Uninitialized):
        return "the NVIDIA driver could not be started"
    return f"the NVIDIA driver says: {error}"
