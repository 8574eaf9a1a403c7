"""What the files of a run say: its curves while it lives, and what follows from them and from its log and its facts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from labjournal.facts import Fact
from labjournal.filesystems import filesystem_kind
from labjournal.follower import following
from labjournal.follower.look import WHOLE, Look
from labjournal.follower.lookout import Lookout
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store

if TYPE_CHECKING:  # a turn that finds nothing new does without all of them
    from labjournal.config import Config
    from labjournal.follower.checking import Checker
    from labjournal.follower.curves import CurvesReader
    from labjournal.follower.datasets import Identifier
    from labjournal.follower.log_reader import LogReader
    from labjournal.follower.printed import PrintedCurves
    from labjournal.follower.sources import Found, Sources
    from labjournal.follower.versions import VersionsReader
    from labjournal.model import Run


class _Stated(NamedTuple):
    """What the index says of a run, kept between turns."""

    run: Run
    facts: list[Fact]
    sources: Sources


class RunFiles:
    """Reads the event files and logs of the runs a follower looks at, and states what follows."""

    def __init__(self, store: Store, paths: JournalPaths, config: Config, lookout: Lookout) -> None:
        self._store = store
        self._paths = paths
        self._config = config
        self._lookout = lookout
        self._stated: dict[str, _Stated] = {}
        self._read_off: set[str] = set()

    @cached_property
    def _curves(self) -> CurvesReader:
        from labjournal.follower.curves import CurvesReader

        return CurvesReader(self._store, reopen=filesystem_kind(self._paths.folder) == "network")

    @cached_property
    def _found(self) -> Found:
        from labjournal.follower.sources import Found

        return Found(self._store)

    @cached_property
    def _identifier(self) -> Identifier:
        from labjournal.follower.datasets import Identifier

        return Identifier(self._paths, self._config)

    @cached_property
    def _versions(self) -> VersionsReader:
        from labjournal.follower.versions import VersionsReader

        return VersionsReader()

    @cached_property
    def _printed(self) -> PrintedCurves:
        from labjournal.follower.printed import PrintedCurves

        return PrintedCurves(self._store)

    @cached_property
    def _logs(self) -> LogReader:
        from labjournal.follower.log_reader import LogReader

        return LogReader(self._config)

    @cached_property
    def _checker(self) -> Checker:
        from labjournal.follower.checking import Checker

        return Checker(self._store, self._config)

    def close(self) -> None:
        if "_curves" in self.__dict__:
            self._curves.close()

    def _refresh(self, look: Look, touched: Collection[str | None]) -> None:
        """What is stated of a run, read again from the index only when something was added."""
        from labjournal.follower.sources import Sources

        run_id = look.paths.id
        if run_id not in self._stated or run_id in touched or look.ended:
            run, stated = self._store.run(run_id), self._store.run_facts(run_id)
            sources = Sources(run, look.paths, stated, self._found, self._config.run.logdir)
            self._stated[run_id] = _Stated(run, stated, sources)

    def _look_at_curves(self, look: Look) -> None:
        known = self._stated[look.paths.id]
        look.curves = self._curves.read(known.run.id, known.sources.files(look.ended), final=look.ended)

    def take_in(self, looks: Sequence[Look], stated: Collection[str | None]) -> tuple[set[str | None], bool]:
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

    def _read_on(self, look: Look) -> bool:
        """Take in what a living run has printed and saved since; whether anything changed."""
        from labjournal.follower import readings

        known = self._stated[look.paths.id]
        said = self._logs.look(look.paths, known.run, known.facts)
        if said is None:
            return False
        look.printed = self._printed.write(look.paths, readings.curves_of(said.printed, said.saved))
        found = readings.stating(known.run, said.printed, said.saved, known.facts, self._identifier)
        return self._state_so_far(look.paths, found) or look.printed

    def _state_so_far(self, paths: RunPaths, found: Sequence[Fact]) -> bool:
        """Results of a run that lives are in the index only: its next line may make another thing of them."""
        with self._store.writing():
            changed = self._store.replace_passing(paths.id, f"{paths.log}#results", found)
        if changed:
            self._stated.pop(paths.id, None)
        return changed

    def _write_curves(self, look: Look) -> bool:
        """False when there is more to read of the run."""
        from labjournal.follower import curves

        run = look.paths.id
        try:
            stated = curves.hyperparameters(run, look.curves)
            following.append(look.paths, stated)
            with self._store.writing():
                whole = self._curves.write(run, look.curves)
                self._store.fold(stated)
                self._store.note_step(run)
        except BaseException:
            self._curves.forget_run(run)  # what was read did not arrive: read it again
            raise
        return whole

    def derive(self, looks: Sequence[Look], whole: bool) -> set[str | None]:
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

    def _read_off_files(self, look: Look, whole: bool) -> set[str | None]:
        """Versions of checkpoints; of a run that is over, the results and curves that it printed and saved."""
        from labjournal.follower import readings

        run, stated = self._stated_of(look)
        derived = self._versions.read(run, stated)
        if whole and (look.ended or (look.over and run.id not in self._read_off)):
            self._read_off.add(run.id)
            if self._state_so_far(look.paths, ()):
                run, stated = self._told(look)
            known_ids = {fact.id for fact in stated}
            reading = readings.read_log(look.paths, self._config)
            saved = readings.read_saved(run, look.paths, self._config, stated)
            self._printed.write(look.paths, readings.curves_of(reading, saved))
            found = readings.stating(run, reading, saved, stated, self._identifier)
            found += readings.identifying(run, stated, self._identifier)
            derived += [fact for fact in found if fact.id not in known_ids]
        return self._state(look, derived)

    def _check(self, look: Look, whole: bool) -> set[str | None]:
        from labjournal.follower import incidents

        if look.ended and whole:
            touched = self._state(look, incidents.derive(*self._told(look)))
            touched |= self._state(look, self._checker.ended(*self._told(look)), seal=True)
            self._read_off.discard(look.paths.id)
            self._logs.forget(look.paths.id)
            self._versions.forget(look.paths.id)
            look.sealed = True
            return touched
        timed = self._stated_of(look)[0].expect_time_s is not None
        if not look.ended and self._checker.due(look.paths.id, bool(look.curves) or look.printed, timed):
            return self._state(look, self._checker.live(*self._told(look)))
        return set()

    def _stated_of(self, look: Look) -> tuple[Run, list[Fact]]:
        """The run with what was stated of it, as this turn found it or, where this turn added to it, read again."""
        known = self._stated.get(look.paths.id)
        return (known.run, known.facts) if known else self._told(look)

    def _told(self, look: Look) -> tuple[Run, list[Fact]]:
        """The run with everything stated of it up to now."""
        return self._store.run(look.paths.id), self._store.run_facts(look.paths.id)

    def _state(self, look: Look, derived: Sequence[Fact], seal: bool = False) -> set[str | None]:
        """Append what was derived to the run's folder and fold it."""
        if not derived and not seal:
            return set()
        following.append(look.paths, derived)
        self._stated.pop(look.paths.id, None)
        with self._store.writing():
            touched = self._store.fold(derived) if derived else set()
            if seal:
                self._store.seal(look.paths.id, WHOLE)
                self._lookout.read_well(look.paths)
        return touched
