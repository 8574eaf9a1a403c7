"""A learning rate schedule goes on and the optimizer does not: updates_stopped_midrun.

A loop that refuses its updates before the backward pass leaves nothing else to be seen. Counted are steps of one
schedule, called from a line from which it was stepped before after steps of the optimizer, as a training loop does.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any, Set, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.naming import frames_above
from labjournal.watch.optimizers import Optimizers

TOGETHER = 15
"""Steps of a schedule that followed one of an optimizer, at least."""
ALONE = 60
"""In a row after that."""
TIMES = 3
"""As long as the longest row before it: of a schedule that is stepped more often than the optimizer by plan."""

Line = Tuple[str, int]


class _Stepped:
    def __init__(self) -> None:
        self.steps = 0
        """Of all optimizers, when it was stepped last."""
        self.together = self.alone = self.longest = 0
        self.lines: Set[Line] = set()


class Schedules:
    """The schedules of a process, but those that wait for a plateau."""

    def __init__(self, findings: Findings, optimizers: Optimizers) -> None:
        self._findings = findings
        self._optimizers = optimizers
        self.known: weakref.WeakKeyDictionary[Any, _Stepped] = weakref.WeakKeyDictionary()

    def stepped(self, schedule: Any) -> None:
        """Before a step of it. While the watch naps, those that follow a step of the optimizer are not told of."""
        one = self.known.setdefault(schedule, _Stepped())
        steps = sum(tracked.n for tracked in self._optimizers.all())
        if steps != one.steps:
            one.steps = steps
            one.together += 1
            one.longest, one.alone = max(one.longest, one.alone), 0
            if one.together <= TOGETHER:
                one.lines.add(_line())
            return
        one.alone += 1
        enough = one.together >= TOGETHER and one.alone == max(ALONE, TIMES * one.longest)
        if enough and _line() in one.lines:
            self._say(type(schedule.optimizer).__name__, one)

    def _say(self, label: str, one: _Stepped) -> None:
        self._findings.say(
            "updates_stopped_midrun",
            one.steps,
            f"{{subject}} has not stepped since step {one.steps}, and its schedule was stepped {one.alone} times: the "
            "loop goes on and trains nothing.",
            [(f"{label} stands", "")],
            {"optimizer": label, "schedule_steps": one.alone, "steps": one.steps},
            subject=label,
            remedy="Look for what leaves the update out, such as a guard against spikes that never opens again.",
        )


def _line() -> Line:
    """Of the script, from which the schedule is stepped."""
    frame = next(iter(frames_above(sys._getframe())), None)
    return ("", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)
