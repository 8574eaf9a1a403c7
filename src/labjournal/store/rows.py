"""Rows of runs for lists, straight from columns."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import NamedTuple


class RunRow(NamedTuple):
    """What a list shows of a run, straight from columns: no JSON is decoded for it."""

    id: str
    name: str
    kind: str
    status: str
    cause: str | None
    reason: str | None
    parent: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None
    exit_code: int | None
    code: str | None
    dirty: int | None
    git_tag: str | None
    watch: str | None
    worst_rule: str | None
    worst_level: str | None
    worst_count: int | None
    checkpoints: int
    attempts: int
    step: int | None
    retracted: str | None
    subject: str | None
    study: str | None = None
    sweep: str | None = None


ROW_COLUMNS = ", ".join(RunRow._fields)


class ListedRun(NamedTuple):
    """What a line of ``ls`` shows: half the columns of `RunRow`, all of them in one index."""

    id: str
    name: str
    kind: str
    status: str
    created_at: str
    watch: str | None
    worst_rule: str | None
    worst_level: str | None
    worst_count: int | None
    step: int | None
    retracted: str | None


def read_listed(connection: sqlite3.Connection) -> list[ListedRun]:
    """All runs, newest first."""
    rows = connection.execute(f"SELECT {', '.join(ListedRun._fields)} FROM runs ORDER BY created_at DESC, id DESC")
    return list(map(partial(tuple.__new__, ListedRun), rows))  # what _make does, without a call of Python's for each


def read(connection: sqlite3.Connection, limit: int | None, offset: int) -> list[RunRow]:
    """Newest first."""
    rows = connection.execute(
        f"SELECT {ROW_COLUMNS} FROM runs ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
        (-1 if limit is None else limit, offset),
    )
    return list(map(partial(tuple.__new__, RunRow), rows))


def read_waiting(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(id, name, why) of the runs that have not started, in the order in which they were launched."""
    found = connection.execute(
        "SELECT id, name, ifnull(cause, '') FROM runs WHERE status = 'QUEUED' ORDER BY created_at, id"
    )
    return found.fetchall()


def read_causes(connection: sqlite3.Connection, ids_json: str) -> dict[str, str]:
    """Run id to cause, of these runs (a JSON list of ids) that have one."""
    found = connection.execute(
        "SELECT id, cause FROM runs WHERE cause IS NOT NULL AND id IN (SELECT value FROM json_each(?))", (ids_json,)
    )
    return dict(found.fetchall())


def read_of(connection: sqlite3.Connection, ids_json: str) -> list[RunRow]:
    """The rows of these runs (a JSON list of ids), newest first."""
    rows = connection.execute(
        f"SELECT {ROW_COLUMNS} FROM runs WHERE id IN (SELECT value FROM json_each(?)) "
        "ORDER BY created_at DESC, id DESC",
        (ids_json,),
    )
    return list(map(partial(tuple.__new__, RunRow), rows))


_EXPECTS = (
    '(data LIKE \'%"expect":["%\' OR (data LIKE \'%"expect_time_s":%\' AND data NOT LIKE \'%"expect_time_s":null%\'))'
)
"""Facts are stored with sorted keys and no spaces, so that a search in the text decides."""
_WHOLE = 2


def expecting(connection: sqlite3.Connection, about_json: str | None) -> list[str]:
    """Ended runs, read whole, of which something was expected.

    ``about_json`` (a JSON list of run ids): only these, and the runs that results measured by these speak of.
    """
    where = ""
    values: tuple[str, ...] = ()
    if about_json is not None:
        where = (
            "AND run IN (SELECT value FROM json_each(?) UNION SELECT subject FROM results WHERE measured_by IN "
            "(SELECT value FROM json_each(?)))"
        )
        values = (about_json, about_json)
    found = connection.execute(
        f"SELECT DISTINCT run FROM facts WHERE kind = 'run' {where} AND {_EXPECTS} "
        "AND run IN (SELECT id FROM runs WHERE sealed >= ?) ORDER BY run",
        (*values, _WHOLE),
    )
    return [run for (run,) in found]
