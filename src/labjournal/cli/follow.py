"""`labjournal follow`: a run's output, live."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("follow")
@click.argument("reference", metavar="REF")
@click.option("--new", is_flag=True, help="Leave out what was printed before.")
@click.option("--raw", is_flag=True, help="Obey terminal escapes in the output.")
@pass_context
def command(context: Context, reference: str, new: bool, raw: bool) -> None:
    """Print a run's output until it ends, and exit with its code (128 + n for a signal). Ctrl-C leaves it running."""
    from labjournal.cli import session
    from labjournal.cli.following import follow
    from labjournal.store import references

    with session.opened(context, with_curves=False) as follower:
        found = follower.store.resolve(references.split(reference)[0])
        run = follower.paths.run(found.id)
    start = run.log.stat().st_size if new and run.log.exists() else 0
    raise SystemExit(follow(run, found.name, raw, start))
