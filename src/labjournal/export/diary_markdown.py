"""The diary as markdown files, one a day: ``entries/YYYY-MM-DD.md``; beside them kept tables, ``tables/NAME.md``, and
sweeps, ``sweeps/NAME.md``.

The same journal gives the same bytes in the same zone, and a second export changes nothing. A file in which a generated
block was edited is left as it is and named; with ``force`` it is kept as ``NAME.md.orig`` first.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path

from labjournal import diary
from labjournal.config import Config
from labjournal.diary import Day, studies
from labjournal.errors import JournalUnavailableError
from labjournal.export import day, footnotes, kept_tables, summary, sweep_pages, whole_files
from labjournal.export.blocks import Block, Found, append, merge, parse
from labjournal.export.entry_words import Book
from labjournal.export.ours import Ours
from labjournal.export.reworded import new_words
from labjournal.model import Entry
from labjournal.store import Store


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did, or with ``check`` would have done."""

    written: tuple[Path, ...] = ()
    unchanged: int = 0
    edited: tuple[tuple[Path, tuple[str, ...]], ...] = ()
    """Files left alone, with the ids of the blocks that were edited in them."""
    kept: tuple[Path, ...] = ()
    """Copies of edited files that ``force`` made."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looks for garbage: all that is read stays in use to the end, and a tenth of the time went into them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_uncollected()
def export(
    store: Store,
    config: Config,
    folder: Path,
    project: Path,
    since: datetime | None = None,
    check: bool = False,
    force: bool = False,
    zone: tzinfo | None = None,
    file: Path | None = None,
    memory: Path | None = None,
) -> Exported:
    """Write the days of the diary. Raises JournalUnavailableError when a file cannot be written.

    Args:
        store: the journal's index, up to date.
        config: names the positive class.
        folder: where the files go.
        project: what attachments are relative to.
        since: leave out days before this moment's.
        check: write nothing, only say what would change.
        force: replace edited blocks too; the file is kept beside.
        zone: of dates and times; None is local.
        file: one file of a person's own, instead of a file a day.
        memory: the file in which the journal keeps which blocks it wrote where; without it no block is ever taken out.
    """
    ours = Ours(memory, project)
    book = Book(store, config)
    up = Path(os.path.relpath(project, folder)).as_posix() + "/"
    days = [one for one in diary.days(store, zone=zone) if since is None or one.date >= since.astimezone(zone).date()]
    loose = day.loose(days, book, zone)
    if file is not None:
        up_from_file = Path(os.path.relpath(project, file.parent)).as_posix() + "/"
        every = (block for one in days for block in day.blocks(one, book, zone, up_from_file, loose.get(one.date, ())))
        wanted = [(file, footnotes.unique(list(every)))] if days else []
    else:
        wanted = [
            (folder / f"{one.date.isoformat()}.md", day.blocks(one, book, zone, up, loose.get(one.date, ())))
            for one in days
        ]
    wanted += _studies(days, store, book, folder, project, zone)
    wanted += kept_tables.files(store, config, folder, book.known, zone)
    wanted += sweep_pages.files(store, folder, book.hidden)
    for study in studies.studies(folder):
        wanted += kept_tables.of_study(store, config, folder / study, zone)
    entries = cache(lambda: {entry.id: entry for entry in store.entries()})  # read only where a block was edited
    written, unchanged, edited, kept = [], 0, [], []
    for path, blocks in wanted:
        try:
            before = _read(path)
            text, altered = _updated(before, blocks, None if path == file else ours.of(path), entries)
            if altered and not force:
                edited.append((path, altered))
            elif text == before:
                unchanged += 1
            else:
                if altered and not check:
                    kept.append(_keep(path))
                if not check:
                    whole_files.write(path, text)
                written.append(path)
            if not (altered and not force):
                ours.wrote(path, (block.id for block in blocks))
        except OSError as error:
            raise JournalUnavailableError(
                f"{path} cannot be written: {error.strerror or error}.", "Name another folder with --to."
            ) from error
    if not check:
        _keep_in_mind(ours)
    return Exported(tuple(written), unchanged, tuple(edited), tuple(kept))


def _studies(
    days: Sequence[Day], store: Store, book: Book, folder: Path, project: Path, zone: tzinfo | None
) -> list[tuple[Path, list[Block]]]:
    """The days of each study that has a folder, with only what belongs to it."""
    found = []
    for study in studies.studies(folder):
        target = folder / study / studies.DIARY
        up = Path(os.path.relpath(project, target)).as_posix() + "/"
        for one in summary.of_study(days, study, store.runs(), folder):
            found.append((target / f"{one.date.isoformat()}.md", day.blocks(one, book, zone, up)))
    return found


def _updated(
    before: str | None,
    blocks: list[Block],
    ours: Collection[str] | None,
    entries: Callable[[], Mapping[str, Entry]],
) -> tuple[str, tuple[str, ...]]:
    """The new text and the blocks that were edited. ``ours``: what this journal put there; None for a person's file."""
    parts = parse(before) if before else []
    edited = [part for part in parts if isinstance(part, Found) and part.edited]
    altered = tuple(part.id for part in edited if not _taken_in(part, blocks, entries()))
    return append(parts, blocks) if ours is None else merge(parts, blocks, ours), altered


def _taken_in(part: Found, blocks: list[Block], entries: Mapping[str, Entry]) -> bool:
    """Whether an edited block holds nothing but words that an import has made the wording of its entry."""
    wanted = next((block for block in blocks if block.id == part.id), None)
    entry = entries.get(part.id)
    if wanted is None or entry is None or not entry.amended:
        return False
    return new_words(part.inside, wanted.text, entry) == entry.text


def _keep_in_mind(ours: Ours) -> None:
    try:
        ours.keep()
    except OSError:
        return  # a journal that may only be read; then a later export takes nothing out


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None


def _keep(path: Path) -> Path:
    """A copy of an edited file; an earlier copy is never overwritten."""
    copy, number = path.with_name(f"{path.name}.orig"), 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.orig{number}")
    copy.write_bytes(path.read_bytes())
    return copy
