"""Turns what a check saw into one finding a rule: tensors folded to modules, consequences under their cause."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from labjournal.watch.rules import ALARM, NOTICE, RULES, WARNING

_ORDER = (ALARM, WARNING, NOTICE)
_CAUSES: Dict[str, Tuple[str, ...]] = {
    "stale_optimizer_param": ("param_not_in_optimizer",),
    "optimizer_param_frozen": ("param_not_in_optimizer",),
    "no_grad": ("param_not_in_optimizer", "stale_optimizer_param"),
    "zero_grad": (
        "updates_stopped_midrun",
        "nonfinite",
        "param_not_in_optimizer",
        "dead_activations",
        "loss_zero",
        "softmax_twice",
    ),
    "no_update": (
        "lr_zero",
        "nonfinite",
        "stale_optimizer_param",
        "steps_skipped",
        "dead_activations",
        "loss_zero",
        "update_too_small",
    ),
    "updates_stopped_midrun": (
        "nonfinite",
        "lr_zero",
        "update_too_small",
        "dead_activations",
        "grad_intermittent_zero",
        "stale_optimizer_param",
    ),
    "weight_change_outside_step": ("no_update",),
    "checkpoint_changed": ("weight_change_outside_step",),
    "nonfinite": ("grad_explosion", "update_too_large", "loss_unbounded_below", "objective_sign"),
    "grad_explosion": ("update_too_large", "objective_sign", "loss_unbounded_below"),
    "update_too_large": ("objective_sign", "grad_accumulating"),
    "dead_activations": ("nonfinite", "loss_zero", "update_too_large", "grad_explosion"),
    "loss_floor": ("constant_input", "lr_zero", "no_update", "param_not_in_optimizer", "dead_activations", "zero_grad"),
    "prediction_collapse": (
        "constant_input",
        "dead_activations",
        "nonfinite",
        "lr_zero",
        "no_update",
        "param_not_in_optimizer",
        "update_too_large",
    ),
    "saturated_outputs": ("update_too_large", "grad_explosion"),
    "loss_too_low": ("target_equals_input", "label_leak"),
    "class_imbalance": ("target_dominated_by_one_class",),
    "lr_collapsed": ("lr_zero",),
    "grad_intermittent_zero": ("dead_activations", "grad_accumulating"),
    "vanishing_gradient": ("param_not_in_optimizer", "loss_zero", "dead_activations"),
    "weight_norm_collapse": ("weight_decay_dominates", "weight_change_outside_step"),
    "order_repeat": ("rng_reset",),
    "duplicate_samples": ("constant_input",),
    "target_dominated_by_one_class": ("constant_input",),
    "train_val_overlap": ("constant_input",),
    "update_too_small": ("update_underflow", "lr_zero"),
}

_ONE_REASON = frozenset(("update_underflow",))
"""Tensors of 16 bits are rounded away one after the other as the rate falls."""

State = Callable[[str, Dict[str, Any]], None]


def subject_of(modules: List[str]) -> str:
    """The modules named briefly: their common path when it says something, else the first of them."""
    unique = sorted(set(modules))
    if len(unique) == 1:
        return unique[0]
    parts = [name.split(".") for name in unique]
    common: List[str] = []
    for pieces in zip(*parts):
        if len(set(pieces)) > 1:
            break
        common.append(pieces[0])
    if len(common) > 1 or (common and len(unique) > 3):
        return ".".join(common)
    shown = ", ".join(unique[:3])
    return shown if len(unique) <= 3 else f"{shown} and {len(unique) - 3} more modules"


class Findings:
    """States each (rule, tensor) once; one fact per rule and occasion."""

    def __init__(self, state: State, configured: str = "") -> None:
        """``configured``: what the configuration makes of rules, as ``tags.ENV_CHECKS`` has it."""
        self._state = state
        pairs = [line.partition("=") for line in configured.split("\n")]
        self._configured = {rule: level for rule, _, level in pairs if level in (*_ORDER, "off")}
        self._said: Set[Tuple[str, str]] = set()
        self._level: Dict[str, str] = {}
        self._times: Dict[str, int] = {}
        self._told: Set[Tuple[str, str]] = set()
        """Rules that have spoken, each with the model."""

    def raised(self, rule: str) -> Optional[str]:
        """The worst level at which a rule has spoken, or None."""
        return self._level.get(rule)

    def say(
        self,
        rule: str,
        step: int,
        message: str,
        tensors: Optional[List[Tuple[str, str]]] = None,
        evidence: Optional[Dict[str, Any]] = None,
        level: Optional[str] = None,
        subject: Optional[str] = None,
        remedy: Optional[str] = None,
    ) -> None:
        """State a finding unless it was stated for all these tensors before.

        ``tensors`` are (path, module) pairs; ``message`` may use ``{subject}`` and ``{n}`` (how many tensors).
        ``remedy``: what to try here, where more is known than what the rule says of all its cases.
        """
        known = RULES[rule]
        new = [pair for pair in tensors or [("", "")] if (rule, pair[0]) not in self._said]
        if not new or self._times.get(rule, 0) >= 8:
            return
        self._said.update((rule, path) for path, _ in new)
        level = self._configured.get(rule, level or known.level)
        if level == "off":
            return
        modules = [module for _, module in new if module]
        name = subject or (subject_of(modules) if modules else "the run")
        if modules and self._is_told(rule, name):
            return
        self._times[rule] = self._times.get(rule, 0) + 1
        before = self._level.get(rule)
        if before is None or _ORDER.index(level) < _ORDER.index(before):
            self._level[rule] = level
        count = len(new) if tensors else 0
        shown = dict(evidence or {})
        if tensors:
            shown.update(tensors=count, names=[path for path, _ in new[:12]])
        caused_by = next((cause for cause in _CAUSES.get(rule, ()) if self._level.get(cause) in (ALARM, WARNING)), None)
        self._state(
            rule,
            {
                "rule": rule,
                "level": level,
                "subject": name,
                "step": step,
                "first_seen": step,
                "message": message.format(subject=name, n=f"{count} tensor{'' if count == 1 else 's'}"),
                "evidence": shown,
                "remedy": remedy or known.remedy,
                "caused_by": caused_by,
            },
        )

    def _is_told(self, rule: str, name: str) -> bool:
        """Was it said of this model before, by a rule that has one reason for all of it? Else it is told now."""
        told = (rule, name.partition(".")[0])
        known = told in self._told
        self._told.add(told)
        return known and rule in _ONE_REASON
