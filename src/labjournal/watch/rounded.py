"""Weights cast to 16 bits between two steps, as for a validation, and back again: weight_change_outside_step.

The cast back brings no bit back. Told where training goes on, again and again, from the very numbers that the cast has
left: whoever loads the weights that were kept, or casts a copy, goes on from others.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Optional, Set

from labjournal.watch.findings import Findings
from labjournal.watch.look import Look, Names
from labjournal.watch.optimizers import Tracked
from labjournal.watch.sampling import Later, gather

TIMES = 2
LASTING = 8
"""Steps from cast to cast: sooner it is a way to train, with weights of 16 bits but for the step."""


class _Cast:
    def __init__(self, step: int, params: List[Any]) -> None:
        self.step = step
        self.refs = [weakref.ref(one) for one in params]
        self.dtype = str(params[0].dtype).replace("torch.", "")
        self.left = [pack.values_NK for pack in gather(params).values()]


class Rounded:
    """The last cast of what each optimizer trains."""

    def __init__(self, findings: Findings, later: Later, names: Names) -> None:
        self._findings = findings
        self._later = later
        self._names = names
        self._casts: Dict[Tracked, _Cast] = {}
        self._last: Dict[Tracked, int] = {}
        self._times: Dict[Tracked, int] = {}
        self._done: Set[Tracked] = set()

    def cast(self, tracked: Tracked, params: List[Any]) -> None:
        """These have just lost their last bits."""
        same = [one for one in params if (one.dtype, one.device) == (params[0].dtype, params[0].device)]
        if tracked.n - self._last.get(tracked, -LASTING) < LASTING and tracked not in self._casts:
            self._done.add(tracked)
        self._last[tracked] = tracked.n
        if tracked not in self._done:
            self._casts[tracked] = _Cast(tracked.n, same)

    def before_step(self, look: Look) -> None:
        cast = self._casts.pop(look.tracked, None)
        params: List[Optional[Any]] = [] if cast is None else [ref() for ref in cast.refs]
        live = [one for one in params if one is not None and one.dtype.itemsize > 2]
        if cast is None or len(live) < len(params) or cast.step != look.step - 1:
            return
        now = [pack.values_NK for pack in gather(live).values()]
        if len(now) != 1 or len(cast.left) != 1 or now[0].shape != cast.left[0].shape:
            return

        def landed(differ: int) -> None:
            times = self._times[look.tracked] = 0 if differ else self._times.get(look.tracked, 0) + 1
            if times == TIMES:
                self._done.add(look.tracked)
                self._say(look, {id(one) for one in live}, cast.dtype)

        self._later.give((now[0] != cast.left[0].to(now[0].dtype)).any().long(), landed)

    def _say(self, look: Look, members: Set[int], dtype: str) -> None:
        named = self._names(look.params, look.tracked)
        told = [named[at] for at, one in enumerate(look.params) if id(one) in members]
        self._findings.say(
            "weight_change_outside_step",
            look.step,
            f"{{subject}} ({{n}}) was cast to {dtype} and back between steps of {look.tracked.label}, {TIMES} times so "
            "far: the bits that are lost do not come back. Cast a copy for a validation, or use autocast.",
            [(f"{one.path} rounded", one.module) for one in told],
            {"optimizer": look.tracked.label, "dtype": dtype, "times": TIMES, "before_step": look.step},
        )
