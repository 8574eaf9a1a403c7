"""One look at the queue: every run that can start is started, every other one has a reason.

Order is priority, then age. Nobody passes a run that waits for GPUs which will become free, or it might wait for
ever; a run that waits for another one, or for GPUs that are not ours to free, is passed. Called by one process a
user and machine at a time (``keeper``); should two be at work all the same, the exclusive claim that each
supervisor makes in the run's folder lets one of them go on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from labjournal import facts, tags
from labjournal.errors import JournalError, JournalUnavailableError
from labjournal.launchers import liveness, records
from labjournal.launchers.base import Plan, Started
from labjournal.launchers.verdict import Place
from labjournal.machine.devices import Gpu, NoGpus
from labjournal.paths import JournalPaths, RunPaths
from labjournal.scheduler import cards, entries, lanes, leases, pausing, view
from labjournal.scheduler.entries import After, Entry
from labjournal.scheduler.leases import Holder
from labjournal.scheduler.neighbours import user_name

if TYPE_CHECKING:
    from labjournal.launchers.protocols import Machine


_STOPS_EVERY_S = 1.0
"""How often each waiting run is asked whether it was stopped; a supervisor sees it in any case before it begins."""


class Starts(Protocol):
    """The part of a launcher that a queue needs."""

    def launch(self, plans: Sequence[Plan]) -> Started: ...


class Looked(NamedTuple):
    """What a look at the queue came to."""

    started: tuple[str, ...]
    waiting: dict[str, str]
    """Why each run that waits does so, in words."""
    ours: int
    """How many of them this user can start on this machine."""
    held: bool = False
    """Whether the queue is paused."""


class _Given(NamedTuple):
    """What a run was given to start with; the descriptors hold it."""

    fds: tuple[int, ...]
    environment: dict[str, str]


class Dispatcher:
    """Looks at one journal's queue as often as it is asked to; entries are read once.

    Args:
        paths: the journal.
        machine: where process numbers come from.
        launcher: starts a run on this machine.
        list_gpus: the GPUs, asked for when a run needs one.
        freeze: what a run's code is when its turn comes: the plan to start, or why it must not start, in words.
    """

    def __init__(
        self,
        paths: JournalPaths,
        machine: Machine,
        launcher: Starts,
        list_gpus: Callable[[], list[Gpu] | NoGpus],
        freeze: Callable[[Entry], Plan | str] = lambda entry: entry.plan,
    ) -> None:
        self._paths = paths
        self._machine = machine
        self._launcher = launcher
        self._list_gpus = list_gpus
        self._freeze = freeze
        self._known: dict[str, tuple[int, Entry | str]] = {}
        self._order: list[Entry] = []
        """What was ours at the last look, the first to be started first."""
        self._stopped: set[str] = set()
        self._stops_read = float("-inf")
        self._gpus: list[Gpu] | NoGpus | None = None

    def look(self) -> Looked:
        """Start what can start. Raises OSError when the queue's folder cannot be read."""
        self._gpus = None
        here = self._machine.identity()
        waiting: dict[str, str] = {}
        ours: dict[str, Entry] = {}
        for run_id, entry in self._entries():
            if isinstance(entry, str):
                waiting[run_id] = entry
            elif entry.machine != here.machine or entry.host != here.host:
                waiting[run_id] = f"queued on {entry.host}, to be started there"
            else:
                ours[run_id] = entry
        pause = pausing.read(self._paths)
        started, mine = self._start_what_can(self._ordered(ours), pause)
        return Looked(tuple(started), waiting | mine, len(mine), pause is not None)

    def _entries(self) -> list[tuple[str, Entry | str]]:
        """What waits, by run: an entry, or why it is not ours to start. Each is read once: a change is a new file."""
        known: dict[str, tuple[int, Entry | str]] = {}
        for run_id, inode in entries.listed(self._paths):
            before = self._known.get(run_id)
            if before is not None and before[0] == inode:
                known[run_id] = before
                continue
            try:
                known[run_id] = (inode, self._read(run_id))
            except OSError:  # started meanwhile
                continue
        self._known = known
        return [(run_id, entry) for run_id, (_, entry) in known.items()]

    def _ordered(self, ours: dict[str, Entry]) -> list[Entry]:
        """By priority, then age: sorted anew only when something came, not when something left."""
        kept = [entry for entry in self._order if ours.get(entry.run_id) is entry]
        self._order = kept if len(kept) == len(ours) else sorted(ours.values(), key=lambda entry: entry.order)
        return self._order

    def _asked_to_stop(self, ours: Sequence[Entry]) -> set[str]:
        now = time.monotonic()
        if now - self._stops_read >= _STOPS_EVERY_S:
            self._stopped = entries.stopped(self._paths, [entry.run_id for entry in ours])
            self._stops_read = now
        return self._stopped

    def _read(self, run_id: str) -> Entry | str:
        path = entries.path_of(self._paths, run_id)
        owner = path.stat().st_uid
        if owner != os.geteuid():
            return f"queued by {user_name(owner)}, to be started by that user"
        try:
            return entries.read(path)
        except ValueError:
            return "its entry in the queue cannot be read: written by a newer labjournal?"

    def _start_what_can(self, ours: Sequence[Entry], pause: pausing.Pause | None) -> tuple[list[str], dict[str, str]]:
        started: list[str] = []
        waiting: dict[str, str] = {}
        held = None if pause is None else view.PAUSED
        full: dict[str, str] = {}
        asked_to_stop = self._asked_to_stop(ours)
        for entry in ours:
            stopped = entry.plan.run_id in asked_to_stop
            reason = None if stopped else held or _cannot_pass(entry, full)
            if reason is not None:
                waiting[entry.plan.run_id] = reason
                continue
            run = RunPaths(Path(entry.plan.folder))
            if self._is_over(entry, run):
                entries.path_of(self._paths, entry.run_id).unlink(missing_ok=True)
                continue
            try:
                reason = self._claimed(entry, run) or self._start(self._fresh(entry, run), stopped, full)
            except (OSError, ValueError) as error:  # one odd run folder must not hold up all others
                reason = f"could not be started: {error}"
            if reason is None:
                started.append(entry.run_id)
            else:
                waiting[entry.run_id] = reason
        return started, waiting

    # -- one entry -----------------------------------------------------------------------------------------------------

    def _is_over(self, entry: Entry, run: RunPaths) -> bool:
        """Whether there is nothing to start: its attempt has begun, it has an end, or it is gone."""
        return run.exit.exists() or not run.run.exists() or self._has_begun(entry, run)

    def _has_begun(self, entry: Entry, run: RunPaths) -> bool:
        """Whether the process of an attempt became the command, or still may."""
        attempt = records.read(run.attempt(entry.plan.attempt))
        if attempt is None:
            return False
        if run.begun(entry.plan.attempt).exists() or liveness.place_of(attempt.data, self._machine) is Place.ELSEWHERE:
            return True
        about = (("supervisor_pid", "supervisor_ticks"), ("pid", "start_ticks"))
        return any(self._machine.process_alive(attempt.data.get(a) or 0, attempt.data.get(b)) for a, b in about)

    def _claimed(self, entry: Entry, run: RunPaths) -> str | None:
        """Why a claim keeps us from starting it; one whose supervisor died before it started anything is taken away.

        The keeper's lock makes this safe: nobody else takes claims away, and making one is exclusive.
        """
        claim = records.read(run.claim(entry.plan.attempt))
        if claim is None:
            return None
        place = liveness.place_of(claim.data, self._machine)
        if place is Place.ELSEWHERE:
            return f"being started on {claim.data.get('host') or claim.host}, in another container"
        pid, ticks = claim.data.get("supervisor_pid"), claim.data.get("supervisor_ticks")
        if place is Place.HERE and isinstance(pid, int) and self._machine.process_alive(pid, ticks):
            return "starting"
        run.claim(entry.plan.attempt).unlink(missing_ok=True)
        return None

    def _fresh(self, entry: Entry, run: RunPaths) -> Entry:
        """The entry with an attempt that is not on disk yet: the one before was killed before it became the command."""
        number = entry.plan.attempt
        if not run.attempt(number).exists():
            return entry
        variables = {**entry.plan.environment, tags.ENV_ATTEMPT: str(number + 1)}
        again = entry._replace(plan=entry.plan._replace(attempt=number + 1, environment=variables))
        entries.write(self._paths, again)
        return again

    def _start(self, entry: Entry, stopped: bool, full: dict[str, str]) -> str | None:
        """Start a run with what it needs; one that was stopped needs nothing, its supervisor only writes that down.

        Returns why it did not start.
        """
        given = _Given((), {}) if stopped else self._give(entry, full)
        if isinstance(given, str):
            return given
        try:
            plan = entry.plan if stopped else self._freeze(entry)
            if isinstance(plan, str):
                return plan
            environment = {**plan.environment, **given.environment}
            started = self._launcher.launch([plan._replace(environment=environment, leases=given.fds)])
        except JournalError as error:
            return f"could not be started: {error.message}"
        finally:
            for fd in given.fds:
                os.close(fd)
        return started.trouble if started.pid is None and not stopped else None

    def _give(self, entry: Entry, full: dict[str, str]) -> _Given | str:
        """What an entry needs, held; else the reason why it waits."""
        needs = entry.needs
        for after in needs.after:
            if (reason := self._waits_for(after)) is not None:
                return reason
        lane: tuple[int, ...] = ()
        if needs.lane is not None:
            taken = lanes.take(self._paths, needs.lane, needs.width, entry.name)
            if isinstance(taken, list):
                full[needs.lane] = f"waits for its turn, after {' and '.join(taken[:2])}"
                return full[needs.lane]
            lane = (taken,)
        if not needs.gpus:
            return _Given(lane, {})
        got = self._cards(entry)
        if isinstance(got, cards.Waits):
            for fd in lane:
                os.close(fd)
            if got.blocks:
                full["gpus"] = f"waits for gpus, after {entry.name}"
            return got.reason
        return _Given((*lane, *got.fds), pinned(got.uuids))

    def _cards(self, entry: Entry) -> cards.Taken | cards.Waits:
        if self._gpus is None:
            self._gpus = self._list_gpus()
        holder = Holder(entry.run_id, entry.name, facts.user_name(), str(self._paths.project), os.getpid())
        try:
            return cards.take(entry.needs, holder, self._gpus, leases.folder())
        except JournalUnavailableError as error:
            return cards.Waits(error.message, False)
        except OSError as error:
            return cards.Waits(f"GPUs cannot be leased: {error.strerror}", False)

    def _waits_for(self, after: After) -> str | None:
        run = self._paths.run(after.run)
        first = records.read(run.run)
        name = str(first.data.get("name")) if first else after.run[-6:].lower()
        if first is None:
            return f"waits for {name}, which is not in this journal any more"
        ended = records.read(run.exit)
        if ended is None:
            seen = liveness.observe(run, self._machine)
            return f"waits for {name}, which is {seen.status.lower()}"
        status = str(ended.data.get("status"))
        if after.however or status == "DONE":
            return None
        return f"waits for {name} to end well, and it has ended as {status}: retry it, or stop this one"


def _cannot_pass(entry: Entry, full: dict[str, str]) -> str | None:
    """The reason when the lane or the GPUs an entry needs are known to be taken."""
    if entry.needs.lane is not None and entry.needs.lane in full:
        return full[entry.needs.lane]
    return full.get("gpus") if entry.needs.gpus else None


def pinned(uuids: Sequence[str]) -> dict[str, str]:
    """What makes CUDA see these GPUs and no others, however it counts."""
    return {"CUDA_VISIBLE_DEVICES": ",".join(uuids), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
