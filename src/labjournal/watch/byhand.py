"""Training without an optimizer of torch: steps by hand, or by an optimizer that no hook sees.

Tensors to which backward passes bring gradients are found in the graph of the loss, and their samples compared from
pass to pass. Where some move, the script trains: one that stands still is left out of the update. Where none moves,
the gradients are for something else (attribution, attacks), and nothing is said.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Tuple

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.models import Models
from labjournal.watch.naming import names_in_frames
from labjournal.watch.sampling import Later, gather

NODES = 5000
PASSES = 12
MAX_LOOKS = 60
RESET_PASSES = 5


class ByHand:
    """Movement of leaf tensors between backward passes."""

    def __init__(self, findings: Findings, later: Later, models: Models) -> None:
        self._findings = findings
        self._later = later
        self._models = models
        self._last: Dict[int, Tuple[weakref.ref[Any], Any]] = {}
        self._still: Dict[int, int] = {}
        self._grown: Dict[int, int] = {}
        self._moves = 0
        self._resets = 0
        self.looks = 0
        self.bad = 0

    @property
    def trains(self) -> bool:
        return self._moves >= 3

    def look(self, loss: Any, frame: Any) -> None:
        """Before a backward pass of a program in which no optimizer has stepped."""
        if self.looks >= MAX_LOOKS:
            return
        self.looks += 1
        leaves = [
            one
            for one in graph.leaves(loss, NODES, read=False).values()
            if one.numel() > 1 and one.device.type == "cpu"
        ]
        now: Dict[int, Tuple[weakref.ref[Any], Any]] = {}
        moved = still = 0
        for leaf in leaves:
            packs = list(gather([leaf]).values())
            if not packs:
                continue
            sample = packs[0].values_NK
            now[id(leaf)] = (weakref.ref(leaf), sample)
            known = self._last.get(id(leaf))
            if known is None or known[0]() is not leaf:
                continue
            if bool((known[1] != sample).any()):
                moved += 1
                self._still[id(leaf)] = 0
            else:
                still += 1
                self._still[id(leaf)] = self._still.get(id(leaf), 0) + 1
        self._last = now
        self._moves += moved > 0
        if moved:
            self._count_resets(leaves)
        if self.trains and moved:
            left_out = [leaf for leaf in leaves if self._still.get(id(leaf), 0) >= PASSES]
            if left_out:
                self._say(left_out, frame)

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
        paths = {id(parameter): (named.path, named.module) for parameter, named, _ in self._models.parameters()}
        variables = names_in_frames([one for one in left_out if id(one) not in paths], frame)
        tensors = [
            paths.get(id(one)) or (variables.get(id(one), f"tensor {tuple(one.shape)}"),) * 2 for one in left_out
        ]
        self._findings.say(
            "no_update",
            self.looks,
            f"{{subject}} ({{n}}) gets gradients but did not change between {PASSES} backward passes, while other "
            "tensors are updated by hand.",
            tensors,
            {"backward_passes": self.looks, "by_hand": True},
        )
