"""Trained modules that stand idle in validation: heads that serve the training alone, as a projector or a decoder.

A part of a model may be validated and saved by itself. What no validation ever ran is then left out of a checkpoint on
purpose, more likely than by mistake.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Set, Tuple

from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers
from labjournal.watch.walk import named_modules


class Unvalidated:
    """Which parts of which model ran without gradients. Names, since the models may be gone at the end."""

    def __init__(self, models: Models, optimizers: Optimizers) -> None:
        self._models = models
        self._optimizers = optimizers
        self._known: Optional[Tuple[int, int]] = None
        self._places: Dict[int, Tuple[str, str]] = {}
        """(model, path in it) of each module, by id."""
        self._trained: Dict[str, List[str]] = {}
        """Paths of the modules below it with trained tensors of their own, by model."""
        self._ran: Dict[str, Set[str]] = {}

    def ran(self, module: Any) -> None:
        """A module went forward without gradients, by itself or as part of another; "" is a whole model's path."""
        key = (self._models.tick, len(self._optimizers.all()))
        if key != self._known:
            self._known = key
            self._look()
        place = self._places.get(id(module))
        if place is not None:
            self._ran.setdefault(place[0], set()).add(place[1])

    def _look(self) -> None:
        held = self._optimizers.held()
        self._places.clear()
        for root, name in self._models.named_roots():
            parts = list(named_modules(root))
            trained = [path for path, part in parts if (path or len(parts) == 1) and _trains(part, held)]
            if trained:
                self._trained[name] = trained
                self._places.update((id(part), (name, path)) for path, part in parts)

    def models(self) -> Set[str]:
        """Models of which any part ran without gradients, layers by themselves apart."""
        return {name for name in self._ran if self._trained[name] != [""]}

    def validated(self) -> List[str]:
        """Models of which a trained part ran without gradients, in the order of their first passes."""
        return [
            name for name, ran in self._ran.items() if any(_is_within(p, w) for p in self._trained[name] for w in ran)
        ]

    def names(self) -> List[str]:
        """The largest parts in which nothing trained ever ran, of models of which another trained part did."""
        idle: Dict[str, None] = {}
        for name, ran in self._ran.items():
            trained = self._trained[name]
            used = {path for path in trained if any(_is_within(path, whole) for whole in ran)}
            for path in trained if used else ():
                if path not in used:
                    idle[f"{name}.{_largest(path, used)}"] = None
        return list(idle)


def _largest(path: str, used: Set[str]) -> str:
    """The part furthest up that holds ``path`` and none of ``used``."""
    parts = path.split(".")
    wholes = (".".join(parts[:n]) for n in range(1, len(parts)))
    return next((whole for whole in wholes if not any(_is_within(one, whole) for one in used)), path)


def _trains(part: Any, held: Dict[int, Any]) -> bool:
    return any(one.requires_grad and id(one) in held for one in part._parameters.values() if one is not None)


def _is_within(path: str, whole: str) -> bool:
    return not whole or path == whole or path.startswith(f"{whole}.")
