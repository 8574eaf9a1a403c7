"""One turn of the follower: look at everything that is not sealed, then write what is new in one transaction.

Reading takes no lock. Several apps, command lines and supervisors may turn at once: facts fold to the same rows
whoever folds them, and what was read of an event file counts only if its offset has not moved meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from labjournal.errors import JournalError, JournalUnavailableError
from labjournal.follower import following
from labjournal.follower.facts_files import FactsRead, FactsReader
from labjournal.follower.look import FACTS, WHOLE, Look
from labjournal.follower.lookout import Lookout
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store

if TYPE_CHECKING:  # a turn that finds nothing new does without them
    from labjournal.config import Config
    from labjournal.follower.run_files import RunFiles

_NEWEST = 64
"""Runs without an end among so many of the newest are begun with at once: they are what somebody looks for."""


class Turned(NamedTuple):
    """What a turn changed."""

    runs: frozenset[str] = frozenset()
    """Runs with new facts or points, and those that results of such runs speak of."""
    words: bool = False
    """Whether people said something new."""
    lost: frozenset[str] = frozenset()
    """Runs that were found lost in this turn: nobody had said so before."""
    unfinished: bool = False
    """There was more to read than one turn takes: turn again at once."""
    left: int = 0
    """Runs that no turn has looked at yet."""

    def __bool__(self) -> bool:
        return bool(self.runs or self.words)


class Follower:
    """Keeps an index up to date with the files of a journal. One thread; its store is its own."""

    def __init__(
        self, paths: JournalPaths, store: Store, config: Config | None = None, most: int | None = None
    ) -> None:
        """A follower of one journal.

        Args:
            paths: The journal.
            store: Its index; this follower's alone.
            config: Configuration; the journal's own is loaded when it is needed.
            most: Begin with at most so many runs a turn, the oldest first, and with what lives now. For a face that
                somebody looks at: thousands of runs that were never read take minutes.
        """
        self.paths = paths
        self._most = most
        self.store = store
        self._given = config
        self._facts = FactsReader(store)
        self._live: dict[str, str | None] = {}
        self._run_paths: dict[str, RunPaths] = {}
        self._begun: set[str] = set()
        self._known: set[str] = set()
        self._version: int | None = None
        self._words = 0
        self._seals = 0
        self._sealed: set[str] = set()
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
    def _files(self) -> RunFiles:
        from labjournal.follower.run_files import RunFiles

        return RunFiles(self.store, self.paths, self.config, self._lookout)

    @classmethod
    def open(cls, paths: JournalPaths, config: Config | None = None, most: int | None = None) -> Follower:
        """A follower on the journal's index, or, where that cannot be written, on one in memory."""
        try:
            store = Store.open(paths)
        except JournalUnavailableError:
            if os.access(paths.folder, os.W_OK):
                raise
            store = Store.in_memory()
        return cls(paths, store, config, most)

    def close(self) -> None:
        if "_files" in self.__dict__:
            self._files.close()
        self.store.close()

    def catch_up(self, with_curves: bool = True) -> None:
        """Turn until everything that stands in the files is in the index."""
        while self.turn(with_curves).unfinished:
            pass

    def read_on(self, runs: Iterable[str]) -> None:
        """After turns without curves: take in one turn's worth of what living runs have written and printed."""
        looks = [Look(paths) for paths in map(self._paths_of, runs) if _has_written(paths)]
        if not looks:
            return
        touched, more = self._files.take_in(looks, ())
        touched |= self._files.derive(looks, whole=not more)
        following.judge(self.store, self.paths, touched, lambda: self.config)

    def turn(self, with_curves: bool = True) -> Turned:
        """Fold what is new. Without curves nothing heavy is imported, and ended runs are sealed half."""
        read = FactsRead()
        self._facts.read_people(self.paths, read)
        self._lookout.look_at_queue()
        level = WHOLE if with_curves else FACTS
        now, later = self._share(self._lookout.to_look_at(level))
        looks = [self._look_at_facts(run, read) for run in now]
        touched = self._write_facts(read, looks, whole=not later)
        looks = [look for look in looks if look.known and not self._lookout.is_odd(look.paths.id)]
        # A run that was sealed when this turn began is open again: its new attempt is looked at in the next.
        unfinished = bool(later) or any(fact.kind == "restart" for fact in read.facts)
        if with_curves:
            touched |= self._folded_by_others(looks)
            curved, more = self._files.take_in(looks, touched)
            touched |= curved | self._files.derive(looks, whole=not more)
            self._forget(look for look in looks if look.sealed)
            unfinished = unfinished or more
            touched |= following.place_faults(self.store, self.paths, touched)
        if touched:
            touched |= following.judge(self.store, self.paths, touched, lambda: self.config)
        touched |= self._note_live(looks)
        lost = self._lookout.take_lost()
        self.lost += sorted(lost)
        if lost:
            following.tell_lost(self.paths, lost)
        runs = {run for run in touched if run}
        measured = self.store.measured_by(runs) if runs else set()
        return Turned(frozenset(runs | measured), None in touched, lost, unfinished, later)

    def _share(self, runs: Sequence[str]) -> tuple[Sequence[str], int]:
        """The runs to look at in this turn, oldest first, and how many are left for later ones."""
        if self._most is None:
            return runs, 0
        fresh = [run for run in runs if run not in self._begun]
        begin = {*fresh[: self._most], *(run for run in fresh[-_NEWEST:] if not self._paths_of(run).exit.exists())}
        self._begun |= begin
        now = [run for run in runs if run in self._begun]
        return now, len(runs) - len(now)

    def unseal(self, runs: Collection[str]) -> None:
        """Look again at runs that had ended: something of them came from elsewhere. Catches up."""
        self.catch_up()
        if runs:
            with self.store.writing():
                for run in runs:
                    self.store.seal(run, 0)
            self.catch_up()

    # -- facts -----------------------------------------------------------------------------------------------------

    def _look_at_facts(self, run_id: str, read: FactsRead) -> Look:
        """Observe first, then read: what is written until the last process ends must be among what is read."""
        look = Look(self._paths_of(run_id))
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

    def _write_facts(self, read: FactsRead, looks: Sequence[Look], whole: bool) -> set[str | None]:
        touched: set[str | None] = set()
        listed = self._lookout.take_listing()
        if read.facts or read.states or any(look.ended for look in looks):
            try:
                touched = self._fold(read, looks)
            except (sqlite3.Error, JournalError):
                raise
            except Exception:  # noqa: BLE001 - some run holds what no projection foresaw: fold each by itself
                touched = self._fold_one_by_one(read, looks)
        if new := [look.paths.id for look in looks if look.paths.id not in self._known]:
            self._known |= self.store.known_among(new)
        for look in looks:
            look.known = look.paths.id in self._known
        if listed is not None and whole and all(look.known for look in looks):
            with self.store.writing():
                self.store.note_listed(listed)  # a folder without a fact yet keeps the listing from being trusted
        return touched

    def _fold(self, read: FactsRead, looks: Sequence[Look]) -> set[str | None]:
        with self.store.writing():
            touched = self.store.fold(read.facts) if read.facts else set()
            for state in read.states:
                self.store.set_file(state)
            for look in looks:
                if look.ended:
                    self.store.seal(look.paths.id, FACTS)
        self._facts.keep(read)
        return touched

    def _fold_one_by_one(self, read: FactsRead, looks: Sequence[Look]) -> set[str | None]:
        """Words of people first, then each run; one that cannot be folded is passed over."""
        touched = self._fold(read.about(None), ())
        for look in looks:
            with self._lookout.sparing_others(look.paths):
                touched |= self._fold(read.about(look.paths.id), (look,))
        return touched

    def _folded_by_others(self, looks: Sequence[Look]) -> set[str | None]:
        """What another process has put into the index since the last turn is news to whoever asks this follower.

        It may have read on, or sealed a run, between our two looks: then nothing is left to find in the files.
        """
        version, before = self.store.data_version(), self._version
        if version == before:
            return set()
        self._version = version
        touched: set[str | None] = {look.paths.id for look in looks}
        if (seals := self.store.seals()) != self._seals:
            sealed = self.store.sealed(WHOLE)
            touched |= sealed ^ self._sealed
            self._seals, self._sealed = seals, sealed
        if (words := self.store.count_words()) != self._words:
            touched.add(None)
            self._words = words
        return set() if before is None else touched

    def _note_live(self, looks: Sequence[Look]) -> set[str]:
        """What is seen of runs that have not ended; those of which something else was known before."""
        touched: set[str] = set()
        try:
            for look in looks:
                run = look.paths.id
                if not look.ended and self._live.get(run, "") != look.live:
                    if self.store.set_live(run, look.live):
                        touched.add(run)
                    self._live[run] = look.live
        except sqlite3.OperationalError:
            pass  # somebody else is writing; the next turn says it
        return touched

    def _forget(self, looks: Iterable[Look]) -> None:
        for look in looks:
            self._facts.forget(look.paths)
            self._run_paths.pop(look.paths.id, None)
            self._begun.discard(look.paths.id)


def _has_written(run: RunPaths) -> bool:
    """Whether there is anything to read of a run: what reads it is heavy."""
    printed = os.path.exists(run.log) and os.path.getsize(run.log) > 0
    return printed or (os.path.isdir(run.events) and bool(os.listdir(run.events)))
