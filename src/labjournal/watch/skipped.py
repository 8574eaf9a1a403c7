"""Gradients computed and thrown away: steps_skipped.

Between two resets of an optimizer's gradients that brought gradients there should be a step. Loss scalers that find
overflow, and conditions around ``step()``, leave it out; the first START cycles are a scaler's search for its scale.

Gradients are computed for other ends too. These are told by exact signs: a backward pass to the inputs (attacks,
saliency), the gradients of several tasks taken one after another and put together by hand, a stretch without steps
between stretches with nothing but steps (Fisher information, gradient statistics), and, for a notice, the step of
another optimizer: adversaries get gradients whenever the other side is trained through them.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Deque, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.resets import has_nonzero_grad
from labjournal.watch.rules import NOTICE

START = 20
WINDOW = 40
SHARE = 0.5
STRETCH = 10
"""Cycles in a row, with steps or without, that are a phase of the program."""
NODES = 1000
PATTERN = 64


class _Cycle:
    def __init__(self, steps: int, backwards: int) -> None:
        self.steps = steps
        self.backwards = backwards
        self.seen = 0
        self.skipped: Deque[bool] = deque(maxlen=WINDOW)
        self.stepped_in_a_row = 0
        self.skipped_in_a_row = 0
        self.waiting = 0
        """Skipped cycles of a stretch that came after one of steps: what follows tells what it was."""
        self.summed = True
        """Each of those was over several backward passes."""
        self.patterns: Set[Tuple[bool, ...]] = set()
        """Which tensors had a gradient, in cycles without a step."""
        self.total = 0
        """Steps of all optimizers at the last reset."""
        self.used = 0
        """By how many more of the cycles without a step another optimizer stepped than none did."""
        self.by_hand = False
        self.scaled = False

    def add(self, skipped: bool, several: bool = False) -> None:
        """One more cycle, of ``several`` backward passes. A stretch without steps waits for its end, except where a
        scaler explains it."""
        if skipped:
            self.skipped_in_a_row += 1
            apart = self.waiting or self.stepped_in_a_row >= STRETCH
            self.stepped_in_a_row = 0
            if apart and not self.scaled:
                self.summed = several and (self.summed or not self.waiting)
                self.waiting += 1
            else:
                self.skipped.append(True)
            return
        if self.waiting and self.waiting < STRETCH:
            self._judge_waiting()
        self.stepped_in_a_row += 1
        self.skipped_in_a_row = 0
        if self.waiting and self.stepped_in_a_row >= STRETCH:
            self.waiting = 0  # a phase of its own
        self.skipped.append(False)

    def slept(self, steps: int) -> None:
        """So many were made unseen. Sleep begins with a step, whose reset went by unseen too."""
        self.stepped_in_a_row += max(0, steps - 1)
        self.add(False)

    def through_it(self) -> bool:
        """Are its gradients mostly by-products of training another, and not what a scaler was asked to step with?"""
        return self.used > 0 and not self.scaled

    def _judge_waiting(self) -> None:
        self.skipped.extend([True] * self.waiting)
        self.waiting = 0


class Skipped:
    """Cycles of reset, backward, step, for each optimizer that steps at all."""

    def __init__(self, findings: Findings, optimizers: Optimizers) -> None:
        self._findings = findings
        self._optimizers = optimizers
        self._cycles: Dict[Tracked, _Cycle] = {}
        self._to_inputs = False

    def before_backward(self, loss: Any) -> None:
        """Only under suspicion: do gradients go to a leaf that is no weight?"""
        if self._to_inputs or not any(any(cycle.skipped) or cycle.waiting for cycle in self._cycles.values()):
            return
        held = self._optimizers.held()
        leaves = graph.leaves(loss, NODES, read=False)
        self._to_inputs = any(
            key not in held and not isinstance(one, torch.nn.Parameter) for key, one in leaves.items()
        )

    def scaled(self, tracked: Tracked) -> None:
        """A gradient scaler was asked to step it."""
        if tracked in self._cycles:
            self._cycles[tracked].scaled = True

    def before_step(self, tracked: Tracked, params: List[Any], backwards: int) -> None:
        """Gradients where no backward pass has run since the reset were written by hand."""
        cycle = self._cycles.get(tracked)
        if cycle is not None and not cycle.by_hand and backwards == cycle.backwards:
            cycle.by_hand = has_nonzero_grad(params)

    def on_zero_grad(self, tracked: Tracked, optimizer: Any, backwards: int, unseen: bool = False) -> None:
        """``backwards``: backward passes so far; ``unseen``: the watch has slept since the last call, and begins anew.

        Call before the gradients are gone.
        """
        cycle = self._cycles.get(tracked)
        if cycle is not None and unseen:
            if cycle.seen > START:
                cycle.slept(tracked.n - cycle.steps)
            cycle.steps, cycle.backwards = tracked.n, backwards
            return
        if cycle is None:
            self._cycles[tracked] = _Cycle(tracked.n, backwards)
            return
        if backwards == cycle.backwards:
            cycle.steps = tracked.n  # a step with gradients written by hand since the last reset, or none
            return  # reset twice in a row
        stepped = tracked.n > cycle.steps
        total = sum(one.n for one in self._optimizers.all())
        another, cycle.total = total > cycle.total, total
        several = backwards - cycle.backwards > 1
        cycle.steps, cycle.backwards = tracked.n, backwards
        cycle.seen += 1
        if not tracked.n:
            return  # never stepped: told by no_update
        params = tracked.params(optimizer)
        if not stepped and not has_nonzero_grad(params):
            return  # its model was not part of these backward passes
        if cycle.seen <= START:
            return
        if not stepped:
            cycle.patterns.add(tuple(one.grad is None for one in params[:PATTERN]))
            cycle.used += 1 if another else -1
        cycle.add(not stepped, several)
        self._judge(tracked, cycle)

    def _judge(self, tracked: Tracked, cycle: _Cycle) -> None:
        times = sum(cycle.skipped)
        if len(cycle.skipped) < WINDOW // 2 or times <= SHARE * len(cycle.skipped) + 1:  # as by turns, of odd ones
            return
        if self._to_inputs or cycle.by_hand or len(cycle.patterns) > 1:
            return
        self._say(tracked, times, len(cycle.skipped), NOTICE if cycle.through_it() else None)

    def _say(self, tracked: Tracked, times: int, of: int, level: Optional[str]) -> None:
        label = tracked.label
        self._findings.say(
            "steps_skipped",
            tracked.n,
            f"{times} of the last {of} times gradients were computed for {label} they were reset without a step.",
            [(f"{label} {level}", "")],
            {"optimizer": label, "skipped": times, "of": of, "steps": tracked.n},
            level=level,
            subject=label,
        )

    def on_model_zero_grad(self, backwards: int, unseen: bool = False) -> None:
        """``Module.zero_grad`` counts for the only optimizer there is."""
        live = self._optimizers.live()
        if len(live) == 1:
            self.on_zero_grad(live[0][0], live[0][1], backwards, unseen)

    def end(self, meant: bool, of_another_line: bool) -> None:
        """A stretch without steps that went on to the end of the program, longer than all there was before, or in which
        gradients were summed over several backward passes each time, as for a step that waits for more of them.

        ``meant``: it was called from other lines than what was stepped on, as Fisher information is, or the weights
        were moved by hand; ``of_another_line``: the same of the line of ``backward()`` alone.
        """
        for tracked, cycle in self._cycles.items():
            went_on = tracked.n - cycle.steps >= STRETCH  # in the nap that the end has cut short
            if cycle.waiting >= WINDOW // 2 and not self._to_inputs and not went_on:
                most = 2 * cycle.waiting > cycle.seen and not meant
                most = most or (cycle.summed and not of_another_line)
                self._say(tracked, cycle.waiting, cycle.seen, None if most and not cycle.through_it() else NOTICE)
