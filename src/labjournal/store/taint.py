"""Which runs and results rest on something retracted, and why."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from labjournal.facts import Fact, dumps
from labjournal.store import codec, facts, register

KINDS = ("retract", "lift")


def apply(connection: sqlite3.Connection) -> set[str]:
    """Recompute all marks from the retractions that stand; cheap when there are none.

    Returns the runs of which a result is marked otherwise now.
    """
    standing = _standing(facts.of_kinds(connection, KINDS))
    named = {ref.removeprefix("r:"): _why(fact) for fact in standing for ref in codec.texts(fact.data.get("on"))}
    placed = facts.of_kinds(connection, (register.FAULT, register.MARK)) if standing else []
    for run, why in register.tainted(placed, {fact.id: _why(fact) for fact in standing}).items():
        named.setdefault(run, why)
    runs = _with_descendants(connection, named)
    _mark(connection, "runs", "retracted", runs)
    merged = dict(connection.execute("SELECT fact, result FROM result_facts")) if named else {}
    results = {merged[ref]: why for ref, why in named.items() if ref in merged}
    if runs:
        marks = ",".join("?" * len(runs))
        rows = connection.execute(
            f"SELECT id, subject, measured_by FROM results WHERE subject IN ({marks}) OR measured_by IN ({marks})",
            (*runs, *runs),
        )
        for result, subject, measured_by in rows.fetchall():
            results.setdefault(result, runs.get(subject) or runs[measured_by])
    changed = _mark(connection, "results", "taint", results)
    connection.executemany(
        "UPDATE metric_values SET usable = (SELECT role IN ('validation', 'test') AND dismissed IS NULL AND taint IS "
        "NULL FROM results WHERE id = result) WHERE result = ?",
        [(result,) for _, result in changed],
    )
    ids = dumps([result for _, result in changed])
    found = connection.execute(
        "SELECT DISTINCT subject FROM results WHERE id IN (SELECT value FROM json_each(?))", (ids,)
    )
    return {row[0] for row in found}


def _standing(said: Sequence[Fact]) -> list[Fact]:
    lifted = {str(fact.data.get("retraction")) for fact in said if fact.kind == "lift"}
    return [fact for fact in said if fact.kind == "retract" and fact.id not in lifted]


def _why(fact: Fact) -> str:
    return str(fact.data.get("why") or "retracted")


def _with_descendants(connection: sqlite3.Connection, named: Mapping[str, str]) -> dict[str, str]:
    """The named runs, and the runs that went on from a checkpoint of one of them."""
    if not named:
        return {}
    marks = ",".join("?" * len(named))
    found = connection.execute(f"SELECT id FROM runs WHERE id IN ({marks})", tuple(named))
    runs = {run: named[run] for (run,) in found}
    fresh = list(runs)
    while fresh:
        marks = ",".join("?" * len(fresh))
        children = connection.execute(
            f"SELECT id, parent FROM runs WHERE parent IN ({marks}) "
            "AND ifnull(json_extract(data, '$.parent_step'), json_extract(data, '$.parent_checkpoint')) IS NOT NULL",
            tuple(fresh),
        ).fetchall()
        new = {
            child: f"goes on from a retracted run: {runs[parent]}" for child, parent in children if child not in runs
        }
        runs.update(new)
        fresh = list(new)
    return runs


def _mark(
    connection: sqlite3.Connection, table: str, column: str, marks: Mapping[str, str]
) -> list[tuple[str | None, str]]:
    """Returns (mark, id) of what was changed."""
    now = dict(connection.execute(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL"))
    changed = [(marks.get(key), key) for key in {*now, *marks} if now.get(key) != marks.get(key)]
    connection.executemany(f"UPDATE {table} SET {column} = ? WHERE id = ?", changed)
    return changed
