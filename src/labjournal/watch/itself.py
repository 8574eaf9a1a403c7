"""A term of the loss that compares a model with itself: the teacher, or the old model, is no copy. loss_zero.

Both sides are the same numbers then, so the term is 0 and has no gradient, while the others hide it. A true copy is
the same at the first step only; what is perturbed on purpose differs at the next pass.
"""

from __future__ import annotations

from typing import Any, Iterator, List, Optional, Tuple

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.rules import WARNING
from labjournal.watch.sampling import Later

TIMES = 10
ROWS = 8
"""Rows compared each time; all of them before anything is said."""
ROUNDING = 5e-7
"""Probabilities made of one and the same scores in two ways differ by a unit or two of the last place."""


class Itself:
    """``times``: backward passes looked at in a row in which a term was seen to compare a model with itself."""

    def __init__(self, findings: Findings, later: Later) -> None:
        self._findings = findings
        self._later = later
        self.times = 0
        self.idle_terms = 0
        """Terms of the last loss that have no gradient beside others that have one."""

    def look(self, loss: Any, step: int) -> None:
        """Before a backward pass."""
        sums = self.count(loss)
        whole = self.times == TIMES - 1
        several = any(None not in terms for terms in sums)  # one alone may have been learnt by heart
        answers = [_differs(*pair) for pair in (_pairs(loss, whole) if several else ())]
        if any(one.device != answers[0].device for one in answers):
            return

        def landed(differ: List[bool]) -> None:
            self.times = 0 if all(differ) else self.times + 1
            if self.times == TIMES:
                self._say(step)

        if answers:
            self._later.give(torch.stack(answers), landed)
        else:
            landed([])

    def count(self, loss: Any) -> List[List[Any]]:
        """The terms of each sum in the loss; how many of all have no gradient is kept."""
        sums = [graph.inputs(node) for node, _ in graph.trunk(loss) if graph.kind(node) == "Add"]
        self.idle_terms = sum(None in terms for terms in sums)
        return sums

    def _say(self, step: int) -> None:
        self._findings.say(
            "loss_zero",
            step,
            f"A term of the loss compares the model with itself, in {TIMES} backward passes in a row: both sides are "
            "the same numbers, so nothing comes from it. Is the teacher, or the old model, a copy?",
            [("a term", "")],
            {"times": TIMES, "term": True},
            level=WARNING,
            subject="a term of the loss",
        )


def _pairs(loss: Any, whole: bool) -> Iterator[Tuple[Any, Any, bool]]:
    """Numbers of a term with a gradient, and those given that they are compared with; None stands for zeros.

    The third says whether both are probabilities.
    """
    for node, _ in graph.trunk(loss):
        name = graph.kind(node)
        mine: Optional[Any] = None
        given: Optional[Any] = None
        if name in graph.SQUARED:
            mine, given = graph.saved(node, "self"), graph.saved(node, "target")
            if given is None:
                continue
        elif name in ("Pow", "Abs") and _is_error(node):
            mine = graph.saved(node, "self")
        elif name == "Mul":
            mine, given = _likelihood(node)
        if type(mine) is torch.Tensor and mine.is_floating_point() and mine.numel() > 1:
            mine, given = mine if whole else _some(mine), given if whole or given is None else _some(given)
            yield (mine.exp(), given, True) if name == "Mul" else (mine, given, False)


def _is_error(node: Any) -> bool:
    """The difference of what a model gives and given numbers; a weight may well stay where it was."""
    below = graph.through_views(graph.inputs(node)[0])
    given = [child for child in graph.inputs(below) if child is not None] if below is not None else []
    if below is None or graph.kind(below) not in ("Sub", "Rsub") or len(given) != 1:
        return False
    made = graph.through_views(given[0])
    return made is not None and getattr(made, "variable", None) is None


def _likelihood(node: Any) -> Tuple[Optional[Any], Optional[Any]]:
    """Logarithms of probabilities that are multiplied by given ones: kl_div, cross-entropy with soft targets."""
    children = graph.inputs(node)
    logs = [child for child in children if child is not None]
    if len(children) != 2 or len(logs) != 1:
        return None, None
    below = graph.through_views(logs[0])
    if below is not None and graph.kind(below) in ("Sub", "Rsub"):  # with log_target
        below = next((child for child in graph.inputs(below) if child is not None), None)
    result = graph.saved(below, "result") if below is not None and graph.kind(below) == "LogSoftmax" else None
    given = graph.saved(node, "self" if children[0] is None else "other")
    if result is None or given is None or result.shape != given.shape:
        return None, None
    return result, given


def _differs(mine: Any, given: Optional[Any], probabilities: bool) -> Any:
    """As one number on their device. Answers that are all alike are no model's, and differ from anything."""
    if given is None:
        return mine.any()
    if mine.shape != given.shape or mine.dtype != given.dtype:
        return torch.ones((), dtype=torch.bool, device=mine.device)
    gap = (mine - given).abs().max()
    return (gap > (ROUNDING if probabilities else 0.0)) | (mine.max() == mine.min())


def _some(tensor: Any) -> Any:
    """The first rows of the first block, as a view."""
    return tensor[(0,) * (tensor.dim() - 2)][:ROWS] if tensor.dim() > 1 else tensor[: ROWS * ROWS]
