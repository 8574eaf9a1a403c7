"""Steps looked at beyond the schedule, because a check has seen something that few more looks will settle.

Where looks are five or ten steps apart, a rule that asks for eight in a row takes eighty steps. A suspicion is cheap to
have and mostly comes to nothing, so that each check has EXTRA_LOOKS for each optimizer and no more.
"""

from __future__ import annotations

from typing import Dict, Set

from labjournal.watch.budget import SPARSE_FROM
from labjournal.watch.optimizers import Tracked

EXTRA_LOOKS = 48


class Suspicion:
    """Of one check: the optimizers whose next steps it wants to see."""

    def __init__(self) -> None:
        self._open: Set[Tracked] = set()
        self._looks: Dict[Tracked, int] = {}

    def wants(self, tracked: Tracked, _first: int, _last: int) -> bool:
        return tracked in self._open

    def state(self, tracked: Tracked, suspects: bool) -> None:
        """After a look: is there anything to suspect?"""
        looks = self._looks.get(tracked, 0)
        if suspects and looks < EXTRA_LOOKS:
            self._looks[tracked] = looks + (tracked.n > SPARSE_FROM)
            self._open.add(tracked)
        else:
            self._open.discard(tracked)
