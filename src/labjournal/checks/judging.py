"""All checks of a run's curves, one finding a rule, consequences under their causes, what is switched off left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from labjournal.checks import course, guessing, losses, perfect, progress, relations, schedule
from labjournal.checks.rule import Verdict
from labjournal.checks.run_view import RunView
from labjournal.vocabulary import Level

_STILL = ("param_not_in_optimizer", "stale_optimizer_param", "no_update", "no_grad", "zero_grad", "grad_accumulating",
          "update_underflow", "train_in_eval_mode", "lr_zero", "lr_collapsed")  # fmt: skip
_FAMILIES = (losses.judge, course.judge, relations.judge, progress.judge, schedule.judge, guessing.judge, perfect.judge)
CAUSES: Mapping[str, tuple[str, ...]] = {
    "nonfinite": ("grad_explosion", "loss_diverged", "loss_unbounded_below"),
    "loss_flat": ("nonfinite", "loss_zero", *_STILL),
    "loss_diverged": ("grad_explosion", "grad_accumulating", "optimizer_state_reset", "loss_jump_after_resume"),
    "loss_unbounded_below": ("objective_sign",),
    "metric_moves_against_loss": ("objective_sign",),
    "loss_sawtooth": ("optimizer_state_reset", "weight_change_outside_step"),
    "loss_jump_after_resume": ("optimizer_state_reset",),
    "not_converged": ("nonfinite", "loss_diverged", "lr_zero", "lr_collapsed", "planned_steps_differ"),
    "lr_collapsed": ("lr_zero",),
    "loss_too_low": ("target_equals_input", "label_leak"),
    "metric_too_good": ("train_val_overlap", "label_leak"),
    "metric_at_chance": ("loss_flat", "nonfinite", "prediction_collapse", *_STILL),
    "prediction_collapse": ("nonfinite", "loss_flat"),
    "overfitting": ("metric_at_chance", "update_too_large", "loss_diverged"),
    "calibration_collapse": ("softmax_twice", "saturated_outputs", "overfitting", "metric_at_chance", "loss_diverged"),
    "below_majority_baseline": ("prediction_collapse", "metric_at_chance"),
}
"""Each consequence with what it may follow from, the nearest cause first."""


def judge_curves(run: RunView) -> list[Verdict]:
    """Everything that can be said of the curves of a run, not judged and fine included."""
    with np.errstate(all="ignore"):  # a loss of 1e300 overflows its own square: what then is not a number says nothing
        return _judge_curves(run)


def _judge_curves(run: RunView) -> list[Verdict]:
    verdicts = [verdict for family in _FAMILIES for verdict in family(run)]
    if not run.training_losses:
        silent = [
            rule
            for rule in {**losses.RULES, **course.RULES}
            if rule != "nonfinite" and all(v.rule != rule for v in verdicts)
        ]
        because = "no curve is named as a training loss"
        if run.broken_off is not None:
            because += f"; the watch saw the loss up to step {run.broken_off.steps[-1]} of {run.real_steps} only"
        verdicts += [Verdict(rule, "the run", "not judged", because) for rule in silent]
    return relations.explained(verdicts, run)


def judge_live(run: RunView) -> list[Verdict]:
    """Alarms worth raising while the run lives."""
    with np.errstate(all="ignore"):
        seen = [losses.nonfinite(curve, run) for curve in run.every_loss]
        if run.unnamed is None:
            seen += [course.loss_diverged(curve, run) for curve in run.training_losses]
    return [verdict for verdict in seen if verdict.found and verdict.level is Level.ALARM]


def folded(
    verdicts: Iterable[Verdict],
    said: Mapping[str, Level],
    off: Sequence[str] = (),
    levels: Mapping[str, str] | None = None,
) -> list[Verdict]:
    """The findings to state: one a rule, worst first, each with its cause.

    Args:
        verdicts: of all families.
        said: rules that the watch has stated already, at their worst level; they are not said again.
        off: rules that are switched off.
        levels: levels the configuration gives to rules.
    """
    given = {rule: Level(level) for rule, level in (levels or {}).items() if level in tuple(Level)}
    by_rule: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.found and verdict.rule not in off and verdict.rule not in said:
            by_rule.setdefault(verdict.rule, []).append(verdict)
    found = [_one(members) for members in by_rule.values()]
    found = [replace(verdict, level=given.get(verdict.rule, verdict.level)) for verdict in found]
    present = {rule: level for rule, level in said.items() if level is not Level.NOTICE}
    present |= {verdict.rule: verdict.level for verdict in found if verdict.level is not Level.NOTICE}
    causal = [replace(v, caused_by=next((c for c in CAUSES.get(v.rule, ()) if c in present), None)) for v in found]
    return sorted(causal, key=lambda v: (v.caused_by is not None, -v.level.rank, v.rule))


def _one(members: list[Verdict]) -> Verdict:
    """The worst of several of one rule, the earliest of equals, with the others named."""
    members = sorted(members, key=lambda v: (-v.level.rank, v.step if v.step is not None else 2**62, v.subject))
    first, others = members[0], members[1:]
    if not others:
        return first
    names = [verdict.subject for verdict in others]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return replace(first, message=f"{first.message} Also: {shown}.", evidence={**first.evidence, "also": names[:20]})
