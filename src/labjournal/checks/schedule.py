"""The learning rate as logged, the steps that were planned, and the pace of the run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from labjournal.checks.curve import MOST_POINTS, Curve, Floats, Ints, longest_run
from labjournal.checks.naming import words_of
from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.checks.run_view import RunView
from labjournal.model.plan import EPOCHS
from labjournal.vocabulary import Level

LR_ZERO = CheckRule(
    "lr_zero",
    "warning",
    "objective",
    "The learning rate of every group is 0, step after step: nothing can change.",
    "Look at the schedule: its warm-up, its total number of steps, and when scheduler.step() is called.",
    judged="Logged learning rates, 10 records: exactly 0 in all groups for more than a tenth of the run in a row.",
)
LR_COLLAPSED = CheckRule(
    "lr_collapsed",
    "warning",
    "objective",
    "The learning rate fell long before the end, to nothing or while all went well.",
    "Look at the schedule's total number of steps, at whether it is stepped once a batch or an epoch, and at its "
    "mode: 'max' where an accuracy is waited for.",
    judged="All logged learning rates below a millionth of their peak for the last fifth of the run or more, 10 "
    "records. In the process: ReduceLROnPlateau cut it while the value it is stepped with, an accuracy in mode 'min' "
    "or a loss in mode 'max' by its name in the script, went the good way; or a schedule stepped at each batch had it "
    "down to a hundredth of its peak within as many steps as there were epochs.",
)
PLANNED = CheckRule(
    "planned_steps_differ",
    "warning",
    "checkpoint",
    "The run ended well, but after fewer steps than it was to make; or its schedule is made for other steps.",
    "Look for a loop that ends early, a wrong total, a loader that runs dry, or early stopping that nobody notices; "
    "step a schedule as often as it is made for.",
    judged="Executed: the furthest of the optimizer steps counted and the last step of the curves. Planned: as the "
    "schedule or loader tells, else the setting that bounds the loop around the step in the script, where it ends by "
    "its counter alone, else one called max_steps, max_iters, total_steps, num_train_steps … Warning below 90%. Notice "
    "where patience, early stopping, a tolerance, a target or a time is set, where epochs are set too, or where the "
    "plan may count micro-batches. Not judged by a setting where rewards are learned from, for it may count the steps "
    "of the environment, nor by one called num_steps or iterations that bounds no such loop, for it may count those of "
    "a diffusion, a solver or an attack. In the process: a loader gave data once, and not one batch in the two epochs "
    "after. Or, of a schedule: it is made for as many steps as the optimizer took (by total_steps, T_max, total_iters "
    "or a number its function goes by; within 2%), and was given a third of them or fewer; it was never stepped, in as "
    "many steps as it is made for or, where by its name no file of the script steps it, in five epochs or more; it is "
    "made for as many steps as there were backward passes, and was given one for each step of the optimizer; it is a "
    "cosine over as many steps as there were epochs, or as a variable called epochs says, and was given one for each "
    "batch; it was given one an epoch, and after eight epochs or more its warm-up, which is to take more steps than an "
    "epoch has, had not come half way.",
)
THROUGHPUT = CheckRule(
    "throughput_drop",
    "notice",
    "machine",
    "The run became much slower and stayed so.",
    "Look at other jobs on the machine, at its temperature, at the data loader and at growing lists in the loop.",
    judged="Steps a second between records of the training loss, 40 records over at least a minute: the last "
    "quarter is "
    "slower than the second quarter by more than half, in medians. A mark: longer sequences do this too.",
)
RULES = table(LR_ZERO, LR_COLLAPSED, PLANNED, THROUGHPUT)
_OF_TRAINING = (
    "max_steps", "max_iters", "max_iterations", "total_steps", "num_train_steps", "max_train_steps", "train_steps",
    "total_iters",
)  # fmt: skip
"""Settings that can count nothing but steps of the training, where no environment has steps too."""
_ENDS = frozenset("tol tolerance target goal stop stopping".split())
_TIMES = ("max_time", "time_limit", "max_minutes", "max_hours", "max_seconds", "time_budget")
_STOPPING = ("patience", "early_stopping", "early_stop", "early_stopping_patience", "early_stopping_rounds")
_SHORTEST_S = 60.0


def judge(run: RunView) -> Iterator[Verdict]:
    yield from learning_rates(run)
    if run.ended:
        yield planned_steps_differ(run)
    yield throughput_drop(run)


def learning_rates(run: RunView) -> Iterator[Verdict]:
    rates = [rate.thin for rate in run.rates if len(rate.finite)]
    longest = max((len(rate) for rate in rates), default=0)
    if longest < 10:
        because = (
            "no learning rate is logged" if not rates else f"{longest} records of the learning rate, 10 are needed"
        )
        yield not_judged(LR_ZERO, "learning rate", because)
        yield not_judged(LR_COLLAPSED, "learning rate", because)
        return
    steps, highest = _highest(rates)
    yield _zero(steps, highest)
    yield _collapsed(steps, highest)


def _highest(rates: list[Curve]) -> tuple[Ints, Floats]:
    """The largest of the groups' rates at each step of the densest curve."""
    base = max(rates, key=len)
    together = np.array([rate.at_or_before(base.steps) for rate in rates])
    return base.steps, np.asarray(np.nanmax(np.vstack([together, base.values]), axis=0))


def _zero(steps: Ints, rates: Floats) -> Verdict:
    start, length = longest_run(rates == 0)
    if length < 3 or _share(steps, start, start + length - 1) <= 0.1:
        return fine(LR_ZERO, "learning rate")
    where = f"from step {steps[start]} to {steps[start + length - 1]}"
    evidence = {"records": length, "of": len(rates), "peak": float(rates.max())}
    return finding(LR_ZERO, "learning rate", f"The learning rate is 0 {where}.", evidence, None, int(steps[start]))


def _collapsed(steps: Ints, rates: Floats) -> Verdict:
    peak = float(rates.max())
    low = rates < 1e-6 * peak
    tail = len(low) - int(np.flatnonzero(~low)[-1]) - 1 if not low.all() else len(low)
    at = len(low) - tail
    share = _share(steps, at, len(low) - 1) if tail else 0.0
    if peak <= 0 or tail < 10 or share < 0.2:
        return fine(LR_COLLAPSED, "learning rate")
    if (rates[at:] == 0).all():
        return fine(LR_COLLAPSED, "learning rate")  # that is lr_zero
    return finding(
        LR_COLLAPSED,
        "learning rate",
        f"The learning rate is below a millionth of its peak ({peak:.3g}) from step {steps[at]} on: "
        f"{share:.0%} "
        "of the run.",
        {"peak": peak, "last": float(rates[-1]), "records": tail, "of": len(low)},
        None,
        int(steps[at]),
    )


def _share(steps: Ints, first: int, last: int) -> float:
    """The share of the run's steps between two records; records need not be evenly spaced."""
    return float(steps[last] - steps[first]) / max(1, int(steps[-1] - steps[0]))


def planned_steps_differ(run: RunView) -> Verdict:
    if not run.done:
        return not_judged(PLANNED, "the run", "it did not end by itself")
    told = () if run.counted_by is None else (run.counted_by.lower(),)
    name = next((name for name in (*told, *_OF_TRAINING) if (run.setting(name) or 0) > 0), None)
    if name not in (None, *told) and not run.planned_steps and (other := _environment(run)) is not None:
        return not_judged(PLANNED, "the run", f"{name} may count the steps of an environment: {other}")
    plan = run.planned_steps or (run.setting(name) if name else None)
    if not plan or plan < 10:
        return not_judged(PLANNED, "the run", "no plan is known")
    curves = [int(curve.steps[-1]) + 1 for curve in run.curves if len(curve) and not curve.name.startswith("watch/")]
    executed = max([run.real_steps or 0, *curves])
    if not executed:
        return not_judged(PLANNED, "the run", "no steps were counted")
    if run.real_steps is None and not run.planned_steps:
        return not_judged(PLANNED, "the run", "the watch counted no steps, and curves may count epochs")
    if executed >= 0.9 * plan:
        return fine(PLANNED, "the run")
    stopping = any(run.setting(word) or run.settings.get(word) for word in (*_STOPPING, *_TIMES))
    stopping |= any(value and _ENDS & words_of(setting) for setting, value in run.settings.items())
    ratio = plan / (run.real_steps or executed)
    whole = 2 <= ratio <= 64 and abs(ratio - round(ratio)) < 0.02 * ratio
    epochs = any(run.setting(word) for word in EPOCHS)
    unsure = run.planned_steps is None and (epochs or (whole and name not in told))
    source = "planned" if run.planned_steps else f"set as {name}"
    return finding(
        PLANNED,
        "the run",
        f"{executed} steps were made and {plan:g} {source}.",
        {"executed": executed, "planned": plan, "source": source, "early_stopping": bool(stopping)},
        Level.NOTICE if stopping or unsure else Level.WARNING,
        executed,
    )


def _environment(run: RunView) -> str | None:
    """What tells that there are steps which are none of an optimizer."""
    if run.game is not None:
        return run.game
    names = (*run.settings, *run.names)
    told = next((name for name in names if {"episode", "episodes", "env", "envs", "rollout"} & words_of(name)), None)
    return None if told is None else f"{told} is told of"


def throughput_drop(run: RunView) -> Verdict:
    curve = max(run.training_losses, key=len, default=None)
    if curve is None or len(curve.finite) < 40:
        return not_judged(THROUGHPUT, "pace", "fewer than 40 records of a training loss")
    stride = max(1, len(curve.finite) // MOST_POINTS)
    walls, steps = curve.finite.walls[::stride], curve.finite.steps[::stride].astype(np.float64)
    if not np.isfinite(walls).all() or walls[-1] - walls[0] < _SHORTEST_S:
        return not_judged(THROUGHPUT, "pace", "the run took less than a minute")
    seconds, made = np.diff(walls), np.diff(steps)
    good = (seconds > 0) & (made > 0)
    if good.sum() < 0.8 * len(good):
        return not_judged(THROUGHPUT, "pace", "its records were written in bundles, so their times say little")
    per_step = (seconds / np.maximum(made, 1e-9))[good]
    quarter = len(per_step) // 4
    early, late = float(np.median(per_step[quarter : 2 * quarter])), float(np.median(per_step[-quarter:]))
    if late <= 2 * early or np.quantile(per_step[-quarter:], 0.25) <= 1.5 * early:
        return fine(THROUGHPUT, "pace")
    at = int(np.flatnonzero(good)[-quarter])
    return finding(
        THROUGHPUT,
        "pace",
        f"{1 / early:.3g} steps a second in the second quarter of the run, {1 / late:.3g} in the last.",
        {"steps_per_s_before": 1 / early, "steps_per_s_after": 1 / late},
        None,
        int(steps[at]),
    )
