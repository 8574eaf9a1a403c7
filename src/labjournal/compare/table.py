"""The values of a comparison: what was asked for, and the table every face renders without computing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from labjournal import format as fmt

ALL, LAST, BEST = "all", "last", "best"
SEED_POOLED = "seed-pooled"


@dataclass(frozen=True, slots=True)
class Selection:
    """What to compare. Empty means everything."""

    rows: tuple[str, ...] = ()
    """References to runs, ``REF:STEP``, or patterns of names such as ``v3-*``; they keep this order."""
    datasets: tuple[str, ...] = ()
    """Names, or starts of hashes."""
    metrics: tuple[str, ...] = ()
    every_metric: bool = False
    """Without ``metrics``: all there are, instead of the headline ones."""
    at: str = ALL
    """Which checkpoint of each run: all, last, best (by the first metric), or a step."""
    by: str | None = None
    """A setting, an option, ``dataset`` or ``step`` whose values become columns; ``seed-pooled``: replicates that
    differ in nothing but the seed become one row each."""
    baseline: str | None = None
    """What the others are compared with; default: the first row."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Only results measured with these options."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What to call metrics and runs, by their own names."""
    only_changed: bool = False
    """Leave out columns in which no two rows differ."""
    limit: int | None = 60
    """At most so many rows, newest runs first; None for all."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a reader must know of a row or cell before using it."""

    slug: str
    words: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row, with the counts and the interval that say how sure it is."""

    result: str
    """The result it was taken from."""
    value: float
    n: int | None = None
    low: float | None = None
    high: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    digits: int | None = None
    """Decimals as printed, when the value was read off a text and not computed from counts."""
    pooled: tuple[str, ...] = ()
    """The results of all seeds, when the value is their mean."""
    sd: float | None = None
    """Of the seeds, when the value is their mean."""
    flags: tuple[Flag, ...] = ()
    groups: int | None = None
    """How many groups its events come in, where the interval was made wider for it."""

    def parts(self, is_rate: bool) -> tuple[str, str]:
        """Value and interval as every face writes them, apart for faces that mute the second."""
        return fmt.measured_parts(
            self.value,
            self.low,
            self.high,
            is_rate=is_rate,
            numerator=self.numerator,
            denominator=self.denominator,
            printed_digits=self.digits,
        )


@dataclass(frozen=True, slots=True)
class Column:
    """A metric, with all that a reader needs to read its values."""

    metric: str
    label: str
    is_rate: bool
    higher_is_better: bool | None
    """None when it is not known, and then no order is read into the values."""
    formula: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """The data of a block of rows."""

    key: str
    """Equal for rows that were measured on the same data, as far as that is known."""
    name: str | None
    hash: str | None = None
    n: int | None = None
    class_counts: Mapping[str, int] | None = None
    identified: bool = True
    """False when neither name nor content is known: rows on it are shown and never compared."""
    majority: tuple[str, float] | None = field(init=False, compare=False, default=None)
    """The most frequent class and its share; None when the class counts are not known."""

    def __post_init__(self) -> None:
        counts = self.class_counts
        total = sum(counts.values()) if counts else 0
        if counts and total:
            label = max(counts, key=counts.__getitem__)
            object.__setattr__(self, "majority", (label, counts[label] / total))

    @property
    def label(self) -> str:
        """Name, else the start of the hash, else words."""
        return self.name or (f"#{self.hash[:4]}" if self.hash else "data not identified")


@dataclass(frozen=True, slots=True)
class Row:
    """One subject on one data set with one set of options."""

    key: str
    run: str
    """Full id; "" for a result that belongs to no run."""
    name: str
    checkpoint: str | None
    step: int | None
    dataset: DatasetInfo
    options: Mapping[str, str]
    when: datetime
    commit: str | None
    dirty: bool
    git_tag: str | None
    cells: Mapping[str, Cell]
    objective: str | None = None
    tainted: str | None = None
    """Why it must not be used; None when nothing speaks against it."""
    flags: tuple[Flag, ...] = ()
    measurements: int = 1
    group: str | None = None
    """Its value of ``Selection.by``."""
    runs: tuple[str, ...] = ()
    """All runs of a row that stands for several seeds, ``run`` the first of them."""

    @property
    def label(self) -> str:
        """``v3-embed:2400``."""
        mark = self.checkpoint if self.step is None else str(self.step)
        return f"{self.name}:{mark}" if mark else self.name


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that may be said about two rows, and what speaks against saying more."""

    metric: str
    a: str
    """Key of the row that is judged."""
    b: str
    """Key of the row it is held against."""
    title: str
    """``v4-own-group:2200 − v3-embed:2400, accuracy on 1:10``."""
    word: str
    """differs, no difference shown, cannot tell, or may not be used."""
    text: str
    """The sentence."""
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    option: str | None = None
    """The one option in which the rows differ, when they are the same subject on the same data."""
    p_corrected: float | None = None
    """By Holm's method over all comparisons of the table; the word follows it. None for a single comparison."""
    needed: int | None = None
    """Events each row would need to tell a difference of this size, where none is shown (power 0.8)."""
    paired: bool = False
    """Tested event by event."""


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison, built once: text, markdown, CSV, JSON and the app show this and nothing else."""

    selection: Selection
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    """Rows of one data set stand together, data sets in the order of ``datasets``."""
    datasets: tuple[DatasetInfo, ...]
    option_names: tuple[str, ...] = ()
    """Options in which rows differ, or that some rows do not name; equal ones are in the notes."""
    differing_settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Setting -> {run id: value}, for settings in which the compared runs differ; None where a run has none."""
    equal_settings: int = 0
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    """Those of the notes that say what the values are: the same under every table with these metrics."""
    held_against: tuple[str, ...] = ()
    """Those of the notes that hold rows against reference values."""

    def column(self, metric: str) -> Column:
        return next(column for column in self.columns if column.metric == metric)

    def of_dataset(self, dataset: DatasetInfo) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.dataset.key == dataset.key)
