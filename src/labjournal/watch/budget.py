"""How much of the user's time the watch may take: dense looks first, then a small share of what has passed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Callable, Optional

DENSE_STEPS = 100
"""Until this step looks follow the schedule as long as CAPITAL_S lasts, so that a run of a few hundred quick steps
is judged whole."""
SPARSE_FROM = 30
"""Until this step each one is looked at, so that a change between two of them can be told from the steps."""
CAPITAL_S = 0.5
PHASE_S = 0.25
PHASES = 4
"""What is there at least when an optimizer takes its first step long after another did, for so many of them: a second
stage of a few hundred steps is judged too, though the first has used the capital up."""
FIRST_MINUTE_S = 60.0
SHARE = 0.0025
"""Of the elapsed time afterwards, for looks; the figure promised is 0.5%, and the idle hooks take their part of it."""
QUICK_SHARE = 0.015
QUICK_GRANT_S = 0.015
GRANT_STEPS = 900
"""For steps under QUICK_STEP_S in the first minute of work, while capital is left: 0.25% of a step of 1 ms would not
pay for one look a minute. The grant is there once at the beginning, and once more spread over so many steps, so that a
run of several hundred is looked at to its end. In seconds of the processor, as the capital is."""
QUICK_STEP_S = 0.02
NEWS_S = 0.15
"""For looks at what is new in mid-run, where nothing else is left: a stage that begins late is no less of a fault."""
BATCH_CAPITAL_S = 0.25
BATCH_SHARE = 0.001


@dataclass(frozen=True)
class _Settled:
    """What had passed and been spent when the first DENSE_STEPS were over."""

    clock: float
    work: float
    looked: float
    worked: float


class Budget:
    """A purse of seconds. ``clock`` is in seconds and monotonic; ``work`` in seconds of the processor.

    On a crowded machine a step of 5 ms takes 50, and a look as many times what it works. So steps are called quick by
    what they work, and a look is paid if its share is kept by either measure.
    """

    def __init__(
        self, clock: Callable[[], float] = time.perf_counter, work: Callable[[], float] = time.thread_time
    ) -> None:
        self._clock = clock
        self._work = work
        self.started: Optional[float] = None
        self.spent = 0.0
        """Seconds taken by all hooks since the first step."""
        self.looked = 0.0
        """Seconds of these taken by looks. The idle hooks of quick steps take 1 to 2% by themselves: were they counted,
        they would leave no look."""
        self.worked = 0.0
        """The same in seconds of the processor: on a crowded machine a look takes many times as long as it works, and
        a capital of elapsed time would be gone before anything is known."""
        self.on_news = 0.0
        """Seconds of the processor of looks that only NEWS_S has paid."""
        self.batches = 0.0
        """Seconds of the processor taken by reading batches, which have a purse of their own."""
        self.refused = 0
        """Looks that the schedule wanted and the purse did not pay."""
        self._capital = CAPITAL_S
        self._phases = 0
        self._asked = 0
        """The step last asked about."""
        self._granted = 0
        """The last step that may be looked at: what its backward pass cost would be for nothing without the rest."""
        self._for_news = False
        self._started_work = 0.0
        self._settled: Optional[_Settled] = None

    def allows(self, step: int, suspected: bool = False, news: bool = False) -> bool:
        """May there be a look at this step (1 is the first)? Looks under suspicion may use the capital up; ``news``:
        something is as it has not been before."""
        allowed = self.would_allow(step) or (suspected and self.worked < self._capital)
        self._for_news = news and not allowed and self.on_news < NEWS_S
        self.refused += not (allowed or self._for_news)
        return allowed or self._for_news

    def paid(self, took: float, worked: float) -> None:
        """A part of a look has taken so many seconds, and worked so many."""
        self.looked += took
        self.worked += worked
        self.on_news += worked if self._for_news else 0.0

    def would_allow(self, step: int) -> bool:
        """The same, asked without being counted; what it has once allowed, it allows to the end of the step."""
        if step != self._granted:
            self._granted = step if self._pays(step) else 0
        return self._granted == step

    def _pays(self, step: int) -> bool:
        now, work = self._clock(), self._work()
        if self.started is None:
            self.started, self._started_work = now, work
        self._note_phase(step)
        if step <= DENSE_STEPS:
            return self.worked < self._capital
        if self._settled is None:
            self._settled = _Settled(now, work, self.looked, self.worked)
        return self._waits(step, self._settled, now, work) <= 0

    def rest(self, step: int) -> float:
        """Steps after this one until another look is paid, at the pace so far; 0 if it is now."""
        if step <= DENSE_STEPS or self._settled is None:
            return 0.0
        return max(0.0, self._waits(step, self._settled, self._clock(), self._work()))

    def _waits(self, step: int, then: _Settled, now: float, work: float) -> float:
        """Steps until the looks since then have kept to their share, at the pace since then."""
        passed, steps_work = now - then.clock, work - then.work
        looks, looks_work = self.looked - then.looked, self.worked - then.worked
        steps = step - DENSE_STEPS
        quick = steps_work < QUICK_STEP_S * steps and work - self._started_work < FIRST_MINUTE_S
        if quick and self.worked < self._capital:
            owed = looks_work - QUICK_GRANT_S * (1 + min(1.0, steps / GRANT_STEPS)) - QUICK_SHARE * steps_work
            earned = QUICK_SHARE * steps_work / steps + (QUICK_GRANT_S / GRANT_STEPS if steps < GRANT_STEPS else 0.0)
            return owed / earned if earned > 0 else float(owed > 0)
        return min(_until(looks / SHARE, passed, steps), _until(looks_work / SHARE, steps_work, steps))

    def _note_phase(self, step: int) -> None:
        if step == 1 and self._asked > SPARSE_FROM and self._phases < PHASES:
            self._phases += 1
            self._capital = max(self._capital, self.worked + PHASE_S)
        self._asked = step

    def affords(self) -> bool:
        """May something be looked at between steps, such as a batch? Asked without being counted."""
        return self.batches <= BATCH_CAPITAL_S + BATCH_SHARE * self.elapsed()

    def elapsed(self) -> float:
        """Seconds since the first step."""
        return 0.0 if self.started is None else self._clock() - self.started


def _until(paid: float, passed: float, steps: int) -> float:
    """Steps until ``paid`` seconds have passed, of which ``passed`` took so many ``steps``."""
    return (paid - passed) * steps / passed if passed > 0 else float(paid > passed)


def look_due(step: int) -> bool:
    """Is this a step to look at the samples? Every one until 30, then every 5th, from 100 on every 10th."""
    return step <= SPARSE_FROM or step % (5 if step <= DENSE_STEPS else 10) == 0


def curves_due(step: int) -> bool:
    """Is this a step for norms of everything? Every one until 5, then thinner: a norm reads all weights."""
    if step <= 20:
        return step <= 5 or step % 5 == 0
    return step % (10 if step <= DENSE_STEPS else 50) == 0
