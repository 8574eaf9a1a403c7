"""What was launched: runs, their code, attempts and checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from labjournal.model.results import Subject
from labjournal.vocabulary import Level, RunKind, Status


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The code a run started from."""

    commit: str | None = None
    """The commit that holds exactly what ran: HEAD when clean, a hidden commit when dirty."""
    head: str | None = None
    branch: str | None = None
    dirty: bool = False
    git_tag: str | None = None
    root: str | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    """(path, why) of files that were changed or untracked and not kept."""
    missing: str | None = None
    """Why there is no snapshot at all ("not a git repository")."""


@dataclass(frozen=True, slots=True)
class StageRun:
    """The place of a run in a study, as it was when the run was launched."""

    study: str
    stage: str
    size: str | None
    """smoke, full, or another size of the study; None where no size was asked for."""
    member: Mapping[str, str]
    """Which of the runs of its stage it is: the values of what is varied in the stage."""
    protocol: str
    """Hash of what the stage was then: its command, settings and data."""
    criteria: tuple[str, ...] = ()
    """As they were said before it started."""
    files: str | None = None
    """Hash of the study's own code; what tells one code from another where there is no repository."""


@dataclass(frozen=True, slots=True)
class SweepTrial:
    """The place of a run in a sweep."""

    sweep: str
    """Id of the sweep."""
    number: int
    values: Mapping[str, str]
    """What was filled into the command."""
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One launched command and how it went."""

    id: str
    name: str
    kind: RunKind
    status: Status
    created_at: datetime
    cause: str | None = None
    """Why it ended as it did, in words; while running None, or "unsupervised"."""
    end_unseen: bool = False
    """It ended with nobody there to see how: perhaps well."""
    reason: str | None = None
    command: tuple[str, ...] = ()
    cwd: str | None = None
    host: str | None = None
    user: str | None = None
    parent: str | None = None
    parent_step: int | None = None
    subject: Subject | None = None
    """For a validation: what it validates."""
    dataset: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Effective hyperparameters; the most direct source wins (see docs/formats.md)."""
    settings_from: Mapping[str, str] = field(default_factory=dict)
    """Setting -> where it was read (argparse, hparams, stated ...)."""
    changes: tuple[str, ...] = ()
    """What changed since the last run of the same command, one line each."""
    snapshot: Snapshot = field(default_factory=Snapshot)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    signal: int | None = None
    launcher: str = "local"
    job: str | None = None
    watch: str = "not watched: no sign of life yet"
    """"watched", "partly: …" or "not watched: because …"."""
    worst: tuple[str, Level, int] | None = None
    """(rule, level, number of open findings) of the worst open finding."""
    step: int | None = None
    checkpoints: int = 0
    attempts: int = 0
    heartbeat_at: datetime | None = None
    planned_steps: int | None = None
    retracted: str | None = None
    """Why this run was retracted; None when it was not."""
    expect: tuple[str, ...] = ()
    """What should come out, as said before it started."""
    expect_time_s: float | None = None
    stage: StageRun | None = None
    """Its place in a study; None for a run of no study."""
    trial: SweepTrial | None = None
    """Its place in a sweep; None for a run of no sweep."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One process of a run."""

    run: str
    number: int
    started_at: datetime | None
    pid: int | None
    start_ticks: int | None
    supervisor_pid: int | None
    supervisor_ticks: int | None
    machine: str | None
    boot: str | None
    pid_namespace: str | None
    host: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    run: str
    path: str
    version: str
    """Quick hash: size, first, middle and last blocks."""
    step: int | None
    size: int
    written_at: datetime
    current: bool
    """False when a later version replaced this one."""
