"""`labjournal compare`: the comparison table."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from labjournal.cli import Context, pass_context, terminal_columns
from labjournal.errors import NotFoundError

if TYPE_CHECKING:
    from labjournal.compare import Selection, Table
    from labjournal.config import TableConfig
    from labjournal.export.style import Interval
    from labjournal.store import Store

_FORMATS = ("text", "md", "csv", "latex", "html", "json")
_INTERVALS = ("range", "plus-minus", "none")
_LATEST = 100
"""So many runs are looked through for validations that gave no result."""


@click.command("compare")
@click.argument("rows", metavar="[NAME|REF]...", nargs=-1)
@click.option("--dataset", "datasets", multiple=True, metavar="D", help="Only these data sets (name or start of hash).")
@click.option("--metric", "metrics", multiple=True, metavar="M", help="Only these metrics, in this order.")
@click.option("--at", metavar="best|last|STEP", help="One checkpoint of each run. Default: all.")
@click.option(
    "--by", metavar="K", help="Values of a setting, option, dataset or step as columns; seed-pooled: means over seeds."
)
@click.option("--baseline", metavar="REF", help="What the others are held against. Default: the first row.")
@click.option("--option", "options", multiple=True, metavar="K=V", help="Only results measured so.")
@click.option("--only-changed", is_flag=True, help="Leave out metrics in which no two rows differ.")
@click.option("--full", is_flag=True, help="All columns, rows and sentences, as wide as they are.")
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True, help="How to write the table."
)
@click.option("--interval", type=click.Choice(_INTERVALS), help="How intervals are shown; none drops them for a paper.")
@click.option("--digits", type=click.IntRange(0, 12), help="Decimals of every value. Default: what intervals allow.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@pass_context
def command(
    context: Context,
    rows: tuple[str, ...],
    datasets: tuple[str, ...],
    metrics: tuple[str, ...],
    at: str | None,
    by: str | None,
    baseline: str | None,
    options: tuple[str, ...],
    only_changed: bool,
    full: bool,
    form: str,
    interval: Interval | None,
    digits: int | None,
    as_json: bool,
) -> None:
    """Compare results of runs and checkpoints: values with intervals, and what may be said about them.

    REF is a run, REF:STEP a checkpoint, 'v3-*' all runs called so; NAME is a table kept in labjournal.toml.
    Without any, all runs that have results, newest first. Runs named that have none, and all of them where nothing has,
    show what their validation curves end in.
    """
    from labjournal.cli.stated import key_values
    from labjournal.compare import Selection
    from labjournal.export import FORMATS, Style

    form = "json" if as_json else form
    selection = Selection(
        rows=rows,
        datasets=datasets,
        metrics=metrics,
        every_metric=form in ("csv", "json"),
        at=at or "all",
        by=by,
        baseline=baseline,
        options=key_values(options, "--option"),
        only_changed=only_changed,
        limit=None if full or form in ("csv", "json") else Selection().limit,
    )
    table, kept = _table(context, selection, at)
    render = next(known.render for known in FORMATS if known.name == form)
    style = Style(width=max(40, terminal_columns()), full=full)
    if kept is not None:
        style = style.kept(kept, rows[0])
    style = replace(style, interval=interval or style.interval, digits=style.digits if digits is None else digits)
    sys.stdout.write(render(table, style))


def _table(context: Context, selection: Selection, at: str | None) -> tuple[Table, TableConfig | None]:
    """The table, and its section of the configuration when it is a kept one."""
    from labjournal.cli import session
    from labjournal.compare import build_table, named
    from labjournal.config import Config
    from labjournal.store import Store

    if context.existing_journal() is None:
        if selection.rows:
            raise NotFoundError("There is no journal here.", "Start one with: labjournal run -- python train.py")
        return build_table(Store.in_memory(), selection, Config()), None
    with session.opened(context) as follower:
        asked = selection.rows
        kept = named(follower.config, asked[0]) if len(asked) == 1 else None
        if kept is not None:
            selection = replace(
                selection,
                rows=kept.rows,
                datasets=selection.datasets or kept.datasets,
                metrics=selection.metrics or kept.metrics,
                at=at or kept.at,
                baseline=selection.baseline or kept.baseline,
                options={**kept.options, **selection.options},
                by=selection.by or kept.by,
                labels=kept.labels,
            )
        section = follower.config.tables[asked[0]] if kept is not None else None
        table = build_table(follower.store, selection, follower.config)
        if not table.rows:
            _say_unread(follower.store)
        return table, section


def _say_unread(store: Store) -> None:
    """Validations that ended well and gave no result: they must not look as if nobody had measured."""
    from labjournal import format as fmt
    from labjournal.model import RunKind, Status

    ended = [run for run in store.runs(_LATEST) if run.kind is RunKind.VALIDATE and run.status is Status.DONE]
    unread = [run for run in ended if not store.results(None, run.id, include_unassigned=True, include_dismissed=True)]
    if unread:
        name = fmt.visible(unread[0].name)
        more = f" and {fmt.plural(len(unread) - 1, 'other validation')}" if len(unread) > 1 else ""
        click.echo(
            f"Nothing that {name}{more} printed was read as a result: labjournal logs {name} shows it.\n"
            "  A format of your own is one [[results.rule]] in labjournal.toml; labjournal.result() states a result.",
            err=True,
        )
