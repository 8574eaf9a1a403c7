"""What SLURM says of a run that has not said itself how it stands.

One call to squeue tells of all jobs; its answer is kept beside the journal's index for a while, so that ten faces ask
as often as one, and a dead controller holds nobody up more than once a minute.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

from labjournal.filesystems import filesystem_kind
from labjournal.launchers import slurm, slurm_commands
from labjournal.launchers.base import LaunchError
from labjournal.launchers.slurm_commands import Job
from labjournal.paths import RunPaths
from labjournal.vocabulary import Status

_FRESH_S = 5.0
_TROUBLE_S = 60.0
_UNKNOWN_S = 120.0
"""A job submitted longer ago than this that SLURM does not know has been forgotten by it."""
_WAITING = frozenset(
    ("PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "REQUEUE_FED", "RESV_DEL_HOLD")
)
_ALIVE = frozenset(("RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING"))
_ENDS = {
    "CANCELLED": (Status.KILLED, "cancelled in SLURM"),
    "TIMEOUT": (Status.TIMEOUT, "over the time limit of its SLURM job"),
    "DEADLINE": (Status.TIMEOUT, "its SLURM job could not end before its deadline"),
    "PREEMPTED": (Status.PREEMPTED, "preempted by SLURM"),
    "NODE_FAIL": (Status.LOST, "its node failed"),
    "BOOT_FAIL": (Status.LOST, "its node did not start"),
    "OUT_OF_MEMORY": (Status.FAILED, "over the memory of its SLURM job"),
}
_LATE_S = {"network": 60.0}
"""A network file system may show the end of a run so much later than SLURM tells of it."""


class Word(NamedTuple):
    """What SLURM says of one run."""

    status: Status
    words: str
    ended: bool
    """Its job is over; the run can have no other end than this."""


def word_of(run: RunPaths, started: bool) -> Word:
    """SLURM's word on a run without an end. Never raises; without an answer the run stands where it stood."""
    stands = Status.RUNNING if started else Status.QUEUED
    known, trouble = _jobs(run)
    number = slurm.job_of(run)
    if trouble is not None:
        return Word(stands, f"{_called(number)}: {trouble}", False)
    job = next((one for one in known if one.id == number or (number is None and one.run == run.id)), None)
    if job is None:
        return _unknown(run, number, stands)
    if job.state in _WAITING:
        return Word(Status.QUEUED, f"{_called(job.id)} waits: {job.reason}", False)
    if job.state in _ALIVE:
        where = f" on {job.node}" if job.node else ""
        return Word(stands, f"{_called(job.id)}{where}" if started else f"{_called(job.id)} starts{where}", False)
    status, words = _ENDS.get(job.state, (Status.LOST, f"its SLURM job ended as {job.state}, and it did not say how"))
    if not started and status in (Status.LOST, Status.FAILED):
        status, words = Status.FAILED, f"its SLURM job ended as {job.state} before it began; its log may say why"
    late = _LATE_S.get(filesystem_kind(run.folder), 0.0)
    if late and _age(run.heartbeat if started else run.run) < late:
        return Word(stands, f"{_called(job.id)} has ended: its end is awaited", False)
    return Word(status, f"{words} ({_called(job.id)})", True)


def _called(number: str | None) -> str:
    return f"slurm job {number}" if number else "its slurm job"


def _unknown(run: RunPaths, number: str | None, stands: Status) -> Word:
    if _age(run.run) < _UNKNOWN_S:
        return Word(stands, f"{_called(number)} was submitted", False)
    return Word(Status.LOST, f"SLURM no longer knows {_called(number)}, and it did not say how it ended", True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")


def _jobs(run: RunPaths) -> tuple[list[Job], str | None]:
    """All jobs of this user, or why they cannot be had; at most so old."""
    kept = run.journal.cache / "slurm.json"
    raw = _read(kept)
    age = time.time() - float(raw.get("at", 0.0))
    if 0 <= age < (_TROUBLE_S if raw.get("trouble") else _FRESH_S):
        return [Job(*job) for job in raw.get("jobs", [])], raw.get("trouble")
    try:
        found, trouble = slurm_commands.jobs(), None
    except LaunchError as error:
        found, trouble = [], error.message
    _write(kept, {"at": time.time(), "jobs": found, "trouble": trouble})
    return found, trouble


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return raw if isinstance(raw, dict) else {}


def _write(path: Path, value: dict[str, Any]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        beside.write_text(json.dumps(value), encoding="utf-8")
        beside.replace(path)
    except OSError:  # a read-only journal asks each time
        return
