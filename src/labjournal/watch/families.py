"""All checks of one process: one line each here, the reasons in their files. When they look is in ``moments``."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Tuple

from labjournal import tags
from labjournal.watch.adapters import Adapters
from labjournal.watch.alike import Alike
from labjournal.watch.answers import Answers
from labjournal.watch.bounded import Bounded
from labjournal.watch.byhand import ByHand
from labjournal.watch.epochs import Epochs
from labjournal.watch.fed import Fed
from labjournal.watch.findings import Findings
from labjournal.watch.flow import Flow
from labjournal.watch.frozen import Frozen
from labjournal.watch.frozen_norms import FrozenNorms
from labjournal.watch.gradients import Gradients
from labjournal.watch.groups import Groups
from labjournal.watch.guard import Guard
from labjournal.watch.halted import Halted
from labjournal.watch.horizons import Horizons
from labjournal.watch.itself import Itself
from labjournal.watch.joined import Joined
from labjournal.watch.leftin import LeftIn
from labjournal.watch.look import Names
from labjournal.watch.membership import Membership
from labjournal.watch.midrun import Midrun
from labjournal.watch.missing import Missing
from labjournal.watch.models import Models
from labjournal.watch.modes import Modes
from labjournal.watch.movement import Movement
from labjournal.watch.objective import Objective
from labjournal.watch.optimizers import Optimizers
from labjournal.watch.outside import Outside
from labjournal.watch.overwritten import Overwritten
from labjournal.watch.passedover import PassedOver
from labjournal.watch.placebo import Placebo
from labjournal.watch.plateau import Plateaus
from labjournal.watch.precision import Precision
from labjournal.watch.probing import Probed
from labjournal.watch.pulse import Pulses
from labjournal.watch.putin import PutIn
from labjournal.watch.randomness import Randomness
from labjournal.watch.rates import Rates
from labjournal.watch.reloaded import Reloaded
from labjournal.watch.resets import Resets
from labjournal.watch.rewrites import Rewrites
from labjournal.watch.sampling import Later
from labjournal.watch.scale import Scale
from labjournal.watch.schedules import Schedules
from labjournal.watch.skipped import Skipped
from labjournal.watch.starting import Starting
from labjournal.watch.stopped import Stopped
from labjournal.watch.strays import Strays
from labjournal.watch.swallowed import Swallowed
from labjournal.watch.undone import Undone
from labjournal.watch.unread import Unread
from labjournal.watch.unsaved import Unsaved
from labjournal.watch.unstepped import Unstepped
from labjournal.watch.vanishing import Vanishing


class Families:
    """The checks. ``names`` gives each tensor of an optimizer its name."""

    def __init__(
        self,
        guard: Guard,
        findings: Findings,
        later: Later,
        models: Models,
        optimizers: Optimizers,
        names: Names,
        state_epoch: Callable[[Dict[str, Any]], None],
        affords: Callable[[], bool],
        scored: Callable[[int, List[float], float], None],
    ) -> None:
        declared = [pattern for pattern in os.environ.get(tags.ENV_FROZEN, "").split("\n") if pattern]
        self._optimizers = optimizers
        self._guard, self._run = guard, guard.run
        self.membership = Membership(findings, later, models, optimizers, declared)
        self.groups = Groups(findings, models, optimizers, declared)
        self.strays = Strays(findings, models, optimizers)
        self.movement = Movement(findings, later, names, declared)
        self.outside = Outside(findings, later, models, optimizers, names)
        self.unstepped = Unstepped(findings, later, models, optimizers, names)
        self.halted = Halted(findings, later, optimizers)
        self.skipped, self.swallowed = Skipped(findings, optimizers), Swallowed(findings)
        self.undone = Undone(findings, later, optimizers, names)
        self.gradients = Gradients(findings, later, names, models)
        self.missing = Missing(findings, models, optimizers, names)
        self.stopped = Stopped(findings, models, optimizers, names)
        self.joined = Joined(findings, models, optimizers, names, declared)
        self.resets = Resets(findings, names)
        self.flow, self.vanishing = Flow(findings, later, names), Vanishing(findings, names)
        self.scale = Scale(findings, models, names)
        self.frozen = Frozen(findings, later, models, names, declared, optimizers.held)
        self.frozen_norms = FrozenNorms(findings, models, optimizers)
        self.adapters, self.alike = Adapters(findings, later, models), Alike(findings, later, models)
        self.objective = Objective(findings, later, models, optimizers)
        self.itself = Itself(findings, later)
        self.unread = Unread(findings)
        self.answers, self.bounded = Answers(findings, later, scored), Bounded(findings, later)
        self.randomness, self.probed = Randomness(findings), Probed(findings)
        self.epochs = Epochs(guard, findings, state_epoch, affords, self.randomness.jumped)
        self.modes = Modes(guard, findings, models, optimizers, self.epochs.held_out)
        self.passed_over = PassedOver(findings, later, models, optimizers, names, self.modes.unvalidated.models)
        self.precision, self.placebo = Precision(findings, models), Placebo(findings, models)
        self.rates, self.plateaus, self.schedules = Rates(findings), Plateaus(findings), Schedules(findings, optimizers)
        self.horizons = Horizons(findings, optimizers)
        self.rewrites = Rewrites(findings, models, optimizers, names)
        self.left_in = LeftIn(findings, models, names)
        self.put_in = PutIn(findings, later, models, optimizers, names, self.modes)
        self.reloaded, self.starting = Reloaded(findings, models), Starting(names)
        models.when_loaded = self.loading
        self.overwritten = Overwritten(findings, models, optimizers)
        self.unsaved = Unsaved(findings, models, optimizers)
        self.midrun = Midrun(findings, models, optimizers, names, declared)
        self.fed = Fed(findings, models, self.epochs.trained_on, self.epochs.held_out, lambda: optimizers.together <= 1)
        self._by_tensor = (
            *(self.movement, self.outside, self.gradients, self.missing, self.stopped, self.resets),
            *(self.undone, self.flow, self.vanishing, self.scale, self.midrun, self.adapters, self.left_in),
        )
        """These count for each tensor of an optimizer, and begin anew when its groups change."""
        self.pulses = Pulses(models, optimizers, self.left_in.suspects)
        self._wanting: Tuple[Any, ...] = (
            *(one.suspicion for one in (self.membership, self.movement, self.outside, self.stopped, self.flow)),
            *(self.pulses, self.rewrites, self.left_in, self.put_in, self.midrun),
        )
        self.by_hand = ByHand(findings, models, optimizers)

    @property
    def step(self) -> int:
        """Steps of the optimizer that has taken most."""
        return max((tracked.n for tracked in self._optimizers.all()), default=0)

    def saving(self, state: Any, target: Any) -> None:
        """``torch.save`` is called."""
        self._run(self.overwritten.saving, state, target, self.step)
        self._run(self.unsaved.saving, state, target, self.step)

    def loading(self, module: Any, state: Any) -> None:
        """``load_state_dict`` is called."""
        self._run(self.reloaded.loading, module, state)
        self._run(self.put_in.loading, module, state)
