"""What the app does to the world, on a thread: the same calls the command line makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths
    from labjournal.runner.request import Launched, LaunchRequest


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
