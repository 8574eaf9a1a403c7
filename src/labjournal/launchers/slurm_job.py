"""The supervisor inside a SLURM job: warned before the end, it lets the processes that listen save their work.

SLURM sends USR2 to this process some time before the limit of the job, and TERM when the job is to end: cancelled,
preempted or over its limit. Which of these it is, only SLURM can say.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal.launchers import causes, deaths, records, slurm_commands, tree
from labjournal.launchers.base import Plan
from labjournal.launchers.causes import Request
from labjournal.launchers.supervisor import Supervisor
from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from labjournal.facts import Fact
    from labjournal.launchers.protocols import Machine

_END_MARGIN_S = 5.0
_TERM_TRAVELS_S = 1.0
WARNING = "the time limit of its SLURM job is near"


def own_number() -> str:
    """The number of the job this process runs in: ``12``, or ``12_3`` for one of an array."""
    array, task = os.environ.get("SLURM_ARRAY_JOB_ID"), os.environ.get("SLURM_ARRAY_TASK_ID")
    return f"{array}_{task}" if array and task else os.environ.get("SLURM_JOB_ID", "")


class JobSupervisor(Supervisor):
    """Runs one plan as the batch step of a job.

    Args:
        warn_s: how long before its end the job is warned.
        forward: the signal that is passed on to the run's processes that catch it, when the warning comes.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        machine: Machine,
        warn_s: float,
        forward: signal.Signals,
        run_ended: Callable[[RunPaths], None] | None = None,
    ) -> None:
        super().__init__(plans, machine, -1, run_ended)
        self._plan = plans[0]
        self._warn_s = warn_s
        self._forward = forward
        self._end_at: float | None = None
        self._restarts = int(os.environ.get("SLURM_RESTART_COUNT") or 0)
        self._told: set[tree.Member] = set()
        """Processes that were told that the end is near."""
        signal.signal(signal.SIGUSR2, self._warned)

    def _warned(self, _number: int, _frame: object) -> None:
        stop_s = self._plan.stop_int_s + self._plan.stop_term_s + _END_MARGIN_S
        self._end_at = time.monotonic() + max(0.0, self._warn_s - stop_s)
        self._tell_who_listens()

    def _tell_who_listens(self) -> None:
        """Once each: SLURM may warn up to a minute early, when a script still imports what it will save with."""
        members = tree.of_run(self._plan.run_id, (os.getpid(),), self.machine) - self._told
        listening = {member for member in members if catches(member.pid, self._forward)}
        self._told |= listening
        tree.signal_all(listening, self._forward, self.machine)

    def why_asked(self) -> Request | None:
        """TERM means what SLURM says it means; near the end of the job it is the limit."""
        if self.asked is None:
            if self._end_at is None:
                return None
            if time.monotonic() >= self._end_at:
                return Request(causes.TIMEOUT, f"{WARNING}, and it had not ended by itself")
            self._tell_who_listens()
            return None
        state = slurm_commands.state_of(own_number())
        if state.name == "PREEMPTED" or "Preempt" in state.reason:
            return Request(causes.PREEMPTED, "preempted by SLURM")
        if state.restarts > self._restarts or state.name.startswith(("PENDING", "REQUEUE")):
            return Request(causes.PREEMPTED, "sent back to the queue by SLURM")
        if state.name == "TIMEOUT" or state.reason == "TimeLimit" or self._end_at is not None:
            return Request(causes.TIMEOUT, "over the time limit of its SLURM job")
        if state.name in ("CANCELLED", "COMPLETING", "RUNNING"):  # the last two while its processes still end
            return Request(causes.KILLED, "cancelled in SLURM (scancel)")
        return Request(causes.KILLED, f"its SLURM job was asked to end ({state.name or 'SLURM does not say why'})")

    def why_ended(self, killed_by: int | None) -> Request | None:
        """SLURM sends TERM to all processes of a job at once: the run's may be gone before ours has arrived."""
        if killed_by in (signal.SIGTERM, signal.SIGKILL):
            until = time.monotonic() + _TERM_TRAVELS_S
            while self.asked is None and time.monotonic() < until:
                self.sleep(0.1)
        request = self.why_asked()
        if request is None and self._told:
            return Request(causes.TIMEOUT, f"{WARNING}: it was told by {self._forward.name[3:]}", told=True)
        return request

    def _identity(self, plan: Plan) -> dict[str, object]:
        return {**super()._identity(plan), "job": own_number()}


def passed_on(run: RunPaths) -> str | None:
    """Why a job that SLURM starts again has nothing to do any more; None when it goes on with its run."""
    from labjournal.launchers import attempts

    ended, last = records.read(run.exit), attempts.last_ended(run)
    if run.stop.exists() or (ended is not None and ended.data.get("stopped_by")):
        return "it was stopped"
    newest = attempts.newest_or_none(run)
    held = records.read(run.job(last + 1)) if attempts.number_of(newest) <= last else newest
    job = held.data.get("job") if held is not None else None
    if job is not None and job != own_number():
        return f"job {job} has it in hand"
    return None


def is_to_be_retried(ended: Fact | None) -> bool:
    """Whether an end is a failure of the run's own, or a kill that nobody asked us for."""
    if ended is None or ended.data.get("stopped_by"):
        return False
    status, kind = ended.data.get("status"), (ended.data.get("death") or {}).get("kind")
    if status == causes.LOST:
        return True
    if kind in (deaths.Kind.STOPPED, deaths.Kind.TIME, deaths.Kind.NOT_STARTED):
        return False
    return status == causes.FAILED or (status == causes.KILLED and kind is not None)


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal; others would be killed by it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
        mask = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))
    except (OSError, StopIteration, ValueError, IndexError):
        return False
    return bool(mask >> (number - 1) & 1)


def close_killed_attempt(run: RunPaths, number: int) -> None:
    """Write an end for an attempt that SLURM ended so fast that nobody could, before its job starts again."""
    from labjournal import facts
    from labjournal.launchers import attempts

    if not run.exit.exists() and run.attempt(number).exists():
        data = attempts.end_data(run, causes.PREEMPTED, "ended and requeued by SLURM before it could say how")
        records.write_once(run.exit, facts.make("exit", data, run=run.id))
