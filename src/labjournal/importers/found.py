"""What reading a diary gives: entries, results, claims, git tags, and what was not understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labjournal.importers import tables
from labjournal.importers.document import Line
from labjournal.importers.places import NOWHERE, Place
from labjournal.model import EntryKind
from labjournal.parsers import ParsedResult


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """A section of the diary."""

    date: str | None
    """ISO 8601, ``XXXX-03-23`` without a year, None where nothing dates it."""
    title: str
    kind: EntryKind
    line: int
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class FoundResult:
    """A printed result and where the diary puts it."""

    date: str | None
    place: Place
    parsed: ParsedResult
    dataset_from: str | None
    """text, or class counts when only the numbers of each class tell which set it was."""
    run: str | None = None
    """The training the checkpoint belongs to: as the diary names it, else told apart by its numbers."""
    options_from: str = "text"
    """text, or contrast where the diary writes the option only over its exceptions."""

    @property
    def line(self) -> int:
        return self.parsed.line

    @property
    def n(self) -> int | None:
        parsed = self.parsed
        if parsed.n is None and parsed.tally is not None and parsed.tally.classes:
            return sum(total for _, total in parsed.tally.classes.values())
        return parsed.n if parsed.n is not None else self.place.n

    @property
    def supports(self) -> dict[str, int]:
        """Class -> events, of classes that had any."""
        parsed = self.parsed
        if parsed.counts is not None:
            found = dict(zip(parsed.counts.labels, parsed.counts.support, strict=True))
        elif parsed.tally is not None and parsed.tally.classes:
            found = {label: total for label, (_, total) in parsed.tally.classes.items()}
        else:
            found = {label: row.support for label, row in parsed.per_class.items() if row.support is not None}
        return {label: support for label, support in found.items() if support}


@dataclass(frozen=True, slots=True)
class FoundClaim:
    """A number somebody typed. ``row`` and ``column`` say where it stands in a table."""

    date: str | None
    line: int
    kind: str
    """table or prose."""
    text: str
    metric: str
    value: float
    digits: int
    label: str | None = None
    row: str | None = None
    column: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Document:
    """Everything one diary says."""

    path: str
    entries: tuple[FoundEntry, ...] = ()
    results: tuple[FoundResult, ...] = ()
    git_tags: tuple[tuple[str, str | None, int], ...] = ()
    """(name, date, line)."""
    claims: tuple[FoundClaim, ...] = ()
    not_understood: tuple[tuple[int, str, str], ...] = ()
    """(line, text, why)."""
    repaired: int = 0
    """Characters that were damaged and put right."""
    lines: tuple[Line, ...] = ()
    tables: tuple[tables.Table, ...] = ()
    original: tuple[str, ...] = ()
    """The lines before anything was put right; empty when nothing was."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``labjournal import PATH --dry-run``."""
        return {
            "entries": [
                {"date": entry.date, "title": entry.title, "kind": entry.kind.value, "line": entry.line}
                for entry in self.entries
            ],
            "results": [_result_json(result) for result in self.results],
            "git_tags": [{"name": name, "date": day, "line": line} for name, day, line in self.git_tags],
            "claims": [_claim_json(claim) for claim in self.claims],
            "not_understood": [{"line": line, "text": text, "why": why} for line, text, why in self.not_understood],
        }


def _result_json(result: FoundResult) -> dict[str, Any]:
    raw = result.parsed.to_json()
    return {
        "date": result.date,
        "run": result.run,
        "checkpoint": result.place.checkpoint,
        "dataset": result.place.dataset,
        "n": result.n,
        "options": dict(result.place.options),
        "counts": counts_json(result.parsed),
        "metrics": raw["metrics"],
        "line": result.line,
        "per_class": raw["per_class"],
        "role": result.parsed.role,
        "dataset_from": result.dataset_from,
        "options_from": result.options_from if result.place.options else None,
    }


def counts_json(parsed: ParsedResult) -> dict[str, Any] | None:
    """Printed counts: the matrix where they determine it, else what each class got right and the unknown answers."""
    counts, tally = parsed.counts, parsed.tally
    if counts is not None:
        return {
            "labels": list(counts.labels),
            "matrix": [list(row) for row in counts.matrix],
            "unknown": list(counts.unknown),
            "correct": [row[at] for at, row in enumerate(counts.matrix)],
            "support": list(counts.support),
        }
    if tally is None or not tally.classes:
        return None
    return {
        "labels": list(tally.classes),
        "matrix": None,
        "unknown": None,
        "unknown_total": tally.unknown,
        "correct": [k for k, _ in tally.classes.values()],
        "support": [n for _, n in tally.classes.values()],
    }


def _claim_json(claim: FoundClaim) -> dict[str, Any]:
    return {
        "date": claim.date,
        "line": claim.line,
        "kind": claim.kind,
        "text": claim.text,
        "metric": claim.metric,
        "value": claim.value,
        "class": claim.label,
        "row": claim.row,
        "column": claim.column,
        "checkpoint": claim.place.checkpoint,
        "dataset": claim.place.dataset,
    }
