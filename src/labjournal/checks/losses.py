"""One loss curve by itself: zero, not finite, flat, too low, diverged, without a floor, begun anew, broken at a resume.

Only losses whose name says so are looked at (`naming`). Losses of games and of reinforcement learning need not fall;
of them only the exact tests speak.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np

from labjournal.checks.curve import Curve, Ints, noise_of, running_median, start_level, trend_of
from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.checks.run_view import RunView
from labjournal.vocabulary import Level

NONFINITE = CheckRule(
    "nonfinite",
    "alarm",
    "gradient",
    "NaN or infinite numbers have entered the weights or the loss.",
    "Lower the learning rate, clip gradients; look for log(0), 0/0 and 16-bit overflow at the module named.",
    judged="Curves named as losses. Alarm: the last 3 records are not finite, or the last one of a run that has ended. "
    "Notice: such records occurred and the curve went on with numbers. A first record alone says nothing.",
)
LOSS_ZERO = CheckRule(
    "loss_zero",
    "alarm",
    "objective",
    "The loss is exactly 0, so no gradient comes from it.",
    "Look for a mask that removes everything, empty batches, targets equal to inputs, or a loss multiplied by 0.",
    judged="Total training loss exactly 0.0 in 5 records in a row at its end. Alarm when it was so from the start or "
    "fell there from above 1% of its start at once; notice when it came down to it step by step (hinge losses do).",
)
LOSS_FLAT = CheckRule(
    "loss_flat",
    "warning",
    "objective",
    "The loss stays where it started: nothing is learned.",
    "See whether weights move, whether labels belong to their inputs, and whether the learning rate fits.",
    judged="Total training loss, at least 20 records (10 where the level is that of guessing): the last third is "
    "within 3 standard errors of the first, or "
    "lower "
    "by less than 5% (1% of a loss whose zero means nothing). Warning when the level is ln K for a K that "
    "settings or results tell, when a logged "
    "accuracy stands at chance, or when it started at ln K (K to 10) within 1% and scatters by less than 3%; else "
    "notice, because a fine-tune may start where it ends.",
)
LOSS_TOO_LOW = CheckRule(
    "loss_too_low",
    "warning",
    "objective",
    "The loss fell further than the task allows so early: the answer is in the input.",
    "Look for targets equal to inputs, a missing causal mask, labels among the features, one sample seen again.",
    judged="Warning: a model of 100 or more symbols (vocabulary known from settings) starts near ln V and is "
    "below 1% of "
    "it within its first epoch. Notice: a classifier that does so, for easy tasks exist.",
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
    "not fall again. A loss that goes below 0 must lie twice its whole progress above its lowest level.",
)
LOSS_UNBOUNDED = CheckRule(
    "loss_unbounded_below",
    "warning",
    "objective",
    "The loss falls without a floor: it is maximised, or a term of it has no lower bound.",
    "Look at the sign of each term, and at variances or scales that can run to 0.",
    judged="Exact: a loss whose formula cannot be negative (named cross-entropy, MSE, MAE …) is. Else total "
    "training loss, "
    "30 records: below 0, by 10 times its start and scatter, and in each third it falls at least as fast as before. "
    "A log likelihood of densities slows down and is left alone.",
)
LOSS_SAWTOOTH = CheckRule(
    "loss_sawtooth",
    "warning",
    "objective",
    "Training begins anew again and again: the loss returns to its start at equal distances.",
    "Look for a model or optimizer built inside the loop, and for checkpoints loaded in it.",
    judged="Total training loss: at least 3 returns to 80% of the starting level at equal distances, each after a "
    "fall to "
    "less than 70%, with no tooth deeper than the first by a tenth. Not judged where tasks, stages or difficulty are "
    "logged, or the learning rate returns with it.",
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
RULES = table(NONFINITE, LOSS_ZERO, LOSS_FLAT, LOSS_TOO_LOW, LOSS_DIVERGED, LOSS_UNBOUNDED, LOSS_SAWTOOTH, LOSS_JUMP)
_K_KNOWN = ("num_classes", "n_classes", "nclasses", "num_labels", "n_labels", "classes", "nc")
_V_KNOWN = ("vocab_size", "vocabulary_size", "n_vocab", "num_embeddings", "n_tokens")
_PHASES = frozenset("task tasks stage phase curriculum difficulty level domain seq_len sequence_length".split())


def judge(run: RunView) -> Iterator[Verdict]:
    """All verdicts on the losses of a run."""
    yield from (nonfinite(curve, run) for curve in run.every_loss)
    for curve in run.training_losses:
        yield loss_zero(curve)
        yield from loss_unbounded_below(curve, run)
        if run.game is not None:
            for rule in (LOSS_FLAT, LOSS_TOO_LOW, LOSS_DIVERGED, LOSS_SAWTOOTH, LOSS_JUMP):
                yield not_judged(rule, curve.name, run.game)
            continue
        yield loss_flat(curve, run)
        yield loss_too_low(curve, run)
        yield loss_diverged(curve, run)
        yield loss_sawtooth(curve, run)
        yield loss_jump_after_resume(curve)


def judge_live(run: RunView) -> Iterator[Verdict]:
    """What is worth knowing while the run lives: alarms that no later record can take back."""
    yield from (nonfinite(curve, run) for curve in run.every_loss)
    for curve in run.training_losses if run.game is None else ():
        yield loss_diverged(curve, run)


def nonfinite(curve: Curve, run: RunView) -> Verdict:
    bad = ~np.isfinite(curve.values)
    many = int(bad.sum())
    if not many or (many == 1 and bad[0] and len(bad) > 1):
        return fine(NONFINITE, curve.name)
    tail = len(bad) if bad.all() else int(np.argmin(bad[::-1]))
    lasting = tail >= (1 if run.ended else 3)
    at = len(bad) - tail if lasting else int(np.argmax(bad))
    evidence = {"records": many, "of": len(bad), "first": int(curve.steps[at]), "value": float(curve.values[at])}
    if lasting:
        message = f"{curve.name} is {curve.values[at]} from step {curve.steps[at]} on, {tail} of {len(bad)} records."
        level = Level.ALARM
    else:
        message = f"{curve.name} was not a finite number in {many} of {len(bad)} records and went on."
        level = Level.NOTICE
    return finding(NONFINITE, curve.name, message, evidence, level, int(curve.steps[at]), float(curve.walls[at]))


def loss_zero(curve: Curve) -> Verdict:
    values = curve.values
    if len(values) < 5:
        return not_judged(LOSS_ZERO, curve.name, f"{len(values)} records, 5 are needed")
    nonzero = np.flatnonzero(values != 0.0)
    first = int(nonzero[-1]) + 1 if len(nonzero) else 0
    zeros = len(values) - first
    if zeros < 5:
        return fine(LOSS_ZERO, curve.name)
    before = float(np.median(np.abs(values[max(0, first - 5) : first]))) if first else math.inf
    start = abs(start_level(curve.finite.values)) if first else 0.0
    sudden = first == 0 or before > 0.01 * max(start, before)
    how = "from its first record on" if first == 0 else f"from step {curve.steps[first]} on, {before:.3g} before it"
    return finding(
        LOSS_ZERO,
        curve.name,
        f"{curve.name} is exactly 0 {how} ({zeros} records).",
        {"zeros": zeros, "of": len(values), "before": None if first == 0 else before},
        Level.ALARM if sudden else Level.NOTICE,
        int(curve.steps[first]),
        float(curve.walls[first]),
    )


def loss_flat(curve: Curve, run: RunView) -> Verdict:
    values = curve.thin.values
    if len(values) < 10:
        return not_judged(LOSS_FLAT, curve.name, f"{len(values)} records, 10 are needed")
    epochs = run.epochs_done(curve.thin.steps)
    if not values.any():
        return not_judged(LOSS_FLAT, curve.name, "it is exactly 0")
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
    if not because and len(values) < 20:
        return not_judged(
            LOSS_FLAT, curve.name, f"{len(values)} records, 20 are needed where nothing tells of guessing"
        )
    evidence = {"start": start, "end": last, "scatter": noise, "records": len(curve), "epochs": epochs, **because}
    message = f"{curve.name} went from {start:.4g} to {last:.4g} in {len(curve)} records"
    if because:
        message += f": {because['because']}"
    return finding(LOSS_FLAT, curve.name, f"{message}.", evidence, level, int(curve.thin.steps[-1]))


def _chance(curve: Curve, run: RunView, start: float, last: float, noise: float) -> tuple[Level, dict[str, object]]:
    """Whether the level is that of guessing, and what tells so."""
    known = run.classes or run.setting(*_K_KNOWN) or run.setting(*_V_KNOWN)
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
    if close and not rates and abs(start - math.log(near)) <= 0.02 * math.log(near) and noise < 0.03 * last:
        said = f"that is ln {near}, what guessing among {near} classes costs"
        return Level.WARNING, {"because": said, "ln_k": math.log(near)}
    return Level.NOTICE, {}


def loss_too_low(curve: Curve, run: RunView) -> Verdict:
    thin = curve.thin
    if len(thin) < 10:
        return not_judged(LOSS_TOO_LOW, curve.name, f"{len(thin)} records, 10 are needed")
    start = float(np.median(thin.values[:3]))
    vocabulary, classes = run.setting(*_V_KNOWN), run.classes or run.setting(*_K_KNOWN)
    symbols = next((k for k in (vocabulary, classes) if k and k >= 2 and 0.6 < start / math.log(k) < 1.3), None)
    if symbols is None:
        return not_judged(LOSS_TOO_LOW, curve.name, "how many symbols or classes there are is not known")
    epochs = run.epochs(thin.steps)
    if epochs is None:
        return not_judged(LOSS_TOO_LOW, curve.name, "no epochs are logged")
    early = thin.values[epochs - epochs[0] <= 1.0]
    window = min(10, len(early))
    low = np.flatnonzero(running_median(early, window) < 0.01 * math.log(symbols)) if window >= 3 else np.empty(0, int)
    if not len(low):
        return fine(LOSS_TOO_LOW, curve.name)
    at = int(low[0])
    return finding(
        LOSS_TOO_LOW,
        curve.name,
        f"{curve.name} fell from {start:.3g} (ln {symbols:g} is {math.log(symbols):.3g}) to {early[at]:.2g} within its "
        "first epoch.",
        {"start": start, "value": float(early[at]), "symbols": symbols},
        Level.WARNING if symbols >= 100 else Level.NOTICE,
        int(thin.steps[at]),
    )


def loss_diverged(curve: Curve, run: RunView) -> Verdict:
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
    falling = np.median(last[tail // 2 :]) < 0.9 * np.median(last[: tail // 2])
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


def loss_unbounded_below(curve: Curve, run: RunView) -> Iterator[Verdict]:
    values = curve.thin.values
    if curve.read.nonnegative:
        below = np.flatnonzero(curve.finite.values < -1e-6)  # rounding of a sum near 0 may go so far
        if not len(below):
            yield fine(LOSS_UNBOUNDED, curve.name)
            return
        at = int(below[0])
        lowest = float(curve.finite.values.min())
        message = (
            f"{curve.name} is negative from step {curve.finite.steps[at]} on (down to {lowest:.4g}): by its "
            "name it cannot be."
        )
        evidence = {"lowest": lowest, "records_below_0": len(below)}
        yield finding(LOSS_UNBOUNDED, curve.name, message, evidence, None, int(curve.finite.steps[at]))
        return
    if run.game is not None:
        yield not_judged(LOSS_UNBOUNDED, curve.name, run.game)
        return
    if len(values) < 30:
        yield not_judged(LOSS_UNBOUNDED, curve.name, f"{len(values)} finite records, 30 are needed")
        return
    thirds = [float(np.median(values[at - 2 : at + 3])) for at in np.linspace(2, len(values) - 3, 4).astype(int)]
    falls = -np.diff(thirds)
    far = thirds[-1] < 0 and thirds[0] - thirds[-1] > 10 * (abs(thirds[0]) + noise_of(values))
    if not far or falls[1] < 0.95 * falls[0] or falls[2] < 0.95 * falls[1]:
        yield fine(LOSS_UNBOUNDED, curve.name)
        return
    yield finding(
        LOSS_UNBOUNDED,
        curve.name,
        f"{curve.name} fell from {thirds[0]:.4g} to {thirds[-1]:.4g}, in each third of the run at least as fast "
        "as before.",
        {"levels": thirds},
        None,
        int(curve.thin.steps[-1]),
    )


def loss_sawtooth(curve: Curve, run: RunView) -> Verdict:
    thin = curve.thin
    values = thin.values
    if len(values) < 20:
        return not_judged(LOSS_SAWTOOTH, curve.name, f"{len(values)} records, 20 are needed")
    phases = next((one.name for one in run.curves if _PHASES & set(one.read.stem or ()) or _phase(one.name)), None)
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
    width = int(np.median(np.diff(thin.steps[edges])))
    return finding(
        LOSS_SAWTOOTH,
        curve.name,
        f"{curve.name} returned to its start ({start:.3g}) {len(teeth)} times, every {width} steps.",
        {"returns": len(teeth), "every_steps": width, "start": start, "lowest": float(troughs.min())},
        None,
        int(thin.steps[teeth[0]]),
    )


def _phase(name: str) -> bool:
    return any(word in name.lower() for word in _PHASES if "_" in word)


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
