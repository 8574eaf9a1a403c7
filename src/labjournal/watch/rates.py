"""Learning rates over the whole run: lr_zero and lr_collapsed. Counted at every step, judged now and then.

A schedule may start at 0 and end there. What is judged is time: a tenth of the run at exactly 0, a fifth of it below a
millionth of the peak.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any, Dict, List, Optional, Set

from labjournal.watch.findings import Findings
from labjournal.watch.loops import counted_by
from labjournal.watch.optimizers import Tracked, as_float, groups_of
from labjournal.watch.rules import NOTICE

PATIENCE = 20
ZERO_SHARE = 0.1
COLLAPSED = 1e-6
COLLAPSED_SHARE = 0.2
ALIVE = 0.1
"""Of its peak, at the end: a rate that has not run down."""
LIVE_STEPS = 300
"""Steps with nothing left of the learning rate before it is said of a run that goes on."""
LIVE_ZEROS, LIVE_ZERO_SHARE = 100, 0.5
"""The same at exactly 0, and their share of the steps so far: a cycle may rest there for a while."""


class _Course:
    def __init__(self) -> None:
        self.steps = 0
        self.peak = 0.0
        self.peaks: List[float] = []
        self.initial: List[float] = []
        """What each group was built with, where a schedule has noted it."""
        self.rests: List[int] = []
        """Steps in a row with a rate of 0, by group, where some group has one."""
        self.last: List[float] = []
        self.zero = 0
        """Steps in a row with every rate at 0."""
        self.most_zero = 0
        self.said = False
        self.low = 0
        """Steps in a row with every rate below COLLAPSED of the peak."""


class Rates:
    """The learning rates of each optimizer."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._courses: Dict[Tracked, _Course] = {}
        self._schedule: Optional[weakref.ref[Any]] = None
        self.planned: Optional[int] = None
        """Steps that the schedule is made for, where it is stepped once a step."""
        self._loops: Set[Optional[str]] = set()

    def note_schedule(self, schedule: Any) -> None:
        self._schedule = weakref.ref(schedule)

    def ask_loop(self) -> None:
        """At a step: which setting bounds the loop around it?"""
        if len(self._loops) < 2:
            self._loops.add(counted_by(sys._getframe()))

    @property
    def counted_by(self) -> Optional[str]:
        """The setting that says how many steps there will be, by the loop of the script."""
        return next(iter(self._loops)) if len(self._loops) == 1 else None

    def ask_schedule(self, steps: int) -> None:
        """Now and then, while the schedule lives; it is often gone at the end."""
        schedule = None if self._schedule is None else self._schedule()
        total, taken = getattr(schedule, "total_steps", None), getattr(schedule, "last_epoch", None)
        if isinstance(total, int) and isinstance(taken, int) and steps >= PATIENCE:
            self.planned = total if abs(taken - steps) <= 2 else None

    def step(self, tracked: Tracked, optimizer: Any, rates: List[float]) -> int:
        """At a step, looked at or not: a few comparisons of numbers. Steps since the last call count as this one does.

        Returns how many they are.
        """
        course = self._courses.get(tracked)
        if course is None:
            course = self._courses[tracked] = _Course()
        top = max(rates, default=0.0)
        new, course.steps = tracked.n - course.steps, tracked.n
        if top > course.peak:
            course.peak = top
        if len(rates) > 1:
            course.peaks = [max(pair) for pair in zip(rates, course.peaks or rates)]
            course.last = rates
            if course.rests or 0.0 in rates:
                before = course.rests or [0] * len(rates)
                course.rests = [0 if rate else rest + new for rate, rest in zip(rates, before)]
            if not course.initial and course.steps >= PATIENCE:
                course.initial = [as_float(group.get("initial_lr", 0.0), 0.0) for group in groups_of(optimizer)]
        if top == 0:
            course.zero += new
            course.most_zero = max(course.most_zero, course.zero)
        else:
            course.zero = 0
        course.low = course.low + new if top < COLLAPSED * course.peak else 0
        if not course.said:
            self._judge(tracked, course)
        return new

    def _judge(self, tracked: Tracked, course: _Course) -> None:
        """While the run goes on."""
        zeros = max(LIVE_ZEROS, LIVE_ZERO_SHARE * course.steps) if course.peak else PATIENCE
        if course.zero >= zeros:
            self._say_zero(tracked, course)
        elif course.low >= max(LIVE_STEPS, COLLAPSED_SHARE * course.steps):
            self._say_collapsed(tracked, course)
        else:
            return
        course.said = True

    def _say_zero(self, tracked: Tracked, course: _Course) -> None:
        label, zero = tracked.label, course.most_zero
        self._findings.say(
            "lr_zero",
            tracked.n,
            f"The learning rate of every group of {label} was 0 in {zero} steps in a row: nothing can change.",
            [(label, "")],
            {"optimizer": label, "lr": 0.0, "steps_at_0": zero, "steps": course.steps, "peak": course.peak},
            subject=label,
        )

    def _say_collapsed(self, tracked: Tracked, course: _Course) -> None:
        label, left = tracked.label, course.low
        self._findings.say(
            "lr_collapsed",
            tracked.n,
            f"The learning rate of {label} has been below a millionth of its peak ({course.peak:g}) for {left} of "
            f"{course.steps} steps: they change nothing.",
            [(label, "")],
            {"optimizer": label, "peak": course.peak, "steps_below": left, "steps": course.steps},
            subject=label,
        )

    def end(self, step: int) -> None:
        """Shares of the whole run are known now; so is a group that a schedule kept at 0 all the time."""
        for tracked, course in self._courses.items():
            # The steps of a nap that nobody woke from are as real as the last one before it.
            tracked.real += 0 if course.zero else tracked.n - course.steps
            if course.steps < PATIENCE:
                continue
            if course.said:
                self._groups(tracked, course, step)
            elif course.most_zero >= max(PATIENCE // 2, ZERO_SHARE * course.steps):
                self._say_zero(tracked, course)
            elif course.low >= max(PATIENCE // 2, COLLAPSED_SHARE * course.steps):
                self._say_collapsed(tracked, course)
            elif course.peak > 0:
                self._groups(tracked, course, step)

    def _groups(self, tracked: Tracked, course: _Course, step: int) -> None:
        """A group with a rate of its own that the schedule never let through. One built with 0 may be meant."""
        still = [at for at, (first, peak) in enumerate(zip(course.initial, course.peaks)) if peak == 0 < first]
        if still:
            self._say_groups(
                tracked,
                step,
                f"The schedule kept the learning rate of {len(still)} of {len(course.peaks)} groups of {tracked.label} "
                f"at 0 in all {course.steps} steps.",
                still,
                course,
            )
        self._rested(tracked, course, step)
        built = [at for at, peak in enumerate(course.peaks) if peak == 0 and at not in still]
        if built:
            self._say_groups(
                tracked,
                step,
                f"{len(built)} of {len(course.peaks)} groups of {tracked.label} had a learning rate of 0 in all "
                f"{course.steps} steps, as they were built: what they hold has not moved.",
                built,
                course,
                level=NOTICE,
            )

    def _rested(self, tracked: Tracked, course: _Course, step: int) -> None:
        """A group whose rate fell to 0 while that of others goes on. Set by hand it may be meant, as freezing is."""
        goes_on = any(rate > ALIVE * peak > 0 for rate, peak in zip(course.last, course.peaks))
        least = max(PATIENCE, COLLAPSED_SHARE * course.steps)
        rested = [at for at, (rest, peak) in enumerate(zip(course.rests, course.peaks)) if rest >= least and peak > 0]
        if rested and goes_on:
            scheduled = all(at < len(course.initial) and course.initial[at] > 0 for at in rested)
            self._say_groups(
                tracked,
                step,
                f"The learning rate of {len(rested)} of {len(course.peaks)} groups of {tracked.label} was 0 in the "
                f"last {min(course.rests[at] for at in rested)} of {course.steps} steps, while that of others went on.",
                rested,
                course,
                level=None if scheduled else NOTICE,
            )

    def _say_groups(
        self, tracked: Tracked, step: int, message: str, groups: List[int], course: _Course, level: Optional[str] = None
    ) -> None:
        self._findings.say(
            "lr_zero",
            step,
            message,
            [(f"{tracked.label}.group{at}", "") for at in groups],
            {"optimizer": tracked.label, "groups": groups, "lr": 0.0, "steps": course.steps},
            level=level,
            subject=f"{tracked.label}.group{groups[0]}",
        )
