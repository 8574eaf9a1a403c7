"""`labjournal study`: protocols that are run stage by stage, each behind its gate."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context, terminal_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from labjournal.follower import Follower
    from labjournal.studies.protocol import Study
    from labjournal.studies.running import Said
    from labjournal.studies.standing import Standing

_SIGNS = {True: "ok  ", False: "FAIL", None: "open"}


def _size(function: Any) -> Any:
    for option in (
        click.option("--smoke", "size", flag_value="smoke", help="The small size: seconds, on a CPU."),
        click.option("--full", "size", flag_value="full", help="The whole size."),
        click.option("--size", metavar="NAME", help="Another size of the study."),
    ):
        function = option(function)
    return function


@click.group("study")
def command() -> None:
    """Run a study: a question, the stages that answer it, and what must come out of each before the next may start.

    \b
    labjournal study list
    labjournal study run jets --smoke
    labjournal study status jets --check        exit 1 while a stage has not passed

    A study is a folder entries/NAME with a study.toml (docs/formats.md).
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print names and questions as JSON.")
@pass_context
def list_command(context: Context, as_json: bool) -> None:
    """List the studies of the journal, with their questions."""
    from labjournal.cli import session
    from labjournal.studies import places, protocol

    entries = _entries(context)
    found = [protocol.load(entries / name) for name in places.names(entries)]
    if as_json:
        session.print_json(
            [
                {
                    "name": study.name,
                    "question": study.question,
                    "folder": str(study.folder),
                    "stages": [stage.name for stage in study.stages],
                }
                for study in found
            ]
        )
        return
    for study in found:
        stages = [stage for stage in study.stages if stage.fault is None]
        faults = len(study.stages) - len(stages)
        more = f", {faults} faults" if faults else ""
        click.echo(f"{study.name}: {study.question or study.title or ''} ({len(stages)} stages{more})")
    if not found:
        click.echo(f"No studies in {entries}.", err=True)


@command.command("run")
@click.argument("name")
@_size
@click.option("--from", "start", metavar="STAGE", help="Run this stage and all after it again.")
@click.option("--only", multiple=True, metavar="STAGE", help="Run this stage alone; may be repeated.")
@click.option("--override", multiple=True, metavar="STAGE", help="Start STAGE although its gate is shut.")
@click.option("-m", "--reason", metavar="WHY", help="Why the gate may be passed by; the diary keeps it.")
@click.option(
    "--launcher", type=click.Choice(("local", "slurm")), help="Of its runs. Default: [run] launcher, else local."
)
@click.option("--detach", is_flag=True, help="Do it in a run of its own and return at once.")
@click.option("--json", "as_json", is_flag=True, help="Print where the study stands at the end as JSON.")
@pass_context
def run_command(
    context: Context,
    name: str,
    size: str | None,
    start: str | None,
    only: tuple[str, ...],
    override: tuple[str, ...],
    reason: str | None,
    launcher: str | None,
    detach: bool,
    as_json: bool,
) -> None:
    """Run what has not passed yet, in order; exit 1 when a stage failed or could not start.

    Stages that passed on this code are not run again. Each run is a run like any other: it goes on when this command
    is interrupted, and the same command then waits for it.
    """
    from labjournal.studies.running import Asked, Runner

    if override and not reason:
        raise click.UsageError("An override needs a reason: -m WHY. The diary keeps it.")
    with _opened(context, name, size, make=True) as (follower, study):
        if detach:
            from labjournal.cli import minder

            minder.launch(follower, _again(name, size, start, only, override, reason, launcher), f"{study.name}-minder")
            return
        runner = Runner(study, follower, _tell, launcher)
        try:
            standings = runner.run(Asked(start, only, dict.fromkeys(override, reason or "")))
        except KeyboardInterrupt:
            click.echo(f"Left. What was started goes on; labjournal study run {name} waits for it.", err=True)
            raise SystemExit(130) from None
    _show(study, standings, as_json)
    wanted = [one for one in standings if not only or one.stage.name in only]
    if not all(_settled(one) for one in wanted):
        raise SystemExit(1)


def _again(
    name: str,
    size: str | None,
    start: str | None,
    only: tuple[str, ...],
    override: tuple[str, ...],
    reason: str | None,
    launcher: str | None,
) -> list[str]:
    """The words of the same call, without --detach."""
    words = ["study", "run", name]
    said = (("--size", size), ("--from", start), ("-m", reason), ("--launcher", launcher))
    words += [word for key, value in said if value for word in (key, value)]
    words += [word for stage in only for word in ("--only", stage)]
    return words + [word for stage in override for word in ("--override", stage)]


@command.command("status")
@click.argument("name")
@_size
@click.option("--check", is_flag=True, help="Exit 1 unless every stage has passed.")
@click.option("--json", "as_json", is_flag=True, help="Print stages, criteria and values as JSON.")
@pass_context
def status_command(context: Context, name: str, size: str | None, check: bool, as_json: bool) -> None:
    """Show where a study stands, stage by stage, and why. Without a size: the one that was run last."""
    from labjournal.studies.standing import Judge

    with _opened(context, name, size, make=False) as (follower, study):
        standings = Judge(study, follower.store, follower.paths, follower.config).standings()
    _show(study, standings, as_json)
    if check and not all(_settled(one) for one in standings):
        raise SystemExit(1)


@command.command("table")
@click.argument("name")
@click.argument("table", required=False)
@_size
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "md", "csv", "json", "latex", "html")),
    default="text",
    help="How to write it.",
)
@click.option("--all", "whole", is_flag=True, help="All columns and settings, as wide as they are.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@pass_context
def table_command(
    context: Context, name: str, table: str | None, size: str | None, form: str, whole: bool, as_json: bool
) -> None:
    """Print a table of a study; the export writes all of them to entries/NAME/tables."""

    from labjournal.compare import build_table
    from labjournal.compare import named as kept
    from labjournal.errors import NotFoundError
    from labjournal.export import FORMATS, Style
    from labjournal.studies import tables

    with _opened(context, name, size, make=False) as (follower, study):
        wanted = tables.named(study, table)
        config = tables.of_study(follower.store, follower.config, study)
        if not tables.has_runs(config, wanted):
            raise NotFoundError(
                f"No stage of the table {wanted} has run{f' at the size {study.size}' if study.size else ''}.",
                f"labjournal study run {name}{f' --size {study.size}' if study.size else ''}",
            )
        selection = kept(config, wanted)
        assert selection is not None
        built = build_table(follower.store, selection, config)
    width = terminal_columns()
    style = Style(width=max(40, width), full=whole, fuller="--all").kept(config.tables[wanted], wanted)
    form = "json" if as_json else form
    sys.stdout.write(next(known.render for known in FORMATS if known.name == form)(built, style))


def _entries(context: Context) -> Path:
    from labjournal import config, paths

    found = context.existing_journal()
    project = found.project if found is not None else paths.find_or_plan(context.start).project
    return project / config.load(project).diary.export


@contextmanager
def _opened(context: Context, name: str, size: str | None, make: bool) -> Iterator[tuple[Follower, Study]]:
    """The journal with the study in it; without a size, and not to be run, the size that was run last."""
    from labjournal.follower import Follower
    from labjournal.studies import places, protocol, tables

    folder = places.folder(name, _entries(context))
    study = protocol.load(folder, size)
    paths = context.journal() if make else context.existing_journal()
    follower = Follower.open(paths) if paths is not None else None
    if follower is None:
        from labjournal.errors import NotFoundError

        raise NotFoundError("There is no journal here.", f"Start with: labjournal study run {name}")
    try:
        follower.catch_up()
        if size is None and not make:
            study = protocol.load(folder, tables.last_size(follower.store, study.name))
        yield follower, study
    finally:
        follower.close()


def _tell(said: Said) -> None:
    from labjournal import format as fmt

    click.echo(f"{said.stage}: {fmt.visible(said.text)}", err=True)


def _settled(standing: Standing) -> bool:
    from labjournal.studies.standing import State

    return standing.state in (State.PASSED, State.NOT_TAKEN)


def _show(study: Study, standings: list[Standing], as_json: bool) -> None:
    if as_json:
        from labjournal.cli import session

        session.print_json([_json(one) for one in standings])
        return

    from labjournal import format as fmt

    width = terminal_columns()
    size = f" ({study.size})" if study.size else ""
    for line in fmt.wrap(f"{study.name}{size}: {fmt.visible(study.question)}", width):
        click.echo(line)
    for one in standings:
        for line in _lines(one, width):
            click.echo(line)


def _lines(standing: Standing, width: int) -> Iterator[str]:
    from labjournal import format as fmt
    from labjournal.model import short_id
    from labjournal.studies.running import decided_text

    name = standing.stage.name + (f" (fault of {standing.stage.fault.of})" if standing.stage.fault else "")
    facts = [str(standing.state)]
    if standing.runs:
        last = standing.runs[-1]
        facts += [short_id(last.id) if len(standing.runs) == 1 else fmt.plural(len(standing.runs), "run")]
        facts += [fmt.commit(last.snapshot.commit, last.snapshot.dirty)] if last.snapshot.commit else []
        facts += [fmt.duration(standing.took_s)] if standing.took_s is not None else []
    yield from fmt.wrap(f"{name}: {', '.join(facts)}", width)
    if standing.because and not standing.criteria:
        yield from fmt.wrap(fmt.visible(standing.because), width, "  ", "    ")
    for judged in standing.criteria:
        text = f"{_SIGNS[judged.outcome.passed]} {judged.text}: {judged.outcome.sentence}"
        yield from fmt.wrap(fmt.visible(text), width, "  ", "       ")
    told = {f"{one.text}: {one.outcome.sentence}" for one in standing.criteria}
    if standing.because and standing.criteria and standing.because not in told:
        yield from fmt.wrap(fmt.visible(standing.because), width, "  ", "    ")
    if standing.decided is not None:
        yield from fmt.wrap(fmt.visible(f"decision: {decided_text(standing)}"), width, "  ", "    ")


def _json(standing: Standing) -> dict[str, Any]:
    """One element of ``study status --json`` (docs/formats.md)."""
    decided = standing.decided
    return {
        "stage": standing.stage.name,
        "state": standing.state.value,
        "because": standing.because,
        "fault_of": standing.stage.fault.of if standing.stage.fault else None,
        "criteria": [
            {
                "text": one.text,
                "value": one.outcome.value,
                "passed": one.outcome.passed,
                "sentence": one.outcome.sentence,
            }
            for one in standing.criteria
        ],
        "run": standing.runs[-1].id if standing.runs else None,
        "runs": [run.id for run in standing.runs],
        "commit": standing.commit,
        "took_s": standing.took_s,
        "decision": None
        if decided is None
        else {"path": decided.path, "text": decided.text, "because": decided.because},
    }
