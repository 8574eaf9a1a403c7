"""Where a study stands: each stage with its runs, its criteria and its gate, computed from what was measured.

Nothing here is remembered: the same runs and the same ``study.toml`` give the same standing. What was said before a run
started is held against what is said now: criteria that were changed afterwards open no gate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from labjournal import format as fmt
from labjournal.config import Config
from labjournal.errors import JournalError
from labjournal.judging import conditions, criteria
from labjournal.judging.criteria import Outcome, Place
from labjournal.judging.finder import alike, took_s
from labjournal.judging.scope import Scope, Unknown
from labjournal.model import Run, Status
from labjournal.paths import JournalPaths
from labjournal.store import Store
from labjournal.studies import members
from labjournal.studies.code import CodeNow
from labjournal.studies.metrics import values_of
from labjournal.studies.protocol import Stage, Study
from labjournal.studies.searches import Member
from labjournal.studies.sections import DecisionSection

_ENDED_EARLY = (Status.LOST, Status.PREEMPTED, Status.KILLED)


class State(StrEnum):
    """Where a stage stands."""

    WAITING = "waiting"
    SHUT = "gate shut"
    NOT_TAKEN = "not taken"
    RUNNING = "running"
    INCOMPLETE = "incomplete"
    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    STALE = "other code"
    CHANGED = "changed since"


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion and what became of it."""

    text: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision says now."""

    decision: DecisionSection
    path: str | None
    text: str
    because: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One stage of a study."""

    stage: Stage
    state: State
    because: str
    """Why, in words; "" for a stage that passed."""
    criteria: tuple[Judged, ...] = ()
    runs: tuple[Run, ...] = ()
    missing: tuple[Member, ...] = ()
    """Members that have not run, or did not end well."""
    decided: Decided | None = None

    @property
    def commit(self) -> str | None:
        return self.runs[-1].snapshot.commit if self.runs else None

    @property
    def took_s(self) -> float | None:
        return took_s(self.runs)


class Judge:
    """Judges the stages of one study from one index."""

    def __init__(self, study: Study, store: Store, paths: JournalPaths, config: Config) -> None:
        self.study = study
        self.store = store
        self.config = config
        self.code = CodeNow(study.folder, config)
        self._place = Place(store, values_of(study, config), lambda run: paths.run(run.id).log)

    def standings(self) -> list[Standing]:
        """All stages in order."""
        everything = self.store.runs_of_study(self.study.name)
        runs = members.current(everything, self.study)
        found: dict[str, Standing] = {}
        for stage in self.study.stages:
            found[stage.name] = self._standing(stage, runs, found)
        return list(found.values())

    def _standing(
        self, stage: Stage, all_runs: Mapping[str, Sequence[Run]], before: Mapping[str, Standing]
    ) -> Standing:
        runs = all_runs[stage.name]
        not_taken = _not_taken(stage, before)
        if not runs:
            if not_taken is not None:
                return Standing(stage, State.NOT_TAKEN if not_taken else State.WAITING, not_taken or "no decision yet")
            shut = gate(stage, before)
            return Standing(stage, State.SHUT if shut else State.WAITING, shut or "")
        living = [run for run in runs if not run.status.ended]
        scope = self._scope(stage, runs, all_runs)
        judged = tuple(Judged(text, criteria.judge(text, scope, self._place)) for text in stage.criteria)
        judged += self._controls(stage, all_runs)
        missing = self._missing(stage, runs, all_runs)
        if living:
            ended = len(runs) - len(living)
            told = fmt.plural(len(runs), "run") if len(runs) > 1 else living[0].name
            return Standing(stage, State.RUNNING, f"{told}, {ended} ended", judged, tuple(runs), missing)
        state, because = self._state(stage, runs, judged, missing)
        decided = self._decided(stage, scope)
        return Standing(stage, state, because, judged, tuple(runs), missing, decided)

    def _scope(self, stage: Stage, runs: Sequence[Run], all_runs: Mapping[str, Sequence[Run]]) -> Scope:
        def stages(name: str) -> Sequence[Run]:
            found = [run for run in all_runs.get(name, ()) if run.status.ended]
            if not found:
                raise Unknown(f"stage {name} has not run")
            return found

        validates = stage.section.validates is not None
        return Scope(tuple(runs), tuple(runs), stage.axes, stages, only_measured=validates)

    def _controls(self, stage: Stage, all_runs: Mapping[str, Sequence[Run]]) -> tuple[Judged, ...]:
        """What a fault shows must not be seen without it: a sign that is always there proves nothing."""
        if stage.fault is None:
            return ()
        of = stage.fault.of
        rules = {part.rule for text in stage.fault.shows for part in _found_in(text)}
        expected = {part.rule for text in self.study.stage(of).section.criteria for part in _found_in(text)}
        judged = []
        for rule in sorted(rules - expected):
            runs = all_runs.get(of, ())
            text = f"no finding {rule}"
            outcome = (
                criteria.judge(text, Scope(tuple(runs), tuple(runs)), self._place)
                if runs and all(run.status.ended for run in runs)
                else Outcome(None, None, f"{of} has not run", missing=True)
            )
            judged.append(Judged(f"{text} in {of}", outcome))
        return tuple(judged)

    def _missing(self, stage: Stage, runs: Sequence[Run], all_runs: Mapping[str, Sequence[Run]]) -> tuple[Member, ...]:
        """Members that are still to be run: never launched, lost, or of a stage that is now another one."""
        try:
            wanted = self.members(stage, all_runs)
        except JournalError:
            return ()
        known = {_key(run.stage.member): run for run in runs if run.stage is not None}
        return tuple(member for member in wanted if not self._serves(stage, member, known.get(_key(member.key))))

    def members(self, stage: Stage, all_runs: Mapping[str, Sequence[Run]]) -> list[Member]:
        """What the stage is made of now. Raises InputError, NotFoundError."""
        known = all_runs.get(stage.hangs_on or "", ())
        return members.expected(self.study, stage, self.store, self.config, known, self.code.files)

    def _serves(self, stage: Stage, member: Member, run: Run | None) -> bool:
        """Whether a member need not be run again."""
        if run is None or run.stage is None or run.stage.protocol != members.protocol_of(stage):
            return False
        if stage.section.best_of is not None and not _has(run, member.request.settings):
            return False  # another search has found other values
        ended_early = (Status.LOST, Status.PREEMPTED) if stage.section.search else _ENDED_EARLY
        if run.status in ended_early:
            return False
        return run.stage.criteria == stage.criteria and self.code.other_than(run) is None

    def _state(
        self, stage: Stage, runs: Sequence[Run], judged: Sequence[Judged], missing: Sequence[Member]
    ) -> tuple[State, str]:
        bad = _ended_badly(stage, runs)
        failed = [one for one in judged if one.outcome.passed is False]
        unknown = [one for one in judged if one.outcome.passed is None]
        if bad is not None:
            return State.FAILED, bad
        if failed:
            return State.FAILED, f"{failed[0].text}: {failed[0].outcome.sentence}"
        if unknown:
            return State.UNDECIDED, f"{unknown[0].text}: {unknown[0].outcome.sentence}"
        if any(run.stage and run.stage.protocol != members.protocol_of(stage) for run in runs):
            return State.CHANGED, "its command, settings or data were changed after it ran"
        if any(run.stage and run.stage.criteria != stage.criteria for run in runs):
            return State.CHANGED, "its criteria were changed after it ran"
        other = next((words for run in runs if (words := self.code.other_than(run)) is not None), None)
        if other is not None:
            return State.STALE, f"passed on other code: {other}"
        if missing:
            return State.INCOMPLETE, f"{fmt.plural(len(missing), 'run')} of {len(runs) + len(missing)} to go"
        return State.PASSED, ""

    def _decided(self, stage: Stage, scope: Scope) -> Decided | None:
        decision = next((one for one in self.study.decisions if one.after == stage.name), None)
        if decision is None:
            return None
        told: list[str] = []
        for path in decision.path:
            if path.when is None:
                return Decided(decision, path.name, path.text, "; ".join(["no other path fits", *told]))
            outcome = criteria.judge(path.when, scope, self._place)
            if outcome.passed:
                return Decided(decision, path.name, path.text, f"{path.when}: {outcome.sentence}")
            if outcome.passed is None and outcome.missing:
                return Decided(decision, None, "", f"open: {outcome.sentence}")
            told.append(f"not {path.name}: {outcome.sentence}")
        return Decided(decision, None, "", "; ".join(["no path fits", *told]))


def gate(stage: Stage, before: Mapping[str, Standing]) -> str | None:
    """Why the stage may not start, in words; None when it may."""
    for name in stage.section.after:
        standing = before[name]
        if standing.state is not State.PASSED:
            why = f": {standing.because}" if standing.because else ""
            return f"{name} has not passed ({standing.state}{why})"
    return None


def _not_taken(stage: Stage, before: Mapping[str, Standing]) -> str | None:
    """Why the stage is on no path that was taken; "" while that is open; None for a stage that may be run."""
    if not stage.section.path:
        return None
    decided = [one.decided for one in before.values() if one.decided is not None]
    for one in decided:
        if one.path in stage.section.path:
            return None
        if one.path is not None and {path.name for path in one.decision.path} & set(stage.section.path):
            return f"path {one.path} was taken: {one.because}"
    return ""


def _has(run: Run, settings: Mapping[str, str]) -> bool:
    return all(alike(run.settings.get(name), said) for name, said in settings.items())


def _ended_badly(stage: Stage, runs: Sequence[Run]) -> str | None:
    """A run that did not end well fails its stage, unless the stage says how it must end."""
    says = any(
        isinstance(part, conditions.Ended)
        for text in stage.criteria
        for part in conditions.parts(conditions.parse(text))
    )
    bad = [run for run in runs if run.status is not Status.DONE]
    if not bad or says or stage.fault is not None:
        return None
    if stage.section.search is not None and len(bad) < len(runs):
        return None  # some values lead nowhere: a search is there to find that out
    cause = f": {bad[0].cause}" if bad[0].cause else ""
    return f"{bad[0].name} {bad[0].status.value.lower()}{cause}"


def _found_in(text: str) -> list[conditions.Found]:
    return [part for part in conditions.parts(conditions.parse(text)) if isinstance(part, conditions.Found)]


def _key(member: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(member.items()))
