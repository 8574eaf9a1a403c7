"""Facts in the database: kept whole, each id once, whatever the order of arrival."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from labjournal.facts import Fact, dumps

_COLUMNS = "id, t, kind, host, user, run, v, data"


class Row(NamedTuple):
    """A fact without who said it, its data as the text that it is kept as."""

    id: str
    t: str
    kind: str
    run: str | None
    data: str


def insert(connection: sqlite3.Connection, facts: Iterable[Fact]) -> list[Fact]:
    """Insert what is new; returns it.

    Two texts under one id (two readers deriving the same fact) become the smaller one, so that the outcome does
    not depend on who came first.
    """
    new = []
    for fact in facts:
        data = dumps(fact.data)
        row = (fact.id, fact.t, fact.kind, fact.host, fact.user, fact.run, fact.v, data)
        cursor = connection.execute(
            f"INSERT INTO facts ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
            "t=excluded.t, kind=excluded.kind, host=excluded.host, user=excluded.user, run=excluded.run, "
            "v=excluded.v, data=excluded.data "
            "WHERE (excluded.t, excluded.kind, ifnull(excluded.run, ''), excluded.data, excluded.host, excluded.user) "
            "< (facts.t, facts.kind, ifnull(facts.run, ''), facts.data, facts.host, facts.user)",
            row,
        )
        if cursor.rowcount:
            new.append(fact)
    return new


def delete(connection: sqlite3.Connection, ids: Collection[str]) -> None:
    """Take back facts that stand nowhere but in the index; the stamp of a page still grows."""
    gone = connection.execute("DELETE FROM facts WHERE id IN (SELECT value FROM json_each(?))", (dumps(sorted(ids)),))
    connection.execute(
        "INSERT INTO meta VALUES ('facts withdrawn', ?1) ON CONFLICT (key) DO UPDATE SET value = value + ?1",
        (gone.rowcount,),
    )


def of_run(connection: sqlite3.Connection, run: str | None) -> list[Fact]:
    """All facts of a run (or of no run) in the order of their times."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM facts WHERE run IS ? ORDER BY t, id", (run,))
    return [_fact(row) for row in rows]


def of_kinds(connection: sqlite3.Connection, kinds: Sequence[str], runs: Collection[str] | None = None) -> list[Fact]:
    """In the order of their times; with ``runs`` only what was stated of these."""
    marks = ",".join("?" * len(kinds))
    of_runs = "" if runs is None else "AND run IN (SELECT value FROM json_each(?))"
    values = (*kinds,) if runs is None else (*kinds, dumps(sorted(runs)))
    rows = connection.execute(f"SELECT {_COLUMNS} FROM facts WHERE kind IN ({marks}) {of_runs} ORDER BY t, id", values)
    return [_fact(row) for row in rows]


def rows_of_kinds(connection: sqlite3.Connection, kinds: Sequence[str]) -> list[Row]:
    """In the order of their times, and not decoded: a whole journal is read so."""
    marks = ",".join("?" * len(kinds))
    rows = connection.execute(f"SELECT id, t, kind, run, data FROM facts WHERE kind IN ({marks}) ORDER BY t, id", kinds)
    return [Row(*row) for row in rows]


def by_id(connection: sqlite3.Connection, fact_id: str) -> Fact | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM facts WHERE id = ?", (fact_id,)).fetchone()
    return _fact(row) if row else None


def _fact(row: tuple[str, str, str, str, str, str | None, int, str]) -> Fact:
    return Fact(row[0], row[1], row[2], row[3], row[4], row[5], json.loads(row[7]), row[6])
