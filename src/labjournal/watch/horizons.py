"""A schedule of the learning rate that was made for other steps than it was given: planned_steps_differ, lr_collapsed.

Made for the steps of the run and stepped once an epoch, or never; made for batches and stepped once in several; made
for epochs and stepped at each batch; still in its warm-up after many epochs, one step of it in each. Told at the end,
from numbers that agree: how many steps the schedule has in it, how many it was given, and how many steps, backward
passes and epochs there were. Where they do not agree, the run may have been ended early, and nothing is said.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any, Dict, Iterable, Iterator, Optional, Set, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.naming import holders, instance_fields, user_frames
from labjournal.watch.optimizers import Optimizers, Tracked, as_float, groups_of
from labjournal.watch.uncalled import is_never_stepped

LEAST = 40
"""Steps of an optimizer, and of a plan in steps."""
RARELY = 3
"""Steps of the optimizer for one of its schedule, at least, where the schedule is stepped once an epoch or so."""
OFTEN = 4
"""Times that a schedule made for epochs was gone through."""
EPOCHS, NEVER_EPOCHS, WARM_EPOCHS = 3, 5, 8
SMALL, BEGUN = 0.0101, 0.25
"""Of the highest rate, and of the steps: a decay that is over when the run has hardly begun."""
LONG = 1.5
"""Epochs' worth of steps: a warm-up of more, if it is to be given one an epoch, is made for batches."""
NEAR = 0.02
MOST = 16
"""Schedules that are followed."""
_LENGTHS = ("total_steps", "T_max", "total_iters")
_NOT_ALL = ("warm", "start", "every", "step_size", "epoch")
"""Words in the names of numbers that are not the length of the whole, in steps."""
_Told = Tuple[str, Optional[int]]
"""What is to be said of a schedule, and the steps it is made for."""
_WAITING = frozenset(("SWALR", "ReduceLROnPlateau", "ConstantLR"))
"""Schedules whose turn may not have come, or that end early by what they are."""


class _Plan:
    """What is known of one schedule; it is often gone before the end."""

    def __init__(self, schedule: Any, tracked: Tracked, epochs: int) -> None:
        self.ref = weakref.ref(schedule)
        self.tracked = tracked
        self.name = type(schedule).__name__
        self.lengths = dict(_lengths(schedule))
        self.first = max(0, tracked.n - 1)
        """Steps of the optimizer before it."""
        self.begun = self.taken = int(schedule.last_epoch)
        self.at = tracked.n
        """Steps of the optimizer when the schedule had been given ``taken``."""
        self.named: Optional[str] = None
        """The variable of the script that calls its length a number of epochs."""
        self.before, self.epochs = epochs, 0
        """Epochs before it, and since."""
        self.relative = all(group.get("initial_lr") for group in groups_of(schedule.optimizer))
        self.first_rate = self.rate = self.top = _rate(schedule)
        """Of the group with the highest, now and at most, as a share of what it was built with."""
        self.small_at: Optional[int] = None
        """Steps of the optimizer when the rate had come down for good."""
        self.unstepped: Optional[bool] = None
        """No file of the script steps it, by its name; None while it is not known."""

    def note(self, schedule: Any, epochs: int) -> None:
        self.taken, self.at, self.epochs = int(schedule.last_epoch), self.tracked.n, epochs - self.before
        self.rate = _rate(schedule)
        self.top = max(self.top, self.rate)
        if self.rate > SMALL * self.top or not self.top:
            self.small_at = None
        elif self.small_at is None:
            self.small_at = self.steps
        if self.unstepped is None and not self.taken and self.steps >= LEAST:
            self.unstepped = is_never_stepped(schedule, sys._getframe()) is not None

    @property
    def pace(self) -> float:
        """Its steps for one of the optimizer."""
        return (self.taken - self.begun) / max(1, self.at - self.first)

    @property
    def steps(self) -> int:
        """Of the optimizer, since it began."""
        return self.tracked.n - self.first


class Horizons:
    """The schedules of all optimizers."""

    def __init__(self, findings: Findings, optimizers: Optimizers) -> None:
        self._findings = findings
        self._optimizers = optimizers
        self._plans: Dict[int, _Plan] = {}

    def look(self, schedules: Iterable[Any], epochs: int) -> None:
        """Now and then after a step: how far have the schedules come? ``epochs``: how often the data trained on most
        were gone through, as far as a loader tells."""
        for schedule in list(schedules):
            plan = self._plans.get(id(schedule))
            if plan is not None and plan.ref() is schedule:
                plan.note(schedule, epochs)
            elif len(self._plans) < MOST and type(getattr(schedule, "last_epoch", None)) is int:
                self._begin(schedule, epochs)

    def _begin(self, schedule: Any, epochs: int) -> None:
        owner = next((one for one, held in self._optimizers.live() if held is schedule.optimizer), None)
        if owner is None:
            return
        plan = self._plans[id(schedule)] = _Plan(schedule, owner, epochs)
        if plan.name == "CosineAnnealingLR":
            plan.named = _named_epochs(plan.lengths.get("T_max", 0))

    def end(self, backwards: int, epochs: int) -> None:
        """What the whole run tells."""
        told: Set[Tracked] = set()
        for plan in sorted(self._plans.values(), key=lambda plan: -max(plan.lengths.values(), default=0)):
            schedule = plan.ref()
            if schedule is not None:
                plan.note(schedule, epochs)
            if plan.steps < LEAST or plan.begun > plan.first + 2 or plan.name in _WAITING:
                continue  # or it goes on from an earlier run
            said = self._rarely(plan) or _for_batches(plan, backwards) or _for_epochs(plan) or _warming(plan)
            if plan.tracked in told or (said is None and not _is_over(plan)):
                continue
            told.add(plan.tracked)
            if said is not None:
                self._say(plan, *said)
            else:
                self._say_over(plan)

    def _rarely(self, plan: _Plan) -> Optional[_Told]:
        """Made for the steps of the run, and not given them."""
        others = [one for one in self._plans.values() if one.tracked is plan.tracked and one is not plan]
        joined = [own + other for own in plan.lengths.values() for one in others for other in one.lengths.values()]
        fits = [one for one in (*plan.lengths.values(), *joined) if one >= LEAST and _agree(one, plan.steps)]
        length, taken = next(iter(fits), None), plan.taken + (sum(one.taken for one in others) if joined else 0)
        stands = not taken and plan.rate == plan.top == plan.first_rate  # one of the script's own may count otherwise
        by_name = plan.unstepped and plan.epochs >= NEVER_EPOCHS
        if stands and (fits or by_name) and all(not one.taken for one in others):
            return f"was never stepped, in {plan.steps} steps of {plan.tracked.label}", length
        down = plan.rate < 0.5 * plan.top or plan.named is not None  # by another measure of time, or made for epochs
        if length is not None and not down and plan.pace * RARELY <= 1 and taken * RARELY <= length:
            told = f", in {plan.epochs} epochs" if taken in (plan.epochs, plan.epochs + 1) else ""
            return f"is made for {length} steps and was given {taken}{told}: {plan.steps} were taken", length
        return None

    def _say(self, plan: _Plan, what: str, length: Optional[int]) -> None:
        self._findings.say(
            "planned_steps_differ",
            plan.tracked.n,
            f"The schedule {plan.name} {what}.",
            [(f"{plan.tracked.label} {plan.name}", "")],
            {"schedule": plan.name, "made_for": length, "given": plan.taken, "steps": plan.steps},
            subject=plan.name,
            remedy="Step the schedule as often as it is made for: each step of the optimizer, or each epoch.",
        )

    def _say_over(self, plan: _Plan) -> None:
        label = plan.tracked.label
        self._findings.say(
            "lr_collapsed",
            plan.tracked.n,
            f"The schedule {plan.name} had the learning rate of {label} down to a hundredth of its peak after "
            f"{plan.small_at} of {plan.steps} steps: it was stepped at each of them. Is it made for epochs?",
            [(label, "")],
            {"optimizer": label, "schedule": plan.name, "down_after": plan.small_at, "steps": plan.steps},
            subject=label,
        )


def _is_over(plan: _Plan) -> bool:
    """Stepped at each batch, and at its end within as many steps as there were epochs."""
    if plan.small_at is None or plan.pace < 0.9 or plan.epochs < EPOCHS:
        return False
    return plan.small_at <= min(plan.epochs + 1, BEGUN * plan.steps)


def _for_batches(plan: _Plan, backwards: int) -> Optional[_Told]:
    """Made for as many steps as there were backward passes, and given one after several of them."""
    length = next((one for one in plan.lengths.values() if one >= LEAST and _agree(one, backwards)), None)
    if length is None or plan.first or not 0.9 <= plan.pace <= 1.1 or backwards < 1.9 * plan.steps:
        return None
    each = f"as many as there were backward passes: {plan.tracked.label} took {plan.steps}, and it was given as many"
    return f"is made for {length} steps, {each}", length


def _for_epochs(plan: _Plan) -> Optional[_Told]:
    """Made for epochs, and stepped at each batch. Other kinds have run down by then, which the rate itself tells."""
    length = plan.lengths.get("T_max", 0)
    told = plan.named is not None or plan.epochs == length >= EPOCHS
    given = plan.taken - plan.begun
    if plan.name != "CosineAnnealingLR" or not told or plan.pace < 0.9 or given < OFTEN * length:
        return None
    name = f"the number of epochs ({plan.named})" if plan.named else "as many as there were epochs"
    return f"is made for {length} steps, {name}, and was given {given}: the rate goes down and up again", length


def _warming(plan: _Plan) -> Optional[_Told]:
    """Given one step an epoch, and not half way up when the run is over."""
    rises = plan.relative and 0 < plan.rate == plan.top < 0.5
    if not rises or plan.epochs < WARM_EPOCHS or abs(plan.taken - plan.epochs) > 1:
        return None
    if plan.taken / plan.rate < LONG * plan.steps / plan.epochs:
        return None  # a long warm-up in epochs, of a run that was ended in it
    so_far = f"the learning rate has come to {plan.rate:.0%} of what it was to be"
    return f"was given {plan.taken} steps in {plan.epochs} epochs, and is in its warm-up still: {so_far}", None


def _rate(schedule: Any) -> float:
    """As a share of what it was built with; where that is 0, as in a cycle that begins there, the rate itself."""
    shares = [
        as_float(group.get("lr"), 0.0) / (as_float(group.get("initial_lr"), 0.0) or 1.0)
        for group in groups_of(schedule.optimizer)
    ]
    return max(shares, default=0.0)


def _agree(one: int, other: int) -> bool:
    return abs(one - other) <= max(2.0, NEAR * one)


def _lengths(schedule: Any) -> Iterator[Tuple[str, int]]:
    """Numbers of which one may be how many steps a schedule has in it, by name."""
    for name in _LENGTHS:
        value = getattr(schedule, name, None)
        if type(value) is int:
            yield name, value
    for function in getattr(schedule, "lr_lambdas", None) or ():
        for name, value in _numbers(function):
            whole = type(value) is int or (type(value) is float and value.is_integer())
            if whole and not any(word in name.lower() for word in _NOT_ALL):
                yield name, int(value)


def _numbers(function: Any) -> Iterator[Tuple[str, Any]]:
    """What a function of the step goes by: arguments bound to it, variables around it, fields of its object."""
    yield from (getattr(function, "keywords", None) or {}).items()
    plain = getattr(getattr(function, "func", function), "__func__", getattr(function, "func", function))
    code = getattr(plain, "__code__", None)
    if code is None:
        yield from getattr(function, "__dict__", {}).items()
        return
    around = dict(zip(code.co_freevars, (_cell(cell) for cell in plain.__closure__ or ())))
    around.update((name, plain.__globals__[name]) for name in code.co_names if name in plain.__globals__)
    yield from around.items()
    for held in (*around.values(), getattr(function, "__self__", None)):
        yield from ((name, value) for name, value in instance_fields(held).items() if name in code.co_names)


def _cell(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _named_epochs(length: int) -> Optional[str]:
    """The variable of the script, or attribute of one, that has this number and is called epochs."""
    for frame in user_frames(sys._getframe())[:6]:
        for name, value in holders(frame):
            if type(value) is int and value == length and "epochs" in name.lower():
                return name
    return None
