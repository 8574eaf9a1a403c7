"""Weights loaded while an optimizer goes on, and what they are.

Those that training began with, again and again, or the same ones each time: weight_change_outside_step. Folds and
trials begin with an optimizer of their own; averages are other weights each time, and the best so far are some of the
time, or the learning rate falls when they are taken back. And the model's own tensors, for a state kept without a
copy: checkpoint_changed, or weight_change_outside_step where others had been loaded for a validation and stay.
"""

from __future__ import annotations

import itertools
import weakref
from collections import OrderedDict
from typing import Any, Dict, List, Mapping, Optional, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.look import Look
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Tracked, as_float, groups_of
from labjournal.watch.outside import mark_of
from labjournal.watch.sampling import is_matrix, readable
from labjournal.watch.walk import named_parameters

TIMES = 3
ALWAYS = 4
"""Loads of one and the same content, from the first one on, at one learning rate."""
STEPS = 3
"""Steps between two loads, at least: fewer are a search that goes back."""
TENSORS = 4
CHANGES = 3
LONG = 20
"""Steps before a model is given its own tensors: before training it does no harm."""


class _Start:
    def __init__(self, marks: Dict[int, Any], refs: List[weakref.ref[Any]]) -> None:
        self.marks = marks
        self.refs = refs
        self.loaded_at: List[int] = []
        """Steps taken when the weights of the start were loaded."""
        self.first: Optional[Tuple[List[Any], List[float]]] = None
        """Marks of what was loaded first while training went on, and the learning rates then."""
        self.again_at: List[int] = []
        """Steps taken at each load of that; given up for good at a load of anything else."""
        self.others = False


class Reloaded:
    """Marks of some tensors before the first step of each optimizer."""

    def __init__(self, findings: Findings, models: Models) -> None:
        self._findings = findings
        self._models = models
        self._starts: Dict[Tracked, _Start] = {}
        self._others: Dict[int, int] = {}
        """Model, by id -> steps taken when it was last given weights that are not its own tensors."""
        self._own: Dict[int, Tuple[weakref.ref[Any], int, List[List[Any]]]] = {}
        """Model, by id -> steps of all optimizers when it was last given its own tensors, and marks of what they were
        each time since."""
        self._given: Dict[int, Tuple[weakref.ref[Any], int, int]] = {}
        """Model, by id -> the state of a model in training that it was given last, at which step, and where it lies."""

    def before_step(self, look: Look) -> None:
        if look.step == 1 and look.tracked not in self._starts:
            tensors = [one for one in look.params if is_matrix(one) and one.device.type == "cpu"][:TENSORS]
            marks = {id(one): mark_of(one) for one in tensors}
            self._starts[look.tracked] = _Start(marks, [weakref.ref(one) for one in tensors])

    def loading(self, module: Any, state: Mapping[str, Any]) -> None:
        """Before ``load_state_dict``."""
        named = {id(one): name for name, one in named_parameters(module)}
        self._itself(module, state)
        self._kept(module, state)
        for tracked, start in self._starts.items():
            live = [ref() for ref in start.refs]
            pairs: List[Tuple[Any, Any]] = [
                (start.marks[id(one)], state.get(named[id(one)]))
                for one in live
                if one is not None and id(one) in named
            ]
            if tracked.ref() is None or not pairs:
                continue
            if not all(_is(mark, given) for mark, given in pairs):
                self._always_the_same(module, tracked, start, [given for _, given in pairs])
                continue
            if tracked.n - (start.loaded_at[-1] if start.loaded_at else 0) >= STEPS:
                start.loaded_at.append(tracked.n)
                if len(start.loaded_at) == TIMES:
                    self._say(module, tracked, "The weights that {subject} began with were", TIMES, start.loaded_at)

    def _always_the_same(self, module: Any, tracked: Tracked, start: _Start, given: List[Any]) -> None:
        """A file that was written once and is read again and again: what was learnt since is thrown away."""
        optimizer = tracked.ref()
        if optimizer is None or start.others or tracked.n - (start.again_at[-1] if start.again_at else 0) < STEPS:
            return
        rates = [as_float(group.get("lr"), 0.0) for group in groups_of(optimizer)]
        if start.first is None:
            start.first = [_mark_of(one) for one in given], rates
        marks, before = start.first
        start.others = rates != before or not all(_is(mark, one) for mark, one in zip(marks, given))
        if start.others:
            return
        start.again_at.append(tracked.n)
        if len(start.again_at) == ALWAYS:
            self._say(module, tracked, "One and the same state of {subject} was", ALWAYS, start.again_at)

    @property
    def _steps(self) -> int:
        """Of the optimizer that has taken most."""
        return max((tracked.n for tracked in self._starts), default=0)

    def _itself(self, module: Any, state: Mapping[str, Any]) -> None:
        """Is what is loaded the very tensors of the module? A state kept as the best so far was never copied then."""
        steps = self._steps
        pairs = [(one, state.get(name)) for name, one in named_parameters(module)]
        same = [given is not None and _shares(one, given) for one, given in pairs]
        if len(same) < 2 or not all(same):
            self._others[id(module)] = steps
            return
        swapped = 0 < steps == self._others.get(id(module))
        if steps < LONG and not swapped:
            return
        model = self._models.name_of(module)
        if self._each_time_others(module):
            self._findings.say(
                "weight_change_outside_step",
                steps,
                "The weights of {subject} were changed after step " + f"{steps}, and the state that was to bring them "
                "back is not a copy: it has changed with them. Training goes on from what they have become.",
                [(f"{model} changed", model)],
                {"tensors": len(same), "after_steps": steps},
                subject=model,
                remedy="Keep copy.deepcopy(model.state_dict()).",
            )
        if swapped:
            self._findings.say(
                "weight_change_outside_step",
                steps,
                f"Other weights were loaded into {{subject}} after step {steps}, and the state that was to bring its "
                "own back is not a copy: it has changed with them. Training goes on from the others.",
                [(f"{model} swapped", model)],
                {"tensors": len(same), "after_steps": steps},
                subject=model,
            )
        self._findings.say(
            "checkpoint_changed",
            steps,
            "The state that {subject} loads is its own tensors: state_dict() was kept without a copy, so it has "
            "changed with them since, and nothing is restored.",
            [(f"{model} itself", model)],
            {"tensors": len(same), "after_steps": steps},
            subject=model,
        )

    def _each_time_others(self, module: Any) -> bool:
        """Was it given its own tensors CHANGES times since the last step, and were they others each time?

        What is put back by hand, and then loaded, comes again.
        """
        weights = (one for _, one in named_parameters(module) if is_matrix(one) and one.device.type == "cpu")
        marks = [mark_of(one) for one in itertools.islice(weights, TENSORS)]
        taken = sum(tracked.n for tracked in self._starts)
        ref, at, known = self._own.get(id(module), (None, 0, []))
        known = [*known, marks] if ref is not None and ref() is module and at == taken else [marks]
        self._own[id(module)] = weakref.ref(module), taken, known[-CHANGES:]
        return len(known) >= CHANGES and not any(
            all(_equal(*pair) for pair in zip(one, other)) for one, other in itertools.combinations(known, 2)
        )

    def _kept(self, module: Any, state: Mapping[str, Any]) -> None:
        """States of another model, kept one after the other without a copy: all of them are what it is now."""
        steps = self._steps
        first = next((one for one in state.values() if isinstance(one, torch.Tensor)), None)
        if steps < LONG or first is None or type(state) is not OrderedDict or not self._is_of_trained(first):
            self._given.pop(id(module), None)
            return
        ref, at, given = self._given.get(id(module), (None, 0, None))
        before = None if ref is None else ref()
        self._given[id(module)] = weakref.ref(state), steps, first.data_ptr()
        if before is None or before is state or (at, given) != (steps, first.data_ptr()):
            return
        model = self._models.name_of(module)
        self._findings.say(
            "checkpoint_changed",
            steps,
            "Two states loaded into {subject} one after the other are the same tensors, those of a model that has "
            f"trained on to step {steps}: state_dict() was kept without a copy, so what was kept is what it is now.",
            [(f"{model} kept", model)],
            {"after_steps": steps},
            subject=model,
        )

    def _is_of_trained(self, one: Any) -> bool:
        """Does it share its numbers with what an optimizer steps?"""
        live = [tracked.ref() for tracked in self._starts]
        held = [
            weight for optimizer in live if optimizer for group in groups_of(optimizer) for weight in group["params"]
        ]
        return any(_shares(weight, one) for weight in held)

    def _say(self, module: Any, tracked: Tracked, what: str, times: int, at: List[int]) -> None:
        model = self._models.name_of(module)
        self._findings.say(
            "weight_change_outside_step",
            tracked.n,
            f"{what} loaded {times} times, after steps {', '.join(map(str, at))}, while {tracked.label} goes on: "
            "training begins anew each time.",
            [(f"{model} reloaded", model)],
            {"optimizer": tracked.label, "after_steps": at},
            subject=model,
        )


def _equal(mark: Any, other: Any) -> bool:
    return mark is None or other is None or bool(mark == other)


def _shares(one: Any, given: Any) -> bool:
    """Is it the same storage? Tensors without one have none to share."""
    plain = type(given) in (torch.Tensor, torch.nn.Parameter) and not given.is_meta and bool(given.numel())
    return plain and readable(one) is not None and given.data_ptr() == one.data_ptr()


def _mark_of(given: Any) -> Any:
    """None for what is no tensor: a state may hold anything."""
    return mark_of(given) if getattr(given, "device", None) is not None else None


def _is(mark: Any, given: Any) -> bool:
    found = _mark_of(given) if mark is not None else None
    return found is not None and found.device == mark.device and bool(found == mark)
