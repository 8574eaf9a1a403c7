"""`labjournal note`: a person's words, dated and kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from labjournal import tags
from labjournal.cli import Context, pass_context
from labjournal.errors import InputError


@click.command("note")
@click.argument("words", metavar="[TEXT]", nargs=-1)
@click.option("-e", "--edit", is_flag=True, help="Write in $EDITOR.")
@click.option("--kind", default="note", metavar="KIND", help="note, hypothesis, bug, fix, decision, question, …")
@click.option("--on", multiple=True, metavar="REF", help="What it is about: a run, r:RESULT, f:FINDING, a commit.")
@click.option(
    "--attach", multiple=True, metavar="FILE", type=click.Path(exists=True, dir_okay=False), help="A picture, a log …"
)
@click.option("--amend", metavar="ENTRY", help="A new wording for an earlier entry; the old one stays readable.")
@click.option("--json", "as_json", is_flag=True, help="Print the new entry's id as JSON.")
@pass_context
def command(
    context: Context,
    words: tuple[str, ...],
    edit: bool,
    kind: str,
    on: tuple[str, ...],
    attach: tuple[str, ...],
    amend: str | None,
    as_json: bool,
) -> None:
    """Write an entry into the diary. Without TEXT it is read from standard input, or written in $EDITOR."""
    from labjournal.diary import HUMAN_KINDS, Diary
    from labjournal.model import EntryKind

    if kind not in [known.value for known in HUMAN_KINDS]:
        raise InputError(f"No kind {kind!r}.", f"Kinds: {', '.join(known.value for known in HUMAN_KINDS)}.")
    text = _text(words, edit)
    about: list[str] = []
    if on or amend:  # only a reference needs the index
        from labjournal.cli import mentions, session

        with session.opened(context, with_curves=False) as follower:
            about = mentions.resolve(follower.store, on, commits=True)
            amend = mentions.entry(follower.store, amend) if amend else None
    journal = context.journal()
    diary = Diary(journal)
    if amend:
        entry = diary.amend(amend, text)
    else:
        run = os.environ.get(tags.ENV_RUN_ID)
        attachments = [_kept_path(Path(file), journal.project) for file in attach]
        entry = diary.note(text, EntryKind(kind), about, run, attachments)
    if as_json:
        from labjournal.cli.session import print_json

        print_json({"id": amend or entry})
    else:
        click.echo(f"e:{(amend or entry)[-6:].lower()}")


def _text(words: tuple[str, ...], edit: bool) -> str:
    given = " ".join(words)
    if edit or (not words and sys.stdin.isatty()):
        written = click.edit(given + "\n")
        if written is None or not written.strip():
            raise InputError("Nothing was written.", "Save the file in the editor before leaving it.")
        return written.strip("\n")
    return sys.stdin.read().strip("\n") if not words or given == "-" else given


def _kept_path(file: Path, project: Path) -> str:
    """Relative to the project where the file lies inside it, so that the journal can move."""
    whole = file.absolute()
    return whole.relative_to(project).as_posix() if whole.is_relative_to(project) else str(whole)
