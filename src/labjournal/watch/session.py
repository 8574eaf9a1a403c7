"""The watch over torch in one process: what the hooks call, in which order the checks look, and when it gives up.

Nothing here changes a weight, draws a random number, keeps a tensor of the user's alive or waits for a GPU.
"""

from __future__ import annotations

import os
import time
from typing import Any, Dict, List, Optional, Tuple

import torch

from labjournal import tags
from labjournal.watch.account import Account
from labjournal.watch.budget import DENSE_STEPS, SPARSE_FROM, Budget, curves_due, look_due
from labjournal.watch.curves import Curves
from labjournal.watch.event_writer import EventWriter
from labjournal.watch.findings import Findings
from labjournal.watch.guard import MAX_ERRORS, Guard, described
from labjournal.watch.look import Compared, Look, Previous, compare
from labjournal.watch.models import Models
from labjournal.watch.moments import Moments
from labjournal.watch.nap import Nap, next_look
from labjournal.watch.optimizers import Optimizers, Tracked, has_groups, steps_before
from labjournal.watch.randomness import seed_that_was_set
from labjournal.watch.replicas import Replicas
from labjournal.watch.sampling import Later, capturing, gather
from labjournal.watch.sentback import SentBack
from labjournal.watch.tensor_names import TensorNames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labjournal.watch.start import Inside


class Session:
    """All that is known of this process's training."""

    def __init__(self, inside: Inside, models: Models) -> None:
        self._inside = inside
        self.models = models
        self._begin()

    def _begin(self) -> None:
        self.optimizers = Optimizers()
        self.guard = Guard(self._state_failure)
        self.later = Later(self.guard.later)
        self.account = Account(self._inside.outbox, self.models, self.optimizers)
        self.budget = Budget()
        self.nap = Nap()
        self.findings = Findings(self._state_finding, os.environ.get(tags.ENV_CHECKS, ""))
        writer = None if self._inside.rank else EventWriter(os.path.join(self._inside.folder, "events"))
        self.curves = Curves(writer, self.later, self.models)
        self.replicas = Replicas(self._inside.outbox, self._inside.attempt, self.later, self.models)
        self.names = TensorNames(self.models)
        self.families = Moments(
            self.guard,
            self.findings,
            self.later,
            self.models,
            self.optimizers,
            self.names,
            self._state_epoch,
            self.budget.affords,
            self.curves.add_scores,
        )
        self.off: Optional[str] = None
        """Why the watch was switched off, or None while it is on."""
        self.errors = 0
        self._busy = False
        self._looking = False
        """Whether the hook in progress takes a look, which the budget pays for."""
        self._stepping: List[Tracked] = []
        """Optimizers whose step is going on; those but the first are called by another's."""
        self._look: Dict[Tracked, Look] = {}
        self._last: Dict[Tracked, Previous] = {}
        self._sent = SentBack()
        self._seed_stated = False
        self.began = False

    def after_fork(self) -> None:
        """A forked child may be a loader worker, which never steps, or train by itself: it starts anew."""
        self._begin()

    # -- hooks

    def guarded(self, name: str, *args: Any) -> None:
        """Call one of the methods below as a hook: silent, on the budget, off after MAX_ERRORS that are no check's."""
        if self.off is not None or self._busy:  # busy: our own no_grad() and the like
            return
        self._busy = True
        self._looking = False
        start = time.perf_counter()
        worked = time.thread_time()
        try:
            getattr(self, name)(*args)
        except Exception as error:  # noqa: BLE001 - the user's training goes first, always
            self._failed(name, error)
        finally:
            self._busy = False
        took = time.perf_counter() - start
        self.budget.spent += took
        if self._looking:
            self.budget.paid(took, time.thread_time() - worked)
        elif name == "on_batch":
            self.budget.batches += time.thread_time() - worked
        if name == "after_step":  # now that it is known what a look has cost
            self.guarded("may_sleep", *args[:1])

    def _failed(self, where: str, error: Exception) -> None:
        self.errors += 1
        self._look.clear()
        if self.errors >= MAX_ERRORS:
            self.switch_off(f"{MAX_ERRORS} errors inside the watch, the last in {where}: {described(error)}"[:400])

    def switch_off(self, because: str) -> None:
        self.off = because
        self.nap.wake()
        self._look.clear()
        self._last.clear()
        self.later.forget()
        self._inside.give_up(because)

    def on_optimizer(self, optimizer: Any) -> None:
        if has_groups(optimizer):
            tracked = self.optimizers.note(optimizer, self.models.tick)
            self.families.optimizer_made(tracked, optimizer)

    def on_schedule(self, schedule: Any) -> None:
        self.guard.run(self.families.rates.note_schedule, schedule)

    def on_schedule_step(self, schedule: Any) -> None:
        self.guard.run(self.families.schedules.stepped, schedule)

    def on_plateau(self, schedule: Any, value: Any) -> None:
        self.guard.run(self.families.plateaus.stepped, schedule, value, self.families.step)

    def on_seed(self, seed: Any) -> None:
        self.guard.run(self.families.randomness.seeded, seed)

    def on_zero_grad(self, optimizer: Any) -> None:
        tracked = self.optimizers.note(optimizer, self.models.tick)
        if tracked not in self._stepping:  # a closure resets as often as its step likes
            self.families.zero_grad(tracked, optimizer, self.nap.slept)

    def on_model_zero_grad(self, model: Any) -> None:
        if self.optimizers.hold_some(model):  # not so one that a learned optimizer trains
            self.families.model_zero_grad(self.nap.slept)

    def on_no_grad(self, _context: Any) -> None:
        if not self._stepping and self.families.switched_off(self.nap.slept):  # not by an optimizer for itself
            self.nap.wake()

    def on_cast(self, _module: Any) -> None:
        self.nap.asleep &= not self.guard.run(self.families.movement.cast, self.optimizers.live())

    def on_autocast(self, context: Any) -> None:
        self.guard.run(self.families.precision.on_autocast, context)

    def on_scaler_step(self, scaler: Any, optimizer: Any) -> None:
        self.families.scaler_step(scaler, optimizer, self.models.tick)

    def on_saved_hooks(self, _context: Any) -> None:
        self.families.saved_hooks()

    def on_epoch(self, _iterator: Any) -> None:
        self.families.epoch_starts()

    def on_batch(self, iterator: Any, data: Any) -> None:
        learning = torch.is_grad_enabled()
        with torch.no_grad():
            self.families.batch(iterator, data, learning, self.nap.slept)

    def on_epoch_end(self, iterator: Any) -> None:
        self.families.epoch_ends(iterator, self.nap.slept)

    def state_model(self, model: Any, optimizer: Any = None) -> None:
        """Told by hand through ``labjournal.watch``."""
        self.models.state_model(model)
        if optimizer is not None:
            self.on_optimizer(optimizer)

    def before_backward(self, tensors: Any) -> None:
        self._count_slept()
        all_known = [tracked for tracked in self.optimizers.all() if tracked.ref() is not None]
        next_step = max((tracked.n + 1 for tracked in all_known[-4:] if look_due(tracked.n + 1)), default=0)
        next_step = 0 if next_step and capturing() else next_step
        due = not all_known or (next_step > 0 and self.budget.would_allow(next_step))
        self._looking = due and bool(all_known)
        self.families.before_backward(tensors, due)
        self._sent.note(tensors, due, next_step)

    def _count_slept(self) -> None:
        slept, self.nap.slept = self.nap.slept, 0
        self.families.passes_slept(slept)

    def before_step(self, optimizer: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> None:
        tracked = self.optimizers.note(optimizer, self.models.tick)
        if not self.began:
            self.began, self.curves.base = True, steps_before(optimizer)
        tracked.n += 1
        self._count_slept()
        if tracked in self._stepping:  # an error ended its last step
            self._stepping.clear()
        self._stepping.append(tracked)
        tracked.nested |= len(self._stepping) > 1
        tracked.before, tracked.at_backward = tracked.at_backward, self.families.gradients.backwards
        rates = tracked.learning_rates(optimizer)
        new = self.guard.run(self.families.rates.step, tracked, optimizer, rates) or 0
        tracked.real += new * any(rate > 0 for rate in rates)
        self.guard.run(self.families.pulses.beat, tracked)
        suspected = self.families.wants(tracked, tracked.n, tracked.n)
        due = look_due(tracked.n) or suspected
        news = suspected and self.families.pulses.news(tracked)
        if not due or not self.budget.allows(tracked.n, suspected, news) or capturing():
            self.families.look_missed(tracked, optimizer)
            return
        self._looking = True
        with torch.no_grad():
            params = tracked.params(optimizer)
            if tracked.relaid(optimizer):
                self._relaid(tracked, params)
            tracked.closure |= any(arg is not None for arg in (*args[1:], kwargs.get("closure")))
            none = [parameter.grad is None for parameter in params]
            rated = [rates[group] for group in tracked.group_of]
            look = Look(tracked, optimizer, params, tracked.n, curves_due(tracked.n), rated, gather(params), none)
            if look.curves and self.guard.run(self.curves.wants_copies, params):
                look.copies = [parameter.detach().clone() for parameter in params]
            self.families.before_step(look)
        self._look[tracked] = look

    def _relaid(self, tracked: Tracked, params: List[Any]) -> None:
        self._inside.outbox.wake()
        self.families.relaid(tracked, params)
        self.optimizers.remember(params)
        self._last.pop(tracked, None)
        self._inside.state_settings("optimizer", tracked.settings(tracked.ref()))
        self._inside.state_script()
        seed = seed_that_was_set()
        if seed is not None and not self._seed_stated:
            self._seed_stated = True
            self._inside.state_settings("seed", {"torch": seed})

    def after_step(self, optimizer: Any, _args: Any, _kwargs: Any) -> None:
        tracked = self.optimizers.note(optimizer, self.models.tick)
        look = self._look.pop(tracked, None)
        self._stepping = [one for one in self._stepping if one is not tracked]
        if look is None:
            self._sent.glance(self.curves, tracked.n)
            return
        self._looking = True
        with torch.no_grad():
            self._finish(look)
        self._inside.audit.files.tick()

    def may_sleep(self, optimizer: Any) -> None:
        tracked = self.optimizers.note(optimizer, self.models.tick)
        until = next_look(tracked.n, self.budget.rest(tracked.n))
        pulse = self.guard.run(self.families.pulses.of, tracked) if tracked.n >= SPARSE_FROM else None
        if tracked.n >= DENSE_STEPS and self.families.may_sleep(tracked, until):
            self.nap.begin(tracked, until, pulse)

    def _finish(self, look: Look) -> None:
        tracked = look.tracked
        tracked.looks += 1
        self.later.poll()
        self.names.name_roots()
        look.none = [none and parameter.grad is None for none, parameter in zip(look.none, look.params)]
        look.after = gather(look.params)
        self.families.after_step(look)
        self.guard.run(self.replicas.look, look, self.names, self.curves.group_of)
        take = None
        if look.curves:
            outsiders = self.models.outside(self.optimizers.held()) if self._is_first(tracked) else []
            take = self.guard.run(self.curves.add, look, self.names(look.params, tracked), outsiders)
        sent, step = self._sent.take(), look.step
        if sent is not None:
            self.later.give(sent, lambda numbers: self.families.loss(numbers[0], numbers[1], step))
            self.guard.run(self.curves.add_loss, sent[0], step)
        previous = self._last.get(tracked)

        def judged(compared: Compared) -> None:
            self.families.judge(look, compared)
            if take is not None:
                self.guard.run_as(self.curves, take, compared)

        compare(look, previous, self.later, judged)
        first = look.before if previous is None else previous.first if self.families.keeps_start(look) else {}
        self._last[tracked] = Previous(look.step, look.before, look.after, first)
        self.families.finish(look, self._is_first(tracked))
        if look.curves and self.curves.round_complete(self.optimizers.stepping()):
            self.guard.run(self.curves.flush)
        self._arm_forward()
        if look.step <= 3 or look.step % 100 == 0:
            self.guard.run(self.account.state)

    def _is_first(self, tracked: Tracked) -> bool:
        """The optimizer on whose steps what belongs to all is looked at: the first that steps."""
        return self.optimizers.first_lately(self.families.gradients.backwards) in (None, tracked)

    # -- forward passes, watched only while a check asks for them

    def _arm_forward(self) -> None:
        from torch.nn.modules import module as nn_module

        hooks = nn_module._global_forward_pre_hooks
        # Never with torch.compile: OptimizedModule.__call__ warns the user whenever a global module hook exists.
        if self.families.wants_forward and not self.models.compiled:
            hooks[_HOOK_KEY] = self._forward
        else:
            hooks.pop(_HOOK_KEY, None)

    def _forward(self, module: Any, args: Any) -> None:
        if self.off is None:
            try:
                self.families.on_forward(module, args)
            except Exception as error:  # noqa: BLE001 - it would come out of the user's forward pass
                self._failed("a forward pass", error)

    # -- what is told about the watch itself

    def _state_finding(self, rule: str, finding: Dict[str, Any]) -> None:
        from labjournal import facts

        inside = self._inside
        occasion = (inside.run, inside.attempt, "watch", rule, finding["subject"], finding["level"])
        inside.outbox.write("finding", finding, facts.derived_id(*occasion))

    def _state_failure(self, because: str, rules: List[str]) -> None:
        """A check has failed, and is given up alone."""
        if not self._inside.rank:
            self._inside.outbox.write("watch_off", {"because": because, "rules": rules})

    def _state_epoch(self, epoch: Dict[str, Any]) -> None:
        if not self._inside.rank and not self._inside.outbox.quiet:
            self._inside.outbox.write("epoch", epoch)
            self.guard.run(self.curves.add_epoch, epoch)

    def end(self) -> None:
        """At the end of the process: what has arrived late, the last round of curves, and the account."""
        if self.off is None:
            self.later.poll(wait=True)
            self.families.end(self.nap.slept)
            self.guard.last(self.curves.flush)
        self.account.end(self.budget, self.families, self.guard, self.errors, self.off)


_HOOK_KEY = -77
"""A key of torch's global hook table that torch itself never gives out (it counts up from 0)."""
