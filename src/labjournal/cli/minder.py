"""A verb that minds other runs, launched as a run of its own: its words are kept, and it survives the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labjournal.follower import Follower


def launch(follower: Follower, words: Sequence[str], name: str, reason: str | None = None) -> None:
    """Launch ``labjournal WORDS`` detached, unwatched: it trains nothing itself."""
    from labjournal import format as fmt
    from labjournal.runner import launching
    from labjournal.runner.request import LaunchRequest

    config = follower.config
    unwatched = config._replace(watch=config.watch._replace(enabled=False))
    command = (sys.executable, "-m", "labjournal", *words)
    asked = LaunchRequest(command, os.getcwd(), name=name, kind="other", reason=reason)
    launched = launching.launch(asked, follower.paths, unwatched)
    short = launched.id[-6:].lower()
    click.echo(f"Minded by {fmt.visible(launched.name)} ({short}); labjournal follow {short} shows it.", err=True)
