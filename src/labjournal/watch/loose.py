"""Plain tensors that want a gradient, are used like weights and belong to no module and no optimizer.

A learned prompt, a table of codes, a temperature, kept in a variable and left out of the optimizer. Data want gradients
too: points of an equation, images under attack, and by habit. What tells a weight is its first use: it is spread over
the samples of a batch, multiplies them as a matrix, is looked up, or its rows are put beside data. Where the script
takes a gradient by itself (``.grad``, ``autograd.grad``), tensors may want one for that, and nothing is said. A copy of
weights that an optimizer holds and that get no gradient, one by one or stacked (``torch.func.stack_module_state``), is
one whatever it is used for.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.naming import names_in_frames
from labjournal.watch.sampling import gather
from labjournal.watch.uncalled import sources

NODES = 3000
LOOKS = 8
"""At the same numbers."""
_ROWS = ("Index", "IndexSelect", "Gather")
_SAME = frozenset("Exp Softplus Sigmoid Tanh Relu Log Sqrt Abs Neg Clamp ClampMin ClampMax Softmax".split())
"""Of one argument, number by number or nearly so."""
_WEIGHTS_AT = {"Convolution": 1, "NativeLayerNorm": 1, "NativeBatchNorm": 1, "NativeGroupNorm": 1, "Embedding": 0}
"""Node -> the first of its arguments that is a weight."""
_BY_HAND = (".grad\n", ".grad ", ".grad.", ".grad)", ".grad,", ".grad[", ".grad]", ".grad:")
_DERIVATIVES = ("autograd.grad", "import grad", "autograd.functional", "torch.func", "functorch", "backward_hook")


class _Seen:
    def __init__(self, leaf: Any, sample: Any) -> None:
        self.ref = weakref.ref(leaf)
        self.sample = sample
        self.times = 1


class Loose:
    """Leaves of the graph that are neither parameters nor attributes of a module."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._seen: Dict[int, _Seen] = {}
        self._by_hand: Optional[bool] = None

    def look(self, loss: Any, leaves: List[Any], held: Dict[int, Any], labels: str, step: int) -> None:
        """``leaves``: those that no optimizer holds; ``held``: what they hold."""
        known, self._seen = self._seen, {}
        for leaf in leaves:
            packs = list(gather([leaf]).values()) if leaf.device.type == "cpu" else []
            if not packs:
                continue
            before = known.get(id(leaf))
            same = before is not None and before.ref() is leaf and bool((before.sample == packs[0].values_NK).all())
            seen = self._seen[id(leaf)] = before if before is not None and same else _Seen(leaf, packs[0].values_NK)
            seen.times += same
        due = [one for one in leaves if id(one) in self._seen and self._seen[id(one)].times == LOOKS]
        if due:
            self._judge(loss, due, held, labels, step)

    def _judge(self, loss: Any, due: List[Any], held: Dict[int, Any], labels: str, step: int) -> None:
        if self._by_hand is None:
            self._by_hand = _takes_gradients()
        idle = [one for one in held.values() if one.grad is None]
        copies = [one for one in due if _is_copy(one, idle)]
        weights = copies or ([] if self._by_hand else [one for one in due if _is_used_as_weight(loss, one)])
        if not weights:
            return
        names = names_in_frames(weights, sys._getframe())
        shapes = ["x".join(map(str, one.shape)) or "a number" for one in weights]
        named = [names.get(id(one), f"tensor ({shape})") for one, shape in zip(weights, shapes)]
        what = "is a copy of weights that get none" if copies else "is used like a weight"
        self._findings.say(
            "param_not_in_optimizer",
            step,
            f"{{subject}} ({{n}}: {', '.join(shapes[:3])}) is of no module, wants a gradient, {what}, "
            f"and is in no optimizer ({labels}): it keeps its starting values.",
            [(f"loose {id(one)}", name) for one, name in zip(weights, named)],
            {"optimizers": labels, "shapes": shapes[:8], "looks": LOOKS, "registered": False},
        )


def _is_copy(leaf: Any, weights: List[Any]) -> bool:
    """Number for number, of one weight or, in its first row, of one of as many as it has rows."""
    alike = [one for one in weights if one.dtype == leaf.dtype and one.device == leaf.device]
    same = [one for one in alike if one.shape == leaf.shape]
    rows = [one for one in alike if leaf.dim() and one.shape == leaf.shape[1:]]
    stacked = rows if leaf.dim() and len(rows) >= len(leaf) > 1 else []
    return any(torch.equal(leaf, one) for one in same) or any(torch.equal(leaf[0], one) for one in stacked)


def _takes_gradients() -> bool:
    """Does the script do something with gradients by itself? Also where it cannot be read."""
    try:
        texts = sources(sys._getframe())
    except (OSError, ValueError):
        return True
    return not texts or any(word in text for text in texts for word in (*_BY_HAND, *_DERIVATIVES))


def _is_used_as_weight(loss: Any, leaf: Any) -> bool:
    users: Dict[Any, List[Tuple[Any, int]]] = {}
    waiting: List[Tuple[Any, Tuple[int, ...], bool]] = []
    for node in graph.walk(loss, NODES):
        if id(getattr(node, "variable", None)) == id(leaf):
            waiting.append((node, tuple(leaf.shape), False))
        for at, child in enumerate(graph.inputs(node)):
            if child is not None:
                users.setdefault(child, []).append((node, at))
    found: Set[bool] = set()
    while waiting and len(found) < graph.TRUNK_NODES:
        below, size, picked = waiting.pop()
        for node, at in users.get(below, []):
            name, result = graph.kind(node), graph.shape(node)
            if result is None:
                return False
            if name in _ROWS or name in _SAME or (graph.is_view(name) and name != "Expand"):
                waiting.append((node, result, picked or name in _ROWS))
            else:
                found.add(_is_weight_of(node, at, size, picked))
    return found == {True}


def _is_weight_of(node: Any, at: int, size: Tuple[int, ...], picked: bool) -> bool:
    """``size`` of the argument; ``picked``: rows of the tensor were chosen."""
    name, others = graph.kind(node), graph.inputs(node)
    result = graph.shape(node) or ()
    if name in _WEIGHTS_AT:
        return at >= _WEIGHTS_AT[name]
    if name in ("Cat", "Stack"):
        return picked and any(other is None for other in others)
    if name in ("Mm", "Addmm"):
        first = len(others) - 2
        return at < first or (at > first and others[first] is None and result[0] != size[0])
    return _is_spread(size, result)


def _is_spread(size: Tuple[int, ...], result: Tuple[int, ...]) -> bool:
    """Is the same used for each of the first axis of the result, the samples of a batch?"""
    return bool(result) and result[0] > 1 and (len(size) < len(result) or size[0] == 1)
