"""The process beside a run: starts it, keeps a heartbeat, ends it when asked, writes down how it ended.

It stays a small, single-threaded process that needs nothing but the run folder. What it knows it keeps trying to
write: a full disk delays ``exit.json``, it does not lose it. Its death harms nothing but the exit code.
"""

from __future__ import annotations

import errno
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from labjournal import facts
from labjournal.facts import Fact
from labjournal.launchers import causes, child, records, tree
from labjournal.launchers.base import Machine, Plan, where
from labjournal.launchers.causes import Outcome, Request
from labjournal.launchers.ending import Ending
from labjournal.paths import RunPaths

BEAT_S = 3.0
_BEAT_ENDING_S = 0.1
_RETRY_S = 5.0
_LEFTOVER_S = 10.0
_VANISHED = (errno.ENOENT, errno.ESTALE, errno.ENOTDIR)


class Supervisor:
    """Runs plans one after another and tells ``answer`` how the first one started.

    Args:
        plans: at least one; each folder holds its ``run.json``.
        machine: where process numbers and start times come from.
        answer: file descriptor that gets one line of JSON and is then closed.
    """

    def __init__(self, plans: Sequence[Plan], machine: Machine, answer: int) -> None:
        self._plans = plans
        self.machine = machine
        self._answer = answer
        self._asked: signal.Signals | None = None
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
        self._claim_waiting()
        for plan in self._plans:
            _Attempt(self, plan).run()
        self.tell(None, None)
        self._see_off_the_rest()

    def _claim_waiting(self) -> None:
        """Say who will start the plans that wait, so that others can tell a queued run from a forgotten one."""
        for plan in self._plans[1:]:
            claim = RunPaths(Path(plan.folder)).claim(plan.attempt)
            try:
                records.write(claim, facts.make("claim", self.identity(plan.attempt), run=plan.run_id))
            except OSError:
                continue

    def _see_off_the_rest(self) -> None:
        """Stay while processes that a command left behind live: the run is not over for its watchers before."""
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

    def identity(self, attempt: int) -> dict[str, object]:
        own = os.getpid()
        return {
            "n": attempt,
            "supervisor_pid": own,
            "supervisor_ticks": self.machine.process_start_ticks(own),
            **where(self.machine),
        }

    def tell(self, pid: int | None, trouble: str | None) -> None:
        """Answer the launcher once; it may be gone."""
        if self._answer < 0:
            return
        line = facts.dumps({"supervisor_pid": os.getpid(), "pid": pid, "trouble": trouble}) + "\n"
        try:
            os.write(self._answer, line.encode("utf-8", "replace"))
        except OSError:
            pass
        finally:
            os.close(self._answer)
            self._answer = -1

    def sleep(self, seconds: float) -> None:
        """Until a signal arrives, at most ``seconds``."""
        ready, _, _ = select.select([self._wake], [], [], seconds)
        if ready:
            os.read(self._wake, 4096)

    @property
    def asked(self) -> signal.Signals | None:
        """The signal by which somebody asked this process to end (a shutdown, say)."""
        return self._asked

    def _note_asked(self, number: int, _frame: object) -> None:
        self._asked = signal.Signals(number)


class _Attempt:
    """One process of a run from fork to ``exit.json``."""

    def __init__(self, supervisor: Supervisor, plan: Plan) -> None:
        self._supervisor = supervisor
        self._plan = plan
        self._paths = RunPaths(Path(plan.folder))
        self._log = -1
        self._log_start = 0
        self._pid = 0
        self._wait_status: int | None = None
        self._memory: int | None = None
        self._request: Request | None = None
        self._stopper: str | None = None
        self._ending: Ending | None = None

    def run(self) -> None:
        started = facts.now_iso()
        if self._paths.exit.exists():  # declared LOST before it could start
            return
        self._look_for_request(0.0)
        if self._request is not None:
            self._finish(Outcome(causes.KILLED, f"{self._request.words}, before it started", None, None), None)
            return
        held = self._prepare()
        if held is None:
            return
        if isinstance(held, OSError):
            words = f"could not be started: {held.strerror}"
            self._supervisor.tell(None, words)
            self._finish(Outcome(causes.FAILED, words, None, None), started)
            return
        memory_floor = _bytes(resource.getrusage(resource.RUSAGE_SELF))
        failure = child.release(held, self._plan)
        begun = time.monotonic()
        if failure is not None:
            child.say(self._log, failure.cause)
        self._supervisor.tell(self._pid, failure.cause if failure else None)
        tree.name_supervisor()
        tree.adopt_orphans()
        before = causes.memory_kills()
        self._watch(begun)
        if failure is not None:
            outcome = Outcome(causes.FAILED, failure.cause, failure.exit_code, None)
        else:
            outcome = self._outcome(before)
        if self._memory is not None and self._memory <= memory_floor:
            self._memory = None  # what the fork itself held is counted in: the command needed less than that
        self._finish(outcome, started)
        os.close(self._log)

    def _prepare(self) -> child.Child | OSError | None:
        """The process with its identity on disk, or why there is none; None when it was given up as LOST."""
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self._log = os.open(self._paths.log, flags, 0o666)
            self._log_start = os.fstat(self._log).st_size
            held = child.fork(self._plan, self._log)
        except OSError as error:
            return error
        self._pid = held.pid
        attempt = {
            **self._supervisor.identity(self._plan.attempt),
            "command": list(self._plan.recorded),
            "pid": held.pid,
            "start_ticks": self._supervisor.machine.process_start_ticks(held.pid),
        }
        try:
            self._paths.attempts.mkdir(exist_ok=True)
            path = self._paths.attempt(self._plan.attempt)
            records.write(path, facts.make("attempt", attempt, run=self._plan.run_id))
            self._paths.heartbeat.touch()
        except OSError as error:
            child.abandon(held)
            return error
        if self._paths.exit.exists():  # see liveness: whoever looks second has seen the other's word
            child.abandon(held)
            return None
        return held

    def _watch(self, begun: float) -> None:
        """Until the process has ended and, when it was asked to end, its whole tree too."""
        limit = self._plan.time_limit_s
        next_beat = 0.0
        while True:
            now = time.monotonic()
            self._reap()
            if self._wait_status is not None and (self._ending is None or self._ending.done):
                return
            if now >= next_beat:
                self._beat()
                next_beat = now + BEAT_S
            if self._request is None and self._wait_status is None:
                self._look_for_request(now - begun)
                self._ending = self._end() if self._request else None
            if self._ending is not None:
                self._ending.step(now)
                if self._ending.done and self._wait_status is not None:
                    return
                self._supervisor.sleep(_BEAT_ENDING_S)
                continue
            until = next_beat if limit is None else min(next_beat, begun + limit)
            self._supervisor.sleep(max(0.0, until - time.monotonic()))

    def _reap(self) -> None:
        ended = self._supervisor.reap().get(self._pid)
        if ended is not None:
            self._wait_status, usage = ended
            self._memory = _bytes(usage)

    def _beat(self) -> None:
        try:
            os.utime(self._paths.heartbeat)
        except OSError:  # folder gone or disk read-only: the run goes on all the same
            return

    def _look_for_request(self, elapsed_s: float) -> None:
        if self._stop_asked():
            pass
        elif self._supervisor.asked is not None:
            name = self._supervisor.asked.name
            self._request = Request(causes.KILLED, f"its supervisor was asked to end ({name}: a shutdown, or by hand)")
        elif self._plan.time_limit_s is not None and elapsed_s >= self._plan.time_limit_s:
            self._request = Request(
                causes.TIMEOUT, f"over its time limit of {timedelta(seconds=round(self._plan.time_limit_s))}"
            )

    def _end(self) -> Ending:
        return Ending(
            self._plan.run_id,
            self._pid,
            (os.getpid(),),
            lambda: self._wait_status is None,
            self._supervisor.machine,
            self._plan.stop_int_s,
            self._plan.stop_term_s,
        )

    def _stop_asked(self) -> bool:
        try:
            fact = records.read(self._paths.stop)
        except OSError:
            return False
        if fact is None:
            return False
        self._request = Request(causes.KILLED, words_of_stop(fact))
        self._stopper = fact.user
        return True

    def _outcome(self, before: causes.MemoryKills) -> Outcome:
        assert self._wait_status is not None
        tail = causes.read_tail(self._paths.log, self._log_start)
        sent = self._ending.sent if self._ending else None
        return causes.decide(self._wait_status, self._request, sent, tail, before, causes.memory_kills())

    def _finish(self, outcome: Outcome, started: str | None) -> None:
        """Write the end down; while it cannot be written, keep it and try again."""
        data: dict[str, object] = {
            "attempt": self._plan.attempt,
            "status": outcome.status,
            "cause": outcome.cause,
            "exit_code": outcome.exit_code,
            "signal": outcome.signal,
            "started_at": started,
            "ended_at": facts.now_iso(),
            "stopped_by": self._stopper,
            "max_memory_bytes": self._memory,
        }
        fact = facts.make("exit", data, run=self._plan.run_id)
        while not self._written(fact):
            self._beat()
            self._supervisor.sleep(_RETRY_S)
        try:
            self._paths.stop.unlink()
        except OSError:  # nobody asked, or the folder is gone
            return

    def _written(self, fact: Fact) -> bool:
        """Whether the end is on disk, or there is no folder left to write it to."""
        try:
            records.write(self._paths.exit, fact, sync=True)
        except OSError as error:
            return error.errno in _VANISHED
        return True


def _bytes(usage: resource.struct_rusage) -> int:
    """The most memory held at once, in bytes: Linux counts in KB, macOS in bytes."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def words_of_stop(fact: Fact) -> str:
    """Who asked for a stop and why, in words."""
    why = fact.data.get("why")
    who = f"stopped by {fact.user}"
    return f"{who}: {causes.one_line(str(why))}" if why else who
