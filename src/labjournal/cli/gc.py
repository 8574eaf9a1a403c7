"""`labjournal gc`: what can go, and let it go."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("gc")
@click.option("--delete", is_flag=True, help="Remove what is listed; without it nothing is touched.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@pass_context
def command(context: Context, delete: bool, as_json: bool) -> None:
    """List trees of code, caches and hidden refs that nothing needs any more; --delete removes them.

    Never a checkpoint, an event file, a fact, or anything that a run or you wrote: of the tree of a frozen run only
    the files that git has go, its outputs stay where they are.
    """
    from labjournal import format as fmt
    from labjournal.cli.session import print_json
    from labjournal.errors import JournalError, NotFoundError
    from labjournal.runner import collecting

    paths = context.existing_journal()
    if paths is None:
        raise NotFoundError("There is no journal here.", "Name it with -C DIR.")
    found = []
    failed = 0
    for one in collecting.find(paths):
        found.append(one)
        if delete:
            try:
                one.remove()
            except (OSError, JournalError) as error:
                failed += 1
                click.echo(f"labjournal: {fmt.visible(one.path)} stays: {error}", err=True)
    if as_json:
        print_json([{"what": one.what, "path": one.path, "because": one.because, "size": one.size} for one in found])
    else:
        for one in found:
            size = fmt.missing() if one.size is None else fmt.size(one.size)
            click.echo(f"{one.what:9} {size:>10}  {fmt.visible(one.path)}  {fmt.visible(one.because)}")
    if not found:
        click.echo("Nothing can go.", err=True)
    elif not delete:
        click.echo("Nothing was touched. labjournal gc --delete removes these.", err=True)
    raise SystemExit(1 if failed else 0)
