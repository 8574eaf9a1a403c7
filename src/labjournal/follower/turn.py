"""One turn of the follower: look at everything that is not sealed, then write what is new in one transaction.

Reading takes no lock. Several apps, command lines and supervisors may turn at once: facts fold to the same rows
whoever folds them, and what was read of an event file counts only if its offset has not moved meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from labjournal.errors import JournalError, JournalUnavailableError
from labjournal.facts import Fact
from labjournal.filesystems import filesystem_kind
from labjournal.follower import following
from labjournal.follower.facts_files import FactsRead, FactsReader
from labjournal.follower.lookout import Lookout
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store

if TYPE_CHECKING:  # a turn that finds nothing new does without all of them
    from labjournal.config import Config
    from labjournal.follower.checking import Checker
    from labjournal.follower.curves import CurvesReader, FileRead
    from labjournal.follower.datasets import Identifier
    from labjournal.follower.log_reader import LogReader
    from labjournal.follower.printed import PrintedCurves
    from labjournal.follower.sources import Found, Sources
    from labjournal.follower.versions import VersionsReader
    from labjournal.model import Run

_FACTS, _WHOLE = 1, 2
"""How far a run is sealed: its facts are in, or everything that follows from its files too."""


class Turned(NamedTuple):
    """What a turn changed."""

    runs: frozenset[str] = frozenset()
    """Runs with new facts or points."""
    words: bool = False
    """Whether people said something new."""
    lost: frozenset[str] = frozenset()
    """Runs that were found lost in this turn: nobody had said so before."""
    unfinished: bool = False
    """There was more to read than one turn takes: turn again at once."""

    def __bool__(self) -> bool:
        return bool(self.runs or self.words)


@dataclass
class _Look:
    """What was read of one run."""

    paths: RunPaths
    curves: list[FileRead] = field(default_factory=list)
    printed: bool = False
    """Its log brought new points."""
    live: str | None = None
    over: bool = False
    """Its end is written; its supervisor may still have others of a batch to run."""
    ended: bool = False
    """Its end is written and nothing of it lives."""
    known: bool = True
    """False for a folder without a single fact yet."""


class _Stated(NamedTuple):
    """What the index says of a run, kept between turns."""

    run: Run
    facts: list[Fact]
    sources: Sources


class Follower:
    """Keeps an index up to date with the files of a journal. One thread; its store is its own."""

    def __init__(self, paths: JournalPaths, store: Store, config: Config | None = None) -> None:
        self.paths = paths
        self.store = store
        self._given = config
        self._facts = FactsReader(store)
        self._stated: dict[str, _Stated] = {}
        self._live: dict[str, str | None] = {}
        self._run_paths: dict[str, RunPaths] = {}
        self._known: set[str] = set()
        self._read_off: set[str] = set()
        self._lookout = Lookout(paths, store)
        self.lost: list[str] = []
        """Runs that this follower was the first to find lost, oldest first."""

    @property
    def queued(self) -> dict[str, str]:
        """What each run that waits in the queue waits for, as of the last turn."""
        return self._lookout.queued

    @cached_property
    def config(self) -> Config:
        from labjournal import config

        return self._given or config.load(self.paths.project)

    @cached_property
    def _curves(self) -> CurvesReader:
        from labjournal.follower.curves import CurvesReader

        return CurvesReader(self.store, reopen=filesystem_kind(self.paths.folder) == "network")

    @cached_property
    def _found(self) -> Found:
        from labjournal.follower.sources import Found

        return Found(self.store)

    @cached_property
    def _identifier(self) -> Identifier:
        from labjournal.follower.datasets import Identifier

        return Identifier(self.paths, self.config)

    @cached_property
    def _versions(self) -> VersionsReader:
        from labjournal.follower.versions import VersionsReader

        return VersionsReader()

    @cached_property
    def _printed(self) -> PrintedCurves:
        from labjournal.follower.printed import PrintedCurves

        return PrintedCurves(self.store)

    @cached_property
    def _logs(self) -> LogReader:
        from labjournal.follower.log_reader import LogReader

        return LogReader(self.config)

    @cached_property
    def _checker(self) -> Checker:
        from labjournal.follower.checking import Checker

        return Checker(self.store, self.config)

    @classmethod
    def open(cls, paths: JournalPaths, config: Config | None = None) -> Follower:
        """A follower on the journal's index, or, where that cannot be written, on one in memory."""
        try:
            store = Store.open(paths)
        except JournalUnavailableError:
            if os.access(paths.folder, os.W_OK):
                raise
            store = Store.in_memory()
        return cls(paths, store, config)

    def close(self) -> None:
        if "_curves" in self.__dict__:
            self._curves.close()
        self.store.close()

    def catch_up(self, with_curves: bool = True) -> None:
        """Turn until everything that stands in the files is in the index."""
        while self.turn(with_curves).unfinished:
            pass

    def turn(self, with_curves: bool = True) -> Turned:
        """Fold what is new. Without curves nothing heavy is imported, and ended runs are sealed half."""
        read = FactsRead()
        self._facts.read_people(self.paths, read)
        self._lookout.look_at_queue()
        level = _WHOLE if with_curves else _FACTS
        looks = [self._look_at_facts(run, read) for run in self._lookout.to_look_at(level)]
        touched = self._write_facts(read, looks)
        looks = [look for look in looks if look.known and not self._lookout.is_odd(look.paths.id)]
        # A run that was sealed when this turn began is open again: its new attempt is looked at in the next.
        unfinished = any(fact.kind == "restart" for fact in read.facts)
        if with_curves:
            curved, more = self._take_in_curves(looks, touched)
            touched |= curved | self._derive(looks, whole=not more)
            unfinished = unfinished or more
            touched |= following.place_faults(self.store, self.paths, touched)
        if touched:
            touched |= following.judge(self.store, self.paths, touched, lambda: self.config)
        self._note_live(looks)
        lost = self._lookout.take_lost()
        self.lost += sorted(lost)
        if lost:
            following.tell_lost(self.paths, lost)
        return Turned(frozenset(run for run in touched if run), None in touched, lost, unfinished)

    def unseal(self, runs: Collection[str]) -> None:
        """Look again at runs that had ended: something of them came from elsewhere. Catches up."""
        self.catch_up()
        if runs:
            with self.store.writing():
                for run in runs:
                    self.store.seal(run, 0)
            self.catch_up()

    # -- facts -----------------------------------------------------------------------------------------------------

    def _look_at_facts(self, run_id: str, read: FactsRead) -> _Look:
        """Observe first, then read: what is written until the last process ends must be among what is read."""
        look = _Look(self._paths_of(run_id))
        with self._lookout.sparing_others(look.paths):
            seen = self._lookout.observe(look.paths)
            self._facts.read_run(look.paths, read)
            look.live, look.over, look.ended = seen.cause, seen.status.ended, seen.sealed
        return look

    def _paths_of(self, run_id: str) -> RunPaths:
        """The same object at every turn: it keeps the paths it was asked for."""
        if run_id not in self._run_paths:
            self._run_paths[run_id] = self.paths.run(run_id)
        return self._run_paths[run_id]

    def _write_facts(self, read: FactsRead, looks: Sequence[_Look]) -> set[str | None]:
        touched: set[str | None] = set()
        listed = self._lookout.take_listing()
        if read.facts or read.states or any(look.ended for look in looks):
            try:
                touched = self._fold(read, looks)
            except (sqlite3.Error, JournalError):
                raise
            except Exception:  # noqa: BLE001 - some run holds what no projection foresaw: fold each by itself
                touched = self._fold_one_by_one(read, looks)
        if any(look.paths.id not in self._known for look in looks):
            self._known = self.store.run_ids()
        for look in looks:
            look.known = look.paths.id in self._known
        if listed is not None and all(look.known for look in looks):
            with self.store.writing():
                self.store.note_listed(listed)  # a folder without a fact yet keeps the listing from being trusted
        return touched

    def _fold(self, read: FactsRead, looks: Sequence[_Look]) -> set[str | None]:
        with self.store.writing():
            touched = self.store.fold(read.facts) if read.facts else set()
            for state in read.states:
                self.store.set_file(state)
            for look in looks:
                if look.ended:
                    self.store.seal(look.paths.id, _FACTS)
        self._facts.keep(read)
        return touched

    def _fold_one_by_one(self, read: FactsRead, looks: Sequence[_Look]) -> set[str | None]:
        """Words of people first, then each run; one that cannot be folded is passed over."""
        touched = self._fold(read.about(None), ())
        for look in looks:
            with self._lookout.sparing_others(look.paths):
                touched |= self._fold(read.about(look.paths.id), (look,))
        return touched

    def _note_live(self, looks: Sequence[_Look]) -> None:
        try:
            for look in looks:
                run = look.paths.id
                if not look.ended and self._live.get(run, "") != look.live:
                    self.store.set_live(run, look.live)
                    self._live[run] = look.live
        except sqlite3.OperationalError:
            return  # somebody else is writing; the next turn says it

    # -- curves ----------------------------------------------------------------------------------------------------

    def _refresh(self, look: _Look, touched: Collection[str | None]) -> None:
        """What is stated of a run, read again from the index only when something was added."""
        from labjournal.follower.sources import Sources

        run_id = look.paths.id
        if run_id not in self._stated or run_id in touched or look.ended:
            run, stated = self.store.run(run_id), self.store.run_facts(run_id)
            sources = Sources(run, look.paths, stated, self._found, self.config.run.logdir)
            self._stated[run_id] = _Stated(run, stated, sources)

    def _look_at_curves(self, look: _Look) -> None:
        known = self._stated[look.paths.id]
        look.curves = self._curves.read(known.run.id, known.sources.files(look.ended), final=look.ended)

    def _take_in_curves(self, looks: Sequence[_Look], stated: Collection[str | None]) -> tuple[set[str | None], bool]:
        """Read and write one run before the next: what fails for one costs no other what was read of it."""
        touched: set[str | None] = set()
        unfinished = False
        for look in looks:
            with self._lookout.sparing_others(look.paths):
                self._refresh(look, stated)
                self._look_at_curves(look)
                whole = True
                if look.curves:
                    whole = self._write_curves(look)
                    touched.add(look.paths.id)
                if look.ended and whole:
                    self._curves.forget_run(look.paths.id)  # a thousand ended runs must not hold a thousand files open
                elif not look.over and self._read_on(look):
                    touched.add(look.paths.id)
                unfinished = unfinished or not whole
        return touched, unfinished

    def _read_on(self, look: _Look) -> bool:
        """Take in what a living run has printed and saved since; whether anything changed."""
        from labjournal.follower import readings

        known = self._stated[look.paths.id]
        said = self._logs.look(look.paths, known.run)
        if said is None:
            return False
        look.printed = self._printed.write(look.paths, said.printed.series.values())
        found = readings.stating(known.run, said.printed, said.saved, known.facts, self.config, self._identifier)
        return self._state_so_far(look.paths, found) or look.printed

    def _state_so_far(self, paths: RunPaths, found: Sequence[Fact]) -> bool:
        """Results of a run that lives are in the index only: its next line may make another thing of them."""
        with self.store.writing():
            changed = self.store.replace_passing(paths.id, f"{paths.log}#results", found)
        if changed:
            self._stated.pop(paths.id, None)
        return changed

    def _write_curves(self, look: _Look) -> bool:
        """False when there is more to read of the run."""
        from labjournal.follower import curves

        run = look.paths.id
        try:
            stated = curves.hyperparameters(run, look.curves)
            following.append(look.paths, stated)
            with self.store.writing():
                whole = self._curves.write(run, look.curves)
                self.store.fold(stated)
                self.store.note_step(run)
        except BaseException:
            self._curves.forget_run(run)  # what was read did not arrive: read it again
            raise
        return whole

    # -- what follows from the files of a run --------------------------------------------------------------------------

    def _derive(self, looks: Sequence[_Look], whole: bool) -> set[str | None]:
        """State what follows: versions of checkpoints at any time, the rest once a run has ended and is read whole.

        Results of all runs come before any findings: some checks compare runs that ended between two turns.
        """
        touched: set[str | None] = set()
        for look in looks:
            if not self._lookout.is_odd(look.paths.id):
                with self._lookout.sparing_others(look.paths):
                    touched |= self._read_off_files(look, whole)
        for look in looks:
            if not self._lookout.is_odd(look.paths.id):
                with self._lookout.sparing_others(look.paths):
                    touched |= self._check(look, whole)
        return touched

    def _read_off_files(self, look: _Look, whole: bool) -> set[str | None]:
        """Versions of checkpoints; of a run that is over, the results and curves that it printed and saved."""
        from labjournal.follower import readings

        run, stated = self._stated_of(look)
        derived = self._versions.read(run, stated)
        if whole and (look.ended or (look.over and run.id not in self._read_off)):
            self._read_off.add(run.id)
            if self._state_so_far(look.paths, ()):
                run, stated = self._told(look)
            known_ids = {fact.id for fact in stated}
            reading = readings.read_log(look.paths, self.config)
            self._printed.write(look.paths, reading.series.values())
            found = readings.derive(run, look.paths, reading, stated, self.config, self._identifier)
            derived += [fact for fact in found if fact.id not in known_ids]
        return self._state(look, derived)

    def _check(self, look: _Look, whole: bool) -> set[str | None]:
        from labjournal.follower import incidents

        if look.ended and whole:
            touched = self._state(look, incidents.derive(*self._told(look)))
            touched |= self._state(look, self._checker.ended(*self._told(look)), seal=True)
            self._read_off.discard(look.paths.id)
            self._facts.forget(look.paths)
            self._logs.forget(look.paths.id)
            self._versions.forget(look.paths.id)
            self._run_paths.pop(look.paths.id, None)
            return touched
        timed = self._stated_of(look)[0].expect_time_s is not None
        if not look.ended and self._checker.due(look.paths.id, bool(look.curves) or look.printed, timed):
            return self._state(look, self._checker.live(*self._told(look)))
        return set()

    def _stated_of(self, look: _Look) -> tuple[Run, list[Fact]]:
        """The run with what was stated of it, as this turn found it or, where this turn added to it, read again."""
        known = self._stated.get(look.paths.id)
        return (known.run, known.facts) if known else self._told(look)

    def _told(self, look: _Look) -> tuple[Run, list[Fact]]:
        """The run with everything stated of it up to now."""
        return self.store.run(look.paths.id), self.store.run_facts(look.paths.id)

    def _state(self, look: _Look, derived: Sequence[Fact], seal: bool = False) -> set[str | None]:
        """Append what was derived to the run's folder and fold it."""
        if not derived and not seal:
            return set()
        following.append(look.paths, derived)
        self._stated.pop(look.paths.id, None)
        with self.store.writing():
            touched = self.store.fold(derived) if derived else set()
            if seal:
                self.store.seal(look.paths.id, _WHOLE)
                self._lookout.read_well(look.paths)
        return touched
