"""Taking facts in: insert what is new, then bring everything that follows from it up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from labjournal.facts import Fact
from labjournal.store import entries, facts, findings, pivot, results, runs, saved, series, taint

_RESULT_WORDS = ("assign", "dismiss")
_ALTERS_TAINT = frozenset({"retract", "lift", "fault", "fault_mark", "run", "result", *_RESULT_WORDS})


def fold(connection: sqlite3.Connection, stated: Iterable[Fact]) -> set[str | None]:
    """Inside a write transaction; returns the runs touched, None among them for words about no run.

    What another process has folded before is told too: it is news to whoever has just read it.
    """
    read = list(stated)
    touched = _bring_up_to_date(connection, facts.insert(connection, read))
    return touched | {fact.run for fact in read} | _spoken_of(connection, read)


def replace(connection: sqlite3.Connection, run: str, gone: Collection[str], stated: Iterable[Fact]) -> None:
    """Put result facts of a run that passes in the place of earlier ones; inside a write transaction."""
    facts.delete(connection, gone)
    if not _bring_up_to_date(connection, facts.insert(connection, stated)):
        words = results.words_about(facts.of_kinds(connection, _RESULT_WORDS))
        pivot.write(connection, _project_results(connection, run, words) | taint.apply(connection))


def _bring_up_to_date(connection: sqlite3.Connection, new: Sequence[Fact]) -> set[str | None]:
    spoken_of = _spoken_of(connection, new)
    measured = {fact.run for fact in new if _places_results(fact)} | spoken_of
    touched = {fact.run for fact in new} | spoken_of
    words = results.words_about(facts.of_kinds(connection, _RESULT_WORDS)) if measured else {}
    acknowledged = _acknowledged(facts.of_kinds(connection, ("ack",)))
    about: set[str] = set()
    for run in measured:
        about |= _project_results(connection, run, words)
    for run in touched:
        if run is not None:
            _project(connection, run, acknowledged)
    reopened = {fact.run for fact in new if fact.kind == "restart"}
    connection.executemany("UPDATE runs SET sealed = 0 WHERE id = ?", [(run,) for run in reopened])
    if any(fact.kind in entries.HUMAN for fact in new):
        entries.write(connection, "people", entries.of_people(facts.of_kinds(connection, entries.HUMAN)))
    if measured or any(fact.kind in _ALTERS_TAINT for fact in new):  # results are written without marks
        about |= taint.apply(connection)
    pivot.write(connection, about)
    return touched


def _places_results(fact: Fact) -> bool:
    """A result, or what tells more of where results belong: order does not matter."""
    return fact.kind in ("result", "identified") or (fact.kind == "run" and bool(fact.data.get("validates")))


def _acknowledged(said: Iterable[Fact]) -> dict[str, str]:
    """Finding -> why it needs no more attention. The newest word about a finding counts, and may open it again."""
    newest = {str(fact.data.get("finding")).removeprefix("f:"): fact for fact in said}
    return {
        finding: str(fact.data.get("why") or "acknowledged")
        for finding, fact in newest.items()
        if not fact.data.get("open")
    }


def _spoken_of(connection: sqlite3.Connection, new: Sequence[Fact]) -> set[str | None]:
    """Runs whose results or findings a new word of a person speaks of."""
    touched: set[str | None] = set()
    for fact in new:
        if fact.kind in _RESULT_WORDS:
            target = facts.by_id(connection, str(fact.data.get("result")).removeprefix("r:"))
            touched |= {target.run} if target else set()
        elif fact.kind == "ack":
            finding = str(fact.data.get("finding")).removeprefix("f:")
            rows = connection.execute("SELECT run FROM findings WHERE id = ?", (finding,))
            touched |= {row[0] for row in rows}
    return touched


def _project_results(connection: sqlite3.Connection, run: str | None, words: Mapping[str, Sequence[Fact]]) -> set[str]:
    """Returns the runs that the results are about, and were."""
    measured, membership = results.project(run, facts.of_run(connection, run), words)
    about = results.write(connection, run, measured, membership)
    entries.write(connection, f"results of {run}", entries.of_results(measured))
    return about


def _project(connection: sqlite3.Connection, run: str, acknowledged: Mapping[str, str]) -> None:
    stated = facts.of_run(connection, run)
    row = runs.project(run, stated)
    runs.write(connection, row)
    runs.write_attempts(connection, run, stated)
    saved.write(connection, run, stated)
    found = findings.project(run, stated, acknowledged)
    findings.write(connection, run, found)
    entries.write(connection, run, entries.of_run(run, row["name"], stated, found))
    note_step(connection, run)


def note_step(connection: sqlite3.Connection, run: str) -> None:
    """Bring the run's row up to the last step of its curves, or to what the watch counted: its curves grow sparse."""
    step = series.last_step(connection, run)
    connection.execute(
        "UPDATE runs SET step = ifnull(max(?, json_extract(data, '$.steps')), ifnull(?, json_extract(data, '$.steps')))"
        " WHERE id = ?",
        (step, step, run),
    )
