"""Do gradients come, and are they gone before the next? no_grad, zero_grad, nonfinite, grad_accumulating."""

from __future__ import annotations

import math
import weakref
from typing import Any, Dict, List, Optional, Set, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.models import Models, Named
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.rules import ALARM, NOTICE, WARNING
from labjournal.watch.sampling import Later, readable

PATIENCE = 20
"""Looks in a row before a missing or zero gradient is worth a word."""
ALL_NONE = 5
ASK_CALLED_AT = 12
"""Looks without a gradient after which forward passes are watched to see whether the module is called at all."""
STOPPED_LOOKS = 8
STOPPED_STEPS = 20
UNRESET = 3
PROBES = 3
PROBE_ELEMENTS = 256
BAD_LOSSES = 5


class _Probe:
    """One gradient as a step left it. Weak: set_to_none must free the gradient, and its death is the sign."""

    def __init__(self, parameter: Any, grad: Any) -> None:
        self._parameter = weakref.ref(parameter)
        self._grad = weakref.ref(grad)
        self._version = grad._version

    def is_reset(self) -> bool:
        """Asked before each backward pass, so what changed the gradient since is no accumulation of this pass."""
        parameter, grad = self._parameter(), self._grad()
        if parameter is None or grad is None or parameter.grad is not grad:
            return True
        if grad.device.type == "cpu":
            return not _any_nonzero(grad)  # also sees p.grad.data.zero_(), which leaves the version alone
        changed = grad._version != self._version  # zero_(), or an earlier pass: the benefit of the doubt
        return bool(changed)


def has_nonzero_grad(params: List[Any]) -> bool:
    """Has one of the last tensors a gradient that is not 0? On a GPU a gradient that is there counts as one."""
    grads = [parameter.grad for parameter in params if parameter.grad is not None]
    return any(grad.device.type != "cpu" or _any_nonzero(grad) for grad in grads[-PROBES:])


def _any_nonzero(grad: Any) -> bool:
    plain = readable(grad)
    if plain is None:
        return False
    return bool(plain.view(-1)[:PROBE_ELEMENTS].any() if plain.is_contiguous() else plain[0].any())


class _State:
    def __init__(self, tensors: int) -> None:
        self.none = [0] * tensors
        self.zero = [0] * tensors
        self.alive = [0] * tensors
        """Looks with a gradient."""
        self.last_alive = [0] * tensors
        self.woke = 1
        """The last step at which a tensor got a gradient that had none at the look before."""
        self.all_none = 0
        self.backwards = 0
        self.probes: List[_Probe] = []
        self.backward_seen = False
        self.reset = True
        self.unreset = 0


class Gradients:
    """The gradient family over all optimizers."""

    def __init__(self, findings: Findings, later: Later, models: Models, optimizers: Optimizers, names: Names) -> None:
        self._findings = findings
        self._later = later
        self._models = models
        self._optimizers = optimizers
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self.backwards = 0
        self._bad_losses = 0
        self._never: List[Tuple[weakref.ref[Any], Named]] = []
        """Tensors of modules that were not called while it was asked whether they are."""
        self._last_loss: Optional[float] = None
        self.asked: Set[int] = set()
        """Modules (by id) whose forward passes are being watched; the session arms the hook while there are any."""
        self.called: Dict[int, bool] = {}
        """Modules seen in a forward pass: True if one of the passes had gradients enabled."""

    def reset(self, tracked: Tracked, tensors: int) -> None:
        self._states[tracked] = _State(tensors)

    def forget(self) -> None:
        self._states.clear()
        self.asked.clear()

    # -- before each backward pass

    def before_backward(self) -> None:
        """Are the gradients of the last step gone? The one moment to see it is before new ones come."""
        self.backwards += 1
        for state in self._states.values():
            state.backward_seen = True
            if not state.reset:
                state.reset = any(probe.is_reset() for probe in state.probes)

    def loss(self, value: float, step: int) -> None:
        """The number that backward was called on."""
        self._last_loss = value
        if math.isfinite(value):
            self._bad_losses = 0
            return
        self._bad_losses += 1
        if self._bad_losses == BAD_LOSSES:
            self._findings.say(
                "nonfinite",
                step,
                f"The loss was {value} in {BAD_LOSSES} backward passes in a row.",
                evidence={"loss": value, "times": BAD_LOSSES},
                subject="the loss",
            )

    # -- after each step looked at

    def after_step(self, look: Look) -> None:
        state = self._states[look.tracked]
        self._count_resets(look, state)
        self._count_none(look, state)

    def _count_resets(self, look: Look, state: _State) -> None:
        if state.backward_seen or state.reset:  # steps repeated without a backward pass say nothing
            state.unreset = 0 if state.reset else state.unreset + 1
        state.backward_seen = False
        if state.unreset == UNRESET:
            label = look.tracked.label
            self._findings.say(
                "grad_accumulating",
                look.step,
                f"The gradients of {label} were not reset between {UNRESET + 1} steps in a row: each step uses the sum "
                "over all batches so far.",
                [(label, "")],
                {"optimizer": label, "steps_without_reset": UNRESET},
                subject=label,
            )
        state.probes = []
        for parameter in reversed(look.params):
            grad = parameter.grad
            if grad is None or readable(grad) is None or (grad.device.type == "cpu" and not _any_nonzero(grad)):
                continue
            state.probes.append(_Probe(parameter, grad))
            if len(state.probes) >= PROBES:
                break
        state.reset = not state.probes

    def missed(self, tracked: Tracked) -> None:
        """A step was not looked at: nothing is known of the reset before the next one."""
        state = self._states.get(tracked)
        if state is not None and not state.reset:
            state.reset, state.probes = True, []

    def _count_none(self, look: Look, state: _State) -> None:
        stopped = []
        for at, none in enumerate(look.none):
            if none and look.params[at].requires_grad:
                state.none[at] += 1
                since = look.step - state.last_alive[at]
                if min(state.none[at], state.alive[at]) >= STOPPED_LOOKS and STOPPED_STEPS <= since < 10**9:
                    stopped.append(at)
                    state.last_alive[at] -= 10**9
                continue
            if not none:
                if state.none[at] or not state.alive[at]:
                    state.woke = look.step
                state.alive[at] += 1
                state.last_alive[at] = look.step
            state.none[at] = 0
        if stopped:
            self._say_stopped(look, state, stopped)
        everything = bool(look.none) and all(look.none)
        grown = self.backwards > state.backwards
        state.backwards = self.backwards
        state.all_none = state.all_none + 1 if everything and grown else 0
        if state.all_none == ALL_NONE and look.step == look.tracked.looks and self._is_all_there_is(look):
            self._say_all_none(look)
            return
        if any(count == ASK_CALLED_AT for count in state.none):
            wanted = {id(look.params[at]) for at, count in enumerate(state.none) if count >= ASK_CALLED_AT}
            self.asked.update(id(owner) for one, _, owner in self._models.parameters() if id(one) in wanted)
        due = [at for at, count in enumerate(state.none) if count == PATIENCE]
        if due and self._findings.raised("no_grad") != ALARM:
            self._say_no_grad(look, state, due)
            self.asked.clear()

    def _say_stopped(self, look: Look, state: _State, due: List[int]) -> None:
        """Gradients came, and do not come any more. Where others begin when these end, training has phases."""
        named = self._names(look.params, look.tracked)
        alive = {named[at].module for at, none in enumerate(look.none) if not none}
        whole = [at for at in due if not any(f"{path}.".startswith(f"{named[at].module}.") for path in alive)]
        if not whole or not alive:
            return
        last = max(state.last_alive[at] for at in whole) + 10**9
        owners = {id(one): owner for one, _, owner in self._models.parameters()}
        known = [owners[id(look.params[at])] for at in whole if id(look.params[at]) in owners]
        phases = state.woke >= last - 1
        routed = all(map(self._models.is_one_of_many, known))
        self._findings.say(
            "updates_stopped_midrun",
            look.step,
            f"{{subject}} ({{n}}) had gradients until step {last} and has had none since, while other tensors of "
            f"{look.tracked.label} go on; requires_grad is on.",
            [(named[at].path, named[at].module) for at in whole],
            {"optimizer": look.tracked.label, "last_gradient_step": last, "looks_without": STOPPED_LOOKS},
            level=NOTICE if phases or routed or look.tracked.closure else None,
        )

    def _is_all_there_is(self, look: Look) -> bool:
        """The one optimizer of the program, over tensors that a live model has (a stale one is told elsewhere)."""
        in_models = {id(parameter) for parameter, _, _ in self._models.parameters()}
        return len(self._optimizers.stepping()) == 1 and any(id(parameter) in in_models for parameter in look.params)

    def _say_all_none(self, look: Look) -> None:
        label = look.tracked.label
        named = self._names(look.params, look.tracked)
        self._findings.say(
            "no_grad",
            look.step,
            f"No tensor of {label} had a gradient at any of its {ALL_NONE} steps, although backward() ran each time: "
            "is zero_grad() called between backward() and step(), or is the loss cut off from the model?",
            [(name.path, name.module) for name in named],
            {"optimizer": label, "steps": ALL_NONE, "backward_passes": self.backwards},
            level=ALARM,
        )

    def _say_no_grad(self, look: Look, state: _State, due: List[int]) -> None:
        """By module: a part of a called module without gradients is a note, a whole one a warning."""
        named = self._names(look.params, look.tracked)
        owners = {id(one): owner for one, _, owner in self._models.parameters()}
        alive = {named[at].module for at, count in enumerate(state.none) if not count}
        groups: Dict[str, List[int]] = {"never": [], "cut": [], "note": []}
        for at in due:
            owner = owners.get(id(look.params[at]))
            if owner is None:
                continue  # in no model: stale, told by the membership family
            called = self.called.get(id(owner))
            if any(f"{path}.".startswith(f"{named[at].module}.") for path in alive):
                groups["note"].append(at)
            elif called is None and id(owner) in self.asked and not self._models.compiled:
                groups["never"].append(at)
            elif called is None or (called is False and not owner.training):
                groups["note"].append(at)
            else:
                groups["cut"].append(at)
        label = look.tracked.label
        for at in groups["never"]:
            owner = owners[id(look.params[at])]
            meant = self._models.was_loaded(owner) or self._models.of_library(owner)
            if not meant and not self._models.is_one_of_many(owner):
                self._never.append((weakref.ref(look.params[at]), named[at]))
        for kind, rule, level, text in (
            ("cut", "no_grad", None, "is used in the forward pass but got no gradient"),
            ("never", "module_never_called", None, "was not called in a forward pass and got no gradient"),
            ("note", "no_grad", NOTICE, "got no gradient"),
        ):
            members = groups[kind]
            if members:
                self._findings.say(
                    rule,
                    look.step,
                    f"{{subject}} ({{n}}) {text} in any of the last {PATIENCE} steps of {label} looked at.",
                    [(named[at].path, named[at].module) for at in members],
                    {"optimizer": label, "looked_at_steps": PATIENCE},
                    level=level,
                )

    def ask_again(self) -> None:
        """Has something come to the modules that were never called?"""
        known = [(ref(), ref, named) for ref, named in self._never]
        self._never = [(ref, named) for one, ref, named in known if one is None or _idle(one)]

    def end(self, step: int) -> None:
        """Modules that were never called at all: a notice at first, for a later phase may use them.

        A warning at the end where the script itself built them for nothing else: they are not of a library (which
        brings heads for other tasks along), not one of a list to choose from, and hold no loaded weights.
        """
        unused = [(named.path, named.module) for _, named in self._never]
        if unused:
            self._findings.say(
                "module_never_called",
                step,
                "{subject} ({n}) is in the model and in the optimizer, but was not called in any forward pass and got "
                "no gradient until the end.",
                [(f"{path} until the end", module) for path, module in unused],
                {"steps": step, "until_the_end": True},
                level=WARNING,
            )

    def on_forward(self, module: Any, grad_enabled: bool) -> None:
        if id(module) in self.asked:
            self.called[id(module)] = grad_enabled or self.called.get(id(module), False)

    # -- with the numbers of a look

    def judge(self, look: Look, compared: Compared) -> None:
        state = self._states.get(look.tracked)
        if state is None or len(state.zero) != len(look.params):
            return
        bad = [at for at, count in compared.bad.items() if count]
        if bad:
            self._say_bad_weights(look, bad)
            return
        if self._last_loss == 0:
            return  # a margin that is kept, an empty mask: told by loss_zero
        for at, zero in compared.grad_zero.items():
            state.zero[at] = state.zero[at] + 1 if zero and look.params[at].requires_grad else 0
        due = [at for at, count in enumerate(state.zero) if count == PATIENCE]
        if due:
            self._confirm_zero(look, state, due)

    def _confirm_zero(self, look: Look, state: _State, due: List[int]) -> None:
        """A whole look at the gradients whose samples were all zero: sparse rows hide from a sample."""
        named = self._names(look.params, look.tracked)
        alive = {named[at].module for at, count in enumerate(state.zero) if count < PATIENCE and not look.none[at]}
        zero: List[int] = []
        for at in due:
            grad = readable(look.params[at].grad) if look.params[at].grad is not None else None
            if grad is None:
                continue

            def answer(found: Any, at: int = at) -> None:
                if found:
                    state.zero[at] = 0
                else:
                    zero.append(at)

            self._later.give((grad != 0).any(), answer)

        def say() -> None:
            for whole in (True, False):
                members = [at for at in zero if (named[at].module not in alive) is whole]
                if members:
                    self._say_zero(look, [named[at] for at in members], whole)

        self._later.after_all(say)

    def _say_zero(self, look: Look, named: List[Named], whole: bool) -> None:
        """A part of a module whose other tensors are alive is a note only."""
        self._findings.say(
            "zero_grad",
            look.step,
            f"The gradient of {{subject}} ({{n}}) was exactly 0 in {PATIENCE} steps of {look.tracked.label} looked at.",
            [(name.path, name.module) for name in named],
            {"optimizer": look.tracked.label, "looked_at_steps": PATIENCE},
            level=None if whole else NOTICE,
        )

    def _say_bad_weights(self, look: Look, bad: List[int]) -> None:
        named = self._names(look.params, look.tracked)
        share = f"{len(bad)} of {len(look.params)} tensors"
        first = named[bad[0]].module
        self._findings.say(
            "nonfinite",
            look.step,
            f"NaN or infinite weights after step {look.step}, first in {first} ({share} of {look.tracked.label}).",
            [(named[at].path, named[at].module) for at in bad],
            {"optimizer": look.tracked.label, "first_module": first, "tensors_held": len(look.params)},
            subject=first,
        )


def scalar_loss(tensors: Any) -> Optional[Any]:
    """The loss among the arguments of backward: a tensor of one element, or None."""
    first = tensors[0] if isinstance(tensors, (list, tuple)) and tensors else tensors
    if getattr(first, "numel", None) is None or first.numel() != 1 or getattr(first, "is_meta", False):
        return None
    return first.detach()


def _idle(parameter: Any) -> bool:
    return parameter.grad is None and bool(parameter.requires_grad)
