"""What was read, as facts: entries and results under ids that follow from the diary, so importing twice adds nothing.

A diary's checkpoints belong to trainings nobody recorded. Each gets a run that is marked as adopted: only what the
diary says of it is known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labjournal import facts
from labjournal.diary import Measured, result_data
from labjournal.errors import InputError, JournalUnavailableError
from labjournal.facts import Fact
from labjournal.importers.found import Document, FoundEntry, FoundResult
from labjournal.launchers import records
from labjournal.model import EntryKind, Role
from labjournal.paths import JournalPaths, RunPaths
from labjournal.runner import adoption

LATEST_SECOND = 9 * 3600
"""Entries of a day are stated a second a line from noon on, so that they keep their order and their day."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What an import added."""

    entries: int = 0
    amended: int = 0
    results: int = 0
    runs: tuple[str, ...] = ()


def state(document: Document, paths: JournalPaths, known: Collection[Fact], written_at: float) -> Stated:
    """Append what the journal does not hold yet.

    Args:
        document: as read; its path names it for ever, so give the same one each time.
        paths: the journal.
        known: its facts of the kinds entry, amend and result.
        written_at: when the file was last changed, seconds since 1970; dates a diary without a single date.

    Raises InputError when a date has no year, JournalUnavailableError when nothing can be written.
    """
    _refuse_yearless(document)
    moments = _Moments(document, written_at)
    runs = {name: _run_id(document, name) for name in _first_lines(document)}
    ids = {fact.id for fact in known}
    wordings = _wordings(known)
    entries, amended = [], []
    for fact in [*_entries(document, moments), *_tables(document, moments)]:
        if fact.id not in ids:
            entries.append(fact)
        elif wordings.get(fact.id) != fact.data["text"]:
            amended.append(_amendment(fact))
    results = [fact for fact in _results(document, runs, moments) if fact.id not in ids]
    new_runs = tuple(name for name, run in runs.items() if not paths.run(run).run.exists())
    try:
        for name in new_runs:
            _write_run(paths.run(runs[name]), name, document.path, moments.at(_first_lines(document)[name]))
        if entries or amended or results:
            facts.append(paths.my_facts, [*entries, *amended, *results], sync=True, lock=True)
    except OSError as error:
        raise JournalUnavailableError(
            f"The import stopped: {error.strerror or error}.", "Import again when there is room: nothing is doubled."
        ) from error
    return Stated(len(entries), len(amended), len(results), new_runs)


def _refuse_yearless(document: Document) -> None:
    yearless = [entry for entry in document.entries if entry.date is not None and entry.date.startswith("X")]
    if yearless:
        raise InputError(
            f"{document.path}: {len(yearless)} dates have no year, the first in line {yearless[0].line}.",
            "Give the year of the first one with --year.",
        )


class _Moments:
    """When something in a line is said to have happened: its day, else the day before it, else the one after."""

    def __init__(self, document: Document, written_at: float) -> None:
        self._days = [(entry.line, entry.date) for entry in document.entries if entry.date is not None]
        self._written_at = written_at

    def at(self, line: int) -> str:
        day = next((day for first, day in reversed(self._days) if first <= line), None)
        day = day or next((day for _, day in self._days), None)
        if day is None:
            return facts.now_iso(self._written_at)
        noon = datetime.fromisoformat(f"{day}T12:00:00").astimezone().timestamp()
        return facts.now_iso(noon + min(line, LATEST_SECOND))


def _first_lines(document: Document) -> dict[str, int]:
    """Run name -> line of its first result."""
    first: dict[str, int] = {}
    for result in document.results:
        if result.run is not None:
            first.setdefault(result.run, result.line)
    return first


def _run_id(document: Document, name: str) -> str:
    """A ULID whose time is the run's first day and whose rest follows from the diary and the name."""
    first = next(result.date for result in document.results if result.run == name)
    began = datetime.fromisoformat(f"{first}T12:00:00+00:00").timestamp() if first else 0.0
    return facts.new_ulid(began)[:10] + facts.derived_id("imported-run", document.path, name)[10:]


def _write_run(run: RunPaths, name: str, path: str, moment: str) -> None:
    because = f"named in {path}: not its command, its code, its settings or how it ended"
    data = adoption.describe(name, missing=f"imported from {path}: the code is not known")
    end = {"attempt": 1, "status": "LOST", "cause": f"imported from {path}: how it ended is not known"}
    run.folder.mkdir(parents=True, exist_ok=True)
    records.write(run.exit, facts.make("exit", {**end, "ended_at": moment}, run.id, moment))
    adopted = facts.make("adopted", {"path": path, "because": because}, run.id, moment)
    facts.append(run.facts / "1-import.jsonl", [adopted], sync=True)
    # Last, because a folder without it is no run: an import that is cut off here starts over.
    records.write(run.run, facts.make("run", data, run.id, moment), sync=True)


def _entries(document: Document, moments: _Moments) -> Iterator[Fact]:
    repeats: dict[tuple[str | None, str], int] = {}
    for entry in document.entries:
        key = (entry.date, entry.title)
        repeats[key] = repeats.get(key, 0) + 1
        data: dict[str, Any] = {
            "kind": entry.kind.value,
            "text": _text(entry, document.path),
            "on": [],
            "attachments": [],
            "imported": {"file": document.path, "line": entry.line, "date": entry.date, "title": entry.title},
        }
        original = "\n".join(document.original[entry.line - 1 : entry.last])
        if original and original != "\n".join(line.text for line in document.lines[entry.line - 1 : entry.last]):
            data["original"] = original
        fact_id = facts.derived_id("imported-entry", document.path, *key, repeats[key])
        yield facts.make("entry", data, None, moments.at(entry.line), fact_id)


def _text(entry: FoundEntry, path: str) -> str:
    undated = "" if entry.date is not None else ", which does not date it"
    whole = [entry.text] if entry.text.lstrip("#* ").startswith(entry.title.rstrip(" …")) else [entry.title, entry.text]
    return "\n\n".join([part for part in whole if part.strip()] + [f"(imported from {path}{undated})"])


def _tables(document: Document, moments: _Moments) -> Iterator[Fact]:
    """A table of measured values is a claim about results that stand elsewhere."""
    rows = {line.number: line.text for line in document.lines if line.kind == "table"}
    for number, table in enumerate(document.tables):
        cells = [cell for row in table.rows for cell in row.cells]
        if not cells:
            continue
        text = "\n".join(rows[line] for line in range(table.line, table.last + 1) if line in rows)
        data: dict[str, Any] = {
            "kind": EntryKind.CLAIM.value,
            "text": f"{text}\n\n(imported from {document.path})",
            "on": [],
            "attachments": [],
            "imported": {"file": document.path, "line": table.line},
        }
        fact_id = facts.derived_id("imported-table", document.path, number)
        yield facts.make("entry", data, None, moments.at(table.line), fact_id)


def _amendment(fact: Fact) -> Fact:
    fact_id = facts.derived_id("imported-amendment", fact.id, fact.data["text"])
    return facts.make("amend", {"entry": fact.id, "text": fact.data["text"]}, None, None, fact_id)


def _wordings(known: Collection[Fact]) -> dict[str, str]:
    """Entry id -> its newest wording."""
    words = {fact.id: str(fact.data.get("text")) for fact in known if fact.kind == "entry"}
    for fact in sorted((fact for fact in known if fact.kind == "amend"), key=lambda fact: (fact.t, fact.id)):
        words[str(fact.data.get("entry"))] = str(fact.data.get("text"))
    return words


def _results(document: Document, runs: dict[str, str], moments: _Moments) -> Sequence[Fact]:
    made, repeats = [], dict[str, int]()
    for result in document.results:
        data = result_data(_measured(result, document.path, runs[result.run] if result.run else None))
        data["dataset"] |= {"source": result.dataset_from} if result.dataset_from else {}
        data |= {"options_source": result.options_from} if result.options_from != "text" else {}
        content = facts.dumps([result.date, data["subject"], data["dataset"], data["options"], data["metrics"]])
        repeats[content] = repeats.get(content, 0) + 1
        fact_id = facts.derived_id("imported-result", document.path, content, repeats[content])
        made.append(facts.make("result", data, None, moments.at(result.line), fact_id))
    return made


def _measured(result: FoundResult, path: str, run: str | None) -> Measured:
    parsed, place = result.parsed, result.place
    number = re.search(r"(\d+)(?=\D*\Z)", place.checkpoint) if place.checkpoint else None
    return Measured(
        metrics=dict(parsed.metrics),
        run=run,
        checkpoint=place.checkpoint,
        step=int(number[1]) if number else None,
        dataset=place.dataset,
        class_counts=result.supports or None,
        n=result.n,
        options=dict(place.options),
        counts=parsed.counts,
        per_class=parsed.to_json()["per_class"],
        digits=dict(parsed.digits),
        role=Role.UNASSIGNED if parsed.role == "unclear" else Role(parsed.role),
        how="file",
        rule=parsed.rule,
        rule_version=parsed.rule_version,
        file=path,
        line=result.line,
        text=parsed.text,
    )
