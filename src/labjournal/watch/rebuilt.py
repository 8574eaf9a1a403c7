"""Optimizers built again and again over the same tensors: optimizer_state_reset.

Rounds of federated learning, tasks one after another, and pruning with rewinding build a new optimizer on purpose. They
are told by what lies between: weights loaded or written by hand, other tensors, or a loss that starts far above
where the last one ended more often than not, as a new task does. One that is built in a loop over epochs, by the name
of the loop's variable, is no stage, however long its epochs are.
"""

from __future__ import annotations

import statistics
import sys
import weakref
from typing import Any, Dict, List, Optional

from labjournal.watch.findings import Findings
from labjournal.watch.look import Look
from labjournal.watch.loops import in_each_epoch
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Tracked, groups_of
from labjournal.watch.rules import NOTICE
from labjournal.watch.sampling import Key, Pack, gather

TIMES, EACH_EPOCH_TIMES = 5, 3
SHORT = 60
"""Steps: an Adam that lives longer has built up most of its momentum, and a stage or a round may last so long."""
JUMP = 0.15
"""By how much the loss at the start of a new task is above the highest of the last few of the one before."""
BRIEF = 6
"""Steps: too few to tell a task by."""
MOSTLY = 2
"""Lives that go on where the last one ended, for each that begins far above."""
FAR = 5.0
"""Sizes of a step, for each step since the last look: more between two optimizers was written by something else."""


class _Life:
    """One optimizer, from its building on."""

    def __init__(self, tracked: Tracked, tensors: List[Any], times: int, loads: int) -> None:
        self.tracked = tracked
        self.tensors = [weakref.ref(one) for one in tensors]
        self.times = times
        self.loads = loads
        self.step = 0
        self.end: Dict[Key, Pack] = {}
        """Samples after the last step looked at."""
        self.size = 0.0
        """Squared length of that step."""
        self.losses: List[float] = []
        self.goes_on = 0
        """Times seen that an optimizer began where the one before it had ended."""
        self.anew = 0
        """Times seen that the loss began far above it: tasks do so each time, data of the next rollout now and then."""
        self.each_epoch = False
        """It was built in a loop over epochs."""
        self.phases = False
        """Weights were seen to be written between two of them."""

    def same(self, tensors: List[Any]) -> bool:
        return len(tensors) == len(self.tensors) and all(ref() is one for ref, one in zip(self.tensors, tensors))

    def jumps(self, other: _Life) -> Optional[bool]:
        """Does the loss at the start of ``other`` lie far above the end of this one? None where too little was seen."""
        if len(self.losses) < 3 or len(other.losses) < 3:
            return None
        return statistics.median(other.losses[:3]) > max(one + JUMP * abs(one) for one in self.losses[-5:])


class Rebuilt:
    """Lives of optimizers, by their first tensor."""

    def __init__(self, findings: Findings, models: Models) -> None:
        self._findings = findings
        self._models = models
        self._lives: Dict[int, _Life] = {}
        self._before: Dict[int, _Life] = {}
        """The life before the present one of the same tensors."""
        self._newest: Optional[_Life] = None

    def loss(self, value: float) -> None:
        if self._newest is not None and len(self._newest.losses) < 2 * SHORT:
            self._newest.losses.append(value)

    def after_step(self, look: Look) -> None:
        life = self._newest
        if life is not None and life.tracked is look.tracked and (look.step <= SHORT or life.each_epoch):
            life.step, life.end = look.step, look.after
            pairs = [(look.before[key], pack) for key, pack in look.after.items() if key in look.before]
            life.size = sum(_squared(one, other) for one, other in pairs)

    def made(self, tracked: Tracked, optimizer: Any) -> None:
        """An optimizer was built."""
        tensors = tracked.params(optimizer)
        if not tensors:
            return
        last, earlier = self._lives.get(id(tensors[0])), self._before.get(id(tensors[0]))
        if last is not None and earlier is not None and not last.tracked.n and last.same(tensors):
            last, earlier = earlier, None  # a property that builds one at each access has one for zero_grad() as well
        life = _Life(tracked, tensors, 0, self._models.loads)
        if last is not None and last.tensors[0]() is tensors[0]:
            tracked.earlier = last.tracked.earlier + last.tracked.real
        if last is not None and last.same(tensors) and last.tracked.n and last.loads == life.loads:
            on_host = tensors[0].device.type == "cpu"  # elsewhere it is not seen whether weights were written between
            life.each_epoch = on_host and in_each_epoch(sys._getframe())
            if life.each_epoch or last.tracked.n <= SHORT:
                self._count(life, last, earlier, tensors)
        if last is not None:
            self._before[id(tensors[0])] = last
        self._lives[id(tensors[0])] = self._newest = life
        needed = EACH_EPOCH_TIMES if life.each_epoch else TIMES
        if last is None or life.times < needed or life.phases or life.goes_on < max(1, MOSTLY * life.anew):
            return
        name = type(optimizer).__name__
        how = "once an epoch" if life.each_epoch else f"and made at most {SHORT} steps each time"
        keeps_state = any(
            group.get("momentum") or "betas" in group or "alpha" in group for group in groups_of(optimizer)
        )
        self._findings.say(
            "optimizer_state_reset",
            life.times,
            f"{name} was built {life.times + 1} times over the same tensors, {how}: its momentum and step count start "
            "again from nothing.",
            [(name, "")],
            {"optimizers_built": life.times + 1, "steps_each": last.tracked.n},
            level=None if keeps_state else NOTICE,
            subject=name,
        )

    def _count(self, life: _Life, last: _Life, earlier: Optional[_Life], tensors: List[Any]) -> None:
        life.times = last.times + 1
        jumps = earlier.jumps(last) if earlier is not None else None
        long = life.each_epoch and last.tracked.n > SHORT  # what its loss was at the end is not kept
        life.goes_on = last.goes_on + (long or jumps is False or last.tracked.n < BRIEF)
        life.anew = last.anew + (jumps is True and not long)
        life.phases = last.phases or not self._as_left(last, tensors)

    @staticmethod
    def _as_left(last: _Life, tensors: List[Any]) -> bool:
        """Does the new one begin with the weights that the old one left, as far as was seen?"""
        if not last.step:
            return True
        now = gather(tensors)
        pairs = [(pack, now[key]) for key, pack in last.end.items() if key in now and now[key].index == pack.index]
        gap = sum(_squared(one, other) for one, other in pairs)
        missed = last.tracked.n - last.step
        return gap <= max(1.0, missed * FAR) ** 2 * last.size


def _squared(one: Pack, other: Pack) -> float:
    """Squared distance of two samples of the same tensors; 0 on a GPU, where it would be waited for."""
    if one.values_NK.device.type != "cpu" or one.index != other.index:
        return 0.0
    return float((one.values_NK.float() - other.values_NK.float()).square().sum())
