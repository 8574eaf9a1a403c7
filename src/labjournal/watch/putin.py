"""An average that load_state_dict puts into the model it is taken of, for a validation, and that stays in:
weight_change_outside_step.

A load says by itself where the numbers lie and what they write over, whenever it comes and on whatever device. Counted
are loads of other weights that a pass without gradients follows, and then a step from these very weights. What they
came from must live on, be trained by no optimizer, and move all the time while the model is trained: slow weights
(Lookahead, federated rounds) stand still until the next load, a copy of the best so far is made anew now and then. A
mean that is taken once an epoch stands still as well: there the names in the script decide.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any, Callable, Dict, List, Mapping, Optional, Set, Tuple

import torch

from labjournal.watch.aliases import keeps_average, starts_from_average
from labjournal.watch.findings import Findings
from labjournal.watch.leftin import LASTING, TENSORS, has_address, tensors_elsewhere
from labjournal.watch.look import Look, Names
from labjournal.watch.models import Models
from labjournal.watch.modes import Modes
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.rules import NOTICE
from labjournal.watch.sampling import Key, Later, Pack, gather, is_matrix
from labjournal.watch.walk import named_parameters

TIMES, STANDING_TIMES = 1, 3
"""Loads in a row after the first, of what moves while the model is trained and of what stands still then."""
MOST_QUICK = 8
"""Loads that come sooner than LASTING steps after another, after which no more are looked at: a search goes back so."""

Samples = Dict[Key, Pack]


class _Load:
    """Loaded, and no step made since."""

    def __init__(self, step: int, passes: int, refs: List[weakref.ref[Any]], own: Samples, given: List[Any]) -> None:
        self.step = step
        self.passes = passes
        self.refs = refs
        self.own = own
        """The weights before the first load since the last step."""
        self.given = gather(given)
        self.addresses = [one.data_ptr() for one in given]


class _State:
    def __init__(self) -> None:
        self.step = 0
        """The last step before a load."""
        self.given: Samples = {}
        self.sources: List[weakref.ref[Any]] = []
        self.then: Samples = {}
        """The sources at the last look, at first as they were loaded."""
        self.moved: List[bool] = []
        """Had they since the look before? Asked while the model is trained."""
        self.times = self.standing = 0
        self.quick = 0


class PutIn:
    """Loads into what each optimizer trains."""

    def __init__(
        self,
        findings: Findings,
        later: Later,
        models: Models,
        optimizers: Optimizers,
        names: Names,
        modes: Modes,
    ) -> None:
        self._findings = findings
        self._later = later
        self._models = models
        self._optimizers = optimizers
        self._names = names
        self._loads: Dict[Tracked, _Load] = {}
        self._states: Dict[Tracked, _State] = {}
        self._done: Set[Tracked] = set()
        self._modes = modes

    def loading(self, module: Any, given: Mapping[str, Any]) -> None:
        """Before ``load_state_dict``."""
        live = [pair for pair in self._optimizers.live() if pair[0].n and pair[0] not in self._done]
        named = {id(one): name for name, one in named_parameters(module)} if live else {}
        for tracked, optimizer in live:
            own = [one for one in tracked.params(optimizer) if id(one) in named and is_matrix(one)][-TENSORS:]
            pairs = [(one, given.get(named[id(one)])) for one in own if one.device == own[-1].device]
            if own:
                self._note(tracked, pairs if all(_is_alike(*pair) for pair in pairs) else [])
        self._modes.asked = bool(self._loads)

    def _note(self, tracked: Tracked, pairs: List[Tuple[Any, Any]]) -> None:
        state, before = self._states.setdefault(tracked, _State()), self._loads.pop(tracked, None)
        same_pause = before is not None and before.step == tracked.n
        state.quick += not same_pause and tracked.n - state.step < LASTING
        state.step = tracked.n
        if state.quick > MOST_QUICK:
            self._done.add(tracked)
        elif pairs:
            own = before.own if before is not None and same_pause else gather([one for one, _ in pairs])
            refs = [weakref.ref(one) for one, _ in pairs]
            self._loads[tracked] = _Load(tracked.n, self._modes.passes, refs, own, [given for _, given in pairs])

    def wants(self, tracked: Tracked, first: int, last: int) -> bool:
        """Is one of these steps to be looked at?"""
        load = self._loads.get(tracked)
        if load is not None and load.step + 1 < first:
            del self._loads[tracked]  # there was no look to be had
            self._states.pop(tracked, None)
            self._modes.asked = bool(self._loads)
        return load is not None and first <= load.step + 1 <= last

    def before_step(self, look: Look) -> None:
        state, load = self._states.get(look.tracked), self._loads.pop(look.tracked, None)
        self._modes.asked = bool(self._loads)
        if state is None or look.tracked in self._done:
            return
        if load is None:
            self._look_at_sources(state)
        elif load.step == look.step - 1:
            self._judge(look, load, state)

    def _look_at_sources(self, state: _State) -> None:
        """Have they moved? Those that are gone may have been replaced by anything."""
        live = [ref() for ref in state.sources]
        if not live or any(one is None for one in live):
            state.sources = []
            return
        before, state.then = state.then, gather(live)
        self._compare([(state.then, before)], lambda differ: state.moved.append(bool(differ[0])))

    def _judge(self, look: Look, load: _Load, before: _State) -> None:
        """The first step after a load."""
        state = self._states[look.tracked] = _State()
        state.step, state.quick, state.given = load.step, before.quick, load.given
        members = [ref() for ref in load.refs]
        sources = self._sources(load)
        if any(one is None for one in (*members, *sources)) or self._modes.passes == load.passes:
            return
        state.sources, state.then = [weakref.ref(one) for one in sources], gather(sources)
        known = bool(before.given and before.moved) and len(before.sources) == len(sources)

        def landed(differ: List[int]) -> None:
            after, source, written, anew = differ
            if after or source or not (written and anew and known):
                return
            state.times = before.times + 1 if all(before.moved) else 0
            state.standing = 0 if any(before.moved) else before.standing + 1
            if state.times == TIMES or (state.standing == STANDING_TIMES and self._is_mean()):
                self._done.add(look.tracked)
                self._say(look, {id(one) for one in members}, state)

        others = (gather(members), state.then, load.own, before.given)
        self._compare([(one, load.given) for one in others], landed)

    def _is_mean(self) -> bool:
        return len(self._optimizers.stepping()) == 1 and keeps_average(sys._getframe())

    def _sources(self, load: _Load) -> List[Optional[Any]]:
        """Where the numbers came from, if that is still there."""
        trained = self._optimizers.held()
        found = {
            one.data_ptr(): one for one in tensors_elsewhere(self._models, sys._getframe()) if id(one) not in trained
        }
        return [found.get(address) for address in load.addresses]

    def _compare(self, pairs: List[Tuple[Samples, Samples]], use: Callable[[List[int]], None]) -> None:
        """Does one sample of each pair differ from the other?"""
        differ = [_differ(one, other) for one, other in pairs]
        self._later.give(torch.stack(differ), use)

    def _say(self, look: Look, members: Set[int], state: _State) -> None:
        named = self._names(look.params, look.tracked)
        told = [named[at] for at, one in enumerate(look.params) if id(one) in members]
        times = max(state.times, state.standing) + 1
        self._findings.say(
            "weight_change_outside_step",
            look.step,
            f"At each of the last {times} validations other weights were loaded into {{subject}} ({{n}}), and "
            f"{look.tracked.label} went on from there: is an average put in and not taken out again?",
            [(f"{one.path} left in", one.module) for one in told],
            {"optimizer": look.tracked.label, "times": times, "before_step": look.step},
            level=NOTICE if starts_from_average(sys._getframe()) else None,
        )


def _is_alike(one: Any, given: Any) -> bool:
    """Other numbers for all of it, on the same device?"""
    plain = has_address(one) and has_address(given)
    alike = plain and (one.shape, one.dtype, one.device) == (given.shape, given.dtype, given.device)
    return bool(alike and one.data_ptr() != given.data_ptr())


def _differ(one: Samples, other: Samples) -> Any:
    """1 where some element does, on the device; 1 as well where they are not of the same tensors."""
    pairs = [(pack.values_NK, other[key].values_NK) for key, pack in one.items() if key in other]
    if len(pairs) < max(1, len(one)) or any(mine.shape != theirs.shape for mine, theirs in pairs):
        device = next((key[0] for key in (*one, *other)), "cpu")
        return torch.ones((), dtype=torch.int64, device=device)
    return torch.stack([(mine != theirs).any() for mine, theirs in pairs]).any().long()
