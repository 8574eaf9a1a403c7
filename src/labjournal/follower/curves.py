"""Event files of a run into its curves.

A file belongs to one run for ever; which files a run has is told by `sources`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labjournal import facts
from labjournal.facts import Fact
from labjournal.follower.silent_files import FollowedFile, SilentFiles
from labjournal.model import SeriesKey
from labjournal.store import Store
from labjournal.store.files import FileState

if TYPE_CHECKING:
    from labjournal.events import TailRead

ROLE = "events"
_MAX_BYTES = 32 << 20
"""A turn reads at most this much of one file, so that a first look at gigabytes does not hold up live runs."""


@dataclass(frozen=True)
class FileRead:
    """What one look at one event file found, and where it started from."""

    before: FileState
    found: TailRead


class CurvesReader:
    """Keeps a tail open for every event file of the runs that are followed."""

    def __init__(self, store: Store, reopen: bool) -> None:
        self._store = store
        self._reopen = reopen
        self._tails: dict[str, FollowedFile] = {}
        self._files: dict[str, SilentFiles] = {}

    def read(self, run: str, files: Mapping[str, str], final: bool) -> list[FileRead]:
        """What is new in the given files (path -> folder of its curves). Nothing is written."""
        known = self._files.get(run)
        if known is None or known.files != files:
            known = self._files[run] = self._follow(run, files)
        due = known.due(final)
        if not due:
            return []
        found = [(one, one.tail.read(_MAX_BYTES, final=final)) for one in due]
        news = [(one, read) for one, read in found if not read.idle]
        known.settle([one for one, _ in news])
        return [FileRead(one.state, read) for one, read in news]

    def _follow(self, run: str, files: Mapping[str, str]) -> SilentFiles:
        """Without another run's files: reading them here would pass over what their owner has not taken in yet."""
        followed = [self._tails.get(path) or self._begin(run, path, folder) for path, folder in files.items()]
        return SilentFiles(files, [one for one in followed if one.state.run == run])

    def _begin(self, run: str, path: str, folder: str) -> FollowedFile:
        from labjournal.events import EventTail

        state = self._store.file(path) or FileState(path, run, ROLE, folder=folder)
        followed = FollowedFile(EventTail.resume(path, state.state, reopen=self._reopen), state)
        self._tails[path] = followed
        return followed

    def write(self, run: str, reads: Iterable[FileRead]) -> bool:
        """Put what was read into the store, inside its transaction; False when there is more to read."""
        whole = True
        for read in reads:
            state, found = read.before, read.found
            if state.run != run:
                continue  # the file belongs to another run
            if self._store.file_offset(state.path) != state.offset:
                self.forget(state.path)  # another process read on meanwhile: our work is void, theirs stands
                whole = False
                continue
            self._write_one(run, state, found)
            whole = whole and not found.more
        return whole

    def _write_one(self, run: str, state: FileState, found: TailRead) -> None:
        if found.replaced:
            self._store.forget_file(run, state.path)
        elif found.purge_from is not None:
            self._store.purge_series(run, state.path, found.purge_from)
        session = int((state.state or {}).get("sessions", 0)) + len(found.session_starts)
        for tag, points in found.columns.items():
            if not len(points):
                continue
            key = SeriesKey(run, state.folder or "", tag)
            self._store.append_series(key, state.path, session, points.steps, points.wall_times, points.values)
        trouble = "; ".join(f"{p.kind} at byte {p.offset}: {p.message}" for p in found.problems) or state.trouble
        after = state._replace(
            offset=int(found.state.get("offset", 0)),
            state={**found.state, "sessions": session},
            first_wall=_first_wall(FileRead(state, found)),
            trouble=trouble,
        )
        self._store.set_file(after)
        self._tails[state.path].state = after

    def forget(self, path: str) -> None:
        known = self._tails.pop(path, None)
        if known:
            known.tail.close()
            self._files.pop(known.state.run or "", None)

    def forget_run(self, run: str) -> None:
        for path in [path for path, followed in self._tails.items() if followed.state.run == run]:
            self.forget(path)

    def close(self) -> None:
        for path in list(self._tails):
            self.forget(path)


def hyperparameters(run: str, reads: Iterable[FileRead]) -> list[Fact]:
    """Settings that a script wrote into its event files for TensorBoard's hparams plugin."""
    return [
        facts.make(
            "settings",
            {"source": "hparams", "values": dict(read.found.hparams)},
            run,
            facts.now_iso(_first_wall(read)),
            facts.derived_id("hparams", run, read.before.path),
        )
        for read in reads
        if read.found.hparams
    ]


def _first_wall(read: FileRead) -> float | None:
    """When the file was begun, seconds since 1970, as far as its points tell."""
    walls = [float(points.wall_times[0]) for points in read.found.columns.values() if len(points)]
    known = read.before.first_wall
    return min([*walls, *([] if known is None else [known])], default=None)
