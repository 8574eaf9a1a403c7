"""Is the random state put back to where it was? rng_reset, by the state itself; nothing of torch is wrapped for it.

The state of the CPU generator is read before backward passes and when a DataLoader starts an epoch. A state that was
seen before, and left since, is a jump back. One jump may be the seed of a second phase; JUMPS of them are a habit.
A DataLoader may start within fork_rng(), for a validation that draws the same each time: its state waits until the
next look, and counts if the seed is still the same.
torch.manual_seed sets the generators of all devices, so a jump of the CPU's tells of theirs too.
"""

from __future__ import annotations

from ctypes import string_at
from typing import Any, Dict, Optional, Tuple

import torch

from labjournal.watch.findings import Findings

JUMPS = 2
SEEDED = 5
EVERY = 150
"""Backward passes whose state is read without exception; 4 us each."""
MAX_STATES = 20_000
_UNSEEDED = 67280421310721
"""torch.initial_seed() when nobody has set one. Source: c10/core/GeneratorImpl.h, default_rng_seed_val."""


def seed_that_was_set() -> Optional[int]:
    seed = torch.initial_seed()
    return None if seed == _UNSEEDED else seed


class Randomness:
    """States seen since the last optimizer was built (folds and sweeps seed themselves on purpose)."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._seen: Dict[int, int] = {}
        self._last: Optional[int] = None
        self._at = 0
        self._jumps = 0
        self._seed: Optional[int] = None
        """The seed set by torch.manual_seed since the last look."""
        self._same = 0
        self._waiting: Optional[Tuple[int, int]] = None
        """The state when a DataLoader started, and its seed."""

    def seeded(self, seed: Any) -> None:
        """torch.manual_seed was called."""
        self._seed = int(seed) if isinstance(seed, int) else None

    def optimizer_made(self) -> None:
        self._seen.clear()
        self._at = self._jumps = 0
        self._waiting = None

    def jumped(self) -> bool:
        """Has the state been put back at all since training began?"""
        return self._jumps > 0

    def idle(self, backwards: int) -> None:
        """A backward pass before a step that is not looked at."""
        if backwards <= EVERY:
            self.look(backwards)

    def loader_starts(self, step: int) -> None:
        self._waited(step)
        self._waiting = _marked(torch.get_rng_state()), torch.initial_seed()

    def _waited(self, step: int) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting[1] == torch.initial_seed() and waiting[0] != self._last:
            self._reached(waiting[0], step)

    def look(self, step: int) -> None:
        self._waited(step)
        state = torch.get_rng_state()
        mark = _marked(state)
        if mark == self._last:
            self._seeded_again(state, step)  # nothing was drawn, or fork_rng() gave it back
        else:
            self._reached(mark, step)

    def _reached(self, mark: int, step: int) -> None:
        if len(self._seen) >= MAX_STATES:
            return
        self._last, self._seed, self._same = mark, None, 0
        at = self._seen.setdefault(mark, len(self._seen))
        if at < self._at:  # while the same states are gone through again, the place only rises
            self._jumps += 1
            if self._jumps == JUMPS:
                self._say(step, JUMPS)
        self._at = at

    def _seeded_again(self, state: Any, step: int) -> None:
        """The seed is set before each pass, and numbers are drawn between it and the pass: always the same ones."""
        seed, self._seed = self._seed, None
        if seed is None or seed != torch.initial_seed():  # fork_rng() brings the seed of before back too
            return
        self._same += not torch.equal(state, torch.Generator().manual_seed(seed).get_state())
        if self._same == SEEDED:
            self._say(step, SEEDED)

    def _say(self, step: int, times: int) -> None:
        self._findings.say(
            "rng_reset",
            step,
            f"The random state was put back to an earlier one {times} times since training began: the same "
            "numbers are drawn again, for shuffling, dropout and noise.",
            evidence={"times": times},
            subject="the random state",
        )


def _marked(state: Any) -> int:
    """A number that stands for a state. A sum would do for whole blocks of numbers only: two counters cancel out."""
    return hash(string_at(state.data_ptr(), state.numel()))
