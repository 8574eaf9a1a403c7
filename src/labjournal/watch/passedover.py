"""Optimizers that never step, while others do and new gradients come to each of their tensors: no_update.

Those whose gradients are reset in between are told elsewhere (``unstepped``), for a reset says that a step was meant.
One that is not reset either may be for a later phase: a warning at the end, or an alarm as soon as the script shows
that nothing steps it. At the end, too, one to whose tensors no gradient ever came, though others trained with what
their model made: the turn of a generator that never comes.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.look import Look
from labjournal.watch.models import Models, Named
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.rules import ALARM, NOTICE, WARNING
from labjournal.watch.sampling import Key, Later, Pack, gather
from labjournal.watch.uncalled import is_never_stepped

TIMES = 16
"""Looks with new gradients, after one with the first."""
OTHERS = 100
"""Real steps of others, after which a turn that has not come is told."""
PROBES = 8
"""Tensors whose gradients are looked at."""


class _Waiting:
    def __init__(self, samples: Dict[Key, Pack], step: int) -> None:
        self.samples = self.first = samples
        self.step = step
        self.grads: List[Tuple[weakref.ref[Any], int]] = []
        """At the last look, each with its version."""
        self.ever = False
        """Had one of them a gradient at any look?"""
        self.unused: List[Tuple[str, str]] = []
        """All of them, where none ever had, and their model was used."""
        self.times = 0
        self.tensors: List[Tuple[str, str]] = []
        """Found standing still."""


class PassedOver:
    """Optimizers that have not stepped, looked at after steps of others."""

    def __init__(
        self,
        findings: Findings,
        later: Later,
        models: Models,
        optimizers: Optimizers,
        names: Callable[[List[Any], Tracked], List[Named]],
        ran: Callable[[], Set[str]],
    ) -> None:
        """``ran``: names of the models that made something without gradients."""
        self._findings = findings
        self._later = later
        self._models = models
        self._optimizers = optimizers
        self._names = names
        self._waiting: Dict[Tracked, _Waiting] = {}
        self._ran = ran

    def look(self, look: Look) -> None:
        """After a step."""
        for tracked, optimizer in self._optimizers.live():
            if tracked.n:
                self._waiting.pop(tracked, None)
                continue
            params = tracked.params(optimizer)
            waiting = self._waiting.get(tracked)
            if waiting is None:
                waiting = self._waiting[tracked] = _Waiting(gather(params), look.step)
            waiting.ever |= any(one.grad is not None for one in params)
            if look.step >= OTHERS and not waiting.ever:
                unused = self._is_unused(optimizer, params, waiting)
                waiting.unused = [(one.path, one.module) for one in self._names(params, tracked)] if unused else []
            if not _come_anew(waiting, params):
                waiting.times, waiting.samples, waiting.step = 0, gather(params), look.step
                continue
            waiting.times += 1
            if waiting.times >= TIMES and waiting.times % TIMES == 0 and not self._is_meant(optimizer, params):
                self._compare(tracked, optimizer, waiting, params)

    def _is_meant(self, optimizer: Any, params: List[Any]) -> bool:
        """A finished model through which another is trained, or one that goes on from a state."""
        mine = {id(one) for one in params}
        owners = [(one, owner) for one, _, owner in self._models.parameters() if id(one) in mine]
        finished = all(not owner.training or self._models.was_copied(one) for one, owner in owners)
        return bool(optimizer.state) or (bool(owners) and finished)

    def _compare(self, tracked: Tracked, optimizer: Any, waiting: _Waiting, params: List[Any]) -> None:
        now = gather(params)
        pairs = [(pack, now[key]) for key, pack in waiting.samples.items() if key in now]
        if not pairs or any(old.index != new.index for old, new in pairs):
            return
        tensors = [(name.path, name.module) for name in self._names(params, tracked)]
        left = [sum(len(old.index) for old, _ in pairs)]

        def landed(counts: List[int]) -> None:
            left[0] = left[0] - len(counts) if not any(counts) else -1
            if left[0] == 0:
                waiting.tensors = tensors
                self._read_script(tracked, waiting)

        for old, new in pairs:
            self._later.give((old.values_NK != new.values_NK).sum(1), landed)

    def _read_script(self, tracked: Tracked, waiting: _Waiting) -> None:
        optimizer = tracked.ref()
        name = None if optimizer is None else is_never_stepped(optimizer, sys._getframe())
        if name is not None:
            self._say(tracked, waiting, f"no line of the script calls {name}.step().", None)
        else:
            self._say(tracked, waiting, "is its step() left out, or is it for a later phase?", NOTICE)

    def _say(self, tracked: Tracked, waiting: _Waiting, why: str, level: Optional[str]) -> None:
        end = " until the end" if level == WARNING else ""
        self._findings.say(
            "no_update",
            waiting.step + waiting.times,
            f"{tracked.label} has not stepped once{end}, though new gradients came to {{subject}} ({{n}}) at each of "
            f"{waiting.times} steps of others looked at: {why}",
            [(f"{path}{end or level or ''}", module) for path, module in waiting.tensors],
            {"optimizer": tracked.label, "steps": 0, "looked_at_steps": waiting.times},
            level=level,
        )

    def end(self) -> None:
        for tracked, waiting in self._waiting.items():
            if tracked.n or self._findings.raised("no_update") == ALARM:
                continue
            if waiting.tensors:
                self._say(tracked, waiting, "is its step() left out?", WARNING)
            elif waiting.unused and not waiting.ever:
                self._say_turn(tracked, waiting.unused)

    def _is_unused(self, optimizer: Any, params: List[Any], waiting: _Waiting) -> bool:
        """Do its tensors stand as they stood at first, in a model that was used without gradients and is to learn?"""
        mine = {id(one) for one in params}
        owners = [(one, named.root, owner) for one, named, owner in self._models.parameters() if id(one) in mine]
        ran = {id(root) for root, name in self._models.named_roots() if name in self._ran()}
        waits = all(one.requires_grad and owner.training and root in ran for one, root, owner in owners)
        made = any(self._models.was_loaded(owner) or self._models.was_copied(one) for one, _, owner in owners)
        if not owners or made or not waits or optimizer.state:
            return False
        now = gather(params)
        pairs = [(pack, now[key]) for key, pack in waiting.first.items() if key in now]
        return all(old.index == new.index and torch.equal(old.values_NK, new.values_NK) for old, new in pairs)

    def _say_turn(self, tracked: Tracked, tensors: List[Tuple[str, str]]) -> None:
        steps = max((other.real for other in self._optimizers.all()), default=0)
        self._findings.say(
            "no_update",
            steps,
            f"{tracked.label} has not stepped once in {steps} steps of others, and no gradient ever came to "
            "{subject} ({n}), though what it makes was used: does its turn ever come?",
            tensors,
            {"optimizer": tracked.label, "steps": 0, "steps_of_others": steps},
            level=WARNING,
        )


def _come_anew(waiting: _Waiting, params: List[Any]) -> bool:
    """Has each of the first tensors a gradient that was not there at the last look?"""
    grads: List[Any] = [one.grad for one in params[:PROBES] if one.grad is not None]
    before, waiting.grads = waiting.grads, [(weakref.ref(one), one._version) for one in grads]
    new = [(id(ref()), version) != (id(grad), grad._version) for grad, (ref, version) in zip(grads, before)]
    return len(new) == min(len(params), PROBES) and all(new)
