"""Running a command on this machine, so that it outlives whoever launched it.

The supervisor is a fork of the launching process: nothing is imported again, and the command runs some
milliseconds after the call. A process with several threads (the app) starts a fresh interpreter first, which
does the same.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import labjournal
from labjournal.launchers import detached
from labjournal.launchers.base import LaunchError, Plan, Started
from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from labjournal.launchers.liveness import Observation
    from labjournal.launchers.protocols import Machine

_ENTRY = "import sys; sys.path.insert(0, sys.argv[1]); from labjournal.supervise import main; main()"


class LocalLauncher:
    """Starts runs on this machine.

    Args:
        machine: where process numbers and start times come from.
        stop_int_s, stop_term_s: seconds after INT and after TERM when a run has lost its supervisor.
        run_ended: called by the supervisor for each run that is over; a fresh interpreter has its own.
    """

    def __init__(
        self,
        machine: Machine,
        stop_int_s: float = 10.0,
        stop_term_s: float = 10.0,
        run_ended: Callable[[RunPaths], None] | None = None,
    ) -> None:
        self._machine = machine
        self._run_ended = run_ended
        self._stop_int_s = stop_int_s
        self._stop_term_s = stop_term_s

    @property
    def name(self) -> str:
        return "local"

    def launch(self, plans: Sequence[Plan]) -> Started:
        """Hand the plans to a supervisor; returns when the first command runs, or could not be started.

        Raises LaunchError when no supervisor could be started.
        """
        if not plans:
            raise LaunchError("There is nothing to launch.")
        job = {"do": "supervise", "plans": [plan._asdict() for plan in plans]}
        answer = self._do(job, Path(plans[0].folder), [fd for plan in plans for fd in plan.leases])
        try:
            return Started(**json.loads(answer))
        except (ValueError, TypeError) as error:
            raise LaunchError(
                "The supervisor of the run died at its start.", f"{plans[0].folder}/out.log may say why."
            ) from error

    def stop(self, run: RunPaths, why: str | None = None) -> None:
        """Ask a run to end; one that lost its supervisor is ended by a process of ours. Returns at once."""
        from labjournal.launchers import stopping

        stopping.request(run, self._machine, why)
        if stopping.is_unsupervised(run, self._machine):
            job = {"do": "end", "folder": str(run.folder), "int_s": self._stop_int_s, "term_s": self._stop_term_s}
            self._do(job, run.folder)

    def state(self, run: RunPaths) -> Observation:
        from labjournal.launchers.liveness import observe

        return observe(run, self._machine)

    def _do(self, job: dict[str, Any], folder: Path, keep: Sequence[int] = ()) -> bytes:
        """Have a job done in a detached process, which inherits ``keep``; returns its answer."""
        if not detached.can_fork():
            return _in_fresh_interpreter(job, keep)
        try:
            return detached.run(
                lambda answer: perform(job, self._machine, answer, self._run_ended), folder / "out.log", keep
            )
        except OSError as error:
            raise LaunchError(
                f"No process can be started: {error.strerror}.", "Is a limit of processes reached?"
            ) from (error)


def perform(
    job: dict[str, Any], machine: Machine, answer: int, run_ended: Callable[[RunPaths], None] | None = None
) -> None:
    """What a detached process does; see LocalLauncher."""
    if job["do"] == "supervise":
        from labjournal.launchers.supervisor import Supervisor

        Supervisor([Plan.from_json(raw) for raw in job["plans"]], machine, answer, run_ended).run()
    else:
        from labjournal.launchers import stopping

        os.close(answer)
        stopping.end_unsupervised(RunPaths(Path(job["folder"])), machine, job["int_s"], job["term_s"])


def serve(machine: Machine, run_ended: Callable[[RunPaths], None]) -> None:
    """The fresh interpreter's part: one job as JSON on standard input, its answer on standard output."""
    job = json.load(sys.stdin.buffer)
    folder = Path(job["folder"] if "folder" in job else job["plans"][0]["folder"])
    keep = [fd for plan in job.get("plans", ()) for fd in plan["leases"]]
    answer = detached.run(lambda fd: perform(job, machine, fd, run_ended), folder / "out.log", keep)
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()


def _in_fresh_interpreter(job: dict[str, Any], keep: Sequence[int] = ()) -> bytes:
    import subprocess

    # Isolated: neither a folder on PYTHONPATH (inside a run, the watch's) nor the working folder may replace us.
    root = str(Path(labjournal.__file__).parents[1])
    command = [sys.executable, "-I", "-c", _ENTRY, root]
    # surrogateescape: arguments and variables need not be UTF-8, and JSON keeps lone surrogates as \udcxx.
    payload = json.dumps(job).encode("ascii")
    try:
        done = subprocess.run(command, input=payload, stdout=subprocess.PIPE, check=False, cwd="/", pass_fds=keep)
    except OSError as error:
        raise LaunchError(f"No process can be started: {error.strerror}.") from error
    return done.stdout
