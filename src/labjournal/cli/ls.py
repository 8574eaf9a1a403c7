"""`labjournal ls`: runs, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from labjournal.cli import Context, pass_context

if TYPE_CHECKING:
    from labjournal.store.rows import ListedRun, RunRow


@click.command("ls")
@click.argument("words", metavar="[FILTER]", nargs=-1)
@click.option("-n", "--limit", type=click.IntRange(1), help="Show at most this many.")
@click.option("--all", "everything", is_flag=True, help="Validations too (they are folded away without a filter).")
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON, always all kinds.")
@pass_context
def command(context: Context, words: tuple[str, ...], limit: int | None, everything: bool, as_json: bool) -> None:
    """List runs, newest first.

    FILTER: words that must stand in name, reason, status, kind, finding or id; status:failed, kind:train and has:alarm
    ask for one of these only.
    """
    from datetime import UTC, datetime

    from labjournal.cli import listing, session

    paths = context.existing_journal()
    if paths is None:
        if as_json:
            session.print_json([])
        else:
            click.echo("No journal here yet. Start one with: labjournal run -- python train.py", err=True)
        return
    with session.opened(context, with_curves=False) as follower:
        store = follower.store
        if as_json:
            found = [row for row in store.run_rows() if _matches(row, words)]
            session.print_json([listing.as_json(row) for row in found[:limit]], checked=True)
            return
        rows = store.listed_runs()
    if words:
        rows = [row for row in rows if _matches(row, words)]
    folded = 0
    if not (words or everything):
        shown = [row for row in rows if row.kind != "validate"]
        folded, rows = len(rows) - len(shown), shown
    rows = rows[:limit]
    if rows:
        click.echo("\n".join(listing.as_text(rows, datetime.now(UTC))))
    else:
        click.echo("No run matches." if words else "No runs.", err=True)
    if folded:
        click.echo(f"and {folded} validations (--all)", err=True)


def _matches(row: ListedRun | RunRow, words: tuple[str, ...]) -> bool:
    for word in words:
        key, colon, value = word.partition(":")
        value = value.lower()
        if colon and key in ("status", "kind"):
            if str(getattr(row, key)).lower() != value:
                return False
        elif colon and key == "has":
            if value not in (row.worst_level, row.worst_rule):
                return False
        else:
            texts = (row.name, row.reason, row.status, row.kind, row.worst_rule, row.id)
            if not any(word.lower() in text.lower() for text in texts if text):
                return False
    return True
