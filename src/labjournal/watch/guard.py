"""Each check by itself: what one of them raises ends that one, and all others go on.

A script may hold what no check expects: tensors of a class of its own, modules whose attributes raise. MAX_ERRORS
errors of a check are its end; its rules are then not judged, with the reason. The session's own errors, where it finds
models and optimizers, are counted by itself.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Set, Tuple

MAX_ERRORS = 3
RULES_OF: Dict[str, Tuple[str, ...]] = {
    "Membership": (
        "param_not_in_optimizer",
        "stale_optimizer_param",
        "checkpoint_missing_params",
    ),
    "Groups": ("optimizer_param_frozen", "param_in_two_optimizers"),
    "Rebuilt": ("optimizer_state_reset",),
    "Strays": ("param_not_in_optimizer",),
    "Movement": ("no_update", "update_underflow", "updates_stopped_midrun", "weight_change_outside_step"),
    "Outside": ("weight_change_outside_step", "no_update", "param_in_two_optimizers"),
    "Unstepped": ("no_update", "steps_skipped"),
    "Swallowed": ("steps_skipped",),
    "Undone": ("no_update",),
    "Halted": ("steps_skipped",),
    "Skipped": ("steps_skipped",),
    "Gradients": ("zero_grad", "nonfinite"),
    "PassedOver": ("no_update",),
    "Missing": ("no_grad", "module_never_called", "updates_stopped_midrun", "param_in_two_optimizers"),
    "Stopped": ("updates_stopped_midrun",),
    "Joined": ("no_grad",),
    "Resets": ("grad_accumulating",),
    "Unread": ("target_equals_input",),
    "Vanishing": ("vanishing_gradient",),
    "Flow": (
        "grad_explosion",
        "dead_activations",
        "grad_intermittent_zero",
        "loss_unbounded_below",
        "updates_stopped_midrun",
    ),
    "Scale": ("update_too_small", "update_too_large", "weight_norm_collapse", "weight_decay_dominates"),
    "Frozen": ("frozen_layer_changes",),
    "FrozenNorms": ("frozen_layer_changes",),
    "Adapters": ("frozen_layer_changes",),
    "Objective": (
        "loss_zero",
        "softmax_twice",
        "softmax_over_batch",
        "shape_broadcast",
        "objective_sign",
        "loss_unbounded_below",
        "single_class_batches",
        "target_dominated_by_one_class",
    ),
    "Itself": ("loss_zero",),
    "Answers": ("loss_floor", "prediction_collapse", "saturated_outputs", "class_imbalance"),
    "Bounded": ("loss_floor",),
    "Alike": ("loss_floor",),
    "Modes": ("train_in_eval_mode", "val_in_train_mode", "eval_nondeterminism"),
    "Precision": ("precision_policy_inactive",),
    "Placebo": ("placebo_input",),
    "Randomness": ("rng_reset",),
    "Rates": ("lr_zero", "lr_collapsed"),
    "Plateaus": ("lr_collapsed",),
    "Schedules": ("updates_stopped_midrun",),
    "Horizons": ("planned_steps_differ", "lr_collapsed"),
    "Rewrites": ("weight_change_outside_step",),
    "LeftIn": ("weight_change_outside_step",),
    "PutIn": ("weight_change_outside_step",),
    "Reloaded": ("weight_change_outside_step", "checkpoint_changed"),
    "Overwritten": ("checkpoint_missing_params",),
    "Unsaved": ("checkpoint_missing_params",),
    "Midrun": ("updates_stopped_midrun",),
    "Epochs": (
        "duplicate_samples",
        "order_repeat",
        "constant_input",
        "planned_steps_differ",
        "train_val_overlap",
        "label_leak",
    ),
    "Leaks": ("label_leak", "target_equals_input"),
    "Blank": ("constant_input",),
    "Overlap": ("train_val_overlap",),
    "HeldOut": ("train_val_overlap",),
    "Fed": ("constant_input", "target_equals_input", "label_leak", "loss_too_low"),
    "ByHand": ("no_update", "grad_accumulating", "param_not_in_optimizer", "objective_sign"),
    "Probed": ("placebo_input", "eval_nondeterminism"),
    "Replicas": ("replica_divergence",),
    "Curves": (),
    "Account": (),
    "Starting": (),
}
"""What each check can find, by its class."""

Tell = Callable[[str, List[str]], None]


class Guard:
    """Calls the checks. ``tell`` is told once of each that has failed: why, and the rules it judges."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.errors = 0
        self.failed: Dict[str, str] = {}
        """Rule -> why it could not be judged to the end."""
        self._times: Dict[Any, int] = {}
        self._off: Set[Any] = set()
        self._now: Any = None
        """The check that is being called."""

    def run(self, call: Any, *args: Any) -> Any:
        """Call a method of a check; None where it raises or has failed for good."""
        return self.run_as(call.__self__, call, *args)

    def run_as(self, check: Any, call: Callable[..., Any], *args: Any) -> Any:
        """The same for a function that works for a check."""
        if check in self._off:
            return None
        before, self._now = self._now, check
        try:
            return call(*args)
        except Exception as error:  # noqa: BLE001 - the others have their say, and the user's training goes first
            self._note(check, error)
            return None
        finally:
            self._now = before

    def is_off(self, check: Any) -> bool:
        return check in self._off

    def later(self, use: Callable[..., None]) -> Callable[..., None]:
        """``use`` for a later moment, under the name of the check that is being called now."""
        check = self._now
        return use if check is None else lambda *got: self.run_as(check, use, *got)

    def last(self, call: Any, *args: Any) -> None:
        """Call a method of a check for the last time: one error is its end."""
        check = call.__self__
        self._times[check] = self._times.get(check, 0) + MAX_ERRORS - 1
        self.run(call, *args)

    def _note(self, check: Any, error: Exception) -> None:
        self.errors += 1
        self._times[check] = self._times.get(check, 0) + 1
        if self._times[check] < MAX_ERRORS:
            return
        self._off.add(check)
        why, name = described(error), type(check).__name__
        rules = list(RULES_OF.get(name, ()))
        for rule in rules:
            self.failed.setdefault(rule, f"it failed: {why}")
        self._tell(f"{', '.join(rules) or f'the {name.lower()}'} failed: {why}"[:400], rules)


def described(error: BaseException) -> str:
    """An error of the watch in words, with the line of the watch at which it came up."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if os.path.dirname(file) == os.path.dirname(__file__):
            place = f" in {os.path.basename(file)}:{trace.tb_lineno}"
        trace = trace.tb_next
    try:
        said = repr(error)
    except Exception:  # noqa: BLE001 - an error of the user's, which cannot say what it is
        said = type(error).__name__
    return f"{said[:200]}{place}"
