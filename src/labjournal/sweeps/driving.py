"""Minding a sweep: launching what is left, ending trials that lead nowhere, drawing the next values.

A grid without rules needs nobody once all its trials stand in the queue. Everything else is minded by one process at a
time, which may die at any moment: called again it finds the plan, the runs, and (for a search) optuna's journal.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from labjournal import format as fmt
from labjournal import scheduler
from labjournal.errors import InputError
from labjournal.follower import Follower
from labjournal.judging import curves
from labjournal.model import Status
from labjournal.runner import launchers, launching
from labjournal.runner.request import Launched
from labjournal.store.sweeps import TrialRow
from labjournal.sweeps import ending, plan, stopping, table
from labjournal.sweeps.plan import Sweep, Trial
from labjournal.sweeps.search import Searching

_POLL_S = 0.2
_SLOWEST_POLL_S = 2.0
_SHARE = 10.0
"""A thousand queued runs take a while to look at: minding them may cost a tenth of a processor."""


class Driver:
    """Minds one sweep.

    Args:
        sweep: which.
        follower: of its journal.
        tell: is given a line worth reading.
        since: a ULID; a stop said after it is meant for us. None: one that is not known of yet.

    Raises InputError for a sweep whose command is not known whole.
    """

    def __init__(self, sweep: Sweep, follower: Follower, tell: Callable[[str], None], since: str | None = None) -> None:
        plan.refuse_masked(sweep)
        self._sweep = sweep
        self._follower = follower
        self._tell = tell
        self._rules = [stopping.parse(text, _direction(sweep)) for text in sweep.stop]
        self._stopped: set[str] = set()
        said = ending.said(follower.store, sweep)
        self._stops_before = said if since is None else {stop for stop in said if stop < since}

    def queue(self) -> list[Launched]:
        """Queue all of a grid that nobody has to mind; a stop that is said meanwhile ends what it could not know of."""
        with self._alone():
            launched = self._launch_rest()
            self._follower.catch_up(with_curves=False)
            if self._is_stopped():
                self._end(self._living(self._trials()))
        return launched

    def _launch_rest(self) -> list[Launched]:
        """Queue every trial of a grid that has no run, or whose run was lost or stopped with the sweep."""
        known = {trial.number: trial for trial in self._trials()}
        lost = {number for number, trial in known.items() if self._is_lost(trial)}
        lost |= {trial.number for trial in self._cut_short(list(known.values()))}
        wanted = [trial for trial in plan.grid(self._sweep) if trial.number not in known or trial.number in lost]
        return self._launch(wanted)

    def _is_lost(self, trial: TrialRow) -> bool:
        return trial.status in (Status.LOST, Status.PREEMPTED) and not self._comes_back(trial)

    def _comes_back(self, trial: TrialRow) -> bool:
        """Whether a trial that has an end waits to be started again by its launcher."""
        return launchers.comes_back(self._follower.paths.run(trial.run), Status(trial.status))

    def _launch_again(self, trials: Sequence[TrialRow]) -> list[Launched]:
        """Queue trials that never started, because the process that launched them died before it had queued them."""
        lost = {trial.number for trial in trials if trial.status == Status.LOST and trial.started_at is None}
        return self._launch([trial for trial in plan.grid(self._sweep) if trial.number in lost]) if lost else []

    def _cut_short(self, trials: Sequence[TrialRow]) -> list[TrialRow]:
        return ending.cut_short(self._follower.store, self._sweep, trials)

    def _draw_again(self, searching: Searching) -> None:
        """Launch trials of a search that were stopped with it, with the values they had."""
        stopped = self._cut_short(self._trials())
        asked = searching.open_of([Trial(trial.number, trial.values, trial.seed) for trial in stopped])
        searching.launched(asked, self._launch(asked))

    def mind(self) -> None:
        """Until nothing is left to do, or the sweep is stopped.

        Raises InputError when another process minds it already.
        """
        with self._alone():
            searching = Searching.open(self._sweep, self._follower) if self._sweep.search is not None else None
            if searching is None:
                self._launch_rest()
            else:
                self._draw_again(searching)
            pause, told = _POLL_S, ""
            while True:
                began = time.monotonic()
                self._follower.catch_up()
                trials = self._trials()
                living = self._living(trials)
                if self._is_stopped():
                    self._end(living)
                    return
                if searching is None and self._launch_again(trials):
                    continue
                spent = self._over_budget(trials)
                if spent is not None:
                    self._stop_all(living, spent)
                self._apply_rules(living)
                if searching is not None:
                    for trial, why in searching.settle(trials):
                        self._stop(trial, why)
                    free = 0 if spent is not None else self._sweep.max_parallel - len(living)
                    asked = searching.draw(free)
                    if asked:
                        launched = self._launch(asked)
                        searching.launched(asked, launched)
                        continue
                progress = f"{len(trials) - len(living)} of {self._sweep.size} trials ended"
                if progress != told:
                    told = progress
                    self._tell(progress)
                    pause = _POLL_S
                if not living:
                    return
                time.sleep(max(pause, _SHARE * (time.monotonic() - began)))
                pause = min(pause * 1.3, _SLOWEST_POLL_S)

    def _trials(self) -> list[TrialRow]:
        return table.newest(self._follower.store.sweep_trials(self._sweep.id))

    def _living(self, trials: Sequence[TrialRow]) -> list[TrialRow]:
        return [trial for trial in trials if not Status(trial.status).ended or self._comes_back(trial)]

    def _is_stopped(self) -> bool:
        return bool(ending.said(self._follower.store, self._sweep) - self._stops_before)

    def _launch(self, wanted: Sequence[Trial]) -> list[Launched]:
        if not wanted:
            return []
        requests = [plan.request(self._sweep, trial) for trial in wanted]
        return launching.launch_all(requests, self._follower.paths, self._follower.config)

    def _apply_rules(self, living: Sequence[TrialRow]) -> None:
        for trial in living:
            for rule in self._rules if trial.status == Status.RUNNING else ():
                why = self._why(rule, trial)
                if why is not None:
                    self._stop(trial, why)
                    break

    def _why(self, rule: stopping.Rule, trial: TrialRow) -> str | None:
        key = curves.named(self._follower.store, trial.run, rule.metric)
        if key is None or isinstance(key, curves.Ambiguous):
            return None
        line = curves.line(self._follower.store, key)
        return rule.why(line.steps.tolist(), line.values.tolist())

    def _end(self, living: Sequence[TrialRow]) -> None:
        """The sweep was stopped; what was launched after that was said ends too."""
        known = ending.told(self._follower.store, self._sweep)
        late = [trial for trial in living if trial.run not in known]
        if late:
            ending.end_trials(self._sweep, late, self._follower.paths, self._follower.config, None)
            scheduler.dispatch(self._follower.paths)
        self._tell(f"stopped; labjournal sweep resume {self._sweep.name} goes on with what is left")

    def _over_budget(self, trials: Sequence[TrialRow]) -> str | None:
        budget = self._sweep.budget_s
        if budget is None:
            return None
        now = table.now()
        spent = sum(table.took_s(trial, now) or 0.0 for trial in trials)
        return f"the budget of {fmt.duration(budget)} is spent" if spent >= budget else None

    def _stop_all(self, living: Sequence[TrialRow], why: str) -> None:
        for trial in living:
            self._stop(trial, why)

    def _stop(self, trial: TrialRow, why: str) -> None:
        if trial.run in self._stopped:
            return
        self._stopped.add(trial.run)
        run = self._follower.paths.run(trial.run)
        launchers.of_run(run, self._follower.config).stop(run, f"sweep: {why}")
        scheduler.dispatch(self._follower.paths)
        self._tell(f"{trial.name} stopped: {why}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process minds a sweep; the kernel lets go of the lock when it dies."""
        import fcntl

        folder = self._follower.paths.sweeps
        folder.mkdir(parents=True, exist_ok=True)
        fd = os.open(folder / f"{self._sweep.id}.lock", os.O_RDWR | os.O_CREAT, 0o664)
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(f"{self._sweep.name} is minded by another process already.") from None
            yield
        finally:
            os.close(fd)


def _direction(sweep: Sweep) -> str | None:
    return sweep.search.direction if sweep.search is not None else None
