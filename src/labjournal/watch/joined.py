"""Tensors that come to a training in mid-run and get no gradient: no_grad.

Whoever adds a group to an optimizer, or builds a new one over more, wants more to be trained from now on. A part that
waits from the start may have its turn yet, so ``missing`` is patient with it; here its turn has come. The tensors are
asked before each of the next STEPS steps, looked at or not: while others of the optimizer get gradients, has one of
these got any, or been written to? And its modules: are they called in forward passes of the training?
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Optional, Set

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.frozen import is_declared
from labjournal.watch.heads import side_by_side
from labjournal.watch.look import Names
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.walk import parameters

AFTER = 30
"""Steps of some optimizer, before which a training is still being put together."""
STEPS = 20
HOW = (
    "is called without gradients (torch.no_grad())",
    "is called in the forward pass, and what it gives does not reach the loss (detach(), .data, numbers)",
)
MOST = 8
"""Times that one program is asked about what has come: some give out their tensors anew at each step."""


class _Came:
    """What has come to one optimizer, by parameter group."""

    def __init__(self, step: int, groups: Dict[int, List[Any]]) -> None:
        self.step = step
        self.groups = {at: [(weakref.ref(one), one._version) for one in tensors] for at, tensors in groups.items()}
        self.steps = 0

    def drop_alive(self) -> None:
        """Leave out groups of which a tensor is gone, has a gradient, wants none, or was written to."""
        self.groups = {
            at: tensors for at, tensors in self.groups.items() if all(_rests(ref(), was) for ref, was in tensors)
        }


class Joined:
    """Over all optimizers."""

    def __init__(
        self, findings: Findings, models: Models, optimizers: Optimizers, names: Names, declared: List[str]
    ) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._names = names
        self._declared = declared
        self._came: Dict[Tracked, _Came] = {}
        self._held: Dict[Tracked, Dict[int, weakref.ref[Any]]] = {}
        """Tensors of each optimizer before its groups change, by id."""
        self._asked = 0
        self.open: Set[int] = set()
        """Modules, by id, that hold some of what has come."""
        self._called: Dict[int, Set[int]] = {}
        """Steps before which each of them was called in train mode; a validation between two steps is one call."""
        self._with_gradients: Set[int] = set()
        self._step = 0

    def relaid(self, tracked: Tracked, params: List[Any]) -> None:
        """An optimizer is about to step for the first time, or the first time since its groups have changed."""
        self._came.pop(tracked, None)
        before = self._held.get(tracked)
        self._held[tracked] = {id(one): weakref.ref(one) for one in params}
        old = max((one.n for one in self._optimizers.all()), default=0)
        if old <= AFTER or self._asked >= MOST:
            return
        groups: Dict[int, List[Any]] = {}
        known = False
        for at, one in zip(tracked.group_of, params):
            ref = None if before is None else before.get(id(one))
            if self._optimizers.was_held(one) if before is None else ref is not None and ref() is one:
                known = True
            elif type(one) is torch.nn.Parameter and one.requires_grad and not one.is_inference():
                groups.setdefault(at, []).append(one)
        if known and groups:
            self._asked += 1
            self._came[tracked] = _Came(tracked.n, groups)
            wanted = {id(one) for tensors in groups.values() for one in tensors}
            self.open |= {id(owner) for one, _, owner in self._models.parameters() if id(one) in wanted}

    def waits(self, tracked: Tracked) -> bool:
        """Are its next steps to be asked about?"""
        return tracked in self._came

    def on_forward(self, module: Any, grad_enabled: bool) -> None:
        """A module that is ``open`` is called."""
        if grad_enabled or module.training:
            self._called.setdefault(id(module), set()).add(self._step)
        if grad_enabled:
            self._with_gradients.add(id(module))

    def before_step(self, tracked: Tracked, optimizer: Any) -> None:
        """Before a step, whether it is looked at or not."""
        came = self._came.get(tracked)
        if came is None:
            return
        self._step = tracked.n
        came.drop_alive()
        if came.groups and not tracked.closure and tracked.n <= came.step + 2 * STEPS:
            came.steps += any(one.grad is not None for one in tracked.params(optimizer))
            if came.steps < STEPS:
                return
            self._say(tracked, tracked.params(optimizer), came)
        del self._came[tracked]
        if not self._came:
            self.open.clear()
            self._called.clear()
            self._with_gradients.clear()

    def _say(self, tracked: Tracked, params: List[Any], came: _Came) -> None:
        owners = {id(one): owner for one, _, owner in self._models.parameters()}
        idle = {id(ref()) for tensors in came.groups.values() for ref, _ in tensors}
        for with_gradients, how in enumerate(HOW):
            still = [
                name
                for one, name in zip(params, self._names(params, tracked))
                if id(one) in idle and self._takes_part(owners.get(id(one)), bool(with_gradients))
                if not is_declared(name.path, self._declared)
            ]
            if still:
                self._findings.say(
                    "no_grad",
                    tracked.n,
                    f"{{subject}} ({{n}}) was given to {tracked.label} before step {came.step}, in mid-run, and got no "
                    f"gradient in the {STEPS} steps since: it {how}.",
                    [(f"{name.path} joined", name.module) for name in still],
                    {"optimizer": tracked.label, "given_before_step": came.step, "steps": STEPS},
                )

    def _takes_part(self, owner: Optional[Any], with_gradients: bool) -> bool:
        """Was the module called step after step? One that was not may have its turn yet, one called once was validated,
        and of heads side by side one is chosen."""
        if owner is None or len(self._called.get(id(owner), ())) < STEPS // 2:
            return False
        if (id(owner) in self._with_gradients) != with_gradients or side_by_side(self._models.parents(owner)):
            return False
        spare = with_gradients and self._models.of_library(owner)  # a pooler that the loss does not use
        return not spare and not any(one.grad is not None for one in parameters(owner))


def _rests(one: Optional[Any], version: int) -> bool:
    return one is not None and one.grad is None and bool(one.requires_grad) and one._version == version
