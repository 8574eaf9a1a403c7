"""`labjournal retract`: results that must not be used any more, marked wherever they are shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from labjournal.store import Store


@click.command("retract")
@click.argument("more", metavar="[REF]...", nargs=-1)
@click.option("--on", multiple=True, metavar="REF", help="A run, REF:STEP or r:RESULT; more may follow.")
@click.option("--introduced", metavar="COMMIT", help="All runs whose code has this fault in it …")
@click.option("--fixed", metavar="COMMIT", help="… and not this fix.")
@click.option("--id", "name", metavar="NAME", help="What the fault is called in the register (labjournal faults).")
@click.option("--symptom", metavar="TEXT", help="How it showed.")
@click.option("--cause", metavar="TEXT", help="What was wrong.")
@click.option("--why", default="", help="The reason, shown beside every value it touches.")
@click.option("--lift", metavar="ENTRY", help="Take a retraction back: the results may be used again.")
@click.option("--json", "as_json", is_flag=True, help="Print what was marked as JSON.")
@pass_context
def command(
    context: Context,
    more: tuple[str, ...],
    on: tuple[str, ...],
    introduced: str | None,
    fixed: str | None,
    name: str | None,
    symptom: str | None,
    cause: str | None,
    why: str,
    lift: str | None,
    as_json: bool,
) -> None:
    """Mark results that rest on a fault. They stay readable; every table and export says that they carry no claim.

    \b
    labjournal retract --on v3-silu --why "the adapter was never fed"
    labjournal retract --introduced 9be1f0 --fixed e57d13 --why "numbers did not reach the loss"

    With --introduced the fault goes into the register: later runs whose code has it are marked as well.
    """
    from labjournal.cli import mentions, session
    from labjournal.diary import Diary

    if lift is None and not (on or more or introduced):
        raise InputError("What is to be retracted?", "Give --on REF, or --introduced COMMIT.")
    with session.opened(context) as follower:
        store, diary = follower.store, Diary(follower.paths)
        before = {result.id for result in store.results(include_unassigned=True) if result.taint}
        if lift is not None:
            fact = diary.lift(mentions.entry(store, lift), why)
        else:
            named = mentions.resolve(store, [*on, *more])
            introduced, fixed = (mentions.commit(follower.paths.project, given) for given in (introduced, fixed))
            if introduced is not None:
                named += [
                    run for run in _affected(store, follower.paths.project, introduced, fixed) if run not in named
                ]
            fact = diary.retract(named, introduced, fixed, why)
            if introduced is not None or name is not None:
                known = name or f"fault-{fact[-6:].lower()}"
                said = {"introduced": introduced, "fixed": fixed, "retraction": fact}
                diary.fault(known, symptom=symptom or mentions.symptom(store, known, why), cause=cause, **said)
                click.echo(f"In the register of faults as {known}.", err=True)
        follower.catch_up()
        marked = [result for result in store.results(include_unassigned=True) if result.taint]
        touched = before ^ {result.id for result in marked}
    if as_json:
        session.print_json({"id": fact, "results": sorted(touched)})
        return
    click.echo(f"e:{fact[-6:].lower()}")
    verb = "may be used again" if lift else "marked"
    click.echo(f"{len(touched)} result{'' if len(touched) == 1 else 's'} {verb}.", err=True)


def _affected(store: Store, project: Path, introduced: str, fixed: str | None) -> list[str]:
    """Runs in whose code the fault stands, or of which that cannot be told: what cannot be placed is never clean."""
    from labjournal import vcs
    from labjournal.vcs import FixState

    spared = (FixState.CLEAN, FixState.FIXED)
    affected, unplaced = [], []
    for run in store.runs():
        code = run.snapshot.commit
        if code is None:
            unplaced.append(run.id)
            continue
        root = Path(run.snapshot.root) if run.snapshot.root else project
        verdict = vcs.contains_fix(root if root.is_dir() else project, introduced, fixed, code)
        if verdict.state is FixState.CANNOT_TELL:
            unplaced.append(run.id)
        elif verdict.state not in spared:
            affected.append(run.id)
    if not affected and not unplaced:
        raise NotFoundError("No run has this fault in its code.", "labjournal ls shows runs, git log commits.")
    if unplaced:
        click.echo(f"{len(unplaced)} of them only because their code cannot be placed in the history.", err=True)
    return [*affected, *unplaced]
