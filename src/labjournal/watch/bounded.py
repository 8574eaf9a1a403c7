"""An output that cannot reach its targets, because an activation bounds it: loss_floor.

A ReLU, sigmoid or tanh before a squared or absolute error, where targets lie beyond its bounds: what they lie beyond is
error that no training takes away. Before a criterion that takes scores a bound on these is one on the probabilities.
"""

from __future__ import annotations

import math
import sys
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.places import made_at
from labjournal.watch.sampling import Later

LOOKS = 8
TARGETS = 200
ROWS = 256
"""Targets read of one backward pass, at most."""
BEYOND = 0.2
"""Share of the targets that lie beyond a bound, at least: fewer may be noise about it."""
FLOOR = 0.1
"""Of the variance of the targets, that what lies beyond makes up, at least."""
_SHAPES = frozenset("View Reshape ReshapeAlias UnsafeView Squeeze Unsqueeze Flatten Unflatten Alias".split())


class _Bounds(NamedTuple):
    low: float
    high: float
    words: str


_BOUNDS = {
    "Relu": _Bounds(0.0, math.inf, "a ReLU cannot be below 0"),
    "Softplus": _Bounds(0.0, math.inf, "a softplus cannot be below 0"),
    "Sigmoid": _Bounds(0.0, 1.0, "a sigmoid cannot leave 0 to 1"),
    "Softmax": _Bounds(0.0, 1.0, "a softmax cannot leave 0 to 1"),
    "Tanh": _Bounds(-1.0, 1.0, "a tanh cannot leave -1 to 1"),
}


class Bounded:
    """Sums over the targets of the looks so far, for each activation that an output comes from."""

    def __init__(self, findings: Findings, later: Later) -> None:
        self._findings = findings
        self._later = later
        self._sums: Dict[str, List[float]] = {}
        """Looks, targets, their sum and that of their squares; of what lies beyond: number, squares."""
        self._scores: Dict[str, int] = {}
        """Times that scores were found to be bounded, by how."""
        self._judged: Set[_Bounds] = set()

    def look(self, loss: Any, step: int) -> None:
        """Before a backward pass."""
        for node in _plain_criteria(loss):
            name = graph.kind(node)
            if name.startswith(graph.SQUARED):
                children = graph.inputs(node)
                if len(children) < 2 or children[1] is None:  # both trained: the targets may come to the output
                    self._look_at_targets(_activation(node), graph.saved(node, "target"), loss, step)
            elif name in ("Pow", "Abs"):
                self._look_at_targets(*_error(node), loss, step)
            elif name.startswith(("NllLoss", "BinaryCrossEntropyWithLogits")):
                self._look_at_scores(name, node, loss, step)

    def _look_at_targets(self, activation: Optional[str], targets: Any, loss: Any, step: int) -> None:
        if activation not in _BOUNDS or not isinstance(targets, torch.Tensor) or not targets.is_floating_point():
            return
        bounds, values = _BOUNDS[activation], targets.detach()
        if bounds in self._judged or not values.is_contiguous():
            return
        values = values.view(-1)
        values = values[:: max(1, values.numel() // ROWS)][:ROWS].float()
        beyond = values - values.clamp(bounds.low, bounds.high)
        parts = (values.sum(), values.square().sum(), (beyond != 0).sum().float(), beyond.square().sum())
        enough = self._sums.get(bounds.words, [0.0, 0.0])[1] + values.numel() >= TARGETS
        line = made_at(loss, sys._getframe()) if enough else None

        def landed(numbers: List[float]) -> None:
            sums = self._sums.setdefault(bounds.words, [0.0] * 6)
            for at, number in enumerate((1, values.numel(), *numbers)):
                sums[at] += number
            self._judge(bounds, sums, step, line)

        self._later.give(torch.stack(parts), landed)

    def _judge(self, bounds: _Bounds, sums: List[float], step: int, line: Optional[str]) -> None:
        looks, count, total, squares, outside, lost = sums
        if looks < LOOKS or count < TARGETS or bounds in self._judged:
            return
        self._judged.add(bounds)
        variance = squares / count - (total / count) ** 2
        if outside < BEYOND * count or lost < FLOOR * count * variance or not math.isfinite(variance):
            return
        self._say(
            step,
            f"{outside / count:.0%} of the {count:.0f} targets looked at lie where the output never comes: "
            f"{bounds.words}. Their mean squared distance from there is {lost / count:.3g}, the variance of the "
            f"targets {variance:.3g}.",
            {"targets": int(count), "beyond": outside / count, "floor": lost / count, "variance": variance},
            line,
        )

    def _look_at_scores(self, criterion: str, node: Any, loss: Any, step: int) -> None:
        """Scores that an activation bounds; a sigmoid or softmax before a criterion is softmax_twice."""
        normalised = graph.through_views(graph.inputs(node)[0]) if criterion.startswith("NllLoss") else node
        below, classes = _activation(normalised), _classes(normalised)
        if classes > 1 and below == "Tanh":
            floor = math.log1p((classes - 1) * math.exp(-2))
            words = f"a tanh keeps the scores of {classes} classes within -1 and 1, so the loss cannot fall below"
        elif not criterion.startswith("Binary"):
            return
        elif below in ("Relu", "Softplus") and _has_negatives(node):
            floor = math.log(2)
            words = "no score is below 0, so no probability below 0.5: a target of 0 costs at least"
        elif below == "Tanh":
            floor = math.log1p(math.exp(-1))
            words = "a tanh keeps the scores within -1 and 1, so the loss cannot fall below"
        else:
            return
        self._scores[words] = self._scores.get(words, 0) + 1
        if self._scores[words] == LOOKS:
            line = made_at(loss, sys._getframe())
            said = f"The output goes through an activation before the loss: {words} {floor:.3g}."
            self._say(step, said, {"criterion": criterion, "floor": floor, "times": LOOKS}, line)

    def _say(self, step: int, message: str, evidence: Dict[str, Any], line: Optional[str]) -> None:
        self._findings.say(
            "loss_floor",
            step,
            message,
            [("bounded", "")],
            {**evidence, "line": line},
            subject="the output",
            remedy="Take the activation off the output, or bring the targets between its bounds.",
        )


def _plain_criteria(loss: Any) -> Iterator[Any]:
    """Criteria, and errors written out, of all that a model gave: nothing masks, weighs or chooses between them and
    the loss."""
    waiting, seen = [getattr(loss, "grad_fn", None)], 0
    while waiting and seen < graph.TRUNK_NODES:
        node, seen = waiting.pop(), seen + 1
        name = graph.kind(node) if node is not None else ""
        if name.startswith((*graph.SQUARED, "NllLoss", "BinaryCrossEntropyWithLogits")) or name in ("Pow", "Abs"):
            yield node
        elif name in ("Mean", "Sum", "Neg", "Add") or graph.is_view(name) or (name in ("Mul", "Div") and _by_one(node)):
            waiting += graph.inputs(node)


def _by_one(node: Any) -> bool:
    """Is it a product with one number, or of two?"""
    shape = graph.shape(node)
    factors = [graph.saved(node, name) for name in ("self", "other")]
    one = any(isinstance(factor, torch.Tensor) and factor.numel() == 1 for factor in factors)
    return one or (shape is not None and math.prod(shape) == 1)


def _classes(node: Optional[Any]) -> int:
    """How many a log_softmax is taken over; 0 where it is none."""
    shape = graph.shape(node) if node is not None and graph.kind(node) == "LogSoftmax" else None
    at = graph.saved(node, "dim") if shape else None
    if not shape or not isinstance(at, int):
        return 0
    return shape[at % 2**64 - 2**64 if at % 2**64 >= 2**63 else at]  # a negative one is kept without its sign


def _activation(criterion: Optional[Any]) -> Optional[str]:
    """The kind of node whose output a criterion is given, through views alone."""
    children = graph.inputs(criterion) if criterion is not None else ()
    below = graph.through_views(children[0]) if children else None
    return graph.kind(below) if below is not None else None


def _error(node: Any) -> Tuple[Optional[str], Any]:
    """The activation in a difference written out that is squared or made positive, and the targets it is taken from."""
    below = graph.through_views(graph.inputs(node)[0])
    if below is None or graph.kind(below) not in ("Sub", "Rsub"):
        return None, None
    children = graph.inputs(below)
    given = [child for child in children if child is not None]
    made = _through_shapes(given[0]) if len(given) == 1 else None
    if made is None or graph.kind(made) not in _BOUNDS:
        return None, None
    difference, output = graph.saved(node, "self"), graph.saved(made, "result")
    if difference is None or output is None or difference.numel() != output.numel():
        return None, None
    upright = (children[0] is not None) is (graph.kind(below) == "Sub")
    difference, output = difference.detach().reshape(-1), output.detach().reshape(-1)
    return graph.kind(made), output - difference if upright else output + difference


def _through_shapes(node: Any) -> Optional[Any]:
    """The first node on the way down that is no change of shape that leaves the numbers in their order."""
    for _ in range(6):
        if node is None or graph.kind(node) not in _SHAPES:
            return node
        node = next((child for child in graph.inputs(node) if child is not None), None)
    return None


def _has_negatives(node: Any) -> bool:
    """Are there targets of 0 in this batch?"""
    target = graph.saved(node, "target")
    return isinstance(target, torch.Tensor) and target.device.type == "cpu" and bool((target < 0.25).any())
