"""The index again from the files, beside the old one, which is replaced only when the new one is whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from labjournal.errors import JournalUnavailableError
from labjournal.follower.turn import Follower
from labjournal.paths import JournalPaths
from labjournal.store import Store, upkeep


class Counted(NamedTuple):
    runs: int
    facts: int
    points: int


def rebuild(paths: JournalPaths) -> Counted:
    """Fold every file of the journal into a new database and put it in the old one's place.

    Raises JournalUnavailableError when the folder cannot be written, NewerJournalError for a newer journal.
    """
    paths.read_identity()
    target = paths.database
    beside = target.with_name(f"{target.name}.new")
    _remove(beside)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        follower = Follower(paths, Store.at(beside, paths))
        try:
            follower.catch_up()
            upkeep.tidy(follower.store.connection)
            counted = Counted(*upkeep.counts(follower.store.connection))
        finally:
            follower.close()
        _replace(beside, target)
    except (OSError, sqlite3.Error) as error:
        _remove(beside)
        raise JournalUnavailableError(
            f"The index could not be rebuilt: {error}.", "Is the disk full, or the folder read-only?"
        ) from error
    return counted


def _replace(beside: Path, target: Path) -> None:
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    beside.replace(target)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
