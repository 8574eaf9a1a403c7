"""What is written to the weights between two steps, by something other than the optimizer: weight_change_outside_step,
and no_update where it undoes each step whole.

An average that is no copy of the weights writes to them too, though hardly anything.

Looked at in steps that follow one another, which the first 30 do. Clamps, projections, decay by hand, averages of every
few steps (Lookahead) and noise are met: each test below asks for something that none of them does.
"""

from __future__ import annotations

import sys
from typing import Any, Dict, Iterable, List, Tuple

import torch

from labjournal.watch.aliases import named_average
from labjournal.watch.findings import Findings
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, Tracked
from labjournal.watch.rules import NOTICE
from labjournal.watch.sampling import Later, readable
from labjournal.watch.suspicion import Suspicion

LARGE = 0.1
"""Relative change between two steps that is more than a clamp or a max-norm; re-initialisation is about 1.4."""
LARGE_TIMES = 3
WALK, MOST_WALK = 5, 12
STAYS = 0.6
"""Share of the squared noise, when it has become as large as the weights, by which they have grown if they keep it."""
CLIPPED = 0.25
TIMES = 5
TAKEN_BACK = 0.7
"""Lookahead takes half back, once in several steps; a clamp or a projection takes what leads out, of some tensors."""
DROPPED = 0.02
STRAIGHT = 0.99
"""Cosine between what was written and the way back to the weights of the start."""
NOW_AND_THEN = 4
"""Times, where steps with nothing written lie between."""
AS_FAR = 0.9
"""Of the share of that way gone the first time: slow weights that follow are farther from the start each time."""
ROUNDING = 2e-7
EVEN = 1.02
ROUNDED = 64
"""Elements at least, of which some are rounded each time."""


class _State:
    """Times in a row, one item a tensor."""

    def __init__(self, tensors: int) -> None:
        self.undone = [0] * tensors
        self.suspects: Dict[int, Tuple[int, Any]] = {}
        """Tensors whose samples were undone -> a mark of the whole before the step given."""
        self.settled: List[int] = []
        self.taken_back = [0] * tensors
        self.taken_back_at = 0
        self.dropped = [0] * tensors
        self.pulled = [0] * tensors
        self.way_back = [0.0] * tensors
        self.left_alone = [False] * tensors
        self.large = self.large_at = self.itself = 0
        self.walks: Dict[int, Tuple[int, float, float]] = {}
        """Looks in a row at which noise had been added, the squared size before the first, the squared noise so far."""


class _Settle:
    """Takes in whether a suspect had changed after all."""

    def __init__(self, state: _State, at: int) -> None:
        self._state = state
        self._at = at

    def __call__(self, changed: bool) -> None:
        if not changed:
            self._state.settled.append(self._at)


class Outside:
    """Changes between steps, for each optimizer."""

    def __init__(self, findings: Findings, later: Later, models: Models, optimizers: Optimizers, names: Names) -> None:
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._later = later
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self.suspicion = Suspicion()
        """Steps seem to be undone."""

    def reset(self, tracked: Tracked, tensors: int) -> None:
        """The optimizer's groups have changed: what was counted belongs to other tensors."""
        self._states[tracked] = _State(tensors)

    def judge(self, look: Look, compared: Compared) -> None:
        state = self._states.get(look.tracked)
        if state is None or len(state.undone) != len(look.params) or not look.real:
            return
        self._undone(look, state, compared)
        self._taken_back(look, state, compared)
        self._dropped(look, state, compared)
        self._pulled(look, state, compared)
        self._large(look, state, compared)
        self._walks(look, state, compared)
        self._over_itself(look, state, compared)
        undone = bool(state.suspects) or any(1 < times < TIMES for times in state.undone)
        self.suspicion.state(look.tracked, undone or any(1 < times < TIMES for times in state.taken_back))

    def before_step(self, look: Look) -> None:
        """Look at the whole of the tensors whose samples were undone: a mask may spare a few rows."""
        state = self._states[look.tracked]
        for at, (step, before) in list(state.suspects.items()):
            now = mark_of(look.params[at])
            if now is None:
                del state.suspects[at]
            elif before is None or step != look.step - 1:
                state.suspects[at] = (look.step, now)
            else:
                del state.suspects[at]
                self._later.give((now != before) | _at_its_bound(look.params[at]), _Settle(state, at))

    def _say(
        self,
        look: Look,
        members: Iterable[int],
        text: str,
        evidence: Dict[str, Any],
        rule: str = "weight_change_outside_step",
        apart: str = "",
    ) -> None:
        """``apart`` marks the tensors of one test: another may speak of the same ones under the same rule."""
        named = self._names(look.params, look.tracked)
        tensors = [(f"{named[at].path} {apart}".rstrip(), named[at].module) for at in members]
        self._findings.say(rule, look.step, text, tensors, {"optimizer": look.tracked.label, **evidence})

    def _undone(self, look: Look, state: _State, compared: Compared) -> None:
        """A step that moves a tensor, after which it is put back, every time: nothing is learnt."""
        for at, undone in compared.undone.items():
            back = undone and compared.changed.get(at)
            state.undone[at] = state.undone[at] + 1 if back else 0
            if state.undone[at] == TIMES - 1:
                state.suspects[at] = (0, None)
        members, state.settled = state.settled, []
        if members:
            self._say(
                look,
                members,
                f"{{subject}} ({{n}}) is changed by each step of {look.tracked.label} and put back before the next: "
                f"the same weights stood there before {TIMES + 1} steps looked at in a row.",
                {"steps_undone": TIMES, "lr": look.rates[members[0]]},
                rule="no_update",
            )

    def _taken_back(self, look: Look, state: _State, compared: Compared) -> None:
        """A step most of which is taken back before the next one, as by an average copied the wrong way round."""
        if compared.taken_back and state.taken_back_at != look.step - 1:
            state.taken_back = [0] * len(state.taken_back)  # every fifth step is Lookahead
        state.taken_back_at = look.step if compared.taken_back else state.taken_back_at
        for at, share in compared.taken_back.items():
            back = TAKEN_BACK < share < 1.5 and not compared.undone.get(at) and not compared.shrunk[at]
            state.taken_back[at] = state.taken_back[at] + 1 if back else 0
        members = [at for at, times in enumerate(state.taken_back) if times == TIMES]
        members = self._not_shared(look, members, compared)
        if members:
            share = compared.taken_back[members[0]]
            self._say(
                look,
                members,
                f"{share:.0%} of what each step of {look.tracked.label} does to {{subject}} ({{n}}) is taken back "
                f"before the next, {TIMES} times in a row: something other than the optimizer writes to it.",
                {"share_taken_back": share, "times": TIMES},
            )

    def _dropped(self, look: Look, state: _State, compared: Compared) -> None:
        """Weights at random are set to 0 for a forward pass and stay so, as by a mask written into them."""
        for at, share in compared.dropped.items():
            state.dropped[at] = state.dropped[at] + 1 if share > DROPPED else 0
        members = [at for at, times in enumerate(state.dropped) if times == TIMES and look.params[at].dim() > 1]
        if members:
            share = compared.dropped[members[0]]
            self._say(
                look,
                members,
                f"{share:.0%} of the elements of {{subject}} ({{n}}), large and small ones, are set to 0 between steps "
                f"of {look.tracked.label}, others each time, {TIMES} times in a row: what they had learnt is lost. "
                "A mask for one forward pass belongs on a copy.",
                {"share_set_to_0": share, "times": TIMES},
                apart="dropped",
            )

    def _not_shared(self, look: Look, members: List[int], compared: Compared) -> List[int]:
        """Without those that another optimizer steps as well: one undoes what the other does."""
        others = [
            (tracked, one) for tracked, one in self._optimizers.live() if tracked is not look.tracked and tracked.n
        ]
        for tracked, other in others if members else ():
            theirs = {id(one) for one in tracked.params(other)}
            shared = [at for at in members if id(look.params[at]) in theirs]
            all_of_it = theirs == {id(one) for one in look.params} and tracked.at_backward != look.tracked.at_backward
            if shared and not (tracked.nested or look.tracked.nested):
                named = self._names(look.params, look.tracked)
                pair = " and ".join(sorted((look.tracked.label, tracked.label)))
                share = compared.taken_back.get(shared[0], 0.0)
                self._findings.say(
                    "param_in_two_optimizers",
                    look.step,
                    f"{{subject}} ({{n}}) is stepped by both {pair}: {share:.0%} of what one does is undone by the "
                    f"other, {TIMES} times in a row.",
                    [(f"{named[at].path} undone", named[at].module) for at in shared],
                    {"optimizers": pair, "share_taken_back": share},
                    level=NOTICE if all_of_it else None,  # one for each of two losses, as in an adversarial autoencoder
                )
                members = [at for at in members if at not in shared]
        return members

    def waits(self, tracked: Tracked) -> bool:
        """Is it still to be told whether something pulls a tensor back to where it began?"""
        state = self._states.get(tracked)
        return state is not None and any(state.pulled)

    def _pulled(self, look: Look, state: _State, compared: Compared) -> None:
        """Each time the same part of the way back to where training began, as towards an average or slow weights that
        are never brought up to date. Decay by hand leads to 0 instead, Lookahead to where it was some steps ago."""
        members = []
        for at, cosine in compared.to_start.items():
            if not compared.moved_outside[at]:
                state.left_alone[at] = state.pulled[at] > 0
                continue
            back = cosine > STRAIGHT and look.params[at].dim() > 1 and not compared.undone.get(at)
            as_far = compared.way_back[at] > AS_FAR * state.way_back[at]
            if not (back and as_far and state.pulled[at]):
                state.pulled[at], state.way_back[at], state.left_alone[at] = 0, compared.way_back[at], False
            state.pulled[at] += back
            if state.pulled[at] == (NOW_AND_THEN if state.left_alone[at] else TIMES):
                members.append(at)
        members = self._not_shared(look, members, compared)
        if members:
            times = state.pulled[members[0]]
            self._say(
                look,
                members,
                f"Between steps of {look.tracked.label} something pulls {{subject}} ({{n}}) straight back to the "
                f"weights of the first step, {times} times by {compared.way_back[members[0]]:.0%} of the way: are an "
                "average and the model mixed up, or slow weights never brought up to date?",
                {"cosine": compared.to_start[members[0]], "times": times},
            )

    def _large(self, look: Look, state: _State, compared: Compared) -> None:
        large = {
            at: gap
            for at, gap in compared.moved_outside.items()
            if gap > LARGE and look.params[at].dim() > 1 and not compared.undone.get(at)
            if not (compared.across[at] or compared.shrunk[at])
        }
        if large:
            state.large = state.large + 1 if state.large_at == look.step - 1 else 1
            state.large_at = look.step
        if large and state.large == LARGE_TIMES:
            worst = max(large.values())
            self._say(
                look,
                large,
                f"{{subject}} ({{n}}) changed by {worst:.0%} of its size between two steps of {look.tracked.label}, "
                f"{LARGE_TIMES} times in a row: something other than the optimizer writes to it.",
                {"relative_change": worst, "times": LARGE_TIMES},
            )

    def _walks(self, look: Look, state: _State, compared: Compared) -> None:
        """Noise that is put on and never taken off again: sizes grow by its square. On purpose it stays small (SGLD),
        or is taken off after the step."""
        before, state.walks, members = state.walks, {}, []
        for at, gap in compared.moved_outside.items():
            if gap > LARGE and compared.across[at] and look.params[at].dim() > 1:
                clean = compared.weight_sq[at] / (1 + gap**2)
                times, start, noise = before.get(at, (0, clean, 0.0))
                state.walks[at] = times + 1, start, noise + clean * gap**2
                reached = noise < start <= state.walks[at][2] and WALK <= times < MOST_WALK
                members += [at] if reached and compared.weight_sq[at] > start * (1 + STAYS) else []
        if members:
            gap, times = compared.moved_outside[members[0]], state.walks[members[0]][0]
            self._say(
                look,
                members,
                f"Between steps of {look.tracked.label} noise of {gap:.0%} of its size is put on {{subject}} ({{n}}) "
                f"and never taken off: after {times} times in a row it is larger than the weights were.",
                {"relative_change": gap, "times": times},
                apart="walks",
            )

    def _over_itself(self, look: Look, state: _State, compared: Compared) -> None:
        """Where one w was to be an average, ``d * w + (1 - d) * w`` rounds it, and what is done in place shrinks all by
        the same (1 - d)^2. Decay by hand does so too: a name must say that an average is meant."""
        gaps = {at: gap for at, gap in compared.moved_outside.items() if _is_single(look.params[at])}
        least, most = min(gaps.values(), default=0.0), max(gaps.values(), default=0.0)
        itself = least > 0 and (most < ROUNDING or most < min(EVEN * least, LARGE))
        state.itself = state.itself + itself if itself or not most else 0
        if state.itself != TIMES or not itself:
            return
        ids = {id(one) for one in look.params}
        mine = [(owner, named.root) for one, named, owner in self._models.parameters() if id(one) in ids]
        held = {root for _, root in mine}
        modules = [owner for owner, _ in mine] + [root for root in self._models.roots() if id(root) in held]
        name = named_average(modules, look.params, sys._getframe())
        if name is not None:
            self._say(
                look,
                gaps,
                f"{name!r} is no copy of the weights but these themselves: to average {{subject}} ({{n}}) with itself "
                f"changed it by {most:.1e} of its size between steps of {look.tracked.label}, {TIMES} times.",
                {"relative_change": most, "times": TIMES, "name": name},
                apart="itself",
            )


def _is_single(parameter: Any) -> bool:
    return parameter.dtype is torch.float32 and parameter.dim() > 1 and bool(parameter.numel() >= ROUNDED)


def _at_its_bound(parameter: Any) -> Any:
    """Are so many elements of the largest size there is that they must have been clipped to it after each step? So are
    a multiplier that may not fall below 0 and a temperature at its highest. What has no gradient stays as it was."""
    sizes = parameter.detach().abs()
    return (sizes == sizes.amax()).float().mean() > CLIPPED


def mark_of(parameter: Any) -> Any:
    """The sum of all bits as whole numbers, without a copy; None where they cannot be read."""
    plain = readable(parameter)
    bits = {8: torch.int64, 4: torch.int32, 2: torch.int16}.get(0 if plain is None else plain.element_size())
    return None if plain is None or bits is None else plain.view(bits).sum(dtype=torch.int64)
