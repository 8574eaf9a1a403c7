"""`labjournal tag`: an annotated git tag on the code of a run, and an entry that says so."""

from __future__ import annotations

from pathlib import Path

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import NotFoundError


@click.command("tag")
@click.argument("name", required=False)
@click.argument("reference", metavar="[REF]", required=False)
@click.option("-m", "--message", default="", help="The tag's message; default: the run's name and reason.")
@click.option("--json", "as_json", is_flag=True, help="Print name, commit and run as JSON.")
@pass_context
def command(context: Context, name: str | None, reference: str | None, message: str, as_json: bool) -> None:
    """Set an annotated git tag NAME on the code that run REF started from (default: the newest run).

    The code is what really ran: for a dirty tree the commit labjournal made of it. Without NAME a free one is proposed.
    """
    from labjournal import vcs
    from labjournal.cli import session
    from labjournal.diary import Diary
    from labjournal.store import references

    with session.opened(context) as follower:
        run = follower.store.resolve(references.split(reference)[0] if reference else "@last")
        code = run.snapshot
        if code.commit is None:
            raise NotFoundError(
                f"The code of {run.name} was not kept: {code.missing or 'no commit'}.", "Run it in a git repository."
            )
        root = Path(code.root) if code.root and Path(code.root).is_dir() else follower.paths.project
        if name is None:
            click.echo(vcs.propose_tag(root))
            return
        text = message or (f"{run.name}: {run.reason}" if run.reason else run.name)
        commit = vcs.create_tag(root, name, code.commit, text)
        Diary(follower.paths).git_tag(name, commit, text, run.id)
    if as_json:
        session.print_json({"name": name, "commit": commit, "run": run.id})
    else:
        click.echo(f"{name} {commit[:10]} {run.name}")
