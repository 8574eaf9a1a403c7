"""`labjournal faults`: what was wrong in the code, what became of it, and which runs have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context, terminal_columns
from labjournal.errors import NotFoundError

if TYPE_CHECKING:
    from labjournal.faults.overview import Overview
    from labjournal.store import Store

_COUNTED = ("active", "fix undone", "fixed", "cannot tell")


@click.command("faults")
@click.argument("name", required=False)
@click.option("--symptom", metavar="TEXT", help="How the fault NAME shows.")
@click.option("--cause", metavar="TEXT", help="What is wrong.")
@click.option("--introduced", metavar="COMMIT", help="The commit that brought it.")
@click.option("--fixed", metavar="COMMIT", help="The commit that mended it.")
@click.option("--proof", metavar="REF", help="The run that shows it mended.")
@click.option("--open", "only_open", is_flag=True, help="Only faults that nobody says are fixed.")
@click.option("--unmeasured", is_flag=True, help="Only faults declared fixed of which no result says so.")
@click.option("--json", "as_json", is_flag=True, help="Print the register as JSON.")
@pass_context
def command(
    context: Context,
    name: str | None,
    symptom: str | None,
    cause: str | None,
    introduced: str | None,
    fixed: str | None,
    proof: str | None,
    only_open: bool,
    unmeasured: bool,
    as_json: bool,
) -> None:
    """Show the register of faults, or one of them with its runs; with --symptom and the like add to it.

    \b
    labjournal faults adapter --symptom "numbers change nothing" --introduced 9be1f0
    labjournal faults adapter --fixed e57d13 --proof v3-embed
    labjournal faults --unmeasured           declared fixed, and never measured

    A run has a fault active, fixed, its fix undone (the fix is among the ancestors, and its lines are gone), or it
    cannot be told. To take results back as well: labjournal retract --introduced COMMIT --id NAME.
    """
    from labjournal.cli import mentions, session
    from labjournal.diary import Diary
    from labjournal.faults.overview import overview

    said = {"symptom": symptom, "cause": cause, "introduced": introduced, "fixed": fixed}
    if context.existing_journal() is None and not any(said.values()):
        if as_json:
            session.print_json([])
        click.echo("No journal here yet.", err=True)
        return
    context.journal()
    with session.opened(context) as follower:
        store = follower.store
        if any(said.values()) or proof:
            if name is None:
                raise click.UsageError("Which fault? labjournal faults NAME --symptom …")
            for key in ("introduced", "fixed"):
                said[key] = mentions.commit(follower.paths.project, said[key])
            run = store.resolve(proof).id if proof else None
            Diary(follower.paths).fault(name, **said, proof=run)
            follower.catch_up()
        found = [
            one
            for one in overview(store)
            if (name is None or one.fault.name == name)
            and (not only_open or one.state == "open")
            and (not unmeasured or one.state.startswith("declared"))
        ]
        if name is not None and not found:
            raise NotFoundError(f"No fault is called {name!r}.", "labjournal faults shows all.")
        if as_json:
            session.print_json([_json(one) for one in found])
            return
        names = {run.id: run.name for run in store.runs()} if found else {}
        for one in found:
            click.echo("\n".join(_lines(one, store, names, whole=name is not None)))
    if not found:
        click.echo("No faults.", err=True)


def _json(one: Overview) -> dict[str, Any]:
    from labjournal import format as fmt

    fault = one.fault
    return {
        "name": fault.name,
        "t": fmt.iso(fault.t),
        "state": one.state,
        "symptom": fault.symptom,
        "cause": fault.cause,
        "introduced": fault.introduced,
        "fixed": fault.fixed,
        "proof": one.proof,
        "retraction": fault.retraction,
        "entries": list(fault.entries),
        "runs": [{"run": mark.run, "state": mark.state, "because": mark.because} for mark in one.marks],
    }


def _lines(one: Overview, store: Store, names: dict[str, str], whole: bool) -> list[str]:

    from labjournal import format as fmt

    fault = one.fault
    width = terminal_columns()
    counts = ", ".join(f"{state} in {len(one.runs(state))}" for state in _COUNTED if one.runs(state))
    lines = fmt.wrap(f"{fault.name}: {one.state}{f' ({counts})' if counts else ''}", width)
    told = [("symptom", fault.symptom), ("cause", fault.cause)]
    told += [("introduced", (fault.introduced or "")[:10]), ("fixed", (fault.fixed or "")[:10])]
    told += [("proof", names.get(one.proof or "", one.proof))]
    for label, text in told:
        if text:
            lines += fmt.wrap(fmt.visible(f"{label} {text}"), width, "  ", "    ")
    if whole:
        for mark in one.marks:
            run = fmt.visible(names.get(mark.run, mark.run))
            lines += fmt.wrap(f"{run} {mark.state}: {mark.because}", width, "  ", "    ")
    return lines
