"""The nouns of the journal as frozen values. Nothing here knows files, SQL or a face.

"Not measured" is None, NaN is a measured value, times are aware and UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from labjournal.vocabulary import EntryKind, Level, Role, RunKind, Status

__all__ = [
    "SHORT_ID",
    "Attempt",
    "Checkpoint",
    "Counts",
    "Dataset",
    "Entry",
    "EntryKind",
    "Fault",
    "FaultMark",
    "Finding",
    "Level",
    "ReferenceValue",
    "Result",
    "Role",
    "Run",
    "RunKind",
    "SeriesInfo",
    "SeriesKey",
    "Snapshot",
    "Source",
    "StageRun",
    "StateSaid",
    "Status",
    "Subject",
    "SweepTrial",
    "Verdict",
    "short_id",
]

SHORT_ID = 6


def short_id(full: str) -> str:
    """The last six characters of a ULID: what faces show (the first ten are only the time)."""
    return full[-SHORT_ID:].lower()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a result speaks of: a run, and of it a checkpoint when one is known."""

    run: str
    """Full run id; the run that trained, not the one that measured."""
    checkpoint: str | None = None
    """Path of the checkpoint as stated, relative to the run's working folder where it lies inside."""
    step: int | None = None
    version: str | None = None
    """Quick hash of the checkpoint's content; None when the file was not seen."""


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


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set as one result saw it. Equal names with other hashes are other data sets."""

    name: str | None
    hash: str | None = None
    n: int | None = None
    class_counts: Mapping[str, int] | None = None
    source: str | None = None
    """Where the identity came from: call, template, config, command line, opened files, text."""


@dataclass(frozen=True, slots=True)
class Counts:
    """A confusion matrix: ``matrix[i][j]`` of true class i answered as class j; ``unknown[i]`` answered neither."""

    labels: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    unknown: tuple[int, ...]

    @property
    def n(self) -> int:
        return sum(map(sum, self.matrix)) + sum(self.unknown)

    @property
    def correct(self) -> int:
        return sum(row[i] for i, row in enumerate(self.matrix))

    @property
    def support(self) -> tuple[int, ...]:
        return tuple(sum(row) + self.unknown[i] for i, row in enumerate(self.matrix))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a result was read."""

    how: str
    """stated (a call or the command line), file (a saved file), text (printed)."""
    rule: str | None = None
    file: str | None = None
    line: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One measurement of a subject on a data set."""

    id: str
    t: datetime
    subject: Subject
    measured_by: str
    dataset: Dataset
    options: Mapping[str, str]
    metrics: Mapping[str, float]
    role: Role
    sources: tuple[Source, ...]
    n: int | None = None
    counts: Counts | None = None
    per_class: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    digits: Mapping[str, int] = field(default_factory=dict)
    """Decimals as printed, where a value was read off a text."""
    objective: str | None = None
    taint: str | None = None
    """Why the result must not be used; None when nothing speaks against it."""
    dismissed: str | None = None
    disagreements: tuple[str, ...] = ()
    """What does not agree inside the result, one sentence each."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says."""

    id: str
    run: str
    rule: str
    level: Level
    subject: str
    step: int | None
    message: str
    evidence: Mapping[str, Any]
    remedy: str | None
    caused_by: str | None
    first_seen: datetime
    count: int = 1
    acknowledged: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an expectation of a run turned out, by what is measured by now."""

    id: str
    t: datetime
    run: str
    expectation: str
    word: str
    """confirmed, refuted or undecided."""
    sentence: str
    gap: float | None = None
    """How far it is met (above 0) or missed, in the unit of what was compared; None where nothing can be compared."""
    low: float | None = None
    high: float | None = None
    results: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    """Ids of the verdicts before this one."""
    before: tuple[str, ...] = ()
    """Their words."""


@dataclass(frozen=True, slots=True)
class StateSaid:
    """Somebody said what became of an entry."""

    t: datetime
    state: str
    why: str
    by: tuple[str, ...]
    """Results and runs that show it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something dated in the diary, a person's or the journal's own."""

    id: str
    t: datetime
    kind: EntryKind
    text: str
    on: tuple[str, ...] = ()
    """What it is about: run ids, ``r:…`` results, ``f:…`` findings, commits."""
    run: str | None = None
    user: str | None = None
    automatic: bool = False
    amended: tuple[tuple[datetime, str], ...] = ()
    """(when, text) of each earlier wording; ``text`` is the newest."""
    attachments: tuple[str, ...] = ()
    state: str | None = None
    """What became of a hypothesis, a question or a plan; None for kinds that have no state."""
    states: tuple[StateSaid, ...] = ()
    """Each change of state, oldest first."""
    study: str | None = None
    """The study it was written for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was wrong in the code, by the name people call it."""

    name: str
    t: datetime
    symptom: str | None = None
    cause: str | None = None
    introduced: str | None = None
    """The commit that brought it."""
    fixed: str | None = None
    """The commit that mended it; None while nobody says there is one."""
    proof: str | None = None
    """Full id of the run that shows it mended, where somebody named one."""
    retraction: str | None = None
    """The retraction that marks what rests on it; None for a fault that takes no result back."""
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FaultMark:
    """A fault in the code of one run: ``state`` is clean, active, fixed, fix undone or cannot tell."""

    fault: str
    run: str
    state: str
    because: str


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """Values from elsewhere that results are held against."""

    name: str
    """Whose they are: "paper, table 2"."""
    dataset: str | None
    """Name or start of the hash of the data they are for; None for any."""
    options: Mapping[str, str]
    metrics: Mapping[str, float]
    why: str | None = None


PRINTED = "printed"
"""The folder of curves that were read off what a run printed."""


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """A curve: ``folder`` is relative to the logdir or working folder, "" for its root."""

    run: str
    folder: str
    tag: str

    @property
    def name(self) -> str:
        return f"{self.folder}/{self.tag}" if self.folder else self.tag


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    key: SeriesKey
    n: int
    first_step: int
    last_step: int
    last_value: float
    last_wall: float
    """Seconds since 1970; NaN for a printed curve, which has no times."""
