"""SLURM's own commands, each with a time-out: with a dead controller every one of them hangs.

Only what is the same in all releases is asked for: ``--parsable``, ``-o`` formats, no ``--json``.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from labjournal.launchers.base import LaunchError

TIMEOUT_S = 8.0
_FORMAT = "%i|%T|%r|%N|%k"
_MARK = "labjournal:"
_MOST_IN_ARRAY = 1000
"""SLURM's own default; each plan takes about 1 KB of the script, and SLURM keeps scripts below 4 MB."""


class SlurmError(LaunchError):
    """SLURM refused, did not answer, or is not there."""


class Job(NamedTuple):
    """A job as ``squeue`` lists it."""

    id: str
    """``12``, or ``12_3`` for one of an array."""
    state: str
    """PENDING, RUNNING, COMPLETED, CANCELLED, …"""
    reason: str
    node: str
    run: str | None
    """The run whose job it is, by the mark in its comment; of an array the first of those submitted together."""
    start: int | None = None
    """Which of them the array's task 0 is; None of a job that is no array."""

    def is_of(self, run_id: str, place: Mapping[str, Any] | None) -> bool:
        """Whether it is the job of a run, whose place among those submitted together is ``place``."""
        if self.run is None:
            return False
        if self.start is None:
            return self.run == run_id
        if place is None or self.run != place.get("first"):
            return False
        return self.id.rpartition("_")[2] == str(place.get("at", -1) - self.start)


def call(words: Sequence[str], text: str = "", environment: Mapping[str, str] | None = None) -> str:
    """What a command printed. Raises SlurmError."""
    try:
        done = subprocess.run(
            words,
            input=text.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
            env=None if environment is None else dict(environment),
        )
    except FileNotFoundError as error:
        raise SlurmError(f"{words[0]} was not found: SLURM is not installed on this machine.") from error
    except subprocess.TimeoutExpired as error:
        raise SlurmError(f"SLURM does not answer ({words[0]}, {TIMEOUT_S:.0f} s).", "Is its controller up?") from error
    except OSError as error:
        raise SlurmError(f"{words[0]} cannot be run: {error.strerror}.") from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split()) or f"exit code {done.returncode}"
        raise SlurmError(f"SLURM refused: {said}")
    return done.stdout.decode("utf-8", "replace")


def submit(options: Sequence[str], script: str, environment: Mapping[str, str]) -> str:
    """Hand a script to sbatch; returns the number of the job. Raises SlurmError."""
    return call(["sbatch", "--parsable", *options], script, environment).strip().split(";")[0]


def comment(run_id: str, start: int | None = None) -> str:
    """The mark by which a job is known even when whoever submitted it died before he could write its number down.

    ``start`` is for an array: which of the runs that were submitted together, ``run_id`` the first, its task 0 is.
    """
    return _MARK + run_id + ("" if start is None else f"+{start}")


def largest_array() -> int:
    """How many tasks an array may have. Never raises."""
    try:
        found = re.search(r"^MaxArraySize\s*=\s*(\d+)", call(["scontrol", "show", "config"]), re.MULTILINE)
    except LaunchError:
        found = None
    return min(_MOST_IN_ARRAY, int(found[1]) - 1) if found and int(found[1]) > 1 else _MOST_IN_ARRAY


def jobs() -> list[Job]:
    """This user's jobs, ended ones as long as SLURM remembers them. Raises SlurmError."""
    lines = call(["squeue", "-h", "-r", "-t", "all", "-u", str(os.getuid()), "-o", _FORMAT]).splitlines()
    found = []
    for line in lines:
        number, state, reason, node, *rest = [*line.split("|", 4), "", "", ""]
        said = rest[0] if rest else ""
        run, plus, start = said.removeprefix(_MARK).partition("+") if said.startswith(_MARK) else ("", "", "")
        offset = int(start) if plus and start.isdecimal() else None
        found.append(Job(number.strip(), state, reason, node, run or None, offset))
    return found


class State(NamedTuple):
    """One job as scontrol shows it; empty when SLURM does not know it or does not answer."""

    name: str = ""
    reason: str = ""
    restarts: int = 0
    """How often it was sent back to the queue."""


def state_of(job: str) -> State:
    """The state of one job. Never raises."""
    try:
        words = call(["scontrol", "-o", "show", "job", job]).split()
    except LaunchError:
        return State()
    told = dict(word.split("=", 1) for word in words if "=" in word)
    restarts = told.get("Restarts", "")
    return State(told.get("JobState", ""), told.get("Reason", ""), int(restarts) if restarts.isdigit() else 0)


def cancel(*jobs: str, signal: str | None = None) -> None:
    """End jobs, all by one call; with ``signal`` only send that to their batch steps. Raises SlurmError."""
    how = ["--batch", f"--signal={signal}"] if signal else []
    for start in range(0, len(jobs), _MOST_IN_ARRAY):
        call(["scancel", *how, *jobs[start : start + _MOST_IN_ARRAY]])


def requeue(job: str) -> None:
    """Have a running job end and wait for its turn again. Raises SlurmError."""
    call(["scontrol", "requeue", job])
