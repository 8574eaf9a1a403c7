"""What the inside part can find, as data: what it means and what to try. Levels: alarm, warning, notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict

ALARM = "alarm"
WARNING = "warning"
NOTICE = "notice"


@dataclass(frozen=True)
class Rule:
    """``level`` is the usual one; a finding may carry a lower one when there is a sign of intention."""

    slug: str
    level: str
    family: str
    means: str
    remedy: str


_ALL = (
    Rule(
        "param_not_in_optimizer",
        ALARM,
        "membership",
        "Tensors of the model get gradients but belong to no optimizer, so they keep the values they started with.",
        "Build the optimizer after the model is complete, or give it the new tensors with add_param_group().",
    ),
    Rule(
        "stale_optimizer_param",
        WARNING,
        "membership",
        "The optimizer holds tensors that no model uses any more; the model trains on others, or on none.",
        "Build the optimizer from the parameters of the model that is trained, after the last change to it.",
    ),
    Rule(
        "optimizer_param_frozen",
        WARNING,
        "membership",
        "A whole parameter group of the optimizer cannot get a gradient: requires_grad is off for all its tensors.",
        "Take the group out, or switch requires_grad on before training.",
    ),
    Rule(
        "param_in_two_optimizers",
        NOTICE,
        "membership",
        "The same tensors are stepped by two optimizers, each undoing or doubling the work of the other.",
        "Give each tensor to one optimizer.",
    ),
    Rule(
        "optimizer_state_reset",
        WARNING,
        "membership",
        "Optimizers over the same tensors are built again and again, so momentum and step counts never build up.",
        "Build the optimizer once, before the loop.",
    ),
    Rule(
        "module_never_called",
        NOTICE,
        "membership",
        "The module belongs to the model and to the optimizer, but no forward pass goes through it.",
        "Call it in forward(), or take it out of the optimizer.",
    ),
    Rule(
        "no_update",
        ALARM,
        "movement",
        "There are gradients and steps with a learning rate above 0, yet not one bit of the tensors changes.",
        "Look for weights written back after the step, copies given to the optimizer, and steps that are skipped.",
    ),
    Rule(
        "update_underflow",
        WARNING,
        "movement",
        "Most updates are smaller than the spacing of the 16-bit numbers they are added to and are rounded away.",
        "Keep the weights in float32 (autocast does), or use an optimizer with float32 master weights.",
    ),
    Rule(
        "updates_stopped_midrun",
        WARNING,
        "movement",
        "Tensors that moved before do not change any more, while others still do.",
        "If a phase froze them on purpose, declare it with expect_frozen(); otherwise see what changed at that step.",
    ),
    Rule(
        "weight_change_outside_step",
        WARNING,
        "movement",
        "Weights change much between one optimizer step and the next: something else writes to them.",
        "Look for repeated initialisation, load_state_dict() or copies inside the training loop.",
    ),
    Rule(
        "no_grad",
        WARNING,
        "gradient",
        "The optimizer holds tensors to which no gradient ever comes.",
        "Look for detach(), .data, no_grad() or argmax between them and the loss, or zero_grad() after backward().",
    ),
    Rule(
        "zero_grad",
        WARNING,
        "gradient",
        "The gradient of whole tensors is exactly 0 at every step.",
        "Look for dead activations, a loss term multiplied by 0, or zero_grad() between backward() and step().",
    ),
    Rule(
        "grad_accumulating",
        ALARM,
        "gradient",
        "Gradients are never reset: each step uses the sum over all batches since the start.",
        "Call optimizer.zero_grad() once before or after each step.",
    ),
    Rule(
        "nonfinite",
        ALARM,
        "gradient",
        "NaN or infinite numbers have entered the weights or the loss.",
        "Lower the learning rate, clip gradients; look for log(0), 0/0 and 16-bit overflow at the module named.",
    ),
    Rule(
        "lr_zero",
        WARNING,
        "objective",
        "The learning rate of every group is 0, step after step: nothing can change.",
        "Look at the schedule: its warm-up, its total number of steps, and when scheduler.step() is called.",
    ),
)

RULES: Dict[str, Rule] = {rule.slug: rule for rule in _ALL}
