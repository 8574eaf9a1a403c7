"""Between the app and the journal: one thread follows, one reads, and the app's own thread never touches a file.

A store belongs to one thread, so each executor here has exactly one. An index that lives in memory has only the
follower's connection: then questions are asked on the follower's thread, between two turns.
"""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from labjournal.errors import JournalError, JournalUnavailableError

if TYPE_CHECKING:  # loaded on the threads, while the first frame is drawn
    from labjournal.config import Config
    from labjournal.follower import Follower, Turned
    from labjournal.follower.folder import FolderFollower
    from labjournal.paths import JournalPaths
    from labjournal.store import Store

T = TypeVar("T")
POLL_S = 0.05
"""Seconds between two turns: half of the 100 ms in which a point may wait for its turn."""
_IDLE_POLL_S = 0.25
_IDLE_AFTER_S = 10.0
_DISPATCH_EVERY_S = 10.0
"""The process that minds the queue may have been killed."""
_RUNS_A_TURN = 50
"""Runs begun with in one turn: half a second's work of a thread, then the screen tells how far it has come."""
_MANY_OBJECTS = 50_000


@dataclass(frozen=True, slots=True)
class Source:
    """What a question may read. Only valid on the thread it is given on."""

    store: Store
    config: Config
    paths: JournalPaths | None
    """None for a folder of event files without a journal."""


class Feed:
    """Follows a journal, or a folder of event files, and answers questions about it."""

    def __init__(self, paths: JournalPaths | None, logdir: Path | None = None, config: Config | None = None) -> None:
        """A feed that has not begun.

        Args:
            paths: The journal; None with ``logdir``.
            logdir: A folder of event files to look at without a journal.
            config: Configuration, for folders without a journal; a journal's own is loaded.
        """
        self.paths = paths
        self._logdir = logdir
        self._config = config
        self._follow_thread = ThreadPoolExecutor(1, "follow")
        self._read_thread: ThreadPoolExecutor | None = None
        self._follower: Follower | FolderFollower | None = None
        self._reader: Source | None = None
        self._closed = False
        self._dispatched_at = -_DISPATCH_EVERY_S

    @property
    def writable(self) -> bool:
        """Whether there is a journal to write notes, runs and marks into."""
        return self.paths is not None

    async def open_index(self) -> bool:
        """Open what was folded before, for reading, so that the first frame waits for nothing.

        Returns:
            False where there is no index yet, or none that can be read as it is: then `open` makes one.
        """
        if self.paths is None:
            return False
        thread = self._read_thread = ThreadPoolExecutor(1, "read")
        try:
            self._reader = await self._on(thread, self._open_reader)
        except JournalError:
            return False
        return True

    def _open_reader(self) -> Source:
        from labjournal import config
        from labjournal.store import Store

        assert self.paths is not None
        store = Store.open(self.paths, readonly=True)
        return Source(store, self._config or config.load(self.paths.project), self.paths)

    async def open(self) -> None:
        """Begin to follow. Raises JournalError."""
        on_disk = await self._on(self._follow_thread, self._open_follower)
        if self._reader is None and on_disk:
            self._read_thread = self._read_thread or ThreadPoolExecutor(1, "read")
            self._reader = await self._on(self._read_thread, self._open_reader)

    def _open_follower(self) -> bool:
        """Whether the follower's index is one that another connection can read."""
        if self.paths is None:
            from labjournal.follower.folder import FolderFollower

            self._follower = FolderFollower(self._logdir or Path())
            return self._shared(self._follower.store)
        from labjournal.follower import Follower

        self._follower = Follower.open(self.paths, self._config, most=_RUNS_A_TURN)
        return self._shared(self._follower.store)

    def _shared(self, store: Store) -> bool:
        if store.on_disk:
            return True
        from labjournal.config import Config

        # An index in memory has one connection: questions are asked where it was opened. One that lies on the disk
        # of a journal which cannot be written may be older than what is folded now.
        config = self._config or (self._reader.config if self._reader is not None else Config())
        self._reader, self._read_thread = Source(store, config, self.paths), None
        return False

    async def turn(self) -> Turned:
        """Fold what is new. Raises JournalError."""
        follower = self._follower
        if follower is None:
            raise JournalUnavailableError("The journal is not open.")
        return await self._on(self._follow_thread, lambda: self._turn(follower))

    def _turn(self, follower: Follower | FolderFollower) -> Turned:
        """One turn; once in a while see to it that somebody minds the queue, as every face does."""
        turned = follower.turn()
        now = time.monotonic()
        if self.paths is not None and now - self._dispatched_at > _DISPATCH_EVERY_S and self.paths.queue.is_dir():
            from labjournal import scheduler

            self._dispatched_at = now
            scheduler.dispatch(self.paths)
        return turned

    async def ask(self, question: Callable[[Source], T]) -> T:
        """The answer to a question, read on a thread. Raises JournalError."""
        source = self._reader
        if source is None:
            raise JournalUnavailableError("The journal is not open.")
        return await self._on(self._read_thread or self._follow_thread, lambda: _uncollected(question, source))

    async def _on(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if self._closed:
            raise JournalUnavailableError("The journal was closed.")
        try:
            return await asyncio.get_running_loop().run_in_executor(thread, work)
        except sqlite3.Error as error:
            raise _in_words(error) from error
        except OSError as error:
            raise JournalUnavailableError(f"The journal cannot be read: {error.strerror or error}.") from error

    def close(self) -> None:
        """Let go of the journal; a turn in progress ends on its own thread."""
        self._closed = True
        follower, reader = self._follower, self._reader
        if self._read_thread is not None and reader is not None:
            self._read_thread.submit(reader.store.close)
            self._read_thread.shutdown(wait=False)
        if follower is not None:
            self._follow_thread.submit(follower.close)
        self._follow_thread.shutdown(wait=False)


def _uncollected(question: Callable[[Source], T], source: Source) -> T:
    """The answer, with no look for garbage meanwhile.

    Numbers and names of 10,000 runs are a million objects that stay. Looked through again and again while they are
    made, and at every quarter more of them later, they held up the app's own thread for up to 470 ms.
    """
    gc.disable()
    try:
        return question(source)
    finally:
        if gc.get_count()[0] > _MANY_OBJECTS:
            gc.freeze()
        gc.enable()


def _in_words(error: sqlite3.Error) -> JournalError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return JournalUnavailableError("The database is busy; trying again, reading goes on.")
    if "malformed" in text or "not a database" in text:
        return JournalUnavailableError(
            "The database is damaged. It is only an index.", "Quit and rebuild it: labjournal reindex"
        )
    return JournalUnavailableError(f"The database cannot be read: {text}.", "labjournal doctor says more.")


class Pace:
    """How long to wait before the next turn: short while things happen, longer when nothing does."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()

    def after(self, changed: bool, unfinished: bool, live: bool) -> float:
        """Seconds to wait after a turn."""
        now = self._clock()
        if changed:
            self._last = now
        if unfinished:
            return 0.0
        return POLL_S if live or now - self._last < _IDLE_AFTER_S else _IDLE_POLL_S
