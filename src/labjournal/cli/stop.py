"""`labjournal stop`: ask runs to end."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("stop")
@click.argument("wanted", metavar="REF...", nargs=-1, required=True)
@click.option("-m", "--reason", "why", help="Why; it becomes part of the cause.")
@click.option("--wait", is_flag=True, help="Return when they have ended.")
@pass_context
def command(context: Context, wanted: tuple[str, ...], why: str | None, wait: bool) -> None:
    """Ask runs to stop: INT, 10 s, TERM, 10 s, KILL for everything they started. Returns at once."""
    import time

    from labjournal import machine, scheduler
    from labjournal.cli import session
    from labjournal.format import visible
    from labjournal.launchers import liveness
    from labjournal.runner import launchers
    from labjournal.store import references

    with session.opened(context, with_curves=False) as follower:
        paths, config = follower.paths, follower.config
        runs = [follower.store.resolve(references.split(reference)[0]) for reference in wanted]
    asked = []
    for run in runs:
        if run.status.ended:
            click.echo(f"{visible(run.name)} has ended already: {run.status}.", err=True)
            continue
        launchers.of_run(paths.run(run.id), config).stop(paths.run(run.id), why)
        asked.append(run)
        place = "" if run.host is None else f" on {visible(run.host)}"
        click.echo(f"{visible(run.name)}{place} was asked to stop.", err=True)
    scheduler.dispatch(paths)
    for run in asked if wait else ():
        while (seen := liveness.observe(paths.run(run.id), machine)) and not seen.status.ended:
            time.sleep(0.1)
        click.echo(f"{visible(run.name)}: {seen.status}, {visible(seen.cause or '')}", err=True)
