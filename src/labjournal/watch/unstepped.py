"""Optimizers that never step although gradients come and are reset: the call of step() is missing, or always skipped.

No step hook fires for them, so they are looked at before backward passes. Counted are calls of ``zero_grad``: whoever
resets the gradients of an optimizer PATIENCE times without a step in between has thrown all of them away. Gradient
accumulation resets once a step; a phase that trains other tensors does not reset these. Where it waits for more batches
than an epoch has, THROWN sums are enough, or so many epochs without a reset; and at the end whatever was not used.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.models import Models, Named
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.resets import has_nonzero_grad
from labjournal.watch.sampling import Key, Later, Pack, gather
from labjournal.watch.uncalled import condition_of_step

PATIENCE = 15
THROWN = 3
"""Sums of gradients over several backward passes each, or epochs."""
PASSES = 20
"""Backward passes in all, at least."""
LOOK_EVERY = 5
"""Backward passes between looks."""


@dataclass
class _Start:
    samples: Dict[Key, Pack]
    resets: int
    backwards: int
    epochs: int


class Unstepped:
    """Looks at the optimizers that have not stepped yet."""

    def __init__(
        self,
        findings: Findings,
        later: Later,
        models: Models,
        optimizers: Optimizers,
        names: Callable[[List[Any], Tracked], List[Named]],
    ) -> None:
        self._findings = findings
        self._later = later
        self._models = models
        self._optimizers = optimizers
        self._names = names
        self._resets: Dict[Tracked, int] = {}
        self._reset_at: Dict[Tracked, int] = {}
        """Backward passes before the last reset."""
        self._sums: Dict[Tracked, List[int]] = {}
        """Backward passes of each sum of gradients that was reset unused."""
        self._starts: Dict[Tracked, _Start] = {}
        self._backwards = 0
        self._epochs = 0
        self._epoch_at = 0
        self._scaled: Dict[Tracked, int] = {}
        """Calls of a gradient scaler to step it."""

    def scaled(self, tracked: Tracked) -> None:
        if not tracked.n:
            self._scaled[tracked] = self._scaled.get(tracked, 0) + 1

    def on_zero_grad(self, tracked: Tracked, optimizer: Any) -> None:
        if tracked.n:
            return
        passes = self._backwards - self._reset_at.get(tracked, 0)
        if has_nonzero_grad(tracked.params(optimizer)):
            self._resets[tracked] = self._resets.get(tracked, 0) + 1
            if passes > 1:
                self._sums.setdefault(tracked, []).append(passes)
        self._reset_at[tracked] = self._backwards

    def on_model_zero_grad(self) -> None:
        """``Module.zero_grad``, by which many loops reset, counts for the only optimizer there is."""
        live = self._optimizers.live()
        if len(live) == 1 and not live[0][0].n:
            self.on_zero_grad(*live[0])

    def epoch_starts(self) -> None:
        """A loader begins: an epoch is over if there were backward passes since the last one began."""
        self._epochs += self._backwards - self._epoch_at > 1
        self._epoch_at = self._backwards

    def before_backward(self) -> None:
        """Cheap until there is an optimizer that has not stepped in a while."""
        self._backwards += 1
        if self._backwards % LOOK_EVERY:
            return
        live = self._optimizers.live()
        if not self._starts and all(tracked.n for tracked, _ in live):
            return
        for tracked, optimizer in live:
            if tracked.n:
                self._starts.pop(tracked, None)
                continue
            resets = self._resets.get(tracked, 0)
            start = self._starts.get(tracked)
            if start is None:
                if resets or has_nonzero_grad(tracked.params(optimizer)):
                    samples = gather(tracked.params(optimizer))
                    self._starts[tracked] = _Start(samples, resets, self._backwards, self._epochs)
            elif resets - start.resets >= PATIENCE or self._waits_in_vain(tracked, start):
                self._compare(tracked, optimizer, start, resets)
                del self._starts[tracked]

    def _waits_in_vain(self, tracked: Tracked, start: _Start) -> bool:
        if self._optimizers.stepping():
            return False
        sums = self._sums.get(tracked, [])
        epochs = 0 if self._resets.get(tracked) else self._epochs - start.epochs
        return self._backwards - start.backwards >= PASSES and (len(sums) >= THROWN or epochs >= THROWN)

    def end(self) -> None:
        """Whatever has come to gradients, and was neither used nor told of so far."""
        for tracked, start in list(self._starts.items()):
            optimizer = tracked.ref()
            if optimizer is None or tracked.n or optimizer.state or self._backwards - start.backwards < PASSES:
                continue  # with a state: loaded with a model that is only looked at
            params = tracked.params(optimizer)
            mine = {id(one) for one in params}
            owners = [(one, owner) for one, _, owner in self._models.parameters() if id(one) in mine]
            training = any(owner.training and not self._models.was_copied(one) for one, owner in owners)
            if training and (has_nonzero_grad(params) or self._sums.get(tracked)):
                self._compare(tracked, optimizer, start, self._resets.get(tracked, 0))

    def _compare(self, tracked: Tracked, optimizer: Any, start: _Start, resets: int) -> None:
        params = tracked.params(optimizer)
        now = gather(params)
        before = start.samples.items()
        pairs = [(pack, now[key]) for key, pack in before if key in now and now[key].index == pack.index]
        if not pairs or len(pairs) < len(start.samples) or not any(one.requires_grad for one in params):
            return
        named = self._names(params, tracked)
        tensors: List[Tuple[str, str]] = [(name.path, name.module) for name in named]

        def still() -> None:
            scaled = self._scaled.get(tracked, 0)
            if scaled >= PATIENCE:
                self._say_skipped(tracked, scaled, resets)
                return
            if not self._optimizers.stepping() and (self._sums.get(tracked) or not resets):
                self._say_summed(tracked)
            self._findings.say(
                "no_update",
                0,
                f"{tracked.label} has not stepped once in {self._backwards} backward passes, although its gradients "
                f"were reset {resets} times; {{subject}} ({{n}}) stands still. Is step() called, or is every step "
                "skipped?",
                tensors,
                {"optimizer": tracked.label, "steps": 0, "resets": resets, "backward_passes": self._backwards},
            )
            condition = condition_of_step(optimizer, sys._getframe()) if resets >= PATIENCE else None
            if condition is not None:
                self._say_condition(tracked, condition, resets)

        self._later.when_same(pairs, still)

    def _say_summed(self, tracked: Tracked) -> None:
        """Accumulation that does not come to an end."""
        sums = self._sums.get(tracked)
        over = f"{max(sums)} backward passes at most and then thrown away" if sums else "all backward passes so far"
        self._findings.say(
            "steps_skipped",
            0,
            f"{tracked.label} has not stepped once: its gradients were summed over {over}. Does a step wait for more "
            "batches than there are?",
            [(tracked.label, "")],
            {"optimizer": tracked.label, "steps": 0, "backward_passes": self._backwards, "sums": (sums or [])[:8]},
            subject=tracked.label,
        )

    def _say_condition(self, tracked: Tracked, condition: str, resets: int) -> None:
        """A step that the script makes under a condition only, and has not made once."""
        self._findings.say(
            "steps_skipped",
            0,
            f"{tracked.label} is stepped where {condition!r} holds, and that was not so once: its gradients were reset "
            f"{resets} times without a step.",
            [(tracked.label, "")],
            {"optimizer": tracked.label, "steps": 0, "resets": resets, "condition": condition},
            subject=tracked.label,
        )

    def _say_skipped(self, tracked: Tracked, scaled: int, resets: int) -> None:
        """A scaler leaves a step out for one reason only."""
        self._findings.say(
            "steps_skipped",
            0,
            f"The gradient scaler was asked {scaled} times to step {tracked.label} and left out every step: each time "
            "it found NaN or infinity among the gradients, whatever the scale.",
            [(tracked.label, "")],
            {"optimizer": tracked.label, "asked": scaled, "steps": 0, "resets": resets},
            subject=tracked.label,
        )
