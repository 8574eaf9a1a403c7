"""Which launcher a run is handed to, and what that one is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from labjournal import machine
from labjournal.config import Config
from labjournal.errors import InputError
from labjournal.launchers import records
from labjournal.launchers.base import Plan, Resources, Started
from labjournal.paths import JournalPaths, RunPaths
from labjournal.runner.request import LaunchRequest

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Launcher
    from labjournal.vocabulary import Status

LOCAL, SLURM = "local", "slurm"


def name_of(request: LaunchRequest, config: Config) -> str:
    """``local`` or ``slurm``. Raises InputError for any other."""
    name = request.launcher or config.run.launcher
    if name not in (LOCAL, SLURM):
        raise InputError(f"There is no launcher {name!r}.", f"There are {LOCAL} and {SLURM}.")
    return name


def choose(request: LaunchRequest, config: Config, run_ended: Callable[[RunPaths], None] | None = None) -> Launcher:
    """The launcher of a request. Raises InputError."""
    return _make(name_of(request, config), config, run_ended)


def of_run(run: RunPaths, config: Config) -> Launcher:
    """The launcher that a run was handed to."""
    launched = records.read(run.run)
    return _make(str(launched.data.get("launcher")) if launched else LOCAL, config, None)


def stop_all(runs: Sequence[RunPaths], config: Config, why: str | None) -> None:
    """Ask runs to end, those of SLURM by a few calls. Raises JournalUnavailableError, LaunchError."""
    from labjournal.launchers.slurm import SlurmLauncher

    in_slurm: list[RunPaths] = []
    for run in runs:
        launcher = of_run(run, config)
        if isinstance(launcher, SlurmLauncher):
            in_slurm.append(run)
        else:
            launcher.stop(run, why)
    if in_slurm:
        SlurmLauncher(machine, config.slurm.warn_s).stop_all(in_slurm, why)


def comes_back(run: RunPaths, status: Status) -> bool:
    """Whether the launcher of a run that ended so will start it again: SLURM requeues what it preempts, or we asked."""
    if status.value not in ("PREEMPTED", "TIMEOUT"):  # the words of the statuses take 10 ms to load, in each launch
        return False
    launched = records.read(run.run)
    if launched is None or launched.data.get("launcher") != SLURM:
        return False
    from labjournal.launchers import slurm_state

    return slurm_state.comes_back(run)


def _make(name: str, config: Config, run_ended: Callable[[RunPaths], None] | None) -> Launcher:
    if name == SLURM:
        from labjournal.launchers.slurm import SlurmLauncher

        return SlurmLauncher(machine, config.slurm.warn_s)
    from labjournal.launchers.local import LocalLauncher

    return LocalLauncher(machine, config.run.stop_int_s, config.run.stop_term_s, run_ended)


def hand_over(
    plans: Sequence[Plan], requests: Sequence[LaunchRequest], config: Config, run_ended: Callable[[RunPaths], None]
) -> Started:
    """Start plans, one after the other; those of one lane side by side, where the launcher has a queue of its own.

    Raises LaunchError.
    """
    launcher = choose(requests[0], config, run_ended)
    if is_array(requests, config):
        from labjournal.launchers.slurm import SlurmLauncher

        assert isinstance(launcher, SlurmLauncher)
        asked = requests[0].queue
        return launcher.launch_array(plans, asked.width if asked else None)
    return launcher.launch(plans)


def is_array(requests: Sequence[LaunchRequest], config: Config) -> bool:
    """Whether requests become one array of SLURM."""
    first = requests[0]
    if len(requests) == 1 or first.queue is None or first.queue.lane is None or name_of(first, config) != SLURM:
        return False
    return all(_needs(request) == _needs(first) for request in requests[1:])


def _needs(request: LaunchRequest) -> tuple[Any, ...]:
    wanted = (request.gpus, request.time_limit_s, request.cwd, request.queue, request.after_jobs)
    return (*wanted, dict(request.launcher_options))


def described(requests: Sequence[LaunchRequest], at: int, first_id: str, config: Config) -> dict[str, Any]:
    """What the ``run`` fact of one of the requests says of a launcher other than the local one."""
    request = requests[at]
    said = {"launcher": name_of(request, config), "launcher_options": _options(request, config)}
    return said | ({"array": {"first": first_id, "at": at}} if is_array(requests, config) else {})


def _options(request: LaunchRequest, config: Config) -> dict[str, str]:
    return {**config.slurm.options, **request.launcher_options}


def resources(request: LaunchRequest, name: str, config: Config) -> Resources:
    """What the launcher is asked for."""
    return Resources(name, request.gpus or 0, _options(request, config), request.after_jobs)


def with_own_queue(requests: Sequence[LaunchRequest], paths: JournalPaths) -> list[LaunchRequest]:
    """Requests for a launcher that has a queue of its own: what they wait for becomes its jobs. Raises InputError."""
    return [request._replace(after_jobs=tuple(_waiting(request, paths))) for request in requests]


def not_told(request: LaunchRequest, name: str) -> list[str]:
    """A notice of what only the queue of this machine understands."""
    asked = request.queue
    if asked is None:
        return []
    said = {"--gpu-memory": asked.gpu_memory_bytes is not None, "--priority": asked.priority != 0}
    lost = [option for option, given in said.items() if given]
    return [f"{' and '.join(lost)}: {name} was not told (--launcher-opt has its own words)"] if lost else []


def _waiting(request: LaunchRequest, paths: JournalPaths) -> Iterator[tuple[str, str]]:
    from labjournal.launchers import slurm

    for run_id, however in request.queue.after if request.queue else ():
        run = paths.run(run_id)
        ended = records.read(run.exit)
        if ended is not None and (however or ended.data.get("status") == "DONE"):
            continue
        job = None if ended is not None else slurm.job_of(run)
        if job is None:
            why = "it did not end well" if ended is not None else "it is no SLURM job"
            raise InputError(f"A SLURM job cannot wait for {run_id[-6:].lower()}: {why}.")
        yield (job, "afterany" if however else "afterok")
