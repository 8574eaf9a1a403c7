"""Units of a layer that began alike and cannot become different: loss_floor.

Weights set to one number, as by ``nn.init.constant_``, in a layer and in the one after it: each unit then gives the
same output and gets the same gradient, for good, and the layer is as good as one unit. An exact test: the rows of a
weight are equal before the first step, and equal still when they have moved for some steps.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Set

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.look import Look, Names
from labjournal.watch.optimizers import Tracked
from labjournal.watch.sampling import Later, is_matrix, readable

ROWS = 4
"""Units at least; two or three may be alike by what they stand for."""
COLUMNS = 8
"""Numbers of each unit that are compared, of at most MOST_ROWS units."""
MOST_ROWS = 1024
MOST_TENSORS = 64
STEPS = (15, 20)
"""Steps after which they must have moved and still be alike, at both."""


class _Layer:
    """A weight whose units began alike."""

    def __init__(self, parameter: Any, strip: Any) -> None:
        self.ref = weakref.ref(parameter)
        self.first = strip[0]
        self.at: List[int] = []
        """Steps at which it had moved, and its units were alike."""


class Alike:
    """The weights of each optimizer, from its first step on until some steps are taken."""

    def __init__(self, findings: Findings, later: Later, names: Names) -> None:
        self._findings = findings
        self._later = later
        self._names = names
        self._seen: Set[Tracked] = set()
        self._layers: Dict[Tracked, List[_Layer]] = {}

    def before_step(self, look: Look) -> None:
        if look.tracked not in self._seen:
            self._seen.add(look.tracked)
            self._begin(look)
            return
        layers = self._layers.get(look.tracked)
        due = STEPS[0] if layers and not any(one.at for one in layers) else STEPS[1]
        if layers and look.tracked.real > due:
            self._look(look, layers)

    def _begin(self, look: Look) -> None:
        weights = [one for one in look.params if one.requires_grad and is_matrix(one)][:MOST_TENSORS]
        kept = [(one, strip) for one in weights if (strip := _strip(one)) is not None]

        def landed(alike: List[float]) -> None:
            layers = [_Layer(*pair) for pair, same in zip(kept, alike) if same]
            if layers:
                self._layers[look.tracked] = layers

        if len({strip.device for _, strip in kept}) == 1:
            self._later.give(torch.stack([_same(strip) for _, strip in kept]).float(), landed)

    def _look(self, look: Look, layers: List[_Layer]) -> None:
        live = {id(one): one for one in look.params}
        waiting = [(one, live.get(id(one.ref()))) for one in layers]
        found = [(one, now, strip) for one, now in waiting if now is not None and (strip := _strip(now)) is not None]
        if not found:
            self._layers.pop(look.tracked, None)
            return
        step, tracked, params = look.step, look.tracked, list(look.params)

        def landed(alike: List[float]) -> None:
            still = [(one, now) for (one, now, _), same in zip(found, alike) if same]
            for one, _ in still:
                one.at.append(step)
            self._layers[tracked] = [one for one, _ in still]
            told = [(one, now) for one, now in still if len(one.at) >= len(STEPS)]
            if told or not still:
                self._layers.pop(tracked, None)
            if told:
                self._say([now for _, now in told], params, tracked, step)

        moved = [_same(strip) & (strip[0] != one.first).any() for one, _, strip in found]
        self._later.give(torch.stack(moved).float(), landed)

    def _say(self, weights: List[Any], params: List[Any], tracked: Tracked, step: int) -> None:
        named = dict(zip(map(id, params), self._names(params, tracked)))
        members = [(named[id(one)].path, named[id(one)].module) for one in weights]
        units = int(weights[0].shape[0])
        self._findings.say(
            "loss_floor",
            step,
            f"The units of {{subject}}, {units} in a layer, began with equal weights, have moved, and are equal still "
            f"after {step} steps. They get the same gradient and cannot become different: a layer is as good as one.",
            members,
            {"units": units, "layers": len(members)},
            remedy="Start from random weights (torch's own initialisation), not from one number.",
        )


def _strip(parameter: Any) -> Any:
    """The first numbers of each unit, shaped (units, numbers), as a copy; None where there is nothing to compare."""
    plain = readable(parameter)
    if plain is None or not plain.is_floating_point() or plain.dim() < 2 or plain.shape[0] < ROWS:
        return None
    flat = plain[:MOST_ROWS].flatten(1)
    return flat[:, :COLUMNS].clone() if flat.shape[1] > 1 else None


def _same(strip: Any) -> Any:
    """Are all units equal?"""
    return (strip == strip[:1]).all()
