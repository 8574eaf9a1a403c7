"""`labjournal diary`: what was written and what happened, by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context, terminal_columns
from labjournal.errors import InputError

if TYPE_CHECKING:
    from labjournal.diary import Day
    from labjournal.export.entry_words import Book
    from labjournal.export.summary import Week
    from labjournal.model import Entry
    from labjournal.store import Store


@click.command("diary")
@click.option("--since", metavar="D", help="A date, today, yesterday, 12h, 7d.")
@click.option("--grep", metavar="Q", help="Entries that hold all these words, or words beginning so.")
@click.option("--kind", "kinds", multiple=True, metavar="K", help="Only this kind: note, bug, alarm, result, …")
@click.option("--run", "run", metavar="REF", help="Only what is about this run.")
@click.option("--all", "everything", is_flag=True, help="Launches and good ends of validations too.")
@click.option("--open", "only_open", is_flag=True, help="What waits: questions, plans, hypotheses, expectations.")
@click.option(
    "--week",
    is_flag=False,
    flag_value="today",
    metavar="[D]",
    help="The summary of a week: this one, or that of day D.",
)
@click.option("--study", metavar="NAME", help="Only what belongs to this study.")
@click.option("--json", "as_json", is_flag=True, help="Print the entries as JSON.")
@pass_context
def command(
    context: Context,
    since: str | None,
    grep: str | None,
    kinds: tuple[str, ...],
    run: str | None,
    everything: bool,
    only_open: bool,
    week: str | None,
    study: str | None,
    as_json: bool,
) -> None:
    """Read the diary, oldest first: notes, and what the journal wrote itself about launches, ends, alarms, results.

    \b
    labjournal diary --open              what waits for an answer, a run or more data
    labjournal diary --week              what this week brought; --week 2026-11-16 for another
    labjournal diary --study jets        all of one study; with --week its week
    """
    from datetime import UTC, datetime

    from labjournal import diary
    from labjournal.cli import session
    from labjournal.export import summary
    from labjournal.export.entry_words import Book
    from labjournal.model import EntryKind

    known = [kind.value for kind in EntryKind]
    for kind in kinds:
        if kind not in known:
            raise InputError(f"No kind {kind!r}.", f"Kinds: {', '.join(known)}.")
    if context.existing_journal() is None:
        if as_json:
            session.print_json([])
        click.echo("No journal here yet. Start one with: labjournal note TEXT", err=True)
        return
    begin = diary.moment_of(since, datetime.now(UTC)) if since else None
    with session.opened(context) as follower:
        store = follower.store
        of = store.resolve(run).id if run else None
        days = diary.days(store, begin, None, grep, kinds or None, of)
        book = Book(store, follower.config)
        if only_open:
            _open(store, as_json, book)
            return
        entries_folder = follower.paths.project / follower.config.diary.export
        if study is not None:
            days = summary.of_study(days, study, store.runs(), entries_folder)
        if week is not None:
            _week(summary.summarise(days, diary.moment_of(week, datetime.now(UTC)), book, study), book, as_json)
            return
        if as_json:
            session.print_json([_json(entry, book) for day in days for entry in day.entries])
            return
        width = terminal_columns()
        folded = 0
        for day in days:
            shown = [entry for entry in day.entries if everything or kinds or not book.told_by_results(entry)]
            folded += len(day.entries) - len(shown)
            click.echo("\n".join(_lines(day, shown, book, max(40, width))))
    if folded:
        click.echo(f"and {folded} launches and ends of validations (--all)", err=True)
    if not days:
        click.echo("No entries.", err=True)


def _json(entry: Entry, book: Book) -> dict[str, Any]:
    from labjournal import format as fmt

    return {
        "id": entry.id,
        "t": fmt.iso(entry.t),
        "kind": entry.kind.value,
        "text": book.words(entry),
        "on": list(entry.on),
        "run": entry.run,
        "user": entry.user,
        "automatic": entry.automatic,
        "amended": [{"t": fmt.iso(when), "text": text} for when, text in entry.amended],
        "attachments": list(entry.attachments),
        "state": entry.state,
        "states": [
            {"t": fmt.iso(said.t), "state": said.state, "why": said.why, "by": list(said.by)} for said in entry.states
        ],
        "study": entry.study,
        "judged": {"word": judged.word, "sentence": judged.sentence} if (judged := book.judged(entry)) else None,
    }


def _lines(day: Day, entries: Sequence[Entry], book: Book, width: int) -> Iterator[str]:
    from labjournal import format as fmt

    yield f"{day.date.isoformat()}  {fmt.plural(len(entries), 'entry', 'entries')}"
    for entry in entries:
        indent = " " * 20
        head = f" {fmt.clock(entry.t)}  {fmt.pad(fmt.cut(entry.kind.value, max(11, width // 8)), 11)} "
        text = fmt.visible(book.words(entry), lines=True)
        lines = [line for part in text.split("\n") for line in fmt.wrap(part, width, indent)]
        yield head + lines[0][len(indent) :]
        yield from lines[1:]
        if entry.amended:
            yield f"{indent}(amended {fmt.plural(len(entry.amended), 'time')})"
        for note in book.became(entry):
            yield from fmt.wrap(fmt.visible(note), width, indent)


def _open(store: Store, as_json: bool, book: Book) -> None:
    """What waits, as lines or as JSON."""
    from labjournal.cli import session
    from labjournal.diary.open_items import open_items
    from labjournal.export import summary

    found = open_items(store)
    if as_json:
        session.print_json(
            {
                "questions": [_json(entry, book) for entry in found.questions],
                "hypotheses": [_json(entry, book) for entry in found.hypotheses],
                "plans": [{**_json(plan.entry, book), "tried": [run.id for run in plan.tried]} for plan in found.plans],
                "expectations": [
                    {
                        "run": one.run.id,
                        "expectation": one.expectation,
                        "word": one.verdict.word if one.verdict else None,
                        "sentence": one.verdict.sentence if one.verdict else None,
                    }
                    for one in found.expectations
                ],
                "reruns": [{"run": run.id, "name": run.name, "why": run.retracted} for run in found.reruns],
            }
        )
        return
    for line in summary.open_lines(found):
        click.echo(line)
    if not found:
        click.echo("Nothing waits.", err=True)


def _week(week: Week, book: Book, as_json: bool) -> None:
    from labjournal.cli import session

    if as_json:
        session.print_json(
            {
                "from": week.first.isoformat(),
                "to": week.last.isoformat(),
                "study": week.study,
                "runs": dict(week.runs),
                "seconds": week.seconds,
                "results": [result.id for result in week.results],
                "entries": [_json(entry, book) for entry in week.entries],
            }
        )
    else:
        click.echo("\n".join(week.lines))
