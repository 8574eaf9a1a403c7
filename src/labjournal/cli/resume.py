"""`labjournal resume`: go on with a run from a checkpoint."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("resume")
@click.argument("reference", metavar="REF[:STEP]")
@click.option("-m", "--reason", "why", help="Why; the diary keeps it.")
@click.option("--follow", is_flag=True, help="Stay and print its output; exit with its code.")
@click.option("--json", "as_json", is_flag=True, help="Print id, name and status as JSON.")
@pass_context
def command(context: Context, reference: str, why: str | None, follow: bool, as_json: bool) -> None:
    """Go on with a run that has ended, from its newest whole checkpoint or the one named.

    How is said once in labjournal.toml, {command} being what the run was launched with:

    \b
        [resume]
        command = "{command} --resume {checkpoint}"

    With code and data as they were it is another attempt of the same run, and its curves join. Where anything has
    changed it is a fork: a new run with this one as its parent.
    """
    from labjournal.cli.restarting import restart

    restart(context, reference, True, why, follow, as_json)
