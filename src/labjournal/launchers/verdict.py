"""The verdict on a run whose files do not say how it ended: a pure function of what can be seen of it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from labjournal.vocabulary import END_UNSEEN, Status

SILENT_S = 30.0
"""A heartbeat older than this is worth a word; the supervisor writes one every 3 s."""
GRACE_S = 10.0
"""How long a run may stand without a process after its launcher died: the supervisor needs milliseconds."""
OUTLIVED_S = 5.0
"""What a run wrote so long after the last heartbeat, it wrote without a supervisor: that beats every 3 s."""
REBOOT_SILENT_S = 60.0
"""A reboot is believed only when the heartbeat stands still: cloned machines can share their machine id."""
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
    wrote_age_s: float | None = None
    """Since its processes last wrote: output, curves, facts."""
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
    unseen: bool = False
    """It may have ended well: nothing says that it was ended from outside, and nobody saw its end."""


def judge(seen: Sighting) -> Verdict:
    """The verdict on a run whose end nobody wrote down."""
    if not seen.started:
        return _judge_waiting(seen)
    if seen.queued and not seen.process and not seen.keeper and not seen.relatives:
        return Verdict(Status.QUEUED, "in the queue")
    if seen.place is Place.ELSEWHERE:
        return Verdict(Status.RUNNING, silence(seen))
    if seen.place is Place.REBOOTED:
        if seen.beat_age_s is not None and seen.beat_age_s < REBOOT_SILENT_S:
            return Verdict(Status.RUNNING, silence(seen))
        return lost("the machine was rebooted or lost power while it ran")
    if seen.process:
        if not seen.keeper:
            return Verdict(Status.RUNNING, "unsupervised" if seen.supervised else "unsupervised: adopted")
        return Verdict(Status.RUNNING, "stopping" if seen.stop_asked else None)
    if seen.keeper:
        return Verdict(Status.RUNNING, "stopping" if seen.stop_asked else END_WAITS)
    if seen.relatives:
        words = f"unsupervised: its first process is gone, {seen.relatives} that it started still run"
        return Verdict(Status.RUNNING, words)
    return _ended_alone(seen)


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
        return lost("never started: the machine was rebooted or lost power first")
    if seen.waits:
        return lost("never started: the process that was to start it was killed")
    return lost("never started: the launching process was killed")


def lost(cause: str, unseen: bool = False) -> Verdict:
    return Verdict(Status.LOST, cause, lost=True, unseen=unseen)


def _ended_alone(seen: Sighting) -> Verdict:
    if not seen.supervised:
        return lost("the adopted process has ended; how is not known", unseen=True)
    words = "its process and its supervisor are gone, and nobody wrote down how (killed, or out of memory)"
    outlived = (
        seen.beat_age_s is not None and seen.wrote_age_s is not None and seen.beat_age_s - seen.wrote_age_s > OUTLIVED_S
    )
    if outlived:
        words = f"its supervisor was killed, {END_UNSEEN}; its exit code is not known"
    return lost(f"{words}; a stop had been asked for" if seen.stop_asked else words, outlived)


def silence(seen: Sighting) -> str | None:
    age = seen.beat_age_s if seen.beat_age_s is not None else seen.age_s
    if age < SILENT_S:
        return None
    from labjournal.format import duration

    return f"on {seen.host}: last heard {duration(age)} ago"
