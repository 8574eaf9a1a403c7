"""`labjournal queue`: what waits, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context, terminal_columns

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths
    from labjournal.scheduler.view import Waiting


@click.command("queue")
@click.argument("action", type=click.Choice(("show", "pause", "resume")), default="show")
@click.option("-m", "--reason", "why", default="", help="Why it is paused.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@pass_context
def command(context: Context, action: str, why: str, as_json: bool) -> None:
    """Show what waits in the order it will start, and what for; pause the queue, or let it go on.

    Runs that follow one another without the queue (validations, jobs of SLURM) stand below it. Pausing leaves them and
    running runs alone. A queue in which every run fails at once pauses itself. Take a run out with labjournal stop REF.
    """
    from labjournal import scheduler
    from labjournal.cli import session
    from labjournal.scheduler import pausing, view

    paths = context.existing_journal()
    if paths is None:
        if as_json:
            session.print_json({"paused": None, "waiting": []})
        else:
            click.echo("No journal here yet. Start one with: labjournal run -- python train.py", err=True)
        return
    if action != "show":
        _set(paths, action, why)
    scheduler.dispatch(paths)
    with session.opened(context, with_curves=False) as follower:
        unstarted = follower.store.waiting()
    pause, waiting = pausing.read(paths), view.waiting(paths, unstarted)
    if as_json:
        session.print_json(
            {"paused": None if pause is None else pause._asdict(), "waiting": [_json(one) for one in waiting]}
        )
        return
    if pause is not None:
        click.echo(f"The queue is paused: {pause}", err=True)
    if not waiting:
        click.echo("Nothing waits.", err=True)
    for place, one in enumerate(waiting, 1):
        click.echo(_line(place, one))


def _set(paths: JournalPaths, action: str, why: str) -> None:
    from labjournal.errors import JournalUnavailableError
    from labjournal.scheduler import pausing

    try:
        if action == "pause":
            pausing.pause(paths, why)
        elif not pausing.go_on(paths):
            click.echo("The queue was not paused.", err=True)
    except OSError as error:
        raise JournalUnavailableError(f"The queue cannot be changed: {error.strerror}.") from error


def _json(one: Waiting) -> dict[str, Any]:
    return one._asdict() | {"after": [after._asdict() for after in one.after]}


def _line(place: int, one: Waiting) -> str:
    from labjournal import format as fmt

    gpus = "" if not one.gpus else f"{one.gpus} gpu" + ("s" if one.gpus > 1 else "")
    if one.gpu_memory_bytes is not None:
        gpus += f" {one.gpu_memory_bytes / 2**30:.3g}G"
    name = fmt.pad(fmt.cut_middle(fmt.visible(one.name), max(26, terminal_columns() // 3)), 26)
    priority = f"  priority {one.priority}" if one.priority else ""
    return f"{place:>4}  {one.run[-6:].lower()}  {name}  {gpus:10}  {fmt.visible(one.reason)}{priority}"
