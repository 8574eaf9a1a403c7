"""The queue of one machine: what waits, what it waits for, and who starts it.

entries     one file a queued run                  leases      GPUs, held by locks that the kernel frees
lanes       how many runs at the same time         neighbours  who uses a GPU without a lease
dispatcher  one look at the queue: what can start  keeper      the process that looks while something waits
pausing     holding the queue, by hand or because everything dies at its start
view        the queue as the faces show it         enqueue     putting a run into it

There is no permanent daemon. Whoever puts something in, takes a look, or sees a run end calls ``dispatch``: it wakes
the keeper, or starts one when none lives. The keeper ends with the last entry. A lock that is held by the processes
of a run says that a GPU is taken, so nothing that is killed can leave one taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths, RunPaths


def dispatch(paths: JournalPaths) -> None:
    """See to it that what can start of a journal's queue does start. Returns at once, raises nothing.

    Costs one look into a folder when nothing waits.
    """
    from labjournal.scheduler import entries

    waiting = entries.names(paths)
    if waiting and (not paths.queue.joinpath(entries.PAUSED).exists() or entries.stopped(paths, waiting)):
        from labjournal.scheduler import keeper

        keeper.wake_or_start(paths)


def run_ended(run: RunPaths) -> None:
    """What a supervisor calls when a run is over and what it held is free again."""
    if not run.journal.queue.is_dir():
        return
    from labjournal.launchers import records
    from labjournal.scheduler import pausing

    launched = records.read(run.run)
    queued = launched.data.get("queue") if launched else None
    if isinstance(queued, dict):
        pausing.note_end(run.journal, run, int(queued.get("stop_after") or 0))
    dispatch(run.journal)
