"""`labjournal pull`: fetch the runs of a journal on another machine."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("pull")
@click.argument("where", metavar="HOST:PATH")
@click.option("--ssh", metavar="CMD", help="The ssh to use, with its options; default: ssh.")
@click.option("--json", "as_json", is_flag=True, help="Print what came as JSON.")
@pass_context
def command(context: Context, where: str, ssh: str | None, as_json: bool) -> None:
    """Fetch runs and notes of a journal on another machine, by rsync over ssh.

    PATH is the folder of the project there. Runs are merged by their ids: what is new is copied, what came from there
    before is brought up to date, and a run of this journal is never touched. Calling it again costs only what is new.
    Event files outside of the run folders (a script's own SummaryWriter) stay where they are.
    """
    from labjournal.cli import session
    from labjournal.follower import Follower, reindex
    from labjournal.runner import pulling

    paths = context.journal()
    came = pulling.pull(where, paths, ssh)
    if came.replaced:
        reindex.rebuild(paths)
    follower = Follower.open(paths)
    try:
        follower.unseal(came.changed)
    finally:
        follower.close()
    if as_json:
        session.print_json({key: value for key, value in came._asdict().items() if key not in ("place", "replaced")})
        return
    kept = f"; {len(came.kept)} are this journal's own and were not touched" if came.kept else ""
    click.echo(f"{len(came.new)} new runs, {len(came.changed)} brought up to date{kept}.", err=True)
