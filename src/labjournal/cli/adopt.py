"""`labjournal adopt`: take in what was started elsewhere."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context


@click.command("adopt")
@click.argument("what", metavar="PID|LOGDIR")
@click.option("-n", "--name", help="What to call it; default: the script and a number, or the folder's name.")
@click.option("-m", "--reason", help="Why it was run.")
@click.option("--logdir", metavar="DIR", help="Where the process writes event files.")
@click.option("--json", "as_json", is_flag=True, help="Print id, name and status as JSON.")
@pass_context
def command(
    context: Context, what: str, name: str | None, reason: str | None, logdir: str | None, as_json: bool
) -> None:
    """Take a running process, or a folder of event files, into the journal. What cannot be known is marked."""
    from pathlib import Path

    from labjournal.cli import launched, session
    from labjournal.runner import adoption

    context.journal()
    with session.opened(context, with_curves=False) as follower:
        paths, store = follower.paths, follower.store
        if what.isdecimal() and not Path(what).is_dir():
            run = adoption.adopt_process(int(what), paths, store, name, reason, logdir)
            follower.catch_up()
            missing = adoption.without_curves(store.run(run.id), store)
            run = run._replace(notices=(*run.notices, *filter(None, [missing])))
        else:
            run = adoption.adopt_folder(Path(what), paths, name, reason)
    launched.tell([run], as_json, False)
