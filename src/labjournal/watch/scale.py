"""How far do the steps go? update_too_small, update_too_large, weight_norm_collapse, weight_decay_dominates.

All from the samples of each look, scaled to the sizes of the tensors; only tensors of two axes and more count (biases
and normalisation start at 0 and 1). Update ratio: ``||dW||_2 / ||W||_2`` over an optimizer, dimensionless.
"""

from __future__ import annotations

import math
import statistics
from typing import Any, Callable, Dict, List, Optional

from labjournal.watch.findings import Findings
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Tracked, as_float, groups_of
from labjournal.watch.rules import NOTICE

SMALL = 5e-7
"""Adam at a learning rate of 1e-6 moves weights of 0.05 by 2e-5 of their size a step; float32 resolves 6e-8."""
SMALL_LOOKS = 15
SUNK = 0.5
"""Of the first rate: a schedule that has come below it makes small steps by itself."""
LONG_WARMUP = 48
"""Looks, the last at about step 140."""
SHORT_RUN = 30
"""Looks in a run that has come to its end without a larger step in any of them."""
LARGE_LOOKS = 12
GROWN = 10.0
LARGE = 0.5
LEAPS, LEAP = 3, 3.0
"""So many losses so many times as high as the first one, while the weights grow tenfold, are the work of the steps,
also where training finds its way back."""
COLLAPSED = 0.02
COLLAPSED_LOOKS = 5
MIN_ELEMENTS = 64
DECAY_LOOKS = 10
DECAY_FALL = 0.95
DECAY_FACTOR = 1.5
"""Decay outdoes the gradient while weights fall by 5% in ten looks; lr times decay is 1e-3 at most as a rule."""


class _State:
    def __init__(self, tensors: int) -> None:
        self.looks = 0
        self.small = 0
        self.rate: Optional[float] = None
        self.steady = True
        """The rate has risen at no look above that of the first."""
        self.said = False
        self.say: Optional[Callable[[], None]] = None
        """What is to be said of steps that are all too small, should the run end so."""
        self.ratio = 0.0
        self.step = 0
        self.rate_now = 0.0
        self.ratios: List[float] = []
        self.start_sq = 0.0
        self.losses: List[float] = []
        self.late: List[float] = []
        """The last five."""
        self.top_sq = [0.0] * tensors
        self.low = [0] * tensors
        self.low_from = [0.0] * tensors
        """Squared size at the first look so low."""
        self.decay = [0] * tensors
        self.decay_from = [0.0] * tensors


class Scale:
    """Sizes of steps and weights, for each optimizer."""

    def __init__(self, findings: Findings, models: Models, names: Names) -> None:
        self._findings = findings
        self._models = models
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self._loss: Optional[float] = None

    def reset(self, tracked: Tracked, tensors: int) -> None:
        self._states[tracked] = _State(tensors)

    def loss(self, value: float) -> None:
        self._loss = value

    def judge(self, look: Look, compared: Compared) -> None:
        state = self._states.get(look.tracked)
        if state is None or len(state.low) != len(look.params) or not look.real:
            return
        matrices = [at for at in compared.changed if look.params[at].dim() > 1]
        if not matrices or any(compared.bad.get(at) for at in matrices):
            return
        scales = {at: look.params[at].numel() / compared.sizes[at] for at in matrices}
        update_sq = sum(compared.update_sq[at] * scales[at] for at in matrices)
        weight_sq = sum(compared.weight_sq[at] * scales[at] for at in matrices)
        if not math.isfinite(update_sq) or not math.isfinite(weight_sq) or weight_sq == 0:
            return
        state.looks += 1
        if self._loss is not None:
            state.late = [*state.late[-4:], self._loss]
            if state.looks <= LARGE_LOOKS:
                state.losses.append(self._loss)
        ratio = math.sqrt(update_sq / weight_sq)
        self._small(look, state, compared, ratio)
        self._large(look, state, ratio, weight_sq)
        self._norms(look, state, compared, matrices)

    def _small(self, look: Look, state: _State, compared: Compared, ratio: float) -> None:
        """From the first look on. A rate that rises may be a warm-up: then only a long one, or the end, tells."""
        rate = max(look.rates)
        if state.rate is None:
            state.rate = rate
        zero = [compared.grad_zero[at] for at in compared.grad_zero if look.params[at].dim() > 1]
        alive = bool(zero) and not any(zero)
        if ratio >= SMALL or rate < SUNK * state.rate or not alive:
            state.small = -(10**9)
        state.small += 1
        state.steady = state.steady and rate <= state.rate
        state.ratio = ratio
        if state.said or state.small < SMALL_LOOKS:
            return
        state.step, state.rate_now = look.step, rate
        if state.say is None:
            state.say = self._small_said(look, state, compared)
        if state.steady or state.small >= LONG_WARMUP:
            state.say()

    def end(self) -> None:
        """A rate that has risen all the time and never came to anything: at the end that was no warm-up."""
        for state in self._states.values():
            if not state.said and state.say is not None and state.small >= SHORT_RUN:
                state.say()

    def _small_said(self, look: Look, state: _State, compared: Compared) -> Callable[[], None]:
        label = look.tracked.label
        owners = {id(parameter): owner for parameter, _, owner in self._models.parameters()}
        loaded = any(
            id(parameter) in owners and self._models.was_loaded(owners[id(parameter)]) for parameter in look.params
        )
        wide = any(look.params[at].element_size() > 2 for at in compared.changed)
        tensors = [(name.path, name.module) for name in self._names(look.params, look.tracked)]

        def say() -> None:
            state.said = True
            if not wide:
                return  # 16-bit weights: update_underflow tells it better
            evidence = {"optimizer": label, "update_ratio": state.ratio, "lr": state.rate_now}
            self._findings.say(
                "update_too_small",
                state.step,
                f"Each step of {label} changes the weights by {state.ratio:.1e} of their size at lr "
                f"{state.rate_now:g}, in all {state.small} steps looked at, from the first on: {{subject}} ({{n}}) "
                "stands practically still.",
                tensors,
                {**evidence, "looked_at_steps": state.small},
                level=NOTICE if loaded else None,
            )

        return say

    def _large(self, look: Look, state: _State, ratio: float, weight_sq: float) -> None:
        if state.looks == 1:
            state.start_sq = weight_sq
        if state.looks > LARGE_LOOKS or look.step > 3 * LARGE_LOOKS:
            return
        state.ratios.append(ratio)
        if state.looks != LARGE_LOOKS:
            return
        grown = math.sqrt(weight_sq / state.start_sq)
        typical = statistics.median(state.ratios[1:])
        known = len(state.losses) >= LARGE_LOOKS
        worse = known and statistics.median(state.losses[-4:]) >= state.losses[0]
        leapt = known and sorted(state.losses)[-LEAPS] > LEAP * state.losses[0] > 0
        if (worse and (grown > GROWN or typical > LARGE)) or (leapt and grown > GROWN):
            self._findings.say(
                "update_too_large",
                look.step,
                f"In {LARGE_LOOKS} steps of {look.tracked.label} the weights grew to {grown:.3g} times their size (a "
                f"step moves them by {typical:.2g} of it) at lr {max(look.rates):g}, and the loss came from "
                f"{state.losses[0]:.4g} over {max(state.losses):.4g} to {state.losses[-1]:.4g}.",
                [(look.tracked.label, "")],
                {"optimizer": look.tracked.label, "weights_grown": grown, "update_ratio": typical},
                subject=look.tracked.label,
            )

    def _norms(self, look: Look, state: _State, compared: Compared, matrices: List[int]) -> None:
        if len(look.params) == 1 and self._models.birth(look.params[0]) is None:
            return  # a single tensor of no module may be what is sought (an image), and be kept small on purpose
        decays = self._decays(look)
        collapsed, decayed = [], []
        for at in matrices:
            size_sq = compared.weight_sq[at]
            state.top_sq[at] = max(state.top_sq[at], size_sq)
            low = look.params[at].numel() >= MIN_ELEMENTS and size_sq < COLLAPSED**2 * state.top_sq[at]
            state.low[at] = state.low[at] + 1 if low else 0
            if state.low[at] == 1:
                state.low_from[at] = size_sq
            if state.low[at] == COLLAPSED_LOOKS and size_sq > 2 * state.low_from[at]:
                state.top_sq[at], state.low[at] = size_sq, 0  # begun anew, and growing
            if state.low[at] == COLLAPSED_LOOKS:
                collapsed.append(at)
            if self._is_decay(look, compared, at, decays[at]):
                state.decay[at] += 1
                if state.decay[at] == 1:
                    state.decay_from[at] = size_sq
                elif state.decay[at] >= DECAY_LOOKS and size_sq < DECAY_FALL**2 * state.decay_from[at]:
                    decayed.append(at)
            else:
                state.decay[at] = 0
        named = self._names(look.params, look.tracked) if collapsed or decayed else []
        if decayed and not self._gains(state):
            fall = math.sqrt(compared.weight_sq[decayed[0]] / state.decay_from[decayed[0]])
            self._findings.say(
                "weight_decay_dominates",
                look.step,
                f"Weight decay ({decays[decayed[0]]:g} at lr {look.rates[decayed[0]]:g}) moves {{subject}} ({{n}}) "
                f"farther than the gradient does; it shrank to {fall:.0%} in {DECAY_LOOKS} steps looked at.",
                [(named[at].path, named[at].module) for at in decayed],
                {"optimizer": look.tracked.label, "weight_decay": decays[decayed[0]], "norm_left": fall},
                level=None if self._is_most(look, state, matrices) else NOTICE,
            )
        if collapsed:
            left = math.sqrt(compared.weight_sq[collapsed[0]] / state.top_sq[collapsed[0]])
            self._findings.say(
                "weight_norm_collapse",
                look.step,
                f"The weights of {{subject}} ({{n}}) have shrunk to {left:.1%} of their largest size.",
                [(named[at].path, named[at].module) for at in collapsed],
                {"optimizer": look.tracked.label, "norm_left": left},
            )

    @staticmethod
    def _is_most(look: Look, state: _State, matrices: List[int]) -> bool:
        """Is it so of most of the weights? A part on which little depends as yet may shrink by itself.

        Adam takes the size out of the sum of both, and moves all that decay rules by a whole step towards 0: a quarter
        is much.
        """
        sizes: Dict[int, int] = {at: look.params[at].numel() for at in matrices}
        shrinks = sum(size for at, size in sizes.items() if state.decay[at] >= DECAY_LOOKS // 2)
        return (4 if _is_coupled_adam(look.optimizer) else 2) * shrinks >= sum(sizes.values())

    @staticmethod
    def _gains(state: _State) -> bool:
        """Has the loss come down to less than half, so that decay takes away what is not needed?"""
        return len(state.late) >= 5 and statistics.median(state.late) < 0.5 * statistics.median(state.losses[:3])

    @staticmethod
    def _decays(look: Look) -> List[float]:
        groups = groups_of(look.optimizer)
        rates = [as_float(group.get("weight_decay", 0.0), 0.0) for group in groups]
        return [rates[group] for group in look.tracked.group_of]

    @staticmethod
    def _is_decay(look: Look, compared: Compared, at: int, decay: float) -> bool:
        """Does the step shrink the tensor, and is what decay explains of it DECAY_FACTOR times the rest?

        Decoupled decay (AdamW) moves by ``lr wd W``: what is left of dW is the gradient's part. Coupled decay (SGD,
        Adam) adds ``wd W`` to the gradient, which itself does not contain it.
        """
        size_sq, update_sq, along = compared.weight_sq[at], compared.update_sq[at], compared.along[at]
        if decay <= 0 or size_sq == 0 or update_sq == 0 or along >= 0:
            return False
        decoupled = _is_decoupled(look.optimizer)
        named = type(look.optimizer).__name__ in ("AdamW", "NAdam", "RAdam", "Lion")
        if decoupled or named or "betas" not in getattr(look.optimizer, "defaults", ()):
            by_decay = look.rates[at] * decay
            rest_sq = max(0.0, update_sq + 2 * by_decay * along + by_decay**2 * size_sq)
            if by_decay**2 * size_sq > DECAY_FACTOR**2 * rest_sq:
                return True
        grad_sq = compared.grad_sq.get(at)
        return not decoupled and grad_sq is not None and decay**2 * size_sq > DECAY_FACTOR**2 * grad_sq


def _is_decoupled(optimizer: Any) -> bool:
    """Is the decay no part of the gradient? A setting of Adam and others from torch 2.6 on."""
    stated = any(group.get("decoupled_weight_decay") for group in groups_of(optimizer))
    return stated or "AdamW" in type(optimizer).__name__


def _is_coupled_adam(optimizer: Any) -> bool:
    return type(optimizer).__name__ == "Adam" and not _is_decoupled(optimizer)
