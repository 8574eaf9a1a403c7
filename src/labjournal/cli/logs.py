"""`labjournal logs`: what a run printed."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("logs")
@click.argument("reference", metavar="REF")
@click.option("-n", "--tail", type=click.IntRange(0), metavar="N", help="Only the last N lines.")
@click.option("--raw", is_flag=True, help="The bytes as they were printed, escapes and progress bars included.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as a JSON list.")
@pass_context
def command(context: Context, reference: str, tail: int | None, raw: bool, as_json: bool) -> None:
    """Print a run's output. A progress bar becomes its last state, terminal escapes are shown and not obeyed."""
    import sys

    from labjournal.cli import session
    from labjournal.format import visible
    from labjournal.launchers import output
    from labjournal.store import references

    with session.opened(context, with_curves=False) as follower:
        found = follower.store.resolve(references.split(reference)[0])
        log = follower.paths.run(found.id).log
    if not log.exists() or not log.stat().st_size:
        click.echo(f"{visible(found.name)} has printed nothing{'' if found.status.ended else ' yet'}.", err=True)
    if raw:
        for piece in output.pieces(log, tail):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    lines = output.lines(log) if tail is None else iter(output.tail(log, tail))
    if as_json:
        session.print_json(list(lines))
        return
    for line in lines:
        click.echo(visible(line, lines=True))
