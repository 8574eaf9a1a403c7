"""What was measured: results, and the data and the subject they speak of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import add

from labjournal.vocabulary import Role


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
    support: tuple[int, ...] = field(init=False, repr=False, compare=False)
    n: int = field(init=False, repr=False, compare=False)
    """These two are asked a dozen times for each row of a table: counted once."""

    def __post_init__(self) -> None:
        support = tuple(map(add, map(sum, self.matrix), self.unknown))
        object.__setattr__(self, "support", support)
        object.__setattr__(self, "n", sum(support))

    @property
    def correct(self) -> int:
        return sum(row[i] for i, row in enumerate(self.matrix))


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

    @property
    def best_of_looks(self) -> bool:
        """Whether it was read off a line that calls it the best: the highest of many looks at the data it is of."""
        texts = [source.text for source in self.sources if source.text]
        return bool(texts) and all("\n" not in text.strip() and _BEST.search(text) is not None for text in texts)


_BEST = re.compile(
    r"\b(?:best|highest|max(?:imum)?)[\s_-]+(?:\w+[\s_-]+){0,2}?"
    r"(?:acc\w*|f1\w*|\w*auc|\w*score|\w*loss|precision|recall|m?ap|m?iou|bleu|dice|mae|rmse)\b",
    re.IGNORECASE,
)


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
