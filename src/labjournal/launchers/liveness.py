"""How a run stands when its files do not say how it ended.

Only the machine and pid namespace a run started on can tell a dead process from a silent one; everybody else says
when the run was last heard of. A run is LOST when neither its process nor its supervisor nor anything that carries
its mark lives. The verdict is written like any other end, but only where none stands: the first one who sees it
writes it, and a supervisor that turns out to live replaces it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from labjournal import facts
from labjournal.facts import Fact
from labjournal.launchers import attempts, records, tree
from labjournal.launchers.attempts import modified_at
from labjournal.launchers.verdict import SILENT_S, Place, Sighting, Verdict, judge, lost, silence
from labjournal.paths import RunPaths
from labjournal.vocabulary import Status

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine

SLURM = "slurm"
"""The launcher of runs that are SLURM jobs."""
ADOPTED = "adopted"
"""The launcher of runs that were started elsewhere."""
ADOPTED_SILENT_S = 600.0
SEAL_ELSEWHERE_S = 600.0
_INSIDE = ("watch", "api")
"""Who writes facts from within the processes of a run."""


class Observation(NamedTuple):
    """How a run stands now."""

    status: Status
    cause: str | None
    sealed: bool
    """Its end is written and nothing of it lives: the folder needs no further look."""
    heard_at: float | None
    """Last heartbeat, seconds since 1970."""


def observe(run: RunPaths, machine: Machine, now: float | None = None) -> Observation:
    """Look at one run; declares it LOST when this machine can say so and nobody has written an end yet.

    ``now`` is in seconds since 1970. A run folder that vanished meanwhile, or cannot be written, raises nothing.
    """
    now = time.time() if now is None else now
    heard_at = modified_at(run.heartbeat)
    attempt = attempts.newest_or_none(run)
    ended = _read(run.exit)
    if ended is not None:
        return _ended(run, ended, attempt, machine, heard_at, now)
    launched = _read(run.run)
    if launched is not None and launched.data.get("launcher") == ADOPTED and not (attempt and attempt.data.get("pid")):
        return _observe_files(run, launched, attempt, now)
    seen = _look(run, launched, attempt, machine, heard_at, now)
    verdict = judge(seen)
    if launched is not None and launched.data.get("launcher") == SLURM and _needs_slurm(seen, verdict):
        verdict = _by_slurm(run, seen)
    elif attempt is not None and attempt.data.get("job") and verdict.cause is None:
        verdict = verdict._replace(cause=f"slurm job {attempt.data['job']} on {seen.host}")
    if verdict.lost and _declare(run, verdict, attempt):
        ended = _read(run.exit)
        if ended is not None:  # somebody else's word, if he was first
            return _ended(run, ended, attempt, machine, heard_at, now)
    return Observation(verdict.status, verdict.cause, False, heard_at)


def _needs_slurm(seen: Sighting, verdict: Verdict) -> bool:
    """Whether a job's run is one that only SLURM can tell of: not begun, lost by our own look, or silent."""
    silent = seen.place is Place.ELSEWHERE and (seen.beat_age_s or 0.0) > SILENT_S
    return not seen.started or verdict.lost or silent


def _by_slurm(run: RunPaths, seen: Sighting) -> Verdict:
    from labjournal.launchers import slurm_state

    word = slurm_state.word_of(run, seen.started)
    unheard = silence(seen) if seen.started and seen.place is Place.ELSEWHERE else None
    return Verdict(word.status, f"{word.words}; {unheard}" if unheard else word.words, word.ended, word.unseen)


def _ended(
    run: RunPaths, ended: Fact, attempt: Fact | None, machine: Machine, heard_at: float | None, now: float
) -> Observation:
    status = _status(ended.data.get("status"))
    cause = ended.data.get("cause")
    sealed = True
    if attempt is not None:
        place = place_of(attempt.data, machine)
        if place is Place.HERE:
            sealed = not _alive(machine, attempt.data, "supervisor_pid", "supervisor_ticks")
        elif place is Place.ELSEWHERE:
            sealed = now - (modified_at(run.exit) or 0.0) > SEAL_ELSEWHERE_S
    return Observation(status, cause if isinstance(cause, str) else None, sealed, heard_at)


def _status(name: Any) -> Status:
    try:
        return Status(name)
    except ValueError:  # a newer labjournal's
        return Status.FAILED


def _observe_files(run: RunPaths, launched: Fact, attempt: Fact | None, now: float) -> Observation:
    """A run taken in from a folder of event files: no process is known, only whether the files still grow."""
    written_at = newest_write(Path(str(launched.data.get("logdir") or run.events)))
    if written_at is None or now - written_at > ADOPTED_SILENT_S:
        verdict = lost("adopted from its files: how it ended is not known", unseen=True)
        if _declare(run, verdict, attempt, written_at):
            return Observation(verdict.status, verdict.cause, True, written_at)
    return Observation(Status.RUNNING, "adopted: no process known, its files are followed", False, written_at)


def newest_write(folder: Path) -> float | None:
    """When an event file below a folder was last written, in seconds since 1970; None when there is none."""
    times = (modified_at(Path(top, name)) for top, _, names in os.walk(folder) for name in names if "tfevents" in name)
    return max((moment for moment in times if moment is not None), default=None)


def _look(
    run: RunPaths, launched: Fact | None, attempt: Fact | None, machine: Machine, heard_at: float | None, now: float
) -> Sighting:
    data = launched.data if launched else {}
    ended = attempts.last_ended(run)
    started = attempt is not None and attempts.number_of(attempt) > ended
    claim = None if started else _read(run.claim(ended + 1))
    launched_at = modified_at(run.claim(ended + 1)) if ended else modified_at(run.run)
    known = attempt if started else claim
    about = known.data if known else _launcher(data)
    place = place_of(about, machine)
    here = place is Place.HERE
    keeper = here and _alive(machine, about, "supervisor_pid", "supervisor_ticks")
    process = here and _alive(machine, about, "pid", "start_ticks")
    # Looking through all processes takes 10 ms; of a job that has not begun there are none.
    alone = here and not keeper and not process and (started or data.get("launcher") != SLURM)
    wrote_at = _wrote_at(run) if alone else None
    return Sighting(
        place=place,
        started=started,
        waits=claim is not None and not ended,
        keeper=keeper,
        process=process,
        relatives=len(tree.of_run(run.id, (), machine)) if alone else 0,
        beat_age_s=None if heard_at is None else now - heard_at,
        wrote_age_s=None if wrote_at is None else now - wrote_at,
        age_s=now - (launched_at or now),
        stop_asked=run.stop.exists(),
        supervised=about.get("supervisor_pid") is not None,
        host=str(about.get("host") or (launched.host if launched else "")) or "another machine",
        queued=run.waiting.exists(),
    )


def _wrote_at(run: RunPaths) -> float | None:
    """When a process of the run last wrote, in seconds since 1970: what it printed, its curves, what it stated."""
    said = [path for role in _INSIDE for path in run.facts.glob(f"*-{role}-*")]
    times = [*map(modified_at, [run.log, *said]), newest_write(run.events)]
    return max((moment for moment in times if moment is not None), default=None)


def _launcher(data: dict[str, Any]) -> dict[str, Any]:
    launcher = data.get("launched_by")
    return launcher if isinstance(launcher, dict) else {}


def place_of(data: dict[str, Any], machine: Machine) -> Place:
    """Where the process of an ``attempt`` or ``claim`` lives."""
    here = machine.identity()
    if data.get("pid_namespace") != here.pid_namespace:
        return Place.ELSEWHERE
    if data.get("boot") == here.boot:
        return Place.HERE
    same = data.get("machine") == here.machine and data.get("host") == here.host
    return Place.REBOOTED if same else Place.ELSEWHERE


def _alive(machine: Machine, data: dict[str, Any], pid_key: str, ticks_key: str) -> bool:
    pid, ticks = data.get(pid_key), data.get(ticks_key)
    if not isinstance(pid, int):
        return False
    return machine.process_alive(pid, ticks if isinstance(ticks, int) else None)


def _declare(run: RunPaths, verdict: Verdict, attempt: Fact | None, ended_at: float | None = None) -> bool:
    """Write the verdict down as the run's end unless one stands; False when it cannot be written."""
    data = attempts.end_data(run, verdict.status.value, verdict.cause, ended_at)
    data |= {"unseen": True} if verdict.unseen else {}
    number = data["attempt"]
    attempt = attempt if attempts.number_of(attempt) == number else None
    try:
        records.write_once(run.exit, facts.make("exit", data, run=run.id))
        if attempt is None and attempts.number_of(attempts.newest_or_none(run)) >= number:
            # A supervisor wrote its attempt down while we wrote this; it looks for our word before it lets the
            # command go, so one of us has seen the other, and taking the word back is safe.
            run.exit.unlink()
            return False
    except OSError:
        return False
    return True


def _read(path: Path) -> Fact | None:
    try:
        return records.read(path)
    except OSError:
        return None
