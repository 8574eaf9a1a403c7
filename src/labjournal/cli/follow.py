"""`labjournal follow`: a run's output, live."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("follow")
@click.argument("reference", metavar="REF")
@click.option("--new", is_flag=True, help="Leave out what was printed before.")
@click.option("--raw", is_flag=True, help="Obey terminal escapes in the output.")
@click.option("--path", metavar="FOLDER", help="HOST:REF: the project there. Default: as it was pulled last.")
@click.option("--ssh", metavar="CMD", help="HOST:REF: the ssh to use, with its options; default: ssh.")
@pass_context
def command(context: Context, reference: str, new: bool, raw: bool, path: str | None, ssh: str | None) -> None:
    """Print a run's output until it ends, and exit with its code (128 + n for a signal). Ctrl-C leaves it running.

    HOST:REF is a run on another machine, by ssh and rsync: what is new there is pulled first, its end at last.
    """
    from labjournal.cli import session
    from labjournal.cli.following import follow
    from labjournal.errors import NotFoundError
    from labjournal.store import references

    host, _, elsewhere = reference.partition(":")
    try:
        with session.opened(context, with_curves=False) as follower:
            found = follower.store.resolve(references.split(reference)[0])
            run = follower.paths.run(found.id)
    except NotFoundError:
        if not elsewhere or not host:
            raise
        from labjournal.cli.following_afar import follow_afar

        raise SystemExit(follow_afar(context, host, elsewhere, path, ssh, raw)) from None
    start = run.log.stat().st_size if new and run.log.exists() else 0
    raise SystemExit(follow(run, found.name, raw, start))
