"""What a study is, as ``study.toml`` says it: stages, faults, decisions, tables, each with every key checked.

Sections are named tuples read by the reader of ``labjournal.toml``. A size (``--smoke``, ``--full``) is a variation of
every stage, applied before anything is read, so that the rest knows of one study only.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from labjournal import config
from labjournal.config import DatasetConfig
from labjournal.errors import InputError, NotFoundError
from labjournal.studies import consistency, sizes
from labjournal.studies.sections import (
    DecisionSection,
    FaultSection,
    MetricSection,
    StageSection,
    StudyFile,
    TableSection,
)

FILE = "study.toml"
_NAME = re.compile(r"[\w.+-]{1,60}\Z")


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
    raw = sizes.read(path)
    known = sizes.known(raw)
    if size is not None and size not in known:
        raise InputError(f"{path} knows no size {size!r}.", f"Sizes: {', '.join(known)}.")
    for other in dict.fromkeys([size, None, *known]):  # a mistake in any size is told at once
        found = _study(path, raw, other)
        if other == size:
            wanted = found
    return wanted


def _study(path: Path, raw: Mapping[str, Any], size: str | None) -> Study:
    file: StudyFile = config.build(StudyFile, sizes.at(raw, size, path), str(path), "")
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
    consistency.check(path, study)
    return study


def _stages(path: Path, file: StudyFile) -> tuple[Stage, ...]:
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
