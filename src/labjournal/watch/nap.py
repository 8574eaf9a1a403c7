"""The short way through the hooks, between two looks of a run that has settled: count, and nothing else.

Four hooks fire at every step. The whole way through one costs some 10 us, which a step of 1 ms feels; the short way
costs 1. A nap ends by its count of backward passes, so that steps left out do not prolong it, and at once when an
optimizer steps that it does not know, the script does something else that the watch listens to, or the pulse changes.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labjournal.watch.optimizers import Tracked
    from labjournal.watch.pulse import Pulse

EVERY = 10
"""Backward passes from look to look once the first hundred steps are over."""
LONGEST = 30
"""While no look is paid for: the whole way costs 80 us, which at every tenth step of 1 ms is most of an idle watch."""


class Nap:
    """``asleep`` through ``passes`` more backward passes and the steps that follow them."""

    def __init__(self) -> None:
        self.asleep = False
        self.passes = 0
        self.slept = 0
        """Backward passes of the last nap, to be counted on waking."""
        self._tracked: Optional[Tracked] = None
        self._pulse: Optional[Pulse] = None
        self._stepping = False
        """A step is going on: foreach optimizers, as those on a GPU are, enter no_grad by themselves in each."""
        self._scheduled = 0
        """Steps taken when a schedule was stepped last."""
        self.short: Dict[str, Callable[..., bool]] = {
            "before_backward": self._before_backward,
            "before_step": self._before_step,
            "after_step": self._after_step,
            "on_zero_grad": self._still,
            "on_model_zero_grad": self._still,
            "on_schedule_step": self._on_schedule_step,
            "on_no_grad": self._on_no_grad,
        }
        """By the name of a session's method: what stands for it, and says whether it was enough."""

    def begin(self, tracked: Tracked, until: int, pulse: Optional[Pulse]) -> None:
        """After a step of the only optimizer: sleep until the one before step ``until``, the next look, is over."""
        self._pulse = pulse
        self.passes = until - 1 - tracked.n
        self.asleep = self.passes > 0
        self._tracked = tracked

    def wake(self) -> None:
        self.asleep = False

    def _still(self, *_: Any) -> bool:
        self.asleep = self.passes > 0
        return self.asleep

    def _before_backward(self, *_: Any) -> bool:
        self._stepping = False
        if not self._still():
            return False
        self.passes -= 1
        self.slept += 1
        return True

    def _before_step(self, optimizer: Any, *_: Any) -> bool:
        tracked, pulse = self._tracked, self._pulse
        unknown = tracked is None or tracked.ref() is not optimizer
        if tracked is None or unknown or (pulse is not None and pulse.is_new(tracked.n + 1)):
            self.asleep = False
            return False
        tracked.n += 1
        self._stepping = True
        return True

    def _on_schedule_step(self, *_: Any) -> bool:
        """One that follows a step of the optimizer is as it should be."""
        before, self._scheduled = self._scheduled, 0 if self._tracked is None else self._tracked.n
        return before != self._scheduled

    def _on_no_grad(self, *_: Any) -> bool:
        return self._stepping

    def _after_step(self, *_: Any) -> bool:
        self._stepping = False
        if self._pulse is not None:
            self._pulse.stepped()
        return True


def next_look(step: int, rest: float) -> int:
    """The next step for which a look is due and paid, or one LONGEST away; ``rest``: steps until one is paid."""
    return (step + int(min(rest, LONGEST - EVERY))) // EVERY * EVERY + EVERY
