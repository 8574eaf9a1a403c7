"""Event files by name, below a folder."""

from __future__ import annotations

import os
from pathlib import Path

_NEVER = frozenset({".git"})
_JOURNAL = ".labjournal"


def is_event_file_name(name: str) -> bool:
    """Whether TensorBoard would take a file of this name for an event file."""
    return "tfevents" in name


def find_event_files(folder: str | os.PathLike[str], *, include_journal: bool = False) -> list[Path]:
    """All event files in ``folder`` and below, sorted by folder, then by name (TensorBoard's order).

    Linked folders are entered, each real folder once.  ``.git`` is left out, and ``.labjournal`` below
    ``folder`` unless asked for.  A folder that may not be listed counts as empty.
    """
    skipped = _NEVER if include_journal else _NEVER | {_JOURNAL}
    found: list[Path] = []
    entered: set[tuple[int, int]] = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        status = os.stat(parent)
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders[:] = sorted(set(folders) - skipped)
        found += [Path(parent, name) for name in names if is_event_file_name(name) and _is_file(parent, name)]
    return sorted(found, key=lambda path: (path.parent.parts, path.name))


def _is_file(parent: str, name: str) -> bool:
    # False also for a broken link, and for a pipe, whose opening would wait for a writer.
    return Path(parent, name).is_file()
