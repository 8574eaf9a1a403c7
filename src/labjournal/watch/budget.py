"""How much of the user's time the watch may take: dense looks first, then a small share of what has passed."""

from __future__ import annotations

import time
from typing import Callable, Optional

DENSE_STEPS = 100
"""Until this step looks follow the schedule as long as CAPITAL_S lasts, so that a run of a few hundred quick steps
is judged whole."""
CAPITAL_S = 0.5
FIRST_MINUTE_S = 60.0
SHARE = 0.003
"""Of the elapsed time afterwards; the figure promised is 0.5%, the rest is what timing inside hooks cannot see."""
QUICK_SHARE = 0.02
"""For steps under QUICK_STEP_S while capital is left: 0.3% of a step of 1 ms would not pay for one look a minute."""
QUICK_STEP_S = 0.02


class Budget:
    """A purse of seconds. ``clock`` is in seconds and monotonic."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self.started: Optional[float] = None
        self.spent = 0.0
        """Seconds taken by looks since the first step."""
        self.refused = 0
        """Looks that the schedule wanted and the purse did not pay."""
        self._settled: Optional[float] = None
        self._spent_then = 0.0

    def allows(self, step: int) -> bool:
        """May there be a look at this step (1 is the first)?"""
        now = self._clock()
        if self.started is None:
            self.started = now
        if step <= DENSE_STEPS:
            return self._answer(self.spent < CAPITAL_S)
        if self._settled is None:
            self._settled, self._spent_then = now, self.spent
        elapsed = now - self._settled
        spent = self.spent - self._spent_then
        quick = elapsed < QUICK_STEP_S * (step - DENSE_STEPS) and now - self.started < FIRST_MINUTE_S
        share = QUICK_SHARE if quick and self.spent < CAPITAL_S else SHARE
        return self._answer(spent <= share * elapsed)

    def _answer(self, allowed: bool) -> bool:
        self.refused += not allowed
        return allowed

    def elapsed(self) -> float:
        """Seconds since the first step."""
        return 0.0 if self.started is None else self._clock() - self.started


def look_due(step: int) -> bool:
    """Is this a step to look at the samples? Every one until 30, then every 5th, from 100 on every 10th."""
    return step <= 30 or step % (5 if step <= DENSE_STEPS else 10) == 0


def curves_due(step: int) -> bool:
    """Is this a step for norms of everything? Every one until 5, then thinner: a norm reads all weights."""
    if step <= 20:
        return step <= 5 or step % 5 == 0
    return step % (10 if step <= DENSE_STEPS else 50) == 0
