"""All processes of a run, found by descent and by the mark in their environment.

A process that calls setsid leaves the group, one that forks twice leaves the line of descent (on Linux the
supervisor adopts it), one whose supervisor was killed is nobody's child: the run's id in its environment still
tells. Runs that a run has launched are runs of their own and are left alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from labjournal import tags

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine

SUPERVISOR_NAME = "labjournal-run"  # as ps shows it; the kernel keeps 15 characters
QUEUE_NAME = "labjournal-que"
"""The process that minds the queue: started by whoever was there, and nobody's part."""
_APART = (SUPERVISOR_NAME, QUEUE_NAME)


class Member(NamedTuple):
    """One process of a run; ``start_ticks`` tells it from a later one of the same number."""

    pid: int
    start_ticks: int | None


def of_run(run_id: str, roots: Iterable[int], machine: Machine) -> set[Member]:
    """The living processes of a run, without the calling one.

    Args:
        run_id: looked for in the environment of all processes of this user.
        roots: numbers whose descendants belong to the run, as the supervisor's own; they are not part of the answer.
        machine: where processes are looked up.
    """
    found: set[Member] = set()
    for root in roots:
        apart: set[int] = set()
        for process in machine.process_tree(root):  # parents come before their children
            if process.name in _APART or process.parent in apart:
                apart.add(process.pid)
            else:
                found.add(Member(process.pid, process.start_ticks))
    for process in machine.processes_with(tags.ENV_RUN_ID, run_id):
        if process.name not in _APART:
            found.add(Member(process.pid, process.start_ticks))
    return {member for member in found if member.pid != os.getpid()}


def signal_all(members: Iterable[Member], number: int, machine: Machine) -> None:
    """Send a signal to each process that is still the one that was seen."""
    for member in members:
        if machine.process_alive(member.pid, member.start_ticks):
            try:
                os.kill(member.pid, number)
            except (ProcessLookupError, PermissionError):
                continue


def name_supervisor() -> None:
    """Give this process the name by which ``of_run`` and ``ps`` know a supervisor (Linux)."""
    try:
        Path("/proc/self/comm").write_text(SUPERVISOR_NAME, encoding="ascii")
    except OSError:
        return


def adopt_orphans() -> None:
    """Make this process the parent of its descendants' orphans (Linux), so that none is lost from the tree."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)
