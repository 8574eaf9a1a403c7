"""The moments at which the checks look: what each hook of a session gives to which of them, in which order."""

from __future__ import annotations

import sys
from typing import Any, List, Optional, Set

import torch

from labjournal.watch.budget import SPARSE_FROM
from labjournal.watch.families import Families
from labjournal.watch.look import Compared, Look
from labjournal.watch.optimizers import Tracked, has_groups
from labjournal.watch.randomness import EVERY


class Moments(Families):
    """The checks, and when they look."""

    @property
    def _epochs(self) -> int:
        """How often the data set trained on most was gone through."""
        return max(self.epochs.trainings.values(), default=0)

    def relaid(self, tracked: Tracked, params: List[Any]) -> None:
        self._run(self.membership.relaid, params)
        self._run(self.groups.relaid, tracked, params)
        self._run(self.joined.relaid, tracked, params)
        self._run(self.rates.ask_loop)
        for family in self._by_tensor:
            self._run(family.reset, tracked, len(params))
        self._run(self.rewrites.reset, tracked)
        self._run(self.pulses.reset, tracked, len(params))

    def optimizer_made(self, tracked: Tracked, optimizer: Any) -> None:
        self._run(self.membership.optimizer_made, tracked, optimizer)
        self._run(self.groups.optimizer_made, tracked, optimizer)
        self._run(self.randomness.optimizer_made)
        self._run(self.epochs.optimizer_made)

    def zero_grad(self, tracked: Tracked, optimizer: Any, slept: int) -> None:
        self._run(self.unstepped.on_zero_grad, tracked, optimizer)
        self._run(self.skipped.on_zero_grad, tracked, optimizer, self.gradients.backwards + slept, slept > 0)

    def model_zero_grad(self, slept: int) -> None:
        self._run(self.unstepped.on_model_zero_grad)
        self._run(self.skipped.on_model_zero_grad, self.gradients.backwards + slept, slept > 0)

    def saved_hooks(self) -> None:
        self.objective.saved_hooks = self.flow.saved_hooks = True

    def may_sleep(self, tracked: Tracked, until: int) -> bool:
        """Is there nothing left that wants to see the steps before step ``until``?"""
        waits = self.wants(tracked, tracked.n + 1, until)
        alone = self._optimizers.together == 1 and not tracked.closure  # a closure resets and goes back within a step
        return alone and self.gradients.backwards > EVERY and not waits and not self.joined.waits(tracked)

    def switched_off(self, slept: int) -> bool:
        """Gradients are: does somebody want to see what follows?"""
        return bool(self._run(self.modes.arm, slept)) or self.rewrites.watching

    def passes_slept(self, passes: int) -> None:
        self.gradients.backwards += passes
        self._run(self.modes.slept, passes)

    def before_backward(self, tensors: Any, due: bool) -> None:
        """``due``: the step that follows is looked at."""
        self.gradients.backwards += 1
        self._run(self.resets.before_backward)
        self._run(self.unstepped.before_backward)
        self._run(self.halted.before_backward, _root(tensors), due)
        if not due:
            if self.midrun.waiting and not self.objective.saved_hooks:
                self._run(self.itself.count, _root(tensors))
            self._run(self.modes.backward_passes)
            self._run(self.randomness.idle, self.gradients.backwards)
            return
        step = self.step + 1
        with torch.no_grad():
            self._run(self.undone.before_backward, self.gradients.backwards - 1)
            self._run(self.swallowed.before_backward, sys._getframe())
            self._look_before_backward(_root(tensors), step)

    def _look_before_backward(self, loss: Optional[Any], step: int) -> None:
        self._run(self.randomness.look, step)
        self._run(self.modes.backward_passes)
        self._run(self.modes.look, loss, step)
        if loss is None:
            return
        self._run(self.objective.look, loss, step)
        self.flow.hinge = self.objective.hinge
        self.gradients.switched_off = self.objective.switched_off
        self._run(self.precision.look, loss, step)
        self._run(self.skipped.before_backward, loss)
        self._run(self.placebo.look, loss, step)
        self._run(self.flow.before_backward, loss)
        self._run(self.missing.before_backward, loss)
        if not self.objective.saved_hooks:
            self._run(self.itself.look, loss, step)
            self._run(self.fed.look, loss, step)
            own, self.fed.own_target = self.fed.own_target, None
            if own is not None:
                self._run(self.unread.look, own, step)
            self.membership.inputs = self.fed.driven
            self._run(self.strays.look, loss, step, self.fed.driven)
            self.resets.apart = self.membership.apart = self.strays.apart
            self._run(self.answers.look, loss, step)
            self._run(self.bounded.look, loss, step)
        if step == 1 and not self._optimizers.stepping():
            self._look_by_hand(loss, None)

    def before_grad(self, outputs: Any, inputs: Any) -> None:
        """``torch.autograd.grad`` is called, and no optimizer has stepped: are weights trained by hand with it?"""
        loss = _root(outputs)
        wanted = [inputs] if isinstance(inputs, torch.Tensor) else list(inputs)
        asked = {id(one) for one in wanted if one.is_leaf}
        weights = any(isinstance(one, torch.nn.Parameter) for one in wanted)
        if loss is None or loss.numel() != 1 or self.by_hand.done or not (weights or len(asked) > 1):
            return
        with torch.no_grad():
            self._run(self.objective.look, loss, 1)
            if not self.objective.saved_hooks:
                self._run(self.fed.look, loss, 1)
            self._look_by_hand(loss, asked)

    def _look_by_hand(self, loss: Any, asked: Optional[Set[int]]) -> None:
        self._run(self.by_hand.look, loss, sys._getframe(), self.fed.driven, asked)
        self._run(self.by_hand.judge_way, *self.objective.sign)

    def loss(self, value: float, largest: float, step: int) -> None:
        """``value``: the last loss sent back before the step; ``largest`` in size of all of them."""
        self._run(self.gradients.loss, value, largest, step)
        self._run(self.objective.loss, largest, step)
        self._run(self.scale.loss, value)
        self._run(self.flow.loss, value, largest)
        self._run(self.fed.loss, value, step)
        self._run(self.membership.rebuilt.loss, value)

    def wants(self, tracked: Tracked, first: int, last: int) -> bool:
        """Is one of these steps to be looked at beyond the schedule?"""
        self.rewrites.quiet, self.left_in.validations = self.modes.quiet, self.modes.validations
        return any(self._run(one.wants, tracked, first, last) for one in self._wanting)

    def keeps_start(self, look: Look) -> bool:
        """Are the weights of the first step looked at still to be compared with?"""
        return look.step < SPARSE_FROM or bool(self._run(self.outside.waits, look.tracked))

    def scaler_step(self, scaler: Any, optimizer: Any, tick: int) -> None:
        self._run(self.precision.on_scaler_step, scaler)
        if scaler.is_enabled() and has_groups(optimizer):
            tracked = self._optimizers.note(optimizer, tick)
            self._run(self.unstepped.scaled, tracked)
            self._run(self.skipped.scaled, tracked)

    def look_missed(self, tracked: Tracked, optimizer: Any) -> None:
        """A step that is not looked at."""
        self._run(self.groups.ask_again, tracked, optimizer)
        self._run(self.joined.before_step, tracked, optimizer)
        self._run(self.resets.missed, tracked)
        self._run(self.missing.ask_again)
        if tracked.n % 10 == 0:
            self._run(self.horizons.look, self.schedules.known, self._epochs)
            self._run(self.gradients.ask_again)

    def before_step(self, look: Look) -> None:
        self._run(self.skipped.before_step, look.tracked, look.params, self.gradients.backwards)
        self._run(self.joined.before_step, look.tracked, look.optimizer)
        self._run(self.starting.before_step, look)
        self._run(self.movement.before_step, look)
        self._run(self.outside.before_step, look)
        self.rewrites.quiet = self.modes.quiet
        self._run(self.rewrites.before_step, look)
        self._run(self.frozen.before_step, look)
        self._run(self.left_in.before_step, look, self.modes.validations)
        self._run(self.put_in.before_step, look)
        self._run(self.reloaded.before_step, look)
        self._run(self.adapters.before_step, look)
        self._run(self.alike.before_step, look)

    def after_step(self, look: Look) -> None:
        self._run(self.movement.after_step, look)
        self._run(self.left_in.after_step, look)

    def judge(self, look: Look, compared: Compared) -> None:
        self._run(self.movement.judge, look, compared)
        self._run(self.starting.judge, look, compared)
        self._run(self.outside.judge, look, compared)
        self.rewrites.restarted_at = self.adapters.restarted_at
        self.flow.restarts = self.adapters.restarted_at > 0
        self._run(self.rewrites.judge, look, compared)
        self._run(self.gradients.judge, look, compared)
        self._run(self.missing.judge, look, compared)
        self._run(self.frozen.judge, look, compared)
        self._run(self.scale.judge, look, compared)
        self._run(self.undone.judge, look, compared)
        self._run(self.flow.judge, look, compared)
        self._run(self.vanishing.judge, look, compared)

    def finish(self, look: Look, first: bool) -> None:
        """``first``: on steps of this optimizer what belongs to all is looked at."""
        self._run(self.resets.after_step, look)
        self._run(self.membership.rebuilt.after_step, look)
        self._run(self.missing.ask_again)
        self._run(self.missing.after_step, look, self.gradients.backwards)
        self._run(self.stopped.after_step, look, self.gradients.backwards)
        self.midrun.idle_terms = self.itself.idle_terms
        self._run(self.midrun.look, look, (self.modes.validations, self.modes.quiet))
        if first:
            self._run(self.rates.ask_schedule, look.step)
            self._run(self.membership.look, look.tracked, look.step)
            self._run(self.passed_over.look, look)
            if look.curves:
                self._run(self.frozen.look, look.step)
                self._run(self.frozen_norms.look, look.step)
        self._run(self.groups.after_step, look)
        self._run(self.gradients.ask_again)
        self._run(self.horizons.look, self.schedules.known, self._epochs)
        self._run(self.modes.stepped, look.step, look.params)
        self._run(self.movement.report, look)

    @property
    def wants_forward(self) -> bool:
        """Is there a check that wants to see forward passes?"""
        asking = ((one, one.calls.open) for one in (self.missing, self.stopped))
        own = ((self.placebo, self.placebo.asked), (self.fed, self.fed.asked), (self.joined, self.joined.open))
        return any(asked and not self._guard.is_off(check) for check, asked in (*asking, *own))

    def on_forward(self, module: Any, args: Any) -> None:
        for check in (self.missing, self.stopped):
            if id(module) in check.calls.open:
                self._guard.run_as(check, check.calls.on_forward, module, torch.is_grad_enabled())
        if id(module) in self.joined.open:
            self._run(self.joined.on_forward, module, torch.is_grad_enabled())
        for asks in (self.placebo, self.fed):
            if asks.asked:
                self._run(asks.on_forward, module, args, self.step + 1)

    def epoch_starts(self) -> None:
        if self.gradients.backwards:
            self._run(self.randomness.loader_starts, self.step)
            self._run(self.midrun.loader_starts)
            self._run(self.unstepped.epoch_starts)

    def batch(self, iterator: Any, data: Any, learning: bool, slept: int) -> None:
        self._run(self.unread.batch, data)
        passes = self.gradients.backwards + slept
        self._run(self.swallowed.batch, iterator, iterator._dataset, passes, learning)
        self._run(self.epochs.batch, iterator, data, passes, self.step, learning)

    def epoch_ends(self, iterator: Any, slept: int) -> None:
        self._run(self.epochs.epoch_end, iterator, self.gradients.backwards + slept, self.step)

    def end(self, slept: int) -> None:
        """What is still to be said at the end of the process."""
        self.gradients.backwards += slept
        step, last = self.step, self._guard.last
        for family in (self.groups, self.missing, self.gradients, self.rates):
            last(family.end, step)
        real = max((tracked.real for tracked in self._optimizers.all()), default=0)
        last(self.scale.end)
        last(self.skipped.end, self.halted.meant, self.halted.of_another_line)
        last(self.swallowed.end, step)
        last(self.unstepped.end)
        last(self.passed_over.end)
        last(self.unsaved.end, step)
        last(self.answers.end, real, self._optimizers.together <= 1)
        last(self.modes.end)
        last(self.objective.end, step, self.epochs.only_target)
        last(self.epochs.end, step)
        last(self.horizons.end, self.gradients.backwards, self._epochs)


def _root(tensors: Any) -> Optional[Any]:
    """What backward is called on, with its graph."""
    first = tensors[0] if isinstance(tensors, (list, tuple)) and tensors else tensors
    return first if isinstance(first, torch.Tensor) and first.grad_fn is not None else None
