"""How far the index has come: which runs and files it knows, and what has been added since somebody last asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from labjournal.facts import dumps
from labjournal.store import files
from labjournal.store.places import Places

if TYPE_CHECKING:
    from labjournal.store.owners import Alive


class Progress:
    """What whoever keeps the index up to date asks of it."""

    def __init__(self, connection: sqlite3.Connection, places: Places | None = None) -> None:
        self.connection = connection
        self.places = places or Places(None)

    def seals(self) -> int:
        """Changes when a run is sealed or opened again."""
        return int(self.connection.execute("SELECT ifnull(sum(sealed), 0) FROM runs").fetchone()[0])

    def count_words(self) -> int:
        """How many facts are about no run: what people said."""
        return int(self.connection.execute("SELECT count(*) FROM facts WHERE run IS NULL").fetchone()[0])

    def facts_stamp(self, run_id: str) -> int:
        """Grows with each fact about a run, the runs that measured it and what people said, or replaced."""
        counts = self.connection.execute(
            "SELECT count(*) + ifnull((SELECT value FROM meta WHERE key = 'facts withdrawn'), 0) FROM facts "
            "WHERE run IN (SELECT ?1 UNION SELECT run FROM results WHERE subject = ?1) OR run IS NULL",
            (run_id,),
        )
        return int(counts.fetchone()[0])

    def measured_by(self, runs: Iterable[str]) -> set[str]:
        """The runs that results measured by these speak of."""
        rows = self.connection.execute(
            "SELECT DISTINCT subject FROM results WHERE measured_by IN (SELECT value FROM json_each(?))",
            (dumps(sorted(runs)),),
        )
        return {row[0] for row in rows if row[0]}

    def alive_at(self, moment: float) -> list[Alive]:
        """Runs that lived at a moment, seconds since 1970."""
        from labjournal.store import owners

        return owners.alive_at(self.connection, moment)

    def openers(self, path: str) -> set[str]:
        """Runs whose processes opened this event file for writing."""
        from labjournal.store import owners

        return owners.openers(self.connection, path)

    def sealed(self, level: int) -> set[str]:
        """Runs whose facts (1) or everything (2) is in the index for good."""
        return {row[0] for row in self.connection.execute("SELECT id FROM runs WHERE sealed >= ?", (level,))}

    def unsealed(self, level: int) -> set[str]:
        """Runs that are not `sealed` to this level."""
        return {row[0] for row in self.connection.execute("SELECT id FROM runs WHERE sealed < ?", (level,))}

    def living(self, most: int) -> list[str]:
        """Runs that have not ended as far as is known, newest first."""
        return [
            row[0]
            for row in self.connection.execute(
                "SELECT id FROM runs WHERE status = 'RUNNING' ORDER BY id DESC LIMIT ?", (most,)
            )
        ]

    def runs_listed(self) -> int | None:
        """The stamp of the folder of runs when all in it were known; None when it was never listed."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = 'runs listed'").fetchone()
        return int(row[0]) if row else None

    def run_ids(self) -> set[str]:
        return {row[0] for row in self.connection.execute("SELECT id FROM runs")}

    def known_among(self, runs: Iterable[str]) -> set[str]:
        """Those of the given runs that the index has."""
        found = self.connection.execute(
            "SELECT id FROM runs WHERE id IN (SELECT value FROM json_each(?))", (dumps(list(runs)),)
        )
        return {row[0] for row in found}

    def file(self, path: str) -> files.FileState | None:
        known = files.read(self.connection, self.places.name(path))
        return known and known._replace(path=path)

    def troubled_files(self) -> list[files.FileState]:
        return [one._replace(path=self.places.path(one.path)) for one in files.troubled(self.connection)]

    def file_offset(self, path: str) -> int:
        return files.offset(self.connection, self.places.name(path))
