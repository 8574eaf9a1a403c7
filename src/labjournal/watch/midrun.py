"""Tensors that training has moved and that lose requires_grad while it goes on: updates_stopped_midrun.

Most who freeze a part mean it, and get a notice with the step, as when another wakes up in its turn. A part that
freezes with the first validation and stays so was frozen by the code that validates, which has not given it back. So
was one that froze with all the others for a pass over data, when others woke up after it. And nobody means steps of an
optimizer of which nothing can get a gradient any more, each after a backward pass that no other optimizer steps on: an
opponent was frozen for another's turn. Nor the freezing of a part from whose answers a term of the loss is made from
then on, which so has no gradient: a copy of it was to be kept as it was, and it is no copy. Nor that of a part whose
norms go on in train mode: their running statistics move, so it does not stay what it was. Nor what a function that by
its name only looks at the model leaves frozen.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any, Dict, List, Optional, Set, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.freezes import slipped_from
from labjournal.watch.frozen import is_declared
from labjournal.watch.look import Look, Names
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.rules import NOTICE, WARNING
from labjournal.watch.walk import attribute, modules, parameters

TRAINED_LOOKS = 10
PATIENCE_STEPS, LEAST_STEPS = 15, 10
"""From the last look before it was frozen, and from the first one after."""
IDLE_STEPS = 10


class _State:
    def __init__(self, tensors: int) -> None:
        self.trained = [0] * tensors
        """Looks in which it got a gradient."""
        self.since: Dict[int, int] = {}
        """Tensor -> the step before which it lost requires_grad."""
        self.due: Dict[int, int] = {}
        """Tensor -> the step at which it is told."""
        self.step = 0
        """The last one looked at."""
        self.with_validation: Set[int] = set()
        self.validations = (0, 0)
        self.asleep: Set[int] = set()
        """Tensors without requires_grad at the last look."""
        self.all_frozen = False
        """A loader was started while not one of them could get a gradient, since the last look."""
        self.idle_terms = 0
        """Terms without a gradient in the loss when all that were trained still were."""
        self.refs: List[weakref.ref[Any]] = []
        self.idle: Optional[Tuple[int, int]] = None
        """Since which step nothing could get a gradient, and a count of what was written to all of them then."""


class Midrun:
    """Tensors of each optimizer; a look is told how often there was a validation before it, by each sign of one."""

    def __init__(
        self, findings: Findings, models: Models, optimizers: Optimizers, names: Names, declared: List[str]
    ) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._names = names
        self._declared = declared
        self._states: Dict[Tracked, _State] = {}
        self._trained: Dict[int, Tuple[weakref.ref[Any], int]] = {}
        """Looks at tensors of an optimizer before its groups changed, by id."""
        self.idle_terms = 0
        """Terms without a gradient in the loss now."""

    def reset(self, tracked: Tracked, tensors: int) -> None:
        before = self._states.get(tracked)
        if before is not None:
            self._trained = {id(ref()): (ref, times) for ref, times in zip(before.refs, before.trained)}
        self._states[tracked] = _State(tensors)
        self._states[tracked].idle_terms = self.idle_terms if before is None else before.idle_terms

    def wants(self, tracked: Tracked, first: int, last: int) -> bool:
        """Is something to be told at one of these steps?"""
        state = self._states.get(tracked)
        return state is not None and any(first <= step <= last for step in state.due.values())

    @property
    def waiting(self) -> bool:
        """Is something to be told soon?"""
        return any(
            tracked.ref() is not None and tracked.n <= min(state.due.values()) + PATIENCE_STEPS
            for tracked, state in self._states.items()
            if state.due
        )

    def loader_starts(self) -> None:
        for tracked, state in self._states.items():
            optimizer = tracked.ref()
            params = [] if optimizer is None else tracked.params(optimizer)
            state.all_frozen |= bool(params) and not any(one.requires_grad for one in params)

    def look(self, look: Look, validations: Tuple[int, int]) -> None:
        """After a step looked at."""
        state = self._states[look.tracked]
        if not state.refs:
            state.validations = validations if self._trained else (0, 0)
            state.refs = [weakref.ref(parameter) for parameter in look.params]
            known = [self._trained.get(id(parameter)) for parameter in look.params]
            state.trained = [
                one[1] if one is not None and one[0]() is parameter else 0 for one, parameter in zip(known, look.params)
            ]
        first = any(before == 0 < now for before, now in zip(state.validations, validations))
        in_turn = any(look.params[at].requires_grad for at in state.asleep)
        state.asleep = {at for at, parameter in enumerate(look.params) if not parameter.requires_grad}
        slipped, state.all_frozen = (first and not in_turn) or state.all_frozen, False
        state.validations = validations
        for at, parameter in enumerate(look.params):
            if parameter.requires_grad:
                state.trained[at] += not look.none[at]
                state.since.pop(at, None)
                state.due.pop(at, None)
            elif at not in state.since and state.trained[at] >= TRAINED_LOOKS:
                state.since[at] = look.step
                state.due[at] = max(state.step + PATIENCE_STEPS, look.step + LEAST_STEPS)
                if slipped:
                    state.with_validation.add(at)
        state.step = look.step
        if not state.since:
            state.idle_terms = self.idle_terms
        self._look_for_idle(look, state)
        due = [at for at, step in state.due.items() if look.step >= step]
        if due and any(parameter.requires_grad for parameter in look.params):
            self._say(look, state, due)
            for at in due:
                state.trained[at] = -(10**9)
                del state.since[at], state.due[at]

    def _look_for_idle(self, look: Look, state: _State) -> None:
        """Steps for nothing, each after a backward pass for nothing."""
        if any(parameter.requires_grad for parameter in look.params) or not any(state.trained):
            state.idle = None
            return
        written = sum(parameter._version for parameter in look.params) if all(look.none) else 0
        if not self._optimizers.is_alone(look.tracked) or (state.idle is not None and state.idle[1] != written):
            state.idle = None
        elif state.idle is None:
            state.idle = look.step, written
        elif look.step - state.idle[0] >= IDLE_STEPS:
            named = [
                name for name in self._names(look.params, look.tracked) if not is_declared(name.path, self._declared)
            ]
            self._findings.say(
                "updates_stopped_midrun",
                look.step,
                f"{{subject}} ({{n}}) was trained, and has requires_grad off since step {state.idle[0]} at the latest: "
                f"{look.tracked.label} goes on after backward passes of its own, and not one of its tensors can move.",
                [(name.path, name.module) for name in named],
                {"optimizer": look.tracked.label, "frozen_by_step": state.idle[0], "steps_for_nothing": IDLE_STEPS},
            )

    def _say(self, look: Look, state: _State, due: List[int]) -> None:
        named = self._names(look.params, look.tracked)
        due = [at for at in due if not is_declared(named[at].path, self._declared)]
        if not due:
            return
        slipped = all(at in state.with_validation for at in due)
        step = max(state.since[at] for at in due)
        how = f"with the validation before step {step}" if slipped else f"by step {step}"
        no_copy = self.idle_terms > state.idle_terms
        norms = self._norms_in_train_mode([look.params[at] for at in due])
        why = ""
        looking = slipped_from(sys._getframe())
        if looking is not None:
            why = f"; all that switches it off in the script is {looking}(), which does not give it back"
        elif no_copy:
            why = "; a term of the loss has had no gradient since: is what was frozen the copy it was to be?"
        elif norms:
            why = f"; {norms} norms in it are in train mode, and their running statistics go on"
        self._findings.say(
            "updates_stopped_midrun",
            look.step,
            f"{{subject}} ({{n}}) was trained, lost requires_grad {how}, and stands still since, though "
            f"{look.tracked.label} holds it and goes on{why}",
            [(named[at].path, named[at].module) for at in due],
            {
                "optimizer": look.tracked.label,
                "frozen_by_step": step,
                "with_validation": slipped,
                "term_without_gradient": no_copy,
                "norms_in_train_mode": norms,
            },
            level=WARNING if slipped or no_copy or norms or looking else NOTICE,
        )

    def _norms_in_train_mode(self, frozen: List[Any]) -> int:
        """Norms with running statistics of a part that was frozen whole; a norm alone is frozen with its mode."""
        ids = {id(parameter) for parameter in frozen}
        norms = [
            part
            for root, _ in self._models.named_roots()
            for part in modules(root)
            if attribute(part, "running_mean") is not None and id(attribute(part, "weight")) in ids
        ]
        own = {id(parameter) for norm in norms for parameter in parameters(norm)}
        return sum(norm.training for norm in norms) if ids - own else 0
