"""The name of each tensor of an optimizer, as the script would write it."""

from __future__ import annotations

import sys
from typing import Any, Dict, List, Tuple

from labjournal.watch.models import Models, Named
from labjournal.watch.naming import names_in_frames
from labjournal.watch.optimizers import Tracked


class TensorNames:
    """Found from within a step, whose frames hold the script's variables, and kept until something is registered."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._known: Dict[Tracked, Tuple[object, List[Named]]] = {}
        self._tick = -1

    def name_roots(self) -> None:
        if self._models.tick != self._tick:
            self._tick = self._models.tick
            self._models.name_roots(sys._getframe())

    def __call__(self, params: List[Any], tracked: Tracked) -> List[Named]:
        """Its path in a model, else the variable that holds it, else its place in the optimizer."""
        self.name_roots()
        key = (self._models.tick, tracked.layout)
        known = self._known.get(tracked)
        if known is not None and known[0] == key and tracked.layout:
            return known[1]
        in_models = {id(parameter): named for parameter, named, _ in self._models.parameters()}
        orphans = [parameter for parameter in params if id(parameter) not in in_models]
        variables = names_in_frames(orphans, sys._getframe()) if orphans else {}
        named = []
        for at, parameter in enumerate(params):
            place = f"{tracked.label}.group{tracked.group_of[at] if tracked.layout else 0}"
            path = variables.get(id(parameter), f"{place}.{at}")
            named.append(in_models.get(id(parameter)) or Named(path, path if id(parameter) in variables else place, 0))
        self._known[tracked] = (key, named)
        return named
