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
_STRUCTURE = ("softmax_twice", "softmax_over_batch", "shape_broadcast", "objective_sign", "loss_unbounded_below")


def not_judged(families: Families, models: Models, optimizers: Optimizers, budget: Budget) -> Dict[str, str]:
    """Rule -> reason, for the rules that could not be judged in this process."""
    reasons: Dict[str, str] = {}
    if not families.probed.done:
        reasons["placebo_input"] = "inputs cut away or never read were looked for; labjournal.probe() was not called"
    reasons.update(_of_the_steps(families, optimizers, budget))
    if families.answers.starved:
        why = "the last part of the run was not looked at; the time allowed was used up"
        reasons.update((slug, why) for slug in ("loss_floor", "prediction_collapse", "saturated_outputs"))
    reasons.update(_of_the_model(families, models))
    reasons.update(_of_the_data(families))
    if not families.frozen.declared:
        reasons["frozen_layer_changes"] = "nothing is declared frozen; tensors with requires_grad off were watched"
    if not families.precision.asked:
        reasons["precision_policy_inactive"] = "neither autocast nor a gradient scaler was used"
    if families.objective.saved_hooks:
        reasons["single_class_batches"] = "saved-tensor hooks are in use, so targets are not read off the graph"
    return reasons


def _of_the_steps(families: Families, optimizers: Optimizers, budget: Budget) -> Dict[str, str]:
    """What needs looks at steps, and more of them than there were."""
    looks = max((tracked.looks for tracked in optimizers.all()), default=0)
    steps = max((tracked.n for tracked in optimizers.all()), default=0)
    weights = [rule.slug for rule in RULES.values() if rule.family in ("membership", "movement", "gradient")]
    if not steps:
        why = "no step of an optimizer of torch was seen"
        if families.by_hand.trains:
            why += "; of the steps by hand only standing still and missing resets are judged"
        return dict.fromkeys(weights, why)
    if looks < WINDOW_STEPS:
        why = f"{looks} of {steps} steps looked at, {WINDOW_STEPS} are needed"
        if budget.refused:
            why += f"; the time allowed was used up for {budget.refused} more"
        return {slug: why for slug in weights if slug != "param_not_in_optimizer"}
    if budget.refused > looks:
        why = f"{looks} of {looks + budget.refused} looks were paid by the time allowed: too few for what comes slowly"
        return dict.fromkeys(_SLOW, why)
    return {}


def _of_the_model(families: Families, models: Models) -> Dict[str, str]:
    """What needs hooks on forward passes, or the graph."""
    if models.compiled:
        reasons = dict.fromkeys(_FORWARD, "the model is compiled, so no hook may be set on it")
        reasons.update(dict.fromkeys(_STRUCTURE, "the graph of a compiled model does not show its functions"))
        if "torch._dynamo" in sys.modules:
            reasons["dead_activations"] = "activations inside a compiled model are not seen"
        return reasons
    if not families.modes.seen_validation:
        return dict.fromkeys(_FORWARD, "no forward pass without gradients was seen")
    return {}


def _of_the_data(families: Families) -> Dict[str, str]:
    """What needs a loader of torch, or tables that were looked into."""
    others = [slug for slug in _DATA if slug != "train_val_overlap" or not families.epochs.held_out.compared]
    if not families.epochs.seen:
        return dict.fromkeys(others, "no DataLoader of torch was used")
    if families.epochs.starved:
        return dict.fromkeys(others, "the time allowed was used up before an epoch was over")
    if families.epochs.own_order:
        return {"order_repeat": "an IterableDataset gives an order of its own, and nothing in its code draws one"}
    return {}
