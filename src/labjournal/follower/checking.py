"""What follows from a run by the checks from outside: findings as facts, once, with ids made of what they speak of.

A run that has ended is judged whole; of a living one only the alarms that its curves can tell, now and then. A rule
that has spoken about a run, inside the training process or here, is not heard again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal import facts, tags
from labjournal.checks import catalogue, checkpoint, executed_code, host, identities, options, outcome, replicas, timing
from labjournal.checks.naming import read_name
from labjournal.checks.rule import RULES_VERSION, Verdict
from labjournal.config import Config
from labjournal.errors import JournalError, NotFoundError
from labjournal.facts import Fact
from labjournal.filesystems import disk_free
from labjournal.follower import by_role, inside, phases
from labjournal.follower.printed import NOT_ANEW, Anew, begun_anew
from labjournal.follower.saved import of_checkpoints
from labjournal.model import PRINTED, Result, Run, RunKind, SeriesKey
from labjournal.store import Store
from labjournal.store import predictions as stored_predictions
from labjournal.vocabulary import Level

if TYPE_CHECKING:  # a run without curves is judged without numpy
    from labjournal.checks.curve import Curve
    from labjournal.checks.run_view import RunView

LIVE_EVERY_S = 30.0
_QUANTITIES = ("loss", "goodness", "calibration", "lr", "epoch", "reward", "right")
_LATEST = 2.0**34
"""The year 2514: a time beyond it in an event file is none."""


class Checker:
    """Judges runs of one index; remembers which living ones have new points, and when it last looked."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config
        self._looked: dict[str, float] = {}
        self._waiting: set[str] = set()

    def ended(self, run: Run, stated: Sequence[Fact]) -> list[Fact]:
        """New findings about a run that has ended and is read whole."""
        self._looked.pop(run.id, None)
        self._waiting.discard(run.id)
        return self._facts(run, self.verdicts(run, stated), stated)

    def due(self, run_id: str, fresh: bool, timed: bool) -> bool:
        """Whether a living run should be looked at: it has new points, and the last look was some time ago.

        ``timed``: somebody said how long it should take, which can be told without any points.
        """
        if fresh or timed:
            self._waiting.add(run_id)
        now = time.monotonic()
        if run_id not in self._waiting or now - self._looked.get(run_id, -LIVE_EVERY_S) < LIVE_EVERY_S:
            return False
        self._waiting.discard(run_id)
        self._looked[run_id] = now
        return True

    def live(self, run: Run, stated: Sequence[Fact]) -> list[Fact]:
        """New alarms of a run that lives; to be asked for when it is `due`."""
        found = [self._disk(run), *self._gpus(run), *self._timing(run), _ranks(stated)]
        curves = self._curves(run.id, ("loss", "reward"), stated)
        if curves:
            from labjournal.checks.judging import judge_live
            from labjournal.checks.run_view import RunView

            found += judge_live(RunView(curves, ended=False, done=False))
        return self._facts(run, found, stated)

    def unjudged(self, run: Run) -> dict[str, list[str]]:
        """Why rules could not be judged, from outside and inside the processes: each reason with its rules."""
        if not run.status.ended:
            return {"the run has not ended": ["checks from outside"]}
        stated = self._store.run_facts(run.id)
        verdicts = self.verdicts(run, stated)
        if not self._curves(run.id, _QUANTITIES, stated):
            from labjournal.checks.judging import judge_curves
            from labjournal.checks.run_view import RunView

            verdicts += judge_curves(RunView())
        judged = {verdict.rule for verdict in verdicts if verdict.state != "not judged"} | set(said_of(stated))
        silent = [(verdict.rule, verdict.message) for verdict in verdicts]
        because: dict[str, list[str]] = {}
        for rule, why in (*inside.unjudged(stated), *silent):
            if rule not in judged and rule not in self._config.checks.off:
                judged.add(rule)
                because.setdefault(why, []).append(rule)
        return because

    def verdicts(self, run: Run, stated: Sequence[Fact]) -> list[Verdict]:
        """Everything the checks from outside say of an ended run, "fine" and "not judged" included."""
        anew = begun_anew(self._store, run.id)
        curves = self._curves(run.id, _QUANTITIES, stated)
        curves += by_role.losses(self._store.series_list(run.id), curves, stated, lambda key: self._curve(key, anew))
        results = self._store.results(measured_by=run.id)
        verdicts = list(self._of_curves(run, curves, stated, results))
        verdicts += self._of_results(results)
        verdicts += options.same_rows(self._store.results(measured_by=run.id, include_unassigned=True))
        if run.kind is RunKind.VALIDATE and run.subject is not None:
            verdicts.append(checkpoint.checkpoint_changed(run, self._store.checkpoints(run.subject.run)))
        verdicts += of_checkpoints(self._store, run, self._config.watch.frozen, stated)
        verdicts += self._of_identities(run, curves, results)
        verdicts += [
            host.interrupted(run),
            *self._gpus(run),
            *self._timing(run),
            *_code(run, stated),
            _ranks(stated),
        ]
        return verdicts + self._of_tables(run)

    # -- what is looked at -----------------------------------------------------------------------------------------

    def _curves(self, run_id: str, quantities: tuple[str, ...], stated: Sequence[Fact]) -> tuple[Curve, ...]:
        """The curves whose names say one of these quantities, one value a step in the surviving line."""
        infos = [info for info in self._store.series_list(run_id) if read_name(info.key.name).quantity in quantities]
        anew = begun_anew(self._store, run_id)
        curves = [(info.key, self._curve(info.key, anew)) for info in infos]
        moments = phases.begun(stated)
        return tuple(
            phases.marked(curve, moments, anew.resets.get(key.tag, ())) for key, curve in curves if curve is not None
        )

    def _curve(self, key: SeriesKey, begun: Anew = NOT_ANEW) -> Curve | None:
        import numpy as np

        from labjournal.checks.curve import Curve
        from labjournal.events import last_of_each_step, surviving

        data = self._store.series(key)
        if data is None or not len(data.steps):
            return None
        name = key.tag if key.folder == PRINTED else key.name
        if (np.diff(data.steps) > 0).all():
            rounds = tuple(begun.rounds.get(key.tag, ())) if key.folder == PRINTED else ()
            return Curve(name, data.steps, data.values, data.walls, data.breaks, rounds)
        kept = last_of_each_step(data.steps, surviving(data.steps, data.breaks))
        sessions = data.sessions[kept]
        breaks = tuple((np.flatnonzero(np.diff(sessions)) + 1).tolist())
        return Curve(name, data.steps[kept], data.values[kept], data.walls[kept], breaks)

    def _of_curves(
        self, run: Run, curves: tuple[Curve, ...], stated: Sequence[Fact], results: Sequence[Result]
    ) -> Iterator[Verdict]:
        if not curves:
            return
        from labjournal.checks.judging import judge_curves

        yield from judge_curves(self._view(run, curves, stated, results))

    def _view(self, run: Run, curves: tuple[Curve, ...], stated: Sequence[Fact], results: Sequence[Result]) -> RunView:
        from labjournal.checks.run_view import RunView

        known = self._store.checkpoints(run.id)
        ends = [fact.data for fact in stated if fact.kind == "watch_end"]
        return RunView(
            curves,
            ended=run.status.ended,
            done=run.status.value == "DONE" and not run.exit_code,
            settings=run.settings,
            real_steps=by_role.real_steps(stated),
            planned_steps=run.planned_steps,
            counted_by=_told(ends, "counted_by"),
            criterion=_told(ends, "criterion"),
            optimizers=max(
                (_listed(fact.data.get("optimizers")) for fact in stated if fact.kind == "watch_state"), default=1
            ),
            begun=len(phases.begun(stated)),
            classes=max((len(result.counts.labels) for result in results if result.counts), default=None),
            labels=inside.labels(stated),
            said=said_of(stated),
            names=tuple(
                info.key.name
                for info in self._store.series_list(run.id)
                if not info.key.name.startswith((f"{tags.WATCH}/", f"{tags.SYSTEM}/"))
            ),
            datasets=len(
                {fact.data.get("dataset") for fact in stated if fact.kind == "epoch" and fact.data.get("training")}
            ),
            checkpoint_steps=tuple(one.step for one in known if one.step is not None),
            keeps_best=any("best" in Path(one.path).name.lower() for one in known),
        )

    def _of_results(self, results: Sequence[Result]) -> Iterator[Verdict]:
        if not results:
            return
        from labjournal import stats

        def tell(a: tuple[int, int], b: tuple[int, int]) -> options.Apart:
            said = stats.compare_rates(a, b)
            return options.Apart(said.word == "differs", said.word, said.p)

        subjects = sorted({result.subject.run for result in results})
        others = [other for subject in subjects for other in self._store.results(run=subject)]
        yield from outcome.judge(results, others, tell, self._areas(results))

    def _areas(self, results: Sequence[Result]) -> dict[str, outcome.Area]:
        """The AUC of the results whose scores, event by event, still lie where they were stated to."""
        files = stored_predictions.read(self._store.connection, self._store.places)
        known = {result.id: files[result.id] for result in results if result.id in files}
        if not known:
            return {}
        from labjournal.compare.predicted import area_bounds
        from labjournal.parsers import predictions

        found = {}
        for result, file in known.items():
            try:
                path = Path(file.path)
                if predictions.digest(path) == file.sha256:
                    bounds = area_bounds(predictions.read(path), self._config.results.signal)
                    found.update({} if bounds is None else {result: outcome.Area(*bounds)})
            except (OSError, JournalError):  # gone, or another file by now
                continue
        return found

    def _of_identities(self, run: Run, curves: tuple[Curve, ...], results: Sequence[Result]) -> Iterator[Verdict]:
        known = identities.parse(self._config.identities)
        if not known:
            return
        values = {name: number for name, value in run.settings.items() if (number := facts.number(value)) is not None}
        for info in self._store.series_list(run.id):
            values[info.key.name] = info.last_value
        values |= {curve.name: float(curve.finite.values[-1]) for curve in curves if len(curve.finite)}
        if not results:
            yield from identities.judge(known, values)
        for result in results:
            yield from identities.judge(known, {**values, **result.metrics}, result.digits)

    def _of_tables(self, run: Run) -> list[Verdict]:
        if run.kind is not RunKind.TRAIN:
            return []
        tables = {name: table.rows for name, table in self._config.tables.items() if run.name in table.rows}
        if not tables:
            return []
        from labjournal.checks.progress import asymmetric_runs

        return [asymmetric_runs(name, self._steps(rows)) for name, rows in tables.items()]

    def _steps(self, rows: Sequence[str]) -> dict[str, int]:
        found = {}
        for row in rows:
            try:
                one = self._store.resolve(row)
            except NotFoundError:  # not run yet
                continue
            if one.step is not None and one.status.ended:
                found[one.name] = one.step
        return found

    @staticmethod
    def _timing(run: Run) -> list[Verdict]:
        return [] if run.expect_time_s is None else [timing.overdue(run, datetime.now(UTC))]

    def _gpus(self, run: Run) -> Iterator[Verdict]:
        for info in self._store.series_list(run.id):
            if info.key.tag.startswith(f"{tags.SYSTEM}/gpu") and info.key.tag.endswith("/memory_percent"):
                curve = self._curve(info.key)
                if curve is not None:
                    yield host.gpu_memory(curve)

    def _disk(self, run: Run) -> Verdict:
        largest = max((one.size for one in self._store.checkpoints(run.id)), default=0)
        return host.disk_low(disk_free(Path(run.cwd)) if run.cwd else None, largest)

    # -- what is stated --------------------------------------------------------------------------------------------

    def _facts(self, run: Run, verdicts: Sequence[Verdict], stated: Sequence[Fact]) -> list[Fact]:
        if not any(verdict.found for verdict in verdicts):
            return []
        from labjournal.checks.judging import folded

        checks = self._config.checks
        found = folded(verdicts, said_of(stated), checks.off, checks.level)
        remedies = {rule.rule: rule.remedy for rule in catalogue()} if found else {}
        return [_fact(run, verdict, remedies[verdict.rule]) for verdict in found]


def said_of(stated: Sequence[Fact]) -> dict[str, Level]:
    """Rules that have spoken about a run, at their worst level."""
    said: dict[str, Level] = {}
    for fact in stated:
        rule, level = fact.data.get("rule"), fact.data.get("level")
        if fact.kind == "finding" and isinstance(rule, str) and level in tuple(Level):
            said[rule] = max(said.get(rule, Level.NOTICE), Level(str(level)), key=lambda each: each.rank)
    return said


def _fact(run: Run, verdict: Verdict, remedy: str) -> Fact:
    moment = run.ended_at or run.started_at or run.created_at
    seen = verdict.wall if verdict.wall is not None and 0 < verdict.wall < _LATEST else moment.timestamp()
    data: Mapping[str, object] = {
        "rule": verdict.rule,
        "rule_version": RULES_VERSION,
        "level": verdict.level.value,
        "subject": verdict.subject,
        "step": verdict.step,
        "message": verdict.message,
        "evidence": dict(verdict.evidence),
        "remedy": remedy,
        "caused_by": verdict.caused_by,
    }
    fact_id = facts.derived_id("finding", run.id, verdict.rule, RULES_VERSION, verdict.subject)
    return facts.make("finding", dict(data), run.id, facts.now_iso(seen), fact_id)


def _told(ends: Sequence[Mapping[str, object]], what: str) -> str | None:
    """The first text of this name that the watch gave at its end."""
    return next((value for end in ends if isinstance(value := end.get(what), str)), None)


def _listed(value: object) -> int:
    """How many a fact lists; whoever wrote another shape has listed none."""
    return len(value) if isinstance(value, list) else 0


def _ranks(stated: Sequence[Fact]) -> Verdict:
    """The weights of the ranks against each other."""
    return replicas.judge([fact.data for fact in stated if fact.kind == "replica"])


def _code(run: Run, stated: Sequence[Fact]) -> Iterator[Verdict]:
    """What Python ran of the repository against what was recorded of it."""
    executed: dict[str, tuple[int, int]] = {}
    for fact in stated:
        files = fact.data.get("files") if fact.kind == "code" else None
        for path, told in files.items() if isinstance(files, dict) else ():
            if isinstance(told, list) and len(told) == 2:
                executed.setdefault(str(path), (int(told[0]), int(told[1])))
    code = run.snapshot
    if not executed or code.commit is None or code.root is None or not Path(code.root).is_dir():
        return
    from labjournal.vcs.worktrees import checksums

    try:
        recorded = checksums(Path(code.root), code.commit, sorted(executed))
    except JournalError:  # the repository has moved, or the commit was collected
        return
    yield executed_code.code_not_as_recorded(executed, recorded)
