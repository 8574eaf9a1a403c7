"""A criterion held against the runs of a stage: passed, not passed, or not known, with the value and a sentence.

Of several runs each must pass, unless the criterion narrows to some of them or takes a function over them. A rate
passes when its whole interval does: what is not sure is not passed.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labjournal import format as fmt
from labjournal.compare.measure import Values
from labjournal.errors import InputError
from labjournal.judging import conditions, curves, syntax
from labjournal.judging.conditions import (
    Comparison,
    Condition,
    Ended,
    Found,
    Joined,
    Not,
    Quiet,
    SameSettings,
    Says,
    Until,
    Wrote,
)
from labjournal.judging.estimates import CONFIRMED, REFUTED
from labjournal.judging.expectations import completed, of_relations
from labjournal.judging.finder import Finder
from labjournal.judging.scope import Scope, Unknown
from labjournal.model import Finding, Run
from labjournal.store import Store

_LOOKED_THROUGH_BYTES = 64_000_000
_STORED = 2.0**-22
"""Event files hold float32: sums of logged values are equal to that, relative to their size."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a criterion."""

    passed: bool | None
    """None: not known, or not sure enough."""
    value: float | str | None
    sentence: str
    missing: bool = False
    """Not known because something was not measured (yet)."""


@dataclass(frozen=True, slots=True)
class Place:
    """What criteria are judged in."""

    store: Store
    values: Values
    log_of: Callable[[Run], Path]
    """Where a run's output lies."""


def judge(text: str, scope: Scope, place: Place) -> Outcome:
    """Hold a criterion against runs that have ended."""
    try:
        condition = conditions.parse(text)
    except InputError as error:  # recorded by another version
        return Outcome(None, None, error.message)
    return _of(condition, scope, place)


def _of(condition: Condition, scope: Scope, place: Place) -> Outcome:
    if isinstance(condition, Joined):
        return _joined(condition, scope, place)
    if isinstance(condition, Not):
        inner = _of(condition.part, scope, place)
        return replace(inner, passed=None if inner.passed is None else not inner.passed)
    if len(scope.runs) > 1 and not _as_a_whole(condition, scope):
        return _each(condition, scope, place)
    if isinstance(condition, Comparison):
        return _comparison(condition, scope, place)
    if isinstance(condition, SameSettings):
        return _same_settings(condition, scope)
    outcomes = [_of_run(condition, run, place) for run in scope.runs]
    return outcomes[0] if outcomes else Outcome(None, None, "no run has ended", missing=True)


def _as_a_whole(condition: Condition, scope: Scope) -> bool:
    if isinstance(condition, Comparison):
        leaves = condition.expectation.values()
        whole = all(scope.pinned(leaf) or getattr(leaf, "name", "") == "duration" for leaf in leaves)
        return scope.only_measured or whole
    return False


def _joined(condition: Joined, scope: Scope, place: Place) -> Outcome:
    outcomes = [_of(part, scope, place) for part in condition.parts]
    words = [one.passed for one in outcomes]
    decisive = condition.word == "or"
    passed = decisive if decisive in words else None if None in words else not decisive
    telling = [one for one in outcomes if one.passed is passed] or outcomes
    sentence = "; ".join(dict.fromkeys(one.sentence for one in (outcomes if passed else telling)))
    missing = passed is None and any(one.missing for one in outcomes)
    return Outcome(passed, telling[0].value, sentence, missing)


def _each(condition: Condition, scope: Scope, place: Place) -> Outcome:
    """Every run must pass; the one that does not is shown."""
    family = scope.family or scope.runs
    outcomes = [(run, _of(condition, replace(scope, runs=(run,), family=family), place)) for run in scope.runs]
    failed = [(run, one) for run, one in outcomes if one.passed is False]
    unknown = [(run, one) for run, one in outcomes if one.passed is None]
    shown = failed or unknown or outcomes
    run, first = shown[0]
    passed = False if failed else None if unknown else True
    count = (
        f"{len(failed or unknown)} of {len(outcomes)} runs" if shown is not outcomes else f"all {len(outcomes)} runs"
    )
    return replace(first, passed=passed, sentence=f"{count}; {run.name}: {first.sentence}")


def _comparison(condition: Comparison, scope: Scope, place: Place) -> Outcome:
    finder = Finder(place.store, scope, place.values)
    if condition.until is not None or condition.always:
        return _along_curves(condition, scope, finder, place.store)
    judged = of_relations(condition.expectation, finder)
    passed = {CONFIRMED: True, REFUTED: False}.get(judged.word)
    sentence = judged.sentence if passed is not None or judged.missing else f"{judged.sentence}; not sure enough"
    return Outcome(passed, judged.value, sentence, judged.missing)


def _along_curves(condition: Comparison, scope: Scope, finder: Finder, store: Store) -> Outcome:
    """``by epoch 30`` and ``at every step``: a comparison at each step that all curves in it have."""
    import numpy as np

    parsed = condition.expectation
    lines: dict[syntax.Leaf, curves.Line] = {}
    columns: dict[syntax.Leaf, curves.Floats] = {}
    key = None
    try:
        for leaf in parsed.values():
            line = _line(leaf, finder, store)
            if line is not None:
                lines[leaf] = line
                key = key or leaf
            else:
                columns[leaf] = np.array([finder.find(completed(leaf, parsed.values())).estimate.value])
    except Unknown as why:
        return Outcome(None, None, str(why), missing=True)
    if not lines or key is None:
        names = fmt.listed(sorted({getattr(leaf, "name", "") for leaf in parsed.values()}))
        return Outcome(None, None, f"{names} has no curve", missing=True)
    steps, values = curves.together(list(lines.values()))
    columns |= dict(zip(lines, values, strict=True))
    if not len(steps):
        return Outcome(None, None, "the curves share no step", missing=True)
    units, unit = _units(condition.until, steps, scope, store)
    holds = np.ones(len(steps), bool)
    for relation in parsed.relations:
        holds &= _holds(relation, columns)
    side = next(s for r in parsed.relations for s in syntax.relation_sides(r) if list(syntax.leaves(s)))
    shown = np.broadcast_to(curves.pointwise(side, columns), len(steps))
    told = " ".join(parsed.text.split())
    if condition.always:
        if holds.all():
            return Outcome(True, float(shown[-1]), f"it holds at all {fmt.count(len(steps))} steps")
        at = int(np.argmin(holds))
        count = f"{fmt.count(int((~holds).sum()))} of {fmt.count(len(steps))} steps"
        return Outcome(False, float(shown[at]), f"not at {count}, first at step {steps[at]}: {fmt.number(shown[at])}")
    assert condition.until is not None
    within = units <= condition.until.last
    if (holds & within).any():
        at = int(np.argmax(holds & within))
        return Outcome(True, float(shown[at]), f"{fmt.number(shown[at])} at {unit} {units[at]:g}")
    reached = float(units[-1])
    over = all(run.status.ended for run in scope.runs)
    if reached < condition.until.last and not over:
        return Outcome(None, float(shown[-1]), f"not yet at {unit} {reached:g}: {fmt.number(shown[-1])}", missing=True)
    last = int(np.flatnonzero(within)[-1]) if within.any() else 0
    return Outcome(
        False, float(shown[last]), f"{told} at no {unit}; {fmt.number(shown[last])} at {unit} {units[last]:g}"
    )


def _line(leaf: syntax.Leaf, finder: Finder, store: Store) -> curves.Line | None:
    if isinstance(leaf, syntax.Aggregate) or leaf.part is not None or leaf.dataset is not None:
        return None
    runs = finder.runs_of(leaf)
    if len(runs) != 1:
        return None
    key = curves.named(store, runs[0].id, leaf.name)
    if isinstance(key, curves.Ambiguous):
        raise Unknown(f"{leaf.name} may be {fmt.listed(key.names, 'or')}: write the whole name")
    return None if key is None else curves.line(store, key)


def _units(until: Until | None, steps: curves.Ints, scope: Scope, store: Store) -> tuple[curves.Floats, str]:
    """The epoch of each step where a curve tells it; else steps are taken for what was asked."""
    import numpy as np

    if until is not None and until.unit == "epoch":
        key = curves.named(store, scope.runs[0].id, "epoch")
        if key is not None and not isinstance(key, curves.Ambiguous):
            line = curves.line(store, key)
            at = np.clip(np.searchsorted(line.steps, steps, side="right") - 1, 0, None)
            return line.values[at], "epoch"
        return steps.astype(float), "epoch"
    return steps.astype(float), "step"


def _holds(relation: syntax.Relation, columns: dict[syntax.Leaf, curves.Floats]) -> object:
    import numpy as np

    left, right = curves.pointwise(relation.left, columns), curves.pointwise(relation.right, columns)
    with np.errstate(invalid="ignore"):
        if relation.compare == "=":
            size = relation.tolerance.size * (np.abs(right) if relation.tolerance.relative else 1.0)
            return np.abs(left - right) <= size + _STORED * np.maximum(np.abs(left), np.abs(right))
        compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[relation.compare]
        return compare(left, right)


def _of_run(condition: Condition, run: Run, place: Place) -> Outcome:
    if isinstance(condition, Quiet):
        return _quiet(condition, place.store.findings(run.id), run)
    if isinstance(condition, Found):
        return _found(condition, place.store.findings(run.id))
    if isinstance(condition, Ended):
        how = run.status.value.lower() + (f": {run.cause}" if run.cause else "")
        return Outcome(run.status is condition.status, run.status.value, how)
    if isinstance(condition, Says):
        return _says(condition, run, place)
    assert isinstance(condition, Wrote)
    return _wrote(condition, run)


def _quiet(condition: Quiet, findings: Sequence[Finding], run: Run) -> Outcome:
    level = condition.level
    found = [
        one
        for one in findings
        if one.acknowledged is None and (one.rule == condition.rule if level is None else one.level.rank >= level.rank)
    ]
    if found:
        first = found[0]
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return Outcome(False, len(found), f"{first.level} {first.rule}{more}: {first.message}")
    if level is not None and run.watch.startswith("not watched") and run.step is None:
        return Outcome(True, 0, f"no finding; {run.watch}")
    return Outcome(True, 0, "no such finding")


def _found(condition: Found, findings: Sequence[Finding]) -> Outcome:
    found = [one for one in findings if one.rule == condition.rule]
    if condition.until is not None:
        found = [one for one in found if one.step is not None and one.step <= condition.until.last]
    if not found:
        others = fmt.listed(dict.fromkeys(one.rule for one in findings))
        return Outcome(False, 0, f"not found{f'; found: {others}' if others else ''}")
    first = found[0]
    step = f" at step {fmt.count(first.step)}" if first.step is not None else ""
    return Outcome(True, len(found), f"{first.level}{step}: {first.message}")


def _says(condition: Says, run: Run, place: Place) -> Outcome:
    path = place.log_of(run)
    wanted = condition.text
    for fact in place.store.run_facts(run.id):
        if fact.kind == "event" and wanted in str(fact.data.get("text")):
            return Outcome(True, wanted, f"event: {fact.data.get('text')}")
    try:
        with path.open("rb") as file:
            text = file.read(_LOOKED_THROUGH_BYTES).decode("utf-8", "replace")
    except OSError:
        return Outcome(None, None, "its output is not there", missing=True)
    for number, printed in enumerate(text.splitlines(), 1):
        if wanted in printed:
            return Outcome(True, wanted, f"line {fmt.count(number)}: {fmt.cut(fmt.visible(printed.strip()), 200)}")
    return Outcome(False, None, "its output does not say so")


def _wrote(condition: Wrote, run: Run) -> Outcome:
    folder = Path(run.cwd or ".")
    pattern = os.path.normpath(condition.pattern)
    if os.path.isabs(pattern) or pattern.startswith(".."):
        found = [pattern] if os.path.exists(folder / pattern) else []
    else:
        found = sorted(str(path.relative_to(folder)) for path in folder.glob(pattern))
    started = run.started_at or run.created_at
    fresh = [name for name in found if (folder / name).stat().st_mtime >= started.timestamp() - 2]
    if fresh:
        return Outcome(True, len(fresh), fmt.listed(fresh[:3]))
    old = f"; {fmt.listed(found[:3])} is older than the run" if found else ""
    return Outcome(False, 0, f"no such file was written{old}")


def _same_settings(condition: SameSettings, scope: Scope) -> Outcome:
    if scope.stages is None:
        return Outcome(None, None, "stages are known in a study only", missing=True)
    try:
        others = scope.stages(condition.stage)
    except Unknown as why:
        return Outcome(None, None, str(why), missing=True)
    if not others:
        return Outcome(None, None, f"{condition.stage} has not run", missing=True)
    run, other = scope.runs[0], others[-1]
    names = sorted(
        name
        for name in {*run.settings, *other.settings}
        if run.settings.get(name) != other.settings.get(name)
        and not ("seed" in condition.but and run.settings_from.get(name) == "seed")
        and not any(fnmatch.fnmatchcase(name, pattern) for pattern in condition.but)
    )
    if not names:
        return Outcome(True, 0, f"as in {other.name}")
    told = [
        f"{name} {fmt.setting(other.settings.get(name))} -> {fmt.setting(run.settings.get(name))}" for name in names
    ]
    return Outcome(False, len(names), f"against {other.name}: {fmt.listed(told[:5])}")
