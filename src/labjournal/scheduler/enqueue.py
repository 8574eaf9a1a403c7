"""Putting a run into the queue."""

from __future__ import annotations

from collections.abc import Sequence

from labjournal.errors import JournalUnavailableError
from labjournal.paths import JournalPaths
from labjournal.scheduler import dispatch, entries
from labjournal.scheduler.entries import Entry


def enqueue(paths: JournalPaths, waiting: Sequence[Entry]) -> None:
    """Put runs into the queue of this machine and have it looked at; returns before they run.

    The run folder of each with its ``run.json`` stands before. From the moment its entry does, a run is QUEUED and
    survives whatever is killed; it starts when what it needs is there. Only the ``local`` launcher starts its runs
    this way: one that has a queue of its own (SLURM) is handed the plan at once, with the same needs as resources and
    ``after`` as a dependency, and its own word is what the run waits for.

    Raises JournalUnavailableError when an entry cannot be written; those before it are in the queue.
    """
    for entry in waiting:
        try:
            entries.write(paths, entry)
        except OSError as error:
            raise JournalUnavailableError(
                f"{entry.name} cannot be queued: {error.strerror}.", "Is the journal's disk full or read-only?"
            ) from error
    dispatch(paths)
