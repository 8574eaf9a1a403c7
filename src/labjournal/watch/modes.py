"""Train and eval mode where they matter: at backward passes, and in forward passes without gradients.

Forward passes are seen by one global hook, set when the script enters ``no_grad`` and taken off at the first pass in
eval mode. Never with torch.compile: OptimizedModule.__call__ warns the user whenever a global module hook exists.
"""

from __future__ import annotations

import weakref
from typing import Any, Dict, List, Optional, Set, Tuple

import torch
from torch.nn.modules import module as nn_module

from labjournal.watch import graph
from labjournal.watch.asleep import TIMES, Asleep
from labjournal.watch.dependence import in_train_mode, mode_dependent, recalibrates
from labjournal.watch.drawing import draws_of
from labjournal.watch.findings import Findings
from labjournal.watch.guard import Guard
from labjournal.watch.heldout import HeldOut
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers
from labjournal.watch.rules import NOTICE
from labjournal.watch.unvalidated import Unvalidated
from labjournal.watch.walk import modules, parameters

_KEY = -78
"""A key of torch's hook tables that torch itself never gives out (it counts up from 0)."""
EVAL_TIMES = 5
PASSES = 5
"""Passes in a row without a backward between them are a validation, whatever they come to."""
APART = 8
"""Backward passes between two single passes of a validation; the fake batch of a GAN comes at each."""
SESSIONS = 2
ENOUGH = 6
"""Validations in eval mode after which no more are looked at."""
BEFORE_END = 20
MOST_WAITED = 100
"""Passes in eval mode after which another model's is waited for."""


class _Root:
    """One model whose tensors an optimizer holds."""

    def __init__(self, module: Any, name: str, depends: List[str]) -> None:
        self.ref: weakref.ref[Any] = weakref.ref(module)
        self.name = name
        self.depends = depends
        """Classes of its parts that behave differently in train and in eval mode."""
        self.eval_steps = 0
        self.train_steps = 0
        self.at_backward: Optional[bool] = None
        """In train mode at the last backward pass? An attack on its inputs may come before in eval mode."""
        self.passes = 0
        self.first_inputs: List[int] = []
        self.refs: List[weakref.ref[Any]] = []
        """Inputs of a suspicious session, to be known again if they come back with gradients on."""
        self.suspect: Optional[Tuple[int, int]] = None
        self.cached = False
        """The same inputs went forward without gradients first and with them then (GradCache): no validation."""
        self.last_session = 0
        self.sessions = 0
        self.clean = self.clean_in = 0
        """Validations in eval mode, and the last of them."""
        self.drawn = 0
        self.eval_passes = 0
        self.recalibrated = False
        self.asleep = Asleep()

    def is_of(self, module: Any) -> bool:
        return self.ref() is module


class Modes:
    """The mode family."""

    def __init__(
        self, guard: Guard, findings: Findings, models: Models, optimizers: Optimizers, held_out: HeldOut
    ) -> None:
        self._guard = guard
        self.held_out = held_out
        self._findings = findings
        self._models = models
        self._optimizers = optimizers
        self._roots: Dict[int, _Root] = {}
        self._parts: Set[int] = set()
        self._known: Optional[Tuple[int, int]] = None
        self._backwards = 0
        self._rng: Optional[Any] = None
        self._step = 0
        self.seen_validation = False
        self._quiet_at = self.quiet = 0
        """Times that gradients were switched off after training began, by whomever; once between backward passes."""
        self.validations = 0
        """Stretches of forward passes without gradients, between backward passes."""
        self.asked, self.passes, self._validating = False, 0, False
        """Somebody wants to see the next of them; passes seen."""
        self._waited = 0
        self.unvalidated = Unvalidated(models, optimizers)

    def roots(self) -> List[_Root]:
        """Found anew when modules or optimizers have come since."""
        key = (self._models.tick, len(self._optimizers.all()))
        if key != self._known:
            self._known = key
            held = self._optimizers.held()
            old, self._roots, self._parts = self._roots, {}, set()
            for module, name in self._models.named_roots():
                if any(id(parameter) in held for parameter in parameters(module)):
                    known = old.get(id(module))
                    if known is None or not known.is_of(module):
                        known = _Root(module, name, mode_dependent(module))
                    self._roots[id(module)] = known
                    self._parts.update(id(part) for part in modules(module))
        return list(self._roots.values())

    # -- at backward passes

    def backward_passes(self) -> None:
        """Called before each backward pass: whatever went forward without gradients is over."""
        self._backwards += 1
        self._validating = False
        self.disarm()
        for root in self._roots.values():
            if root.passes:
                self._session_over(root)

    def look(self, loss: Optional[Any], step: int) -> None:
        """``loss``: what backward is called on, where its graph is known."""
        self._step = step
        for root in self.roots():
            module: Any = root.ref()
            root.at_backward = None if module is None else in_train_mode(module)
            if root.at_backward is False and root.eval_steps < EVAL_TIMES and not graph.reaches(loss, module):
                root.at_backward = None  # its gradients are written by hand, as the mean of what its copies learnt

    def stepped(self, step: int, params: List[Any]) -> None:
        """After a step of ``params``: in which mode were their models at the backward pass that led to it?"""
        stepping = {id(parameter) for parameter in params}
        for root in self._roots.values():
            module: Any = root.ref()
            if module is None or root.at_backward is None:
                continue
            if len(self._roots) > 1 and not any(id(parameter) in stepping for parameter in parameters(module)):
                continue  # one of an earlier training lives on in the mode of its last validation
            training, root.at_backward = root.at_backward, None
            root.train_steps += training
            root.eval_steps = 0 if training else root.eval_steps + 1
            if root.eval_steps == EVAL_TIMES:
                root.name = self._models.name_of(module)
                self._say_eval(root, module, step)
            if module.training:
                for path, depends in root.asleep.look(module, stepping):
                    self._say_asleep(f"{self._models.name_of(module)}.{path}", depends, step)

    def _say_eval(self, root: _Root, module: Any, step: int) -> None:
        since = "after training in train mode before" if root.train_steps else "from the first one on"
        depends = mode_dependent(module, self._optimizers.held())
        parts = f" It holds {', '.join(depends[:4])}." if depends else " None of the parts trained depends on it."
        self._findings.say(
            "train_in_eval_mode",
            step,
            f"{{subject}} was in eval mode at {EVAL_TIMES} backward passes in a row, {since}.{parts}",
            evidence={"times": EVAL_TIMES, "depends_on_mode": depends, "was_in_train_mode": root.train_steps},
            level=None if depends else NOTICE,
            subject=root.name,
        )

    def _say_asleep(self, subject: str, depends: List[str], step: int) -> None:
        norms = any("BatchNorm" in kind for kind in depends)  # kept in eval mode on purpose to hold their statistics
        self._findings.say(
            "train_in_eval_mode",
            step,
            f"{{subject}} was in eval mode at {TIMES} backward passes in a row while the model around it was in train "
            f"mode. It is trained, and holds {', '.join(depends[:4])}.",
            evidence={"times": TIMES, "depends_on_mode": depends, "part": True},
            level=NOTICE if norms else None,
            subject=subject,
        )

    # -- forward passes without gradients

    def arm(self, slept: int) -> bool:
        """The script has switched gradients off: look at the next passes of the models. Is there a hook now?

        ``slept``: backward passes that were only counted and not told of yet.
        """
        if self._models.compiled or torch.is_grad_enabled() or not self._backwards:
            return False
        self.quiet += self._backwards + slept != self._quiet_at
        self._quiet_at = self._backwards + slept
        wanted = self.asked or self.held_out.wants or any(root.clean < ENOUGH for root in self._roots.values())
        if wanted:
            nn_module._global_forward_pre_hooks[_KEY] = self._before_forward
        return wanted

    def slept(self, passes: int) -> None:
        """Backward passes that were only counted."""
        self._backwards += passes

    @staticmethod
    def disarm() -> None:
        nn_module._global_forward_pre_hooks.pop(_KEY, None)
        nn_module._global_forward_hooks.pop(_KEY, None)

    def _before_forward(self, module: Any, args: Any) -> None:
        self._guarded(self._look, module, args)

    def _guarded(self, look: Any, *args: Any) -> None:
        self._guard.run(look, *args)
        if self._guard.is_off(self):
            self.disarm()

    def _look(self, module: Any, args: Any) -> None:
        if not torch.is_grad_enabled():
            self.unvalidated.ran(module)
        root = self._roots.get(id(module))
        if root is None or not root.is_of(module):
            if id(module) in self._parts and not torch.is_grad_enabled():
                self._validates()  # by a method of the model that is not its forward
            return
        if torch.is_grad_enabled():
            self.disarm()
            if root.suspect is not None:
                self._settle(root, args)
            return
        self.seen_validation = True
        self._validates()
        if self.held_out.wants:
            self.held_out.evaluated(args, self.validations, self._step)
        root.name = self._models.name_of(module)
        if not module.training:
            root.clean += root.clean_in != self.validations
            root.clean_in, root.passes = self.validations, 0
            if not self._others_may_follow() and not self.held_out.wants:
                self.disarm()
            if root.eval_passes < ENOUGH:
                self._watch_draws(root)
            return
        root.passes += 1
        root.recalibrated |= recalibrates(module)
        if len(root.first_inputs) < PASSES:
            root.first_inputs.append(_identity(args))
            root.refs += [weakref.ref(arg) for arg in args if isinstance(arg, torch.Tensor)][:1]
        if root.passes >= PASSES and not self.held_out.wants:
            self.disarm()

    def _validates(self) -> None:
        self.passes += 1
        self.validations += not self._validating
        self._validating = True

    def _session_over(self, root: _Root, final: bool = False) -> None:
        """Passes without gradients have ended with a backward pass, or with the program."""
        passes, root.passes = root.passes, 0
        seen, root.first_inputs = root.first_inputs, []
        refs, root.refs = root.refs, []
        apart, root.last_session = self._backwards - root.last_session, self._backwards
        many = passes >= PASSES
        if not root.depends or (many and len(set(seen)) == 1) or root.recalibrated or root.cached:
            return  # one batch again and again is Monte Carlo dropout
        if not many and apart < (BEFORE_END if final else APART):
            return
        root.sessions += 1
        if root.sessions < (1 if final else SESSIONS):
            return
        if not final and refs and all(ref() is not None for ref in refs) and root.suspect is None:
            root.refs, root.suspect = refs, (root.sessions, passes)  # the inputs live on: what are they wanted for?
            nn_module._global_forward_pre_hooks[_KEY] = self._before_forward
            return
        self._say_val(root, passes)

    def _settle(self, root: _Root, args: Any) -> None:
        """The first pass with gradients after a suspicious session."""
        (_, passes), root.suspect = root.suspect or (0, 0), None
        refs, root.refs = root.refs, []
        root.cached = any(ref() is arg for ref in refs for arg in args if isinstance(arg, torch.Tensor))
        if not root.cached:
            self._say_val(root, passes)

    def _say_val(self, root: _Root, passes: int) -> None:
        several = len(self._optimizers.stepping()) > 1  # the generator of a GAN samples in train mode
        self._findings.say(
            "val_in_train_mode",
            self._step,
            f"{{subject}} made passes without gradients in train mode, {root.sessions} times between training; it "
            f"holds {', '.join(root.depends[:4])}, which behave differently in validation.",
            evidence={"times": root.sessions, "passes_last": passes, "depends_on_mode": root.depends},
            level=NOTICE if several else None,
            subject=root.name,
        )

    def _others_may_follow(self) -> bool:
        """Is there a model of which no pass without gradients was seen? A decoder goes forward after its encoder."""
        self._waited += 1
        return self._waited < MOST_WAITED and any(not root.clean for root in self._roots.values())

    # -- random numbers in eval mode

    def _watch_draws(self, root: _Root) -> None:
        self._rng = (root, torch.get_rng_state())
        nn_module._global_forward_hooks[_KEY] = self._after_forward

    def _after_forward(self, module: Any, _args: Any, _out: Any) -> None:
        self._guarded(self._look_at_draws, module)

    def _look_at_draws(self, module: Any) -> None:
        if self._rng is None or self._rng[0].ref() is not module:
            return
        (root, before), self._rng = self._rng, None
        nn_module._global_forward_hooks.pop(_KEY, None)
        root.eval_passes += 1
        root.drawn += not torch.equal(before, torch.get_rng_state())
        if root.drawn == 3:
            self._say_draws(root, module)

    def _say_draws(self, root: _Root, module: Any) -> None:
        dropout, sampling = draws_of(module)
        self._findings.say(
            "eval_nondeterminism",
            self._step,
            f"{{subject}} drew random numbers in {root.drawn} forward passes in eval mode"
            + (f": {dropout} calls dropout as a function, which is on unless told otherwise." if dropout else "."),
            evidence={"passes": root.drawn, "functional_dropout": dropout or None, "samples_on_purpose": sampling},
            level=None if dropout and not sampling else NOTICE,
            subject=root.name,
        )

    def end(self) -> None:
        self.disarm()
        for root in self._roots.values():
            if root.passes and root.depends:
                self._session_over(root, final=True)


def _identity(args: Any) -> int:
    first = next((arg for arg in args if isinstance(arg, torch.Tensor)), None)
    return first.data_ptr() if first is not None else 0
