"""What every launcher must do, and what is handed to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from labjournal.errors import JournalError

if TYPE_CHECKING:
    from labjournal.launchers.liveness import Observation
    from labjournal.paths import RunPaths


class LaunchError(JournalError):
    """Nothing was started, and why."""


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


class Machine(Protocol):
    """The machine a process runs on: ``labjournal.machine``, which stands on the same floor, or a test's own."""

    def identity(self) -> Identity: ...

    def process_start_ticks(self, pid: int) -> int | None:
        """When a process started, in clock ticks since boot; None when there is none."""

    def process_alive(self, pid: int, start_ticks: int | None) -> bool:
        """Whether this very process lives: a zombie does not, a later one with the same number does not."""

    def process_tree(self, pid: int) -> Sequence[SeenProcess]:
        """The living descendants of a process, parents before children, without itself."""

    def processes_with(self, name: str, value: str) -> Sequence[SeenProcess]:
        """Living processes of this user with an environment variable set to a value."""


def where(machine: Machine) -> dict[str, object]:
    """The part of an ``attempt`` that says which machine its process numbers belong to."""
    here = machine.identity()
    return {
        "machine": here.machine,
        "boot": here.boot,
        "pid_namespace": here.pid_namespace,
        "host": here.host,
    }


class Plan(NamedTuple):
    """One attempt of a run, ready to start."""

    run_id: str
    folder: str
    """The run's folder, absolute."""
    attempt: int
    command: tuple[str, ...]
    recorded: tuple[str, ...]
    """The command as it may be written down, secrets masked."""
    cwd: str
    environment: Mapping[str, str]
    time_limit_s: float | None = None
    stop_int_s: float = 10.0
    stop_term_s: float = 10.0


class Started(NamedTuple):
    """What a launcher knows once the first of its runs was handed over."""

    supervisor_pid: int | None
    pid: int | None
    trouble: str | None = None
    """Why the command could not be started, in words; the run then has FAILED."""


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
