"""Tensors that an optimizer holds and that get no gradient: no_grad, module_never_called, and updates_stopped_midrun
where gradients came and do not come any more.

Told by module: a part of a called module without gradients is a note, a whole one a warning. Whether a module is called
at all is asked of forward passes, by a hook that is there only while the question is open.
"""

from __future__ import annotations

import functools
import sys
import weakref
from typing import Any, Dict, List, Set, Tuple

from labjournal.watch import graph
from labjournal.watch.calls import Calls
from labjournal.watch.cutoff import say_used_as_numbers
from labjournal.watch.findings import Findings
from labjournal.watch.heads import side_by_side
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.models import Models, Named
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.rules import ALARM, NOTICE, WARNING
from labjournal.watch.stopped import LOOKS as STOPPED_LOOKS
from labjournal.watch.unmentioned import is_left_out
from labjournal.watch.walk import children, parameters

PATIENCE = 20
"""Looks in a row without a gradient before they are worth a word."""
ALL_NONE = 5
ASK_CALLED_AT = 12
"""Looks without a gradient after which forward passes are watched to see whether the module is called at all."""
PHASE_STEPS = 100
"""Since the last gradient, for which it is left to the checks of what stops whether training has phases."""
GRAPH_NODES = 4000
SIBLINGS = 3
NEARLY_EACH = 0.9
MOST_READ = 16
"""Modules for which the script is read."""


class _State:
    def __init__(self, tensors: int) -> None:
        self.none = [0] * tensors
        self.alive = [0] * tensors
        """Looks with a gradient."""
        self.last_alive = [0] * tensors
        self.told: Set[int] = set()
        self.all_none = 0
        self.backwards = 0
        self.moved: Set[int] = set()
        """Tensors, by place, that a step has moved without a gradient: the optimizer finds its own way."""


class Missing:
    """Missing gradients over all optimizers."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers, names: Names) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self._never: List[_Idle] = []
        """Tensors of modules that were not called while it was asked whether they are."""
        self._own_group: List[_Idle] = []
        """Tensors of called modules without a gradient, in a group that the script has made for nothing else."""
        self.calls = Calls(models)
        self._reached: Set[int] = set()
        """Tensors, by id, that a backward pass came to while it was asked."""
        self._given: Set[int] = set()
        """Those to which it brought a gradient."""
        self._wanted: Set[int] = set()
        self._hooks: List[Any] = []

    def reset(self, tracked: Tracked, tensors: int) -> None:
        self._states[tracked] = _State(tensors)

    def judge(self, look: Look, compared: Compared) -> None:
        if any(look.none):
            moved = [at for at, changed in compared.changed.items() if changed and look.none[at]]
            self._states[look.tracked].moved.update(moved)

    def before_backward(self, loss: Any) -> None:
        if self.calls.asked:
            leaves = graph.leaves(loss, GRAPH_NODES, read=False)
            self._reached.update(leaves)
            for one in [] if self._models.compiled else [leaves[key] for key in self._wanted & leaves.keys()]:
                self._hooks.append(one.register_hook(functools.partial(self._give, id(one))))

    def _give(self, identity: int, gradient: Any) -> None:
        if gradient is not None:
            self._given.add(identity)

    def after_step(self, look: Look, backwards: int) -> None:
        """``backwards``: backward passes so far."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        state = self._states[look.tracked]
        for at, none in enumerate(look.none):
            missing = none and look.params[at].requires_grad
            state.none[at] = state.none[at] + 1 if missing else 0
            if not none:
                state.alive[at] += 1
                state.last_alive[at] = look.step
                state.told.discard(at)
        everything = bool(look.none) and all(look.none)
        grown = backwards > state.backwards
        state.backwards = backwards
        state.all_none = state.all_none + 1 if everything and grown else 0
        if state.all_none == ALL_NONE and look.step == look.tracked.looks and self._is_all_there_is(look):
            self._say_all_none(look, backwards)
            return
        if any(count == ASK_CALLED_AT for count in state.none):
            wanted = {id(look.params[at]) for at, count in enumerate(state.none) if count >= ASK_CALLED_AT}
            self.calls.ask(wanted)
            self._wanted.update(wanted)
        due = [at for at, count in enumerate(state.none) if count >= PATIENCE and self._is_due(look, state, at)]
        state.told.update(due)
        if due and self._findings.raised("no_grad") != ALARM:
            self._say_no_grad(look, state, due)
            self.calls.clear()
            self._reached.clear()
            self._given.clear()
            self._wanted.clear()

    @staticmethod
    def _is_due(look: Look, state: _State, at: int) -> bool:
        """Where gradients came before, training may have phases, longer than some looks in a row."""
        ended = state.alive[at] >= STOPPED_LOOKS and look.step - state.last_alive[at] < PHASE_STEPS
        return not ended and at not in state.told and at not in state.moved

    def _is_all_there_is(self, look: Look) -> bool:
        """The one optimizer of the program, over tensors that a live model has (a stale one is told elsewhere)."""
        in_models = {id(parameter) for parameter, _, _ in self._models.parameters()}
        return len(self._optimizers.stepping()) == 1 and any(id(parameter) in in_models for parameter in look.params)

    def _say_all_none(self, look: Look, backwards: int) -> None:
        label = look.tracked.label
        named = self._names(look.params, look.tracked)
        self._findings.say(
            "no_grad",
            look.step,
            f"No tensor of {label} had a gradient at any of its {ALL_NONE} steps, although backward() ran each time: "
            "is zero_grad() called between backward() and step(), or is the loss cut off from the model?",
            [(name.path, name.module) for name in named],
            {"optimizer": label, "steps": ALL_NONE, "backward_passes": backwards},
            level=ALARM,
        )

    def _say_no_grad(self, look: Look, state: _State, due: List[int]) -> None:
        named = self._names(look.params, look.tracked)
        owners = {id(one): owner for one, _, owner in self._models.parameters()}
        alive = {named[at].module for at, count in enumerate(state.none) if not count}
        groups: Dict[str, List[int]] = {
            kind: [] for kind in "lost never nowhere cut note taken beside aside shared ended".split()
        }
        lost = set() if self._models.compiled else self._reached - self._given
        others = self._stepped_by_others(look)
        theirs = {one for held in others.values() for one in held}
        for at in due:
            owner = owners.get(id(look.params[at]))
            if owner is None:
                continue  # in no model: stale, told by the membership family
            called = self.calls.called.get(id(owner))
            if id(look.params[at]) in lost and not all(state.none):
                groups["lost"].append(at)
            elif any(f"{path}.".startswith(f"{named[at].module}.") for path in alive):
                groups["note"].append(at)
            elif called is None and not state.alive[at] and id(owner) in self.calls.asked and not self._models.compiled:
                groups["never"].append(at)
            elif called is None or (called is False and not owner.training):
                groups["note"].append(at)
            elif id(look.params[at]) in self._reached and not all(state.none):
                groups["taken"].append(at)
            elif side_by_side(self._models.parents(owner)):
                groups["beside"].append(at)
            elif self._gives_another_output(owner):
                groups["aside"].append(at)
            elif id(look.params[at]) in theirs:
                groups["shared"].append(at)
            else:
                groups["ended" if state.alive[at] >= STOPPED_LOOKS else "cut"].append(at)
        say_used_as_numbers(self._findings, look, [named[at] for at in groups["note"]], PATIENCE)
        label = look.tracked.label
        groups["nowhere"] = self._left_out(
            look, state, named, [(at, owners[id(look.params[at])]) for at in groups["never"]]
        )
        groups["never"] = [at for at in groups["never"] if at not in groups["nowhere"]]
        self._own_group += [_Idle(look.params[at], named[at]) for at in groups["note"] if _alone(look, state, at)]
        for kind, rule, level, text in (
            ("cut", "no_grad", None, "is used in the forward pass but got no gradient"),
            ("ended", "updates_stopped_midrun", None, "had gradients, is used in the forward pass, and got none"),
            ("never", "module_never_called", None, "was not called in a forward pass and got no gradient"),
            (
                "nowhere",
                "module_never_called",
                WARNING,
                "can be called by no line of the script, and got no gradient",
            ),
            ("note", "no_grad", NOTICE, "got no gradient"),
            ("lost", "no_grad", None, "goes into a function whose backward() gives it none: it got no gradient"),
            ("beside", "no_grad", NOTICE, "stands beside others that were trained, and got no gradient"),
            (
                "aside",
                "no_grad",
                NOTICE,
                "gives an output of a library's model that the loss does not use, and got none",
            ),
            ("taken", "no_grad", NOTICE, "lost the gradient of the backward pass before step()"),
            ("shared", "param_in_two_optimizers", None, f"is trained by {', '.join(others)} and got no gradient"),
        ):
            members = groups[kind]
            if members:
                self._findings.say(
                    rule,
                    look.step,
                    f"{{subject}} ({{n}}) {text} in any of the last {PATIENCE} steps of {label} looked at.",
                    [(f"{named[at].path}{' ended' if kind == 'ended' else ''}", named[at].module) for at in members],
                    {"optimizer": label, "looked_at_steps": PATIENCE},
                    level=level,
                )

    def _left_out(self, look: Look, state: _State, named: List[Named], never: List[Tuple[int, Any]]) -> List[int]:
        """Of tensors never called, those in modules that no line can call; the others may be told at the end."""
        left_out: Dict[int, bool] = {}
        unmeant = []
        for at, owner in never:
            meant = self._models.was_loaded(owner) or self._models.of_library(owner)
            if meant or (self._models.is_one_of_many(owner) and not self._stands_alone(owner, look, state)):
                continue
            unmeant.append(at)
            if id(owner) not in left_out:
                read = len(left_out) < MOST_READ
                left_out[id(owner)] = read and is_left_out(self._models, owner, sys._getframe())
        tops = tuple(f"{named[at].module}." for at, owner in never if left_out.get(id(owner)))
        nowhere = [at for at in unmeant if f"{named[at].module}.".startswith(tops)]
        self._never += [_Idle(look.params[at], named[at]) for at in unmeant if at not in nowhere]
        return nowhere

    def _stands_alone(self, owner: Any, look: Look, state: _State) -> bool:
        """Of a list of which all others, SIBLINGS at least, had gradients at nearly each look: none is chosen there."""
        chain = self._models.parents(owner)
        at = next((at for at, one in enumerate(chain) if type(one).__name__ in ("ModuleList", "ModuleDict")), 0)
        others = [one for one in children(chain[at]) if one is not chain[at - 1]] if at else []
        alive = {id(one) for one, times in zip(look.params, state.alive) if times >= NEARLY_EACH * look.tracked.looks}
        return len(others) >= SIBLINGS and all(any(id(p) in alive for p in parameters(one)) for one in others)

    def _stepped_by_others(self, look: Look) -> Dict[str, Set[int]]:
        """By label the optimizers that step tensors of this one as well, and those tensors, by id."""
        mine = {id(one) for one in look.params}
        found = {
            tracked.label: mine & {id(one) for one in tracked.params(other)}
            for tracked, other in self._optimizers.live()
            if tracked is not look.tracked and tracked.n
        }
        return {label: held for label, held in found.items() if held}

    def _gives_another_output(self, owner: Any) -> bool:
        """Of a library's model, and what stands before it there is trained: a pooler where token states are used."""
        chain = self._models.parents(owner)
        for at, parent in enumerate(chain[1:]):
            if not self._models.of_library(parent):
                return False
            members = children(parent)
            trained = [member for member in members if any(one.grad is not None for one in parameters(member))]
            if trained:
                order = [id(member) for member in members]
                return order.index(id(trained[0])) < order.index(id(chain[at]))
        return False

    def ask_again(self) -> None:
        """Has something come to the tensors that had no gradient? They may be gone before the end."""
        if self._never or self._own_group:
            self._never = [one for one in self._never if one.rests()]
            self._own_group = [one for one in self._own_group if one.rests()]

    def end(self, step: int) -> None:
        """Modules that were never called at all: a notice at first, for a later phase may use them.

        A warning at the end where the script itself built them for nothing else: they are not of a library (which
        brings heads for other tasks along), not one of a list to choose from, and hold no loaded weights. The same for
        tensors that got a group of their own.
        """
        self.ask_again()
        if self._never:
            self._findings.say(
                "module_never_called",
                step,
                "{subject} ({n}) is in the model and in the optimizer, but was not called in any forward pass and got "
                "no gradient until the end.",
                [(f"{one.named.path} until the end", one.named.module) for one in self._never],
                {"steps": step, "until_the_end": True},
                level=WARNING,
            )
        if self._own_group:
            self._findings.say(
                "no_grad",
                step,
                "{subject} ({n}) is in a parameter group of its own, and got no gradient until the end: is it left out "
                "of the forward pass, or used as a plain number (.item(), .data, .detach())?",
                [(f"{one.named.path} until the end", one.named.path) for one in self._own_group],
                {"steps": step, "until_the_end": True, "own_group": True},
                level=WARNING,
            )


class _Idle:
    """A tensor that has had no gradient so far. A step that moves it counts up its version."""

    def __init__(self, parameter: Any, named: Named) -> None:
        self.named = named
        self._ref = weakref.ref(parameter)
        self._version = parameter._version

    def rests(self) -> bool:
        one = self._ref()
        return one is None or (one.grad is None and bool(one.requires_grad) and one._version == self._version)


def _alone(look: Look, state: _State, at: int) -> bool:
    """Has no tensor of its group ever had a gradient, while other groups have?"""
    group = look.tracked.group_of[at]
    alive = {look.tracked.group_of[other] for other, times in enumerate(state.alive) if times}
    return bool(alive) and group not in alive
