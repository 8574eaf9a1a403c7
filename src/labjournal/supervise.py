"""Entries of the fresh interpreters that launchers start in place of a fork of themselves."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from labjournal import machine, scheduler
from labjournal.launchers import local
from labjournal.paths import JournalPaths


def main() -> None:
    """Launch or end runs for a process that has threads."""
    local.serve(machine, scheduler.run_ended)


def again() -> None:
    """Start a run that has failed again; its last plan is on standard input as JSON."""
    from labjournal import config as configuration
    from labjournal.errors import JournalError
    from labjournal.follower import Follower
    from labjournal.runner import restarting

    plan = json.load(sys.stdin.buffer)
    paths = JournalPaths(Path(plan["folder"]).parent.parent)
    try:
        config = configuration.load(paths.project)
        follower = Follower.open(paths, config)
        try:
            follower.catch_up()
            restarting.retry_by_itself(plan, follower.store, paths, config)
        finally:
            follower.close()
    except JournalError as error:
        print(f"labjournal: not started again: {error}", flush=True)
