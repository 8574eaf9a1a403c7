"""`Store`: one connection to the index, for one thread. `Reading` answers; `fold` takes in what was read from files."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labjournal import filesystems
from labjournal.errors import JournalUnavailableError
from labjournal.facts import Fact, dumps
from labjournal.paths import JournalPaths
from labjournal.store import files, schema
from labjournal.store.places import Places
from labjournal.store.reading import Reading

if TYPE_CHECKING:
    from labjournal.model import (
        SeriesKey,
    )

_BUSY_S = 20.0


class Store(Reading):
    """The index of one journal. Not to be handed to another thread: open one there."""

    _log: str | None = None
    """SQLite's write-ahead log, where there may be one."""
    _silent: tuple[int, int] | None = None
    """How the log stood before the version was last asked for, if it had been silent for a while."""
    _version = 0

    @classmethod
    def open(cls, paths: JournalPaths, readonly: bool = False) -> Store:
        """Open the index, made or migrated when needed. Raises JournalUnavailableError, NewerJournalError.

        A journal that cannot be written is opened for reading; without an index it is folded into memory by
        the follower.
        """
        return cls.at(paths.database, paths, readonly)

    @classmethod
    def at(cls, path: Path, paths: JournalPaths, readonly: bool = False) -> Store:
        """Open the index of a journal in a given file."""
        try:
            if not readonly:
                path.parent.mkdir(parents=True, exist_ok=True)
            uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)
            if not readonly:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")  # an index: what a power cut takes is folded again
            schema.migrate(connection, str(path))
        except (sqlite3.Error, OSError) as error:
            raise _trouble(path, error) from error
        store = cls(connection, Places(str(paths.project)))
        store._log = f"{path}-wal"
        return store

    @classmethod
    def in_memory(cls) -> Store:
        """An index that lives only as long as this object: folders without a journal, journals that are read-only."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        schema.migrate(connection, "memory")
        return cls(connection)

    @property
    def on_disk(self) -> bool:
        """Whether another connection can open the same index."""
        return bool(self.connection.execute("PRAGMA database_list").fetchone()[2])

    def close(self) -> None:
        self.connection.close()

    def data_version(self) -> int:
        """Changes when another connection has committed; a cheap "has anything happened".

        Each commit is written to the log: while that is as it was, SQLite need not be asked (one stat for 100 us).
        """
        silent = self._log_if_silent()
        if silent is None or silent != self._silent:
            self._version = int(self.connection.execute("PRAGMA data_version").fetchone()[0])
            self._silent = silent
        return self._version

    def _log_if_silent(self) -> tuple[int, int] | None:
        """Size and time of the log; None while that is too recent to tell two commits apart, or without a log."""
        if self._log is None:
            return None
        try:
            status = os.stat(self._log)
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns) if filesystems.at_rest(status.st_mtime_ns) else None

    def age(self) -> tuple[int, int]:
        """Differs once this or another connection has changed anything: one pragma, no table is read."""
        return self.data_version(), self.connection.total_changes

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One write transaction; what fails is undone whole."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    # -- folding: inside `writing()` -------------------------------------------------------------------------------

    def fold(self, stated: Iterable[Fact]) -> set[str | None]:
        """Take facts in and bring everything that follows from them up to date; returns the runs touched."""
        from labjournal.store import folding

        return folding.fold(self.connection, stated)

    def replace_passing(self, run: str, file: str, stated: Sequence[Fact]) -> bool:
        """Put result facts in the place of those put here before; they live in the index only, until a run has ended.

        False where nothing changed, or the run has ended meanwhile and what it said is on record.
        """
        from labjournal.store import folding

        before = self.file(file)
        known = dict((before.state or {}).get("facts", {})) if before is not None else {}
        said = {fact.id: dumps(fact.data) for fact in stated}
        if known == said:
            return False
        ended = self.connection.execute("SELECT ended_at IS NOT NULL FROM runs WHERE id = ?", (run,)).fetchone()
        if stated and (ended is None or ended[0]):
            return False
        folding.replace(self.connection, run, known, stated)
        if said:
            self.set_file(files.FileState(file, run, "results so far", state={"facts": said}))
        else:
            files.forget(self.connection, self.places.name(file))
        return True

    def note_step(self, run: str) -> None:
        """Bring the run's row up to the last step of its curves."""
        from labjournal.store import folding

        folding.note_step(self.connection, run)

    def set_live(self, run: str, cause: str | None) -> bool:
        """What is seen of a run that has not ended: unsupervised, last heard n min ago. No fact: it passes.

        Returns whether something else was seen of it before.
        """
        done = self.connection.execute(
            "UPDATE runs SET cause = ? WHERE id = ? AND cause IS NOT ? AND status IN ('RUNNING', 'QUEUED')",
            (cause, run, cause),
        )
        return done.rowcount > 0

    def note_listed(self, stamp: int) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES ('runs listed', ?)", (str(stamp),))

    def seal(self, run: str, level: int) -> None:
        """See `sealed`; level 0 opens the run again.

        A run that was started again since it was looked at has not ended: it stays open.
        """
        self.connection.execute(
            "UPDATE runs SET sealed = ?1 WHERE id = ?2 AND (?1 = 0 OR status NOT IN ('RUNNING', 'QUEUED'))",
            (level, run),
        )

    def append_series(self, key: SeriesKey, file: str, session: int, steps: Any, walls: Any, values: Any) -> None:
        from labjournal.store import series

        series.append(self.connection, key, self.places.name(file), session, steps, walls, values)

    def purge_series(self, run: str, file: str, from_step: int) -> None:
        from labjournal.store import series

        series.purge(self.connection, run, self.places.name(file), from_step)

    def forget_file(self, run: str, file: str) -> None:
        from labjournal.store import series

        series.forget_file(self.connection, run, self.places.name(file))

    def set_file(self, file: files.FileState) -> None:
        files.write(self.connection, file._replace(path=self.places.name(file.path)))


def _trouble(path: Path, error: Exception) -> JournalUnavailableError:
    text = str(error)
    hint = "Is the disk full, or the folder read-only? labjournal doctor says more."
    if "malformed" in text or "not a database" in text:
        hint = "The database is only an index. Rebuild it with: labjournal reindex"
    elif "locked" in text or "busy" in text:
        hint = "Another process is writing; try again in a moment."
    return JournalUnavailableError(f"{path} cannot be opened: {text}.", hint)
