"""Do the tensors that are trained and the tensors that the optimizers hold agree? Exact set tests, no threshold.

A tensor is outside when it is a leaf of a live model, requires a gradient, gets new ones, stands still, and no live
optimizer holds it; three looks must say so. GANs (the other optimizer holds it), hand-made optimizers (it moves),
EMA copies (no gradients) and the models of finished folds (no new gradients) are met by that definition.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.frozen import is_declared
from labjournal.watch.models import Models, Named
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.overlooked import Left, idle_adapters, overlooked, say_left_out
from labjournal.watch.rebuilt import Rebuilt
from labjournal.watch.sampling import Key, Later, Pack, gather
from labjournal.watch.suspicion import Suspicion
from labjournal.watch.unregistered import unfound

HITS = 2
STALE_STEPS = 5
MAX_WALKS = 16
"""Optimizers at whose building the models are walked; one a tensor would be thousands."""


@dataclass
class _Outsider:
    ref: weakref.ref[Any]
    grad: weakref.ref[Any]
    version: int
    hits: int
    still: bool
    named: Named
    zero: bool = False
    looks: int = 0


class Membership:
    """The membership family over all models and optimizers."""

    def __init__(
        self, findings: Findings, later: Later, models: Models, optimizers: Optimizers, declared: List[str]
    ) -> None:
        self._findings = findings
        self._later = later
        self._models = models
        self._optimizers = optimizers
        self._outside: Dict[int, _Outsider] = {}
        self._samples: Dict[Key, Pack] = {}
        self.suspicion = Suspicion()
        """Tensors in no optimizer have begun to get gradients."""
        self.rebuilt = Rebuilt(findings, models)
        self._walks = 0
        self._left: Dict[int, Tuple[int, Any]] = {}
        """Tensors of no live model: since which step the gradient is what it is, and a mark of it."""
        self._frozen_when_built: Dict[int, weakref.ref[Any]] = {}
        self._fewest: Optional[int] = None
        self._growing = False
        """Has an optimizer, or a layout of one, held more tensors than one before it? A model is unfrozen so."""
        self.inputs: Set[int] = set()
        """Tensors, by id, that a layer takes as its input, such as the points of a differential equation."""
        self.apart = False
        """No tensor that an optimizer holds has a part in the last loss looked at."""
        self.declared_frozen = declared
        """Paths (with ``*``) that the user declared frozen: standing still is what they should do."""

    def look(self, tracked: Tracked, step: int) -> None:
        """Look at the tensors that no optimizer holds. Call after a step."""
        held = self._optimizers.held()
        candidates = [
            (parameter, named, owner)
            for parameter, named, owner in (*self._models.parameters(), *self._models.plain_tensors())
            if id(parameter) not in held and parameter.requires_grad and parameter.grad is not None
            if id(parameter) not in self.inputs
        ]
        known, self._outside = self._outside, {}
        order = []
        for parameter, named, _ in candidates:
            before, grad = known.get(id(parameter)), parameter.grad
            assert grad is not None  # candidates have one
            version = grad._version
            item = _Outsider(weakref.ref(parameter), weakref.ref(grad), version, 0, False, named)
            if before is not None and before.ref() is parameter:
                fresh = before.grad() is not grad or before.version != version
                item.hits, item.still, item.zero = before.hits + fresh, before.still, before.zero
                item.looks = before.looks + 1
            self._outside[id(parameter)] = item
            order.append(id(parameter))
        samples = gather([parameter for parameter, _, _ in candidates])
        for pack in samples.values():
            pack.index = [order[at] for at in pack.index]  # by id from here on: the set changes from step to step
        for key, pack in samples.items():
            self._compare(self._samples.get(key), pack)
        self._samples = samples
        self._judge(tracked, step, held, candidates)
        self.suspicion.state(tracked, any(item.looks <= HITS for item in self._outside.values()))

    def _compare(self, old: Optional[Pack], new: Pack) -> None:
        """Which tensors stand as they stood at the last look; those that were not there then start from nothing."""
        if old is None or old.values_NK.shape[1] != new.values_NK.shape[1]:
            return
        before, after, ids = old.values_NK, new.values_NK, new.index
        if old.index != new.index:
            place = {identity: at for at, identity in enumerate(old.index)}
            ids = [identity for identity in new.index if identity in place]
            if not ids:
                return
            before = before[[place[identity] for identity in ids]]
            after = after[[at for at, identity in enumerate(new.index) if identity in place]]

        def landed(rows_2N: List[List[int]]) -> None:
            self._compared(ids, *rows_2N)

        self._later.give(torch.stack([(before != after).sum(1), (after != 0).sum(1)]), landed)

    def _compared(self, ids: List[int], counts: List[int], filled: List[int]) -> None:
        for identity, changed, nonzero in zip(ids, counts, filled):
            item = self._outside.get(identity)
            if item is not None:
                item.still, item.zero = not changed, not nonzero
                item.hits = 0 if changed else item.hits

    def _judge(
        self, tracked: Tracked, step: int, held: Dict[int, Any], candidates: List[Tuple[Any, Named, Any]]
    ) -> None:
        sure: List[Tuple[Any, Named]] = []
        doubtful: List[Left] = []
        at_zero = {identity for identity, item in self._outside.items() if item.zero}
        waiting = idle_adapters(candidates, at_zero, held, self._models, self._optimizers)
        if self.apart and any(one.grad is not None for one in held.values()):
            candidates = []  # gradients are handed over, and the weights may come back later: told by Strays
        for parameter, named, owner in candidates:
            item = self._outside[id(parameter)]
            if item.hits < HITS or not item.still or is_declared(named.path, self.declared_frozen):
                continue
            if id(parameter) in waiting or self._looks_meant(parameter, owner, held):
                doubtful.append((parameter, named, owner))
            else:
                sure.append((parameter, named))
        if self._models.misfits:
            self._say_misfits(step)
        labels = ", ".join(sorted({other.label for other in self._optimizers.stepping()})[:3])
        gone = self._stale(held, step, HITS if sure else STALE_STEPS)
        if sure:
            because, remedy = unfound([(one, named.root) for one, named in sure], self._models.roots())
            self._findings.say(
                "param_not_in_optimizer",
                step,
                f"{{subject}} ({{n}}) gets gradients but is in no optimizer ({labels}): it keeps its starting values."
                + because,
                [(named.path, named.module) for _, named in sure],
                {"optimizers": labels, "held_tensors": len(held), "held_but_in_no_model": len(gone)},
                remedy=remedy,
            )
        elif doubtful:
            own = [item for item in doubtful if item[2].training and id(item[0]) not in waiting and not self._growing]
            forgotten = overlooked(own, self._models, self._optimizers) if own else set()
            say_left_out(self._findings, doubtful, forgotten, step, {"optimizers": labels, "held_tensors": len(held)})
        if gone and step >= 3:
            self._say_stale(tracked, step, gone)

    def _looks_meant(self, parameter: Any, owner: Any, held: Dict[int, Any]) -> bool:
        """Signs of intention for a tensor that was there when the optimizers were built and was left out."""
        frozen = self._frozen_when_built.get(id(parameter))
        if frozen is not None and frozen() is parameter:
            return False  # unfrozen since, which nobody does to leave it as it is
        if self._optimizers.was_held(parameter):
            return True  # an earlier phase trained it
        birth = self._models.birth(parameter)
        if not isinstance(parameter, torch.nn.Parameter):
            return False  # no parameter, so that nobody could have given it to the optimizer
        built = [tracked.tick for tracked in self._optimizers.stepping()]
        if birth is None or (built and birth[0] > max(built)):
            return False  # it came after the optimizer: nobody could have left it out
        if not owner.training or self._models.was_loaded(owner):
            return True
        # The optimizer trains inputs, not models (style transfer): its tensors are no layer's and have gradients.
        inputs = [one for one in held.values() if self._models.birth(one) is None]
        return bool(held) and len(inputs) == len(held) and any(one.grad is not None for one in inputs)

    def _stale(self, held: Dict[int, Any], step: int, patience: int) -> List[Any]:
        """Tensors that were registered in a module once, get no new gradient, and are in no live model any more."""
        in_models = {id(parameter) for parameter, _, _ in self._models.parameters()}
        suspects = [one for one in held.values() if id(one) not in in_models and one.requires_grad]
        before, self._left = self._left, {}
        gone = []
        for one in suspects:
            mark = None if one.grad is None else (id(one.grad), one.grad._version)
            since, known = before.get(id(one), (step, ()))
            self._left[id(one)] = (since if mark == known else step, mark)
            rests = mark is None or (mark == known and step - since >= patience)
            if rests and self._models.birth(one) is not None:
                gone.append(one)
        return gone

    def _say_stale(self, tracked: Tracked, step: int, gone: List[Any]) -> None:
        labels = [(birth[1], "") for birth in map(self._models.birth, gone) if birth is not None]
        pairs = [(f"{label}#{at}", "") for at, (label, _) in enumerate(labels)]
        self._findings.say(
            "stale_optimizer_param",
            step,
            f"{tracked.label} holds {len(gone)} tensors that no model uses any more, first {labels[0][0]}: "
            "the model was changed or copied after the optimizer was built.",
            pairs,
            {"optimizer": tracked.label, "first": labels[0][0]},
            subject=tracked.label,
        )

    def relaid(self, params: List[Any]) -> None:
        """An optimizer is about to step for the first time, or the first time since its groups have changed."""
        self._growing |= self._fewest is not None and self._fewest < len(params)
        self._fewest = min(len(params), self._fewest or len(params))

    def _say_misfits(self, step: int) -> None:
        for ref, tensors, mine, theirs in self._models.misfits:
            module = ref()
            if module is None:
                continue
            model = self._models.name_of(module)
            self._findings.say(
                "checkpoint_missing_params",
                step,
                f"Weights were loaded into {{subject}}, and not one of its {tensors} tensors was among them: its "
                f"{mine} is called {theirs} there. Nothing was loaded.",
                [(model, "")],
                {"tensors": tensors, "own_name": mine, "name_given": theirs},
                subject=model,
            )

    def optimizer_made(self, tracked: Tracked, optimizer: Any) -> None:
        """Keep what is frozen now."""
        self._walks += 1
        if self._walks <= MAX_WALKS:
            for parameter, _, _ in self._models.parameters():
                if not parameter.requires_grad:
                    self._frozen_when_built[id(parameter)] = weakref.ref(parameter)
        self.rebuilt.made(tracked, optimizer)
