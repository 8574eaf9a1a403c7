"""Training without an optimizer of torch: steps by hand, or by an optimizer that no hook sees.

Tensors to which backward passes bring gradients are found in the graph of the loss, and their samples compared from
pass to pass. A step may also put a new tensor in the place of the old one, near to it. Where some move, the script
trains: one of their kind that stands still is left out of the update. An input that moves, as under an attack, trains
nothing. Where none moves the gradients are for something else (attribution), unless the script says that they are not.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Set, Tuple

from labjournal.watch import graph
from labjournal.watch.deadsteps import dead_step
from labjournal.watch.findings import Findings
from labjournal.watch.models import Models
from labjournal.watch.naming import names_in_frames
from labjournal.watch.sampling import gather

NODES = 5000
PASSES = 12
NOWHERE_PASSES = 15
MAX_LOOKS = 60
RESET_PASSES = 5
NEAR = 0.3
"""Relative change of a tensor in the place of another that a step may have made; the next batch differs by 1.4."""


class _Seen:
    def __init__(self, leaf: Any, sample: Any) -> None:
        self.ref = weakref.ref(leaf)
        self.shape = leaf.shape
        self.sample = sample
        self.still = 0


class ByHand:
    """Movement of leaf tensors between backward passes."""

    def __init__(self, findings: Findings, models: Models) -> None:
        self._findings = findings
        self._models = models
        self._last: List[_Seen] = []
        self._moves = 0
        self._resets = 0
        self.looks = 0

    @property
    def trains(self) -> bool:
        return self._moves >= 3

    def look(self, loss: Any, frame: Any, inputs: Set[int]) -> None:
        """Before a backward pass of a program in which no optimizer has stepped; ``inputs`` of layers, by id, are no
        weights."""
        if self.looks >= MAX_LOOKS:
            return
        self.looks += 1
        leaves = [
            one
            for one in graph.leaves(loss, NODES, read=False).values()
            if one.device.type == "cpu" and id(one) not in inputs
        ]
        moved, still = self._compare(leaves)
        self._moves += bool(moved)
        if moved:
            self._count_resets([one for one in leaves if one.numel() > 1])
        if self.looks == NOWHERE_PASSES and still and not self._moves:
            self._look_for_dead_step(still, frame)
        if self.trains:
            left_out = [one for one in still if self._are_of_its_kind(one, moved)]
            known = {id(seen.ref()): seen.still for seen in self._last}
            left_out = [one for one in left_out if known[id(one)] >= PASSES]
            if left_out:
                self._say(left_out, frame)

    def _are_of_its_kind(self, one: Any, moved: List[Any]) -> bool:
        """Weights of modules are trained among such; of other tensors a single one may be what is sought (an image)."""
        registered = self._models.birth(one) is not None
        alike = sum((self._models.birth(other) is not None) is registered for other in moved)
        return alike > (0 if registered else 1)

    def _compare(self, leaves: List[Any]) -> Tuple[List[Any], List[Any]]:
        """Those that have moved since the last pass, and those that are the same tensors with the same numbers."""
        known: Dict[int, _Seen] = {id(one): seen for seen in self._last if (one := seen.ref()) is not None}
        present = {id(leaf) for leaf in leaves}
        in_place = [seen.shape for seen in self._last] == [leaf.shape for leaf in leaves]
        now: List[_Seen] = []
        moved, still = [], []
        for at, leaf in enumerate(leaves):
            packs = list(gather([leaf]).values())
            seen = _Seen(leaf, packs[0].values_NK if packs else None)
            now.append(seen)
            before = known.get(id(leaf))
            if before is not None and packs and before.sample is not None:
                if bool((before.sample != seen.sample).any()):
                    moved.append(leaf)
                elif leaf.numel() > 1:
                    seen.still = before.still + 1
                    still.append(leaf)
            elif before is None and in_place and id(self._last[at].ref()) not in present:
                moved += [leaf] if _is_near(self._last[at].sample, seen.sample) else []
        self._last = now
        return moved, still

    def _count_resets(self, leaves: List[Any]) -> None:
        """The weights have moved since the last pass, so their gradients should be gone by now."""
        kept = [one for one in leaves if one.grad is not None and bool(one.grad.reshape(-1)[:256].any())]
        self._resets = self._resets + 1 if len(kept) == len(leaves) else 0
        if self._resets == RESET_PASSES:
            self._findings.say(
                "grad_accumulating",
                self.looks,
                f"The gradients were not reset between {RESET_PASSES + 1} steps by hand in a row.",
                evidence={"steps_without_reset": RESET_PASSES, "by_hand": True},
                subject="steps by hand",
            )

    def _say(self, left_out: List[Any], frame: Any) -> None:
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
