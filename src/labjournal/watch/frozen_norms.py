"""Normalisation layers of a frozen part that go on counting: frozen_layer_changes.

``requires_grad`` off does not hold running statistics still: in train mode they move to the new data, and the features
below a new head with them. Asked of layers that had statistics when the part was seen frozen first, whose weights stand
still since, and beside which other parts of the same model are trained.
"""

from __future__ import annotations

import math
import statistics
import weakref
from typing import Any, Dict, List, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers
from labjournal.watch.rules import NOTICE, WARNING
from labjournal.watch.walk import attribute, named_modules, parameters

STEPS = 20
"""Since the layer was first seen frozen."""
FAR = 0.5
"""Standard deviations that the mean of the median channel has moved."""
WIDER = 1.2
"""Ratio of its variance to the one before, or the other way round."""
LAYERS = 64


class _Seen:
    def __init__(self, layer: Any, step: int) -> None:
        self.ref = weakref.ref(layer)
        self.step = step
        self.weights = [one.detach().clone() for one in parameters(layer)]
        self.mean, self.var = layer.running_mean.clone(), layer.running_var.clone()

    def is_frozen(self, layer: Any) -> bool:
        """Are its weights as they were? Those of a model that follows another are not."""
        now = list(parameters(layer))
        return len(now) == len(self.weights) and all(
            bool((one == other).all()) for one, other in zip(self.weights, now)
        )


class FrozenNorms:
    """Layers seen frozen, by id."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._seen: Dict[int, _Seen] = {}
        self._done = False

    def look(self, step: int) -> None:
        """At a look in which all norms are taken."""
        if self._done:
            return
        moved: List[Tuple[str, str]] = []
        shifts: List[Tuple[float, float]] = []
        for root, name in self._models.named_roots():
            layers = [(path, one) for path, one in named_modules(root) if _is_frozen(one)][:LAYERS]
            if not layers or not self._is_trained(root):
                continue
            for path, layer in layers:
                seen = self._seen.get(id(layer))
                known = None if seen is None else seen.ref()
                if seen is None or known is not layer or step < seen.step:
                    if self._counted(layer):
                        self._seen[id(layer)] = _Seen(layer, step)
                elif step >= seen.step + STEPS and seen.is_frozen(layer):
                    mean, ratio = _shift(seen, layer)
                    if mean > 0 or ratio > 1:
                        moved.append((f"{name}.{path}", f"{name}.{path}"))
                        shifts.append((mean, ratio))
        if moved:
            self._say(step, moved, shifts)

    def _is_trained(self, root: Any) -> bool:
        held = self._optimizers.held()
        return any(id(one) in held and one.grad is not None for one in parameters(root))

    def _counted(self, layer: Any) -> bool:
        """Had it statistics of its own before, and not only those of the steps at hand?"""
        batches = attribute(layer, "num_batches_tracked")
        counted = isinstance(batches, torch.Tensor) and batches.numel() == 1 and int(batches) >= STEPS
        return counted or self._models.was_loaded(layer)

    def _say(self, step: int, moved: List[Tuple[str, str]], shifts: List[Tuple[float, float]]) -> None:
        self._done = True
        mean, ratio = (statistics.median(one[at] for one in shifts) for at in (0, 1))
        self._findings.say(
            "frozen_layer_changes",
            step,
            f"{{subject}} is frozen (requires_grad is off), but in train mode: its running statistics go on counting. "
            f"In {STEPS} steps or more the mean of its median channel moved by {mean:.2g} standard deviations, its "
            f"variance by a factor of {ratio:.2g}.",
            [(f"{path} counts", module) for path, module in moved],
            {"layers": len(moved), "mean_shift": mean, "variance_ratio": ratio},
            level=WARNING if mean > FAR or ratio > WIDER else NOTICE,
            remedy="Put the frozen part into eval mode after model.train(), at each epoch.",
        )


def _is_frozen(layer: Any) -> bool:
    """A layer with running statistics that are of something, of which nothing can be trained."""
    mean, var = attribute(layer, "running_mean"), attribute(layer, "running_var")
    if not (attribute(layer, "training") and isinstance(mean, torch.Tensor) and isinstance(var, torch.Tensor)):
        return False
    weights = list(parameters(layer))
    frozen = bool(weights) and not any(one.requires_grad for one in weights)
    return frozen and mean.device.type == "cpu" and not mean.is_meta and bool(mean.any())


def _shift(seen: _Seen, layer: Any) -> Tuple[float, float]:
    """How far the median channel has moved: its mean in standard deviations, its variance as a factor above 1."""
    old, new = seen.var.clamp_min(1e-12), layer.running_var.clamp_min(1e-12)
    mean = ((layer.running_mean - seen.mean).abs() / old.sqrt()).median()
    return float(mean), math.exp(abs(float((new / old).log().median())))
