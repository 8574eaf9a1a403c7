"""`labjournal sweep`: one command over many settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context

if TYPE_CHECKING:
    from labjournal.follower import Follower
    from labjournal.sweeps.driving import Driver
    from labjournal.sweeps.plan import Sweep

_COMMAND = "labjournal.command"


class WithCommand(click.Group):
    """A group whose own arguments end at ``--``; what follows is a command, options and all."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_COMMAND] = tuple(args[at + 1 :])
        return super().parse_args(ctx, args[:at])


@click.group("sweep", cls=WithCommand, invoke_without_command=True, epilog="End with: -- CMD...")
@click.option("-n", "--name", help="What to call it; its runs are NAME-0, NAME-1, … (NAME-00 from ten trials on).")
@click.option("--grid", "grids", multiple=True, metavar="K=VALUES", help="All of them: 1e-3,1e-4 or 2..6 or 0..1:5.")
@click.option("--search", "searched", multiple=True, metavar="K=RANGE", help="Drawn: 1e-5..1e-1:log, 2..6, relu,gelu.")
@click.option("--seeds", type=click.IntRange(0), default=0, metavar="N", help="Each combination N times; fills {seed}.")
@click.option("--trials", type=click.IntRange(1), metavar="N", help="How many a search draws.")
@click.option("--metric", metavar="NAME", help="What a search makes better: a result, or a curve at its best.")
@click.option("--direction", type=click.Choice(("lower", "higher")), help="Which way it is better; often known.")
@click.option("--sampler", type=click.Choice(("tpe", "random")), default="tpe", show_default=True, help="Of a search.")
@click.option("--pruner", type=click.Choice(("none", "median")), default="none", help="End what is behind the median.")
@click.option("--seed", type=int, metavar="N", help="Of the sampler. Default: invented, and kept.")
@click.option("--stop", "rules", multiple=True, metavar="RULE", help='End trials early: "patience(val/loss, 5)".')
@click.option("--budget", metavar="2h", help="End all when the trials have run so long together.")
@click.option("--max-parallel", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="At once.")
@click.option("-G", "--gpus", type=click.IntRange(0), metavar="N", help="GPUs for each trial.")
@click.option("--gpu-memory", metavar="20G", help="Of each GPU; others may have the rest.")
@click.option("--time", "time_limit", metavar="HH:MM:SS", help="End each trial after this long.")
@click.option("--launcher", type=click.Choice(("local", "slurm")), help="Default: [run] launcher, else local.")
@click.option("--launcher-opt", "launcher_options", multiple=True, metavar="K=V", help="As partition=gpu, for sbatch.")
@click.option("--set", "settings", multiple=True, metavar="K=V", help="The same in each trial.")
@click.option("-m", "--reason", help="Why; the diary keeps it.")
@click.option("--follow", is_flag=True, help="Stay until all have ended, and print the table.")
@click.option("--detach", is_flag=True, help="Mind it in a run of its own and return at once.")
@click.option("--json", "as_json", is_flag=True, help="Print id, name and number of trials as JSON.")
@pass_context
@click.pass_context
def command(
    ctx: click.Context,
    context: Context,
    name: str | None,
    grids: tuple[str, ...],
    searched: tuple[str, ...],
    seeds: int,
    trials: int | None,
    metric: str | None,
    direction: str | None,
    sampler: str,
    pruner: str,
    seed: int | None,
    rules: tuple[str, ...],
    budget: str | None,
    max_parallel: int,
    gpus: int | None,
    gpu_memory: str | None,
    time_limit: str | None,
    launcher: str | None,
    launcher_options: tuple[str, ...],
    settings: tuple[str, ...],
    reason: str | None,
    follow: bool,
    detach: bool,
    as_json: bool,
) -> None:
    """Run a command for many settings: a grid, seeds, or a search that draws the next values.

    \b
    labjournal sweep -n lr --grid lr=1e-3,1e-4 --grid depth=2..6 --seeds 3 -- python train.py --lr {lr} …
    labjournal sweep -n tune --search lr=1e-5..1e-1:log --trials 24 --metric val/loss --pruner median -- …
    labjournal sweep status lr          the table; also: labjournal compare 'lr-*'
    labjournal sweep resume lr          go on with what is left
    labjournal stop lr                  stop all of it

    Trials go through the queue, or to SLURM as an array. A plain grid needs nobody; stop rules, a budget and a search
    are minded by this command while it runs. When it is interrupted the trials go on, and `sweep resume` minds them
    again.
    """
    if ctx.invoked_subcommand is not None:
        return
    import os

    from labjournal import facts
    from labjournal.runner import commands
    from labjournal.sweeps import plan, space, stopping

    words: tuple[str, ...] = ctx.meta[_COMMAND]
    search = _search(bool(searched), trials, metric, direction, sampler, pruner, seed)
    axes = [space.parse(text, drawn=bool(searched)) for text in grids]
    axes += [space.parse(text, drawn=True) for text in searched]
    for rule in rules:
        stopping.parse(rule, direction)
    paths = context.journal()
    sweep = plan.Sweep(
        id=facts.new_ulid(),
        name=name or f"sweep-{facts.new_ulid()[-4:].lower()}",
        command=words,
        cwd=os.getcwd(),
        axes=tuple(axes),
        seeds=seeds,
        settings=commands.pairs(settings, "--set"),
        max_parallel=max_parallel,
        stop=rules,
        budget_s=commands.seconds(budget, "--budget"),
        search=search,
        reason=reason,
        gpus=gpus,
        gpu_memory_bytes=None if gpu_memory is None else commands.memory_bytes(gpu_memory, "--gpu-memory"),
        time_limit_s=commands.seconds(time_limit, "--time"),
        launcher=launcher,
        launcher_options=commands.pairs(launcher_options, "--launcher-opt"),
    )
    plan.check(sweep)
    if detach:
        plan.refuse_masked(plan.kept(sweep))
    from labjournal.follower import Follower
    from labjournal.sweeps.driving import Driver

    follower = Follower.open(paths)
    try:
        follower.catch_up()
        plan.refuse_taken(follower.store, sweep.name)
        driver = Driver(sweep, follower, _tell)  # before anybody can know of the sweep, and stop it
        plan.state(paths, sweep)
        if as_json:
            from labjournal.cli.session import print_json

            print_json({"id": sweep.id, "name": sweep.name, "trials": sweep.size})
        else:
            click.echo(sweep.id)
        click.echo(f"{sweep.name}: {sweep.size:,} trials, {max_parallel} at once", err=True)
        follower.catch_up()
        _begin(driver, follower, sweep, follow, detach)
    finally:
        follower.close()


def _search(
    searched: bool,
    trials: int | None,
    metric: str | None,
    direction: str | None,
    sampler: str,
    pruner: str,
    seed: int | None,
) -> Any:
    """What is asked of a search; None for a grid."""
    from labjournal import stats
    from labjournal.sweeps.plan import Search

    if not searched:
        if trials is not None:
            raise click.UsageError("--trials belongs to a search: say what is drawn with --search K=RANGE.")
        return None
    if trials is None or metric is None:
        raise click.UsageError("A search needs --trials N and --metric NAME.")
    known = direction or stats.metric_of(metric).direction
    if known is None:
        raise click.UsageError(f"Is {metric} better when lower or higher? Say it with --direction.")
    import random

    invented = random.SystemRandom().randrange(2**31) if seed is None else seed
    return Search(trials, metric, known, sampler, None if pruner == "none" else pruner, invented)


def _begin(driver: Driver, follower: Follower, sweep: Sweep, follow: bool, detach: bool) -> None:
    """Queue the trials, and mind them where that is needed."""
    if detach:
        _detach(follower, sweep, since=sweep.id)
        return
    if not (sweep.needs_minding or follow):
        for run in driver.queue()[:1]:
            for notice in run.notices:
                _tell(notice)
        return
    _mind(driver, sweep)
    if follow:
        _show(follower, sweep, None, None, as_json=False, everything=False)


def _mind(driver: Any, sweep: Sweep) -> None:
    try:
        driver.mind()
    except KeyboardInterrupt:
        verbs = f"labjournal sweep resume {sweep.name} minds them again, labjournal stop {sweep.name} ends them"
        click.echo(f"Left. Its trials go on; {verbs}.", err=True)
        raise SystemExit(130) from None


def _detach(follower: Follower, sweep: Sweep, since: str) -> None:
    from labjournal.cli import minder

    words = ("sweep", "resume", sweep.id, "--since", since)
    minder.launch(follower, words, f"{sweep.name}-minder", sweep.reason)


@command.command("status")
@click.argument("name", required=False)
@click.option("--metric", metavar="NAME", help="A metric, or a curve. Default: that of the search or the rules.")
@click.option("--at", type=click.Choice(("last", "best")), help="Of a curve: its last value or its best one.")
@click.option("--full", is_flag=True, help="All rows.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@pass_context
def status_command(
    context: Context, name: str | None, metric: str | None, at: str | None, full: bool, as_json: bool
) -> None:
    """Show the table of a sweep, best first; without NAME list the sweeps."""
    from labjournal.cli import session, sweep_table
    from labjournal.sweeps import plan, table

    with session.opened(context) as follower:
        if name is not None:
            _show(follower, plan.find(follower.store, name), metric, at, as_json, full)
            return
        found = [table.build(follower.store, sweep) for _, sweep in plan.known(follower.store)]
    if as_json:
        session.print_json([sweep_table.summary(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.sweep.name}: {sweep_table.counted(one)}")
    if not found:
        click.echo("No sweeps.", err=True)


@command.command("resume")
@click.argument("name")
@click.option("--detach", is_flag=True, help="Mind it in a run of its own and return at once.")
@click.option("--since", hidden=True, help="The ULID of the moment after which a stop means this minder.")
@pass_context
def resume_command(context: Context, name: str, detach: bool, since: str | None) -> None:
    """Launch what a sweep still lacks, and mind it until it has ended."""
    from labjournal import facts
    from labjournal.cli import session
    from labjournal.sweeps import plan
    from labjournal.sweeps.driving import Driver

    with session.opened(context) as follower:
        sweep = plan.find(follower.store, name)
        if detach:
            _detach(follower, sweep, since=facts.new_ulid())
            return
        _mind(Driver(sweep, follower, _tell, since), sweep)


def _tell(text: str) -> None:
    from labjournal import format as fmt

    click.echo(fmt.visible(text), err=True)


def _show(
    follower: Follower, sweep: Sweep, metric: str | None, at: str | None, as_json: bool, everything: bool
) -> None:
    from labjournal.cli import sweep_table
    from labjournal.sweeps import table

    built = table.build(follower.store, sweep, metric, at)
    if as_json:
        from labjournal.cli.session import print_json

        rows = [sweep_table.as_json_row(row) for row in built.rows]
        print_json({**sweep_table.summary(built), "rows": rows, "notes": list(built.notes)})
        return
    for line in sweep_table.lines(built, everything):
        click.echo(line)
