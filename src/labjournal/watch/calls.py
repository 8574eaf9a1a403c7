"""Which modules are called in forward passes, for a check that asks."""

from __future__ import annotations

from typing import Any, Dict, Set

from labjournal.watch.models import Models


class Calls:
    """Of one check; the session has a hook on forward passes while any module is asked about."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self.asked: Set[int] = set()
        """Modules, by id."""
        self.open: Set[int] = set()
        """Those of them not yet seen in a forward pass with gradients."""
        self.called: Dict[int, bool] = {}
        """Modules seen in a forward pass since they were asked about: True if one of them had gradients enabled."""

    def ask(self, wanted: Set[int]) -> None:
        """From now on: are the modules called that own these tensors (by id)?"""
        owners = {id(owner) for one, _, owner in self._models.parameters() if id(one) in wanted}
        for owner in owners - self.asked:
            self.called.pop(owner, None)
            self.open.add(owner)
        self.asked.update(owners)

    def clear(self) -> None:
        self.asked.clear()
        self.open.clear()

    def on_forward(self, module: Any, grad_enabled: bool) -> None:
        """A module that is ``open`` is called."""
        self.called[id(module)] = grad_enabled
        if grad_enabled:
            self.open.discard(id(module))
