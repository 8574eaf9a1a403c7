"""What follows for other runs once something new is known: faults in their code, verdicts on what was expected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from labjournal import facts
from labjournal.facts import Fact
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store

if TYPE_CHECKING:
    from labjournal.config import Config


def place_faults(store: Store, paths: JournalPaths, touched: Collection[str | None]) -> set[str | None]:
    """Say of new runs, or of all when people said something new, whether a known fault is in their code."""
    if not touched or not store.facts_of_kind("fault"):
        return set()
    from labjournal.faults.placing import derive

    found = derive(store, _about(touched), paths.project)
    for run, derived in found.items():
        append(paths.run(run), derived)
    if not found:
        return set()
    with store.writing():  # at once: each fold looks at all marks anew
        return store.fold([fact for derived in found.values() for fact in derived])


def judge(
    store: Store, paths: JournalPaths, touched: Collection[str | None], config: Callable[[], Config]
) -> set[str | None]:
    """State verdicts on what was expected of runs that were touched; words about no run may concern any."""
    about = _about(touched)
    if not store.expecting(about):  # nearly always: then the tables' statistics need not be imported
        return set()
    from labjournal.follower import verdicts

    derived = verdicts.derive(store, about, config())
    if not derived:
        return set()
    for run, said in derived.items():
        append(paths.run(run), said)
    with store.writing():
        return store.fold([fact for said in derived.values() for fact in said])


def tell_lost(paths: JournalPaths, lost: Collection[str]) -> None:
    """Tell the owner of runs that were just found lost, as ``[notify]`` says."""
    from labjournal.launchers import notices

    for run in sorted(lost):
        notices.found_lost(paths.run(run))


def _about(touched: Collection[str | None]) -> set[str] | None:
    return None if None in touched else {run for run in touched if run}


def append(run: RunPaths, derived: Sequence[Fact]) -> None:
    """State what was derived in the run's own folder; a folder of somebody else's keeps only the index."""
    if not derived:
        return
    try:
        facts.append(facts.writer_path(run.facts, 0, "reader"), list(derived), sync=True)
    except OSError:
        return
