"""Steps that stop for good while the loop goes on: steps_skipped.

Told are backward passes that bring gradients and are called from the very lines from which others were that a step
followed, PASSES of them without a step of any optimizer and with weights that stand still. Passes for another end
(Fisher information, influence of samples, saliency) are called from elsewhere; sums over more and more batches grow
less than TIMES as long at once.
"""

from __future__ import annotations

import sys
from typing import Any, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.naming import frames_above, is_installed
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.sampling import Key, Later, Pack, gather

PASSES = 60
TIMES = 20
COUNTED_EVERY = 5
ASKED_EVERY = 20
MOST_PLACES = 32
NODES = 4000

Place = Tuple[Tuple[str, int], ...]


class Halted:
    """Backward passes since the last step of whatever optimizer."""

    def __init__(self, findings: Findings, later: Later, optimizers: Optimizers) -> None:
        self._findings = findings
        self._later = later
        self._optimizers = optimizers
        self._count = self._steps = self._passes = self._longest = 0
        self._open: Optional[Tuple[Place, int]] = None
        """Where a pass was called from, and the steps so far: does one follow?"""
        self._places: Set[Place] = set()
        self._start: Dict[Key, Pack] = {}
        """The weights when the stretch without steps was first noticed."""
        self.meant = False
        """The passes since the last step are called from where none was that a step followed, or the weights move."""
        self.of_another_line = False
        """The same, of the line alone that calls ``backward()``, from wherever that is called."""

    def before_backward(self, loss: Optional[Any], due: bool) -> None:
        """``due``: the step that follows is looked at."""
        if self._open is not None:
            place, steps = self._open
            self._open = None
            if steps != self._sum() and len(self._places) < MOST_PLACES:
                self._places.add(place)
        if due:
            self._open = _place(), self._sum()
        self._count += 1
        if self._count % COUNTED_EVERY == 0:
            self._note(loss)

    def _sum(self) -> int:
        return sum(tracked.n for tracked in self._optimizers.all())

    def _note(self, loss: Optional[Any]) -> None:
        steps = self._sum()
        if steps != self._steps:
            self._longest = max(self._longest, self._passes)
            self._steps, self._passes = steps, 0
            self.meant = self.of_another_line = False
            return
        self._passes += COUNTED_EVERY
        if steps and self._passes % ASKED_EVERY == 0:
            self._ask(loss)

    def _ask(self, loss: Optional[Any]) -> None:
        stepping = [(one, optimizer) for one, optimizer in self._optimizers.live() if one.n]
        with torch.no_grad():
            now = gather([one for tracked, optimizer in stepping for one in tracked.params(optimizer)])
        place = _place()
        self.meant = self.meant or place not in self._places
        self.of_another_line |= _line(place) not in set(map(_line, self._places))
        if self._passes == ASKED_EVERY:
            self._start = now
        pairs = [(pack, self._start[key]) for key, pack in now.items() if key in self._start]
        if self.of_another_line or not pairs or any(one.index != other.index for one, other in pairs):
            return
        enough = max(PASSES, TIMES * self._longest)
        leaves = graph.leaves(loss, NODES, read=False) if enough <= self._passes < enough + ASKED_EVERY else {}
        halted = [one for one, optimizer in stepping if any(id(leaf) in leaves for leaf in one.params(optimizer))]
        left, passes = [len(pairs)], self._passes

        def landed(differ: int) -> None:
            self.meant |= bool(differ)
            self.of_another_line |= bool(differ)
            left[0] -= 1
            if left[0] == 0 and halted and not self.meant:
                self._say(halted, passes)

        for one, other in pairs:
            self._later.give((one.values_NK != other.values_NK).any().long(), landed)

    def _say(self, halted: List[Tracked], passes: int) -> None:
        label = halted[0].label
        self._findings.say(
            "steps_skipped",
            halted[0].n,
            f"{label} has not stepped in the last {passes} backward passes, nor has anything else moved its tensors: "
            f"the loop goes on as before its last step, {halted[0].n}, and what it computes is thrown away.",
            [(f"{label} None", "")],
            {"optimizer": label, "backward_passes": passes, "steps": halted[0].n},
            subject=label,
        )


def _line(place: Place) -> Place:
    """The innermost line that is the user's own."""
    own = [line for line in place if not is_installed(line[0])]
    return tuple(own[:1])


def _place() -> Place:
    return tuple((frame.f_code.co_filename, frame.f_lineno) for frame in frames_above(sys._getframe()))
