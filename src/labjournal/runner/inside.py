"""The folder of the watch, made for a launch, also for one that is made from inside a run."""

from __future__ import annotations

from pathlib import Path

from labjournal import watch


def prepare(cache: Path) -> Path:
    """The PYTHONPATH folder of the inside part. Raises JournalUnavailableError when it cannot be written.

    In a process that is itself a run, ``labjournal.watch`` is the inside part, which has no ``boot``: ours is found by
    its folder.
    """
    own = str(Path(__file__).parents[1] / "watch")
    if own not in watch.__path__:
        watch.__path__.append(own)
    from labjournal.watch import boot

    return boot.prepare(cache)
