"""The course of one loss: flat, diverged, begun anew again and again, broken at a resume.

Losses of games and of reinforcement learning need not fall; here nothing is said of them. Of a loss that only the
watch saw it is not known which it is: it can be flat at the level of guessing, but no rise of it is judged.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np

from labjournal.checks.curve import Curve, Ints, noise_of, running_median, start_level, trend_of
from labjournal.checks.losses import CLASSES, VOCABULARY
from labjournal.checks.naming import words_of
from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table, worst
from labjournal.checks.run_view import WATCHED, RunView
from labjournal.vocabulary import Level

LOSS_FLAT = CheckRule(
    "loss_flat",
    "warning",
    "objective",
    "The loss stays where it started: nothing is learned.",
    "See whether weights move, whether labels belong to their inputs, and whether the learning rate fits.",
    judged="Total training loss, at least 20 records (10 where the level is that of guessing): the last third is "
    "within 3 standard errors of the first, or lower by less than 5% (1% of a loss whose zero means nothing). Warning "
    "when the level is ln K for a K that settings or results tell, when all records are the same to the last digit, "
    "when a logged accuracy stands at chance, or when it started at ln K (K to 10) within 1%, scatters by less than 3% "
    "and is no squared or absolute error; else notice, because a fine-tune may start where it ends, and nothing where "
    "the standard error exceeds 2%.",
)
LOSS_DIVERGED = CheckRule(
    "loss_diverged",
    "alarm",
    "objective",
    "The loss left its lowest level and has stayed far above it.",
    "Lower the learning rate, clip gradients, go on from the last checkpoint before the step named.",
    judged="Total training loss, at least 30 records: each of the last 10 (5% of them, if more) is above three "
    "times the "
    "lowest running median and above the median of the first records, more than 10 times the scatter away, and they do "
    "not fall again, or still lie five times as high where the run ended. A loss that goes below 0 must lie twice its "
    "whole progress above its lowest level. Where the script counts its epochs anew, or another optimizer begins, each "
    "training is judged by itself.",
)
LOSS_SAWTOOTH = CheckRule(
    "loss_sawtooth",
    "warning",
    "objective",
    "Training begins anew again and again: the loss returns to its start at equal distances.",
    "Look for a model or optimizer built inside the loop, and for checkpoints loaded in it.",
    judged="Total training loss: at least 3 returns to 80% of the starting level at equal distances, each after a "
    "fall to less than 70%, with no tooth deeper than the first by a tenth. Not judged where tasks, stages, folds or "
    "difficulty are logged, the script counts its epochs anew or trains on other data each time, or the learning rate "
    "returns with it. Notice where the watch saw neither another optimizer begin nor weights change outside a step.",
)
LOSS_JUMP = CheckRule(
    "loss_jump_after_resume",
    "warning",
    "objective",
    "After a restart the loss is far above where it was: part of the state was not restored.",
    "Restore optimizer, schedule, step count and random state with the weights.",
    judged="At each restart: median of the 5 to 20 records after it against those before, beyond 5 standard "
    "deviations of "
    "the scatter. Warning: half or more of the progress made is lost. Notice: a fifth.",
)
RULES = table(LOSS_FLAT, LOSS_DIVERGED, LOSS_SAWTOOTH, LOSS_JUMP)
_PHASES = frozenset(
    "task tasks stage phase curriculum difficulty level domain fold folds round rounds trial trials cycle".split()
)
_ANEW = frozenset(("optimizer_state_reset", "weight_change_outside_step"))
_GROWING = ("seq_len", "sequence_length")


def judge(run: RunView) -> Iterator[Verdict]:
    """Verdicts on the course of each training loss of a run."""
    if run.game is None:
        yield from (loss_flat(curve, run) for curve in run.flat_candidates if curve not in run.training_losses)
    for curve in run.training_losses:
        if run.game is not None:
            yield from (not_judged(rule, curve.name, run.game) for rule in RULES.values())
            continue
        yield loss_flat(curve, run)
        if run.unnamed is not None:
            yield from (not_judged(rule, curve.name, run.unnamed) for rule in (LOSS_DIVERGED, LOSS_SAWTOOTH, LOSS_JUMP))
            continue
        yield loss_diverged(curve, run)
        yield loss_sawtooth(curve, run)
        yield loss_jump_after_resume(curve)


def loss_flat(curve: Curve, run: RunView) -> Verdict:
    """Of several trainings one after another each by itself, with the rounds that go on where the last one ended."""
    if curve.name == WATCHED and run.begun:
        return not_judged(LOSS_FLAT, curve.name, "the watch may have seen the first steps only of a later training")
    parts: list[Curve] = []
    for part in curve.trainings:
        if parts and _goes_on(parts[-1], part):
            parts[-1] = parts[-1].joined(part)
        else:
            parts.append(part)
    return worst(_loss_flat(part, run) for part in parts)


def _goes_on(one: Curve, other: Curve) -> bool:
    """Whether the second takes up where the first has brought the loss to, rather than begins anew above it."""
    before, after = one.finite.values, other.finite.values
    if not len(before) or not len(after):
        return True
    last = float(np.median(before[-5:]))
    return float(np.median(after[:5])) <= last + 0.1 * max(0.0, float(before[0]) - last)


def _loss_flat(curve: Curve, run: RunView) -> Verdict:
    values = curve.thin.values
    if len(values) < 10:
        return not_judged(LOSS_FLAT, curve.name, f"{len(values)} records, 10 are needed")
    epochs = run.epochs_done(curve.thin.steps)
    if not values.any():
        return not_judged(LOSS_FLAT, curve.name, "it is exactly 0")
    if len(values) >= 20 and (values == values[0]).all():
        message = f"{curve.name} is {values[0]:.6g} in all {len(values)} records, to the last digit: nothing changes."
        unchanged = {"start": float(values[0]), "end": float(values[0]), "records": len(values), "epochs": epochs}
        return finding(LOSS_FLAT, curve.name, message, unchanged, None, int(curve.thin.steps[-1]))
    third = len(values) // 3
    first, last = float(values[:third].mean()), float(values[-third:].mean())
    start, noise = start_level(values), noise_of(values)
    error = math.hypot(values[:third].std(), values[-third:].std()) / math.sqrt(third)
    if last >= first and last - first > max(3 * error, 0.05 * abs(start)):
        return not_judged(LOSS_FLAT, curve.name, "it rises")
    signless = bool((values < 0).any())
    share = 0.01 if signless else 0.05
    within = first - last <= 3 * error
    opening = float(values[:3].mean())
    if opening - last > max(5 * noise, share * abs(opening)):
        return fine(LOSS_FLAT, curve.name)  # it learned within the first few records
    if not (max(start, first) - last < share * abs(start) and (within or not signless)):
        return fine(LOSS_FLAT, curve.name)
    level, because = _chance(curve, run, start, last, noise)
    if not because and error > 0.02 * abs(start):
        return not_judged(LOSS_FLAT, curve.name, "it scatters too much to tell whether it falls")
    if not because and len(values) < 20:
        return not_judged(
            LOSS_FLAT, curve.name, f"{len(values)} records, 20 are needed where nothing tells of guessing"
        )
    evidence = {"start": start, "end": last, "scatter": noise, "records": len(curve), "epochs": epochs, **because}
    message = f"{curve.name} went from {start:.4g} to {last:.4g} in {len(curve)} records"
    if because:
        message += f": {because['because']}"
    return finding(LOSS_FLAT, curve.name, f"{message}.", evidence, level, int(curve.thin.steps[-1]))


_ERRORS = ("MseLoss", "SmoothL1Loss", "HuberLoss", "squared", "absolute")
"""Criteria of numbers, not of classes: that they cost ln K is chance."""


def _chance(curve: Curve, run: RunView, start: float, last: float, noise: float) -> tuple[Level, dict[str, object]]:
    """Whether the level is that of guessing, and what tells so."""
    known = run.classes or run.setting(*CLASSES) or run.setting(*VOCABULARY)
    if known and known >= 2 and abs(last - math.log(known)) <= 0.03 * math.log(known):
        return Level.WARNING, {"because": f"that is ln {known:g}, what guessing costs", "ln_k": math.log(known)}
    near = min(range(2, 11), key=lambda k: abs(last - math.log(k)))
    close = abs(last - math.log(near)) <= 0.01 * math.log(near)
    rates = [curve for curve in run.goodness if any("acc" in word for word in curve.read.stem) and len(curve) >= 2]
    for rate in rates:
        values = rate.finite.values
        if not len(values) or values.max() > 1:
            continue
        k = round(1 / values.mean()) if values.mean() > 0.01 else 0
        moved = values.max() - values.min() > max(0.05, 0.2 * values.mean())
        if moved:
            return Level.NOTICE, {}
        if 2 <= k <= 10 and abs(values.mean() * k - 1) < 0.1 and abs(last - math.log(k)) <= 0.05 * math.log(k):
            said = f"that is ln {k}, what guessing costs, and {rate.name} stays at {values.mean():.3g}"
            return Level.WARNING, {"because": said, "ln_k": math.log(k), rate.name: float(values.mean())}
    at_start = abs(start - math.log(near)) <= 0.02 * math.log(near)
    if close and at_start and not rates and noise < 0.03 * last and not (run.criterion or "").startswith(_ERRORS):
        said = f"that is ln {near}, what guessing among {near} classes costs"
        return Level.WARNING, {"because": said, "ln_k": math.log(near)}
    return Level.NOTICE, {}


def loss_diverged(curve: Curve, run: RunView) -> Verdict:
    """Of several trainings one after another each by itself: the next may be of a harder task."""
    return worst(_loss_diverged(part, run) for part in curve.trainings)


def _loss_diverged(curve: Curve, run: RunView) -> Verdict:
    thin = curve.thin
    values = thin.values
    if len(values) < 30:
        return not_judged(LOSS_DIVERGED, curve.name, f"{len(values)} finite records, 30 are needed")
    tail = max(10, len(values) // 20)
    medians = running_median(values[:-tail], min(10, len(values) - tail))
    best, start, noise = float(medians.min()), start_level(values), noise_of(values[:-tail])
    progress = max(0.0, start - best)
    limit = max(3 * best, start) if best > 0 else best + 2 * progress
    limit = max(limit, best + 10 * noise)
    last = values[-tail:]
    share = 0.75 if run.ended else 0.9  # after a jump in difficulty a living run may be on its way down
    final = float(np.median(last[tail // 2 :]))
    falling = final < share * np.median(last[: tail // 2]) and not (run.ended and best > 0 and final > 5 * limit)
    if (last <= limit).any() or falling:
        return fine(LOSS_DIVERGED, curve.name)
    above = values > limit
    since = len(values) - int(np.argmin(above[::-1])) if not above.all() else 0
    level = float(np.median(last))
    return finding(
        LOSS_DIVERGED,
        curve.name,
        f"{curve.name} was down to {best:.4g} and is {level:.4g} since step {thin.steps[since]}.",
        {"lowest": best, "start": start, "now": level, "limit": limit, "records_above": len(values) - since},
        None,
        int(thin.steps[since]),
        float(thin.walls[since]),
    )


def loss_sawtooth(curve: Curve, run: RunView) -> Verdict:
    thin = curve.thin
    values = thin.values
    if len(values) < 20:
        return not_judged(LOSS_SAWTOOTH, curve.name, f"{len(values)} records, 20 are needed")
    names = (*run.names, *(one.name for one in run.curves))
    phases = next((name for name in names if _PHASES & words_of(name) or name.lower().endswith(_GROWING)), None)
    if phases is not None:
        return not_judged(LOSS_SAWTOOTH, curve.name, f"{phases} tells of stages")
    start = float(np.max(values[: max(1, len(values) // 100)]))
    high, low = values >= 0.8 * start, values <= 0.7 * start
    teeth: list[int] = []
    armed = False
    for at in np.flatnonzero(high | low):
        if low[at]:
            armed = True
        elif armed:
            teeth.append(int(at))
            armed = False
    if start <= 0 or len(teeth) < 3:
        return fine(LOSS_SAWTOOTH, curve.name)
    edges = np.array([0, *teeth])
    widths = np.diff(edges)
    troughs = np.array([values[a:b].min() for a, b in itertools.pairwise(edges)])
    even = widths.max() <= 1.2 * widths.min() + 2 and widths.min() >= 4
    at_fall = [float(np.median(values[max(0, b - 2) : b])) for b in teeth]
    if (
        not even
        or troughs.min() < 0.9 * troughs[0]
        or max(at_fall) > 0.7 * start
        or _rate_returns(run, thin.steps[edges])
    ):
        return fine(LOSS_SAWTOOTH, curve.name)
    if run.datasets > len(teeth) or all(_counts_anew(curve.rounds, thin.steps, at) for at in teeth):
        return not_judged(LOSS_SAWTOOTH, curve.name, "the script itself counts anew each time, or takes other data")
    width = int(np.median(np.diff(thin.steps[edges])))
    goes_on = run.real_steps is not None and not run.begun and not _ANEW & run.said.keys()
    why = " The optimizer and the weights went on all the same: does its task change?" if goes_on else ""
    return finding(
        LOSS_SAWTOOTH,
        curve.name,
        f"{curve.name} returned to its start ({start:.3g}) {len(teeth)} times, every {width} steps.{why}",
        {"returns": len(teeth), "every_steps": width, "start": start, "lowest": float(troughs.min())},
        Level.NOTICE if goes_on else None,
        int(thin.steps[teeth[0]]),
    )


def _counts_anew(rounds: tuple[int, ...], steps: Ints, at: int) -> bool:
    """Whether one of the rounds begins with this record, or with one beside it."""
    first, last = steps[max(0, at - 2)], steps[min(len(steps) - 1, at + 1)]
    return any(first < step <= last for step in rounds)


def _rate_returns(run: RunView, steps: Ints) -> bool:
    """Whether a logged learning rate rises at each of these steps, as warm restarts do."""
    for rate in run.rates:
        before, after = rate.at_or_before(steps[1:] - 1), rate.at_or_before(steps[1:] + max(1, int(steps[1]) // 10))
        if np.isfinite(before).all() and (after > 1.5 * before).all():
            return True
    return False


def loss_jump_after_resume(curve: Curve) -> Verdict:
    values = curve.values
    worst: Verdict | None = None
    for edge in curve.breaks:
        before, after = values[max(0, edge - 20) : edge], values[edge : edge + 20]
        before, after = before[np.isfinite(before)], after[np.isfinite(after)]
        if len(before) < 5 or len(after) < 5 or edge < 10:
            continue
        was, became = float(np.median(before)), float(np.median(after))
        scatter = max(noise_of(before), noise_of(after))
        progress = start_level(values[:edge][np.isfinite(values[:edge])]) - was
        lost = (became - was) / progress if progress > 0 else 0.0
        if (
            became - was <= 5 * scatter
            or lost < 0.2
            or abs(trend_of(np.arange(float(len(before))), before).slope) * 20 > abs(became - was)
        ):
            continue
        level = Level.WARNING if lost >= 0.5 else Level.NOTICE
        message = (
            f"{curve.name} was {was:.4g} before the restart at step {curve.steps[edge]} and {became:.4g} after it."
        )
        evidence = {"before": was, "after": became, "scatter": scatter, "progress_lost": lost}
        said = finding(LOSS_JUMP, curve.name, message, evidence, level, int(curve.steps[edge]))
        worst = said if worst is None or said.level.rank > worst.level.rank else worst
    if worst is not None:
        return worst
    if not curve.breaks:
        return not_judged(LOSS_JUMP, curve.name, "it was never restarted")
    return fine(LOSS_JUMP, curve.name)
