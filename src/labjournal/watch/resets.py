"""Are gradients gone before the next ones come? grad_accumulating.

Asked before each backward pass, which is the one moment to see it. Gradient accumulation is several backward passes a
step; counted are steps without a reset, for each model whose tensors the optimizer holds: ``model.zero_grad()`` leaves
out a loss that has weights of its own.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Set

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.look import Look, Names
from labjournal.watch.models import Named
from labjournal.watch.optimizers import Tracked
from labjournal.watch.sampling import readable

UNRESET = 3
PROBES = 3
"""Tensors of each model."""
MODELS = 4
PROBE_ELEMENTS = 256


class _Probe:
    """One gradient as a step left it. Weak: set_to_none must free the gradient, and its death is the sign."""

    def __init__(self, parameter: Any, grad: Any) -> None:
        self._parameter = weakref.ref(parameter)
        self._grad = weakref.ref(grad)
        self._version = grad._version
        self._left = _first(grad).clone() if grad.device.type == "cpu" else None

    def grew(self) -> bool:
        """Was something added since?"""
        grad = self._grad()
        return grad is not None and grad._version != self._version

    def is_left(self) -> bool:
        """Is it still the gradient of its tensor, and not one written by hand in its place?"""
        parameter, grad = self._parameter(), self._grad()
        return parameter is not None and grad is not None and parameter.grad is grad

    def is_reset(self, first: bool, state: _State) -> bool:
        """Asked before each backward pass; ``first``: none has run since the step, so nothing was added to it yet."""
        parameter, grad = self._parameter(), self._grad()
        if parameter is None or grad is None or parameter.grad is not grad:
            return True
        if self._left is not None:  # also sees p.grad.data.zero_(), which leaves the version alone
            now = _first(grad)
            changed = first and not torch.equal(now, self._left)
            return not _any_nonzero(grad) or (changed and not state.is_clipped(_factor(now, self._left)))
        changed = grad._version != self._version  # zero_(), or an earlier pass: the benefit of the doubt
        return bool(changed)


def _factor(now: Any, before: Any) -> float:
    """By what all elements were multiplied; 0 where no single number did it."""
    if now.shape != before.shape or now.dtype != before.dtype or now.device != before.device:
        return 0.0  # the model was cast or moved
    factor = float(now.norm() / before.norm())
    return factor if torch.allclose(now, before * factor, rtol=1e-3, atol=0.0) else 0.0


def has_nonzero_grad(params: List[Any]) -> bool:
    """Has one of the last tensors a gradient that is not 0? On a GPU a gradient that is there counts as one."""
    grads = [parameter.grad for parameter in params if parameter.grad is not None]
    return any(grad.device.type != "cpu" or _any_nonzero(grad) for grad in grads[-PROBES:])


def _any_nonzero(grad: Any) -> bool:
    return bool(_first(grad).any())


def _first(grad: Any) -> Any:
    """Some of its elements, as a view; none where it cannot be read. A sparse one grows at its end."""
    plain = readable(grad._values() if _is_sparse(grad) else grad)
    if plain is None:
        return torch.empty(0, device="cpu")
    return plain.view(-1)[:PROBE_ELEMENTS] if plain.is_contiguous() else plain[0]


def _is_sparse(grad: Any) -> bool:
    return type(grad) is torch.Tensor and grad.layout is torch.sparse_coo


def _can_tell(grad: Any) -> bool:
    """Is there something in it that a reset would take away?"""
    if grad is None or (readable(grad) is None and not _is_sparse(grad)):
        return False
    return grad.device.type != "cpu" or _any_nonzero(grad)


class _State:
    def __init__(self) -> None:
        self.probes: Dict[int, List[_Probe]] = {}
        """By model."""
        self.waiting: Set[int] = set()
        """Models of which no reset was seen since the last step."""
        self.unreset: Dict[int, int] = {}
        """Steps in a row without one."""
        self.backward_seen = False
        self.clipped = False
        """Gradients that a step had left were clipped, and not reset, before this backward pass."""
        self.factor = 0.0
        self._asked = False

    def is_clipped(self, factor: float) -> bool:
        """Were the gradients that a step has left clipped, and not reset?

        A momentum by hand multiplies them by the same number each time. Clipping before the backward pass, instead of
        after it, by another one each time; below 1, or it would leave them alone.
        """
        if not self._asked:
            self._asked = True
            before, self.factor = self.factor, factor
            self.clipped = 0.0 < factor < 1.0 and before > 0.0 and abs(factor - before) > 1e-3 * before
        return self.clipped

    def stepped(self) -> None:
        self.backward_seen = self._asked = False


class Resets:
    """Resets between the steps of each optimizer."""

    def __init__(self, findings: Findings, names: Names) -> None:
        self._findings = findings
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self.apart = False
        """Gradients are written by hand: no backward pass comes to the tensors of an optimizer."""

    def reset(self, tracked: Tracked, _tensors: int) -> None:
        self._states[tracked] = _State()

    def before_backward(self) -> None:
        for state in self._states.values():
            if state.waiting:
                first = not state.backward_seen
                state.waiting -= {
                    model
                    for model in state.waiting
                    if any(probe.is_reset(first, state) for probe in state.probes[model])
                }
            state.backward_seen = True

    def after_step(self, look: Look) -> None:
        state = self._states[look.tracked]
        everything = len(state.waiting) == len(state.probes)
        for model, probes in state.probes.items():
            kept = model in state.waiting
            if kept and not state.backward_seen:
                continue  # steps repeated without a backward pass say nothing
            kept = kept and not self.apart and all(probe.is_left() for probe in probes)
            kept = kept and (everything or all(probe.grew() for probe in probes))
            state.unreset[model] = state.unreset.get(model, 0) + 1 if kept else 0
        state.stepped()
        named = self._names(look.params, look.tracked)
        due = {model for model, times in state.unreset.items() if times == UNRESET}
        if due:
            self._say(look, state, [] if everything else [name for name in named if name.root in due])
        state.probes = self._probes(look, named)
        state.unreset = {model: state.unreset.get(model, 0) for model in state.probes}
        state.waiting = set(state.probes)

    @staticmethod
    def _probes(look: Look, named: List[Named]) -> Dict[int, List[_Probe]]:
        models = len({name.root for name in named})
        found: Dict[int, List[_Probe]] = {}
        for parameter, name in zip(reversed(look.params), reversed(named)):
            probes = found.get(name.root, [])
            if len(probes) < PROBES and (probes or len(found) < MODELS) and _can_tell(parameter.grad):
                found.setdefault(name.root, probes).append(_Probe(parameter, parameter.grad))
                if sum(map(len, found.values())) >= PROBES * min(models, MODELS):
                    break
        return found

    def _say(self, look: Look, state: _State, part: List[Named]) -> None:
        """``part``: what is not reset where other tensors are; nothing where all are left as they are."""
        label = look.tracked.label
        clipped = ", clipped before the backward pass instead of after it" if state.clipped else ""
        whose = f"{{subject}} ({{n}}), unlike the others of {label}," if part else label
        self._findings.say(
            "grad_accumulating",
            look.step,
            f"The gradients of {whose} were not reset between {UNRESET + 1} steps in a row: each step uses the sum "
            f"over all batches so far{clipped}.",
            [(name.path, name.module) for name in part] or [(label, "")],
            {"optimizer": label, "steps_without_reset": UNRESET},
            subject=None if part else label,
        )

    def missed(self, tracked: Tracked) -> None:
        """A step was not looked at: nothing is known of the reset before the next one."""
        state = self._states.get(tracked)
        if state is not None and state.waiting:
            state.waiting, state.probes = set(), {}
