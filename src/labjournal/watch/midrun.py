"""Tensors that training has moved and that lose requires_grad while it goes on: updates_stopped_midrun.

Most who freeze a part mean it, and get a notice with the step. A part that freezes with the first validation and stays
so was frozen by the code that validates, which has not given it back. So was one that froze with all the others for a
pass over data, when others woke up after it.
"""

from __future__ import annotations

from typing import Dict, List, Set, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.frozen import is_declared
from labjournal.watch.look import Look, Names
from labjournal.watch.optimizers import Tracked
from labjournal.watch.rules import NOTICE, WARNING

TRAINED_LOOKS = 10
PATIENCE_STEPS = 20


class _State:
    def __init__(self, tensors: int) -> None:
        self.trained = [0] * tensors
        """Looks in which it got a gradient."""
        self.since: Dict[int, int] = {}
        """Tensor -> the step before which it lost requires_grad."""
        self.with_validation: Set[int] = set()
        self.validations = (0, 0)
        self.all_frozen = False
        """A loader was started while not one of them could get a gradient, since the last look."""


class Midrun:
    """Tensors of each optimizer; a look is told how often there was a validation before it, by each sign of one."""

    def __init__(self, findings: Findings, names: Names, declared: List[str]) -> None:
        self._findings = findings
        self._names = names
        self._declared = declared
        self._states: Dict[Tracked, _State] = {}

    def reset(self, tracked: Tracked, tensors: int) -> None:
        self._states[tracked] = _State(tensors)

    def loader_starts(self) -> None:
        for tracked, state in self._states.items():
            optimizer = tracked.ref()
            params = [] if optimizer is None else tracked.params(optimizer)
            state.all_frozen |= bool(params) and not any(one.requires_grad for one in params)

    def look(self, look: Look, validations: Tuple[int, int]) -> None:
        """After a step looked at."""
        state = self._states[look.tracked]
        first = any(before == 0 < now for before, now in zip(state.validations, validations))
        slipped, state.all_frozen = first or state.all_frozen, False
        state.validations = validations
        for at, parameter in enumerate(look.params):
            if parameter.requires_grad:
                state.trained[at] += not look.none[at]
                state.since.pop(at, None)
            elif at not in state.since and state.trained[at] >= TRAINED_LOOKS:
                state.since[at] = look.step
                if slipped:
                    state.with_validation.add(at)
        due = [at for at, step in state.since.items() if look.step - step >= PATIENCE_STEPS]
        if due and any(parameter.requires_grad for parameter in look.params):
            self._say(look, state, due)
            for at in due:
                state.trained[at] = -(10**9)
                del state.since[at]

    def _say(self, look: Look, state: _State, due: List[int]) -> None:
        named = self._names(look.params, look.tracked)
        due = [at for at in due if not is_declared(named[at].path, self._declared)]
        if not due:
            return
        slipped = all(at in state.with_validation for at in due)
        step = max(state.since[at] for at in due)
        how = f"with the validation before step {step}" if slipped else f"by step {step}"
        self._findings.say(
            "updates_stopped_midrun",
            look.step,
            f"{{subject}} ({{n}}) was trained, lost requires_grad {how}, and stands still since, though "
            f"{look.tracked.label} holds it and goes on.",
            [(named[at].path, named[at].module) for at in due],
            {"optimizer": look.tracked.label, "frozen_by_step": step, "with_validation": slipped},
            level=WARNING if slipped else NOTICE,
        )
