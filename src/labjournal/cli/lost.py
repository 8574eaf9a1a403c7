"""Runs that were found lost: said at once, with what goes on from there, or gone on with where that is configured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from labjournal import format as fmt
from labjournal.errors import JournalError

if TYPE_CHECKING:
    from labjournal.follower import Follower


def tell(follower: Follower, lost: Sequence[str]) -> None:
    """One line a run on stderr. The follower has read their curves."""
    from labjournal.runner import found_lost, restarting

    where = (follower.store, follower.paths, follower.config)
    for run_id in lost:
        found = found_lost.look(run_id, *where)
        if found is None:
            continue
        run = found.run
        step = f" at step {fmt.count(run.step)}" if run.step is not None else ""
        click.echo(f"labjournal: {fmt.visible(run.name)} was lost{step}: {fmt.visible(run.cause or '')}", err=True)
        if found.wish is None:
            verb = "resume" if found.resumes else "retry"
            what = "goes on from its last checkpoint" if found.resumes else "starts it again"
            click.echo(f"  labjournal {verb} {run_id[-6:].lower()} {what}", err=True)
            continue
        try:
            again = restarting.again(run_id, found.wish, *where)
        except JournalError as error:
            click.echo(f"  not started again: {error}", err=True)
        else:
            click.echo(f"  started again, {'; '.join(map(fmt.visible, again.notices))}", err=True)
