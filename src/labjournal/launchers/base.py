"""What is handed to a launcher, and what comes back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from labjournal.errors import JournalError

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine


class LaunchError(JournalError):
    """Nothing was started, and why."""


class Resources(NamedTuple):
    """What a launcher with a queue of its own is asked for; the local one has no use for it."""

    name: str = "run"
    gpus: int = 0
    options: Mapping[str, str] = {}
    """Raw options of the launcher, by name."""
    after: tuple[tuple[str, str], ...] = ()
    """Jobs to wait for, each with how: ``afterok`` or ``afterany``."""


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
    queued: bool = False
    """It comes from the queue: whoever claims it first runs it, and its entry there goes when it has begun."""
    leases: tuple[int, ...] = ()
    """Descriptors of locks that supervisor and process hold to their end, open in whoever launches."""
    retries_left: int = 0
    """How often the supervisor starts the run again by itself when it fails."""
    resources: Resources = Resources()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Plan:
        """The plan whose ``_asdict`` went through JSON, which knows no tuples."""
        lists = {name: tuple(value) for name, value in raw.items() if isinstance(value, list)}
        name, gpus, options, after = raw["resources"]
        lists["resources"] = Resources(name, gpus, options, tuple((job, how) for job, how in after))
        return cls(**{**raw, **lists})


class Started(NamedTuple):
    """What a launcher knows once the first of its runs was handed over."""

    supervisor_pid: int | None
    pid: int | None
    trouble: str | None = None
    """Why the command could not be started, in words; the run then has FAILED."""
    exit_code: int | None = None
    """With that, what a shell would have given: 127 where there is no such command, else 126."""


def terminal_here() -> str | None:
    """The terminal of this process, to be rung later."""
    for fd in (2, 1, 0):
        try:
            return os.ttyname(fd)
        except OSError:
            continue
    return None


def where(machine: Machine) -> dict[str, object]:
    """The part of an ``attempt`` that says which machine its process numbers belong to."""
    here = machine.identity()
    return {
        "machine": here.machine,
        "boot": here.boot,
        "pid_namespace": here.pid_namespace,
        "host": here.host,
    }
