"""Checkpoints that runs saved: their versions, and which other run wrote over a file since."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from labjournal.facts import Fact, dumps
from labjournal.model import Checkpoint
from labjournal.store import codec


class Overwriting(NamedTuple):
    """Who wrote last into a file that a run had saved before."""

    run: str
    name: str
    version: str
    at: datetime


def write(connection: sqlite3.Connection, run_id: str, facts: Sequence[Fact]) -> None:
    rows = [
        (
            run_id,
            str(fact.data.get("path")),
            str(fact.data.get("version")),
            codec.whole(fact.data.get("step")),
            codec.whole(fact.data.get("size")) or 0,
            str(fact.data.get("written_at") or fact.t),
        )
        for fact in facts
        if fact.kind == "checkpoint"
    ]
    connection.executemany("INSERT OR REPLACE INTO checkpoints VALUES (?,?,?,?,?,?)", rows)
    connection.execute("UPDATE runs SET checkpoints = ? WHERE id = ?", (len({row[1] for row in rows}), run_id))


def read(connection: sqlite3.Connection, run_id: str) -> list[Checkpoint]:
    """All versions, oldest first; the newest version of each path is current."""
    rows = connection.execute(
        "SELECT path, version, step, size, written_at FROM checkpoints WHERE run = ? ORDER BY written_at, path",
        (run_id,),
    ).fetchall()
    newest = {path: version for path, version, *_ in rows}
    return [
        Checkpoint(run_id, path, version, step, size, codec.moment(at) or codec.EPOCH, newest[path] == version)
        for path, version, step, size, at in rows
    ]


def overwritten(connection: sqlite3.Connection, run_id: str) -> dict[str, Overwriting]:
    """The paths of a run, as it calls them, into which another run wrote something else since: by whom, the last."""
    own = {one.path: one for one in read(connection, run_id) if one.current}
    if not own:
        return {}
    names = {os.path.basename(path) for path in own}
    oldest = min(one.written_at for one in own.values())
    later = [
        row
        for row in connection.execute(
            "SELECT run, path, version, written_at FROM checkpoints WHERE run != ?", (run_id,)
        )
        if os.path.basename(row[1]) in names and (codec.moment(row[3]) or codec.EPOCH) > oldest
    ]
    places = _places(connection, {run_id, *(row[0] for row in later)})
    files = {_file(places, run_id, path): path for path in own}
    found: dict[str, Overwriting] = {}
    for run, path, version, written_at in later:
        mine = files.get(_file(places, run, path))
        at = codec.moment(written_at) or codec.EPOCH
        if mine is None or version == own[mine].version or at <= own[mine].written_at:
            continue
        if mine not in found or found[mine].at < at:
            found[mine] = Overwriting(run, places[run].name, version, at)
    return found


def writers(connection: sqlite3.Connection, version: str) -> list[tuple[str, str]]:
    """(id, name) of the runs that saved a version, whatever they called the file; the newest first."""
    rows = connection.execute(
        "SELECT DISTINCT run, name FROM checkpoints JOIN runs ON runs.id = run WHERE version = ? ORDER BY run DESC",
        (version,),
    )
    return [(str(run), str(name)) for run, name in rows]


class _Place(NamedTuple):
    name: str
    host: str
    cwd: str


_NOWHERE = _Place("", "", "")


def _places(connection: sqlite3.Connection, runs: set[str]) -> dict[str, _Place]:
    """Name, machine and working folder by run; of two machines each has its own files."""
    rows = connection.execute(
        "SELECT id, name, json_extract(data, '$.host'), json_extract(data, '$.cwd') FROM runs"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (dumps(sorted(runs)),),
    )
    return {run: _Place(str(name), str(host or ""), str(cwd or "")) for run, name, host, cwd in rows}


def _file(places: dict[str, _Place], run: str, path: str) -> tuple[str, str]:
    place = places.get(run, _NOWHERE)
    return place.host, os.path.normpath(os.path.join(place.cwd, path))
