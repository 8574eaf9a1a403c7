"""What the app does to the world, on a thread: the same calls the command line makes."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from labjournal.errors import InputError

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths
    from labjournal.runner.request import Launched


def launch_command(paths: JournalPaths, command: str, name: str, reason: str) -> Launched:
    """Launch a command as it was typed. Raises JournalError."""
    from labjournal import config
    from labjournal.runner import launching
    from labjournal.runner.request import LaunchRequest

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputError(f"The command cannot be split into words: {error}.", "Close every quote.") from error
    if not words:
        raise InputError("No command was given.", "For instance: python train.py")
    request = LaunchRequest(command=tuple(words), cwd=os.getcwd(), name=name or None, reason=reason or None)
    return launching.launch(request, paths, config.load(paths.project))


def stop_run(paths: JournalPaths, run: str) -> None:
    """Ask a run to end. Raises JournalError."""
    from labjournal import config, machine, scheduler
    from labjournal.launchers.local import LocalLauncher

    settings = config.load(paths.project).run
    LocalLauncher(machine, settings.stop_int_s, settings.stop_term_s).stop(paths.run(run), "stopped in the app")
    scheduler.dispatch(paths)
