"""`labjournal audit`: recompute what a diary or the journal says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from labjournal.cli import Context, pass_context

if TYPE_CHECKING:
    from labjournal.audit import Item


@click.command("audit")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Exit 1 when something of high weight is found.")
@click.option("--json", "as_json", is_flag=True, help="Print the items as JSON.")
@pass_context
def command(context: Context, paths: tuple[Path, ...], check: bool, as_json: bool) -> None:
    """Recompute everything: in diaries (files or folders of markdown), without PATH in the journal itself.

    high: the numbers contradict each other. medium: true, and misleading. low: worth a look.
    Rounding, digits cut off and percentages are never accused.
    """
    items = _of_files(paths) if paths else _of_journal(context)
    if as_json:
        from labjournal.cli.session import print_json

        print_json([item.to_json() for item in items])
    else:
        _tell(items)
    if check and any(item.weight == "high" for item in items):
        raise click.exceptions.Exit(1)


def _of_files(paths: tuple[Path, ...]) -> list[Item]:
    from labjournal.audit import audit_file
    from labjournal.importers import sources

    return [item for path in sources.find(paths).diaries for item in audit_file(path)]


def _of_journal(context: Context) -> list[Item]:
    from labjournal import config
    from labjournal.audit.journal import audit_store
    from labjournal.cli import session
    from labjournal.compare.measure import values_of

    with session.opened(context, with_curves=False) as follower:
        return audit_store(follower.store, values_of(config.load(follower.paths.project)))


def _tell(items: list[Item]) -> None:
    from labjournal import format as fmt

    for item in items:
        where = fmt.visible(item.path) + (f":{item.line}" if item.line is not None else "")
        click.echo(f"{where}  {item.weight}  {item.kind.replace('_', ' ')}: {fmt.visible(item.message)}")
    counts = [f"{sum(item.weight == weight for item in items)} {weight}" for weight in ("high", "medium", "low")]
    click.echo(f"{', '.join(counts)}." if items else "Nothing disagrees.", err=True)
