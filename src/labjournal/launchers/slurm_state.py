"""What SLURM says of a run that has not said itself how it stands.

One call to squeue tells of all jobs; its answer is kept beside the journal's index for a while, so that ten faces ask
as often as one, and a dead controller holds nobody up more than once a minute.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from labjournal.filesystems import filesystem_kind
from labjournal.launchers import attempts, records, slurm, slurm_commands
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
    unseen: bool = False
    """Its job ended well, and the run left no word of its own: it may have ended well too."""


def word_of(run: RunPaths, started: bool) -> Word:
    """SLURM's word on a run without an end. Never raises; without an answer the run stands where it stood."""
    stands = Status.RUNNING if started else Status.QUEUED
    known, trouble = _jobs(run)
    number = slurm.job_of(run)
    if trouble is not None:
        return Word(stands, f"{_called(number)}: {trouble}", False)
    job = _job_of(run, number, known)
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
    return Word(status, f"{words} ({_called(job.id)})", True, unseen=job.state == "COMPLETED")


def comes_back(run: RunPaths) -> bool:
    """Whether SLURM holds a job of a run that has an end, to start it again: it was preempted or requeued."""
    known, _ = _jobs(run)
    job = _job_of(run, slurm.job_of(run), known)
    return job is not None and job.state in _WAITING | _ALIVE  # alive by an answer from before it was sent back


def _job_of(run: RunPaths, number: str | None, known: Sequence[Job]) -> Job | None:
    """A run's job by its number, else by its mark: whoever submitted it may have died before he noted the number."""
    if number is not None:
        return next((one for one in known if one.id == number), None)
    launched = records.read(run.run)
    place = launched.data.get("array") if launched else None
    over = slurm.jobs_put_aside(run)
    mine = (one for one in known if one.is_of(run.id, place))
    return next((one for one in mine if one.id not in over or one.state in _WAITING | _ALIVE), None)


def _called(number: str | None) -> str:
    return f"slurm job {number}" if number else "its slurm job"


def _unknown(run: RunPaths, number: str | None, stands: Status) -> Word:
    number_now = attempts.last_number(run)
    begun = (run.run, *(path for at in (number_now, number_now + 1) for path in (run.claim(at), run.job(at))))
    if min(map(_age, begun)) < _UNKNOWN_S:
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
    answer = _kept(str(kept), _stamp(kept))
    age = time.time() - answer.at
    if 0 <= age < (_TROUBLE_S if answer.trouble else _FRESH_S):
        return answer.jobs, answer.trouble
    try:
        found, trouble = slurm_commands.jobs(), None
    except LaunchError as error:
        found, trouble = [], error.message
    _write(kept, {"at": time.time(), "jobs": found, "trouble": trouble})
    return found, trouble


class _Answer(NamedTuple):
    """What squeue said, and when."""

    at: float
    jobs: list[Job]
    trouble: str | None


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _kept(path: str, _stamp: int) -> _Answer:
    """The kept answer, parsed once for each of its versions: a sweep asks for a thousand runs at a time."""
    raw = _read(Path(path))
    return _Answer(float(raw.get("at", 0.0)), [Job(*job) for job in raw.get("jobs", [])], raw.get("trouble"))


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
