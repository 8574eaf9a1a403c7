"""Trained or loaded tensors left out of an optimizer that look forgotten, and not left out on purpose.

Who tunes a part leaves out most of a model: the backbone below a head, all norms, all weights but the biases. A few
tensors missing from an optimizer that holds the rest are something else where the script shows that it meant each
part: one of a layer whose others are held, one block between held ones, or the end of a list of stages with a learning
rate each. Where optimizers take in more and more of a model (gradual unfreezing) the rest may be still to come.
"""

from __future__ import annotations

from typing import Any, Dict, List, Set, Tuple

from labjournal.watch.adapters import pairs
from labjournal.watch.findings import Findings
from labjournal.watch.models import Models, Named
from labjournal.watch.optimizers import Optimizers, groups_of
from labjournal.watch.rules import NOTICE, WARNING

TENSORS = 0.2
ELEMENTS = 0.25
"""Shares of a model's tensors and elements above which a part is left out on purpose. Biases alone are many tensors."""
RATES = 3
"""Different learning rates over the rest of the model: each stage was given its own."""

Left = Tuple[Any, Named, Any]
"""A tensor, its name and the module that owns it."""


def say_left_out(
    findings: Findings, left: List[Left], forgotten: Set[int], step: int, evidence: Dict[str, Any]
) -> None:
    """Tensors with signs of intention: a notice, and a warning for those that look ``forgotten`` all the same."""
    for few in (True, False):
        end = (
            "The rest of the model is, so that it alone stays as it is; requires_grad_(False) would say that it "
            "is meant to."
            if few
            else "It looks meant (loaded weights, eval mode, trained before, or an adapter still at 0); "
            "requires_grad_(False) would save its backward pass."
        )
        named = [(name.path, name.module) for one, name, _ in left if (id(one) in forgotten) is few]
        if named:
            findings.say(
                "param_not_in_optimizer",
                step,
                f"{{subject}} ({{n}}) gets gradients but is in no optimizer ({evidence['optimizers']}). {end}",
                named,
                {**evidence, "looks_meant": not few},
                level=WARNING if few else NOTICE,
            )


def idle_adapters(
    candidates: List[Left], at_zero: Set[int], held: Dict[int, Any], models: Models, optimizers: Optimizers
) -> Set[int]:
    """Adapters that were there when the optimizers were built and still add nothing to weights that those train: their
    own phase comes later. By id."""
    built = max((tracked.tick for tracked in optimizers.stepping()), default=0)
    small = [
        (one, named)
        for one, named, _ in candidates
        if one.dim() == 2 and (birth := models.birth(one)) is not None and birth[0] <= built
    ]
    if at_zero.isdisjoint(id(one) for one, _ in small):
        return set()
    weights = [(one, named) for one, named, _ in models.parameters() if id(one) in held]
    halves = [{id(ref()) for ref in pair.refs[1:]} for pair in pairs(weights, small)]
    return {half for both in halves if both & at_zero for half in both}


def overlooked(left: List[Left], models: Models, optimizers: Optimizers) -> Set[int]:
    """Those of ``left``, by id, that look forgotten."""
    rates = _rates(optimizers)
    found: Set[int] = set()
    for root in {named.root for _, named, _ in left}:
        mine = {id(one) for one, named, _ in left if named.root == root}
        trained = [
            (one, owner)
            for one, named, owner in models.parameters()
            if named.root == root and one.requires_grad and one.grad is not None
            if id(one) in mine or id(one) in rates
        ]
        if _forgotten(mine, trained, rates):
            found |= mine
    return found


def _forgotten(mine: Set[int], trained: List[Tuple[Any, Any]], rates: Dict[int, float]) -> bool:
    missing = [one for one, _ in trained if id(one) in mine]
    elements = sum(one.numel() for one, _ in trained)
    if sum(one.numel() for one in missing) > ELEMENTS * elements:
        return False
    outside = [id(one) in mine for one, _ in trained]
    owners = {id(owner) for (_, owner), out in zip(trained, outside) if not out}
    if any(out and id(owner) in owners for (_, owner), out in zip(trained, outside)):
        return True  # a layer of which one tensor is trained and another one is not
    if len(missing) > TENSORS * len(trained):
        return False
    first, last = outside.index(True), len(outside) - 1 - outside[::-1].index(True)
    if not all(outside[first : last + 1]):
        return False
    between = first > 0 and last < len(outside) - 1
    return between or len({rates[id(one)] for one, _ in trained if id(one) not in mine}) >= RATES


def _rates(optimizers: Optimizers) -> Dict[int, float]:
    """The learning rate of each tensor held, by id."""
    return {
        id(parameter): rate
        for tracked, optimizer in optimizers.live()
        for group, rate in zip(groups_of(optimizer), tracked.learning_rates(optimizer))
        for parameter in group["params"]
    }
