"""Running a study: stage after stage, each behind its gate, each by the launch that ``labjournal run`` makes.

What was launched goes on when this process dies; called again it waits for what runs and goes on from there. A stage
that passed on this code is not run again, one that failed on it neither: running until it passes would prove nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from labjournal import format as fmt
from labjournal.errors import InputError, NotFoundError
from labjournal.facts import Fact
from labjournal.follower import Follower
from labjournal.model import Run
from labjournal.model.plan import planned_steps
from labjournal.runner import commands, launching
from labjournal.studies import members, notices, searches, statements
from labjournal.studies.protocol import Stage, Study
from labjournal.studies.searches import Member
from labjournal.studies.standing import Judge, Standing, State, gate
from labjournal.vocabulary import OVERDUE_AFTER

_POLL_S = 0.1
_SLOWEST_POLL_S = 1.0
_LATE = 0.02
"""The end of a stage is seen late by this share of what the stage takes, within the two above."""
_WORTH_PROGRESS_S = 30.0
_NOT_AGAIN = frozenset((State.PASSED, State.FAILED, State.UNDECIDED))


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a study is to be run."""

    start: str | None = None
    """Run this stage and all after it, whatever they were before."""
    only: tuple[str, ...] = ()
    """Run these stages and no others."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Stage -> why its gate may be passed by."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something worth a line while a study runs."""

    stage: str
    text: str
    notice: bool = False


class Runner:
    """Runs the stages of one study; ``tell`` is given what happens."""

    def __init__(
        self, study: Study, follower: Follower, tell: Callable[[Said], None], launcher: str | None = None
    ) -> None:
        """``launcher`` is that of its runs, where the configuration names another; trials of a search stay here."""
        self._study = study
        self._follower = follower
        self._tell = tell
        self._launcher = launcher
        self._judge = Judge(study, follower.store, follower.paths, follower.config)
        self._known: list[Standing] | None = None
        """Where all stages stand, while nothing has been launched since."""

    def run(self, asked: Asked) -> list[Standing]:
        """Run what is asked for, return where the study stands then. Raises InputError, NotFoundError."""
        for name in [*asked.only, *asked.overrides, *([asked.start] if asked.start else [])]:
            self._study.stage(name)
        started = False
        for stage in self._study.stages:
            started = started or stage.name == asked.start
            if asked.only and stage.name not in asked.only:
                continue
            self._stage(stage, asked, again=started or stage.name in asked.only)
        return self._settled()

    def _stage(self, stage: Stage, asked: Asked, again: bool) -> None:
        standings = {one.stage.name: one for one in self._settled()}
        now = standings[stage.name]
        if now.state is State.NOT_TAKEN:
            self._say(stage, f"not run: {now.because}")
            return
        if now.state is State.RUNNING and stage.section.search is not None:
            self._say(stage, f"searches already: {now.because}")
            self._search(stage, now.runs[-1])
            return
        if now.state is State.RUNNING:
            self._say(stage, f"runs already: {now.because}")
            self._wait(stage)
            return
        current = all(run.stage and run.stage.protocol == members.protocol_of(stage) for run in now.runs)
        if now.state in _NOT_AGAIN and not again and current and not now.missing:
            self._say(stage, _before(now))
            return
        shut = gate(stage, standings)
        if now.state is State.WAITING and stage.section.path:
            shut = shut or now.because or None
        if not self._may_start(stage, shut, asked.overrides.get(stage.name)):
            return
        all_runs = {name: one.runs for name, one in standings.items()}
        try:
            wanted = self._judge.members(stage, all_runs)
        except NotFoundError as error:  # nothing to validate: the other stages can still be run
            self._say(stage, f"not started: {error.message}", notice=True)
            return
        if stage.section.search is not None:
            self._search(stage, now.runs[-1] if now.state is State.INCOMPLETE and not again else None)
            return
        kept = {tuple(sorted(member.key.items())) for member in now.missing}
        if not again and now.runs and now.missing:
            wanted = [member for member in wanted if tuple(sorted(member.key.items())) in kept]
        self._launch(stage, wanted)
        self._wait(stage)

    def _search(self, stage: Stage, begun: Run | None) -> None:
        """Draw and mind the trials; ``begun`` is one of a search that was interrupted."""
        place = members.place_of(self._study, stage, {}, self._judge.code.files)
        searches.run(self._study, stage, place, begun, self._follower, lambda text: self._say(stage, text))
        self._wait(stage)

    def _may_start(self, stage: Stage, shut: str | None, override: str | None) -> bool:
        """Ask the gate, and put on record what it said."""
        if shut is None:
            if stage.section.after:
                self._state(statements.gate_fact(self._study, stage, None, None))
            return True
        self._state(statements.gate_fact(self._study, stage, shut, override))
        if override is not None:
            self._say(stage, f"gate overridden ({override}): {shut}", notice=True)
            return True
        self._say(stage, f"not started: {shut}", notice=True)
        return False

    def _state(self, fact: Fact) -> None:
        statements.state(self._follower.paths, self._follower.store, [fact])

    def _launch(self, stage: Stage, wanted: list[Member]) -> None:
        if not wanted:
            raise InputError(f"Stage {stage.name} has nothing to run.")
        paths, config = self._follower.paths, self._follower.config
        requests = [member.request._replace(launcher=self._launcher) for member in wanted]
        self._known = None
        launched = launching.launch_all(requests, paths, config)
        what = launched[0].name if len(launched) == 1 else fmt.plural(len(launched), "run")
        expected = stage.section.expect_time
        self._say(stage, f"{what} started{f', {expected} expected' if expected else ''}")
        for notice in launched[0].notices:
            self._say(stage, notice)

    def _wait(self, stage: Stage) -> None:
        """Until no run of the stage lives, with progress; then say how it turned out."""
        expected_s = commands.seconds(stage.section.expect_time, "expect_time")
        begun, told = time.monotonic(), ""
        overdue = False
        while True:
            self._follower.catch_up()
            everything = self._follower.store.runs_of_study(self._study.name)
            runs = members.current(everything, self._study)[stage.name]
            living = [run for run in runs if not run.status.ended]
            if runs and not living:
                break
            elapsed = max(_elapsed_s(runs), time.monotonic() - begun if not runs else 0.0)
            progress = _progress(runs, living, elapsed, expected_s)
            if progress not in ("", told):
                told = progress
                self._say(stage, progress)
            if expected_s and elapsed > OVERDUE_AFTER * expected_s and not overdue:
                overdue = True
                late = _overdue(runs, living, elapsed, expected_s)
                self._say(stage, late, notice=True)
                if len(runs) > 1 and living:  # of a single run the journal says it by itself
                    statements.state_overdue(self._follower.paths, living[0], late, expected_s)
                    notices.stage_late(self._follower.paths, self._study, stage.name, living[0], late)
            time.sleep(min(max(_POLL_S, _LATE * elapsed), _SLOWEST_POLL_S))
        self._known = None
        standing = next(one for one in self._settled() if one.stage.name == stage.name)
        self._state_outcome(standing)
        self._say(stage, _outcome(standing), notice=standing.state is not State.PASSED)
        for judged in standing.criteria:
            self._say(stage, f"  {_word(judged.outcome.passed)} {judged.text}: {judged.outcome.sentence}")
        if standing.decided is not None:
            self._say(stage, f"  decision: {decided_text(standing)}")

    def _state_outcome(self, standing: Standing) -> None:
        fact = statements.stage_fact(self._study, standing)
        statements.state(self._follower.paths, self._follower.store, [fact])
        if fact is not None:
            notices.stage_ended(self._follower.paths, self._study, standing, fact.id)

    def _settled(self) -> list[Standing]:
        if self._known is None:
            self._follower.catch_up()
            self._known = self._judge.standings()
        return self._known

    def _say(self, stage: Stage, text: str, notice: bool = False) -> None:
        self._tell(Said(stage.name, text, notice))


def decided_text(standing: Standing) -> str:
    """What a decision says, in a line."""
    decided = standing.decided
    assert decided is not None
    if decided.path is None:
        return decided.because
    what = f": {decided.text}" if decided.text else ""
    return f"path {decided.path}{what} ({decided.because})"


def _before(standing: Standing) -> str:
    run = standing.runs[-1]
    if standing.state is State.PASSED:
        return f"passed already ({run.name}, same code)"
    return f"{standing.state} already on this code, not run again: {standing.because}"


def _outcome(standing: Standing) -> str:
    took = f" after {fmt.duration(standing.took_s)}" if standing.took_s is not None else ""
    told = standing.because and not standing.criteria
    return f"{standing.state}{took}" + (f": {standing.because}" if told else "")


def _word(passed: bool | None) -> str:
    return {True: "ok", False: "FAIL", None: "open"}[passed]


def _elapsed_s(runs: list[Run]) -> float:
    starts = [run.started_at or run.created_at for run in runs]
    return max(0.0, time.time() - min(starts).timestamp()) if starts else 0.0


def _progress(runs: list[Run], living: list[Run], elapsed_s: float, expected_s: float | None) -> str:
    """How far a stage is, by its runs and steps; it changes seldom enough to be a line each time."""
    done = len(runs) - len(living)
    parts = [f"{done} of {len(runs)} runs"] if len(runs) > 1 else []
    told = next(((run.step, plan) for run in living if run.step is not None and (plan := planned_steps(run))), None)
    if told is not None:
        parts.append(f"{10 * int(10 * told[0] / told[1])}% of the steps")
    if expected_s and expected_s >= _WORTH_PROGRESS_S:
        tenth = int(10 * elapsed_s / expected_s)
        parts += [f"{10 * tenth}% of the expected {fmt.duration(expected_s)}"] if tenth else []
    return ", ".join(parts)


def _overdue(runs: list[Run], living: list[Run], elapsed_s: float, expected_s: float) -> str:
    """What a stage that takes too long says: how long, how far, and when it will end at this pace."""
    done = len(runs) - len(living)
    text = f"{fmt.duration(elapsed_s)} of the expected {fmt.duration(expected_s)}"
    if done:
        each = elapsed_s / done
        rest = each * len(living)
        return f"{text}; {done} of {len(runs)} runs done, {fmt.duration(each)} each, {fmt.duration(rest)} to go"
    return f"{text}, and no end in sight"
