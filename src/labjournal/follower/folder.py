"""A folder of event files without a journal, as if each of its sub-folders were a run. Nothing is written anywhere."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from labjournal import facts
from labjournal.errors import NotFoundError
from labjournal.events import EventTail, find_event_files
from labjournal.facts import Fact
from labjournal.follower.turn import Turned
from labjournal.model import SeriesKey
from labjournal.store import Store
from labjournal.store.files import FileState

_LOOK_AROUND_EVERY = 20
"""New files are looked for once in so many turns; known ones are read at each."""
_MAX_BYTES = 32 << 20


class FolderFollower:
    """Follows all event files below a folder into an index in memory; same ``turn`` as `Follower`."""

    def __init__(self, folder: Path, store: Store | None = None) -> None:
        """Raises NotFoundError when there is no such folder or file."""
        if not folder.exists():
            raise NotFoundError(
                f"{folder}: no such folder.", "labjournal tui --logdir DIR wants a folder of event files."
            )
        self.folder = folder.absolute()
        self.store = store or Store.in_memory()
        self._tails: dict[Path, tuple[EventTail, str]] = {}
        self._turns = 0

    def close(self) -> None:
        for tail, _ in self._tails.values():
            tail.close()
        self.store.close()

    def catch_up(self, with_curves: bool = True) -> None:
        while self.turn(with_curves).unfinished:
            pass

    def turn(self, with_curves: bool = True) -> Turned:
        """Read what was appended since the last turn."""
        touched: set[str] = set()
        if self._turns % _LOOK_AROUND_EVERY == 0:
            touched |= self._look_around()
        self._turns += 1
        unfinished = False
        for path, (tail, run) in self._tails.items() if with_curves else ():
            found = tail.read(_MAX_BYTES)
            if found.idle:
                continue
            unfinished = unfinished or found.more
            touched.add(run)
            with self.store.writing():
                self._write(run, path, tail, found.columns, found.purge_from, found.replaced)
        return Turned(frozenset(touched), unfinished=unfinished)

    def _look_around(self) -> set[str]:
        new: dict[str, list[Path]] = {}
        for path in find_event_files(self.folder):
            if path not in self._tails:
                name = path.parent.relative_to(self.folder).as_posix() if self.folder.is_dir() else path.name
                new.setdefault(self.folder.name if name == "." else name, []).append(path)
        for name, paths in new.items():
            run = facts.derived_id("folder", self.folder, name)
            with self.store.writing():
                self.store.fold(_as_run(run, name, paths))
            for path in paths:
                self._tails[path] = (EventTail(path), run)
        return {run for _, run in self._tails.values()} if new else set()

    def _write(
        self, run: str, path: Path, tail: EventTail, columns: object, purge_from: int | None, replaced: bool
    ) -> None:
        assert isinstance(columns, dict)
        if replaced:
            self.store.forget_file(run, str(path))
        elif purge_from is not None:
            self.store.purge_series(run, str(path), purge_from)
        first = min((float(points.wall_times[0]) for points in columns.values() if len(points)), default=None)
        known = self.store.file(str(path))
        self.store.set_file(
            FileState(str(path), run, "events", tail.offset, first_wall=known.first_wall if known else first)
        )
        for tag, points in columns.items():
            if len(points):
                key = SeriesKey(run, "", tag)
                self.store.append_series(key, str(path), 0, points.steps, points.wall_times, points.values)
        self.store.note_step(run)


def _as_run(run: str, name: str, paths: Sequence[Path]) -> list[Fact]:
    """What stands in for the facts of a run that nobody launched: its name, and the times of its files."""
    begin = facts.now_iso(min(_begun(path) for path in paths))
    end = facts.now_iso(max(os.stat(path).st_mtime for path in paths))
    host, user = facts.host_name(), facts.user_name()
    stated: dict[str, object] = {"name": name, "kind": "train", "cwd": None, "command": []}
    ending = {"attempt": 1, "status": "DONE", "cause": "read from event files; nothing else is known", "ended_at": end}
    return [
        Fact(facts.derived_id("run", run), begin, "run", host, user, run, stated),
        Fact(facts.derived_id("exit", run), end, "exit", host, user, run, ending),
    ]


def _begun(path: Path) -> float:
    """Seconds since 1970: as writers put them into the name (``events.out.tfevents.1671811418.host``), or the mtime."""
    stamp = re.search(r"tfevents\.(\d{9,11})(?:\D|\Z)", path.name)
    return float(stamp[1]) if stamp else os.stat(path).st_mtime
