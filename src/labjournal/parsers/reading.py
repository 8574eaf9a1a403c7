"""What reading a text gives: results, curves, and the lines that looked like results and were not understood."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from labjournal.model import Counts

Confusion = Counts
"""The counts of a classification: rows are true classes, answers that are no class stand in ``unknown``."""

RoleName = Literal["validation", "test", "train", "unclear"]
StepKind = Literal["step", "epoch", "row"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, or one state of a line that was redrawn with carriage returns."""

    number: int
    """Counted from 1 by line feeds."""
    text: str
    """Without terminal escapes and the line end."""
    offset: int
    """Bytes before it in the source."""
    redrawn: bool = False
    """A later state overwrote this one on the terminal."""
    printed: bool = False
    """It stood behind the mark with which knitr writes what a program printed."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of a report. What was not printed is None."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts that were printed but do not determine a whole confusion matrix."""

    correct: int | None = None
    total: int | None = None
    unknown: int | None = None
    """Answers that are no class, over all true classes."""
    classes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Class -> (correct, total)."""


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A pattern of one's own from ``[[results.rule]]``: named groups are metrics, dataset, checkpoint, n."""

    pattern: re.Pattern[str]
    role: RoleName = "unclear"
    name: str = "own"


@dataclass(frozen=True, slots=True)
class ParsedResult:
    """One measurement as a text states it. Nothing here was computed, except counts that follow from counts."""

    metrics: Mapping[str, float]
    """Name -> value. A printed percent sign makes a fraction of it; nothing else is rescaled."""
    role: RoleName
    line: int
    end_line: int
    text: str
    """The source lines, verbatim but for terminal escapes, capped."""
    rule: str
    """Slug of the parser that read it."""
    rule_version: int = 1
    per_class: Mapping[str, ClassRow] = field(default_factory=dict)
    counts: Counts | None = None
    tally: Tally | None = None
    n: int | None = None
    dataset: str | None = None
    checkpoint: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    digits: Mapping[str, int] = field(default_factory=dict)
    """Metric -> decimals as printed, of the stored value."""
    also: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    """Another printed value of a metric in the same measurement: (value, decimals)."""
    offset: int = 0

    def to_json(self) -> dict[str, Any]:
        counts = self.counts
        tally = self.tally
        return {
            "metrics": {name: _number(value) for name, value in self.metrics.items()},
            "per_class": {
                label: {
                    "precision": _number(row.precision),
                    "recall": _number(row.recall),
                    "f1": _number(row.f1),
                    "support": row.support,
                }
                for label, row in self.per_class.items()
            },
            "counts": None
            if counts is None
            else {
                "labels": list(counts.labels),
                "matrix": [list(row) for row in counts.matrix],
                "unknown": list(counts.unknown),
            },
            "tally": None
            if tally is None
            else {
                "correct": tally.correct,
                "total": tally.total,
                "unknown": tally.unknown,
                "classes": {label: list(pair) for label, pair in tally.classes.items()},
            },
            "n": self.n,
            "dataset": self.dataset,
            "checkpoint": self.checkpoint,
            "options": dict(self.options),
            "role": self.role,
            "line": self.line,
            "text": self.text,
            "rule": self.rule,
        }


@dataclass(frozen=True, slots=True)
class ParsedSeries:
    """A curve read off a text."""

    tag: str
    points: list[tuple[float, float]]
    """(step, value) in the order of the text. A point printed without its step has the step NaN."""
    step_kind: StepKind
    role: RoleName
    thinned: int = 1
    """Only every n-th point was kept, because the text held more than memory should."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything one text said."""

    results: tuple[ParsedResult, ...] = ()
    series: Mapping[str, ParsedSeries] = field(default_factory=dict)
    not_understood: tuple[Line, ...] = ()
    lines: int = 0
    """Lines read, where the text was read by lines."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``labjournal log --from FILE --dry-run``."""
        return {
            "results": [result.to_json() for result in self.results],
            "series": {tag: len(series.points) for tag, series in self.series.items()},
            "not_understood": [{"line": line.number, "text": line.text} for line in self.not_understood],
        }


def _number(value: float | None) -> float | str | None:
    if value is None or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
