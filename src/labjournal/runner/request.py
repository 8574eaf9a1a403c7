"""What a launch is asked for, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from labjournal.launchers.base import Started


class Parent(NamedTuple):
    """What a fork starts from."""

    run: str
    """Full id."""
    step: int | None = None
    checkpoint: str | None = None
    """Path of the checkpoint, as it can be opened from here."""


class Queueing(NamedTuple):
    """How a run waits, when it is not to start at once."""

    after: tuple[tuple[str, bool], ...] = ()
    """Full ids of runs that have to end first, each with whether any end will do (else: it ended well)."""
    priority: int = 0
    gpu_memory_bytes: int | None = None
    """Of each GPU: others may have the rest. None takes whole ones."""
    lane: str | None = None
    """Runs of one lane take turns; None is the lane of runs without GPUs, and no lane for those with."""
    width: int | None = None
    """How many of the lane may run at the same time; None: as configured."""


class LaunchRequest(NamedTuple):
    """One command to be launched; everything but the command may be left open."""

    command: tuple[str, ...]
    """May hold ``{name}`` of a setting, ``{checkpoint}`` and ``{step}`` of the parent."""
    cwd: str
    """Absolute."""
    name: str | None = None
    kind: str | None = None
    """A value of ``model.RunKind``; None guesses from the command."""
    reason: str | None = None
    parent: Parent | None = None
    settings: Mapping[str, str] = {}
    """As typed; numbers are recorded as numbers."""
    expect: tuple[str, ...] = ()
    expect_time_s: float | None = None
    gpus: int | None = None
    """How many to pick; None leaves CUDA_VISIBLE_DEVICES as it is."""
    time_limit_s: float | None = None
    launcher: str | None = None
    """``local`` or ``slurm``; None: as configured."""
    launcher_options: Mapping[str, str] = {}
    """Raw options of the launcher, by name."""
    after_jobs: tuple[tuple[str, str], ...] = ()
    """Jobs of the launcher to wait for, each with how; made of ``queue``."""
    max_retries: int = 0
    """How often it is started again by itself when it fails."""
    on_alarm: str | None = None
    """``stop``, or ``notify:`` and a command: what is done at the first alarm."""
    logdir: str | None = None
    validates: Mapping[str, Any] | None = None
    """``run``, ``checkpoint``, ``step``, ``version``, ``dataset``, ``options`` of what a validation looks at."""
    template: tuple[str, ...] | None = None
    """The command before its places were filled, to be remembered."""
    part_of: Mapping[str, Any] = {}
    """``stage`` or ``sweep`` of the ``run`` fact: the study or the sweep that the run belongs to."""
    environment: Mapping[str, str] | None = None
    """What the process inherits; None: this process's own."""
    queue: Queueing | None = None
    """None starts it at once."""


class Launched(NamedTuple):
    """A run that was accepted."""

    id: str
    name: str
    status: str
    notices: tuple[str, ...] = ()
    """What is worth a line before the run goes on: what is missing, what changed, why it could not start."""
    exit_code: int = 0
    """What a shell would have given where the command could not be started: 127 or 126."""

    def having(self, started: Started) -> Launched:
        """The same with what the launcher said of its start; it waits where that said nothing."""
        if started.trouble is not None:
            notices = (*self.notices, started.trouble)
            return self._replace(status="FAILED", notices=notices, exit_code=started.exit_code or 0)
        return self if started.pid is None else self._replace(status="RUNNING")
