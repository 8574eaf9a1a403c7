"""Weights written over now and then between two steps, as by an initialisation at the start of each epoch.

A look costs too much to take two a step, and what happens once an epoch falls between looks. Tensors count what is
written to them in place (``_version``): more counts between two looks than steps explain say that something else has
written. After two of these it is known when to expect the next, and the steps around it are all looked at.

Not seen: what writes through ``.data``, which leaves the count alone.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, Tracked

TENSORS = 32
TIMES = 3
LONGEST = 1000
WIDEST = 30
"""Steps that are looked at for the sake of one that is expected."""
REPLACED = 0.7
"""Relative change that leaves little of what was there: independent weights of one law differ by 1.4, an average of
rounds or a step back to better weights by far less."""
SHARE = 0.5
NEAR = 0.3
"""A copy and its model after a few steps apart."""


class _State:
    def __init__(self, loads: int) -> None:
        self.loads = loads
        self.step = 0
        self.versions: List[int] = []
        """Before the step of the last look."""
        self.rhythm: Optional[List[int]] = None
        """Counts in one whole step, with whatever the script does each time."""
        self.written: List[Tuple[int, int]] = []
        """First and last step before which more was written than that: it was between two looks."""
        self.replaced: Dict[int, float] = {}
        """Of these the ones seen from both sides: step -> relative change."""
        self.dense_from = self.dense_to = 0


class Rewrites:
    """weight_change_outside_step, where it comes once in many steps."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers, names: Names) -> None:
        self._findings = findings
        self._optimizers = optimizers
        self._models = models
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self.restarted_at = 0
        """The last step before which adapters were merged for good and began anew: they are written over on purpose."""

    def reset(self, tracked: Tracked) -> None:
        self._states[tracked] = _State(self._models.loads)

    def dense(self, tracked: Tracked, first: int, last: int) -> bool:
        """Is something expected to be written before one of these steps, so that they should be looked at?"""
        state = self._states.get(tracked)
        return state is not None and state.dense_from <= last and first <= state.dense_to

    def before_step(self, look: Look) -> None:
        state = self._states.get(look.tracked)
        if state is None:
            return
        matrices = [parameter for parameter in look.params if parameter.dim() > 1][:TENSORS]
        versions = [_version(parameter) for parameter in matrices]
        steps = look.step - state.step
        grown = [now - then for now, then in zip(versions, state.versions)]
        state.step, state.versions = look.step, versions
        if len(grown) != len(matrices) or not grown:
            return
        if state.loads != self._models.loads:  # weights loaded on purpose
            state.loads = self._models.loads
            return
        if state.rhythm is None or len(state.rhythm) != len(grown):
            if steps == 1 and all(grown):
                state.rhythm = grown
            return
        if steps == 1:
            state.rhythm = [min(pair) for pair in zip(state.rhythm, grown)] if all(grown) else state.rhythm
        more = sum(new > steps * usual for new, usual in zip(grown, state.rhythm))
        if more >= SHARE * len(grown):
            state.written.append((look.step - steps + 1, look.step))
            self._expect(state)

    @staticmethod
    def _expect(state: _State) -> None:
        if len(state.written) < 2 or len(state.replaced) >= TIMES:
            return
        (early, late), (first, last) = state.written[-2:]
        if first <= late or last - early > LONGEST:
            return
        expected = (first + first - late, last + last - early)
        if expected[1] - expected[0] <= WIDEST:
            state.dense_from, state.dense_to = expected[0] - 1, expected[1] + 1

    def judge(self, look: Look, compared: Compared) -> None:
        state = self._states.get(look.tracked)
        if state is None or not compared.moved_outside or (look.step, look.step) not in state.written[-2:]:
            return
        if self.restarted_at == look.step:
            return
        gaps = [gap for at, gap in compared.moved_outside.items() if look.params[at].dim() > 1]
        large = [at for at, gap in compared.moved_outside.items() if gap > REPLACED and look.params[at].dim() > 1]
        if not gaps or len(large) < SHARE * len(gaps):
            return
        state.replaced[look.step] = max(gaps)
        if len(state.replaced) < 2 or len(state.written) < TIMES:
            return
        if all(self._is_copy(look, at) for at in large):
            return
        named = self._names(look.params, look.tracked)
        worst = max(state.replaced.values())
        self._findings.say(
            "weight_change_outside_step",
            look.step,
            f"{{subject}} ({{n}}) was written over between two steps of {look.tracked.label}, "
            f"{len(state.written)} times so far, last before step {look.step}, and changed by {worst:.0%} of its size: "
            "training begins anew each time.",
            [(named[at].path, named[at].module) for at in large],
            {
                "optimizer": look.tracked.label,
                "relative_change": worst,
                "before_steps": [last for _, last in state.written[-8:]],
            },
        )

    def _is_copy(self, look: Look, at: int) -> bool:
        """Of the same tensor in another model that is trained beside it, as the best of a population."""
        mine, held = look.params[at], self._optimizers.held()
        own = {id(one) for one in look.params}
        others = [
            one
            for one in held.values()
            if id(one) not in own and one.shape == mine.shape and one.dtype == mine.dtype and one.device == mine.device
        ]
        size = mine.detach().norm()
        return any(bool((one.detach() - mine.detach()).norm() < NEAR * size) for one in others)


def _version(parameter: Any) -> int:
    try:
        return int(parameter._version)
    except RuntimeError:  # inference tensors keep no count
        return 0
