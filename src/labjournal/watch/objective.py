"""What the loss is made of, read off the graph at each backward pass looked at: exact tests of its structure.

loss_zero, softmax_twice, shape_broadcast, objective_sign, loss_unbounded_below, single_class_batches and
target_dominated_by_one_class. A structure counts once it was seen in TIMES backward passes.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch import graph, mixtures
from labjournal.watch.findings import Findings
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, groups_of
from labjournal.watch.places import made_at
from labjournal.watch.rules import NOTICE, WARNING
from labjournal.watch.sampling import Later
from labjournal.watch.spread import Sides, spread_sides

TIMES = 5
SIGN_TIMES = 10
ZERO_TIMES = 5
ZERO_LATER = 20
SINGLE_BATCHES = 8
SINGLE_SHARE = 0.6
"""Sorted data have a mixed batch where two classes meet. Shuffled batches of four rows and two equal classes: 0.13."""
ONE_OF_THEM = 0.85
"""Of the batches of one class those of the same class, at most: above it a class is common, and nothing is sorted."""
MIN_ROWS = 4
MIN_TARGETS = 200
_STRUCTURES = {
    "softmax_twice": "The loss ({criterion}) applies {pair} to the output of {below}",
    "softmax_over_batch": "The loss ({criterion}) is given log_softmax over dimension 0, the samples of the batch",
    "shape_broadcast": "{spread}{where}: their shapes differ",
    "loss_unbounded_below": "{given} was given numbers without log_softmax",
}
_SQUASHED = ("Softmax", "Sigmoid")
_HINGES = ("ClampMin", "Clamp", "Relu", "Threshold", "Maximum", "Softplus")


class Objective:
    """Looks at the loss; ``loss`` is told its number."""

    def __init__(self, findings: Findings, later: Later, models: Models, optimizers: Optimizers) -> None:
        self._findings = findings
        self._later = later
        self._models = models
        self._optimizers = optimizers
        self._times: Dict[str, int] = {}
        self._zeros = 0
        self._losses = 0
        self._criterion = ""
        self._below = "Softmax"
        """The kind of node that makes what a criterion of scores was given last."""
        self.judged = ""
        """What the sign was seen of: a criterion, or an error written out."""
        self.hinge = False
        """A margin that is kept costs exactly 0, from the first batch on if the task is easy."""
        self.switched_off = False
        """A term of the loss was multiplied by 0."""
        self._now: List[Any] = []
        """Lowest and highest class target of each criterion of the step at hand."""
        self._now_rows = 0
        self._now_step = 0
        self._headed = False
        """Class targets are compared with the output of a layer, one number a class."""
        self._uprights = 0
        """Backward passes on a criterion as it is."""
        self._attacked = False
        """The last layer before the criterion cannot be trained: what is, are the inputs of a finished model."""
        self._single: Counter[float] = Counter()
        """Batches of one class, by class."""
        self._batches = 0
        self._rows = 0
        self._classes: Set[float] = set()
        self._mixed = True
        self.saved_hooks = False
        """The script uses saved-tensor hooks: what nodes saved must not be read."""

    # -- before a backward pass

    def look(self, loss: Any, step: int) -> None:
        kinds: Set[str] = set()
        if step != self._now_step:
            self._step_over(self._now_step)
            self._now_step = step
        for node, sign in graph.trunk(loss):
            name = graph.kind(node)
            self.hinge |= name in _HINGES
            self.switched_off |= not self.saved_hooks and graph.is_switched_off(node)
            if name.startswith(graph.CRITERIA):
                kinds.add(self._criterion_seen(node, name))
                if sign and name != "LogSoftmax":
                    kinds.add("objective_sign" if sign < 0 else "upright")
                    self._attacked = graph.is_frozen_head(graph.head(node))
                    self.judged = name
                self._criterion = name
            elif sign and name in ("Pow", "Abs") and (error := _error_in(node)) is not None:
                kinds.add("objective_sign" if sign < 0 else "upright")
                self._attacked = graph.is_frozen_head(graph.head(error))
                self.judged = "squared error" if name == "Pow" else "absolute error"
            elif name == "Sub" and _is_divergence_of_probabilities(node):
                kinds.add("loss_unbounded_below")
                self._criterion = "KlDiv"
            elif name == "Sub" and _is_of_probabilities(node):
                kinds.add("softmax_twice")
                self._criterion = "logits"
        spread = spread_sides(loss, read=not self.saved_hooks)
        if spread is not None:
            kinds.add("shape_broadcast")
        self._uprights += "upright" in kinds
        for rule in ("objective_sign", "upright", *_STRUCTURES):
            self._times[rule] = self._times.get(rule, 0) + 1 if rule in kinds else 0
        self._say(step, loss, spread)

    def _criterion_seen(self, node: Any, name: str) -> str:
        before = graph.through_views(graph.inputs(node)[0] if graph.inputs(node) else None)
        below = graph.kind(before) if before is not None else ""
        if name.startswith("NllLoss"):
            self._target(node)
            if below == "LogSoftmax":
                if graph.saved(before, "dim") == 0 and len(graph.shape(before) or ()) > 1:
                    return "softmax_over_batch"
                after = graph.through_views(graph.inputs(before)[0])
                self._below = graph.kind(after) if after is not None else ""
                twice = self._below in _SQUASHED
                return "softmax_twice" if twice or self._are_probabilities(before) else ""
            return "loss_unbounded_below" if below in ("Addmm", "Mm", "Softmax", "Convolution", "Sigmoid") else ""
        if name == "LogSoftmax":
            self._below = below
            return "softmax_twice" if below in _SQUASHED else ""
        if name.startswith("BinaryCrossEntropy"):
            self._target(node)
            self._below = below
            return "softmax_twice" if name.endswith("WithLogits") and below in _SQUASHED else ""
        return ""

    def _are_probabilities(self, scores: Any) -> bool:
        """Are numbers that log_softmax is given a mixture of softmaxes? Asked as long as all looks so far said so."""
        self._mixed = self._mixed and not self.saved_hooks and mixtures.are_probabilities(scores)
        return self._mixed

    def _target(self, node: Any) -> None:
        """Class targets: are there batches of one class only?"""
        if self.saved_hooks:
            return
        target = graph.saved(node, "target")
        if target is None or target.dim() > 2 or (target.dim() == 2 and target.shape[1] != 1):
            return
        rows = int(target.shape[0])
        if rows < MIN_ROWS:
            return
        self._now.append(torch.stack([target.min(), target.max()]).float())
        self._now_rows += rows
        head = graph.head(node)
        if head is not None and node.name().startswith("NllLoss"):
            classes = graph.shape(graph.inputs(node)[0])
            self._headed |= classes is not None and (graph.shape(head) or (0,))[-1] == classes[-1]

    def _step_over(self, step: int) -> None:
        """All class targets of one step: positives and negatives may have a criterion each, and belong together."""
        lows_highs, rows = self._now, self._now_rows
        self._now, self._now_rows = [], 0
        if not lows_highs or any(one.device != lows_highs[0].device for one in lows_highs):
            return
        both = torch.stack(lows_highs)

        def landed(numbers: List[float]) -> None:
            low, high = numbers
            self._batches += 1
            self._rows += rows
            self._classes.update(numbers)
            self._single[low] += low == high
            times, most = sum(self._single.values()), max(self._single.values())
            single = times >= SINGLE_BATCHES and times >= SINGLE_SHARE * self._batches and most <= ONE_OF_THEM * times
            if single and self._one_optimizer():
                self._findings.say(
                    "single_class_batches",
                    step,
                    f"{times} of {self._batches} batches looked at hold one class only, "
                    f"{len(self._classes)} classes in all: the training data are not shuffled.",
                    evidence={"batches": self._batches, "of_one_class": times, "classes": len(self._classes)},
                    subject="the targets",
                )

        self._later.give(torch.stack([both[:, 0].min(), both[:, 1].max()]), landed)

    def _one_optimizer(self) -> bool:
        return self._optimizers.together <= 1

    def _say(self, step: int, loss: Any, spread: Optional[Sides]) -> None:
        for rule in _STRUCTURES:
            if self._times[rule] == TIMES:
                self._say_structure(rule, step, loss, spread)
        if self._times["objective_sign"] >= SIGN_TIMES and self._steps_a_model(uphill=False) and not self._attacked:
            learnt = self._uprights >= SIGN_TIMES or self._models.loads > 0  # what is to be forgotten was learnt before
            self._findings.say(
                "objective_sign",
                step,
                f"The loss is minus a {self.judged}, in {SIGN_TIMES} backward passes in a row, and the optimizer "
                "makes it smaller: the error grows.",
                evidence={"criterion": self.judged, "times": SIGN_TIMES},
                level=NOTICE if learnt else None,
                subject="the loss",
            )
        if self._times["upright"] >= SIGN_TIMES and self._steps_a_model(uphill=True):
            self._findings.say(
                "objective_sign",
                step,
                f"The optimizer has maximize=True and the loss is a {self.judged}, in {SIGN_TIMES} backward passes "
                "in a row: the error is made larger.",
                evidence={"criterion": self.judged, "times": SIGN_TIMES},
                subject="the loss",
            )

    def _say_structure(self, rule: str, step: int, loss: Any, spread: Optional[Sides]) -> None:
        names = {
            "criterion": self._criterion,
            "pair": "a sigmoid" if self._criterion.startswith("Binary") else "a softmax",
            "below": "a sigmoid" if self._below == "Sigmoid" else "a softmax",
            "given": "kl_div" if self._criterion == "KlDiv" else "nll_loss",
        }
        line = made_at(loss, sys._getframe())
        evidence: Dict[str, Any] = {"criterion": self._criterion, "times": TIMES, "line": line}
        remedy = None
        if rule == "shape_broadcast" and spread is not None:
            names.update(spread=spread.words, where=f" of {line}" if line else "")
            evidence.update(prediction=list(spread.prediction), target=list(spread.target))
            remedy = None if len(spread.prediction) > 1 else "Give both the same shape: squeeze(-1) on the target."
        message = f"{_STRUCTURES[rule].format(**names)}, in {TIMES} backward passes in a row."
        self._findings.say(rule, step, message, evidence=evidence, subject="the loss", remedy=remedy)

    @property
    def sign(self) -> Tuple[int, str]:
        """1 where the last backward passes were on a criterion as it is, -1 where on minus one, 0 else; and which."""
        upright, minus = (self._times.get(rule, 0) >= SIGN_TIMES for rule in ("upright", "objective_sign"))
        return (0 if self._attacked else upright - minus), self.judged

    def _steps_a_model(self, uphill: bool) -> bool:
        """One optimizer steps, over tensors of a model, in that direction. Adversaries and inputs under attack are
        none."""
        stepping = [(tracked, one) for tracked, one in self._optimizers.live() if tracked.n >= SIGN_TIMES - 1]
        if len(stepping) != 1 or len(self._optimizers.stepping()) != 1:
            return False
        groups = groups_of(stepping[0][1])
        if any(bool(group.get("maximize")) is not uphill for group in groups):
            return False
        return any(self._models.birth(parameter) is not None for group in groups for parameter in group["params"])

    # -- with the number

    def loss(self, largest: float, step: int) -> None:
        """``largest`` in size of the losses sent back for one step."""
        self._losses += 1
        self._zeros = self._zeros + 1 if largest == 0 else 0
        from_start = self._zeros == self._losses
        from_start = from_start and not (self.hinge and not self._criterion)
        if self._zeros == (ZERO_TIMES if from_start and self._criterion else ZERO_LATER):
            self._findings.say(
                "loss_zero",
                step,
                f"The loss was exactly 0 in {self._zeros} backward passes looked at in a row"
                + (", from the first one on." if from_start else "."),
                evidence={"times": self._zeros, "criterion": self._criterion or None},
                level=None if from_start else NOTICE,
                subject="the loss",
            )

    def end(self, step: int, only_target: Optional[float]) -> None:
        """``only_target``: that of every sample of the data set trained on, where all have the same. Targets that a
        script makes by itself, as positives only, may be meant so."""
        self._step_over(step)
        headed = self._criterion.startswith("NllLoss") and self._headed
        labelled = self._criterion.startswith("BinaryCrossEntropy") and only_target in self._classes
        if self._rows >= MIN_TARGETS and len(self._classes) == 1 and self._one_optimizer():
            self._findings.say(
                "target_dominated_by_one_class",
                step,
                f"All {self._rows} targets looked at are of one class.",
                evidence={"targets": self._rows, "class": next(iter(self._classes))},
                level=WARNING if headed or labelled else None,
                subject="the targets",
            )


def _is_of_probabilities(node: Any) -> bool:
    """Are logits normalised, as ``Categorical(logits=...)`` does it, that are the output of a softmax?"""
    logits, sums = (graph.through_views(one) for one in graph.inputs(node)[:2])
    if logits is None or sums is None or graph.kind(logits) != "Softmax" or graph.kind(sums) != "Logsumexp":
        return False
    return graph.through_views(graph.inputs(sums)[0]) is logits


def _is_divergence_of_probabilities(node: Any) -> bool:
    """``t log t - t p``, number by number, as kl_div computes it: is ``p`` a softmax where its logarithm should be?"""
    children = graph.inputs(node)
    product = children[1] if len(children) == 2 and children[0] is None else None
    if product is None or graph.kind(product) != "Mul":
        return False
    given = [one for one in graph.inputs(product) if one is not None]
    below = graph.through_views(given[0]) if len(given) == 1 else None
    same = below is not None and graph.shape(below) == graph.shape(node) is not None
    return below is not None and same and graph.kind(below) == "Softmax"


def _error_in(node: Any) -> Optional[Any]:
    """The difference that is squared, or made positive: between what a model gives and given numbers of its shape."""
    scalar = node.name().startswith(("PowBackward0", "AbsBackward"))
    if not scalar or (graph.kind(node) == "Pow" and graph.saved(node, "exponent") != 2):
        return None
    below = graph.through_views(_unscaled(graph.inputs(node)[0]))
    if below is None or graph.kind(below) not in ("Sub", "Rsub"):
        return None
    given = [child for child in graph.inputs(below) if child is not None]
    whole = len(given) == 1 and len(graph.inputs(below)) == 2 and graph.shape(given[0]) == graph.shape(below)
    return below if whole else None


def _unscaled(node: Any) -> Any:
    """Without a division by given numbers, as of a residual by its error."""
    children = graph.inputs(node) if node is not None and graph.kind(node) in ("Div", "Mul") else ()
    given = [child for child in children if child is not None]
    return given[0] if len(given) == 1 else node
