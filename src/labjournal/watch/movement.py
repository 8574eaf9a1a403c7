"""Do the weights that the optimizer holds really move? no_update, update_underflow, updates_stopped_midrun.

A sample that stands still for WINDOW looked-at steps makes a tensor suspect; SETTLE whole looks on further steps must
agree before anything is said. Only steps with a learning rate above 0 for the tensor count, and a step in which no
tensor of the optimizer moved (a scaler skipped it) counts against none alone.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.frozen import is_declared
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.optimizers import Tracked, groups_of
from labjournal.watch.rounded import Rounded
from labjournal.watch.rules import NOTICE
from labjournal.watch.sampling import Later, piece, readable
from labjournal.watch.suspicion import Suspicion

WINDOW = 9
SETTLE = 3
WHOLE_ELEMENTS = 1_000_000
"""Elements copied in one step for whole looks; larger tensors are looked at piece by piece."""
WHOLE_TENSORS = 24
UNDERFLOW_SHARE = 0.8
CAST_SHARE = 0.5
"""The same of a tensor that has lost the rest by a cast in mid-run."""
CAST_LOOKS = 2
_HALF = (torch.float16, torch.bfloat16)
SLEEPING = 1e-4
"""Of the largest rate of the optimizer: a group with less, none of whose bits ever changed, is not meant to rest."""

NORMED = ("Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop", "Lion")
"""Their step is about the learning rate whatever the gradient: one below the spacing is no sign of convergence."""


class _State:
    """Counters of one optimizer, one item a tensor."""

    def __init__(self, tensors: int) -> None:
        self.still = [0] * tensors
        self.moved = [0] * tensors
        """Looks in which it moved."""
        self.last_moved = [0] * tensors
        self.stuck = [0.0] * tensors
        """Share of sampled elements that did not change, smoothed over some five looks (16-bit tensors)."""
        self.cast_at: Dict[int, int] = {}
        """First step of a tensor since it was cast to 16 bits."""
        self.lost: Dict[int, int] = {}
        """Looks in a row since then in which most of it stood still."""
        self.suspected_at: Dict[int, float] = {}
        """Learning rate when a tensor became a suspect."""
        self.dead = 0
        self.verdicts: Dict[int, List[str]] = {}
        self.numbers: Dict[int, Dict[str, Any]] = {}
        self.whole: List[Tuple[int, Any, Any]] = []


class Movement:
    """The movement family over all optimizers."""

    def __init__(self, findings: Findings, later: Later, names: Names, declared: List[str]) -> None:
        self._declared = declared
        self._findings = findings
        self._later = later
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self.suspicion = Suspicion()
        """Tensors that moved before stand still, or have been cast."""
        self._dtypes: Dict[int, Tuple[weakref.ref[Any], Any]] = {}
        """Tensor, by id -> itself, and the precision in which it was last stepped."""
        self.rounded = Rounded(findings, later, names)

    def reset(self, tracked: Tracked, tensors: int) -> None:
        """The optimizer's groups have changed: what was counted belongs to other tensors."""
        self._states[tracked] = _State(tensors)

    def cast(self, live: List[Tuple[Tracked, Any]]) -> bool:
        """A module has been cast: are there tensors of an optimizer in it?"""
        found = [(one, [*filter(self._is_narrowed, one.params(optimizer))]) for one, optimizer in live]
        for tracked, narrowed in found:
            if narrowed:
                self.suspicion.state(tracked, True)
                self.rounded.cast(tracked, narrowed)
        return any(narrowed for _, narrowed in found)

    def _is_narrowed(self, parameter: Any) -> bool:
        known, halved = self._dtypes.get(id(parameter)), parameter.dtype in _HALF
        return halved and known is not None and known[1].itemsize > 2 and known[0]() is parameter

    def _note_dtypes(self, look: Look, state: _State) -> None:
        for at, parameter in enumerate(look.params):
            known = self._dtypes.get(id(parameter))
            if known is not None and known[1] is parameter.dtype and known[0]() is parameter:
                continue
            if self._is_narrowed(parameter):
                state.cast_at[at], state.lost[at] = look.step, 0
            self._dtypes[id(parameter)] = weakref.ref(parameter), parameter.dtype

    def before_step(self, look: Look) -> None:
        """Keep whole copies of the suspects for the time of this step."""
        state = self._states[look.tracked]
        self.rounded.before_step(look)
        self._note_dtypes(look, state)
        state.whole = []
        room = WHOLE_ELEMENTS
        for at, verdicts in state.verdicts.items():
            plain = readable(look.params[at])
            if plain is None or room <= 0 or len(state.whole) >= WHOLE_TENSORS:
                continue
            part = piece(plain, WHOLE_ELEMENTS, len(verdicts))
            if part.numel() <= room:
                room -= part.numel()
                state.whole.append((at, part.clone(), len(verdicts)))

    def after_step(self, look: Look) -> None:
        """Compare the whole copies; they are freed here."""
        state = self._states[look.tracked]
        plain_step = type(look.optimizer).__name__ in ("SGD", "ASGD", "LBFGS")
        for at, old, turn in state.whole:
            parameter = look.params[at]
            plain, grad = readable(parameter), readable(parameter.grad) if parameter.grad is not None else None
            if plain is None or grad is None or grad.shape != plain.shape:
                continue
            new, slope = piece(plain, WHOLE_ELEMENTS, turn), piece(grad, WHOLE_ELEMENTS, turn)
            if new.shape != old.shape or slope.shape != old.shape:
                continue
            with_grad, kept = slope != 0, new == old
            direction = slope if plain_step else slope.sign()  # Adam and its kin step by about lr whatever |g| is
            would = (old - look.rates[at] * direction).to(old.dtype) != old
            counts = torch.stack([(~kept).sum(), with_grad.sum(), (with_grad & kept).sum(), would.sum()])

            def landed(found: List[int], at: int = at) -> None:
                self._settle(look, state, at, found)

            self._later.give(counts, landed)
        state.whole = []

    def judge(self, look: Look, compared: Compared) -> None:
        """Take in the samples of one step."""
        state = self._states.get(look.tracked)
        if state is None or len(state.still) != len(look.params) or not look.real:
            return
        moved_any = any(compared.changed.values())
        state.dead = 0 if moved_any else state.dead + 1
        for at, changed in compared.changed.items():
            if look.rates[at] <= 0:
                continue
            if changed:
                state.still[at] = 0
                state.moved[at] += 1
                state.last_moved[at] = look.step
            elif moved_any:
                state.still[at] += 1
            size = compared.sizes[at]
            stuck = (size - changed) / size
            state.stuck[at] += (stuck - state.stuck[at]) * 0.2
            state.lost[at] = state.lost.get(at, 0) + 1 if stuck > CAST_SHARE and at in state.cast_at else 0
            tight = look.params[at].element_size() == 2 and state.stuck[at] > UNDERFLOW_SHARE
            suspect = (
                state.still[at] >= WINDOW
                or state.dead >= WINDOW
                or state.lost[at] >= CAST_LOOKS
                or (tight and look.tracked.looks >= WINDOW and look.tracked.looks % 3 == 0)
            )
            if suspect and not look.none[at] and at not in state.numbers and at not in state.verdicts:
                state.verdicts[at] = []
                state.suspected_at[at] = look.rates[at]
        stopped = any(0 < still <= WINDOW <= moved for still, moved in zip(state.still, state.moved))
        lost = any(0 < looks <= CAST_LOOKS for looks in state.lost.values())
        self.suspicion.state(look.tracked, stopped or lost or 0 < state.dead <= WINDOW or bool(state.verdicts))

    def _settle(self, look: Look, state: _State, at: int, found: List[int]) -> None:
        changed, with_grad, still, would = found
        verdicts = state.verdicts.get(at)
        if verdicts is None:
            return
        parameter = look.params[at]
        share = CAST_SHARE if at in state.cast_at else UNDERFLOW_SHARE
        if not with_grad:
            verdict = ""  # the gradient family's business
        elif parameter.element_size() == 2 and still > share * with_grad:
            verdict = "update_underflow" if changed or not would else "no_update"
        elif changed:
            verdict = ""
        elif not would:
            verdict = self._below_spacing(look, state, at)
        else:
            verdict = "updates_stopped_midrun" if state.moved[at] else "no_update"
        verdicts.append(verdict)
        if not verdict:
            del state.verdicts[at]
            state.still[at] = 0
            return
        if len(verdicts) < SETTLE:
            return
        del state.verdicts[at]
        if len(set(verdicts)) > 1:
            state.still[at] = 0
            return
        state.numbers[at] = {
            "rule": verdict,
            "elements": parameter.numel(),
            "with_gradient": with_grad,
            "of_these_unchanged": still,
            "dtype": str(parameter.dtype).replace("torch.", ""),
            "last_moved_step": state.last_moved[at] or None,
            "lr": look.rates[at],
            "cast_before_step": state.cast_at.get(at),
        }

    @staticmethod
    def _below_spacing(look: Look, state: _State, at: int) -> str:
        """A plain step is below the spacing of the numbers: converged, or never begun."""
        if state.moved[at]:
            return ""
        if look.rates[at] < SLEEPING * max(look.rates):
            return "no_update"
        normed = type(look.optimizer).__name__ in NORMED
        warms_up = look.rates[at] > state.suspected_at.get(at, 0.0)
        return "update_underflow" if normed and not warms_up else ""

    def report(self, look: Look) -> None:
        """Say what has been settled, once no suspect of this optimizer is being looked at any more."""
        state = self._states.get(look.tracked)
        if state is None or not state.numbers or (state.verdicts and look.step % 8):
            return
        settled = {at: numbers for at, numbers in state.numbers.items() if "said" not in numbers}
        if not settled:
            return
        named = self._names(look.params, look.tracked)
        for rule in ("no_update", "updates_stopped_midrun", "update_underflow"):
            members = [at for at, numbers in settled.items() if numbers["rule"] == rule]
            for at in members:
                state.numbers[at]["said"] = True
            members = [at for at in members if not is_declared(named[at].path, self._declared)]
            if not members:
                continue
            first = settled[members[0]]
            evidence = {name: value for name, value in first.items() if name != "rule" and value is not None}
            cast = first["cast_before_step"]
            evidence.update(optimizer=look.tracked.label, looked_at_steps=look.tracked.looks)
            self._findings.say(
                rule,
                look.step,
                _MESSAGES[rule].format(
                    label=look.tracked.label,
                    looks=look.tracked.looks,
                    lr=f"{first['lr']:g}",
                    moved=first["last_moved_step"],
                    share=f"{first['of_these_unchanged'] / max(1, first['with_gradient']):.0%}",
                    dtype=first["dtype"] + (f", to which it was cast before step {cast}" if cast else ""),
                ),
                [(named[at].path, named[at].module) for at in members],
                evidence,
                level=NOTICE if _may_rest(look, rule) else None,
                subject=named[members[0]].path if len(members) == 1 else None,
            )


def _may_rest(look: Look, rule: str) -> bool:
    """Is standing still no fault? L-BFGS, which ends a step where there is nothing to gain, may begin at the optimum,
    as a profile scan does; others may have arrived."""
    if rule == "no_update":
        return "tolerance_change" in groups_of(look.optimizer)[0]
    return look.tracked.closure or look.step > 2000


_MESSAGES = {
    "no_update": "{{subject}} ({{n}}) gets gradients and {label} steps with lr {lr}, but not one bit of it changed "
    "in {looks} steps looked at.",
    "updates_stopped_midrun": "{{subject}} ({{n}}) moved until step {moved} and has not changed since, though it gets "
    "gradients and {label} steps with lr {lr}.",
    "update_underflow": "{share} of the elements of {{subject}} ({{n}}) that have a gradient do not change in a step "
    "of {label}: at lr {lr} the update is rounded away in {dtype}.",
}
