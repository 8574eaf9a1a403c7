"""Whether the parts of a study fit together: names that lead somewhere, values that can be meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal.errors import InputError
from labjournal.judging import conditions
from labjournal.judging.conditions import SameSettings
from labjournal.judging.syntax import Value, leaves
from labjournal.runner import commands
from labjournal.studies.sections import DecisionSection
from labjournal.vocabulary import RunKind

if TYPE_CHECKING:
    from labjournal.studies.protocol import Stage, Study


def check(path: Path, study: Study) -> None:
    """Raises InputError naming what does not fit, and where."""
    names = [stage.name for stage in study.stages]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path}: two stages are called {name!r}.")
    for metric in study.metrics:
        if metric.direction not in (None, "higher", "lower"):
            raise InputError(f"{path}: direction of {metric.name} is {metric.direction!r}.", "There is higher, lower.")
    paths = [one.name for decision in study.decisions for one in decision.path]
    for decision in study.decisions:
        _check_decision(path, decision, names)
    for at, stage in enumerate(study.stages):
        where = f"{path}: stage {stage.name!r}"
        for needed in stage.section.after:
            if needed not in names[:at]:
                raise InputError(f"{where} comes after {needed!r}, which is no stage before it.")
        for taken in stage.section.path:
            if taken not in paths:
                raise InputError(f"{where} is of path {taken!r}, which no decision has.")
        _check_keys(where, stage, names[:at])
        for criterion in (*stage.section.criteria, *(stage.fault.breaks if stage.fault else ())):
            _check_stages(conditions.parse(criterion, f"stage {stage.name}, criterion"), where, names)
    for table in study.tables:
        for name in (*table.stages, *([table.baseline] if table.baseline else [])):
            if name not in names and not any(sign in name for sign in "*?["):
                raise InputError(f"{path}: table {table.name!r} shows {name!r}, which is no stage.")


def _check_decision(path: Path, decision: DecisionSection, names: Sequence[str]) -> None:
    where = f"{path}: decision {decision.name or decision.after!r}"
    if decision.after not in names:
        raise InputError(f"{where} comes after {decision.after!r}, which is no stage.")
    if not decision.path or not all(one.name for one in decision.path):
        raise InputError(f"{where} needs [[decision.path]] with names.")
    for one in decision.path:
        if one.when is not None:
            _check_stages(conditions.parse(one.when, f"path {one.name}, when"), where, names)


def _check_keys(where: str, stage: Stage, before: Sequence[str]) -> None:
    section = stage.section
    for key, text in (("expect_time", section.expect_time), ("time_limit", section.time_limit)):
        commands.seconds(text, f"{where}: {key}")
    if section.kind is not None and section.kind not in tuple(RunKind):
        raise InputError(f"{where}: kind is {section.kind!r}.", f"There is {', '.join(RunKind)}.")
    if section.search is not None and (section.grid or section.seeds or section.validates):
        raise InputError(f"{where}: a search is no grid and no validation.")
    for name, values in (*section.grid.items(), *section.options.items()):
        if len(set(values)) < len(values) or not values:
            raise InputError(f"{where}: {name} has {'a value twice' if values else 'no value'}.")
    if section.best_of is not None and section.best_of not in before:
        raise InputError(f"{where} runs the best of {section.best_of!r}, which is no stage before it.")
    if section.max_parallel < 1:
        raise InputError(f"{where}: max_parallel is {section.max_parallel}.")
    if section.validates is not None and section.validates not in before:
        raise InputError(f"{where} validates {section.validates!r}, which is no stage before it.")
    if section.validates is None and (section.datasets or section.options):
        raise InputError(f"{where}: datasets and options belong to a validation.", 'Add validates = "STAGE", or grid.')


def _check_stages(condition: conditions.Condition, where: str, names: Sequence[str]) -> None:
    """Whether every stage that a criterion names is one."""
    named = [part.stage for part in conditions.parts(condition) if isinstance(part, SameSettings)]
    for leaf in conditions.leaves(condition):
        inner = [leaf] if isinstance(leaf, Value) else list(leaves(leaf.of))
        named += [value.stage for value in inner if isinstance(value, Value) and value.stage]
    for name in named:
        if name not in names:
            raise InputError(f"{where}: a criterion names the stage {name!r}, which there is none of.")
