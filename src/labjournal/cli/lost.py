"""Runs that were found lost: said at once, with what goes on from there, or gone on with where that is configured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from labjournal import format as fmt
from labjournal.errors import JournalError

if TYPE_CHECKING:
    from labjournal.follower import Follower
    from labjournal.runner.found_lost import Found


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
            for line in _what_next(found):
                click.echo(f"  {line}", err=True)
            continue
        try:
            again = restarting.again(run_id, found.wish, *where)
        except JournalError as error:
            click.echo(f"  not started again: {error}", err=True)
        else:
            click.echo(f"  started again, {'; '.join(map(fmt.visible, again.notices))}", err=True)


def _what_next(found: Found) -> Iterator[str]:
    run, handle = found.run, found.run.id[-6:].lower()
    verb = "resume" if found.resumes else "retry"
    command = f"labjournal {verb} {handle}"
    what = "goes on from its last checkpoint" if found.resumes else "starts it again"
    if not run.end_unseen:
        yield f"{command} {what}"
        return
    output = "" if run.launcher == "adopted" else f"labjournal logs {handle} has its output, "
    kept = f"its {fmt.plural(run.checkpoints, 'checkpoint')}" if run.checkpoints else "what is known of it"
    yield f"it may have ended well: {output}labjournal show {handle} {kept}"
    yield f"{'not started again by itself; ' if found.held_back else ''}if it failed, {command} {what}"
