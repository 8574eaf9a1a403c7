"""Searches by optuna: which values to try next, and which trials to end by the median of the others.

optuna's own journal lies beside the facts (``.labjournal/sweeps/ID.optuna``), to be looked at with any of its tools.
A trial is asked for, launched, and told the values of its run: what died between these is found again by the run's id.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from labjournal.errors import JournalError
from labjournal.follower import Follower
from labjournal.judging import curves
from labjournal.model import Status
from labjournal.runner import commands
from labjournal.runner.request import Launched
from labjournal.store.sweeps import TrialRow
from labjournal.sweeps import space, table
from labjournal.sweeps.plan import Sweep, Trial

if TYPE_CHECKING:
    import optuna

RUN = "run"
"""Attribute of optuna's trials: the run's id. Their numbers are those of the sweep."""


class Searching:
    """The search of one sweep. Open it with ``open``."""

    def __init__(self, sweep: Sweep, follower: Follower, study: optuna.Study) -> None:
        self._sweep = sweep
        self._follower = follower
        self._study = study
        self._reported: dict[str, int] = {}

    @classmethod
    def open(cls, sweep: Sweep, follower: Follower) -> Searching:
        """The search as it stands; begun when it is not. Raises JournalError without optuna."""
        assert sweep.search is not None
        try:
            import optuna
            from optuna.storages.journal import JournalFileBackend
        except ImportError as error:
            raise JournalError("A search needs optuna.", "pip install 'labjournal[search]'") from error
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        folder = follower.paths.sweeps
        folder.mkdir(parents=True, exist_ok=True)
        storage = optuna.storages.JournalStorage(JournalFileBackend(str(folder / f"{sweep.id}.optuna")))
        pruner: Any = optuna.pruners.NopPruner()
        if sweep.search.pruner == "median":
            pruner = optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1)
        study = optuna.create_study(
            storage=storage,
            study_name=sweep.id,
            load_if_exists=True,
            direction="maximize" if sweep.search.direction == "higher" else "minimize",
            pruner=pruner,
        )
        # One seed for each trial drawn, so that a search that was gone on with does not draw its first values again.
        study.sampler = _sampler(sweep, len(study.trials))
        found = cls(sweep, follower, study)
        found._find_lost_runs()
        return found

    def settle(self, trials: Sequence[TrialRow]) -> Iterator[tuple[TrialRow, str]]:
        """Tell optuna what came of trials; yields those that should end now, with why."""
        by_run = {trial.run: trial for trial in trials}
        for frozen in self._open():
            run = by_run.get(frozen.user_attrs.get(RUN, ""))
            if run is None:
                continue
            trial = self._handle(frozen)
            pruned = self._report(trial, run)
            if Status(run.status).ended:
                self._end(trial, run)
            elif pruned:
                yield run, f"behind the median of the others ({self._metric})"

    def draw(self, free: int) -> list[Trial]:
        """The next trials, at most so many at once; [] when there are enough."""
        assert self._sweep.search is not None
        left = self._sweep.search.trials - len(self._study.trials)
        seeded = "seed" in commands.places(self._sweep.command)
        wanted = []
        for _ in range(min(left, max(0, free))):
            drawn = self._study.ask()
            values = {axis.name: _drawn(drawn, axis) for axis in self._sweep.axes}
            seed = (self._sweep.search.seed + drawn.number) % 2**31 if seeded else None
            wanted.append(Trial(drawn.number, values, seed))
        return wanted

    def open_of(self, trials: Sequence[Trial]) -> list[Trial]:
        """Those of which optuna was not told an outcome."""
        numbers = {frozen.number for frozen in self._open()}
        return [trial for trial in trials if trial.number in numbers]

    def launched(self, asked: Sequence[Trial], runs: Sequence[Launched]) -> None:
        """Note which run each trial is."""
        by_number = {frozen.number: frozen for frozen in self._open()}
        for trial, run in zip(asked, runs, strict=True):
            self._handle(by_number[trial.number]).set_user_attr(RUN, run.id)

    @property
    def _metric(self) -> str:
        assert self._sweep.search is not None
        return self._sweep.search.metric

    def _open(self) -> list[Any]:
        import optuna

        return self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,))

    def _handle(self, frozen: Any) -> optuna.trial.Trial:
        import optuna

        return optuna.trial.Trial(self._study, frozen._trial_id)

    def _find_lost_runs(self) -> None:
        """A trial that was drawn when the process died: its run is known by its number, or there is none."""
        import optuna

        by_number = {trial.number: trial for trial in table.newest(self._follower.store.sweep_trials(self._sweep.id))}
        for frozen in self._open():
            if frozen.user_attrs.get(RUN):
                continue
            run = by_number.get(frozen.number)
            if run is not None:
                self._handle(frozen).set_user_attr(RUN, run.run)
            else:
                self._study.tell(frozen.number, state=optuna.trial.TrialState.FAIL)

    def _report(self, trial: optuna.trial.Trial, run: TrialRow) -> bool:
        """Give optuna the points of the curve that it has not seen; whether the trial should be pruned."""
        store = self._follower.store
        key = curves.named(store, run.run, self._metric)
        if key is None or isinstance(key, curves.Ambiguous):
            return False
        line = curves.line(store, key)
        seen = self._reported.get(run.run, -1)
        for step, value in zip(line.steps.tolist(), line.values.tolist(), strict=True):
            if step > seen and math.isfinite(value):
                trial.report(value, step)
        self._reported[run.run] = int(line.steps[-1])
        return self._sweep.search is not None and self._sweep.search.pruner is not None and trial.should_prune()

    def _end(self, trial: optuna.trial.Trial, run: TrialRow) -> None:
        import optuna

        states = optuna.trial.TrialState
        found = self._value(run)
        with contextlib.suppress(ValueError):  # another process told it first
            if found is not None and math.isfinite(found):
                state = states.COMPLETE if run.status == Status.DONE else states.PRUNED
                self._study.tell(trial.number, found if state is states.COMPLETE else None, state=state)
            else:
                self._study.tell(trial.number, state=states.FAIL)

    def _value(self, run: TrialRow) -> float | None:
        """The last result of the metric, else the best value of its curve."""
        assert self._sweep.search is not None
        measured = self._follower.store.sweep_values(self._sweep.id, self._metric).get(run.run)
        if measured is not None:
            return measured[0]
        best = table.best_of(self._follower.store, run.run, self._metric, self._sweep.search.direction)
        return None if best is None else best.value


def _sampler(sweep: Sweep, drawn: int) -> Any:
    import optuna

    assert sweep.search is not None
    seed = (sweep.search.seed + drawn) % 2**32
    if sweep.search.sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, constant_liar=True)


def _drawn(trial: optuna.trial.Trial, axis: space.Axis) -> str:
    if axis.values:
        return str(trial.suggest_categorical(axis.name, axis.values))
    assert axis.low is not None
    assert axis.high is not None
    if axis.whole:
        return str(trial.suggest_int(axis.name, int(axis.low), int(axis.high), log=axis.log))
    return space.written(trial.suggest_float(axis.name, axis.low, axis.high, log=axis.log))
