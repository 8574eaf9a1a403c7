"""Training without an optimizer of torch: steps by hand, or by an optimizer that no hook sees.

Tensors to which backward passes bring gradients are found in the graph of the loss, and their samples compared from
pass to pass. A step may also put a new tensor in the place of the old one, near to it. Where some move, the script
trains: one of their kind that stands still is left out of the update, unless an optimizer that is still to step holds
it. An input that moves, as under an attack, trains nothing. Where none moves the gradients are for something else
(attribution), unless the script says that they are not. ``torch.autograd.grad`` says by itself which tensors it is to
be taken at: weights of the same model that are not among them are left out of that list.

Which way the steps go is read off the gradient of the largest weight: its last one, and how the weight moved on it.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Optional, Set, Tuple

from labjournal.watch import graph
from labjournal.watch.deadsteps import dead_step
from labjournal.watch.findings import Findings
from labjournal.watch.models import Models
from labjournal.watch.naming import names_in_frames
from labjournal.watch.optimizers import Optimizers
from labjournal.watch.rules import NOTICE
from labjournal.watch.sampling import gather

NODES = 5000
PASSES = 12
NOWHERE_PASSES = 15
MAX_LOOKS = 60
RESET_PASSES = 5
WAYS = 10
"""Steps in a row the same way."""
NEAR = 0.3
"""Relative change of a tensor in the place of another that a step may have made; the next batch differs by 1.4."""


class _Seen:
    def __init__(self, leaf: Any, sample: Any, asked: bool) -> None:
        self.ref = weakref.ref(leaf)
        self.shape = leaf.shape
        self.sample = sample
        self.asked = asked
        """Its gradient was wanted in this pass."""
        self.ever_asked = asked
        self.still = 0
        """Passes for its gradient after which it had not moved."""
        self.passed_over = 0
        """The same of passes for those of others."""

    def stands(self, before: _Seen) -> None:
        self.still = before.still + before.asked
        self.passed_over = before.passed_over + (not before.asked)


class _Slope:
    """The gradient of one tensor in the pass looked at, and where the tensor stood then."""

    def __init__(self) -> None:
        self._ref: Optional[weakref.ref[Any]] = None
        self._before: Any = None
        self._gradient: Any = None
        self._handle: Any = None

    def ask(self, leaves: List[Any]) -> None:
        """Before the pass: have the hook of the largest leaf tell its gradient."""
        self._let_go()
        leaf = max(leaves, key=lambda one: one.numel(), default=None)
        packs = [] if leaf is None else list(gather([leaf]).values())
        if leaf is None or not packs:
            return
        self._ref, self._before = weakref.ref(leaf), packs[0].values_NK
        self._handle = leaf.register_hook(self._told)

    def way(self) -> int:
        """Since then: 1 for a step down, -1 for one up, 0 where it is not known."""
        leaf = None if self._ref is None else self._ref()
        packs = [] if leaf is None or self._gradient is None else list(gather([leaf]).values())
        if not packs or packs[0].values_NK.shape != self._gradient.shape:
            return 0
        along = float(((packs[0].values_NK - self._before) * self._gradient).sum())
        return (along < 0) - (along > 0)

    def _told(self, gradient: Any) -> None:
        packs = list(gather([gradient]).values())
        self._gradient = packs[0].values_NK if packs else None
        if self._handle is not None:
            self._handle.remove()

    def _let_go(self) -> None:
        if self._handle is not None:
            self._handle.remove()
        self._ref = self._before = self._gradient = self._handle = None


class ByHand:
    """Movement of leaf tensors between backward passes."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._last: List[_Seen] = []
        self._moves = 0
        self._resets = 0
        self._slope = _Slope()
        self.looks = 0
        self.way = 0
        """Steps in a row against the gradient of the largest weight, or along it (negative)."""
        self._learnt = False

    @property
    def trains(self) -> bool:
        return self._moves >= 3

    @property
    def done(self) -> bool:
        return self.looks >= MAX_LOOKS

    def look(self, loss: Any, frame: Any, inputs: Set[int], asked: Optional[Set[int]] = None) -> None:
        """Before a backward pass of a program in which no optimizer has stepped; ``inputs`` of layers, by id, are no
        weights. ``asked``: the leaves, by id, that ``torch.autograd.grad`` is to give the gradients of."""
        if self.done:
            return
        self.looks += 1
        leaves = [
            one
            for one in graph.leaves(loss, NODES, read=False).values()
            if one.device.type == "cpu" and id(one) not in inputs
        ]
        moved, still = self._compare(leaves, asked)
        self._moves += bool(moved)
        self._find_way([one for one in leaves if asked is None or id(one) in asked], still)
        if moved:
            self._count_resets([one for one in leaves if one.numel() > 1])
        if self.looks == NOWHERE_PASSES and still and not self._moves:
            self._look_for_dead_step(still, frame)
        if self.trains:
            held = self._optimizers.held()
            known = {id(seen.ref()): seen for seen in self._last}
            left_out = [(one, known[id(one)]) for one in still if id(one) not in held]
            wanted = [one for one, seen in left_out if seen.still >= PASSES]
            self._say([one for one in wanted if self._are_of_its_kind(one, moved)], frame)
            never = [one for one, seen in left_out if seen.passed_over >= PASSES and not seen.ever_asked]
            self._say_not_asked(never, moved, frame)

    def _are_of_its_kind(self, one: Any, moved: List[Any]) -> bool:
        """Weights of modules are trained among such; of other tensors a single one may be what is sought (an image)."""
        registered = self._models.birth(one) is not None
        alike = sum((self._models.birth(other) is not None) is registered for other in moved)
        return alike > (0 if registered else 1)

    def _compare(self, leaves: List[Any], asked: Optional[Set[int]]) -> Tuple[List[Any], List[Any]]:
        """Those that have moved since the last pass, and those that are the same tensors with the same numbers."""
        known: Dict[int, _Seen] = {id(one): seen for seen in self._last if (one := seen.ref()) is not None}
        present = {id(leaf) for leaf in leaves}
        in_place = [seen.shape for seen in self._last] == [leaf.shape for leaf in leaves]
        now: List[_Seen] = []
        moved, still = [], []
        for at, leaf in enumerate(leaves):
            packs = list(gather([leaf]).values())
            seen = _Seen(leaf, packs[0].values_NK if packs else None, asked is None or id(leaf) in asked)
            now.append(seen)
            before = known.get(id(leaf))
            if before is not None and packs and before.sample is not None:
                seen.ever_asked |= before.ever_asked
                if bool((before.sample != seen.sample).any()):
                    moved.append(leaf)
                elif leaf.numel() > 1:
                    seen.stands(before)
                    still.append(leaf)
            elif before is None and in_place and id(self._last[at].ref()) not in present:
                moved += [leaf] if _is_near(self._last[at].sample, seen.sample) else []
        self._last = now
        return moved, still

    def _count_resets(self, leaves: List[Any]) -> None:
        """The weights have moved since the last pass, so their gradients should be gone by now."""
        kept = [one for one in leaves if one.grad is not None and bool(one.grad.reshape(-1)[:256].any())]
        self._resets = self._resets + 1 if 0 < len(kept) == len(leaves) else 0
        if self._resets == RESET_PASSES:
            self._findings.say(
                "grad_accumulating",
                self.looks,
                f"The gradients were not reset between {RESET_PASSES + 1} steps by hand in a row.",
                evidence={"steps_without_reset": RESET_PASSES, "by_hand": True},
                subject="steps by hand",
            )

    def _find_way(self, leaves: List[Any], still: List[Any]) -> None:
        """Where all that is trained moves, did the last step go down?"""
        way = self._slope.way() if not still else 0
        self.way = way if way * self.way <= 0 else self.way + way
        self._learnt |= self.way >= WAYS
        self._slope.ask([one for one in leaves if one.dim() > 1 and one.is_floating_point()])

    def judge_way(self, sign: int, criterion: str) -> None:
        """``sign``: 1 for a criterion as it is, -1 for minus one. What is to be forgotten was learnt before."""
        if sign * self.way != -WAYS:
            return
        made, way = ("smaller", "minus a") if sign < 0 else ("larger", "a")
        self._findings.say(
            "objective_sign",
            self.looks,
            f"The loss is {way} {criterion} and {WAYS} steps by hand in a row have each made it {made}: the error "
            "grows.",
            evidence={"criterion": criterion, "times": WAYS, "by_hand": True},
            level=NOTICE if self._learnt or self._models.loads else None,
            subject="the loss",
        )

    def _say_not_asked(self, left_out: List[Any], moved: List[Any], frame: Any) -> None:
        """Weights of a model whose others are stepped, and that were never in the list given to autograd.grad. Those of
        a copy, loaded or in eval mode are meant to stay as they are."""
        known = {id(one): (named.root, owner) for one, named, owner in self._models.parameters()} if left_out else {}
        roots = {known[id(one)][0] for one in moved if id(one) in known}
        mine = [one for one in left_out if id(one) in known and not self._models.was_copied(one)]
        mine = [one for one in mine if known[id(one)][0] in roots and known[id(one)][1].training]
        if mine:
            self._findings.say(
                "param_not_in_optimizer",
                self.looks,
                f"{{subject}} ({{n}}) has a part in the loss, is not among the tensors given to autograd.grad, and did "
                f"not change between {PASSES} of its calls, while the rest of the model is updated by hand.",
                self._named(mine, frame),
                {"calls": self.looks, "by_hand": True},
            )

    def _say(self, left_out: List[Any], frame: Any) -> None:
        if not left_out:
            return
        self._findings.say(
            "no_update",
            self.looks,
            f"{{subject}} ({{n}}) gets gradients but did not change between {PASSES} backward passes, while other "
            "tensors are updated by hand.",
            self._named(left_out, frame),
            {"backward_passes": self.looks, "by_hand": True},
        )

    def _look_for_dead_step(self, still: List[Any], frame: Any) -> None:
        found = dead_step(frame)
        if found is not None:
            place, name = found
            self._findings.say(
                "no_update",
                self.looks,
                f"{{subject}} ({{n}}) gets gradients but did not change between {NOWHERE_PASSES} backward passes: "
                f"{place} gives the name {name!r} to the result of a step, and writes to no tensor.",
                self._named(still, frame),
                {"backward_passes": self.looks, "by_hand": True, "place": place},
            )

    def _named(self, tensors: List[Any], frame: Any) -> List[Tuple[str, str]]:
        self._models.name_roots(frame)
        paths = {id(parameter): (named.path, named.module) for parameter, named, _ in self._models.parameters()}
        variables = names_in_frames([one for one in tensors if id(one) not in paths], frame)
        return [paths.get(id(one)) or (variables.get(id(one), f"tensor {tuple(one.shape)}"),) * 2 for one in tensors]


def _is_near(before: Any, now: Any) -> bool:
    if before is None or now is None or before.shape != now.shape or before.dtype != now.dtype:
        return False
    gap, size = (now - before).norm(), before.norm()
    return bool((gap > 0) & (gap < NEAR * size))
