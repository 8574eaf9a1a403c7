"""What a week brought, and what waits, in lines that read as markdown too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

from labjournal import format as fmt
from labjournal.diary import Day, studies
from labjournal.diary.open_items import OpenItems
from labjournal.export.entry_words import Book
from labjournal.model import Entry, EntryKind, Result, Run, short_id

_TOLD = (
    (EntryKind.ALARM, "Alarms"),
    (EntryKind.EXPECTATION, "Expected"),
    (EntryKind.CLAIM, "Claims"),
    (EntryKind.RETRACTION, "Retracted"),
    (EntryKind.BUG, "Bugs"),
    (EntryKind.FIX, "Fixes"),
    (EntryKind.INCIDENT, "Incidents"),
    (EntryKind.HYPOTHESIS, "Hypotheses"),
    (EntryKind.DECISION, "Decisions"),
    (EntryKind.PARAMETER_CHANGE, "Parameter changes"),
    (EntryKind.QUESTION, "Questions"),
    (EntryKind.PLAN, "Plans"),
    (EntryKind.GIT_TAG, "Git tags"),
    (EntryKind.NOTE, "Notes"),
)
_LONGEST = 160
_MOST_RESULTS = 20


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday."""

    first: date
    last: date
    study: str | None
    runs: Mapping[str, int]
    """Status -> number of runs launched in the week."""
    seconds: float
    """Time that runs of the week took, those that have ended."""
    results: tuple[Result, ...]
    """Of each run, data set and options the last checkpoint."""
    entries: tuple[Entry, ...]
    """What people said and what was found; launches, ends and results are counted instead."""
    lines: tuple[str, ...]


def of_study(days: Sequence[Day], study: str, runs: Sequence[Run], entries: Path) -> list[Day]:
    """The days with only what belongs to a study."""
    places = {run.id: studies.study_of(run, entries) for run in runs}
    kept = (Day(day.date, tuple(one for one in day.entries if studies.belongs(one, study, places))) for day in days)
    return [day for day in kept if day.entries]


def summarise(
    days: Sequence[Day], moment: datetime, book: Book, study: str | None = None, zone: tzinfo | None = None
) -> Week:
    """The week that holds a moment."""
    inside = moment.astimezone(zone).date()
    first = inside - timedelta(days=inside.weekday())
    last = first + timedelta(days=6)
    entries = [entry for day in days if first <= day.date <= last for entry in day.entries]
    runs = [run for entry in entries if entry.kind is EntryKind.LAUNCH and (run := book.run(entry.run)) is not None]
    counted: dict[str, int] = {}
    for run in runs:
        counted[run.status.value] = counted.get(run.status.value, 0) + 1
    seconds = sum(
        (run.ended_at - (run.started_at or run.created_at)).total_seconds() for run in runs if run.ended_at is not None
    )
    results = _last_results(entries, book)
    said = tuple(entry for entry in entries if entry.kind in dict(_TOLD))
    title = f"# Week {first.isocalendar().week}, {first} to {last}{f', {study}' if study else ''}"
    lines = [title, "", *_counts(counted, seconds, len(results)), *_results(results, book)]
    for kind, heading in _TOLD:
        of_kind = [entry for entry in said if entry.kind is kind]
        lines += ["", f"## {heading}", ""] if of_kind else []
        lines += [line for entry in of_kind for line in _entry(entry, book, zone)]
    return Week(first, last, study, counted, seconds, tuple(results), said, tuple(lines))


def _counts(counted: Mapping[str, int], seconds: float, n_results: int) -> Iterator[str]:
    total = sum(counted.values())
    if not total:
        yield "No run was launched."
        return
    states = fmt.listed(f"{n} {status.lower()}" for status, n in sorted(counted.items()))
    yield f"{fmt.plural(total, 'run')} ({states}), {fmt.duration(seconds)} of them in all."
    if n_results:
        yield f"{fmt.plural(n_results, 'result')} at the last checkpoints."


def _last_results(entries: Sequence[Entry], book: Book) -> list[Result]:
    last: dict[tuple[object, ...], Result] = {}
    for entry in entries:
        for result in book.results_of(entry) if entry.kind is EntryKind.RESULT and entry.automatic else ():
            dataset = result.dataset.hash or result.dataset.name
            key = (result.subject.run, dataset, tuple(sorted(result.options.items())))
            known = last.get(key)
            if known is None or (result.subject.step or -1) >= (known.subject.step or -1):
                last[key] = result
    return list(last.values())


def _results(results: Sequence[Result], book: Book) -> Iterator[str]:
    if results:
        yield from ("", "## Results", "")
    yield from (f"- {fmt.visible(book.result_words(result))}" for result in results[:_MOST_RESULTS])
    if len(results) > _MOST_RESULTS:
        yield f"- and {len(results) - _MOST_RESULTS} more (labjournal compare)"


def _entry(entry: Entry, book: Book, zone: tzinfo | None) -> Iterator[str]:
    text = fmt.cut(fmt.visible(book.words(entry).strip().split("\n")[0]), _LONGEST)
    yield f"- {fmt.day(entry.t, zone)} {text}"
    yield from (f"  - {fmt.visible(note)}" for note in book.became(entry, zone))


def open_lines(found: OpenItems) -> Iterator[str]:
    """What waits, one heading a kind."""
    for heading, entries in (("Questions", found.questions), ("Hypotheses", found.hypotheses)):
        if entries:
            yield f"{heading}"
            yield from (f"  {_waiting(entry)}" for entry in entries)
    if found.plans:
        yield "Plans that no run fulfilled"
        for plan in found.plans:
            tried = ", ".join(f"{run.name} {run.status.lower()}" for run in plan.tried)
            yield f"  {_waiting(plan.entry)}{f' ({fmt.visible(tried)})' if tried else ''}"
    if found.expectations:
        yield "Expectations that are not decided"
        for one in found.expectations:
            why = one.verdict.sentence if one.verdict else "the run has not ended"
            yield f"  {fmt.visible(one.run.name)}: {fmt.visible(one.expectation)} ({fmt.visible(why)})"
    if found.reruns:
        yield "Retracted, and not run again"
        yield from (f"  {fmt.visible(run.name)}: {fmt.visible(run.retracted or '')}" for run in found.reruns)


def _waiting(entry: Entry) -> str:
    text = fmt.cut(fmt.visible(entry.text.strip().split("\n")[0]), _LONGEST)
    return f"{fmt.day(entry.t)} e:{short_id(entry.id)} {text}"
