"""Stopping a sweep as a whole.

It is said first, as a fact, and then asked of each trial: whoever minds the sweep, or is still queueing it, sees the
word, stops what it launched meanwhile and launches nothing more. What was stopped so is launched again by ``sweep
resume``; what a rule, a budget or a person ended by itself is not.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from labjournal import facts
from labjournal.config import Config
from labjournal.errors import JournalUnavailableError
from labjournal.facts import Fact
from labjournal.follower import Follower
from labjournal.model import Status
from labjournal.paths import JournalPaths
from labjournal.runner import launchers
from labjournal.store import Store
from labjournal.store.sweeps import TrialRow
from labjournal.sweeps import table
from labjournal.sweeps.plan import Sweep

KIND = "sweep_stopped"


class Stopped(NamedTuple):
    """What a sweep consisted of when it was stopped."""

    waiting: tuple[TrialRow, ...]
    running: tuple[TrialRow, ...]
    ended: int
    missing: int
    """Trials that nobody launched so far."""
    minded: bool
    """Whether a process minds it, which ends by itself within seconds."""

    @property
    def living(self) -> tuple[TrialRow, ...]:
        """First what waits: it would take a freed place."""
        return self.waiting + self.running

    @property
    def is_over(self) -> bool:
        return not (self.living or self.missing or self.minded)


def stop(sweep: Sweep, follower: Follower, why: str | None = None) -> Stopped:
    """Say that a sweep is to end and ask all its trials to. Raises JournalUnavailableError when it cannot be said.

    What waits elsewhere takes the freed places at the next ``scheduler.dispatch``.
    """
    found = _look(sweep, follower)
    if found.is_over:
        return found
    end_trials(sweep, found.living, follower.paths, follower.config, why)
    follower.catch_up(with_curves=False)  # who launched the last trials may have looked for a stop just before this one
    late = _look(sweep, follower, frozenset(trial.run for trial in found.living))
    if late.living:
        end_trials(sweep, late.living, follower.paths, follower.config, why)
    return found._replace(waiting=found.waiting + late.waiting, running=found.running + late.running)


def _look(sweep: Sweep, follower: Follower, apart_from: frozenset[str] = frozenset()) -> Stopped:
    paths = follower.paths
    trials = table.newest(follower.store.sweep_trials(sweep.id))
    waiting = tuple(trial for trial in trials if trial.run not in apart_from and _waits(trial, paths))
    running = tuple(trial for trial in trials if trial.run not in apart_from and trial.status == Status.RUNNING)
    ended = len(trials) - len(waiting) - len(running)
    return Stopped(waiting, running, ended, sweep.size - len(trials), is_minded(paths, sweep))


def _waits(trial: TrialRow, paths: JournalPaths) -> bool:
    return trial.status == Status.QUEUED or launchers.comes_back(paths.run(trial.run), Status(trial.status))


def end_trials(sweep: Sweep, trials: Sequence[TrialRow], paths: JournalPaths, config: Config, why: str | None) -> None:
    """State that these were ended with their sweep, then ask them to end."""
    data = {"sweep": sweep.id, "name": sweep.name, "why": why, "trials": [trial.run for trial in trials]}
    try:
        facts.append(paths.my_facts, [facts.make(KIND, data)], sync=True, lock=True)
    except OSError as error:
        raise JournalUnavailableError(
            f"The stop of {sweep.name} cannot be written: {paths.my_facts}: {error.strerror or error}."
        ) from error
    words = f"with its sweep {sweep.name}" + (f": {why}" if why else "")
    launchers.stop_all([paths.run(trial.run) for trial in trials], config, words)


def said(store: Store, sweep: Sweep) -> frozenset[str]:
    """The facts by which a sweep was stopped so far."""
    return frozenset(fact.id for fact in _stops(store, sweep))


def cut_short(store: Store, sweep: Sweep, trials: Sequence[TrialRow]) -> list[TrialRow]:
    """Of the newest runs of trials those that ended with their sweep, before their time."""
    stopped = told(store, sweep)
    return [trial for trial in trials if trial.run in stopped and trial.status == Status.KILLED]


def told(store: Store, sweep: Sweep) -> set[str]:
    """The runs that were asked to end with their sweep."""
    stated = (fact.data.get("trials") for fact in _stops(store, sweep))
    return {run for trials in stated if isinstance(trials, list) for run in trials}


def _stops(store: Store, sweep: Sweep) -> list[Fact]:
    return [fact for fact in store.facts_of_kind(KIND) if fact.data.get("sweep") == sweep.id]


def is_minded(paths: JournalPaths, sweep: Sweep) -> bool:
    """Whether a process on this machine minds a sweep now."""
    import fcntl

    try:
        fd = os.open(paths.sweeps / f"{sweep.id}.lock", os.O_RDWR)
    except OSError:  # nobody ever did
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
