"""`labjournal run`: launch a command."""

from __future__ import annotations

import click

from labjournal.cli import Context, pass_context

_KINDS = ("train", "validate", "scan", "toy", "trial", "other")


@click.command("run", context_settings={"allow_interspersed_args": False})
@click.option("-n", "--name", help="What to call it; default: the script and a number.")
@click.option("--kind", type=click.Choice(_KINDS), help="Default: guessed from the command.")
@click.option("-m", "--reason", help="Why you run it; the diary keeps it beside the outcome.")
@click.option("--from", "fork_of", metavar="REF[:STEP]", help="The run and checkpoint it starts from.")
@click.option("--expect", multiple=True, metavar="EXPR", help="What should come out, said before it starts.")
@click.option("--expect-time", metavar="15m", help="How long it should take.")
@click.option("-G", "--gpus", type=click.IntRange(0), metavar="N", help="Pick N GPUs for it.")
@click.option("--time", "time_limit", metavar="HH:MM:SS", help="End it after this long (also 90s, 15m, 2h, 1d).")
@click.option("--launcher", type=click.Choice(("local", "slurm")), help="Default: [run] launcher, else local.")
@click.option("--launcher-opt", "launcher_options", multiple=True, metavar="K=V", help="As partition=gpu, for sbatch.")
@click.option("--max-retries", type=click.IntRange(0), default=0, metavar="N", help="Start it again when it fails.")
@click.option("--on-alarm", metavar="stop|notify:CMD", help="At its first alarm stop it, or run CMD with it on stdin.")
@click.option("--set", "settings", multiple=True, metavar="K=V", help="A setting: recorded, and filled into {K}.")
@click.option("--logdir", metavar="DIR", help="Where it writes event files, when that cannot be seen.")
@click.option("--queue", "queued", is_flag=True, help="Start it when its turn comes and its GPUs are free.")
@click.option("--after", multiple=True, metavar="REF", help="Queue it until REF has ended well (REF:any: ended).")
@click.option("--gpu-memory", metavar="20G", help="Queue it for this much of each GPU; others may have the rest.")
@click.option("--priority", type=int, metavar="N", help="Queue it before those with a lower N; default 0.")
@click.option("--follow", is_flag=True, help="Stay and print its output; exit with its code.")
@click.option("--json", "as_json", is_flag=True, help="Print id, name and status as JSON.")
@click.argument("words", metavar="-- CMD...", nargs=-1, type=click.UNPROCESSED, required=True)
@pass_context
def command(
    context: Context,
    name: str | None,
    kind: str | None,
    reason: str | None,
    fork_of: str | None,
    expect: tuple[str, ...],
    expect_time: str | None,
    gpus: int | None,
    time_limit: str | None,
    launcher: str | None,
    launcher_options: tuple[str, ...],
    max_retries: int,
    on_alarm: str | None,
    settings: tuple[str, ...],
    logdir: str | None,
    queued: bool,
    after: tuple[str, ...],
    gpu_memory: str | None,
    priority: int | None,
    follow: bool,
    as_json: bool,
    words: tuple[str, ...],
) -> None:
    """Launch a command, detached: it goes on when the terminal closes. Nothing needs to be set up.

    Prints the run's id. Its code, settings and Python are recorded, its output and event files followed.
    """
    import os

    from labjournal import config as configuration
    from labjournal.cli import launched
    from labjournal.runner import commands, launching
    from labjournal.runner.request import LaunchRequest

    parent = launched.parent(context, fork_of) if fork_of else None
    queue = None
    if queued or after or gpu_memory is not None or priority is not None:
        from labjournal.cli import waiting

        queue = waiting.queueing(context, after, gpu_memory, priority, gpus)
    request = LaunchRequest(
        command=words,
        cwd=os.getcwd(),
        name=name,
        kind=kind,
        reason=reason,
        parent=parent,
        settings=commands.pairs(settings, "--set"),
        expect=expect,
        expect_time_s=commands.seconds(expect_time, "--expect-time"),
        gpus=gpus,
        time_limit_s=commands.seconds(time_limit, "--time"),
        launcher=launcher,
        launcher_options=commands.pairs(launcher_options, "--launcher-opt"),
        max_retries=max_retries,
        on_alarm=commands.on_alarm(on_alarm),
        logdir=os.path.abspath(logdir) if logdir else None,
        queue=queue,
    )
    paths = context.journal()
    run = launching.launch(request, paths, configuration.load(paths.project))
    launched.tell([run], as_json, follow)
    if follow:
        from labjournal.cli.following import follow as follow_log

        raise SystemExit(follow_log(paths.run(run.id), run.name))
    launched.leave([run])
