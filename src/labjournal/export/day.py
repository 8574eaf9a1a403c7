"""One day of the diary as blocks: date, what happened, checkpoint, data set and options.

Results of one run on one day are one block, under the time of the first. Launches and good ends of validations make no
block of their own: their results tell of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from pathlib import PurePosixPath
from urllib.parse import quote

from labjournal import format as fmt
from labjournal.diary import Day
from labjournal.export import footnotes, sparklines
from labjournal.export.blocks import OUTSIDE, Block, harmless
from labjournal.export.carried import Line, beside
from labjournal.export.entry_words import Book
from labjournal.export.measured import results_block
from labjournal.export.prose import embed
from labjournal.facts import derived_id
from labjournal.model import Entry, EntryKind, Result, Run, short_id

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")
_TITLE_MOST = 100
_WITH_RUN = {EntryKind.ALARM: "alarm in", EntryKind.EXPECTATION: "expectation of"}
"""Kinds whose text is a paragraph of its own below a title with the run."""


def blocks(day: Day, book: Book, zone: tzinfo | None, up: str, loose: Iterable[Line] = ()) -> list[Block]:
    """All blocks of a day, in order of time.

    Args:
        day: its entries.
        book: of the journal.
        zone: of times; None is local.
        up: leads from the file to the project folder (``../``).
        loose: facts of the day that no block of an entry tells; the head of the day carries them.
    """
    day = Day(day.date, tuple(entry for entry in day.entries if not _stands_outside(entry)))
    if not day.entries:
        return []
    made = [_head(day, zone)]
    told: dict[str, Iterable[Line]] = {made[0].id: loose}
    defined: dict[str, None] = {}
    results: dict[str, list[Entry]] = {}
    for entry in day.entries:
        if is_result(entry):
            results.setdefault(entry.run or "", []).append(entry)
    for entry in day.entries:
        if is_result(entry):
            of_run = results.pop(entry.run or "", None)
            if of_run:
                found = [result for one in of_run for result in book.results_of(one)]
                made.append(_results(day, entry.run or "", of_run, found, book, zone, defined))
                told[made[-1].id] = book.carried.of_results(found, up)
        elif not book.told_by_results(entry):
            lines = [_title(entry, book, zone), *_body(entry, book, zone, up)]
            made.append(Block(entry.id, _joined(lines)))
            told[entry.id] = book.carried.of_entry(entry, up)
    if defined:
        lines = ["## How the values are read", "", *(f"- {fmt.markdown(words)}" for words in sorted(defined))]
        made.append(Block(f"read-{day.date.isoformat()}", _joined(lines)))
    shown = footnotes.unique([replace(block, text=book.hidden(block.text)) for block in made])
    said: set[str] = set()
    return [beside(block, told.get(block.id, ()), said) for block in shown]


def loose(days: Sequence[Day], book: Book, zone: tzinfo | None) -> dict[date, list[Line]]:
    """What no entry of these days tells, by the day whose page carries it."""
    told: list[str] = []
    for entry in (entry for one in days for entry in one.entries if not _stands_outside(entry)):
        told += [result.id for result in book.results_of(entry)] if is_result(entry) else [entry.id]
    pages = [one.date for one in days if not all(map(_stands_outside, one.entries))]
    return book.carried.loose(pages, told, zone)


def _stands_outside(entry: Entry) -> bool:
    """Whether it was written between the blocks of a file, where it stands already."""
    return any(reference.startswith(OUTSIDE) for reference in entry.on)


def _joined(lines: Sequence[str]) -> str:
    return harmless("\n".join(lines).strip("\n"))


def _head(day: Day, zone: tzinfo | None) -> Block:
    name = day.date.isoformat()
    times = fmt.zone_name(day.entries[0].t, zone)
    return Block(f"day-{name}", f"# {name}\n\n*{fmt.plural(len(day.entries), 'entry', 'entries')}, times in {times}.*")


def is_result(entry: Entry) -> bool:
    """Whether it is told in the block of the results of its run on that day."""
    return entry.automatic and entry.kind is EntryKind.RESULT


def _results(
    day: Day,
    run: str,
    entries: Sequence[Entry],
    found: Sequence[Result],
    book: Book,
    zone: tzinfo | None,
    defined: dict[str, None],
) -> Block:
    name = book.run_name(run) if run else "results by hand"
    title = f"## {fmt.clock(entries[0].t, zone)} results of {fmt.markdown(name)}" if run else f"## {name}"
    lines = [title, *_of_run(book.run(run)), "", *results_block(found, book, zone, defined)]
    return Block(results_id(day.date, run), _joined(lines))


def results_id(day: date, run: str) -> str:
    """The id of the block that tells the results of a run on a day."""
    return derived_id("results", day.isoformat(), run)


def _of_run(run: Run | None) -> Iterator[str]:
    if run is None:
        return
    code = fmt.commit(run.snapshot.commit, run.snapshot.dirty)
    tag = f", git tag {fmt.markdown(run.snapshot.git_tag)}" if run.snapshot.git_tag else ""
    yield ""
    yield f"Run {short_id(run.id)}, code {fmt.markdown(code)}{tag}."
    if run.retracted:
        yield ""
        yield f"**{fmt.TAINT} retracted: {fmt.markdown(run.retracted)}. These values carry no claim.**"


def _title(entry: Entry, book: Book, zone: tzinfo | None) -> str:
    """The time and what kind of thing happened; for short things of the journal's own the whole of it."""
    head = f"## {fmt.clock(entry.t, zone)}"
    if not entry.automatic:
        return f"{head} {entry.kind.value}"
    if entry.kind in _WITH_RUN and entry.run:
        return f"{head} {_WITH_RUN[entry.kind]} {fmt.markdown(book.run_name(entry.run))}"
    label = "" if entry.kind in (EntryKind.LAUNCH, EntryKind.END) else f"{entry.kind.value.replace('-', ' ')}: "
    return f"{head} {label}{fmt.markdown(fmt.cut(entry.text.split(chr(10))[0], _TITLE_MOST))}"


def _body(entry: Entry, book: Book, zone: tzinfo | None, up: str) -> Iterator[str]:
    run = book.run(entry.run)
    if entry.automatic:
        if entry.kind is EntryKind.LAUNCH and run is not None:
            yield from ("", *_launch(run))
        elif entry.kind is EntryKind.END and run is not None:
            yield from ("", *sparklines.of_run(book.store, run.id))
        elif entry.kind in _WITH_RUN:
            yield from ("", *map(_point, entry.text.split("\n")))
        elif entry.text != fmt.cut(entry.text.split("\n")[0], _TITLE_MOST):
            yield from ("", *_told(entry.text))
    else:
        yield from ("", embed(entry.text, level=2) if entry.text.strip() else "No reason was given.")
    own = (
        {entry.run, *(reference for reference in entry.on if reference.startswith("f:"))} if entry.automatic else set()
    )
    about = book.names_of([reference for reference in entry.on if reference not in own])
    if about:
        yield from ("", f"On {fmt.listed(map(fmt.markdown, about))}.")
    for note in book.became(entry, zone):
        yield from ("", f"*{fmt.markdown(note)}*")
    for file in entry.attachments:
        yield from ("", _attachment(file, up))
    for when, wording in entry.amended:
        yield from ("", f"> Wording until {fmt.moment_text(when, zone)}:", ">")
        yield from (f"> {line}".rstrip() for line in embed(wording, level=2).split("\n"))


def _told(text: str) -> Iterator[str]:
    """The words of an automatic entry, less a first line that the title shows whole; points stay points."""
    lines = text.split("\n")
    whole = lines[0] == fmt.cut(lines[0], _TITLE_MOST)
    yield from map(_point, lines[1:] if whole and len(lines) > 1 else lines)


def _point(line: str) -> str:
    point = "- " if line.startswith("- ") else ""
    return point + fmt.markdown(line.removeprefix(point))


def _launch(run: Run) -> Iterator[str]:
    facts = [
        ("reason", run.reason if run.reason and len(run.reason) > _TITLE_MOST // 2 else None),
        ("command", " ".join(run.command)),
        ("code", _code(run)),
        ("from", f"{short_id(run.parent)} step {run.parent_step}" if run.parent else None),
        ("watch", run.watch if not run.watch.startswith("watched") else None),
        ("changed", "; ".join(run.changes) or None),
        ("settings", ", ".join(f"{name} {fmt.setting(value)}" for name, value in sorted(run.settings.items())) or None),
    ]
    yield f"- run: {short_id(run.id)}"
    yield from (f"- {name}: {fmt.markdown(text)}" for name, text in facts if text)


def _code(run: Run) -> str:
    code = run.snapshot
    if not code.commit:
        return f"not kept: {code.missing or 'no commit'}"
    where = f" on {code.branch}" if code.branch else ""
    return f"{fmt.commit(code.commit, code.dirty)}{where}" + (f", git tag {code.git_tag}" if code.git_tag else "")


def _attachment(file: str, up: str) -> str:
    path = file if file.startswith("/") else f"{up}{file}"
    name = fmt.markdown(PurePosixPath(file).name)
    picture = "!" if file.lower().endswith(_PICTURES) else ""
    return f"{picture}[{name}]({quote(path, safe='/.-_~')})"
