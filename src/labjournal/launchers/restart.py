"""Beginning the next attempt of a run that has ended: claimed by one, the end of the attempt before put aside.

The order of the steps is what keeps a kill at any moment harmless. A claim alone means nothing while ``exit.json``
stands; once that is put aside, the claim says who was to start the attempt, and a claimer that died makes it LOST.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal import facts
from labjournal.errors import InputError, JournalUnavailableError
from labjournal.facts import Fact
from labjournal.launchers import attempts, liveness, records, tree
from labjournal.launchers.base import where
from labjournal.launchers.verdict import Place
from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine


class RestartRefusedError(InputError):
    """A run is not in a state to be started again."""


def begin(run: RunPaths, machine: Machine) -> int:
    """Claim the next attempt and put the end of the last one aside; returns the number of the new attempt.

    Raises RestartRefusedError when the run has not ended, something of it lives, or somebody else is restarting it;
    JournalUnavailableError when the folder cannot be written.
    """
    try:
        with _alone(run):
            return _begin(run, machine)
    except OSError as error:
        raise JournalUnavailableError(
            f"The restart cannot be recorded in {run.folder}: {error.strerror or error}.",
            "Free some space; a run of somebody else can be restarted by its owner.",
        ) from error


def _begin(run: RunPaths, machine: Machine) -> int:
    number = attempts.last_number(run)
    ended = records.read(run.exit)
    if ended is None:
        raise RestartRefusedError("It has not ended: only a run that has ended can be started again.")
    left = tree.of_run(run.id, (), machine)
    if left:
        pids = ", ".join(str(member.pid) for member in sorted(left)[:5])
        raise RestartRefusedError(
            f"Processes that it started still live ({pids}): two attempts would write the same files.",
            "End them first, with kill or by waiting.",
        )
    claim = run.claim(number + 1)
    mine = facts.make("claim", {"n": number + 1, **claimer(machine)}, run=run.id)
    if not records.write_once(claim, mine):
        _take_over(claim, mine, machine)
    run.stop.unlink(missing_ok=True)
    run.attempts.mkdir(exist_ok=True)
    os.replace(run.exit, run.earlier_exit(number))
    return number + 1


def claimer(machine: Machine) -> dict[str, object]:
    """This process as the one that will start an attempt."""
    own = os.getpid()
    return {"supervisor_pid": own, "supervisor_ticks": machine.process_start_ticks(own), **where(machine)}


def _take_over(claim: Path, mine: Fact, machine: Machine) -> None:
    """Replace the claim of somebody who died before he could put the old end aside."""
    held = records.read(claim)
    if held is not None:
        place = liveness.place_of(held.data, machine)
        if place is Place.ELSEWHERE:
            raise RestartRefusedError(f"It is being started again on {held.data.get('host') or held.host}.")
        pid, ticks = held.data.get("supervisor_pid"), held.data.get("supervisor_ticks")
        here = place is Place.HERE and isinstance(pid, int) and pid != os.getpid()
        if here and machine.process_alive(int(pid or 0), ticks):
            raise RestartRefusedError(f"Process {pid} is starting it again.")
    records.write(claim, mine, sync=True)


@contextmanager
def _alone(run: RunPaths) -> Iterator[None]:
    """One process of this machine at a time; the kernel lets go when it dies."""
    import fcntl

    fd = os.open(run.folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
