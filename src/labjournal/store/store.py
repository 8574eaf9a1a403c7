"""`Store`: one connection to the index, for one thread. Reads give values; `fold` takes in what was read from files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from labjournal.errors import JournalUnavailableError, NotFoundError
from labjournal.facts import Fact
from labjournal.model import Attempt, Checkpoint, Entry, Finding, Result, Role, Run, SeriesInfo, SeriesKey
from labjournal.paths import JournalPaths
from labjournal.store import entries, facts, files, findings, references, results, runs, schema, series, taint
from labjournal.store.runs import RunRow

_BUSY_S = 20.0
_RESULT_WORDS = ("assign", "dismiss")
_ALTERS_TAINT = frozenset({"retract", "lift", "run", "result", *_RESULT_WORDS})


class Store:
    """The index of one journal. Not to be handed to another thread: open one there."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @classmethod
    def open(cls, paths: JournalPaths, readonly: bool = False) -> Store:
        """Open the index, made or migrated when needed. Raises JournalUnavailableError, NewerJournalError.

        A journal that cannot be written is opened for reading; without an index it is folded into memory by
        the follower.
        """
        return cls.at(paths.database, readonly)

    @classmethod
    def at(cls, path: Path, readonly: bool = False) -> Store:
        """Open the index in a given file."""
        try:
            if not readonly:
                path.parent.mkdir(parents=True, exist_ok=True)
            uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)
            if not readonly:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")  # an index: what a power cut takes is folded again
            schema.migrate(connection, str(path))
        except (sqlite3.Error, OSError) as error:
            raise _trouble(path, error) from error
        return cls(connection)

    @classmethod
    def in_memory(cls) -> Store:
        """An index that lives only as long as this object: folders without a journal, journals that are read-only."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        schema.migrate(connection, "memory")
        return cls(connection)

    def close(self) -> None:
        self.connection.close()

    def data_version(self) -> int:
        """Changes when another connection has committed; a cheap "has anything happened"."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One write transaction; what fails is undone whole."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    # -- reading -------------------------------------------------------------------------------------------------

    def count_runs(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM runs").fetchone()[0])

    def run_rows(self, limit: int | None = None, offset: int = 0) -> list[RunRow]:
        """Rows for lists, newest first."""
        rows = self.connection.execute(
            f"SELECT {runs.ROW_COLUMNS} FROM runs ORDER BY id DESC LIMIT ? OFFSET ?",
            (-1 if limit is None else limit, offset),
        )
        return list(map(RunRow._make, rows))

    def runs(self, limit: int | None = None, offset: int = 0) -> list[Run]:
        """Whole runs, newest first."""
        return self._runs("1 ORDER BY id DESC LIMIT ? OFFSET ?", (-1 if limit is None else limit, offset))

    def run(self, run_id: str) -> Run:
        """One run by its full id. Raises NotFoundError."""
        found = self._runs("id = ?", (run_id,))
        if not found:
            raise NotFoundError(f"No run has the id {run_id}.", "labjournal ls shows all runs.")
        return found[0]

    def children(self, run_id: str) -> list[Run]:
        """Forks of a run, and the validations of it, oldest first."""
        return self._runs("parent = ? OR subject = ? ORDER BY id", (run_id, run_id))

    def _runs(self, where: str, values: Sequence[Any]) -> list[Run]:
        rows = self.connection.execute(f"SELECT {runs.ROW_COLUMNS}, data FROM runs WHERE {where}", tuple(values))
        return [runs.read(self.connection, RunRow._make(row[:-1]), row[-1]) for row in rows.fetchall()]

    def resolve(self, reference: str) -> Run:
        """The run a person means; ``REF:STEP`` is split by `references.split` first. Raises NotFoundError."""
        return self.run(references.resolve(self.connection, reference))

    def attempts(self, run_id: str) -> list[Attempt]:
        return runs.read_attempts(self.connection, run_id)

    def checkpoints(self, run_id: str) -> list[Checkpoint]:
        return runs.read_checkpoints(self.connection, run_id)

    def series_list(self, run_id: str) -> list[SeriesInfo]:
        return series.listing(self.connection, run_id)

    def series(self, key: SeriesKey) -> series.SeriesData | None:
        return series.read(self.connection, key)

    def results(
        self,
        run: str | None = None,
        measured_by: str | None = None,
        dataset: str | None = None,
        include_unassigned: bool = False,
        include_dismissed: bool = False,
    ) -> list[Result]:
        """Merged results, oldest first; ``run`` is the subject, ``dataset`` a hash or name."""
        wanted = {"subject": run, "measured_by": measured_by, "dataset": dataset}
        where = [f"{column} = ?" for column, value in wanted.items() if value is not None]
        values: list[str] = [value for value in wanted.values() if value is not None]
        if not include_unassigned:
            where.append("role != ?")
            values.append(Role.UNASSIGNED.value)
        if not include_dismissed:
            where.append("dismissed IS NULL")
        return results.read(self.connection, " AND ".join(where) or "1", values)

    def result(self, reference: str) -> Result:
        """One result by the id (or a unique end of it) of itself or of any of its sources. Raises NotFoundError."""
        text = reference.removeprefix("r:").upper()
        rows = self.connection.execute(
            "SELECT DISTINCT result FROM result_facts WHERE fact = ? OR fact GLOB ? LIMIT 3", (text, f"*{text}")
        ).fetchall()
        if len(rows) != 1:
            how = "No result" if not rows else "More than one result"
            raise NotFoundError(f"{how} has the id {reference!r}.", "labjournal show REF lists results with ids.")
        return results.read(self.connection, "id = ?", (rows[0][0],))[0]

    def findings(self, run: str | None = None) -> list[Finding]:
        """Of one run, causes first and worst first; of all runs, newest first."""
        return findings.read(self.connection, run)

    def entries(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        kinds: Sequence[str] | None = None,
        grep: str | None = None,
        run: str | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        return entries.read(self.connection, since, until, kinds, grep, run, limit)

    def run_facts(self, run_id: str | None) -> list[Fact]:
        """Everything stated about a run, as it was stated."""
        return facts.of_run(self.connection, run_id)

    def facts_of_kind(self, *kinds: str) -> list[Fact]:
        return facts.of_kinds(self.connection, kinds)

    def sealed(self, level: int) -> set[str]:
        """Runs whose facts (1) or everything (2) is in the index for good."""
        return {row[0] for row in self.connection.execute("SELECT id FROM runs WHERE sealed >= ?", (level,))}

    def run_ids(self) -> set[str]:
        return {row[0] for row in self.connection.execute("SELECT id FROM runs")}

    # -- folding: inside `writing()` -------------------------------------------------------------------------------

    def fold(self, stated: Iterable[Fact]) -> set[str | None]:
        """Take facts in and bring everything that follows from them up to date; returns the runs touched."""
        new = facts.insert(self.connection, stated)
        spoken_of = self._spoken_of(new)
        measured = {fact.run for fact in new if fact.kind == "result"} | spoken_of
        touched = {fact.run for fact in new} | spoken_of
        words = results.words_about(facts.of_kinds(self.connection, _RESULT_WORDS)) if measured else {}
        acknowledged = {
            str(fact.data.get("finding")).removeprefix("f:"): str(fact.data.get("why") or "acknowledged")
            for fact in facts.of_kinds(self.connection, ("ack",))
        }
        for run in measured:
            self._project_results(run, words)
        for run in touched:
            self._project(run, acknowledged)
        if any(fact.kind in entries.HUMAN for fact in new):
            entries.write(self.connection, "people", entries.of_people(facts.of_kinds(self.connection, entries.HUMAN)))
        if any(fact.kind in _ALTERS_TAINT for fact in new):
            taint.apply(self.connection)
        return touched

    def _spoken_of(self, new: Sequence[Fact]) -> set[str | None]:
        """Runs whose results or findings a new word of a person speaks of."""
        touched: set[str | None] = set()
        for fact in new:
            if fact.kind in _RESULT_WORDS:
                target = facts.by_id(self.connection, str(fact.data.get("result")).removeprefix("r:"))
                touched |= {target.run} if target else set()
            elif fact.kind == "ack":
                finding = str(fact.data.get("finding")).removeprefix("f:")
                rows = self.connection.execute("SELECT run FROM findings WHERE id = ?", (finding,))
                touched |= {row[0] for row in rows}
        return touched

    def _project_results(self, run: str | None, words: dict[str, list[Fact]]) -> None:
        measured, membership = results.project(run, facts.of_run(self.connection, run), words)
        results.write(self.connection, run, measured, membership)
        entries.write(self.connection, f"results of {run}", entries.of_results(measured))

    def _project(self, run: str | None, acknowledged: dict[str, str]) -> None:
        if run is None:
            return
        stated = facts.of_run(self.connection, run)
        row = runs.project(run, stated)
        runs.write(self.connection, row)
        runs.write_attempts(self.connection, run, stated)
        runs.write_checkpoints(self.connection, run, stated)
        found = findings.project(run, stated, acknowledged)
        findings.write(self.connection, run, found)
        entries.write(self.connection, run, entries.of_run(run, row["name"], stated, found))
        self.note_step(run)

    def note_step(self, run: str) -> None:
        """Bring the run's row up to the last step of its curves, or of the watch where curves are not read yet."""
        step = series.last_step(self.connection, run)
        self.connection.execute(
            "UPDATE runs SET step = ifnull(?, json_extract(data, '$.steps')) WHERE id = ?", (step, run)
        )

    def set_live(self, run: str, cause: str | None) -> None:
        """What is seen of a run that has not ended: unsupervised, last heard n min ago. No fact: it passes."""
        self.connection.execute(
            "UPDATE runs SET cause = ? WHERE id = ? AND cause IS NOT ? AND status IN ('RUNNING', 'QUEUED')",
            (cause, run, cause),
        )

    def seal(self, run: str, level: int) -> None:
        """See `sealed`; level 0 opens the run again."""
        self.connection.execute("UPDATE runs SET sealed = ? WHERE id = ?", (level, run))

    def append_series(self, key: SeriesKey, file: str, session: int, steps: Any, walls: Any, values: Any) -> None:
        series.append(self.connection, key, file, session, steps, walls, values)

    def purge_series(self, run: str, file: str, from_step: int) -> None:
        series.purge(self.connection, run, file, from_step)

    def forget_file(self, run: str, file: str) -> None:
        series.forget_file(self.connection, run, file)

    def file(self, path: str) -> files.FileState | None:
        return files.read(self.connection, path)

    def files_of(self, run: str) -> list[files.FileState]:
        return files.of_run(self.connection, run)

    def files_with_role(self, role: str) -> list[files.FileState]:
        return files.of_role(self.connection, role)

    def troubled_files(self) -> list[files.FileState]:
        return files.troubled(self.connection)

    def set_file(self, file: files.FileState) -> None:
        files.write(self.connection, file)

    def file_offset(self, path: str) -> int:
        return files.offset(self.connection, path)


def _trouble(path: Path, error: Exception) -> JournalUnavailableError:
    text = str(error)
    hint = "Is the disk full, or the folder read-only? labjournal doctor says more."
    if "malformed" in text or "not a database" in text:
        hint = "The database is only an index. Rebuild it with: labjournal reindex"
    elif "locked" in text or "busy" in text:
        hint = "Another process is writing; try again in a moment."
    return JournalUnavailableError(f"{path} cannot be opened: {text}.", hint)
