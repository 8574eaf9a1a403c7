"""Tensors that had gradients and get none any more, while requires_grad is on: updates_stopped_midrun.

Where others begin when these end, training has phases. A module that is not called any more, as an auxiliary head of
the first epochs, may rest; not so one that forward passes without gradients still call: what it gave before was kept.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from labjournal.watch.calls import Calls
from labjournal.watch.findings import Findings
from labjournal.watch.look import Look, Names
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.rules import NOTICE
from labjournal.watch.suspicion import Suspicion

LOOKS = 8
"""With a gradient, and so many in a row without one."""
STEPS, LEAST_STEPS = 20, 14
"""From the last look with one, and from the first without, where looks were far apart."""
ASK_AT = 3
"""Looks without a gradient from which on forward passes are watched."""
RESTING_STEPS = 400
"""For which it is asked whether a module that rests is called in a validation."""


class _State:
    def __init__(self, tensors: int) -> None:
        self.none = [0] * tensors
        self.alive = [0] * tensors
        """Looks with a gradient."""
        self.last_alive = [0] * tensors
        self.gone_at = [0] * tensors
        """The first look without one, of those in a row."""
        self.told = [False] * tensors
        self.woke = 1
        """The last step at which a tensor got a gradient that had none at the look before."""
        self.backwards: List[int] = []
        """Backward passes so far at each of the last looks."""
        self.resting: List[int] = []
        self.resting_from = 0


class Stopped:
    """Gradients that stopped, for each optimizer."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers, names: Names) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self.calls = Calls(models)
        self.suspicion = Suspicion()
        """Tensors that had gradients have none."""

    def reset(self, tracked: Tracked, tensors: int) -> None:
        self._states[tracked] = _State(tensors)

    def after_step(self, look: Look, backwards: int) -> None:
        """``backwards``: backward passes so far."""
        state = self._states[look.tracked]
        state.backwards = [*state.backwards[-LOOKS:], backwards]
        self._count(look, state)
        lately = [
            none if look.step - gone <= 2 * STEPS and alive >= LOOKS and not told else 0
            for none, gone, alive, told in zip(state.none, state.gone_at, state.alive, state.told)
        ]
        self.suspicion.state(look.tracked, any(lately))
        if ASK_AT in lately:
            self.calls.ask({id(look.params[at]) for at, none in enumerate(lately) if none == ASK_AT})
        due = [at for at, none in enumerate(state.none) if none >= LOOKS and self._is_due(look, state, at)]
        if due:
            for at in due:
                state.told[at] = True
            self._judge(look, state, due)
        if state.resting:
            self._look_at_resting(look, state)

    @staticmethod
    def _is_due(look: Look, state: _State, at: int) -> bool:
        since, gone = look.step - state.last_alive[at], look.step - state.gone_at[at]
        return state.alive[at] >= LOOKS and since >= STEPS and gone >= LEAST_STEPS and not state.told[at]

    @staticmethod
    def _count(look: Look, state: _State) -> None:
        for at, none in enumerate(look.none):
            if none and look.params[at].requires_grad:
                state.gone_at[at] = state.gone_at[at] if state.none[at] else look.step
                state.none[at] += 1
                continue
            if not none:
                if state.none[at] or not state.alive[at]:
                    state.woke = look.step
                state.alive[at] += 1
                state.last_alive[at] = look.step
                if at in state.resting:
                    state.resting.remove(at)
            state.none[at] = 0

    def _judge(self, look: Look, state: _State, due: List[int]) -> None:
        named = self._names(look.params, look.tracked)
        alive = {named[at].module for at, none in enumerate(look.none) if not none}
        whole = [at for at in due if not any(f"{path}.".startswith(f"{named[at].module}.") for path in alive)]
        if not whole:
            return
        if not alive:
            self._judge_all(look, state, whole)
            return
        last = max(state.last_alive[at] for at in whole)
        owners = {id(one): owner for one, _, owner in self._models.parameters()}
        known = [owners[id(look.params[at])] for at in whole if id(look.params[at]) in owners]
        routed = all(map(self._models.is_one_of_many, known))
        phases = state.woke >= last - 1
        asked = bool(known) and not self._models.compiled and all(id(owner) in self.calls.asked for owner in known)
        unused = asked and not any(id(owner) in self.calls.called for owner in known)
        if unused and not (phases or routed or look.tracked.closure):
            state.resting, state.resting_from = whole, look.step
        else:
            self.calls.clear()
        self._say(
            look,
            state,
            whole,
            "has had none since, while other tensors of {label} go on; requires_grad is on.",
            NOTICE if phases or routed or unused or look.tracked.closure else None,
        )

    def _judge_all(self, look: Look, state: _State, due: List[int]) -> None:
        """None of all tensors, although there are backward passes, and no other optimizer for which these could be."""
        self.calls.clear()
        counts = state.backwards
        grown = all(after > before for before, after in zip(counts, counts[1:]))  # noqa: RUF007 - Python 3.9
        if grown and len(due) == len(look.params) and len(self._optimizers.stepping()) == 1:
            self._say(
                look,
                state,
                due,
                "has had none since, like all that {label} holds, although backward() runs each time: is zero_grad() "
                "called between backward() and step(), or is the loss cut off from the model?",
                NOTICE if look.tracked.closure else None,
            )

    def _look_at_resting(self, look: Look, state: _State) -> None:
        """Is what rests called after all, without gradients?"""
        owners = {id(one): id(owner) for one, _, owner in self._models.parameters()}
        resting = [at for at in state.resting if self.calls.called.get(owners.get(id(look.params[at]), 0)) is False]
        if resting:
            self._say(
                look,
                state,
                resting,
                "is called without gradients only since then: does training go on with what it gave before?",
                None,
            )
        if resting or look.step - state.resting_from > RESTING_STEPS:
            state.resting = []
            self.calls.clear()

    def _say(self, look: Look, state: _State, members: List[int], text: str, level: Optional[str]) -> None:
        mark = " ended" if level is None else ""  # as Missing has it
        named, label = self._names(look.params, look.tracked), look.tracked.label
        last = max(state.last_alive[at] for at in members)
        evidence: Dict[str, Any] = {"optimizer": label, "last_gradient_step": last, "looks_without": LOOKS}
        self._findings.say(
            "updates_stopped_midrun",
            look.step,
            f"{{subject}} ({{n}}) had gradients until step {last} and {text.format(label=label)}",
            [(named[at].path + mark, named[at].module) for at in members],
            evidence,
            level=level,
        )
