"""Optimizers that never step, while others do and new gradients come to each of their tensors: no_update.

Those whose gradients are reset in between are told elsewhere (``unstepped``), for a reset says that a step was meant.
One that is not reset either may be for a later phase: a warning at the end, or an alarm as soon as the script shows
that nothing steps it. At the end, too, one to whose tensors no gradient ever came, though others trained with what
their model made: the turn of a generator that never comes.
"""

from __future__ import annotations

import sys
import weakref
from functools import partial
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

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

Tensors = List[Tuple[str, str]]
"""Path and module of each."""


class _Waiting:
    def __init__(self, samples: Dict[Key, Pack], step: int) -> None:
        self.samples = self.first = samples
        self.step = step
        self.grads: List[Tuple[weakref.ref[Any], int]] = []
        """At the last look, each with its version."""
        self.ever = False
        """Had one of them a gradient at any look?"""
        self.unused: Tensors = []
        """All of them, where none ever had, and their model was used."""
        self.times = 0
        self.tensors: Tensors = []
        """Found standing still."""

    def found_unused(self, tensors: Tensors) -> None:
        self.unused = tensors


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
                waiting.unused = []
                if self._is_used_without_gradients(optimizer, params):
                    self._when_still(tracked, params, waiting.first, _Waiting.found_unused)
            if not _come_anew(waiting, params):
                waiting.times, waiting.samples, waiting.step = 0, gather(params), look.step
                continue
            waiting.times += 1
            if waiting.times >= TIMES and waiting.times % TIMES == 0 and not self._is_meant(optimizer, params):
                self._when_still(tracked, params, waiting.samples, partial(self._found_still, tracked))

    def _is_meant(self, optimizer: Any, params: List[Any]) -> bool:
        """A finished model through which another is trained, or one that goes on from a state."""
        owners = self._owners(params)
        finished = all(not owner.training or self._models.was_copied(one) for one, _, owner in owners)
        return bool(optimizer.state) or (bool(owners) and finished)

    def _when_still(
        self, tracked: Tracked, params: List[Any], before: Dict[Key, Pack], use: Callable[[_Waiting, Tensors], None]
    ) -> None:
        """Call ``use`` once it is known that they stand as they stood."""
        now, waiting = gather(params), self._waiting[tracked]
        pairs = [(pack, now[key]) for key, pack in before.items() if key in now]
        if all(old.index == new.index for old, new in pairs):
            tensors = [(name.path, name.module) for name in self._names(params, tracked)]
            self._later.when_same(pairs, lambda: use(waiting, tensors))

    def _found_still(self, tracked: Tracked, waiting: _Waiting, tensors: Tensors) -> None:
        waiting.tensors = tensors
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

    def _is_used_without_gradients(self, optimizer: Any, params: List[Any]) -> bool:
        """Are they of a model that is to learn, was neither loaded nor copied, and has made something so far?"""
        owners = self._owners(params)
        ran = {id(root) for root, name in self._models.named_roots() if name in self._ran()}
        waits = all(one.requires_grad and owner.training and root in ran for one, root, owner in owners)
        made = any(self._models.was_loaded(owner) or self._models.was_copied(one) for one, _, owner in owners)
        return bool(owners) and waits and not made and not optimizer.state

    def _owners(self, params: List[Any]) -> List[Tuple[Any, int, Any]]:
        """Those that are a model's, each with the model, by id, and the module that owns it."""
        mine = {id(one) for one in params}
        return [(one, named.root, owner) for one, named, owner in self._models.parameters() if id(one) in mine]

    def _say_turn(self, tracked: Tracked, tensors: Tensors) -> None:
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
