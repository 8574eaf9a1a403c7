"""`labjournal reindex`: the database again from the files."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import NotFoundError


@click.command("reindex")
@pass_context
def command(context: Context) -> None:
    """Rebuild journal.db from the appended files; nothing anybody stated is touched."""
    from labjournal.follower import reindex

    paths = context.existing_journal()
    if paths is None:
        raise NotFoundError("There is no journal here.", "Name one with -C DIR.")
    counted = reindex.rebuild(paths)
    click.echo(f"{counted.runs} runs, {counted.facts} facts, {counted.points} points", err=True)
