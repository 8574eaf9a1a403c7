"""The process that SLURM starts for a run: it does nothing but stay, so that somebody is left when the supervisor dies.

A ``kill -9`` or a kernel short of memory ends one process of a job. Where that was the supervisor, the run's own
processes become this one's children, and how they end is written down after all.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from labjournal import facts
from labjournal.launchers import attempts, causes, deaths, records, tree
from labjournal.launchers.ending import Ending
from labjournal.launchers.notices import Notices

if TYPE_CHECKING:
    from labjournal.launchers.base import Plan
    from labjournal.launchers.protocols import Machine
    from labjournal.paths import RunPaths

_HANDED_ON = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGINT)
_ENDING_S = 0.1
_ALONE = "its supervisor was killed"
_UNKNOWN = causes.MemoryKills(None, None)


class Keeper:
    """Has work done by processes of its own, one after another, and hands on to them what it is told by signal."""

    def __init__(self) -> None:
        self._worker = 0
        self.asked = False
        """Somebody wants the job to end."""
        tree.name_supervisor()
        tree.adopt_orphans()

    def work(self, do: Callable[[], int]) -> int | None:
        """The exit code of what was to be done; None when the process that did it was killed."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HANDED_ON)  # none may hit a process that has no handler yet
        pid = os.fork()
        if pid == 0:
            for number in _HANDED_ON:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            _leave(do)
        self._worker = pid
        for number in _HANDED_ON:
            signal.signal(number, self._hand_on)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        code = os.waitstatus_to_exitcode(self._wait_for(pid) or 0)
        self._worker = 0
        return code if code >= 0 else None

    def see_out(self, plan: Plan, run: RunPaths, machine: Machine) -> None:
        """Stay to the end of a run whose supervisor was killed, and write that end down where nobody has."""
        attempt = attempts.newest_or_none(run)
        number = attempts.last_number(run)
        pid = attempt.data.get("pid") if attempt is not None and attempts.number_of(attempt) == number else None
        status = self._wait_for(pid) if isinstance(pid, int) and not run.exit.exists() else None
        ending = Ending(
            run.id, pid or 0, (os.getpid(),), lambda: False, machine, plan.stop_int_s, plan.stop_term_s
        )  # two attempts must not write the same files
        while pid and not ending.done:
            ending.step(time.monotonic())
            time.sleep(0.0 if ending.done else _ENDING_S)
            _reap()
        log_start = attempt.data.get("log_start") if attempt is not None and pid else None
        end = self._end(run, status, log_start if isinstance(log_start, int) else 0)
        records.write_once(run.exit, facts.make("exit", end, run=run.id))
        Notices(run, number).ended()

    def _end(self, run: RunPaths, status: int | None, log_start: int) -> dict[str, object]:
        stop = records.read(run.stop)
        stopped = f"; a stop had been asked for by {stop.user}" if stop else ""
        if status is None:
            return attempts.end_data(run, causes.LOST, f"{_ALONE} (by hand, or out of memory){stopped}")
        ended = causes.decide(status, None, None, causes.read_tail(run.log, log_start), _UNKNOWN, _UNKNOWN)
        words = None if ended.cause is None else f"{ended.cause}; {_ALONE} before it{stopped}"
        kind = deaths.Kind.STOPPED if stop and ended.kind else ended.kind
        return {
            **attempts.end_data(run, ended.status, words, time.time()),
            "exit_code": ended.exit_code,
            "signal": ended.signal,
            "stopped_by": stop.user if stop else None,
            "death": {"kind": kind.value} if kind else None,
        }

    def _wait_for(self, pid: int) -> int | None:
        """How a child ended, the orphans reaped that end before it; None where it is no child of ours."""
        while True:
            try:
                ended, status = os.wait()
            except ChildProcessError:
                return None
            if ended == pid:
                return status

    def _hand_on(self, number: int, _frame: object) -> None:
        self.asked = self.asked or number in (signal.SIGTERM, signal.SIGINT)
        if self._worker:
            try:
                os.kill(self._worker, number)
            except ProcessLookupError:
                return


def _leave(do: Callable[[], int]) -> None:
    """The forked process, to its end."""
    code = 1
    try:
        code = do()
    except BaseException:  # noqa: BLE001 - the parent must not go on in the child's place
        traceback.print_exc()
    finally:
        os._exit(code)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
