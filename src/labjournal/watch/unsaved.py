"""Trained parts that no state of their model has, because it does not register them: checkpoint_missing_params.

Layers in a plain list or dict, given to the optimizer by hand, are trained and are in no ``state_dict()``. Told at the
second save without them, or at the end; what is saved to a folder that is gone by then is seen here only.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Set, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers
from labjournal.watch.overwritten import path_of, tensors
from labjournal.watch.sampling import readable
from labjournal.watch.walk import parameters


class Unsaved:
    """By the path of each such part the steps at which its model was saved without it."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._without: Dict[str, Set[int]] = {}
        self._saved: Set[str] = set()

    def saving(self, state: Any, target: Any, step: int) -> None:
        """Before ``torch.save``. A module that is pickled as a whole takes its lists along."""
        parts = self._parts() if step and path_of(target) is not None else {}
        if not parts or any(isinstance(one, torch.nn.Module) for one in (state, *_inner(state))):
            return
        found = list(tensors(state))
        saved = {one.data_ptr() for one in found}
        strange = self._strange(found)
        for path, (own, whole) in parts.items():
            if not saved.isdisjoint(own) or strange & set(own.values()):
                self._saved.add(path)
            elif not saved.isdisjoint(whole):
                self._without.setdefault(path, set()).add(step)
        if any(len(steps) > 1 for steps in self._without.values()):
            self._say(step)

    def end(self, step: int) -> None:
        self._say(step)

    def _parts(self) -> Dict[str, Tuple[Dict[int, Any], Dict[int, Any]]]:
        """Where the trained tensors of each unregistered part lie, with their shapes, and those of its model."""
        if not any("." in name for _, name in self._models.named_roots()):
            return {}
        held = self._optimizers.held()
        roots = {
            name: {
                one.data_ptr(): one.shape for one in parameters(root) if id(one) in held and readable(one) is not None
            }
            for root, name in self._models.named_roots()
        }
        owners = ((path, path.partition(".")[0]) for path in roots if "." in path)
        return {path: (roots[path], roots[owner]) for path, owner in owners if roots[path] and roots.get(owner)}

    def _strange(self, found: List[Any]) -> Set[Any]:
        """Shapes of matrices that are neither weights of a model nor what an optimizer keeps of them: copies, maybe."""
        known = {one.data_ptr() for one, _, _ in self._models.parameters() if readable(one) is not None}
        for _, optimizer in self._optimizers.live():
            states = getattr(optimizer, "state", {}).values()
            known.update(one.data_ptr() for kept in states for one in tensors(kept))
        return {one.shape for one in found if one.dim() > 1 and one.data_ptr() not in known}

    def _say(self, step: int) -> None:
        lost: List[str] = [path for path in self._without if path not in self._saved]
        if lost:
            self._findings.say(
                "checkpoint_missing_params",
                step,
                "{subject}: trained, and in no state of its model that was saved: a plain list or dict keeps it, so "
                "state_dict() does not have it.",
                [(f"{path} unsaved", path) for path in lost],
                {"parts": lost[:20], "after_steps": sorted(set().union(*(self._without[path] for path in lost)))},
                remedy="Keep layers in nn.ModuleList or nn.ModuleDict.",
            )


def _inner(state: Any) -> Iterable[Any]:
    """What a dict or a list holds."""
    return state.values() if isinstance(state, dict) else state if isinstance(state, (list, tuple)) else ()
