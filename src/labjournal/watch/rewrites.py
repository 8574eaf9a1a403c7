"""Weights written over now and then between two steps, as by an initialisation at the start of each epoch.

A look costs too much to take two a step, and what happens once an epoch falls between looks. Tensors count what is
written to them in place (``_version``): more counts between two looks than steps explain say that something else has
written. What writes through ``.data`` leaves the count alone, but goes farther than so many steps. After two of these
it is known when to expect the next, and the steps around it are all looked at.

Where gradients are switched off at other times too, it is not known whether something was written then, unseen. Once it
matters the step after each such time is looked at, to see that what was learnt is still there.

Told are weights replaced by others, and weights that lose with each validation what they learnt since the last one: an
average put in for it, which is not taken out again. One of whole rounds ends on the straight way back, as a step of
Reptile does: there the names in the script decide.
"""

from __future__ import annotations

import sys
from typing import Any, Dict, List, Optional, Tuple

import torch

from labjournal.watch.aliases import keeps_average
from labjournal.watch.findings import Findings
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.sampling import Key, Pack, is_matrix

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
FAR = 2.5
"""Sizes of a step, for each of the steps between two looks: in a straight line they come to 1."""
NOTABLE = 0.02
"""Relative change of which there is reason to speak."""
TAKEN_BACK, WHOLE = 0.8, 0.9999
BACK_TIMES = 3
STRAIGHT = 0.999999
"""Cosine; an average over a path that bends ends beside it."""
LASTING = 20
"""Steps."""
KEPT = 0.5
"""Of all that was learnt so much was there right after gradients were last switched off before: had it been taken back
then too, it would be a fifth at most."""


class _State:
    def __init__(self, loads: int) -> None:
        self.loads = loads
        self.loaded = False
        """Since the look before this one."""
        self.step = 0
        self.since = 1
        """Steps since then."""
        self.versions: List[int] = []
        """Before the step of the last look."""
        self.rhythm: Optional[List[int]] = None
        """Counts in one whole step, with whatever the script does each time."""
        self.written: List[Tuple[int, int]] = []
        """First and last step before which more was written than that: it was between two looks."""
        self.replaced: Dict[int, float] = {}
        """Of these the ones seen from both sides: step -> relative change."""
        self.dense_from = self.dense_to = 0
        self.sizes: Dict[int, float] = {}
        """Relative size of the last step looked at, by tensor."""
        self.start: Dict[Key, Pack] = {}
        """Samples before the first step."""
        self.last: Dict[Key, Pack] = {}
        self.written_to: Dict[Key, Pack] = {}
        """Samples after the last step looked at, and after the last time that something else was seen to write."""
        self.written_at = 0
        self.quiet = self.quiet_then = 0
        """Validations before the last look, and before the last time that something else was seen to write."""
        self.back: List[float] = []
        """Share of what was learnt since the last of these times that was taken back, at validations in a row."""
        self.straight = False
        """One of them led to a place on the way itself, as each round of Reptile does."""
        self.watching = False
        """Every time that gradients are switched off is of interest."""
        self.kept = 0.0
        """Distance from ``written_to`` after the last of these."""
        self.seen = 0
        """How many of them were looked at since then."""


class Rewrites:
    """weight_change_outside_step, where it comes once in many steps."""

    def __init__(self, findings: Findings, models: Models, optimizers: Optimizers, names: Names) -> None:
        self._findings = findings
        self._optimizers = optimizers
        self._models = models
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self.quiet = 0
        """Times so far that gradients were switched off after training began: validations, for the most part."""
        self.restarted_at = 0
        """The last step before which adapters were merged for good and began anew: they are written over on purpose."""

    def reset(self, tracked: Tracked) -> None:
        self._states[tracked] = _State(self._models.loads)

    def wants(self, tracked: Tracked, first: int, last: int) -> bool:
        """Is something expected to be written before one of these steps, so that they should be looked at?"""
        state = self._states.get(tracked)
        if state is None:
            return False
        return (state.dense_from <= last and first <= state.dense_to + 1) or (
            state.watching and self.quiet != state.quiet
        )

    @property
    def watching(self) -> bool:
        return any(state.watching for state in self._states.values())

    def before_step(self, look: Look) -> None:
        state = self._states.get(look.tracked)
        if state is None:
            return
        matrices = [parameter for parameter in look.params if is_matrix(parameter)][:TENSORS]
        versions = [_version(parameter) for parameter in matrices]
        steps = state.since = look.step - state.step
        grown = [now - then for now, then in zip(versions, state.versions)]
        state.step, state.versions = look.step, versions
        if len(grown) != len(matrices) or not grown:
            return
        state.loaded, state.loads = state.loads != self._models.loads, self._models.loads
        if state.loaded:  # on purpose
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
        if state is None:
            return
        state.start = state.start or look.before
        since, gone = (1, compared.moved_outside) if compared.moved_outside else (state.since, compared.drifted)
        far = self._far(look, state, compared, gone, since)
        if far and (not state.written or state.written[-1][1] != look.step):
            state.written.append((look.step - since + 1, look.step))
            self._expect(state)
        if compared.moved_outside and self.restarted_at != look.step:
            if far:
                self._taken_back(look, state, compared)
            if (look.step, look.step) in state.written[-2:]:
                self._replaced(look, state, compared)
        if state.watching and self.quiet != state.quiet and state.written_at != look.step:
            state.kept, state.seen = _distance(state.written_to, look.before), state.seen + 1
        state.last, state.quiet = look.after, self.quiet

    @staticmethod
    def _far(look: Look, state: _State, compared: Compared, gone: Dict[int, float], since: int) -> bool:
        """Have the matrices gone farther since the last look than the steps between could take them?"""
        before, state.sizes = (
            state.sizes,
            {
                at: (squared / (compared.weight_sq[at] + 1e-30)) ** 0.5
                for at, squared in compared.update_sq.items()
                if look.params[at].dim() > 1
            },
        )
        known = [at for at in gone if at in before and at in state.sizes]
        limit = {at: max(NOTABLE, FAR * since * max(before[at], state.sizes[at])) for at in known}
        return bool(known) and sum(gone[at] > limit[at] for at in known) >= SHARE * len(known) and not state.loaded

    def _taken_back(self, look: Look, state: _State, compared: Compared) -> None:
        """Is what was learnt since the last time taken back, and was there a validation?

        Not the whole of it, as by what adapts for a test and goes back, nor soon, as in the inner loops of Reptile, nor
        to what other models have, as in rounds of federated learning.
        """
        pairs = [(state.written_to.get(key), state.last.get(key), now) for key, now in look.before.items()]
        shares = sorted(share for then, ended, now in pairs for share in _shares_taken_back(then, ended, now))
        share = shares[len(shares) // 2] if shares else 0.0
        steps, pauses = look.step - state.written_at, self.quiet - state.quiet_then
        # With several of them since, it may have been written over at each, unseen. One at about each step is none: an
        # average is kept so.
        kept = state.seen == pauses - 1 and state.kept > KEPT * _distance(state.written_to, state.last)
        often = pauses > 1 and 2 * pauses < steps
        lasting = self.quiet > state.quiet and steps >= LASTING * (pauses if often and not kept else 1)
        state.watching |= often and TAKEN_BACK < share < WHOLE
        state.straight |= share > TAKEN_BACK and all(_is_straight(then, ended, now) for then, ended, now in pairs)
        state.kept, state.seen = 0.0, 0
        state.written_to, state.written_at, state.quiet_then = look.before, look.step, self.quiet
        state.back = [*state.back, share] if lasting and TAKEN_BACK < share < WHOLE else []
        members = [at for at in compared.moved_outside if look.params[at].dim() > 1]
        if len(state.back) < BACK_TIMES or all(self._is_copy(look, at) for at in members):
            return
        if state.straight and not keeps_average(sys._getframe()):
            state.back = []
            return
        named = self._names(look.params, look.tracked)
        self._findings.say(
            "weight_change_outside_step",
            look.step,
            f"At each of the last {BACK_TIMES} validations {{subject}} ({{n}}) lost {share:.0%} of what "
            f"{look.tracked.label} had done since the one before: is an average put in and not taken out again?",
            [(f"{named[at].path} validated", named[at].module) for at in members],
            {"optimizer": look.tracked.label, "shares_taken_back": state.back, "last_before_step": look.step},
        )
        state.back = []

    def _replaced(self, look: Look, state: _State, compared: Compared) -> None:
        gaps = [gap for at, gap in compared.moved_outside.items() if look.params[at].dim() > 1]
        large = [at for at, gap in compared.moved_outside.items() if gap > REPLACED and look.params[at].dim() > 1]
        if not gaps or len(large) < SHARE * len(gaps):
            return
        if _is_rewound(state.start, look.before):
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


def _is_rewound(start: Dict[Key, Pack], now: Dict[Key, Pack]) -> bool:
    """Are the weights those of the start, but for some that have been set to 0? Rounds of pruning begin so."""
    pairs = [(pack.values_NK, start[key].values_NK) for key, pack in now.items() if key in start]
    if not pairs or any(one.device.type != "cpu" or one.shape != other.shape for one, other in pairs):
        return False
    kept = all(bool(((one == other) | (one == 0)).all()) for one, other in pairs)
    return kept and any(bool((one != other).any()) for one, other in pairs)


def _ways(then: Optional[Pack], ended: Optional[Pack], now: Pack) -> Optional[Tuple[Any, Any]]:
    """From ``then`` to ``ended`` and from there on to ``now``; None on a GPU."""
    if then is None or ended is None or now.values_NK.device.type != "cpu":
        return None
    if not then.index == ended.index == now.index:
        return None
    return (ended.values_NK - then.values_NK).float(), (now.values_NK - ended.values_NK).float()


def _shares_taken_back(then: Optional[Pack], ended: Optional[Pack], now: Pack) -> List[float]:
    """Of the way from ``then`` to ``ended``, what leads on to ``now`` takes back, for each tensor."""
    ways = _ways(then, ended, now)
    if ways is None:
        return []
    learnt_NK, after_NK = ways
    found: List[float] = (-(after_NK * learnt_NK).sum(1) / (learnt_NK.square().sum(1) + 1e-30)).tolist()
    return found


def _is_straight(then: Optional[Pack], ended: Optional[Pack], now: Pack) -> bool:
    """Does the way on lead straight back?"""
    ways = _ways(then, ended, now)
    return ways is not None and float(torch.nn.functional.cosine_similarity(*ways, dim=1).max()) < -STRAIGHT


def _distance(then: Dict[Key, Pack], now: Dict[Key, Pack]) -> float:
    """Between two samples of the same tensors; 0 on a GPU."""
    pairs = [(pack.values_NK, now[key].values_NK) for key, pack in then.items() if key in now]
    if any(one.device.type != "cpu" or one.shape != other.shape for one, other in pairs):
        return 0.0
    total = sum(float((one - other).float().square().sum()) for one, other in pairs)
    return float(total**0.5)


def _version(parameter: Any) -> int:
    try:
        return int(parameter._version)
    except RuntimeError:  # inference tensors keep no count
        return 0
