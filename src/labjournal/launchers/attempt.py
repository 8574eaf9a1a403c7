"""One process of a run from its start to ``exit.json``: the heartbeat, the end when asked for, the outcome.

What is known here is kept until it can be written: a full disk delays ``exit.json``, it does not lose it.
"""

from __future__ import annotations

import errno
import os
import resource
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from labjournal import facts
from labjournal.facts import Fact
from labjournal.launchers import causes, child, deaths, records, tree
from labjournal.launchers.alarms import OnAlarm
from labjournal.launchers.base import Plan
from labjournal.launchers.causes import Outcome, Request
from labjournal.launchers.ending import Ending
from labjournal.launchers.notices import Notices
from labjournal.launchers.sleep import Sleep
from labjournal.launchers.vitals import Vitals
from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from labjournal.launchers.supervisor import Begun, Supervisor

BEAT_S = 3.0
_ENDING_S = 0.1
_RETRY_S = 5.0
_VANISHED = (errno.ENOENT, errno.ESTALE, errno.ENOTDIR)


class Attempt:
    """What a supervisor does beside one process."""

    def __init__(self, supervisor: Supervisor, plan: Plan, run: RunPaths) -> None:
        self._supervisor = supervisor
        self._plan = plan
        self._run = run
        self._pid = 0
        self._wait_status: int | None = None
        self._memory: int | None = None
        self._request: Request | None = None
        self._stopper: str | None = None
        self._ending: Ending | None = None
        self._notices = Notices(run, plan.attempt)
        self._on_alarm = OnAlarm(plan, run)
        self._sleep = Sleep(run, plan.attempt, supervisor.machine)

    def refuse(self, error: OSError | None) -> None:
        """Write down that nothing was started: because of ``error``, or because a stop was asked for before."""
        if error is not None:
            self._finish(Outcome(causes.FAILED, f"could not be started: {error.strerror}", None, None), None)
            return
        self._look_for_request(0.0)
        words = self._request.words if self._request else "stopped"
        self._finish(Outcome(causes.KILLED, f"{words}, before it started", None, None), None)

    def stay(self, begun: Begun) -> None:
        """Stay beside a process that was started, and write its end down."""
        started = time.monotonic()
        before = causes.memory_kills()
        # What the fork of this process held is counted as the command's: a value below it says nothing.
        floor = _bytes(resource.getrusage(resource.RUSAGE_SELF))
        self._pid = begun.pid
        if begun.failure is not None:
            child.say(begun.log, begun.failure.cause)
        tree.adopt_orphans()
        self._watch(started)
        if begun.failure is not None:
            code = begun.failure.exit_code
            outcome = Outcome(causes.FAILED, begun.failure.cause, code, None, deaths.Kind.NOT_STARTED)
        else:
            assert self._wait_status is not None
            tail = causes.read_tail(self._run.log, begun.log_start)
            sent = self._ending.sent if self._ending else None
            killed_by = os.WTERMSIG(self._wait_status) if os.WIFSIGNALED(self._wait_status) else None
            self._request = self._request or self._supervisor.why_ended(killed_by)
            outcome = causes.decide(self._wait_status, self._request, sent, tail, before, causes.memory_kills())
        if self._memory is not None and self._memory <= floor:
            self._memory = None
        again = begun.failure is None and self._is_to_be_retried(outcome)
        if again:
            self._end_leftovers()
        self._finish(outcome, begun.started_at, self._plan.retries_left if again else 0)
        self._on_alarm.look(living=False)
        self._notices.ended()
        if again:
            from labjournal.launchers import retrying

            retrying.start(self._plan)

    def _is_to_be_retried(self, outcome: Outcome) -> bool:
        """A failure of the run's own, or a kill that nobody asked us for; not what a person or a limit ended."""
        failed = outcome.status in (causes.FAILED, causes.KILLED) and self._request is None
        return failed and self._plan.retries_left > 0

    def _end_leftovers(self) -> None:
        """End what the command left behind: two attempts must not write the same files."""
        ending = self._end()
        while not ending.done:
            self._beat()
            ending.step(time.monotonic())
            if not ending.done:
                self._supervisor.sleep(_ENDING_S)
            self._supervisor.reap()

    def _watch(self, started: float) -> None:
        """Until the process has ended and, when it was asked to end, its whole tree too."""
        limit = self._plan.time_limit_s
        next_beat = 0.0
        visible = self._plan.environment.get("CUDA_VISIBLE_DEVICES")
        vitals = Vitals(self._pid, self._run.events, self._plan.cwd, visible, self._supervisor.machine)
        while True:
            now = time.monotonic()
            self._reap()
            if self._wait_status is not None and (self._ending is None or self._ending.done):
                return
            if now >= next_beat:
                self._beat()
                self._sleep.look()
                self._notices.look()
                if self._request is None and (stopped := self._on_alarm.look()) is not None:
                    self._request = Request(causes.KILLED, stopped)
                next_beat = now + BEAT_S
                vitals.look(now)
            if self._ending is None:
                if self._request is None:
                    self._look_for_request(now - started)
                self._ending = self._end() if self._request else None
            if self._ending is not None:
                self._ending.step(now)
                self._supervisor.sleep(_ENDING_S)
                continue
            until = next_beat if limit is None else min(next_beat, started + limit)
            self._supervisor.sleep(max(0.0, until - time.monotonic()))

    def _reap(self) -> None:
        ended = self._supervisor.reap().get(self._pid)
        if ended is not None:
            self._wait_status, usage = ended
            self._memory = _bytes(usage)

    def _beat(self) -> None:
        try:
            os.utime(self._run.heartbeat)
        except OSError:  # folder gone or disk read-only: the run goes on all the same
            return

    def _look_for_request(self, elapsed_s: float) -> None:
        limit = self._plan.time_limit_s
        asked = self._stop_file()
        if asked is not None:
            self._request = Request(causes.KILLED, words_of_stop(asked))
            self._stopper = asked.user
        elif (request := self._supervisor.why_asked()) is not None:
            self._request = request
        elif limit is not None and elapsed_s >= limit:
            self._request = Request(causes.TIMEOUT, f"over its time limit of {timedelta(seconds=round(limit))}")

    def _stop_file(self) -> Fact | None:
        try:
            return records.read(self._run.stop)
        except OSError:
            return None

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

    def _finish(self, outcome: Outcome, started_at: str | None, retries_left: int = 0) -> None:
        """Write the end down; while it cannot be written, keep it and try again."""
        data: dict[str, object] = {
            "attempt": self._plan.attempt,
            "status": outcome.status,
            "cause": outcome.cause,
            "exit_code": outcome.exit_code,
            "signal": outcome.signal,
            "started_at": started_at,
            "ended_at": facts.now_iso(),
            "stopped_by": self._stopper,
            "max_memory_bytes": self._memory,
            "retries_left": retries_left,
            "death": self._death(outcome),
        }
        fact = facts.make("exit", data, run=self._plan.run_id)
        while not self._written(fact):
            self._beat()
            self._supervisor.sleep(_RETRY_S)
        try:
            self._run.stop.unlink()
        except OSError:  # nobody asked, or the folder is gone
            return

    def _death(self, outcome: Outcome) -> dict[str, object] | None:
        if outcome.kind is None:
            return None
        folders = (self._plan.cwd, self._plan.folder)
        return deaths.evidence(outcome.kind, outcome.trace, self._supervisor.machine, folders)

    def _written(self, fact: Fact) -> bool:
        """Whether the end is on disk, or there is no folder left to write it to."""
        number = self._plan.attempt
        # Somebody who took this attempt for lost may have begun the next one: its end is not ours to overwrite.
        superseded = self._run.attempt(number + 1).exists() or self._run.earlier_exit(number).exists()
        try:
            if superseded:
                records.write(self._run.earlier_exit(number), fact, sync=True)
            else:
                records.write_reserved(self._run.exit, fact)
        except OSError as error:
            return error.errno in _VANISHED
        return True


def words_of_stop(asked: Fact) -> str:
    """Who asked for a stop and why, in words."""
    why = asked.data.get("why")
    who = f"stopped by {asked.user}"
    return f"{who}: {causes.one_line(str(why))}" if why else who


def _bytes(usage: resource.struct_rusage) -> int:
    """The most memory held at once, in bytes: Linux counts in KB, macOS in bytes."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
