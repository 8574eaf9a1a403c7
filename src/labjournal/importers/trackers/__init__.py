"""Runs that other trackers kept. To add one: a module with ``read``, one line in ``READERS``."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from labjournal.errors import InputError
from labjournal.importers.trackers import mlflow, trackio, wandb
from labjournal.importers.trackers.adopting import Adopted, adopt
from labjournal.importers.trackers.tracked import TrackedRun

__all__ = ["Adopted", "TrackedRun", "adopt", "find"]

READERS: tuple[Callable[[Path], list[TrackedRun] | None], ...] = (mlflow.read, trackio.read, wandb.read)


def find(path: Path) -> list[TrackedRun]:
    """The runs a file or folder of a tracker holds; none when it is no tracker's. Raises InputError."""
    databases = sorted(path.glob("*.db")) if path.is_dir() else []
    for reader in READERS:
        try:
            found = [run for one in (path, *databases) for run in reader(one) or ()]
        except (OSError, sqlite3.Error, ValueError) as error:
            raise InputError(f"{path} cannot be read: {error}.", "Is it whole, and yours to read?") from error
        if found:
            return found
    return []
