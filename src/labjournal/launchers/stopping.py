"""Asking a run to end by a file that its supervisor sees, and ending one that has lost its supervisor."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

from labjournal import facts
from labjournal.errors import JournalUnavailableError
from labjournal.facts import Fact
from labjournal.launchers import attempts, causes, liveness, records, tree
from labjournal.launchers.attempt import words_of_stop
from labjournal.launchers.ending import Ending
from labjournal.launchers.verdict import Place
from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine

_STEP_S = 0.1


def request(run: RunPaths, machine: Machine, why: str | None = None) -> None:
    """Write the request and wake the supervisor when it is at hand; one far away looks every few seconds.

    Raises JournalUnavailableError when the request cannot be written.
    """
    try:
        records.write(run.stop, facts.make("stop_requested", {"why": why}, run=run.id), sync=True)
    except OSError as error:
        raise JournalUnavailableError(
            f"The stop of {run.id} cannot be written: {error.strerror}.",
            "The run folder must be writable: ask the run's owner, or free some space.",
        ) from error
    keeper = _keeper(run, machine)
    if keeper is not None:
        try:
            os.kill(keeper, signal.SIGUSR1)
        except (ProcessLookupError, PermissionError):  # just gone, or another user's: it looks every few seconds
            return


def is_unsupervised(run: RunPaths, machine: Machine) -> bool:
    """Whether processes of a run live here that no supervisor would end."""
    attempt = attempts.newest(run)
    if attempt is None or liveness.place_of(attempt.data, machine) is not Place.HERE:
        return False
    if run.exit.exists() or _keeper(run, machine) is not None:
        return False
    return _process_alive(attempt.data, machine) or bool(tree.of_run(run.id, (), machine))


def end_unsupervised(run: RunPaths, machine: Machine, int_s: float, term_s: float) -> None:
    """Do what the supervisor would have done; takes up to ``int_s + term_s`` seconds and some more."""
    attempt = attempts.newest(run)
    asked = records.read(run.stop)
    if attempt is None or asked is None:
        return
    pid = attempt.data["pid"]
    ending = Ending(run.id, pid, (), lambda: _process_alive(attempt.data, machine), machine, int_s, term_s)
    while not ending.done:
        ending.step(time.monotonic())
        if not ending.done:
            time.sleep(_STEP_S)
    assert ending.sent is not None
    records.write_once(run.exit, _exit_fact(run, attempt, asked, ending.sent))
    run.stop.unlink(missing_ok=True)


def _exit_fact(run: RunPaths, attempt: Fact, asked: Fact, sent: signal.Signals) -> Fact:
    data: dict[str, Any] = {
        "attempt": attempt.data.get("n"),
        "status": causes.KILLED,
        "cause": f"{words_of_stop(asked)}; gone after {sent.name[3:]}, unsupervised: its exit code is not known",
        "exit_code": None,
        "signal": None,
        "started_at": attempt.t,
        "ended_at": facts.now_iso(),
        "stopped_by": asked.user,
        "max_memory_bytes": None,
    }
    return facts.make("exit", data, run=run.id)


def _process_alive(data: dict[str, Any], machine: Machine) -> bool:
    pid, ticks = data.get("pid"), data.get("start_ticks")
    return isinstance(pid, int) and machine.process_alive(pid, ticks)


def _keeper(run: RunPaths, machine: Machine) -> int | None:
    """The number of the supervisor, when it lives here; of a waiting run the one that will start it."""
    held = attempts.holder(run)
    if held is None or liveness.place_of(held.data, machine) is not Place.HERE:
        return None
    pid, ticks = held.data.get("supervisor_pid"), held.data.get("supervisor_ticks")
    return pid if isinstance(pid, int) and machine.process_alive(pid, ticks) else None
