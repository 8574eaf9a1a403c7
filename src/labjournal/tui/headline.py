"""One or two sentences on how a run goes, the worst news first. Made by rules from facts, never by feeling."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from labjournal import format
from labjournal.model import Finding, Level, Run, Status
from labjournal.model.plan import planned_steps
from labjournal.tui.reading_run import RunView

Floats = NDArray[np.float64]
_FEW_STEPS = 20
"""Steps before which nobody can tell when a run will end."""
_HOUR_S = 3600.0
_STARTING_S = 30.0
_UNSUPERVISED = "Unsupervised: its supervisor is gone. It goes on, but nobody will write down how it ends."


def open_findings(view: RunView) -> list[Finding]:
    """Findings that still ask for somebody, causes before consequences, worst first."""
    return [one for one in view.findings if one.acknowledged is None and one.level is not Level.NOTICE]


def sentences(view: RunView, now: datetime, loss: tuple[str, Floats, Floats] | None) -> list[str]:
    """How it goes, sentence by sentence, what matters most first.

    Args:
        view: The run.
        now: The clock.
        loss: Name, wall times and values of the curve the run is judged by; None without one.
    """
    run = view.run
    said = [*_trouble(view), *_progress(loss, now), *_results(view)]
    if not said:
        said = ["Nothing was written yet." if not run.status.ended else "It wrote no curves and no results."]
    return [format.visible(one) for one in said]


def _trouble(view: RunView) -> list[str]:
    run, said = view.run, []
    if run.retracted:
        said.append(f"Retracted: {run.retracted}.")
    if run.status in (Status.FAILED, Status.KILLED, Status.TIMEOUT, Status.PREEMPTED, Status.LOST):
        said.append(f"{run.status.capitalize()}: {run.cause or 'the cause is not known'}.")
    elif run.cause and not run.status.ended:
        said.append(_UNSUPERVISED if run.cause == "unsupervised" else f"{run.cause.capitalize()}.")
    found = open_findings(view)
    if found:
        more = f" and {format.plural(len(found) - 1, 'more finding')}" if len(found) > 1 else ""
        said.append(f"{found[0].message.rstrip('.')}{more}.")
    elif run.status is not Status.QUEUED and run.watch != "watched":
        said.append(f"{run.watch[:1].upper()}{run.watch[1:]}.")
    return said


def _progress(loss: tuple[str, Floats, Floats] | None, now: datetime) -> list[str]:
    if loss is None:
        return []
    name, walls, values = loss
    if not len(values):
        return []
    last = f"{name} {format.number(float(values[-1]))}"
    before = np.flatnonzero(walls <= walls[-1] - _HOUR_S)
    if len(before):
        return [f"{last}, an hour before {format.number(float(values[before[-1]]))}."]
    return [f"{last}, at first {format.number(float(values[0]))}." if len(values) > 1 else f"{last}."]


def _results(view: RunView) -> list[str]:
    for one in view.measured:
        if one.taint is None:
            at = f" at {one.checkpoint}" if one.checkpoint != format.missing() else ""
            interval = f" {one.interval}" if one.interval else ""
            on = f" on {one.dataset}" if one.identified else ""
            unknown = "" if one.identified else ", on data not identified"
            best = ", the best of its own looks" if one.best else ""
            return [f"{one.metric.capitalize()}{on} {one.value}{interval}{at}{best}{unknown}."]
    return ["Results: all retracted."] if view.measured else []


def step_words(run: Run) -> str:
    """``step 2,214 of 9,000``; "" before a step is known."""
    if run.step is None:
        return ""
    plan = planned_steps(run)
    planned = f" of {format.count(plan)}" if plan else ""
    return f"step {format.count(run.step)}{planned}"


def end_words(run: Run, steps: Floats, walls: Floats, now: datetime, short: bool) -> str:
    """When it will end, with its spread: ``ends about 16:30 ± 15 min``; for an ended run how long it took.

    The spread is between the speeds of the older and the newer half of the last 200 points. Where the curve counts
    something else than steps, or has no times, the pace since the start tells, and no spread.
    """
    if run.status.ended:
        begin, end = run.started_at or run.created_at, run.ended_at
        return f"took {format.duration((end - begin).total_seconds())}" if end is not None else ""
    plan = planned_steps(run)
    if run.status is Status.QUEUED or not plan:
        return ""
    recent = slice(max(0, len(steps) - 200), None)
    s, w = steps[recent], walls[recent]
    if len(s) < 3 or not np.isfinite(w).all() or s[-1] < (run.step or 0) / 2:
        return _end_by_pace(run, plan, now, short)
    if s[-1] < _FEW_STEPS:
        return "end: cannot tell yet"
    half = len(s) // 2
    speeds = [(s[b] - s[a]) / (w[b] - w[a]) for a, b in ((0, half), (half, -1), (0, -1)) if w[b] > w[a] and s[b] > s[a]]
    if not speeds:
        return "end: cannot tell"
    left = plan - float(s[-1])
    times = sorted(left / speed for speed in speeds)
    middle = left / speeds[-1]
    spread = max(60.0, max(middle - times[0], times[-1] - middle))
    clock = _clock(float(w[-1]) + middle, now)
    return f"ends ~{clock}" if short else f"ends about {clock} ± {format.duration(spread)}"


def _end_by_pace(run: Run, plan: int, now: datetime, short: bool) -> str:
    """Its steps are told seldom: the first half minute of a run tells of its start, not of its pace."""
    took = (now - (run.started_at or run.created_at)).total_seconds()
    if (run.step or 0) < _FEW_STEPS or took < _STARTING_S:
        return "end: cannot tell yet"
    clock = _clock(now.timestamp() + took * (plan / (run.step or 1) - 1), now)
    return f"ends ~{clock}" if short else f"ends about {clock} at the pace so far"


def _clock(moment: float, now: datetime) -> str:
    end = datetime.fromtimestamp(moment).astimezone()
    return format.clock(end) if (end - now).total_seconds() < 20 * _HOUR_S else format.moment_text(end)
