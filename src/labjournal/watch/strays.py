"""Weights that take part in the loss and that nobody could have given to an optimizer: param_not_in_optimizer.

Four kinds, all read off the graph. A Parameter that no module has, because what was registered is a number computed
from it (``self.scale = nn.Parameter(…) * 0.5``), or a list that is no ParameterList. Layers built in ``forward()``,
which are other ones at each pass. Weights that stand still, while an optimizer steps as many of their shapes that are
in no model and in no graph: copies of them in full precision, say, that are never copied back. And tensors that only a
variable of the script holds (``loose``). Copies of models (deepcopy, loaded weights) are made on purpose, so is what
is used as an input.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Set, Tuple

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.loose import Loose
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers
from labjournal.watch.sampling import gather

NODES = 3000
LOOKS = 30
HIDDEN_LOOKS = 4
ANEW_LOOKS = 5
APART_LOOKS = 15
"""Each of another step: gradients may be summed over many backward passes."""


class _Hidden:
    def __init__(self, parameter: Any, sample: Any) -> None:
        self.ref = weakref.ref(parameter)
        self.sample = sample
        self.times = 1


class Strays:
    """Leaves of the graph that no optimizer holds, over the first looks of a program."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._loose = Loose(findings)
        self._looks = 0
        self._hidden: Dict[int, _Hidden] = {}
        self.apart = False
        """No tensor that an optimizer holds has a part in the last loss looked at."""
        self._apart: Dict[int, _Hidden] = {}
        """The weights of the loss, where the optimizers step others."""
        self._apart_at = 0
        self._anew = 0
        self._ticks: Set[int] = set()
        """When the layers were built that were seen in the graph of the last looks."""

    def look(self, loss: Any, step: int, inputs: Set[int]) -> None:
        """Before a backward pass that leads to a step; ``inputs``: leaves, by id, that a layer takes as its input."""
        stepping = self._optimizers.stepping()
        if self._looks >= LOOKS or not stepping:
            return
        self._looks += 1
        held = self._optimizers.held()
        leaves = graph.leaves(loss, NODES, read=False)
        labels = ", ".join(sorted({tracked.label for tracked in stepping})[:3])
        self.apart = held.keys().isdisjoint(leaves)
        self._look_apart(leaves, inputs, held, labels, step)
        if self.apart:  # or a learner of its own, as in meta-learning: its gradients are for others
            return
        strays = [
            one
            for key, one in leaves.items()
            if key not in held and key not in inputs and isinstance(one, torch.nn.Parameter)
        ]
        known = {id(one) for one, _, _ in (*self._models.parameters(), *self._models.plain_tensors())}
        self._look_hidden(
            [one for one in strays if self._models.birth(one) is None and id(one) not in known], labels, step
        )
        plain = [one for one in leaves.values() if type(one) is torch.Tensor and id(one) not in known]
        self._loose.look(loss, [one for one in plain if id(one) not in held], held, labels, step)
        self._look_anew(strays, max(tracked.tick for tracked in stepping), labels, step)

    def _look_hidden(self, strays: List[Any], labels: str, step: int) -> None:
        self._hidden = _seen_again(self._hidden, strays)
        found = [one for one in strays if id(one) in self._hidden and self._hidden[id(one)].times == HIDDEN_LOOKS]
        if found:
            shapes = ", ".join("x".join(map(str, one.shape)) or "number" for one in found[:3])
            self._findings.say(
                "param_not_in_optimizer",
                step,
                f"{len(found)} Parameter ({shapes}) of no module takes part in the loss and is in no optimizer "
                f"({labels}): what the module keeps was computed from it, so parameters() does not list it.",
                [(f"hidden {id(one)}", "") for one in found],
                {"optimizers": labels, "shapes": shapes, "registered": False},
                subject=f"a Parameter ({shapes})",
            )

    def _look_apart(
        self, leaves: Dict[int, Any], inputs: Set[int], held: Dict[int, Any], labels: str, step: int
    ) -> None:
        """Weights of which not one changes, and as many in optimizers that no model has and no loss comes from."""
        copies = [one for key, one in held.items() if key not in leaves]
        named = {id(one): name for one, name, _ in self._models.parameters()} if copies else {}
        copies = [one for one in copies if id(one) not in named]
        weights = [one for key, one in leaves.items() if key in named and key not in held and key not in inputs]
        shapes = [sorted(tuple(one.shape) for one in tensors) for tensors in (weights, copies)]
        if not copies or shapes[0] != shapes[1]:
            self._apart.clear()
            return
        if step == self._apart_at:
            return
        self._apart_at = step
        self._apart = _seen_again(self._apart, weights)
        still = [item for item in self._apart.values() if item.times == APART_LOOKS]
        if still and len(still) == len(self._apart):
            self._findings.say(
                "param_not_in_optimizer",
                step,
                f"{{subject}} ({{n}}) makes the loss and did not change in {APART_LOOKS} steps looked at: "
                f"{labels} steps {len(copies)} tensors that are in no model and have no part in the loss. Are they "
                "copies that are never copied back?",
                [(named[identity].path, named[identity].module) for identity in self._apart],
                {"optimizers": labels, "held_tensors": len(copies), "looks": APART_LOOKS},
            )

    def _look_anew(self, strays: List[Any], built: int, labels: str, step: int) -> None:
        """Registered since the optimizers were built, and others at each look."""
        births = [(one, birth) for one in strays if (birth := self._models.birth(one)) is not None]
        fresh = [(one, birth) for one, birth in births if birth[0] > built and not self._models.was_copied(one)]
        ticks = {birth[0] for _, birth in fresh}
        new = bool(ticks) and not ticks & self._ticks
        self._anew = self._anew + 1 if new else 0
        self._ticks |= ticks
        if self._anew == ANEW_LOOKS:
            names: List[Tuple[str, str]] = [(birth[1], birth[1].partition(" ")[0]) for _, birth in fresh]
            self._findings.say(
                "param_not_in_optimizer",
                step,
                f"{{subject}} ({{n}}) was built anew for each of {ANEW_LOOKS} forward passes looked at: what it learns "
                f"is thrown away, and no optimizer ({labels}) holds it.",
                names,
                {"optimizers": labels, "built_in_forward": True},
            )


def _seen_again(before: Dict[int, _Hidden], tensors: List[Any]) -> Dict[int, _Hidden]:
    """Those that can be read, each counted from the look on since which it has stood still."""
    now: Dict[int, _Hidden] = {}
    for one in tensors:
        packs = list(gather([one]).values()) if one.device.type == "cpu" else []
        if packs:
            item = before.get(id(one))
            same = item is not None and item.ref() is one and torch.equal(item.sample, packs[0].values_NK)
            now[id(one)] = item if item is not None and same else _Hidden(one, packs[0].values_NK)
            now[id(one)].times += same
    return now
