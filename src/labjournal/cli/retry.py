"""`labjournal retry`: start a run again from the beginning."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("retry")
@click.argument("reference", metavar="REF")
@click.option("-m", "--reason", "why", help="Why; the diary keeps it.")
@click.option("--follow", is_flag=True, help="Stay and print its output; exit with its code.")
@click.option("--json", "as_json", is_flag=True, help="Print id, name and status as JSON.")
@pass_context
def command(context: Context, reference: str, why: str | None, follow: bool, as_json: bool) -> None:
    """Start a run that has ended again, from the beginning, with the command it was launched with.

    With code and data as they were it is another attempt of the same run. Where anything has changed it is a fork: a
    new run with this one as its parent.
    """
    from labjournal.cli.restarting import restart

    restart(context, reference, False, why, follow, as_json)
