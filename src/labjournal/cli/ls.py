"""`labjournal ls`: runs, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from labjournal.store import Store
    from labjournal.store.rows import ListedRun, RunRow

_MOST_CAUSES = 500
"""Causes are not in the index of the list: so many are read, for the newest runs that are not simply done."""

_MOST_LIVING = 64
"""Runs that live, the newest, in whose files is read on."""


@click.command("ls")
@click.argument("words", metavar="[FILTER]", nargs=-1)
@click.option("-n", "--limit", type=click.IntRange(1), help="Show at most this many.")
@click.option("--all", "everything", is_flag=True, help="Validations too (they are folded away without a filter).")
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON, always all kinds.")
@pass_context
def command(context: Context, words: tuple[str, ...], limit: int | None, everything: bool, as_json: bool) -> None:
    """List runs, newest first.

    FILTER: words that must stand in name, reason, status, kind, finding or (from four letters on) id; /a pattern/;
    key:text; comparisons of settings and metrics. Space is and, | or, ! not, ( ) group; quote it for the shell.

    \b
    labjournal ls 'status:failed lr>1e-4'
    labjournal ls 'data:1:10 acc.low>0.9 !has:alarm'
    labjournal ls '/^v[34]-/ since:mon'
    """
    from datetime import UTC, datetime

    from labjournal.cli import listing, session

    now = datetime.now(UTC)
    paths = context.existing_journal()
    if paths is None:
        if as_json:
            session.print_json([])
        else:
            click.echo("No journal here yet. Start one with: labjournal run -- python train.py", err=True)
        return
    with session.opened(context, with_curves=False) as follower:
        store = follower.store
        if living := store.living(_MOST_LIVING):
            follower.read_on(living)  # how far they are, and what is wrong, stands in files that were not read yet
        if as_json:
            found = _matching(store, paths.project, words, now, store.run_rows())
            jobs = store.jobs()
            session.print_json([listing.as_json(row, jobs.get(row.id)) for row in found[:limit]], checked=True)
            return
        # What only the whole row knows (git tag, parent, exit code) is read where something is asked.
        rows: Sequence[ListedRun | RunRow] = (
            _matching(store, paths.project, words, now, store.run_rows()) if words else store.listed_runs()
        )
        told = [row for row in rows if row.status != "DONE" and not row.worst_rule][:_MOST_CAUSES]
        causes = store.causes(row.id for row in told)
        instead = {**_starting(store, told, now), **causes, **follower.queued}
    folded = 0
    if not (words or everything):
        shown = [row for row in rows if row.kind != "validate"]
        folded, rows = len(rows) - len(shown), shown
    rows = rows[:limit]
    if rows:
        click.echo("\n".join(listing.as_text(rows, now, instead)))
    else:
        click.echo("No run matches." if words else "No runs.", err=True)
    if folded:
        click.echo(f"and {folded} validations (--all)", err=True)


def _starting(store: Store, rows: Sequence[ListedRun | RunRow], now: datetime) -> dict[str, str]:
    """A word for runs that are too young for the watch to have seen anything of them."""
    from datetime import datetime

    from labjournal.vocabulary import STARTING, watch_word

    young = {row.id for row in rows if row.status == "RUNNING" and watch_word(row.watch, 0.0) == STARTING}
    return {
        row.id: STARTING
        for row in (store.run_rows_of(young) if young else ())
        if row.started_at
        and watch_word(row.watch, (now - datetime.fromisoformat(row.started_at)).total_seconds()) == STARTING
    }


def _matching(
    store: Store, project: Path, words: tuple[str, ...], now: datetime, rows: Sequence[RunRow]
) -> list[RunRow]:
    """The rows a filter lets through. Raises InputError for one that cannot be meant."""
    if not words:
        return list(rows)
    from labjournal.filtering import FilterError, compiled
    from labjournal.filtering.things import NO_DETAILS, RunThing, run_keys

    typed = " ".join(words)
    rules = _rules() if "has:" in typed else ()
    details = {}
    try:
        chosen = compiled(typed, run_keys(rules), now)
        plain = chosen is None or not chosen.uses & {"data", "metric", "has"}
    except FilterError:
        plain = False  # settings and metrics have names that only the journal knows
    try:
        if not plain:
            from labjournal import config
            from labjournal.compare import asked

            found = asked.details(store, config.load(project))
            details = dict(found.details)
            chosen = compiled(typed, found.keys(rules), now)
    except FilterError as error:
        under = " " * error.start + "^" * max(1, error.end - error.start)
        raise InputError(f"{error.message}\n  {typed}\n  {under}") from error
    if chosen is None:
        return list(rows)
    shown = [row for row in rows if chosen.accepts(RunThing(row, details.get(row.id, NO_DETAILS)))]
    if lacking := chosen.lacking_words():
        click.echo(f"{len(shown):,} shown, {lacking}", err=True)
    return shown


def _rules() -> tuple[str, ...]:
    from labjournal import checks

    return tuple(rule.rule for rule in checks.catalogue())
