"""The sections of ``study.toml``, each with every key it may have."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, NamedTuple

from labjournal.config import DatasetConfig

_NOTHING: Mapping[str, Any] = types.MappingProxyType({})


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


class StudyFile(NamedTuple):
    """All of it, at one size."""

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
