"""`labjournal note`: a person's words, dated and kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labjournal import tags
from labjournal.cli import Context, pass_context
from labjournal.errors import InputError

if TYPE_CHECKING:
    from labjournal.paths import JournalPaths
    from labjournal.store import Store


@click.command("note")
@click.argument("words", metavar="[TEXT]", nargs=-1)
@click.option("-e", "--edit", is_flag=True, help="Write in $EDITOR.")
@click.option("-t", "--template", metavar="NAME", help="Begin with a template: bug, hypothesis, plan, decision, …")
@click.option("--kind", metavar="KIND", help="note, hypothesis, question, plan, claim, bug, fix, decision, …")
@click.option("--on", multiple=True, metavar="REF", help="What it is about: a run, r:RESULT, f:FINDING, a commit.")
@click.option(
    "--attach", multiple=True, metavar="FILE", type=click.Path(exists=True, dir_okay=False), help="A picture, a log …"
)
@click.option("--amend", metavar="ENTRY", help="A new wording for an earlier entry; the old one stays readable.")
@click.option(
    "--state", nargs=2, metavar="ENTRY STATE", help="What became of a hypothesis, question or plan: supported, done, …"
)
@click.option("--by", multiple=True, metavar="REF", help="With --state: the results or runs that show it.")
@click.option("-m", "--why", default="", help="With --state: why.")
@click.option("--study", metavar="NAME", help="The study it belongs to; default: that of the working folder.")
@click.option("--id", "fault", metavar="NAME", help="Also note it as this fault (labjournal faults).")
@click.option("--symptom", metavar="TEXT", help="With --id: how the fault shows.")
@click.option("--cause", metavar="TEXT", help="With --id: what is wrong.")
@click.option("--introduced", metavar="COMMIT", help="With --id: the commit that brought it.")
@click.option("--fixed", metavar="COMMIT", help="With --id: the commit that mended it.")
@click.option("--json", "as_json", is_flag=True, help="Print the new entry's id as JSON.")
@pass_context
def command(
    context: Context,
    words: tuple[str, ...],
    edit: bool,
    template: str | None,
    kind: str | None,
    on: tuple[str, ...],
    attach: tuple[str, ...],
    amend: str | None,
    state: tuple[str, str] | None,
    by: tuple[str, ...],
    why: str,
    study: str | None,
    fault: str | None,
    symptom: str | None,
    cause: str | None,
    introduced: str | None,
    fixed: str | None,
    as_json: bool,
) -> None:
    """Write an entry into the diary. Without TEXT it is read from standard input, or written in $EDITOR.

    \b
    labjournal note --kind hypothesis "the numbers are not read at all"
    labjournal note --state e:8q3gq8 refuted -m "they are, see the table" --by r:c4e1ab
    labjournal note --kind claim --on v4 v3 "numeric input is better"      judged by the numbers
    labjournal note -t bug -e --id adapter --introduced 9be1f0
    """
    from labjournal.diary import HUMAN_KINDS, Diary
    from labjournal.model import EntryKind

    kinds = [known.value for known in HUMAN_KINDS]
    kind = kind or (template if template in kinds else "note")
    if kind not in kinds:
        raise InputError(f"No kind {kind!r}.", f"Kinds: {', '.join(kinds)}.")
    if (symptom or cause or introduced or fixed) and not fault:
        raise InputError("Which fault?", "Name it with --id, as labjournal faults lists it.")
    if state:
        entry = _state(context, state, why, by)
        _tell(entry, as_json)
        return
    about: list[str] = []
    if on or amend:  # only a reference needs the index
        from labjournal.cli import mentions, session

        with session.opened(context, with_curves=False) as follower:
            on, words = mentions.first(follower.store, on, words)
            about = mentions.resolve(follower.store, on, commits=True)
            amend = mentions.entry(follower.store, amend) if amend else None
    text = _text(words, edit, _begin(context, template))
    journal = context.journal()
    diary = Diary(journal)
    if amend:
        diary.amend(amend, text)
        _tell(amend, as_json)
        return
    run = os.environ.get(tags.ENV_RUN_ID)
    attachments = _attached(attach, journal)
    entry = diary.note(text, EntryKind(kind), about, run, attachments, study or _study_here(journal))
    if fault:
        from labjournal.cli import mentions, session

        commits = {"introduced": introduced, "fixed": fixed}
        known = {key: mentions.commit(journal.project, commit) for key, commit in commits.items()}
        shows = symptom
        if shows is None and kind == "bug":
            with session.opened(context, with_curves=False) as follower:
                shows = mentions.symptom(follower.store, fault, text.strip().split("\n")[0])
        diary.fault(fault, symptom=shows, cause=cause, entry=entry, **known)
    if kind == EntryKind.CLAIM.value and len(about) < 2:
        click.echo("No numbers judge this claim: name two results or runs with --on A --on B.", err=True)
    _tell(entry, as_json)
    if kind == EntryKind.CLAIM.value and len(about) > 1:
        _tell_what_the_numbers_say(context, entry)


def _tell(entry: str, as_json: bool) -> None:
    if as_json:
        from labjournal.cli.session import print_json

        print_json({"id": entry})
    else:
        click.echo(f"e:{entry[-6:].lower()}")


def _tell_what_the_numbers_say(context: Context, claim: str) -> None:
    from labjournal import config
    from labjournal.cli import session
    from labjournal.export.entry_words import Book

    with session.opened(context, with_curves=False) as follower:
        entry = next((known for known in follower.store.entries(kinds=["claim"]) if known.id == claim), None)
        judged = Book(follower.store, config.load(follower.paths.project)).judged(entry) if entry else None
    if judged is None:
        click.echo("No numbers judge this claim: they have no results that were measured alike.", err=True)
    else:
        click.echo(f"By the numbers {judged.word}: {judged.sentence}.", err=True)


def _state(context: Context, state: tuple[str, str], why: str, by: tuple[str, ...]) -> str:
    """Say what became of an entry. Raises NotFoundError, InputError for a state its kind cannot have."""
    from labjournal.cli import mentions, session
    from labjournal.diary import Diary, states

    reference, word = state
    with session.opened(context, with_curves=False) as follower:
        store: Store = follower.store
        entry = mentions.entry(store, reference)
        states.check(next(known.kind for known in store.entries() if known.id == entry), word)
        Diary(follower.paths).state(entry, word, why, mentions.resolve(store, by, commits=True))
    return entry


def _begin(context: Context, template: str | None) -> str | None:
    if template is None:
        return None
    from labjournal import config
    from labjournal.diary import templates

    own = config.load(context.journal().project).diary.templates
    return templates.template(template, own)


def _text(words: tuple[str, ...], edit: bool, begin: str | None) -> str:
    given = " ".join(words)
    if edit or (not words and sys.stdin.isatty()):
        before = f"{given}\n\n{begin}" if given and begin else begin or given + "\n"
        written = click.edit(before)
        if written is None or not written.strip() or (begin and written.strip() == begin.strip()):
            raise InputError("Nothing was written.", "Save the file in the editor before leaving it.")
        return written.strip("\n")
    return sys.stdin.read().strip("\n") if not words or given == "-" else given


def _study_here(journal: JournalPaths) -> str | None:
    """The study in whose folder the words are written; asked only below a folder that could be one."""
    here = Path.cwd()
    if here == journal.project or not here.is_relative_to(journal.project):
        return None
    from labjournal import config
    from labjournal.diary import studies

    return studies.folder_in(here, journal.project / config.load(journal.project).diary.export)


def _attached(files: Sequence[str], journal: JournalPaths) -> list[str]:
    """Paths of what is attached; pictures are copied beside the exported diary, so that their link holds."""
    if not files:
        return []
    from labjournal import config
    from labjournal.diary import attachments

    entries = journal.project / config.load(journal.project).diary.export
    return [attachments.keep(Path(file), entries, journal.project) for file in files]
