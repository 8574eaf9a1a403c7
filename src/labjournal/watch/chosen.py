"""Adapters that an optimizer was given one by one, and that cannot learn: loaded for use, not for training.

optimizer_param_frozen. The frozen weight beside such an adapter is held by no optimizer, so this is no
``Adam(model.parameters())`` that takes whatever there is; and no other adapter of the same weight is trained, as where
a new task gets an adapter of its own beside those of the tasks before.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Set, Tuple

from labjournal.watch.adapters import Member, pairs, places
from labjournal.watch.findings import Findings
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Tracked
from labjournal.watch.rules import NOTICE, WARNING
from labjournal.watch.walk import attribute, modules


class Chosen:
    """Looked at once for each layout of an optimizer, and at the end."""

    def __init__(self, findings: Findings, models: Models) -> None:
        self._findings = findings
        self._models = models
        self._found: Dict[Tracked, List[Tuple[weakref.ref[Any], str, str]]] = {}
        """Tensor, path and module."""

    def look(self, tracked: Tracked, held: List[Any], step: int) -> None:
        idle = {id(one) for one in held if not one.requires_grad and one.grad is None}
        if not idle or len(idle) == len(held):
            return
        mine = {id(one) for one in held}
        weights: List[Member] = []
        small: List[Member] = []
        learns: Set[str] = set()
        for one, named, _ in self._models.parameters():
            if id(one) in idle:
                small.append((one, named))
            elif one.requires_grad and one.dim() == 2:
                learns.update(places(named.module))
            elif id(one) not in mine and not one.requires_grad:
                weights.append((one, named))
        names = {id(one): named for one, named in small}
        found: Dict[int, Any] = {}
        for pair in pairs(weights, small) if weights else ():
            if learns.isdisjoint(places(pair.named.module)[-1:]):
                found.update((id(one), one) for one in (ref() for ref in pair.refs[1:]) if one is not None)
        if found:
            chosen = [(one, names[key]) for key, one in found.items()]
            self._found[tracked] = [(weakref.ref(one), named.path, named.module) for one, named in chosen]
            self._say(tracked, step, WARNING if self._is_for_use() else NOTICE, "")

    def end(self, step: int) -> None:
        for tracked, found in self._found.items():
            live = [ref() for ref, _, _ in found]
            if not any(one is not None and one.requires_grad for one in live):
                self._say(tracked, step, WARNING, " until the end")

    def _is_for_use(self) -> bool:
        """Does an adapter say of itself that it was loaded for inference, as those of peft do?"""
        configs = [attribute(module, "peft_config") for root in self._models.roots() for module in modules(root)]
        named = [one for config in configs if isinstance(config, dict) for one in config.values()]
        return any(attribute(one, "inference_mode") is True for one in named)

    def _say(self, tracked: Tracked, step: int, level: str, until: str) -> None:
        self._findings.say(
            "optimizer_param_frozen",
            step,
            f"{tracked.label} was given {{subject}} ({{n}}), adapters of weights that it was not given, and "
            f"requires_grad is off for them{until}.",
            [(f"{path} chosen {level}", module) for _, path, module in self._found[tracked]],
            {"optimizer": tracked.label},
            level=level,
            remedy="Load the adapter to be trained (in peft: from_pretrained(…, is_trainable=True)), or take it out "
            "of the optimizer.",
        )
