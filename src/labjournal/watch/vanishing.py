"""Gradients that come to nothing on their way down: vanishing_gradient.

Either nothing is left of them by any measure, or, under plain SGD, whose steps are as large as its gradients, they
grow smaller from layer to layer until the lowest ones stand still beside the others. Optimizers that take the size out
of a gradient (Adam and its like) make up for that by themselves.
"""

from __future__ import annotations

import math
import re
from typing import Dict, List, Set

from labjournal.watch.findings import Findings
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.optimizers import Tracked, groups_of

VANISHED = 1e-7
"""Root mean square of a gradient. Source: VanishingGradient of SageMaker Debugger (mean of |g|)."""
VANISHED_SHARE = 1e-4
MOVES = 0.01
"""Of the farthest step an element: an optimizer that takes the size out of a gradient moves the weight all the same."""
LOOKS = 15
STILL = 1e-5
"""Learning rate times gradient over weight, by their sizes, made larger by the momentum: a thousand steps move the
weight by a hundredth."""
STILL_SHARE = 1e-3
"""Of the largest gradient."""
STILL_LOOKS = 25
LAYERS = 3
FADED = 8.0
"""Ratio of the gradients of a layer and of the one LAYERS below it, at least, with none smaller between them."""

_COMPARES = re.compile(r"(?:^|_)(?:w?[qk]|query|key|queries|keys)(?:_|$)")


class _State:
    def __init__(self, tensors: int) -> None:
        self.weak = [0] * tensors
        self.still = [0] * tensors
        self.rates = [0.0] * tensors
        """The largest learning rate so far."""


class Vanishing:
    """The sizes of gradients of matrices, for each optimizer."""

    def __init__(self, findings: Findings, names: Names) -> None:
        self._findings = findings
        self._names = names
        self._states: Dict[Tracked, _State] = {}

    def reset(self, tracked: Tracked, tensors: int) -> None:
        self._states[tracked] = _State(tensors)

    def judge(self, look: Look, compared: Compared) -> None:
        state = self._states.get(look.tracked)
        if state is None or len(state.weak) != len(look.params):
            return
        sizes = {
            at: math.sqrt(value / compared.sizes[at])
            for at, value in compared.grad_sq.items()
            if at in compared.sizes and look.params[at].dim() > 1 and math.isfinite(value)
        }
        top = max(sizes.values(), default=0.0)
        moves = {at: math.sqrt(compared.update_sq.get(at, 0.0) / compared.sizes[at]) for at in sizes}
        farthest = max(moves.values(), default=0.0)
        for at, size in sizes.items():
            moved = moves[at] > MOVES * farthest
            weak = 0 < size < VANISHED and size < VANISHED_SHARE * top and not moved
            state.weak[at] = state.weak[at] + 1 if weak else 0
        due = [at for at, count in enumerate(state.weak) if count == LOOKS]
        if due:
            alive = [at for at in sizes if state.weak[at] == 0]
            self._say(look, due, alive, sizes, top, LOOKS, "")
        if type(look.optimizer).__name__ == "SGD":
            self._judge_still(look, compared, state, sizes, top)

    def _judge_still(self, look: Look, compared: Compared, state: _State, sizes: Dict[int, float], top: float) -> None:
        grows = any(rate > most for rate, most in zip(look.rates, state.rates))
        state.rates = [max(pair) for pair in zip(look.rates, state.rates)]
        if grows:
            return  # a warm-up: nothing moves yet
        groups = groups_of(look.optimizer)
        upper = max(sizes, key=lambda at: sizes[at], default=0)
        fading = _fading(sizes)
        for at, size in sizes.items():
            weight = math.sqrt(compared.weight_sq.get(at, 0.0) / compared.sizes[at])
            momentum = groups[look.tracked.group_of[at]].get("momentum") or 0.0
            step = state.rates[at] * size / max(1e-3, 1 - momentum)
            small = 0 < step < STILL * weight and size < STILL_SHARE * top
            same = state.rates[at] >= state.rates[upper]  # else it is meant to move less
            state.still[at] = state.still[at] + 1 if small and same and at in fading else 0
        if state.still.count(STILL_LOOKS):
            due = [at for at, count in enumerate(state.still) if count >= STILL_LOOKS]
            alive = [at for at in sizes if state.still[at] == 0]
            slow = " They are smaller from layer to layer, and SGD moves weights by no more than that."
            self._say(look, due, alive, sizes, top, STILL_LOOKS, slow)

    def _say(
        self, look: Look, due: List[int], alive: List[int], sizes: Dict[int, float], top: float, looks: int, why: str
    ) -> None:
        named = self._names(look.params, look.tracked)
        above = {named[at].module.rpartition(".")[0] for at in alive}
        due = [at for at in due if not _compares(named[at].module, above)]
        if due:
            self._findings.say(
                "vanishing_gradient",
                look.step,
                f"The gradient of {{subject}} ({{n}}) has a size of {sizes[due[0]]:.1e} an element, against {top:.1e} "
                f"elsewhere, in {looks} steps looked at.{why}",
                [(named[at].path, named[at].module) for at in due],
                {"optimizer": look.tracked.label, "rms": sizes[due[0]], "rms_elsewhere": top},
            )


def _fading(sizes: Dict[int, float]) -> Set[int]:
    """Places of matrices from which gradients grow through the next LAYERS, one by one; and of those below such a one
    that have no larger ones."""
    places, values = list(sizes), list(sizes.values())
    found: Set[int] = set()
    for at in range(len(places) - LAYERS):
        upward = values[at : at + LAYERS + 1]
        if upward == sorted(upward) and upward[-1] >= FADED * upward[0]:
            found.update(place for place, value in zip(places[: at + 1], values) if value <= upward[0])
    return found


def _compares(module: str, alive: Set[str]) -> bool:
    """Does it make queries or keys, of an attention whose values get a gradient? While these are small, as at the
    start, attention is nearly even whatever they are, and they get less than the values by many orders."""
    attention, _, name = module.rpartition(".")
    return attention in alive and _COMPARES.search(name.lower()) is not None
