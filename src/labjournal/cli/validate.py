"""`labjournal validate`: validate checkpoints, each as a run of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from labjournal.cli import Context, pass_context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from labjournal.follower import Follower
    from labjournal.model import Run
    from labjournal.runner.request import Launched, LaunchRequest
    from labjournal.runner.validation import Template
    from labjournal.runner.written_over import Replaced

_COMMAND = "labjournal.command"
_GIVEN = "labjournal.given"


class WithCommand(click.Command):
    """A verb whose arguments end at ``--``; what follows is a command, options and all."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_GIVEN] = tuple(args)
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
@click.option("--queue", "queued", is_flag=True, help="Wait for their turn: in sequence, when the GPUs are free.")
@click.option("--after", multiple=True, metavar="REF", help="Queue them until REF has ended well (REF:any: ended).")
@click.option("--gpu-memory", metavar="20G", help="Queue them for this much of each GPU; others may have the rest.")
@click.option("--priority", type=int, metavar="N", help="Queue them before those with a lower N; default 0.")
@click.option("--missing", is_flag=True, help="Only what no validation was launched for yet.")
@click.option("--watch", is_flag=True, help="Queue each checkpoint as it appears, until the run has ended.")
@click.option("--stay", is_flag=True, help="With --watch: wait here, instead of in a run of its own.")
@click.option(
    "--resolve", type=float, metavar="D", help="Say first how many events and positives tell a difference of D."
)
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
    queued: bool,
    after: tuple[str, ...],
    gpu_memory: str | None,
    priority: int | None,
    missing: bool,
    watch: bool,
    stay: bool,
    resolve: float | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Validate checkpoints of runs, one after another, detached.

    The command is given once, with {checkpoint}, {dataset} and {OPTION} where they belong; it is remembered. Every
    combination of checkpoint, data set and option is a run of its own. Without a selector the latest checkpoint. With
    --queue they wait for a free GPU and their turn; --watch does so for each checkpoint that a run still writes, by a
    run of its own that labjournal stop ends.

    \b
    labjournal validate train-3:all -d 1:1 -d 1:10 -o numeric=on -o numeric=off
        -- python validate.py --checkpoint {checkpoint} --data {dataset} --numeric {numeric}
    """
    import os

    from labjournal.cli import launched, session, waiting
    from labjournal.runner import commands, launching, validation
    from labjournal.runner.request import LaunchRequest

    queue = None
    if queued or watch or after or gpu_memory is not None or priority is not None:
        queue = waiting.queueing(context, after, gpu_memory, priority, gpus)
    with session.opened(context) as follower:
        how = validation.template(ctx.meta[_COMMAND], os.getcwd(), follower.config, follower.paths)
        _mention_places(how)
        if resolve is not None:
            _say_resolution(follower, datasets, options, resolve)
        limit = commands.seconds(time_limit, "--time")
        base = LaunchRequest(how.command, how.cwd, name, reason=reason, gpus=gpus, time_limit_s=limit, queue=queue)
        asked = _Asked(wanted, how, datasets, options, base, missing)
        if watch:
            _watch(context, ctx, follower, asked, stay, as_json)
            return
        requests = asked.requests(follower)
        paths, config = follower.paths, follower.config
    if not requests:
        click.echo("labjournal: every one of these was launched before", err=True)
        if as_json:
            session.print_json([])
        return
    started = launching.launch_all(requests, paths, config)
    launched.tell(started, as_json, follow)
    if follow:
        from labjournal.cli.following import follow as follow_log

        codes = [follow_log(paths.run(run.id), run.name) for run in started]
        raise SystemExit(next((code for code in codes if code), 0))
    launched.leave(started)


class _Asked(NamedTuple):
    """What is to be validated, and how."""

    wanted: Sequence[str]
    how: Template
    datasets: Sequence[str]
    options: Sequence[str]
    base: LaunchRequest
    """What every validation has of the command line."""
    only_missing: bool

    def requests(
        self, follower: Follower, left_out: Callable[[Replaced], None] | None = None
    ) -> Sequence[LaunchRequest]:
        """One launch for every combination; ``left_out`` is told of checkpoints that were written over since."""
        from labjournal.runner import commands, validating, validation

        needs_checkpoint = "checkpoint" in commands.places(self.how.command)
        found = validation.find_subjects(follower.store, self.wanted, needs_checkpoint, self.how.cwd, left_out)
        if self.base.queue is not None:
            found = validating.absolute(found)
        made = validation.requests(found, self.how, self.datasets, self.options, follower.config, self.base)
        if self.base.queue is not None:
            made = [validating.queued(one) for one in made]
        return validating.still_missing(made, follower.paths) if self.only_missing else made


def _mention_places(how: Template) -> None:
    from labjournal.runner import commands

    if not commands.places(how.command) & {"checkpoint", "step", "run", "name"}:
        told = "labjournal: the command has no {checkpoint}: only a script that reads LABJOURNAL_CHECKPOINT "
        click.echo(f"{told}from its environment knows which one to measure.", err=True)


def _say_resolution(follower: Follower, datasets: Sequence[str], options: Sequence[str], wanted: float) -> None:
    """How many events tell a difference of ``wanted``, from what was measured before."""
    from labjournal.compare.measure import values_of
    from labjournal.compare.resolution import resolution

    pairs = [(key, value) for key, _, value in (option.partition("=") for option in options)]
    for sentence in resolution(follower.store.results(), datasets, wanted, values_of(follower.config), pairs):
        click.echo(sentence, err=True)


def _watch(context: Context, ctx: click.Context, follower: Follower, asked: _Asked, stay: bool, as_json: bool) -> None:
    """Queue each checkpoint as it appears, here or in a run of its own."""
    from labjournal.cli import launched
    from labjournal.runner import launching, validating

    asked = asked._replace(
        wanted=tuple(text if ":" in text else f"{text}:all" for text in asked.wanted), only_missing=True
    )
    runs = [follower.store.resolve(text.partition(":")[0]) for text in asked.wanted]
    if not stay:
        launched.tell([_in_a_run_of_its_own(context, ctx, runs, asked.wanted)], as_json, followed=False)
        return
    said: set[str] = set()

    def say_once(replaced: Replaced) -> None:
        if replaced.words not in said:
            said.add(replaced.words)
            click.echo(f"labjournal: left out: {replaced.words}", err=True)

    def look() -> bool:
        follower.catch_up()
        return all(follower.store.run(run.id).status.ended for run in runs)

    def start(requests: Sequence[LaunchRequest]) -> None:
        launched.tell(launching.launch_all(requests, follower.paths, follower.config), as_json, followed=False)

    validating.keep_watch(look, lambda: asked.requests(follower, say_once), start)


def _in_a_run_of_its_own(context: Context, ctx: click.Context, runs: Sequence[Run], wanted: Sequence[str]) -> Launched:
    """The same call with --stay, launched: it goes on when the terminal closes, is listed, and can be stopped."""
    import os
    import sys

    from labjournal import config as configuration
    from labjournal.runner import launching
    from labjournal.runner.request import LaunchRequest

    paths = context.journal()
    words = [*ctx.meta[_GIVEN]]
    at = words.index("--") if "--" in words else len(words)
    words.insert(at, "--stay")
    named = runs[0].name
    request = LaunchRequest(
        command=(sys.executable, "-m", "labjournal", "validate", *words),
        cwd=os.getcwd(),
        name=f"watch-{named}",
        kind="other",
        reason=f"validates each checkpoint of {', '.join(wanted)} as it appears",
        environment={**os.environ, "LABJOURNAL_DIR": str(paths.folder)},
    )
    config = configuration.load(paths.project)
    return launching.launch(request, paths, config._replace(watch=config.watch._replace(enabled=False)))
