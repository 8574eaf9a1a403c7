"""Which event files of a run a turn looks at: hundreds may be silent for hours, each must be read soon after it grows.

Files that were silent for a while take turns, and all that are due are asked for their lengths in one go.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from io import FileIO
from itertools import repeat
from os import SEEK_END
from typing import TYPE_CHECKING

from labjournal.store.files import FileState

if TYPE_CHECKING:
    from labjournal.events import EventTail

DROWSY_LOOKS, DROWSY_TURNS = 40, 4
"""A file silent for 40 looks (2 s of the app's turns) is looked at every fourth turn, 50 of 200 at a time."""
_GLANCES = 16
"""What a length does not tell (rewritten, deleted, moved) is found by the look after so many of them."""


@dataclass(eq=False)
class FollowedFile:
    """An event file with its open tail, what the index knows of it, and the turn of its run in which it last grew."""

    tail: EventTail
    state: FileState
    grew: int = 0


class _Group:
    """Files that are due in the same turns."""

    def __init__(self, followed: Sequence[FollowedFile], glances: int) -> None:
        self.followed = followed
        self.glances = glances
        self.settle()

    def due(self) -> Sequence[FollowedFile]:
        """Those that may have something new; now and then it is all of them."""
        self.glances += 1
        if self.glances > _GLANCES:
            self.glances = 0
            for one in self.followed:
                one.tail.suspect()
            return self.followed
        try:
            lengths = list(map(FileIO.seek, self._files, repeat(0), repeat(SEEK_END)))
        except (OSError, ValueError):  # its disk has gone, or somebody closed it
            return self.followed
        if lengths == self._lengths:
            return self._doubtful
        grown = zip(self._resting, lengths, self._lengths, strict=True)
        return [*self._doubtful, *(one for one, now, before in grown if now != before)]

    def settle(self) -> None:
        """Note how long each file is now, after some were read."""
        at_rest = [(one, one.tail.at_rest) for one in self.followed]
        self._doubtful = [one for one, rest in at_rest if rest is None]
        self._resting = [one for one, rest in at_rest if rest is not None]
        self._files = [rest[0] for _, rest in at_rest if rest is not None]
        self._lengths = [rest[1] for _, rest in at_rest if rest is not None]


class SilentFiles:
    """The event files of one run, each in the group of those it takes turns with."""

    def __init__(self, files: Mapping[str, str], followed: Sequence[FollowedFile]) -> None:
        """``files``: what the run was said to have; ``followed``: those of them that are its own."""
        self.files = files
        self._followed = followed
        self._turn = 0  # of this run: turns of all runs together would pass over some of them for ever
        for one in followed:
            one.grew = 0
        self._awake, self._drowsy = _Group((), 0), [_Group((), 0)] * DROWSY_TURNS
        self._sort()

    def due(self, final: bool) -> Sequence[FollowedFile]:
        """The files to read in this turn; all of them when nothing more will be written."""
        self._turn += 1
        if self._turn > self._next_sort:
            self._sort()
        if final:
            return self._followed
        return [*self._awake.due(), *self._drowsy[self._turn % DROWSY_TURNS].due()]

    def settle(self, grown: Collection[FollowedFile]) -> None:
        """After reading what was due: these had something new."""
        woken = any(self._is_drowsy(one) for one in grown)
        for one in grown:
            one.grew = self._turn
        if woken:
            self._sort()
        else:
            for group in (self._awake, self._drowsy[self._turn % DROWSY_TURNS]):
                group.settle()

    def _is_drowsy(self, one: FollowedFile) -> bool:
        return one.grew + DROWSY_LOOKS < self._turn

    def _sort(self) -> None:
        """Each group goes on with the glances of the one before: a file that wakes often must not spare the others."""
        self._drowsy = [
            _Group([one for one in self._followed[share::DROWSY_TURNS] if self._is_drowsy(one)], before.glances)
            for share, before in enumerate(self._drowsy)
        ]
        self._awake = _Group([one for one in self._followed if not self._is_drowsy(one)], self._awake.glances)
        self._next_sort = min((one.grew for one in self._awake.followed), default=sys.maxsize) + DROWSY_LOOKS
