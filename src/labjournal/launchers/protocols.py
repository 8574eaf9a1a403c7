"""What a launcher must do, and what it asks of the machine it runs on.

For the type checker and the reader: nobody imports this file at run time, where five protocols cost 2 ms a launch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from labjournal.launchers.base import Plan, Started
from labjournal.launchers.liveness import Observation
from labjournal.paths import RunPaths


class Identity(Protocol):
    """Which machine this is, as far as process numbers mean something."""

    @property
    def machine(self) -> str: ...
    @property
    def boot(self) -> str: ...
    @property
    def pid_namespace(self) -> str: ...
    @property
    def host(self) -> str: ...


class SeenProcess(Protocol):
    """A process at the moment of a look."""

    @property
    def pid(self) -> int: ...
    @property
    def parent(self) -> int: ...
    @property
    def start_ticks(self) -> int | None: ...
    @property
    def name(self) -> str: ...


class Clocks(Protocol):
    """The clocks since boot at the moment of a look, in seconds."""

    @property
    def running(self) -> float: ...
    @property
    def since_boot(self) -> float: ...


class MemoryHolder(Protocol):
    """A process and the memory it held when it was looked at."""

    def _asdict(self) -> dict[str, Any]: ...


class GpuProcess(Protocol):
    """A process on a GPU."""

    @property
    def pid(self) -> int: ...
    @property
    def memory_bytes(self) -> int | None: ...


class Gpu(Protocol):
    """A GPU at the moment of a look."""

    @property
    def index(self) -> int: ...
    @property
    def processes(self) -> Sequence[GpuProcess] | None: ...


class SeenGpu(Protocol):
    """A GPU at the moment of a look; None is what the driver does not tell."""

    @property
    def index(self) -> int: ...
    @property
    def uuid(self) -> str: ...
    @property
    def memory_total_bytes(self) -> int | None: ...
    @property
    def memory_used_bytes(self) -> int | None: ...
    @property
    def utilisation_percent(self) -> int | None: ...
    @property
    def temperature_c(self) -> int | None: ...
    @property
    def power_w(self) -> float | None: ...
    @property
    def processes(self) -> Sequence[SeenGpuProcess] | None: ...


class SeenGpuProcess(Protocol):
    """A process on a GPU."""

    @property
    def pid(self) -> int: ...


class Machine(Protocol):
    """The machine a process runs on: ``labjournal.machine``, which stands on the same floor, or a test's own."""

    def identity(self) -> Identity: ...

    def process_start_ticks(self, pid: int) -> int | None:
        """When a process started, in clock ticks since boot; None when there is none."""

    def process_alive(self, pid: int, start_ticks: int | None) -> bool:
        """Whether this very process lives: a zombie does not, a later one with the same number does not."""

    def process_tree(self, pid: int) -> Sequence[SeenProcess]:
        """The living descendants of a process, parents before children, without itself."""

    def open_gpus(self) -> Sequence[SeenGpu]:
        """The GPUs, none where none can be listed; for a process that asks again and again."""

    def processes_with(self, name: str, value: str) -> Sequence[SeenProcess]:
        """Living processes of this user with an environment variable set to a value."""

    def read_clocks(self) -> Clocks: ...

    def process_name(self, pid: int) -> str | None: ...

    def largest_processes(self, number: int) -> Sequence[MemoryHolder]:
        """The processes that hold the most memory now, whoever's they are."""

    def memory_limit(self) -> int | None:
        """What the control group of this process may hold, in bytes; None without a limit."""

    def gpus(self) -> Sequence[Gpu] | object:
        """The GPUs, or something else that says why there are none."""

    def disk_free(self, path: Path) -> int | None: ...


class Launcher(Protocol):
    """One way to run a command. The folder of each run with its ``run.json`` stands before ``launch`` is called."""

    @property
    def name(self) -> str: ...

    def launch(self, plans: Sequence[Plan]) -> Started:
        """Start the first plan, and each further one when the one before has ended, however it ended.

        Raises LaunchError when nothing could be started.
        """

    def stop(self, run: RunPaths, why: str | None = None) -> None:
        """Ask a run to end. Returns at once; raises JournalUnavailableError when nothing can be written."""

    def state(self, run: RunPaths) -> Observation:
        """How a run stands."""
