"""What can be read off a few tensors at every step for next to nothing, while the watch sleeps from look to look.

Whether they have a gradient and want one, how often something other than a step has written to them, how many groups
the optimizer has, and how many modules were built so far. What was not so before calls for LOOKS looks; what comes
again does not, so that trainings of which each step is another kind of step are soon left to sleep.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Set

import torch

from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, Tracked

PROBES = 3
OUTSIDERS = 2
"""Tensors of models that no optimizer holds: they may be thawed."""
LOOKS = 3
SURE = 6
"""Steps after them for what they raise: gradients that stop are certain after eight looks."""
MOST = 16
"""Different things seen of one optimizer, after which nothing is new any more."""


class Pulse:
    """Of one optimizer; by weak reference only."""

    def __init__(self, models: Models, optimizer: Any, inside: List[Any], outside: List[Any]) -> None:
        self._models = models
        self._optimizer = optimizer
        """A weak reference."""
        self._inside = [weakref.ref(one) for one in inside]
        self._outside = [weakref.ref(one) for one in outside]
        self._seen: Set[Any] = set()
        self._tick = models.tick
        self._written = 0
        self.until = 0
        """The last step to be looked at because of what was new."""

    def is_new(self, step: int) -> bool:
        """Before a step: is something as it has not been before? Some 1.5 us."""
        state = writes = 0
        for ref in self._inside:
            one = ref()
            if one is not None:
                writes += one._version
                state = 4 * state + 2 * (one.grad is None) + one.requires_grad
        for ref in self._outside:
            one = ref()
            if one is not None:
                state = 4 * state + 2 * (one.grad is None) + one.requires_grad
        tick = self._models.tick
        optimizer = self._optimizer()
        sign = state, writes - self._written, 0 if optimizer is None else len(optimizer.param_groups)
        if sign in self._seen and tick == self._tick:
            return False
        new = 0 < len(self._seen) < MOST
        self._seen.add(sign if tick == self._tick else tick)
        self._tick = tick
        self.until = step + LOOKS - 1 if new else self.until
        return new

    def stepped(self) -> None:
        """After a step."""
        count = 0
        for ref in self._inside:
            one = ref()
            if one is not None:
                count += one._version
        self._written = count


class Pulses:
    """One an optimizer, once not every step is looked at."""

    def __init__(self, models: Models, optimizers: Optimizers, suspects: Set[Tracked]) -> None:
        """``suspects``: those of which something is nearly certain, kept up by another check."""
        self._models = models
        self._optimizers = optimizers
        self._suspects = suspects
        self._pulses: Dict[Tracked, Pulse] = {}
        self._until: Dict[Tracked, int] = {}

    def reset(self, tracked: Tracked, _tensors: int) -> None:
        """Its groups have changed: in mid-run that is news itself."""
        self._pulses.pop(tracked, None)
        if tracked.n > 1:
            self._until[tracked] = tracked.n + LOOKS - 1

    def of(self, tracked: Tracked) -> Pulse:
        """After a step; built when it is asked for first, and anew when the groups have changed."""
        pulse = self._pulses.get(tracked)
        if pulse is None:
            optimizer = tracked.ref()
            inside = tracked.params(optimizer) if optimizer is not None else []
            held = self._optimizers.held()
            outside = [one for one, _, _ in self._models.parameters() if id(one) not in held]
            pulse = Pulse(self._models, tracked.ref, _some(inside, PROBES), _some(outside, OUTSIDERS))
            pulse.until = self._until.pop(tracked, 0)
            self._pulses[tracked] = pulse
        pulse.stepped()
        return pulse

    def beat(self, tracked: Tracked) -> None:
        """Before a step that is not slept through."""
        pulse = self._pulses.get(tracked)
        if pulse is not None:
            pulse.is_new(tracked.n)

    def news(self, tracked: Tracked) -> bool:
        """Was something new lately? What the first looks at it raise takes more to be sure of."""
        pulse = self._pulses.get(tracked)
        return tracked in self._suspects or (pulse is not None and pulse.until > 0 and tracked.n <= pulse.until + SURE)

    def wants(self, tracked: Tracked, first: int, _last: int) -> bool:
        pulse = self._pulses.get(tracked)
        return pulse is not None and first <= pulse.until


def _some(tensors: List[Any], most: int) -> List[Any]:
    """From the first to the last, evenly; plain ones, of which nothing that is asked can raise."""
    plain = [one for one in tensors if type(one) in (torch.Tensor, torch.nn.Parameter) and not one.is_inference()]
    return plain[:: -(-len(plain) // most)] if plain else []
