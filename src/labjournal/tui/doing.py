"""What the app does to the world, on a thread: the same calls the command line makes."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from labjournal.errors import JournalError

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths
    from labjournal.runner.request import Launched, LaunchRequest

_HELD_BACK = (
    "was lost, and is not started again: nobody saw how it ended, perhaps well; its output and checkpoints tell"
)


def launch(paths: JournalPaths, request: LaunchRequest) -> Launched:
    """Launch what a form asked for. Raises JournalError."""
    from labjournal import config
    from labjournal.runner import launching

    return launching.launch(request, paths, config.load(paths.project))


def stop_run(paths: JournalPaths, run: str) -> bool:
    """Ask a run to end; True when it was asked. Raises JournalError."""
    from labjournal import config, scheduler
    from labjournal.runner import launchers

    launchers.of_run(paths.run(run), config.load(paths.project)).stop(paths.run(run), "stopped in the app")
    scheduler.dispatch(paths)
    return True


def go_on(paths: JournalPaths, lost: Collection[str]) -> list[str]:
    """Start runs that were just found lost again, where that is configured; what to say of each that was, or was not.

    The index is up to date.
    """
    from labjournal import config
    from labjournal.runner import found_lost, restarting
    from labjournal.store import Store

    settings, said = config.load(paths.project), []
    store = Store.open(paths, readonly=True)
    try:
        for run_id in sorted(lost):
            found = found_lost.look(run_id, store, paths, settings)
            if found is None:
                continue
            if found.wish is None:
                said += [f"{found.run.name} {_HELD_BACK}"] if found.held_back else []
                continue
            try:
                again = restarting.again(run_id, found.wish, store, paths, settings)
            except JournalError as error:
                said.append(f"{found.run.name} was lost, and is not started again: {error.message}")
            else:
                said.append(f"{found.run.name} was lost and is started again, {'; '.join(again.notices)}")
    finally:
        store.close()
    return said
