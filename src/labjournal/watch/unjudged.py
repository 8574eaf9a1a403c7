"""Why a rule has nothing to say: it could not look, or not long enough. Silence is no verdict."""

from __future__ import annotations

import sys
from typing import Dict

from labjournal.watch.budget import Budget
from labjournal.watch.families import Families
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers
from labjournal.watch.rules import RULES

WINDOW_STEPS = 20
_DATA = (
    "duplicate_samples",
    "order_repeat",
    "constant_input",
    "train_val_overlap",
    "target_equals_input",
    "label_leak",
)
_SLOW = (
    "update_too_small",
    "updates_stopped_midrun",
    "weight_norm_collapse",
    "weight_decay_dominates",
    "vanishing_gradient",
    "grad_explosion",
    "grad_intermittent_zero",
    "module_never_called",
    "loss_floor",
    "prediction_collapse",
    "saturated_outputs",
)
"""Rules whose windows are looks: a run of which few looks were paid may hide what they tell."""
_FORWARD = ("val_in_train_mode", "eval_nondeterminism")
_STRUCTURE = ("softmax_twice", "shape_broadcast", "objective_sign", "loss_unbounded_below")


def not_judged(families: Families, models: Models, optimizers: Optimizers, budget: Budget) -> Dict[str, str]:
    """Rule -> reason, for the rules that could not be judged in this process."""
    reasons: Dict[str, str] = {}
    if not families.modes.probed:
        reasons["placebo_input"] = "inputs cut away or never read were looked for; labjournal.probe() was not called"
    looks = max((tracked.looks for tracked in optimizers.all()), default=0)
    steps = max((tracked.n for tracked in optimizers.all()), default=0)
    weights = [rule.slug for rule in RULES.values() if rule.family in ("membership", "movement", "gradient")]
    if not steps:
        why = "no step of an optimizer of torch was seen"
        if families.by_hand.trains:
            why += "; of the steps by hand only standing still and missing resets are judged"
        reasons.update((slug, why) for slug in weights)
    elif looks < WINDOW_STEPS:
        why = f"{looks} of {steps} steps looked at, {WINDOW_STEPS} are needed"
        if budget.refused:
            why += f"; the time allowed was used up for {budget.refused} more"
        reasons.update((slug, why) for slug in weights if slug != "param_not_in_optimizer")
    elif budget.refused > looks:
        why = f"{looks} of {looks + budget.refused} looks were paid by the time allowed: too few for what comes slowly"
        reasons.update((slug, why) for slug in _SLOW)
    if families.answers.starved:
        why = "the last part of the run was not looked at; the time allowed was used up"
        reasons.update((slug, why) for slug in ("loss_floor", "prediction_collapse", "saturated_outputs"))
    if models.compiled:
        reasons.update((slug, "the model is compiled, so no hook may be set on it") for slug in _FORWARD)
        reasons.update((slug, "the graph of a compiled model does not show its functions") for slug in _STRUCTURE)
    elif not families.modes.seen_validation:
        reasons.update((slug, "no forward pass without gradients was seen") for slug in _FORWARD)
    if not families.epochs.seen:
        reasons.update((slug, "no DataLoader of torch was used") for slug in _DATA)
    elif families.epochs.starved:
        reasons.update((slug, "the time allowed was used up before an epoch was over") for slug in _DATA)
    elif families.epochs.own_order:
        reasons["order_repeat"] = "an IterableDataset gives an order of its own, and nothing in its code draws one"
    if not families.frozen.declared:
        reasons["frozen_layer_changes"] = "nothing is declared frozen; tensors with requires_grad off were watched"
    if not families.precision.asked:
        reasons["precision_policy_inactive"] = "neither autocast nor a gradient scaler was used"
    if families.objective.saved_hooks:
        reasons["single_class_batches"] = "saved-tensor hooks are in use, so targets are not read off the graph"
    if "torch._dynamo" in sys.modules and models.compiled:
        reasons["dead_activations"] = "activations inside a compiled model are not seen"
    return reasons
