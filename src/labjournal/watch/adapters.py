"""Low-rank adapters (LoRA) and the weights they stand beside.

frozen_layer_changes, where an adapter is added to its frozen weight for inference and not taken out before training
goes on: the weight then changes by exactly what the adapter computes, which nothing else does. One that is taken out
again leaves rounding; one that starts anew after it was merged (ReLoRA) computes nothing at that moment.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, Iterator, List, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.look import Look
from labjournal.watch.models import Models, Named
from labjournal.watch.optimizers import Tracked
from labjournal.watch.sampling import Later, readable

TIMES = 2
PAIRS = 2
"""Adapters looked at, the first and the last of a model."""
ROOM = 32768
"""Elements of a weight that are kept for comparison: its first rows."""
SIDE = 8
"""Small matrices around one weight; more of them are no adapter of it."""
LEVELS = 3
"""The module of a weight and so many less one above it: wrappers hold weight and adapter side by side."""
ALIKE = 0.7
"""Cosine of the change and the adapter, which has learnt for some steps since it was merged."""
MOVED = 1e-3

Member = Tuple[Any, Named]


class Pair:
    """A weight W with P and Q so that P @ Q, transposed or not, has its shape."""

    def __init__(self, weight: Member, p: Any, q: Any, transposed: bool) -> None:
        self.named = weight[1]
        self.transposed = transposed
        self.refs = [weakref.ref(one) for one in (weight[0], p, q)]
        self.rows: Any = None
        self.times = 0

    def tensors(self) -> List[Any]:
        """W, P and Q as plain tensors; empty when one is gone or cannot be read."""
        live = [ref() for ref in self.refs]
        plain = [None if one is None else readable(one) for one in live]
        return plain if all(one is not None and one.is_floating_point() for one in plain) else []


def pairs(weights: List[Member], small: List[Member]) -> Iterator[Pair]:
    """The adapters among ``small`` of ``weights``, at most one each."""
    around: Dict[str, List[Any]] = {}
    for one, named in small:
        if one.dim() == 2:
            for place in places(named.module):
                around.setdefault(place, []).append(one)
    for weight in weights if around else ():
        for place in places(weight[1].module) if weight[0].dim() == 2 else ():
            found = _fitting(weight, around.get(place, []))
            if found:
                yield found[0]
                break


def places(module: str) -> List[str]:
    """The module itself, and those above it within which an adapter may stand."""
    parts = module.split(".")
    return [".".join(parts[: len(parts) - up]) for up in range(min(LEVELS, len(parts)))]


def _fitting(weight: Member, small: List[Any]) -> List[Pair]:
    out, wide = weight[0].shape
    if not 2 <= len(small) <= SIDE:
        return []
    found = []
    for p in small:
        for q in small:
            rank = int(p.shape[1])
            if p is q or rank != q.shape[0] or 2 * rank > min(out, wide):
                continue
            if (p.shape[0], q.shape[1]) == (out, wide):
                found.append(Pair(weight, p, q, False))
            elif (p.shape[0], q.shape[1]) == (wide, out):
                found.append(Pair(weight, p, q, True))
    return found


class Adapters:
    """Frozen weights beside trained adapters, for each optimizer."""

    def __init__(self, findings: Findings, later: Later, models: Models) -> None:
        self._findings = findings
        self._later = later
        self._models = models
        self._pairs: Dict[Tracked, List[Pair]] = {}
        self.restarted_at = 0
        """The last step before which a frozen weight had changed and the adapter beside it stood at 0."""

    def reset(self, tracked: Tracked, tensors: int) -> None:
        """The optimizer's groups have changed."""
        self._pairs.pop(tracked, None)

    def before_step(self, look: Look) -> None:
        """Has a frozen weight changed since the last look?"""
        if look.tracked not in self._pairs:
            self._pairs[look.tracked] = self._find(look)
        for pair in self._pairs[look.tracked]:
            self._look(pair, look)

    def _find(self, look: Look) -> List[Pair]:
        held = {id(one) for one in look.params}
        known = [(one, named) for one, named, _ in self._models.parameters()]
        frozen = [(one, named) for one, named in known if not one.requires_grad and id(one) not in held]
        trained = [(one, named) for one, named in known if id(one) in held and one.requires_grad]
        found = list(pairs(frozen, trained)) if frozen and trained else []
        return found if len(found) <= PAIRS else [found[0], found[-1]]

    def _look(self, pair: Pair, look: Look) -> None:
        tensors = pair.tensors()
        if not tensors or len({one.device for one in tensors}) > 1:
            return
        weight, p, q = tensors
        some = max(1, ROOM // int(weight.shape[1]))
        before, now = pair.rows, weight[:some].float()
        pair.rows = now.clone() if now.data_ptr() == weight.data_ptr() else now
        if before is None or before.shape != now.shape:
            return
        added = q.float().t()[:some] @ p.float().t() if pair.transposed else p[:some].float() @ q.float()
        change = now - before
        sums = [(change * change).sum(), (added * added).sum(), (change * added).sum(), (before * before).sum()]

        def landed(numbers: List[float]) -> None:
            change_sq, added_sq, both, size_sq = numbers
            if change_sq <= MOVED**2 * size_sq:
                return
            if not added_sq:
                self.restarted_at = look.step
            elif abs(both) > ALIKE * (change_sq * added_sq) ** 0.5:
                pair.times += 1
                if pair.times == TIMES:
                    self._say(pair, look, abs(both) / (change_sq * added_sq) ** 0.5, (change_sq / size_sq) ** 0.5)

        self._later.give(torch.stack(sums), landed)

    def _say(self, pair: Pair, look: Look, cosine: float, share: float) -> None:
        weight = pair.refs[0]()
        named = next((name for one, name, _ in self._models.parameters() if one is weight), pair.named)
        self._findings.say(
            "frozen_layer_changes",
            look.step,
            f"{{subject}} is frozen, and between steps of {look.tracked.label} it has changed {TIMES} times by what "
            f"the adapter beside it computes, last by {share:.0%} of its size (cosine {cosine:.2f}): the adapter is "
            "merged into it and not taken out before training goes on.",
            [(named.path, named.module)],
            {"optimizer": look.tracked.label, "times": TIMES, "cosine": cosine, "relative_change": share},
        )
