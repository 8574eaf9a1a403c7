"""What is known of each optimizer of the script: its tensors, learning rates, steps taken. By weak reference only."""

from __future__ import annotations

import os
import weakref
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple

import torch

from labjournal import tags

_GROUP_SETTINGS = (
    "lr betas beta1 beta2 alpha eps momentum dampening nesterov weight_decay amsgrad rho lr_decay max_iter "
    "history_size line_search_fn maximize"
).split()


LATELY = 12
"""Backward passes: a critic may take five with two passes each for one of its generator."""


def as_float(value: Any, default: float) -> float:
    """A learning rate as a number; a tensor on a GPU would cost a wait, so it reads as ``default``."""
    if isinstance(value, torch.Tensor):
        return float(value) if value.device.type == "cpu" and value.numel() == 1 else default
    return float(value) if isinstance(value, (int, float)) else default


def steps_before(optimizer: Any) -> int:
    """Steps an optimizer had taken when its state was loaded; where it keeps no count, what the launcher says."""
    states = getattr(optimizer, "state", None)
    for state in list(states.values())[:1] if isinstance(states, Mapping) else ():
        step = state.get("step") if isinstance(state, dict) else None
        if isinstance(step, (int, float)) or (torch.is_tensor(step) and step.numel() == 1):
            return max(0, int(step))
    stated = os.environ.get(tags.ENV_START_STEP, "")
    return int(stated) if stated.isdigit() else 0


def has_groups(optimizer: Any) -> bool:
    return isinstance(getattr(optimizer, "param_groups", None), (list, tuple))


def groups_of(optimizer: Any) -> List[Dict[str, Any]]:
    """Its parameter groups. Those of an optimizer of the script's own are made plain: any mapping, any collection of
    tensors or one alone; a group without tensors has none."""
    groups = optimizer.param_groups
    if type(groups) is list and all(type(group) is dict and type(group.get("params")) is list for group in groups):
        return groups
    plain = [dict(group) for group in groups if isinstance(group, Mapping)]
    return [{**group, "params": _tensors(group.get("params"))} for group in plain]


def _tensors(held: Any) -> List[Any]:
    if isinstance(held, Mapping):
        held = held.values()
    items = [held] if isinstance(held, torch.Tensor) or not isinstance(held, Iterable) else held
    return [one for one in items if isinstance(one, torch.Tensor)]


class Tracked:
    """One optimizer. ``n`` counts its steps; the lists beside ``params`` have one item a tensor."""

    def __init__(self, optimizer: Any, label: str, tick: int) -> None:
        self.ref = weakref.ref(optimizer)
        self.label = label
        self.tick = tick
        """``Models.tick`` when it was built: parameters registered later cannot have been given to it then."""
        self.n = 0
        self.real = 0
        """Steps with a learning rate above 0 in some group."""
        self.earlier = 0
        """The same of optimizers that held its first tensor before it, as where one is built anew at a lower rate."""
        self.looks = 0
        self.closure = False
        self.nested = False
        """Its step was called by another optimizer's step, as by Lookahead's or SAM's."""
        self.at_backward = 0
        """Backward passes so far when it last stepped awake."""
        self.before = 0
        """The same of the step before that."""
        self.looking = False
        self.layout: Tuple[Any, ...] = ()
        self.group_of: List[int] = []
        """Index of the parameter group, one item a tensor."""

    def params(self, optimizer: Any) -> List[Any]:
        """Its tensors in the order of the groups; ``relaid`` tells whether the groups have changed."""
        return [one for group in groups_of(optimizer) for one in group["params"] if one is not None]

    def relaid(self, optimizer: Any) -> bool:
        """True the first time, and when groups or tensors were added or replaced since."""
        groups = groups_of(optimizer)
        kept = groups is vars(optimizer).get("param_groups")
        layout: Tuple[Any, ...] = tuple(
            (id(group["params"]) if kept else tuple(map(id, group["params"])), len(group["params"])) for group in groups
        )
        if layout == self.layout:
            return False
        self.layout = layout
        self.group_of = [at for at, group in enumerate(groups) for one in group["params"] if one is not None]
        return True

    def learning_rates(self, optimizer: Any) -> List[float]:
        """One a group; an optimizer without ``lr`` counts as 1."""
        return [as_float(group.get("lr", 1.0), 1.0) for group in groups_of(optimizer)]

    def settings(self, optimizer: Any) -> Dict[str, Any]:
        """The groups as ``AdamW.lr`` or ``AdamW.group1.lr``; a schedule's warm-up may have put the rate to 0 by now."""
        values: Dict[str, Any] = {}
        groups = [
            {**group, "lr": group["initial_lr"]} if "initial_lr" in group else group for group in groups_of(optimizer)
        ]
        for at, group in enumerate(groups):
            prefix = self.label if at == 0 else f"{self.label}.group{at}"
            for name in _GROUP_SETTINGS:
                if name in group and (at == 0 or group[name] != groups[0].get(name)):
                    value = group[name]
                    values[f"{prefix}.{name}"] = as_float(value, float("nan")) if torch.is_tensor(value) else value
        return values


class Optimizers:
    """Every optimizer made or stepping in this process."""

    def __init__(self) -> None:
        self._by_id: Dict[int, Tracked] = {}
        self._labels: Dict[str, int] = {}
        self.together = 0
        """How many lived and stepped side by side at most; asked at the end, when those of a function are gone."""
        self._once: Dict[int, weakref.ref[Any]] = {}
        """Tensors that were in some optimizer that took a step, also of one that is gone."""

    def note(self, optimizer: Any, tick: int) -> Tracked:
        known = self._by_id.get(id(optimizer))
        if known is not None and known.ref() is optimizer:
            return known
        name = type(optimizer).__name__
        number = self._labels[name] = self._labels.get(name, 0) + 1
        tracked = Tracked(optimizer, name if number == 1 else f"{name}#{number}", tick)
        self._by_id[id(optimizer)] = tracked
        return tracked

    def live(self) -> List[Tuple[Tracked, Any]]:
        pairs = [(tracked, tracked.ref()) for tracked in list(self._by_id.values())]
        return [(tracked, optimizer) for tracked, optimizer in pairs if _usable(optimizer)]

    def all(self) -> List[Tracked]:
        return list(self._by_id.values())

    def stepping(self) -> List[Tracked]:
        """Those that live and have stepped."""
        found = [tracked for tracked, _ in self.live() if tracked.n]
        self.together = max(self.together, len(found))
        return found

    def first_lately(self, backwards: int) -> Optional[Tracked]:
        """The first of those that have stepped in the last ``LATELY`` of so many backward passes: earlier phases and
        folds leave theirs behind."""
        return next((one for one in self.stepping() if one.at_backward >= backwards - LATELY), None)

    def is_alone(self, tracked: Tracked) -> bool:
        """Did backward passes lead to its last two steps that led to no step of another?"""
        others = {other.at_backward for other, _ in self.live() if other is not tracked and other.n}
        return tracked.before < tracked.at_backward and not others & {tracked.before, tracked.at_backward}

    def held(self) -> Dict[int, Any]:
        """Tensors in any live optimizer, by id."""
        found: Dict[int, Any] = {}
        for _, optimizer in self.live():
            for group in groups_of(optimizer):
                found.update((id(one), one) for one in group["params"] if one is not None)
        return found

    def hold_some(self, module: Any) -> bool:
        """Is a tensor of the module in any live optimizer?"""
        held = self.held()
        return any(id(one) in held for one in module.parameters())

    def remember(self, params: List[Any]) -> None:
        for parameter in params:
            if id(parameter) not in self._once:
                self._once[id(parameter)] = weakref.ref(parameter)

    def was_held(self, parameter: Any) -> bool:
        ref = self._once.get(id(parameter))
        return ref is not None and ref() is parameter


def _usable(optimizer: Optional[Any]) -> bool:
    return optimizer is not None and has_groups(optimizer)
