"""The short way through the hooks, between two looks of a run that has settled: count, and nothing else.

Four hooks fire at every step. The whole way through one costs some 10 us, which a step of 1 ms feels; the short way
costs 1. A nap ends by its count of backward passes, so that steps left out do not prolong it, and at once when an
optimizer steps that it does not know or the script does something else that the watch listens to.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labjournal.watch.optimizers import Tracked

EVERY = 10
"""Backward passes from look to look once the first hundred steps are over."""


class Nap:
    """``passes`` left to sleep through; 0 while awake."""

    def __init__(self) -> None:
        self.passes = 0
        self.slept = 0
        """Backward passes of the last nap, to be counted on waking."""
        self._tracked: Optional[Tracked] = None
        self.short: Dict[str, Callable[..., bool]] = {
            "before_backward": self._before_backward,
            "before_step": self._before_step,
            "after_step": self._after_step,
            "on_zero_grad": self._nothing,
            "on_model_zero_grad": self._nothing,
        }
        """By the name of a session's method: what stands for it, and says whether it was enough."""

    def begin(self, tracked: Tracked) -> None:
        """After a step of the only optimizer: sleep until the one before the next look."""
        self.passes = EVERY - 1 - tracked.n % EVERY
        self._tracked = tracked

    def wake(self) -> None:
        self.passes = 0

    def _nothing(self, *_: Any) -> bool:
        return True

    def _before_backward(self, *_: Any) -> bool:
        self.passes -= 1
        self.slept += 1
        return True

    def _before_step(self, optimizer: Any, *_: Any) -> bool:
        tracked = self._tracked
        if tracked is None or tracked.ref() is not optimizer:
            self.passes = 0
            return False
        tracked.n += 1
        return True

    def _after_step(self, optimizer: Any, *_: Any) -> bool:
        return True
