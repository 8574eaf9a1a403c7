"""`labjournal validate`: validate checkpoints, each as a run of its own."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context

_COMMAND = "labjournal.command"


class WithCommand(click.Command):
    """A verb whose arguments end at ``--``; what follows is a command, options and all."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_COMMAND] = tuple(args[at + 1 :])
        return super().parse_args(ctx, args[:at])


@click.command("validate", cls=WithCommand, options_metavar="[OPTIONS]", epilog="End with: -- CMD...")
@click.argument("wanted", metavar="REF[:STEP|:all|:latest]...", nargs=-1, required=True)
@click.option("-d", "--dataset", "datasets", multiple=True, metavar="D", help="Fills {dataset}; may be repeated.")
@click.option("-o", "--option", "options", multiple=True, metavar="K=V", help="Fills {K}; given twice, both are run.")
@click.option("-n", "--name", help="What to call the runs; default: the script and a number.")
@click.option("-m", "--reason", help="Why; the diary keeps it.")
@click.option("-G", "--gpus", type=click.IntRange(0), metavar="N", help="Pick N GPUs.")
@click.option("--time", "time_limit", metavar="HH:MM:SS", help="End each after this long.")
@click.option("--follow", is_flag=True, help="Stay and print the output; exit with the first code that is not 0.")
@click.option("--json", "as_json", is_flag=True, help="Print id, name and status of each run as JSON.")
@pass_context
@click.pass_context
def command(
    ctx: click.Context,
    context: Context,
    wanted: tuple[str, ...],
    datasets: tuple[str, ...],
    options: tuple[str, ...],
    name: str | None,
    reason: str | None,
    gpus: int | None,
    time_limit: str | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Validate checkpoints of runs, one after another, detached.

    The command is given once, with {checkpoint}, {dataset} and {OPTION} where they belong; it is remembered. Every
    combination of checkpoint, data set and option is a run of its own. Without a selector the latest checkpoint.

    \b
    labjournal validate train-3:all -d 1:1 -d 1:10 -o numeric=on -o numeric=off
        -- python validate.py --checkpoint {checkpoint} --data {dataset} --numeric {numeric}
    """
    import os

    from labjournal.cli import launched, session
    from labjournal.runner import commands, launching, validation
    from labjournal.runner.request import LaunchRequest

    with session.opened(context) as follower:
        paths, config = follower.paths, follower.config
        how = validation.template(ctx.meta[_COMMAND], os.getcwd(), config, paths)
        needs_checkpoint = "checkpoint" in commands.places(how.command)
        found = validation.find_subjects(follower.store, wanted, needs_checkpoint, how.cwd)
    asked = LaunchRequest(
        command=how.command,
        cwd=how.cwd,
        name=name,
        reason=reason,
        gpus=gpus,
        time_limit_s=commands.seconds(time_limit, "--time"),
    )
    runs = launching.launch_all(validation.requests(found, how, datasets, options, config, asked), paths, config)
    launched.tell(runs, as_json, follow)
    if follow:
        from labjournal.cli.following import follow as follow_log

        codes = [follow_log(paths.run(run.id), run.name) for run in runs]
        raise SystemExit(next((code for code in codes if code), 0))
