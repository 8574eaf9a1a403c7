"""Gradients computed and thrown away: steps_skipped.

Between two resets of an optimizer's gradients that brought gradients there should be a step. Loss scalers that find
overflow, and conditions around ``step()``, leave it out; the first START cycles are a scaler's search for its scale.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Deque, Dict

from labjournal.watch.findings import Findings
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.resets import has_nonzero_grad

START = 20
WINDOW = 40
SHARE = 0.5


class _Cycle:
    def __init__(self, steps: int, backwards: int) -> None:
        self.steps = steps
        self.backwards = backwards
        self.seen = 0
        self.skipped: Deque[bool] = deque(maxlen=WINDOW)


class Skipped:
    """Cycles of reset, backward, step, for each optimizer that steps at all."""

    def __init__(self, findings: Findings, optimizers: Optimizers) -> None:
        self._findings = findings
        self._optimizers = optimizers
        self._cycles: Dict[Tracked, _Cycle] = {}

    def on_zero_grad(self, tracked: Tracked, optimizer: Any, backwards: int, unseen: bool = False) -> None:
        """``backwards``: backward passes so far; ``unseen``: the watch has slept since the last call, and begins anew.

        Call before the gradients are gone.
        """
        cycle = self._cycles.get(tracked)
        if cycle is not None and unseen:
            cycle.steps, cycle.backwards = tracked.n, backwards
            return
        if cycle is None:
            self._cycles[tracked] = _Cycle(tracked.n, backwards)
            return
        if backwards == cycle.backwards:
            return  # reset twice in a row
        stepped = tracked.n > cycle.steps
        cycle.steps, cycle.backwards = tracked.n, backwards
        cycle.seen += 1
        if not tracked.n:
            return  # never stepped: told by no_update
        if not stepped and not has_nonzero_grad(tracked.params(optimizer)):
            return  # its model was not part of these backward passes
        if cycle.seen > START:
            cycle.skipped.append(not stepped)
        times = sum(cycle.skipped)
        if len(cycle.skipped) >= WINDOW // 2 and times > SHARE * len(cycle.skipped):
            label = tracked.label
            self._findings.say(
                "steps_skipped",
                tracked.n,
                f"{times} of the last {len(cycle.skipped)} times gradients were computed for {label} they were reset "
                "without a step.",
                [(label, "")],
                {"optimizer": label, "skipped": times, "of": len(cycle.skipped), "steps": tracked.n},
                subject=label,
            )

    def on_model_zero_grad(self, backwards: int, unseen: bool = False) -> None:
        """``Module.zero_grad`` counts for the only optimizer there is."""
        live = self._optimizers.live()
        if len(live) == 1:
            self.on_zero_grad(live[0][0], live[0][1], backwards, unseen)
