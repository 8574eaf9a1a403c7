"""Which runs a turn looks at, and how each of them stands.

One odd run must not stop the journal for all others: a run that could not be read is passed over for a while, and
``labjournal doctor`` tells why.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from labjournal import filesystems
from labjournal.errors import JournalError
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store
from labjournal.store.files import FileState

if TYPE_CHECKING:
    from labjournal.launchers.liveness import Observation

_OBSERVE_EVERY_S = 0.5
_AGAIN_S = 60.0
"""An odd run is tried again after this long, and by every new process."""
ODD = "odd"
"""Role of the file states that say why a run could not be read."""


class _Kept(NamedTuple):
    """The answer to a question that nothing has changed since."""

    asked: tuple[int, int | None, tuple[int, int]]
    unsealed: set[str]


class Lookout:
    """The runs of one journal that are not sealed."""

    def __init__(self, paths: JournalPaths, store: Store) -> None:
        self._paths = paths
        self._store = store
        self._observed: dict[str, tuple[float, Observation]] = {}
        self._odd: dict[str, float] = {}
        self._listed: int | None = None
        self._kept: _Kept | None = None
        self.queued: dict[str, str] = {}
        """What each run that waits in the queue waits for."""
        self._lost: set[str] = set()

    def to_look_at(self, level: int) -> list[str]:
        """Runs not sealed to this level, oldest first, without those that could not be read a moment ago."""
        now = time.monotonic()
        return [run for run in sorted(self._unsealed(level)) if now >= self._odd.get(run, now)]

    def _unsealed(self, level: int) -> set[str]:
        """The folder of all runs is listed only when it has changed since it last was."""
        stamp = self._stamp()
        asked = (level, stamp, self._store.age())
        if self._kept is not None and self._kept.asked == asked:
            return self._kept.unsealed
        if stamp is not None and self._store.runs_listed() == stamp:
            self._kept = _Kept(asked, self._store.unsealed(level))
            return self._kept.unsealed
        found = set(self._paths.run_ids())
        fresh = found - self._store.run_ids()
        self._listed = stamp
        return (self._store.unsealed(level) & found) | fresh

    def _stamp(self) -> int | None:
        """When a run folder was last added, in nanoseconds; None while that is too recent to tell two changes apart."""
        try:
            changed = os.stat(self._paths.runs).st_mtime_ns
        except OSError:
            return None
        return changed if filesystems.at_rest(changed) else None

    def take_listing(self) -> int | None:
        """The stamp of a listing made since this was last asked for."""
        listed, self._listed = self._listed, None
        return listed

    def look_at_queue(self) -> None:
        """See what waits and for what: the files of a run that waits need no look."""
        self.queued = {}
        if os.path.isdir(self._paths.queue):
            from labjournal.scheduler import view

            self.queued = view.reasons(self._paths)

    def observe(self, run: RunPaths) -> Observation:
        """How the run stands; a living process is not asked more than twice a second."""
        if run.id in self.queued:
            from labjournal.launchers.liveness import Observation
            from labjournal.vocabulary import Status

            return Observation(Status.QUEUED, self.queued[run.id], False, None)
        now = time.monotonic()
        known = self._observed.get(run.id)
        if (
            known is not None
            and now - known[0] < _OBSERVE_EVERY_S
            and not os.path.exists(f"{run.folder}/{run.exit.name}")
        ):
            return known[1]
        from labjournal import machine
        from labjournal.launchers import liveness
        from labjournal.vocabulary import Status

        ended = run.exit.exists()
        seen = liveness.observe(run, machine)
        if seen.status is Status.LOST and not ended:
            self._lost.add(run.id)
        self._observed[run.id] = (now, seen)
        return seen

    def take_lost(self) -> frozenset[str]:
        """Runs found lost since this was last asked for: nobody had said so before."""
        lost, self._lost = frozenset(self._lost), set()
        return lost

    @contextmanager
    def sparing_others(self, run: RunPaths) -> Iterator[None]:
        """What fails for this run is noted and costs no other its turn. Trouble of the journal itself is raised."""
        try:
            yield
        except (sqlite3.Error, JournalError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever strangers' files can hold
            self._odd[run.id] = time.monotonic() + _AGAIN_S
            words = f"this run could not be read: {type(error).__name__}: {error}"
            with self._store.writing():
                self._store.set_file(FileState(str(run.folder), run.id, ODD, trouble=words))

    def is_odd(self, run_id: str) -> bool:
        """Whether it could not be read a moment ago."""
        return time.monotonic() < self._odd.get(run_id, 0.0)

    def read_well(self, run: RunPaths) -> None:
        """A run that was odd before has been read after all."""
        self._odd.pop(run.id, None)
        known = self._store.file(str(run.folder))
        if known is not None and known.role == ODD and known.trouble is not None:
            self._store.set_file(FileState(str(run.folder), run.id, ODD))
