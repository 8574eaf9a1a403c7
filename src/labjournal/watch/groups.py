"""Groups of an optimizer that cannot get a gradient, and tensors that two optimizers hold or one holds twice.

optimizer_param_frozen and param_in_two_optimizers. Looked at once, when the first steps with a layout are over.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Set

from labjournal.watch.chosen import Chosen
from labjournal.watch.findings import Findings
from labjournal.watch.flags import flagged
from labjournal.watch.frozen import is_declared
from labjournal.watch.look import Look
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, Tracked, groups_of
from labjournal.watch.rules import NOTICE, WARNING
from labjournal.watch.sampling import readable

GROUPS_AT = 20
"""Steps that the groups of an optimizer are given, from the first one on and after each change of them."""


class Groups:
    """The groups of each optimizer."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers, declared: List[str]) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._declared = declared
        self._chosen = Chosen(findings, models)
        self._due: Dict[Tracked, int] = {}
        """The step from which the groups of an optimizer are to be looked at, for each new layout of them."""
        self._frozen: Dict[Tracked, List[int]] = {}
        self._flagged: Dict[Tracked, Set[int]] = {}
        """Groups told of already."""
        self._frozen_at_birth: Dict[Tracked, Set[int]] = {}
        """Tensors, by id, that were frozen when their optimizer was built: an earlier phase is no excuse for these."""
        self._groups: Dict[Tracked, int] = {}
        self._trained: Dict[int, weakref.ref[Any]] = {}
        """Tensors that had a gradient when an optimizer that holds them was laid out anew."""

    def optimizer_made(self, tracked: Tracked, optimizer: Any) -> None:
        """Keep what is frozen now."""
        self._frozen_at_birth[tracked] = {id(one) for one in tracked.params(optimizer) if not one.requires_grad}

    def relaid(self, tracked: Tracked, params: List[Any]) -> None:
        """An optimizer is about to step for the first time, or the first time since its groups have changed."""
        self._due[tracked] = max(GROUPS_AT, tracked.n + GROUPS_AT - 1)
        for parameter in params:
            if parameter.requires_grad and parameter.grad is not None:
                self._trained[id(parameter)] = weakref.ref(parameter)

    def after_step(self, look: Look) -> None:
        if look.curves or look.tracked.looks == 1:
            self.ask_again(look.tracked, look.optimizer)
            self._look_for_flags(look.tracked, look.optimizer, look.step)
        if look.step >= self._due.get(look.tracked, look.step + 1):
            del self._due[look.tracked]
            self._look(look.tracked, look.optimizer, look.step)

    def _look_for_flags(self, tracked: Tracked, optimizer: Any, step: int) -> None:
        """Groups that were to be thawed by what thaws nothing."""
        frozen = _frozen_groups(optimizer)
        for path, tensors, name, holder in flagged(self._models, True) if frozen else ():
            groups = [at for at in frozen if any(id(one) in tensors for one in groups_of(optimizer)[at]["params"])]
            if groups:
                self._flagged.setdefault(tracked, set()).update(groups)
                why = f": {name} = True was set on {holder} ({path}), which does nothing"
                self._say_frozen(tracked, len(groups_of(optimizer)), groups, step, WARNING, why)

    def _was_trained(self, params: List[Any]) -> bool:
        """A group trained in an earlier phase is not held for nothing."""
        known = [(parameter, self._trained.get(id(parameter))) for parameter in params]
        return any(ref is not None and ref() is parameter for parameter, ref in known)

    def _look(self, tracked: Tracked, optimizer: Any, step: int) -> None:
        born = self._frozen_at_birth.get(tracked, set())
        frozen = [
            at
            for at in _frozen_groups(optimizer)
            if at not in self._flagged.get(tracked, ())
            if all(id(one) in born for one in groups_of(optimizer)[at]["params"])
            or not self._was_trained(groups_of(optimizer)[at]["params"])
        ]
        if frozen:
            everything = len(frozen) == len(groups_of(optimizer))
            self._frozen[tracked] = frozen
            self._say_frozen(tracked, len(groups_of(optimizer)), frozen, step, WARNING if everything else NOTICE)
        else:
            self._chosen.look(tracked, tracked.params(optimizer), step)
        self._say_twins(tracked, optimizer, step)
        mine = {id(parameter) for group in groups_of(optimizer) for parameter in group["params"]}
        for other, its in self._optimizers.live():
            if other is tracked or not other.n:
                continue
            shared = sum(id(parameter) in mine for group in groups_of(its) for parameter in group["params"])
            twice = tracked.at_backward == other.at_backward and not (tracked.nested or other.nested)
            rests = tracked.at_backward - other.at_backward >= tracked.n - 1 > 0  # an earlier phase had it
            if shared and not rests:
                pair = " and ".join(sorted((tracked.label, other.label)))
                self._findings.say(
                    "param_in_two_optimizers",
                    step,
                    f"{shared} tensors are stepped by both {pair}"
                    + (", one after the other with the same gradients." if twice else "."),
                    [(f"{pair} {twice}", "")],
                    {"optimizers": pair, "shared": shared, "with_the_same_gradients": twice},
                    level=WARNING if twice else NOTICE,
                    subject=pair,
                )

    def _say_twins(self, tracked: Tracked, optimizer: Any, step: int) -> None:
        """Two Parameters over the same numbers, each with a gradient: a step moves them twice."""
        paths = {id(parameter): named.path for parameter, named, _ in self._models.parameters()}
        seen: Dict[Any, str] = {}
        for one in tracked.params(optimizer):
            plain, mine = readable(one) if one.grad is not None else None, paths.get(id(one))
            if plain is None or mine is None or plain.numel() < 2:
                continue
            first = seen.setdefault((plain.device, plain.data_ptr(), tuple(plain.shape), plain.stride()), mine)
            if first != mine:
                self._findings.say(
                    "param_in_two_optimizers",
                    step,
                    f"{first} and {mine} are two Parameters over the same numbers: each step of {tracked.label} moves "
                    "them twice, with a gradient and a state of each.",
                    [(f"{mine} twin", mine)],
                )

    def _say_frozen(
        self, tracked: Tracked, groups: int, frozen: List[int], step: int, level: str, why: str = ""
    ) -> None:
        self._findings.say(
            "optimizer_param_frozen",
            step,
            f"{len(frozen)} of {groups} parameter groups of {tracked.label} hold only tensors "
            f"with requires_grad off{why}.",
            [(f"{tracked.label}.group{at} {level}", "") for at in frozen],
            {"optimizer": tracked.label, "groups": frozen},
            level=level,
            subject=tracked.label,
        )

    def ask_again(self, tracked: Tracked, optimizer: Any) -> None:
        """Are the groups that were frozen at step 20 frozen still? Gradual unfreezing begins like this."""
        first = self._frozen.get(tracked)
        if first and len(first) < len(groups_of(optimizer)):
            groups = [at for at in _frozen_groups(optimizer) if at in first]
            self._frozen[tracked] = [] if self._all_declared(optimizer, groups) else groups
            self._groups[tracked] = len(groups_of(optimizer))

    def end(self, step: int) -> None:
        """What was frozen to the end was given to the optimizer for nothing."""
        self._chosen.end(step)
        for tracked, still in self._frozen.items():
            optimizer = tracked.ref()
            if optimizer is not None:  # looks may not have been paid for since
                still = [at for at in _frozen_groups(optimizer) if at in still]
                still = [] if self._all_declared(optimizer, still) else still
                self._groups[tracked] = len(groups_of(optimizer))
            if still and tracked in self._groups:
                self._say_frozen(tracked, self._groups[tracked], still, step, WARNING, " until the end")

    def _all_declared(self, optimizer: Any, groups: List[int]) -> bool:
        """Are the tensors of these groups declared frozen by the user?"""
        paths = {id(parameter): named.path for parameter, named, _ in self._models.parameters()}
        members = [parameter for at in groups for parameter in groups_of(optimizer)[at]["params"]]
        return all(is_declared(paths.get(id(one), ""), self._declared) for one in members)


def _frozen_groups(optimizer: Any) -> List[int]:
    """Groups in which no tensor can get a gradient."""
    return [
        at
        for at, group in enumerate(groups_of(optimizer))
        if group["params"]
        and not any(one.requires_grad or one.grad is not None for one in group["params"])  # or written by hand
    ]
