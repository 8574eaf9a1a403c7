"""What a study is, as ``study.toml`` says it: stages, faults, decisions, tables, each with every key checked.

Sections are named tuples read by the reader of ``labjournal.toml``. A size (``--smoke``, ``--full``) is a variation of
every stage, applied before anything is read, so that the rest knows of one study only.
"""

from __future__ import annotations

import re
import shlex
import tomllib
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from labjournal import config
from labjournal.config import DatasetConfig
from labjournal.errors import InputError, NotFoundError
from labjournal.judging import conditions
from labjournal.judging.conditions import SameSettings
from labjournal.judging.grammar import Value, leaves
from labjournal.runner import commands
from labjournal.vocabulary import RunKind

FILE = "study.toml"
SIZES = ("smoke", "full")
_NOTHING: Mapping[str, Any] = types.MappingProxyType({})
_NAME = re.compile(r"[\w.+-]{1,60}\Z")
_LISTS = {
    "stage": ("after", "criteria", "datasets", "path"),
    "fault": ("shows", "breaks"),
    "table": ("stages", "metrics", "datasets"),
}
"""Keys that may be given as one text instead of a list."""
_VARIED = {"stage": ("grid", "options")}
"""Tables whose values may be one value instead of a list."""


class MetricSection(NamedTuple):
    name: str = ""
    direction: str | None = None
    unit: str = ""


class SearchSection(NamedTuple):
    """Trials with values that are drawn, instead of a grid: a sweep that belongs to the stage."""

    space: Mapping[str, str] = _NOTHING
    """As for ``sweep --search``: ``lr = "1e-5..1e-1:log"``, ``act = "relu,gelu"``."""
    trials: int = 0
    metric: str = ""
    direction: str | None = None
    sampler: str = "tpe"
    pruner: str | None = None
    """``median``, or none."""
    stop: tuple[str, ...] = ()
    budget: str | None = None
    seed: int = 0


class StageSection(NamedTuple):
    """One step of a study: a command, run once or varied, and what must come of it."""

    name: str = ""
    command: str = ""
    about: str | None = None
    """Why it is run; the reason of its runs."""
    kind: str | None = None
    after: tuple[str, ...] = ()
    """Stages that must have passed on the same code."""
    path: tuple[str, ...] = ()
    """Paths of a decision; the stage is run only when one of them was taken."""
    settings: Mapping[str, str] = _NOTHING
    grid: Mapping[str, tuple[str, ...]] = _NOTHING
    """Settings with several values: one run for each combination."""
    seeds: int = 0
    """So many runs of each combination, ``{seed}`` counting from 0."""
    search: SearchSection | None = None
    best_of: str | None = None
    """A stage that searches: its best values are filled in."""
    best: int = 1
    """So many of the best, each with its own runs."""
    max_parallel: int = 1
    """So many of its runs at the same time."""
    validates: str | None = None
    """The stage whose checkpoints are validated."""
    checkpoints: str = "latest"
    """latest, all, or a step or file of a checkpoint."""
    datasets: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = _NOTHING
    """Options of the validation with their values: one run for each combination."""
    criteria: tuple[str, ...] = ()
    expect_time: str | None = None
    time_limit: str | None = None
    gpus: int | None = None
    """For each run; it waits in the queue until they are free."""
    skip: bool = False
    """Left out at this size."""


class FaultSection(NamedTuple):
    """A stage with something broken in it on purpose, which must be seen."""

    name: str = ""
    of: str = ""
    """The stage it is a variation of."""
    add: str = ""
    """Words appended to the command of that stage."""
    about: str | None = None
    settings: Mapping[str, str] = _NOTHING
    shows: tuple[str, ...] = ()
    """Criteria by which the fault is seen; a finding among them must not be raised by the healthy stage."""
    breaks: tuple[str, ...] = ()
    """Criteria of the healthy stage that must fail."""
    expect_time: str | None = None
    time_limit: str | None = None
    skip: bool = False


class PathSection(NamedTuple):
    name: str = ""
    when: str | None = None
    """None: the path that is left when no other fits."""
    text: str = ""


class DecisionSection(NamedTuple):
    """What is done next, computed from the results of a stage by a rule that was written before."""

    name: str = ""
    after: str = ""
    path: tuple[PathSection, ...] = ()


class TableSection(NamedTuple):
    name: str = ""
    caption: str | None = None
    stages: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    options: Mapping[str, str] = _NOTHING
    at: str = "last"
    by: str | None = None
    baseline: str | None = None
    """A stage."""
    labels: Mapping[str, str] = _NOTHING
    digits: int | None = None


class _File(NamedTuple):
    question: str = ""
    title: str | None = None
    about: str | None = None
    settings: Mapping[str, str] = _NOTHING
    metric: tuple[MetricSection, ...] = ()
    datasets: Mapping[str, DatasetConfig] = _NOTHING
    stage: tuple[StageSection, ...] = ()
    fault: tuple[FaultSection, ...] = ()
    decision: tuple[DecisionSection, ...] = ()
    table: tuple[TableSection, ...] = ()


class Study(NamedTuple):
    """A study at one size."""

    name: str
    folder: Path
    size: str | None
    question: str
    title: str | None
    settings: Mapping[str, str]
    metrics: tuple[MetricSection, ...]
    datasets: Mapping[str, DatasetConfig]
    stages: tuple[Stage, ...]
    decisions: tuple[DecisionSection, ...]
    tables: tuple[TableSection, ...]
    sized: frozenset[str]
    """Settings that some size gives a value."""

    def stage(self, name: str) -> Stage:
        """Raises NotFoundError."""
        found = next((stage for stage in self.stages if stage.name == name), None)
        if found is None:
            known = ", ".join(stage.name for stage in self.stages)
            raise NotFoundError(f"{self.name} has no stage {name!r}.", f"Its stages: {known}.")
        return found


class Stage(NamedTuple):
    """A stage or a fault, ready to be run."""

    name: str
    command: tuple[str, ...]
    settings: Mapping[str, str]
    section: StageSection
    fault: FaultSection | None = None
    """What is broken in it, for a stage that must show it."""

    @property
    def criteria(self) -> tuple[str, ...]:
        """What must hold, as it is recorded with its runs."""
        return (
            self.section.criteria if self.fault is None else (*self.fault.shows, *map(breaks_text, self.fault.breaks))
        )

    @property
    def axes(self) -> frozenset[str]:
        """What is varied on purpose."""
        seeds = {"seed"} if self.section.seeds else set()
        drawn = self.section.search.space if self.section.search is not None else ()
        return frozenset({*self.section.grid, *seeds, *drawn})

    @property
    def hangs_on(self) -> str | None:
        """The stage whose runs say what this one is made of."""
        return self.section.validates or self.section.best_of


def breaks_text(criterion: str) -> str:
    """How a criterion that must fail is called."""
    return f"not ({criterion})"


def load(folder: Path, size: str | None = None) -> Study:
    """Read a study at one size. Raises InputError naming file and key, NotFoundError when there is none."""
    path = folder / FILE
    raw = _read(path)
    known = [*SIZES, *raw.get("sizes", {})]
    if size is not None and size not in known:
        raise InputError(f"{path} knows no size {size!r}.", f"Sizes: {', '.join(dict.fromkeys(known))}.")
    for other in dict.fromkeys([size, None, *known]):  # a mistake in any size is told at once
        found = _study(path, raw, other)
        if other == size:
            wanted = found
    return wanted


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no {path}.", "labjournal study list shows what there is.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}.") from error


def _study(path: Path, raw: Mapping[str, Any], size: str | None) -> Study:
    sized = {key: value for key, value in raw.items() if key != "sizes"}
    known = {*SIZES, *raw.get("sizes", {})}
    own = dict(raw.get("sizes", {}).get(size, {})) if size else {}
    sized["settings"] = {**_texts(raw.get("settings", {})), **_texts(own)}
    for kind in ("stage", "fault", "table", "decision", "metric"):
        items = raw.get(kind, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise InputError(f"{path}: write [[{kind}]], with two brackets, once for each.")
        sized[kind] = [_sized(item, size, known, kind) for item in items]
    file: _File = config.build(_File, sized, str(path), "")
    stages = _stages(path, file)
    study = Study(
        path.parent.name,
        path.parent,
        size,
        file.question,
        file.title,
        file.settings,
        file.metric,
        file.datasets,
        stages,
        file.decision,
        file.table,
        frozenset(name for other in raw.get("sizes", {}).values() for name in other),
    )
    _check(path, study)
    return study


def _sized(item: Mapping[str, Any], size: str | None, known: set[str], kind: str) -> dict[str, Any]:
    """A section with the variation of the size laid over it, and single values made lists."""
    merged = {key: value for key, value in item.items() if key not in known}
    for key, value in dict(item.get(size or "", {})).items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if both else value
    for key in _LISTS.get(kind, ()):
        if isinstance(merged.get(key), str):
            merged[key] = [merged[key]]
    for key in _VARIED.get(kind, ()):
        table = merged.get(key)
        if isinstance(table, dict):
            merged[key] = {
                name: _texts_in(value if isinstance(value, list) else [value]) for name, value in table.items()
            }
    if isinstance(merged.get("search"), dict):
        search = merged["search"] = dict(merged["search"])
        if isinstance(search.get("space"), dict):
            search["space"] = _texts(search["space"])
        if isinstance(search.get("stop"), str):
            search["stop"] = [search["stop"]]
    if isinstance(merged.get("settings"), dict):
        merged["settings"] = _texts(merged["settings"])
    if kind == "table" and isinstance(merged.get("options"), dict):
        merged["options"] = _texts(merged["options"])
    return merged


def _texts(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _text(value) for key, value in table.items()}


def _texts_in(values: Sequence[Any]) -> list[Any]:
    return [_text(value) for value in values]


def _text(value: Any) -> Any:
    """``true`` and numbers as they are written on a command line; anything else is told by the reader."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.17g}" if isinstance(value, float) and float(f"{value:g}") != value else _short(value)


def _short(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else str(value) if isinstance(value, int) else value


def _stages(path: Path, file: _File) -> tuple[Stage, ...]:
    stages = [_stage(path, section, file.settings) for section in file.stage if not section.skip]
    by_name = {stage.name: stage for stage in stages}
    left_out = {section.name for section in file.stage if section.skip}
    for fault in file.fault:
        if fault.skip or fault.of in left_out:
            continue
        if fault.of not in by_name:
            raise InputError(f"{path}: fault {fault.name!r} is of {fault.of!r}, which is no stage.")
        stages.append(_faulty(path, fault, by_name[fault.of]))
    return tuple(stage._replace(section=_without(stage.section, left_out)) for stage in stages)


def _without(section: StageSection, left_out: set[str]) -> StageSection:
    """A stage that is left out at this size is not waited for."""
    return section._replace(after=tuple(name for name in section.after if name not in left_out))


def _stage(path: Path, section: StageSection, settings: Mapping[str, str]) -> Stage:
    where = f"{path}: stage {section.name!r}"
    if not _NAME.match(section.name):
        raise InputError(f"{where}: a name of letters, digits, '.', '+', '-' and '_' is needed.")
    if not section.command:
        raise InputError(f"{where} has no command.")
    if section.seeds < 0:
        raise InputError(f"{where}: seeds is {section.seeds}.")
    return Stage(section.name, _words(section.command, where), {**settings, **section.settings}, section)


def _faulty(path: Path, fault: FaultSection, healthy: Stage) -> Stage:
    where = f"{path}: fault {fault.name!r}"
    if not _NAME.match(fault.name):
        raise InputError(f"{where}: a name of letters, digits, '.', '+', '-' and '_' is needed.")
    if not fault.shows and not fault.breaks:
        raise InputError(f"{where}: by what is it seen?", 'shows = ["finding RULE"] or breaks = ["a criterion"].')
    unknown = [text for text in fault.breaks if text not in healthy.section.criteria]
    if unknown:
        raise InputError(f"{where}: {unknown[0]!r} is no criterion of {fault.of}.", "Write it as it stands there.")
    section = healthy.section._replace(
        name=fault.name,
        about=fault.about or healthy.section.about,
        after=(),
        path=(),
        criteria=fault.shows,
        expect_time=fault.expect_time or healthy.section.expect_time,
        time_limit=fault.time_limit or healthy.section.time_limit,
    )
    command = (*healthy.command, *_words(fault.add, where))
    return Stage(fault.name, command, {**healthy.settings, **fault.settings}, section, fault)


def _words(text: str, where: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise InputError(f"{where}: {text!r} cannot be read: {error}.") from error


def _check(path: Path, study: Study) -> None:
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
