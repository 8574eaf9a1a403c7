"""`labjournal checkout`: the code of a run in a folder, to look at."""

from __future__ import annotations

from pathlib import Path

import click

from labjournal.cli import Context, pass_context


@click.command("checkout")
@click.argument("reference", metavar="REF")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@pass_context
def command(context: Context, reference: str, folder: Path | None) -> None:
    """Put the code of a run, as it was recorded, into a folder of its own and print where it is.

    Your working tree, branch and index are not touched. Without DIR it lies in the journal's worktrees folder, and
    labjournal gc removes it again as long as nothing in it was changed.
    """
    from labjournal import format as fmt
    from labjournal.cli import session
    from labjournal.errors import InputError, NotFoundError
    from labjournal.store import references
    from labjournal.vcs import worktrees

    with session.opened(context, with_curves=False) as follower:
        run = follower.store.resolve(references.split(reference)[0])
        paths = follower.paths
    code = run.snapshot
    if code.commit is None or code.root is None:
        raise NotFoundError(
            f"The code of {fmt.visible(run.name)} was not kept: {fmt.visible(code.missing or 'no git')}."
        )
    if folder is None:
        place = paths.worktrees / f"{run.id[-6:].lower()}-{code.commit[:7]}"
        if place.exists():
            click.echo(place)
            return
        place.parent.mkdir(exist_ok=True)
    else:
        place = folder.absolute()
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise InputError(f"{place} exists and is not empty.", "Name a new folder.")
    if not Path(code.root).is_dir():
        raise NotFoundError(f"The repository of the run was {code.root}, and that is not there any more.")
    worktrees.add(Path(code.root), code.commit, place)
    for path, why in code.left_out:
        click.echo(f"labjournal: not in it: {fmt.visible(path)}: {fmt.visible(why)}", err=True)
    click.echo(place)
