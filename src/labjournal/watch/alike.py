"""Units of a layer that began alike and cannot become different: loss_floor.

Weights set to one number, as by ``nn.init.constant_``, in a layer and in the one after it: each unit then gives the
same output and gets the same gradient, for good, and the layer is as good as one unit. An exact test: the rows of a
weight are equal before the first step, and when they have moved for some steps they are equal still, and so are the
rows of its gradient. Rows are units in linear layers and convolutions; elsewhere nobody knows what they are.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Set, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.look import Look
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Tracked
from labjournal.watch.sampling import Later, readable

ROWS = 4
"""Units at least; two or three may be alike by what they stand for."""
MOST_ROWS = 1024
FEW, MANY = 8, 256
"""Numbers of each unit that are compared, spread over its row: of all layers at first, of those that began alike."""
MOST_TENSORS = 64
STEPS = (15, 20)
"""Steps after which they must have moved and still be alike, at both."""
_LAYERS = (torch.nn.Linear, torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)


class _Layer:
    """A weight whose units began alike, and the first numbers of one of them."""

    def __init__(self, parameter: Any, module: str, first: Any) -> None:
        self.ref = weakref.ref(parameter)
        self.module = module
        self.first = first
        self.times = 0


class Alike:
    """The weights of each optimizer, from its first step on until some steps are taken."""

    def __init__(self, findings: Findings, later: Later, models: Models) -> None:
        self._findings = findings
        self._later = later
        self._models = models
        self._seen: Set[Tracked] = set()
        self._layers: Dict[Tracked, List[_Layer]] = {}
        self._times: Dict[Tracked, int] = {}
        """Looks taken at them since."""

    def before_step(self, look: Look) -> None:
        if look.tracked not in self._seen:
            self._seen.add(look.tracked)
            self._begin(look)
            return
        times = self._times.get(look.tracked, 0)
        if self._layers.get(look.tracked) and times < len(STEPS) and look.tracked.real >= STEPS[times]:
            self._times[look.tracked] = times + 1
            self._look(look, times + 1 == len(STEPS))

    def _begin(self, look: Look) -> None:
        held = {id(one) for one in look.params if one.requires_grad}
        units = [(one, named) for one, named, owner in self._models.parameters() if isinstance(owner, _LAYERS)]
        chosen = [(one, named.module) for one, named in units if id(one) in held][:MOST_TENSORS]
        strips = [(one, module, strip) for one, module in chosen if (strip := _strip(one, FEW)) is not None]
        layers = [_Layer(one, module, strip[0].clone()) for one, module, strip in strips]

        def landed(alike: List[float]) -> None:
            self._layers[look.tracked] = [layer for layer, same in zip(layers, alike) if same]

        if len({strip.device for _, _, strip in strips}) == 1:
            self._later.give(torch.stack([_same(strip) for _, _, strip in strips]).float(), landed)

    def _look(self, look: Look, last: bool) -> None:
        live = {id(one): one for one in look.params}
        found: List[Tuple[_Layer, int]] = []
        answers = []
        for layer in self._layers[look.tracked]:
            now = live.get(id(layer.ref()))
            strip, grad = (None, None) if now is None else (_strip(now, MANY), now.grad)
            slopes = None if grad is None else _strip(grad, MANY)
            first = None if now is None else _strip(now, FEW)
            if now is None or strip is None or slopes is None or first is None or first.device != layer.first.device:
                continue
            moved = (first[0] != layer.first).any() & slopes.any()
            answers.append(_same(strip) & _same(slopes) & moved)
            found.append((layer, int(now.shape[0])))
        step, tracked = look.step, look.tracked
        if not found or len({one.device for one in answers}) > 1:
            self._layers.pop(tracked, None)
            return

        def landed(alike: List[float]) -> None:
            for (layer, _), same in zip(found, alike):
                layer.times += bool(same)
            if last:
                self._layers.pop(tracked, None)
                self._say([(layer, units) for layer, units in found if layer.times == len(STEPS)], step)

        self._later.give(torch.stack(answers).float(), landed)

    def _say(self, told: List[Tuple[_Layer, int]], step: int) -> None:
        if not told:
            return
        units = told[0][1]
        self._findings.say(
            "loss_floor",
            step,
            f"The units of {{subject}}, {units} in a layer, began with equal weights, have moved, and are equal still "
            f"after {step} steps. They get the same gradient and cannot become different: a layer is as good as one.",
            [(f"{layer.module} alike", layer.module) for layer, _ in told],
            {"units": units, "layers": len(told)},
            remedy="Start from random weights (torch's own initialisation), not from one number.",
        )


def _strip(tensor: Any, most: int) -> Any:
    """Numbers of each unit, spread over its row, shaped (units, numbers); None where there is nothing to compare."""
    plain = readable(tensor)
    if plain is None or not plain.is_floating_point() or plain.dim() < 2 or plain.shape[0] < ROWS:
        return None
    flat = plain[:MOST_ROWS].flatten(1)
    return flat[:, :: max(1, flat.shape[1] // most)][:, :most] if flat.shape[1] > 1 else None


def _same(strip: Any) -> Any:
    """Are all units equal?"""
    return (strip == strip[:1]).all()
