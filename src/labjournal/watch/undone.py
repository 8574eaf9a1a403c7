"""Steps taken back before the next batch, where a step follows several backward passes: no_update.

As of weights that were set aside for an attack on them and are put back after the step instead of before it. What
stands at the step is attacked, so the weights are asked at the first backward pass of each step: there they stand as
they did one step before, bit by bit, though the step has moved them.
"""

from __future__ import annotations

from typing import Any, Dict, List, Set, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.sampling import Key, Later, Pack, gather

TIMES = 8
ASKED = 24
"""Steps, at most, at whose first backward pass the weights are sampled."""


class Undone:
    """The weights at the first backward pass of the last step, of the only optimizer there is."""

    def __init__(self, findings: Findings, later: Later, optimizers: Optimizers, names: Names) -> None:
        self._findings = findings
        self._later = later
        self._optimizers = optimizers
        self._names = names
        self._asked = 0
        self._last: Tuple[int, Dict[Key, Pack]] = (0, {})
        self._moved: Set[int] = set()
        """Places of tensors that the last step looked at has changed."""
        self._times: Dict[int, int] = {}
        self._back: Set[int] = set()
        """Places that stood as before at the last first pass."""

    def reset(self, _tracked: Tracked, _tensors: int) -> None:
        self._last, self._times = (0, {}), {}
        self._moved, self._back = set(), set()

    def before_backward(self, passes: int) -> None:
        """``passes`` so far, before this one; only where the step that follows is looked at."""
        stepping = [(one, optimizer) for one, optimizer in self._optimizers.live() if one.n]
        if len(stepping) != 1 or self._asked >= ASKED:
            return
        tracked, optimizer = stepping[0]
        if tracked.at_backward - tracked.before < 2 or tracked.at_backward != passes:
            return
        self._asked += 1
        now = gather(tracked.params(optimizer))
        (step, before), self._last = self._last, (tracked.n, now)
        self._back = set()
        if step != tracked.n - 1:
            return
        for key, pack in now.items():
            other = before.get(key)
            if other is not None and other.index == pack.index:
                self._later.give((pack.values_NK != other.values_NK).any(1).long(), self._taking(pack))

    def _taking(self, pack: Pack) -> Any:
        def landed(differ: List[int]) -> None:
            self._back.update(at for at, one in zip(pack.index, differ) if not one and at in self._moved)

        return landed

    def judge(self, look: Look, compared: Compared) -> None:
        """After a step looked at: which tensors has it moved, and which were back where they had been before it?"""
        if not self._asked:
            return
        moved = {at for at, changed in compared.changed.items() if changed}
        self._times = {at: self._times.get(at, 0) + 1 for at in self._back & moved}
        due = [at for at, times in self._times.items() if times == TIMES]
        self._moved = moved
        if due and len(self._times) < len(moved):
            named = self._names(look.params, look.tracked)
            self._findings.say(
                "no_update",
                look.step,
                f"{look.tracked.label} moves {{subject}} ({{n}}) at each step, and at the next backward pass it stands "
                f"where it stood before, {TIMES} times in a row: is something put back after step() that belongs "
                "before it?",
                [(f"{named[at].path} put back", named[at].module) for at in due],
                {"optimizer": look.tracked.label, "times": TIMES},
            )
