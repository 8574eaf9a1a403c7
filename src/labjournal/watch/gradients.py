"""Gradients and losses that are of no use: zero_grad, nonfinite."""

from __future__ import annotations

import math
import weakref
from typing import Any, Dict, List, Optional, Set, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.models import Models, Named
from labjournal.watch.optimizers import Tracked
from labjournal.watch.rules import NOTICE
from labjournal.watch.sampling import Later, readable

PATIENCE = 20
"""Looks in a row with a zero gradient before they are worth a word."""
RESTS = 60
"""Steps that a tensor which had gradients may have none but 0: an expert is not chosen for a while."""
BAD_LOSSES = 5


class _State:
    def __init__(self, tensors: int) -> None:
        self.zero = [0] * tensors
        """Looks in a row with a gradient of 0."""
        self._since = [0] * tensors
        self._lived: Set[int] = set()
        self.told: Set[int] = set()

    def count(self, at: int, zero: bool, step: int) -> None:
        if zero:
            self._since[at] = self._since[at] if self.zero[at] else step
            self.zero[at] += 1
        else:
            self.zero[at] = 0
            self._lived.add(at)
            self.told.discard(at)

    def is_due(self, at: int, step: int) -> bool:
        rested = at not in self._lived or step - self._since[at] >= RESTS
        return self.zero[at] >= PATIENCE and rested and at not in self.told


class Gradients:
    """The gradients of each optimizer, and the backward passes that made them."""

    def __init__(self, findings: Findings, later: Later, names: Names, models: Models) -> None:
        self._findings = findings
        self._later = later
        self._names = names
        self._models = models
        self._states: Dict[Tracked, _State] = {}
        self.backwards = 0
        self._bad_losses = 0
        self._largest: Optional[float] = None
        self.switched_off = False
        """A term of the loss is multiplied by 0: its weight may come later, and the end tells."""
        self._waiting: List[Tuple[_State, int, Named]] = []
        self._hooked: List[Tuple[weakref.ref[Any], _State, int, Named]] = []
        """Tensors with a hook of the script on them, while none that is alive has one."""

    def reset(self, tracked: Tracked, tensors: int) -> None:
        self._states[tracked] = _State(tensors)

    def loss(self, value: float, largest: float, step: int) -> None:
        """The number that backward was called on, and the largest in size where it was called several times."""
        self._largest = largest
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

    # -- with the numbers of a look

    def judge(self, look: Look, compared: Compared) -> None:
        state = self._states.get(look.tracked)
        if state is None or len(state.zero) != len(look.params):
            return
        bad = [at for at, count in compared.bad.items() if count]
        if bad:
            self._say_bad_weights(look, bad)
            return
        if self._largest == 0:
            return  # a margin that is kept, an empty mask: told by loss_zero
        for at, zero in compared.grad_zero.items():
            state.count(at, zero and look.params[at].requires_grad, look.step)
        due = [at for at in range(len(state.zero)) if state.is_due(at, look.step)]
        state.told.update(due)
        if due:
            self._confirm_zero(look, state, due)

    def _confirm_zero(self, look: Look, state: _State, due: List[int]) -> None:
        """A whole look at the gradients whose samples were all zero: sparse rows hide from a sample."""
        named = self._names(look.params, look.tracked)
        alive = {_owner(named[at]) for at, count in enumerate(state.zero) if count < PATIENCE and not look.none[at]}
        moved = {named[at].path for at, count in enumerate(state.zero) if count == 0 and not look.none[at]}
        slopes = self._slopes()
        zero: List[int] = []
        for at in due:
            grad = readable(look.params[at].grad) if look.params[at].grad is not None else None
            if grad is None:
                continue

            def answer(found: Any, at: int = at) -> None:
                if found:
                    state.count(at, False, look.step)
                else:
                    zero.append(at)

            self._later.give((grad != 0).any(), answer)

        def say() -> None:
            fed = [at for at in zero if look.params[at].dim() > 1 and _bias_of(named[at].path) in moved]
            if fed:
                self._say_fed_zeros(look, [named[at] for at in fed])
            # Of a bias beside a weight that is alive it cancels out, as in a loss on differences.
            told = [at for at in zero if at not in fed and not (_is_bias(named[at]) and _owner(named[at]) in alive)]
            told = [at for at in told if id(look.params[at]) not in slopes]
            live = (one for at, one in enumerate(look.params) if not state.zero[at] and not look.none[at])
            ordinary = any(one._backward_hooks for one in live)  # what logs or clips is on all of them
            for whole in (True, False):
                members = [at for at in told if (_owner(named[at]) not in alive) is whole]
                hooked = [at for at in members if look.params[at]._backward_hooks and not ordinary]
                for later, some in ((self.switched_off, [at for at in members if at not in hooked]), (True, hooked)):
                    if some:
                        self._say_zero(look, [named[at] for at in some], whole and not later)
                if whole:
                    self._waiting += [(state, at, named[at]) for at in members if self.switched_off]
                    self._hooked += [(weakref.ref(look.params[at]), state, at, named[at]) for at in hooked]

        self._later.after_all(say)

    def _slopes(self) -> Set[int]:
        """Slopes for inputs below 0, by id: where no input is, nothing is lost."""
        return {id(one) for one, _, owner in self._models.parameters() if isinstance(owner, torch.nn.PReLU)}

    def end(self, step: int) -> None:
        """What a weight of 0 or a hook of the script kept at 0 may have had its turn later; to the end, it had none."""
        self.ask_again()
        hooked = [held[1:] for held in self._hooked]
        for waiting, why in (
            (self._waiting, "a term of the loss is multiplied by 0"),
            (hooked, "a hook on it makes it 0, and was not removed"),
        ):
            names = [name for state, at, name in waiting if state.zero[at] >= PATIENCE]
            if names:
                self._findings.say(
                    "zero_grad",
                    step,
                    f"The gradient of {{subject}} ({{n}}) was exactly 0 until the end: {why}.",
                    [(f"{name.path} until the end", name.module) for name in names],
                    {"steps": step, "until_the_end": True},
                )

    def ask_again(self) -> None:
        """Are the hooks on tensors still there that had no gradient but 0? The tensors may be gone before the end."""
        if self._hooked:
            now = list(map(id, self._states.values()))  # of an optimizer laid out anew, nothing more was seen
            self._hooked = [one for one in self._hooked if id(one[1]) in now and _is_hooked(one[0]())]

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

    def _say_fed_zeros(self, look: Look, named: List[Named]) -> None:
        """Gradients of a weight are those of its bias times what comes in: 0 beside ones that are not means zeros."""
        self._findings.say(
            "zero_grad",
            look.step,
            f"The gradient of {{subject}} ({{n}}) was exactly 0 in {PATIENCE} steps of {look.tracked.label} looked at, "
            "that of the bias beside it was not: nothing but zeros comes in.",
            [(name.path, name.module) for name in named],
            {"optimizer": look.tracked.label, "looked_at_steps": PATIENCE, "comes_in": "zeros"},
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


def _is_hooked(parameter: Optional[Any]) -> bool:
    return parameter is None or bool(parameter._backward_hooks)


def _owner(named: Named) -> str:
    """The layer that a tensor belongs to, also one that is kept in a parametrization of it."""
    return named.module.partition(".parametrizations.")[0]


def _is_bias(named: Named) -> bool:
    return named.path.rpartition(".")[2].startswith("bias")


def _bias_of(path: str) -> Optional[str]:
    """The bias beside a weight; None for one that weighs a state, of which the first is all zeros."""
    module, dot, name = path.rpartition(".")
    return None if "weight" not in name or "_hh" in name else module + dot + name.replace("weight", "bias")
