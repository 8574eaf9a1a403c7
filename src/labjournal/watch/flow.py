"""Do gradients flow as they should? grad_explosion, dead_activations, grad_intermittent_zero; and
updates_stopped_midrun where they came, and are exactly 0 since.

From the samples of gradients at each look. Norms are estimated from the samples, scaled to the sizes of the tensors.
"""

from __future__ import annotations

import math
import statistics
from typing import Any, Dict, List, Optional, Set

import torch

from labjournal.watch import graph
from labjournal.watch.findings import Findings
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.optimizers import Tracked
from labjournal.watch.rules import NOTICE
from labjournal.watch.sampling import Key, Later, readable
from labjournal.watch.suspicion import Suspicion

GROWTH = 1000.0
GROWTH_LOOKS = 3
LARGE_NORM = 100.0
STEEP = 10.0
FALLS = 5
DEAD_LOOKS = 20
DEAD_SHARE = 0.7
DEAD_MIN = 16
SUSPECT = 8
"""Looks with a zero gradient after which the activations near it are looked at too."""
GRAPH_NODES = 4000
ISOLATED = 3
CAME = 10
"""Looks with a gradient, after which STOPPED with nothing but zeros, of tensors that take part, are no chance."""
STOPPED = 12


class _State:
    def __init__(self, tensors: int) -> None:
        self.norms: List[float] = []
        self.always_zero: Dict[Key, Any] = {}
        self.index: Dict[Key, List[int]] = {}
        self.looks = 0
        self.zero_now = [0] * tensors
        """Looks in a row with a gradient of exactly 0."""
        self.alive = [0] * tensors
        self.isolated = [0] * tensors
        self.zeros = [0] * tensors
        self.stopped = [0] * tensors
        """Looks in a row at which it took part and its gradient was 0, after CAME with one."""
        self.partly: Set[int] = set()
        """Tensors whose sample was 0 while the rest of the gradient was not."""


class Flow:
    """The flow of gradients, for each optimizer."""

    def __init__(self, findings: Findings, later: Later, names: Names) -> None:
        self._findings = findings
        self._later = later
        self._names = names
        self._states: Dict[Tracked, _State] = {}
        self._in_graph: Optional[Set[int]] = None
        self._want_graph = False
        self._want_units = False
        self._dead_layers = 0
        self._loss = self._largest = 1.0
        self._lowest = math.inf
        self._falls = 0
        """Losses in a row that were each the lowest so far."""
        self.suspicion = Suspicion()
        """Gradients that came may have stopped."""
        self.saved_hooks = False
        self.restarts = False
        """Adapters are merged and begin anew: one half is 0 then, and with it the gradient of the other."""
        self.hinge = False
        """A term of the loss is exactly 0 where a margin is kept, and so is its gradient."""

    def reset(self, tracked: Tracked, tensors: int) -> None:
        self._states[tracked] = _State(tensors)

    def loss(self, value: float, largest: float) -> None:
        """The last loss sent back before a step, and the largest in size of those of the step."""
        self._loss, self._largest = value, largest
        self._falls = self._falls + 1 if value < self._lowest else 0
        self._lowest = min(self._lowest, value)

    def before_backward(self, loss: Any) -> None:
        """Only under suspicion: which tensors take part, and are there layers without one active unit?"""
        if self._want_graph and loss is not None:
            found = graph.leaves(loss, GRAPH_NODES, read=not self.saved_hooks)
            self._in_graph = (self._in_graph or set()) | set(found)
        if self._want_units and loss is not None and not self.saved_hooks and self._dead_layers < ISOLATED:
            results = [
                graph.saved(node, "result") for node in graph.walk(loss, GRAPH_NODES) if graph.kind(node) == "Relu"
            ]
            active = [result.any() for result in results[:32] if result is not None and result.numel()]
            if active:

                def landed(found: List[bool]) -> None:
                    self._dead_layers = self._dead_layers + 1 if not all(found) else 0

                self._later.give(torch.stack(active), landed)

    def judge(self, look: Look, compared: Compared) -> None:
        state = self._states.get(look.tracked)
        in_graph, self._in_graph = self._in_graph, None
        if state is None or len(state.zeros) != len(look.params) or not compared.grad_sq:
            return
        state.looks += 1
        total_sq = sum(
            value * look.params[at].numel() / compared.sizes.get(at, 1) for at, value in compared.grad_sq.items()
        )
        if math.isfinite(total_sq):
            self._explosion(look, state, math.sqrt(total_sq))
        if self._largest != 0:
            self._dead(look, state)
        self._zeros(look, state, compared, in_graph)

    def _explosion(self, look: Look, state: _State, norm: float) -> None:
        if norm == 0:
            return
        norms = state.norms
        norms.append(norm)
        if len(norms) <= GROWTH_LOOKS or norm < LARGE_NORM:
            return
        base = statistics.median(norms[:-GROWTH_LOOKS][-50:])
        last = norms[-GROWTH_LOOKS:]
        steep = all(after > STEEP * before for before, after in zip(norms[-GROWTH_LOOKS - 1 :], last))
        sustained = len(norms) >= 10 and min(last) > GROWTH * base
        if (steep and norm > GROWTH * norms[-GROWTH_LOOKS - 1]) or sustained:
            if self._falls >= FALLS and self._loss < -LARGE_NORM:
                self._findings.say(
                    "loss_unbounded_below",
                    look.step,
                    f"The loss fell to {self._loss:.4g}, a new lowest value at each of the last {self._falls} steps "
                    "looked at, while the gradient grows a thousandfold: there is no floor below it.",
                    evidence={"loss": self._loss, "falls": self._falls, "norm": norm, "norm_before": base},
                    subject="the loss",
                )
            self._findings.say(
                "grad_explosion",
                look.step,
                f"The gradient norm of {look.tracked.label} rose from {base:.3g} to {norm:.3g} and stayed high for "
                f"{GROWTH_LOOKS} steps looked at.",
                [(look.tracked.label, "")],
                {"optimizer": look.tracked.label, "norm": norm, "norm_before": base},
                subject=look.tracked.label,
            )

    def _dead(self, look: Look, state: _State) -> None:
        """A bias that never gets a gradient in most places belongs to units that are off for every input."""
        for key, pack in look.grads.items():
            rows = [
                row for row, at in enumerate(pack.index) if look.params[at].dim() == 1 and pack.sizes[row] >= DEAD_MIN
            ]
            index = [pack.index[row] for row in rows]
            if not rows:
                continue
            zero_NK = pack.values_NK[rows] == 0
            known = state.always_zero.get(key)
            if known is None or state.index.get(key) != index or known.shape != zero_NK.shape:
                state.always_zero[key], state.index[key] = zero_NK, index
                continue
            known &= zero_NK
            if state.looks == DEAD_LOOKS:
                padding = [pack.values_NK.shape[1] - pack.sizes[row] for row in rows]
                sizes = [pack.sizes[row] for row in rows]

                def landed(
                    counts: List[int], index: List[int] = index, sizes: List[int] = sizes, padding: List[int] = padding
                ) -> None:
                    shares = {at: (count - pad) / size for at, count, size, pad in zip(index, counts, sizes, padding)}
                    self._say_dead(look, {at: share for at, share in shares.items() if DEAD_SHARE <= share < 1})

                self._later.give(known.sum(1), landed)

    def _say_dead(self, look: Look, shares: Dict[int, float]) -> None:
        if not shares:
            return
        named = self._names(look.params, look.tracked)
        worst = max(shares.values())
        self._findings.say(
            "dead_activations",
            look.step,
            f"{worst:.0%} of the units of {{subject}} got no gradient at all in {DEAD_LOOKS} steps looked at: they are "
            "off for every input.",
            [(named[at].path, named[at].module) for at in shares],
            {"optimizer": look.tracked.label, "share_dead": worst, "looked_at_steps": DEAD_LOOKS},
        )

    def _zeros(self, look: Look, state: _State, compared: Compared, in_graph: Optional[Set[int]]) -> None:
        members = []
        for at, zero in compared.grad_zero.items():
            if not zero:
                state.isolated[at] += 0 < state.zero_now[at] <= 2 and state.alive[at] > 0
                state.zero_now[at] = state.stopped[at] = 0
                state.alive[at] += 1
            elif look.params[at].requires_grad:
                state.zero_now[at] += 1
                taking_part = in_graph is None or id(look.params[at]) in in_graph
                state.zeros[at] += taking_part and self._largest != 0
                stopped = taking_part and self._largest != 0 and state.alive[at] >= CAME and at not in state.partly
                state.stopped[at] = state.stopped[at] + 1 if stopped else 0
                if state.alive[at] and taking_part:
                    self._look_whole(look, state, at)
            self._want_units |= state.zero_now[at] >= SUSPECT
            self._want_graph |= state.zeros[at] > 0 and state.alive[at] > 0
            if at in state.partly:
                continue
            if state.isolated[at] == ISOLATED and state.alive[at] >= ISOLATED and state.zeros[at] >= ISOLATED:
                state.isolated[at] += 1
                members.append(at)
        off = self._dead_layers >= ISOLATED and self._largest != 0  # a loss of 0 has no gradient by itself
        if off and any(count >= 2 * SUSPECT for count in state.zero_now):
            self._dead_layers = -(10**9)
            self._say_off(look, [at for at, count in enumerate(state.zero_now) if count >= 2 * SUSPECT])
        self._look_for_stopped(look, state)
        if not any(look.params[at].dim() > 1 for at in members):
            return  # the gradient of a bias may cancel out, as in a loss on differences
        named = self._names(look.params, look.tracked)
        routed = all(any(part.isdigit() for part in named[at].module.split(".")[:-1]) for at in members)
        self._findings.say(
            "grad_intermittent_zero",
            look.step,
            f"The gradient of {{subject}} ({{n}}) was exactly 0 in {state.zeros[members[0]]} of {state.looks} steps of "
            f"{look.tracked.label} looked at, alive in between, while the loss was not 0.",
            [(named[at].path, named[at].module) for at in members],
            {"optimizer": look.tracked.label, "zero": state.zeros[members[0]], "looked_at_steps": state.looks},
            level=NOTICE if routed or self.hinge or self.restarts else None,
        )

    def _look_for_stopped(self, look: Look, state: _State) -> None:
        self.suspicion.state(look.tracked, any(0 < times < STOPPED for times in state.stopped))
        due = [at for at, times in enumerate(state.stopped) if times == STOPPED and at not in state.partly]
        if not any(look.params[at].dim() > 1 for at in due) or not 0 <= self._dead_layers < ISOLATED:
            return
        named = self._names(look.params, look.tracked)
        flowing = {
            _list_of(named[at].module) for at, zero in enumerate(state.zero_now) if not zero and not look.none[at]
        }
        chosen = all(_list_of(named[at].module) in flowing - {""} for at in due)
        self._findings.say(
            "updates_stopped_midrun",
            look.step,
            f"{{subject}} ({{n}}) had gradients, and they were exactly 0 in the last {STOPPED} steps of "
            f"{look.tracked.label} looked at, though it takes part in the loss, which is not 0.",
            [(f"{named[at].path} zero", named[at].module) for at in due],
            {"optimizer": look.tracked.label, "looked_at_steps": STOPPED},
            level=NOTICE if self.hinge or self.restarts or chosen else None,
        )

    def _look_whole(self, look: Look, state: _State, at: int) -> None:
        """At the whole of a gradient whose sample is 0, while it is still there."""
        plain = readable(look.params[at].grad) if look.params[at].grad is not None else None
        if plain is not None and at not in state.partly:
            self._later.give((plain != 0).any(), lambda found: state.partly.add(at) if found else None)

    def _say_off(self, look: Look, members: List[int]) -> None:
        named = self._names(look.params, look.tracked)
        self._findings.say(
            "dead_activations",
            look.step,
            "A layer has no active unit for any input, so {subject} ({n}) gets gradients of exactly 0.",
            [(named[at].path, named[at].module) for at in members],
            {"optimizer": look.tracked.label, "share_dead": 1.0, "looked_at_steps": look.tracked.looks},
        )


def _list_of(module: str) -> str:
    """The list that a module is a member of, or lies in one: experts are chosen from one."""
    parts = module.split(".")[:-1]
    return next((".".join(parts[:at]) for at, part in enumerate(parts) if part.isdigit()), "")
