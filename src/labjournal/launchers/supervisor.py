"""The process beside a run: starts it, stays to its end, and needs nothing but the run folder.

This file holds what happens up to the moment the command runs; the rest (``attempt``) is imported afterwards, so
that the command need not wait for it.
"""

from __future__ import annotations

import os
import resource
import select
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from labjournal import facts
from labjournal.launchers import child, records
from labjournal.launchers.base import Plan, where
from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from labjournal.launchers.causes import Request
    from labjournal.launchers.protocols import Machine

_LEFTOVER_S = 10.0


class Begun(NamedTuple):
    """An attempt whose process exists."""

    pid: int
    log: int
    """File descriptor of ``out.log``."""
    log_start: int
    """Where the attempt's part of the log begins, in bytes."""
    started_at: str
    failure: child.ExecFailure | None
    """Why the process did not become the command."""


class Supervisor:
    """Runs plans one after another and tells ``answer`` how the first one started.

    Args:
        plans: at least one; each folder holds its ``run.json``.
        machine: where process numbers and start times come from.
        answer: file descriptor that gets one line of JSON and is then closed.
        run_ended: called for each run that is over, when what it held is free again.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        machine: Machine,
        answer: int,
        run_ended: Callable[[RunPaths], None] | None = None,
    ) -> None:
        self._plans = plans
        self._run_ended = run_ended
        self.machine = machine
        self._answer = answer
        self.asked: signal.Signals | None = None
        """The signal by which somebody asked this process to end (a shutdown, say)."""
        self._wake, wake_in = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(wake_in, False)
        signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGUSR1):
            signal.signal(number, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note_asked)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def run(self) -> None:
        """Work through the plans; returns when the last process of the last one is gone."""
        for plan in self._plans[1:]:
            self._claim(plan)
        for number, plan in enumerate(self._plans, 1):
            self._run_one(plan)
            if number == len(self._plans):  # a batch shares what it holds; whoever is left of it still does
                for lease in {fd for held in self._plans for fd in held.leases}:
                    os.close(lease)
            if self._run_ended is not None:
                self._run_ended(RunPaths(Path(plan.folder)))
        self._tell(None, None)
        self._see_off_the_rest()

    def _run_one(self, plan: Plan) -> None:
        run = RunPaths(Path(plan.folder))
        if plan.queued and not self._claim_alone(plan, run):
            return
        if run.exit.exists():  # declared LOST while it waited
            return
        begun = None if self.asked or run.stop.exists() else self._begin(plan, run)
        if plan.queued and isinstance(begun, Begun):
            run.waiting.unlink(missing_ok=True)
        if isinstance(begun, Begun):
            from labjournal.launchers import tree

            tree.name_supervisor()  # before anybody knows of it: the stop of an outer run must not take it for its own
            failure = begun.failure
            self._tell(begun.pid, failure and failure.cause, failure and failure.exit_code)
        elif isinstance(begun, OSError):
            self._tell(None, f"could not be started: {begun.strerror}", child.NOT_EXECUTABLE)
        from labjournal.launchers.attempt import Attempt

        attempt = Attempt(self, plan, run)
        if isinstance(begun, Begun):
            attempt.stay(begun)
            os.close(begun.log)
        elif not run.exit.exists():
            attempt.refuse(begun)
        if plan.queued:
            run.waiting.unlink(missing_ok=True)

    def _begin(self, plan: Plan, run: RunPaths) -> Begun | OSError | None:
        """Start the process with its identity on disk; None when the run was given up as LOST meanwhile."""
        started_at = facts.now_iso()
        try:
            log = os.open(run.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            log_start = os.fstat(log).st_size
            held = child.fork(plan, log)
        except OSError as error:
            return error
        attempt = {
            **self._identity(plan),
            "command": list(plan.recorded),
            "pid": held.pid,
            "start_ticks": self.machine.process_start_ticks(held.pid),
            "log_start": log_start,
        }
        try:
            run.attempts.mkdir(exist_ok=True)
            records.write(run.attempt(plan.attempt), facts.make("attempt", attempt, run=plan.run_id))
            run.heartbeat.touch()
            records.reserve(run.exit)  # before the command runs: it can fill a disk in milliseconds
        except OSError as error:
            child.abandon(held)
            return error
        if run.exit.exists():  # see liveness: whoever looks second has seen the other's word
            child.abandon(held)
            return None
        return Begun(held.pid, log, log_start, started_at, child.release(held, plan))

    def _claim(self, plan: Plan) -> None:
        """Say who will start a plan that waits, so that others can tell a queued run from a forgotten one."""
        claim = RunPaths(Path(plan.folder)).claim(plan.attempt)
        try:
            records.write(claim, facts.make("claim", self._identity(plan), run=plan.run_id))
        except OSError:
            return

    def _claim_alone(self, plan: Plan, run: RunPaths) -> bool:
        """Whether this supervisor is the one to run a plan of the queue: others may have been started for it."""
        try:
            mine = records.write_once(
                run.claim(plan.attempt), facts.make("claim", self._identity(plan), run=plan.run_id)
            )
        except OSError as error:
            self._tell(None, f"cannot be claimed: {error.strerror}")
            return False
        # The entry is read after the claim was made: one that is gone was begun, or ended, by somebody else.
        if not mine or not run.waiting.exists() or run.attempt(plan.attempt).exists():
            self._tell(None, "was started by somebody else")
            return False
        return True

    def _identity(self, plan: Plan) -> dict[str, object]:
        own = os.getpid()
        ticks = self.machine.process_start_ticks(own)
        return {"n": plan.attempt, "supervisor_pid": own, "supervisor_ticks": ticks, **where(self.machine)}

    def _tell(self, pid: int | None, trouble: str | None, exit_code: int | None = None) -> None:
        """Answer the launcher once; it may be gone."""
        if self._answer < 0:
            return
        started = {"supervisor_pid": os.getpid(), "pid": pid, "trouble": trouble, "exit_code": exit_code}
        line = facts.dumps(started) + "\n"
        try:
            os.write(self._answer, line.encode("utf-8", "replace"))
        except OSError:
            pass
        finally:
            os.close(self._answer)
            self._answer = -1

    def _see_off_the_rest(self) -> None:
        """Stay while processes that a command left behind live: the run is not over for its watchers before."""
        from labjournal.launchers import tree

        while tree.of_run(self._plans[-1].run_id, (os.getpid(),), self.machine):
            self.sleep(_LEFTOVER_S)
            self.reap()

    def reap(self) -> dict[int, tuple[int, resource.struct_rusage]]:
        """Wait status and usage of every child that has ended, orphans of the run included."""
        ended: dict[int, tuple[int, resource.struct_rusage]] = {}
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return ended
            if pid == 0:
                return ended
            ended[pid] = (status, usage)

    def sleep(self, seconds: float) -> None:
        """Until a signal arrives, at most ``seconds``."""
        ready, _, _ = select.select([self._wake], [], [], seconds)
        if ready:
            os.read(self._wake, 4096)

    def why_asked(self) -> Request | None:
        """Why this process was asked to end, when it was."""
        if self.asked is None:
            return None
        from labjournal.launchers import causes

        words = f"its supervisor was asked to end ({self.asked.name}: a shutdown, or by hand)"
        return causes.Request(causes.KILLED, words)

    def why_ended(self, killed_by: int | None) -> Request | None:
        """Why a process has ended that this one sent no signal to, when somebody had asked us to end; else None."""
        return self.why_asked()

    def _note_asked(self, number: int, _frame: object) -> None:
        self.asked = signal.Signals(number)
