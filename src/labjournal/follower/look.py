"""What one turn knows of one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from labjournal.follower.curves import FileRead

FACTS, WHOLE = 1, 2
"""How far a run is sealed: its facts are in, or everything that follows from its files too."""


@dataclass
class Look:
    """What was read of one run."""

    paths: RunPaths
    curves: list[FileRead] = field(default_factory=list)
    printed: bool = False
    """Its log brought new points."""
    live: str | None = None
    over: bool = False
    """Its end is written; its supervisor may still have others of a batch to run."""
    ended: bool = False
    """Its end is written and nothing of it lives."""
    known: bool = True
    """False for a folder without a single fact yet."""
    sealed: bool = False
    """Everything that follows from its files is in: nothing of it needs to be looked at again."""
