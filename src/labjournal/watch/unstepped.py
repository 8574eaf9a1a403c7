"""Optimizers that never step although gradients come and are reset: the call of step() is missing, or always skipped.

No step hook fires for them, so they are looked at before backward passes. Counted are calls of ``zero_grad``: whoever
resets the gradients of an optimizer PATIENCE times without a step in between has thrown all of them away. Gradient
accumulation resets once a step; a phase that trains other tensors does not reset these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.models import Named
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.sampling import Key, Later, Pack, gather

PATIENCE = 15
LOOK_EVERY = 5
"""Backward passes between looks."""


@dataclass
class _Start:
    samples: Dict[Key, Pack]
    resets: int


class Unstepped:
    """Looks at the optimizers that have not stepped yet."""

    def __init__(
        self,
        findings: Findings,
        later: Later,
        optimizers: Optimizers,
        names: Callable[[List[Any], Tracked], List[Named]],
    ) -> None:
        self._findings = findings
        self._later = later
        self._optimizers = optimizers
        self._names = names
        self._resets: Dict[Tracked, int] = {}
        self._starts: Dict[Tracked, _Start] = {}
        self.model_resets = 0
        """Calls of ``Module.zero_grad``, by which many loops reset; they count for the only optimizer there is."""
        self._backwards = 0
        self._scaled: Dict[Tracked, int] = {}
        """Calls of a gradient scaler to step it."""

    def scaled(self, tracked: Tracked) -> None:
        if not tracked.n:
            self._scaled[tracked] = self._scaled.get(tracked, 0) + 1

    def on_zero_grad(self, tracked: Tracked) -> None:
        if not tracked.n:
            self._resets[tracked] = self._resets.get(tracked, 0) + 1

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
            resets = self._resets.get(tracked, 0) + (self.model_resets if len(live) == 1 else 0)
            start = self._starts.get(tracked)
            if start is None and resets:
                self._starts[tracked] = _Start(gather(tracked.params(optimizer)), resets)
            elif start is not None and resets - start.resets >= PATIENCE:
                self._compare(tracked, optimizer, start, resets)
                del self._starts[tracked]

    def _compare(self, tracked: Tracked, optimizer: Any, start: _Start, resets: int) -> None:
        params = tracked.params(optimizer)
        now = gather(params)
        pairs = [(key, pack) for key, pack in start.samples.items() if key in now and now[key].index == pack.index]
        if not pairs or len(pairs) < len(start.samples) or not any(one.requires_grad for one in params):
            return
        tracked.relaid(optimizer)
        named = self._names(params, tracked)
        tensors: List[Tuple[str, str]] = [(name.path, name.module) for name in named]
        changed: List[int] = []

        def landed(counts: List[int]) -> None:
            changed.extend(counts)
            if len(changed) < sum(len(pack.index) for _, pack in pairs) or any(changed):
                return
            scaled = self._scaled.get(tracked, 0)
            if scaled >= PATIENCE:
                self._say_skipped(tracked, scaled, resets)
                return
            self._findings.say(
                "no_update",
                0,
                f"{tracked.label} has not stepped once, although its gradients were reset {resets} times; {{subject}} "
                "({n}) stands still. Is step() called, or is every step skipped?",
                tensors,
                {"optimizer": tracked.label, "steps": 0, "resets": resets, "backward_passes": self._backwards},
            )

        for key, pack in pairs:
            self._later.give((pack.values_NK != now[key].values_NK).sum(1), landed)

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
