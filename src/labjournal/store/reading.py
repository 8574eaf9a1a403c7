"""Everything that is asked of the index; rows become values of `model`.

What knows the values (`model` and the projections, 25 ms to import) is imported where it is used: a list of 10,000
runs needs none of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from labjournal.errors import NotFoundError
from labjournal.facts import Fact, dumps
from labjournal.store import rows
from labjournal.store.progress import Progress
from labjournal.store.rows import ListedRun, RunRow

if TYPE_CHECKING:
    from labjournal.model import (
        Attempt,
        Checkpoint,
        Entry,
        Fault,
        FaultMark,
        Finding,
        ReferenceValue,
        Result,
        Run,
        SeriesInfo,
        SeriesKey,
        Verdict,
    )
    from labjournal.store.facts import Row as FactRow
    from labjournal.store.saved import Overwriting
    from labjournal.store.series import SeriesData
    from labjournal.store.sweeps import TrialRow


class Reading(Progress):
    """The questions of a `Store`. None of them writes."""

    def count_runs(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM runs").fetchone()[0])

    def run_rows(self, limit: int | None = None, offset: int = 0) -> list[RunRow]:
        """Rows for lists, newest first."""
        return rows.read(self.connection, limit, offset)

    def listed_runs(self) -> list[ListedRun]:
        """What ``ls`` shows of all runs, newest first."""
        return rows.read_listed(self.connection)

    def waiting(self) -> list[tuple[str, str, str]]:
        """(id, name, why) of the runs that have not started, in the order in which they were launched."""
        return rows.read_waiting(self.connection)

    def causes(self, ids: Iterable[str]) -> dict[str, str]:
        """Why these runs ended as they did, of those for which that is known."""
        return rows.read_causes(self.connection, dumps(list(ids)))

    def jobs(self) -> dict[str, str]:
        """The newest job of each run that was handed to a launcher with a queue of its own."""
        from labjournal.store import facts

        stated = sorted(facts.of_kinds(self.connection, ("job",)), key=lambda fact: (fact.data.get("n") or 0, fact.t))
        return {str(fact.run): str(fact.data.get("job")) for fact in stated}

    def run_rows_of(self, ids: Iterable[str]) -> list[RunRow]:
        """Rows of these runs, newest first; for lists that are kept up to date."""
        return rows.read_of(self.connection, dumps(list(ids)))

    def settings_of(self, ids: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
        """Settings by run id, of these runs or of all."""
        from labjournal.store import settings_of

        return settings_of.read(self.connection, None if ids is None else dumps(sorted(ids)))

    def runs(self, limit: int | None = None, offset: int = 0) -> list[Run]:
        """Whole runs, newest first."""
        return self._runs(
            "1 ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?", (-1 if limit is None else limit, offset)
        )

    def run(self, run_id: str) -> Run:
        """One run by its full id. Raises NotFoundError."""
        found = self._runs("id = ?", (run_id,))
        if not found:
            raise NotFoundError(f"No run has the id {run_id}.", "labjournal ls shows all runs.")
        return found[0]

    def runs_of(self, ids: Iterable[str]) -> list[Run]:
        """Whole runs with these ids, as far as they are there."""
        return self._runs("id IN (SELECT value FROM json_each(?)) ORDER BY id", (dumps(list(ids)),))

    def children(self, run_id: str) -> list[Run]:
        """Forks of a run, and the validations of it, oldest first."""
        return self._runs("parent = ? OR subject = ? ORDER BY id", (run_id, run_id))

    def unfinished_validations(self, runs: Sequence[str]) -> list[Run]:
        """Validations of these runs that did not end well, or not yet, oldest first."""
        among = "subject IN (SELECT value FROM json_each(?))"
        return self._runs(f"{among} AND status != 'DONE' ORDER BY id", (dumps(list(runs)),))

    def runs_of_study(self, study: str) -> list[Run]:
        """The runs that a study launched, oldest first."""
        return self._runs("study = ? ORDER BY id", (study,))

    def runs_of_sweep(self, sweep: str) -> list[Run]:
        """The runs of a sweep by its id, oldest first."""
        return self._runs("sweep = ? ORDER BY id", (sweep,))

    def sweep_trials(self, sweep: str) -> list[TrialRow]:
        """All runs of a sweep in the order they were launched, as rows."""
        from labjournal.store import sweeps

        return sweeps.trials(self.connection, sweep)

    def sweep_metrics(self, sweep: str) -> list[str]:
        """Metrics that were measured of any run of a sweep."""
        from labjournal.store import sweeps

        return sweeps.metrics(self.connection, sweep)

    def sweep_values(self, sweep: str, metric: str) -> dict[str, tuple[float, int | None]]:
        """Run -> the newest usable value of a metric and its step, for the runs of a sweep."""
        from labjournal.store import sweeps

        return sweeps.measured(self.connection, sweep, metric)

    def sweep_curves(self, sweep: str, folder: str, tag: str) -> dict[str, tuple[float | None, int]]:
        """Run -> last value and last step of a curve, for the runs of a sweep."""
        from labjournal.store import sweeps

        return sweeps.curves(self.connection, sweep, folder, tag)

    def _runs(self, where: str, values: Sequence[Any]) -> list[Run]:
        from labjournal.store import runs

        found = self.connection.execute(f"SELECT {rows.ROW_COLUMNS}, data FROM runs WHERE {where}", tuple(values))
        return [runs.read(self.connection, RunRow._make(row[:-1]), row[-1]) for row in found.fetchall()]

    def resolve(self, reference: str) -> Run:
        """The run a person means; ``REF:STEP`` is split by `references.split` first. Raises NotFoundError."""
        from labjournal.store import references

        return self.run(references.resolve(self.connection, reference))

    def like(self, pattern: str) -> list[str]:
        """The ids of all runs called like ``lr-*``, newest first. Raises NotFoundError when there is none."""
        from labjournal.store import references

        return references.like(self.connection, pattern)

    def attempts(self, run_id: str) -> list[Attempt]:
        from labjournal.store import runs

        return runs.read_attempts(self.connection, run_id)

    def checkpoints(self, run_id: str) -> list[Checkpoint]:
        from labjournal.store import saved

        return saved.read(self.connection, run_id)

    def overwritten(self, run_id: str) -> dict[str, Overwriting]:
        """By path: which other run wrote into the file of a checkpoint since."""
        from labjournal.store import saved

        return saved.overwritten(self.connection, run_id)

    def writers(self, version: str) -> list[tuple[str, str]]:
        """(id, name) of the runs that saved this version of a checkpoint."""
        from labjournal.store import saved

        return saved.writers(self.connection, version)

    def series_list(self, run_id: str) -> list[SeriesInfo]:
        from labjournal.store import series

        return series.listing(self.connection, run_id)

    def series(self, key: SeriesKey) -> SeriesData | None:
        from labjournal.store import series

        return series.read(self.connection, key)

    def series_in_short(self, key: SeriesKey) -> SeriesData | None:
        """The lowest and highest points of a long curve, a hundredth of it; see `labjournal.store.overview`."""
        from labjournal.store import overview

        return overview.read(self.connection, key)

    def series_on(self, key: SeriesKey, known: int) -> tuple[int, SeriesData] | None:
        """The end of a curve of which so many points are known; see `labjournal.store.series.read_on`."""
        from labjournal.store import series

        return series.read_on(self.connection, key, known)

    def results(
        self,
        run: str | None = None,
        measured_by: str | None = None,
        dataset: str | None = None,
        include_unassigned: bool = False,
        include_dismissed: bool = False,
    ) -> list[Result]:
        """Merged results, oldest first; ``run`` is the subject, ``dataset`` a hash or name."""
        from labjournal.model import Role
        from labjournal.store import results

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
        from labjournal.store import results

        text = reference.removeprefix("r:").upper()
        found = self.connection.execute(
            "SELECT DISTINCT result FROM result_facts WHERE fact = ? OR fact GLOB ? LIMIT 3", (text, f"*{text}")
        ).fetchall()
        if len(found) != 1:
            how = "No result" if not found else "More than one result"
            raise NotFoundError(f"{how} has the id {reference!r}.", "labjournal show REF lists results with ids.")
        return results.read(self.connection, "id = ?", (found[0][0],))[0]

    def findings(self, run: str | None = None) -> list[Finding]:
        """Of one run, causes first and worst first; of all runs, newest first."""
        from labjournal.store import findings

        return findings.read(self.connection, run)

    def runs_found(self, rule: str) -> dict[str, str]:
        """Runs with an open finding of a rule -> what it says."""
        found = self.connection.execute(
            "SELECT run, json_extract(data, '$.message') FROM findings WHERE rule = ? AND acknowledged IS NULL", (rule,)
        )
        return {run: str(message or "") for run, message in found}

    def entries(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        kinds: Sequence[str] | None = None,
        grep: str | None = None,
        run: str | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        from labjournal.store import entries

        return entries.read(self.connection, since, until, kinds, grep, run, limit)

    def run_facts(self, run_id: str | None) -> list[Fact]:
        """Everything stated about a run, as it was stated."""
        from labjournal.store import facts

        return facts.of_run(self.connection, run_id)

    def facts_of_kind(self, *kinds: str) -> list[Fact]:
        from labjournal.store import facts

        return facts.of_kinds(self.connection, kinds)

    def fact_rows(self, *kinds: str) -> list[FactRow]:
        """The same for whole journals: the data stays text."""
        from labjournal.store import facts

        return facts.rows_of_kinds(self.connection, kinds)

    def fact_ids(self) -> set[str]:
        """Of everything that was ever stated."""
        return {row[0] for row in self.connection.execute("SELECT id FROM facts")}

    def merged_results(self) -> dict[str, str]:
        """Fact id -> the result that it went into; facts that were superseded went into none."""
        return dict(self.connection.execute("SELECT fact, result FROM result_facts"))

    def verdicts(self, run: str | None = None) -> list[Verdict]:
        """How the expectations of a run, or of all runs, turned out by now."""
        from labjournal.store import facts, verdicts

        kinds = (verdicts.KIND,)
        return verdicts.standing(facts.of_run(self.connection, run) if run else facts.of_kinds(self.connection, kinds))

    def reference_values(self) -> list[ReferenceValue]:
        """Values from elsewhere that results are held against."""
        from labjournal.store import facts, reference_values

        return reference_values.standing(facts.of_kinds(self.connection, (reference_values.KIND,)))

    def faults(self) -> list[Fault]:
        """The register of faults, oldest first."""
        from labjournal.store import register

        return register.read(self.connection)

    def fault_marks(self, fault: Fault, about: Collection[str] | None = None) -> list[FaultMark]:
        """The runs that were placed as to a fault; with ``about`` only these."""
        from labjournal.store import register

        return register.read_marks(self.connection, fault, about)

    def expecting(self, about: Collection[str] | None = None) -> list[str]:
        """Runs that are read whole and of which something was expected; of them those that results of runs speak of."""
        return rows.expecting(self.connection, None if about is None else dumps(list(about)))

    def speakers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of all hosts and of all users that ever stated anything."""
        found = [
            self.connection.execute(f"SELECT DISTINCT {who} FROM facts WHERE ifnull({who}, '') != '' ORDER BY 1")
            for who in ("host", "user")
        ]
        hosts, users = (tuple(str(row[0]) for row in rows) for rows in found)
        return hosts, users
