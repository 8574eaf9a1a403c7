"""An average of the weights that is put in at a pause and not taken out again: weight_change_outside_step.

However little it takes back. Pauses are validations, LASTING steps apart at least. A weight that is equal, bit by bit,
to a tensor elsewhere at the first step after one is suspect. When the next pause is due, its last step and the first
one after it are looked at: the weight has moved in between, onto a tensor that had moved by itself while the model was
trained. Copies of the best weights are taken of a model that stays; slow weights (Lookahead, federated rounds) stand
still between pauses.
"""

from __future__ import annotations

import sys
import weakref
from types import FrameType
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

import torch

from labjournal.watch import reach
from labjournal.watch.aliases import starts_from_average
from labjournal.watch.findings import Findings
from labjournal.watch.look import Look, Names
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Tracked
from labjournal.watch.rules import NOTICE
from labjournal.watch.sampling import Key, Pack, gather, is_matrix

LASTING = 8
TENSORS = 8
TRIES = 6
"""Pauses in a row without a tensor that is equal, after which no more are looked at."""
TIMES = 1
"""After a first pause with a tensor that is equal."""
MOST_ELEMENTS = 2_000_000


class _State:
    def __init__(self) -> None:
        self.seen = 0
        self.pauses: List[int] = []
        """First steps after the last two."""
        self.without = 0
        self.equal: Dict[int, Tuple[weakref.ref[Any], Any]] = {}
        """Place of a weight -> the tensor that it was equal to after the last pause, and its sample then."""
        self.ran: Set[int] = set()
        """Places whose tensor has moved since."""
        self.last: Tuple[int, Dict[Key, Pack]] = (0, {})
        """The last step looked at, and the weights after it."""
        self.times = 0


class LeftIn:
    """Averages left in, for each optimizer."""

    def __init__(self, findings: Findings, models: Models, names: Names) -> None:
        self._findings = findings
        self._models = models
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self.open: Set[Tracked] = set()
        """Those that are still of interest."""
        self.suspects: Set[Tracked] = set()
        """Those of whose weights a tensor had all the numbers after a pause, and then moved by itself."""
        self.validations = 0

    def reset(self, tracked: Tracked, _tensors: int) -> None:
        self._states[tracked] = _State()
        self.open.add(tracked)

    def wants(self, tracked: Tracked, first: int, last: int) -> bool:
        """Is one of these steps to be looked at?"""
        seen = self.validations
        if not seen or tracked not in self.open:
            return False
        state = self._states[tracked]
        if seen > state.seen + 1 or (seen != state.seen and not self._is_pause(state, last)):
            self.open.discard(tracked)  # others in between: rounds, of which not each is seen
            self.suspects.discard(tracked)
            return False
        start = state.pauses[0] if len(state.pauses) > 1 else 1
        due = 2 * state.pauses[-1] - start if state.pauses and state.equal else 0
        return seen != state.seen or (due - 1 <= last and first <= due)

    @staticmethod
    def _is_pause(state: _State, step: int) -> bool:
        return step - (state.pauses[-1] if state.pauses else 0) >= LASTING

    def before_step(self, look: Look, seen: int) -> None:
        """The weights are still what a pause has left."""
        if look.tracked not in self.open:
            return
        state = self._states[look.tracked]
        pause, state.seen = seen != state.seen and self._is_pause(state, look.step), seen
        if not pause:
            state.ran |= {at for at, (ref, sample) in state.equal.items() if _has_moved(ref(), sample)}
            if state.ran:
                self.suspects.add(look.tracked)
            return
        equal = self._equal(look)
        put_in = [at for at in equal if at in state.ran and _was_moved(state.last, look, at)]
        if state.last[0] == look.step - 1:
            state.times = state.times + 1 if put_in else 0
        state.without = 0 if equal else state.without + 1
        if state.times == TIMES:
            self._say(look, put_in)
        if state.times == TIMES or state.without == TRIES:
            self.open.discard(look.tracked)
            self.suspects.discard(look.tracked)
        state.equal = {at: (weakref.ref(one), _sample(one)) for at, one in equal.items()}
        state.ran.clear()
        state.pauses = [*state.pauses[-1:], look.step]

    def after_step(self, look: Look) -> None:
        if look.tracked in self.open:
            self._states[look.tracked].last = look.step, look.after

    def _equal(self, look: Look) -> Dict[int, Any]:
        """Weights of which another tensor has all the numbers."""
        own = {id(one) for one in look.params}
        wanted: Dict[Any, List[int]] = {}
        matrices = [at for at, one in enumerate(look.params) if is_matrix(one) and one.numel() <= MOST_ELEMENTS]
        for at in matrices[-TENSORS:]:
            one = look.params[at]
            if one.device.type == "cpu" and type(one) in (torch.Tensor, torch.nn.Parameter):
                wanted.setdefault((one.shape, one.dtype), []).append(at)
        found: Dict[int, Any] = {}
        for other in tensors_elsewhere(self._models, sys._getframe()) if wanted else ():
            for at in wanted.get((other.shape, other.dtype), []):
                one = look.params[at]
                apart = id(other) not in own and other.data_ptr() != one.data_ptr() and other.device == one.device
                if apart and at not in found and torch.equal(other.detach(), one.detach()):
                    found[at] = other
        return found

    def _say(self, look: Look, members: List[int]) -> None:
        named = self._names(look.params, look.tracked)
        self._findings.say(
            "weight_change_outside_step",
            look.step,
            f"At each of the last {TIMES + 1} pauses {{subject}} ({{n}}) was written over by a tensor that runs beside "
            f"it, and {look.tracked.label} went on from there: is an average put in and not taken out again?",
            [(f"{named[at].path} left in", named[at].module) for at in members],
            {"optimizer": look.tracked.label, "times": TIMES + 1, "before_step": look.step},
            level=NOTICE if starts_from_average(sys._getframe()) else None,
        )


def tensors_elsewhere(models: Models, frame: Optional[FrameType]) -> Iterator[Any]:
    """All that models have, and what the script holds."""
    yield from (one for one, _, _ in models.parameters() if has_address(one))
    yield from (one for one in reach.tensors(frame) if has_address(one))


def has_address(one: Any) -> bool:
    """Is it a tensor whose numbers lie somewhere? Those of a sparse one lie in others."""
    plain = type(one) in (torch.Tensor, torch.nn.Parameter)
    return plain and one.layout is torch.strided and not one.is_meta


def _sample(tensor: Any) -> Optional[Any]:
    packs = list(gather([tensor]).values())
    return packs[0].values_NK if packs else None


def _has_moved(tensor: Optional[Any], before: Optional[Any]) -> bool:
    """One that is gone was replaced by another."""
    now = None if tensor is None else _sample(tensor)
    return now is None or before is None or not torch.equal(now, before)


def _was_moved(last: Tuple[int, Dict[Key, Pack]], look: Look, at: int) -> bool:
    """Since the step just before this one ended?"""
    step, after = last
    pairs = [(pack, after[key]) for key, pack in look.before.items() if at in pack.index and key in after]
    if step != look.step - 1 or not pairs or pairs[0][0].index != pairs[0][1].index:
        return False
    now, ended = pairs[0]
    row = now.index.index(at)
    return not torch.equal(now.values_NK[row], ended.values_NK[row])
