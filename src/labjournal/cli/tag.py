"""`labjournal tag`: an annotated git tag on the code of a run, and an entry that says so."""

from __future__ import annotations

from pathlib import Path

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import NotFoundError


@click.command("tag")
@click.argument("name", required=False)
@click.argument("reference", metavar="[REF]", required=False)
@click.option("--propose", is_flag=True, help="Only print a free name for the next git tag.")
@click.option("-m", "--message", default="", help="The tag's message; default: the run's name and reason.")
@click.option("--json", "as_json", is_flag=True, help="Print name, commit and run as JSON.")
@pass_context
def command(
    context: Context, name: str | None, reference: str | None, propose: bool, message: str, as_json: bool
) -> None:
    """Set an annotated git tag NAME on the code that run REF started from (default: the newest run).

    The code is what really ran: for a dirty tree the commit labjournal made of it. Without NAME a free one is proposed.
    """
    from labjournal import vcs
    from labjournal.cli import session
    from labjournal.diary import Diary
    from labjournal.store import references

    with session.opened(context) as follower:
        if propose and reference is None:
            reference, name = name, None
        run = follower.store.resolve(references.split(reference)[0] if reference else "@last")
        code = run.snapshot
        if code.commit is None:
            raise NotFoundError(
                f"The code of {run.name} was not kept: {code.missing or 'no commit'}.", "Run it in a git repository."
            )
        root = Path(code.root) if code.root and Path(code.root).is_dir() else follower.paths.project
        if name is None or propose:
            proposed = vcs.propose_tag(root)
            near = vcs.nearest_tag(root, code.commit)
            if as_json:
                session.print_json({"name": proposed, "commit": code.commit, "run": run.id})
            else:
                click.echo(proposed)
                click.echo(f"for {code.commit[:10]} of {run.name}{f', {near.words}' if near else ''}", err=True)
            return
        text = message or (f"{run.name}: {run.reason}" if run.reason else run.name)
        commit = vcs.create_tag(root, name, code.commit, text)
        Diary(follower.paths).git_tag(name, commit, text, run.id)
    if as_json:
        session.print_json({"name": name, "commit": commit, "run": run.id})
    else:
        click.echo(f"{name} {commit[:10]} {run.name}")
