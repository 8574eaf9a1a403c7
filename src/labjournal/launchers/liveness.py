"""How a run stands when its files do not say how it ended.

Only the machine and pid namespace a run started on can tell a dead process from a silent one; everybody else says
when the run was last heard of. A run is LOST when neither its process nor its supervisor nor anything that carries
its mark lives. The verdict is written like any other end, but only where none stands: the first one who sees it
writes it, and a supervisor that turns out to live replaces it.
"""

from __future__ import annotations

import os
import time
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from labjournal import facts
from labjournal.facts import Fact
from labjournal.launchers import records, tree
from labjournal.paths import RunPaths
from labjournal.vocabulary import Status

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine

SILENT_S = 30.0
"""A heartbeat older than this is worth a word; the supervisor writes one every 3 s."""
GRACE_S = 10.0
"""How long a run may stand without a process after its launcher died: the supervisor needs milliseconds."""
REBOOT_SILENT_S = 60.0
"""A reboot is believed only when the heartbeat stands still: cloned machines can share their machine id."""
SLURM = "slurm"
"""The launcher of runs that are SLURM jobs."""
ADOPTED = "adopted"
"""The launcher of runs that were started elsewhere."""
ADOPTED_SILENT_S = 600.0
SEAL_ELSEWHERE_S = 600.0
END_WAITS = "its end is being written"
"""The process is gone and its supervisor lives: for a moment after every run, for long when the disk is full."""


class Place(Enum):
    """Where a recorded process lives, seen from here."""

    HERE = "here"
    REBOOTED = "here, before the last boot"
    ELSEWHERE = "on another machine or in another container"


class Sighting(NamedTuple):
    """What can be seen of a run without an ``exit.json``. Ages are in seconds."""

    place: Place
    started: bool
    """Its attempt is on record; else it waits or is being started."""
    waits: bool
    """A supervisor that has others to run first holds it."""
    keeper: bool
    """The supervisor lives; before the start: whoever was to start it."""
    process: bool
    relatives: int = 0
    """Living processes with the run's mark, looked for only when keeper and process are gone."""
    beat_age_s: float | None = None
    output_age_s: float | None = None
    age_s: float = 0.0
    """Since the run was launched."""
    stop_asked: bool = False
    supervised: bool = True
    """False for an adopted process, which never had a supervisor."""
    host: str = ""
    queued: bool = False
    """It stands in the queue: whatever died, somebody will start it."""


class Verdict(NamedTuple):
    status: Status
    cause: str | None
    lost: bool = False
    """The end has to be declared."""


def judge(seen: Sighting) -> Verdict:
    """The verdict on a run whose end nobody wrote down."""
    if not seen.started:
        return _judge_waiting(seen)
    if seen.queued and not seen.process and not seen.keeper and not seen.relatives:
        return Verdict(Status.QUEUED, "in the queue")
    if seen.place is Place.ELSEWHERE:
        return Verdict(Status.RUNNING, _silence(seen))
    if seen.place is Place.REBOOTED:
        if seen.beat_age_s is not None and seen.beat_age_s < REBOOT_SILENT_S:
            return Verdict(Status.RUNNING, _silence(seen))
        return _lost("the machine was rebooted or lost power while it ran")
    if seen.process:
        if not seen.keeper:
            return Verdict(Status.RUNNING, "unsupervised" if seen.supervised else "unsupervised: adopted")
        return Verdict(Status.RUNNING, "stopping" if seen.stop_asked else None)
    if seen.keeper:
        return Verdict(Status.RUNNING, "stopping" if seen.stop_asked else END_WAITS)
    if seen.relatives:
        words = f"unsupervised: its first process is gone, {seen.relatives} that it started still run"
        return Verdict(Status.RUNNING, words)
    return _lost(_who_died(seen))


def _judge_waiting(seen: Sighting) -> Verdict:
    waiting = Verdict(Status.QUEUED, "waits for its turn") if seen.waits else Verdict(Status.QUEUED, "starting")
    if seen.place is Place.ELSEWHERE and not seen.queued:
        return Verdict(Status.QUEUED, f"to be started on {seen.host}")
    if seen.queued:
        return Verdict(Status.QUEUED, "starting" if seen.waits and seen.keeper else "in the queue")
    if seen.place is Place.HERE and seen.keeper:
        return waiting
    if seen.age_s < GRACE_S or seen.relatives:
        return waiting
    if seen.place is Place.REBOOTED:
        return _lost("never started: the machine was rebooted or lost power first")
    if seen.waits:
        return _lost("never started: the process that was to start it was killed")
    return _lost("never started: the launching process was killed")


def _lost(cause: str) -> Verdict:
    return Verdict(Status.LOST, cause, lost=True)


def _who_died(seen: Sighting) -> str:
    if not seen.supervised:
        return "the adopted process has ended; how is not known"
    words = "its process and its supervisor are gone, and nobody wrote down how (killed, or out of memory)"
    if seen.beat_age_s is not None and seen.output_age_s is not None and seen.beat_age_s - seen.output_age_s > SILENT_S:
        words = "its supervisor was killed, the process went on and ended later; its exit code is not known"
    return f"{words}; a stop had been asked for" if seen.stop_asked else words


def _silence(seen: Sighting) -> str | None:
    age = seen.beat_age_s if seen.beat_age_s is not None else seen.age_s
    if age < SILENT_S:
        return None
    from labjournal.format import duration

    return f"on {seen.host}: last heard {duration(age)} ago"


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
    heard_at = _mtime(run.heartbeat)
    attempt = _newest_attempt(run)
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
    silence = _silence(seen) if seen.started and seen.place is Place.ELSEWHERE else None
    return Verdict(word.status, f"{word.words}; {silence}" if silence else word.words, word.ended)


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
            sealed = now - (_mtime(run.exit) or 0.0) > SEAL_ELSEWHERE_S
    return Observation(status, cause if isinstance(cause, str) else None, sealed, heard_at)


def _status(name: Any) -> Status:
    try:
        return Status(name)
    except ValueError:  # a newer labjournal's
        return Status.FAILED


def _observe_files(run: RunPaths, launched: Fact, attempt: Fact | None, now: float) -> Observation:
    """A run taken in from a folder of event files: no process is known, only whether the files still grow."""
    written_at = newest_write(Path(str(launched.data.get("logdir"))))
    if written_at is None or now - written_at > ADOPTED_SILENT_S:
        verdict = _lost("adopted from its files: how it ended is not known")
        if _declare(run, verdict, attempt, written_at):
            return Observation(verdict.status, verdict.cause, True, written_at)
    return Observation(Status.RUNNING, "adopted: no process known, its files are followed", False, written_at)


def newest_write(folder: Path) -> float | None:
    """When an event file below a folder was last written, in seconds since 1970; None when there is none."""
    times = (_mtime(Path(top, name)) for top, _, names in os.walk(folder) for name in names if "tfevents" in name)
    return max((moment for moment in times if moment is not None), default=None)


def _look(
    run: RunPaths, launched: Fact | None, attempt: Fact | None, machine: Machine, heard_at: float | None, now: float
) -> Sighting:
    data = launched.data if launched else {}
    ended = _last_ended(run)
    started = attempt is not None and _number(attempt) > ended
    claim = None if started else _read(run.claim(ended + 1))
    launched_at = _mtime(run.claim(ended + 1)) if ended else _mtime(run.run)
    known = attempt if started else claim
    about = known.data if known else _launcher(data)
    place = place_of(about, machine)
    here = place is Place.HERE
    keeper = here and _alive(machine, about, "supervisor_pid", "supervisor_ticks")
    process = here and _alive(machine, about, "pid", "start_ticks")
    output_at = _mtime(run.log)
    return Sighting(
        place=place,
        started=started,
        waits=claim is not None and not ended,
        keeper=keeper,
        process=process,
        relatives=len(tree.of_run(run.id, (), machine)) if here and not keeper and not process else 0,
        beat_age_s=None if heard_at is None else now - heard_at,
        output_age_s=None if output_at is None else now - output_at,
        age_s=now - (launched_at or now),
        stop_asked=run.stop.exists(),
        supervised=about.get("supervisor_pid") is not None,
        host=str(about.get("host") or (launched.host if launched else "")) or "another machine",
        queued=run.waiting.exists(),
    )


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
    data = end_data(run, verdict.status.value, verdict.cause, ended_at)
    number = data["attempt"]
    attempt = attempt if _number(attempt) == number else None
    try:
        records.write_once(run.exit, facts.make("exit", data, run=run.id))
        if attempt is None and _number(_newest_attempt(run)) >= number:
            # A supervisor wrote its attempt down while we wrote this; it looks for our word before it lets the
            # command go, so one of us has seen the other, and taking the word back is safe.
            run.exit.unlink()
            return False
    except OSError:
        return False
    return True


def end_data(run: RunPaths, status: str, cause: str | None, ended_at: float | None = None) -> dict[str, Any]:
    """The ``exit`` of a run as somebody states it who did not see it end, by default when it was last heard of."""
    heard = [ended_at] if ended_at else [_mtime(path) or 0.0 for path in (run.heartbeat, run.log, run.run)]
    attempt, ended = _newest_attempt(run), _last_ended(run)
    started = attempt is not None and _number(attempt) > ended
    return {
        "attempt": _number(attempt) if started else ended + 1,
        "status": status,
        "cause": cause,
        "exit_code": None,
        "signal": None,
        "started_at": attempt.t if attempt and started else None,
        "ended_at": facts.now_iso(max(heard)),
        "stopped_by": None,
        "max_memory_bytes": None,
    }


def newest_attempt(run: RunPaths) -> Fact | None:
    """The newest attempt of a run that was started, None before the first. Raises OSError."""
    numbers = _numbers(run, ".json")
    return records.read(run.attempt(max(numbers))) if numbers else None


def holder(run: RunPaths) -> Fact | None:
    """Who has the run in hand: its ``attempt``, before that the ``claim`` of whoever will start it. Raises OSError."""
    attempt, ended = newest_attempt(run), _last_ended(run)
    return attempt if _number(attempt) > ended else records.read(run.claim(ended + 1))


def last_number(run: RunPaths) -> int:
    """The number of the newest attempt that was started or ended, 1 before any. Raises OSError."""
    ended = records.read(run.exit)
    stated = ended.data.get("attempt") if ended else None
    told = [stated] if isinstance(stated, int) else []
    return max([1, *told, *_numbers(run, ".json"), *_numbers(run, ".exit.json")])


def _numbers(run: RunPaths, ending: str) -> list[int]:
    try:
        names = os.listdir(run.attempts)
    except FileNotFoundError:
        return []
    starts = (name[: -len(ending)] for name in names if name.endswith(ending))
    return [int(start) for start in starts if start.isdigit()]


def _last_ended(run: RunPaths) -> int:
    """The number of the last attempt whose end was put aside for another one; 0 when there was none."""
    try:
        return max(_numbers(run, ".exit.json"), default=0)
    except OSError:
        return 0


def _number(attempt: Fact | None) -> int:
    number = attempt.data.get("n") if attempt else None
    return number if isinstance(number, int) else 0


def _newest_attempt(run: RunPaths) -> Fact | None:
    try:
        return newest_attempt(run)
    except OSError:
        return None


def _read(path: Path) -> Fact | None:
    try:
        return records.read(path)
    except OSError:
        return None


def _mtime(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
