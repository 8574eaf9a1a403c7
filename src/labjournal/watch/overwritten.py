"""One file, and two models saved to it one after the other: it holds the second only. checkpoint_missing_params.

Certain where both hold tensors that an optimizer trains, none of them the same, and no step was made in between. What
was moved or removed since, or is called temporary, has served its purpose.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Iterator, Optional, Set, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers
from labjournal.watch.walk import parameters

MOST = 20_000
"""Tensors looked for in a state."""
DEPTH = 5


class Overwritten:
    """What was saved since the last step, by path."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._steps = -1
        self._saved: Dict[str, Set[int]] = {}
        """Where the trained tensors in it lie."""

    def saving(self, state: Any, target: Any, step: int) -> None:
        """Before ``torch.save``."""
        path = path_of(target)
        steps = sum(tracked.n for tracked in self._optimizers.all())
        if steps != self._steps:
            self._steps = steps
            self._saved.clear()
        if not steps or path is None:
            return
        trained = self._trained()
        now = {place for place in (one.data_ptr() for one in tensors(state)) if place in trained}
        before = self._saved.get(path, set())
        elsewhere = any(before <= places for other, places in self._saved.items() if other != path)
        if now and before and now.isdisjoint(before) and not elsewhere and os.path.exists(path):
            first, second = (sorted({trained[place] for place in places}) for places in (before, now))
            self._say(path, ", ".join(first), ", ".join(second), step)
        self._saved[path] = now

    def _trained(self) -> Dict[int, str]:
        """Where the tensors of optimizers lie -> the model that has each."""
        held = self._optimizers.held()
        return {
            one.data_ptr(): named.path.partition(".")[0]
            for one, named, _ in self._models.parameters()
            if id(one) in held and one.numel()
        }

    def _say(self, path: str, first: str, second: str, step: int) -> None:
        self._findings.say(
            "checkpoint_missing_params",
            step,
            f"{os.path.basename(path)} was written with {first}, and with {second} right after, before another step: "
            "it holds the second only.",
            [(f"{first} overwritten", first)],
            {"path": path, "first": first, "second": second},
            subject=first,
        )


def tensors(state: Any) -> Iterator[Any]:
    """Those in a state: of a model, of nested dicts and lists."""
    open_: Tuple[Any, ...] = (state,)
    left = MOST
    for _ in range(DEPTH):
        inner = []
        for one in open_:
            left -= 1
            if left < 0:
                return
            if isinstance(one, torch.nn.Module):
                inner += list(parameters(one))
            elif isinstance(one, dict):
                inner += list(one.values())
            elif isinstance(one, (list, tuple)):
                inner += list(one)
            elif type(one) in (torch.Tensor, torch.nn.Parameter) and one.numel():
                yield one
        open_ = tuple(inner)


def path_of(target: Any) -> Optional[str]:
    """Where a state is saved to stay; None for a buffer in memory, and for a file that is called temporary."""
    if not isinstance(target, (str, os.PathLike)):
        return None
    path = os.path.abspath(os.fsdecode(target))
    name = os.path.basename(path).lower()
    return None if "tmp" in name or "temp" in name else path
