"""The exported diary taken back: what people changed in it folds in, what the journal generated must not be changed.

The words of a person stand in the block of their entry; changed there, they become its new wording, and the old one
stays readable. Text between the blocks becomes an entry of its own. Everything else between the marks follows from
facts: a block in which that was changed is refused and named.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path

from labjournal import diary, facts
from labjournal.config import Config
from labjournal.errors import JournalUnavailableError
from labjournal.export import day, kept_tables
from labjournal.export.blocks import OUTSIDE, Block, Found, parse
from labjournal.export.entry_words import Book
from labjournal.export.reworded import new_words
from labjournal.facts import Fact
from labjournal.importers import hours
from labjournal.importers.hours import Part
from labjournal.model import Entry
from labjournal.paths import JournalPaths
from labjournal.store import Store

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)\.md\Z")


@dataclass(frozen=True, slots=True)
class Refused:
    """A block that was altered, and how."""

    block: str
    difference: str
    """As a unified diff, at most a dozen lines."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What one file brought."""

    amended: int = 0
    added: int = 0
    refused: tuple[Refused, ...] = ()


@dataclass
class _Taken:
    """What is to be stated."""

    stated: list[Fact] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def known_blocks(store: Store, config: Config) -> frozenset[str]:
    """Ids of the blocks that this journal writes for entries, for the results of a run on a day and for kept tables."""
    entries = store.entries()
    results = {(entry.t.astimezone().date(), entry.run or "") for entry in entries if day.is_result(entry)}
    tables = map(kept_tables.block_id, config.tables)
    return frozenset((*(entry.id for entry in entries), *(day.results_id(*one) for one in results), *tables))


def tables_of(path: Path) -> set[str]:
    """Ids that the block of a kept table, or of the tables of a study, would have in a file: nobody wrote it."""
    return {kept_tables.block_id(name) for name in (path.stem, path.absolute().parent.parent.name)}


def fold_back(
    path: Path,
    text: str,
    book: Book,
    paths: JournalPaths,
    zone: tzinfo | None = None,
    aside: Collection[str] = (),
) -> Folded:
    """Take one exported file back; ``book`` is of the journal as it stands, blocks ``aside`` are of another one.

    Nothing of a file is taken in which a generated block was altered: whoever reads it could not know which half of
    it is true. Raises JournalUnavailableError when nothing can be written.
    """
    found = _DAY.search(path.name)
    when = date.fromisoformat(found[1]) if found is not None else None
    parts = parse(text.replace("\r\n", "\n"))
    if all(not part.edited if isinstance(part, Found) else not part.strip() for part in parts):
        return Folded()  # as it was written: the day need not be told again to be compared
    entries = {entry.id: entry for entry in book.store.entries()}
    edited = any(isinstance(part, Found) and part.edited for part in parts)
    wanted = _wanted(path, book, paths.project, when, zone) if edited else {}
    taken, before, written = _Taken(), "top", _Written(path, when, entries.values(), book.store, zone)
    for part in parts:
        if isinstance(part, Found):
            before = part.id
            if part.edited and part.id not in aside:
                _edited(part, wanted.get(part.id), entries.get(part.id), taken)
        elif part.strip():
            written.add(before, part.strip("\n"))
    if taken.refused:
        return Folded(refused=tuple(taken.refused))
    taken.stated += written.facts()
    if taken.stated:
        try:
            facts.append(paths.my_facts, taken.stated, sync=True, lock=True)
        except OSError as error:
            raise JournalUnavailableError(f"Nothing was written: {error.strerror or error}.") from error
    amended = sum(fact.kind == "amend" for fact in taken.stated)
    return Folded(amended, len(taken.stated) - amended)


def _wanted(path: Path, book: Book, project: Path, when: date | None, zone: tzinfo | None) -> dict[str, Block]:
    """The blocks of that day as the journal would write them now."""
    up = Path(os.path.relpath(project, path.parent)).as_posix() + "/"
    days = diary.days(book.store, zone=zone)
    loose = day.loose(days, book, zone)
    chosen = [one for one in days if when is None or one.date == when]
    return {block.id: block for one in chosen for block in day.blocks(one, book, zone, up, loose.get(one.date, ()))}


def _edited(part: Found, wanted: Block | None, entry: Entry | None, taken: _Taken) -> None:
    words = new_words(part.inside, wanted.text, entry) if wanted is not None and entry is not None else None
    if entry is None or words is None:
        taken.refused.append(Refused(part.id, _difference(wanted.text if wanted else "", part.inside)))
    elif words != entry.text:
        taken.stated.append(facts.make("amend", {"entry": entry.id, "text": words}))


class _Written:
    """What people wrote between the blocks of one file, held against the entries that earlier imports made of it.

    A piece that stands as it was is that entry wherever it went (a new block may have come above it); else the piece
    in its place, else the one of its first line, is reworded. Ids follow from the place, so that importing again adds
    nothing.
    """

    def __init__(
        self, path: Path, when: date | None, entries: Iterable[Entry], store: Store, zone: tzinfo | None
    ) -> None:
        self._name, self._when, self._store, self._zone = path.name, when, store, zone
        on = f"{OUTSIDE}{path.name}"
        self._known = {entry.id: entry for entry in entries if entry.on == (on,)}
        self._taken = set(self._known)
        self._pieces: list[tuple[str, Part, str | None]] = []
        """(block above, words, when)."""

    def add(self, above: str, words: str) -> None:
        """Text below a block; each heading with an hour begins a piece of its own."""
        as_before = any(entry.text == words for entry in self._known.values())
        split = [Part(None, words)] if as_before or self._when is None else hours.parts(words, self._sets())
        self._pieces += [(above, part, self._moment(part)) for part in split]

    def _sets(self) -> set[str]:
        """Names of data sets. All results are read for them, so only where something new was written."""
        return {result.dataset.name or "" for result in self._store.results()}

    def facts(self) -> Iterator[Fact]:
        """What is to be stated, once all was added."""
        left = dict(self._known)
        changed = [piece for piece in self._pieces if not self._stands(piece, left)]
        for above, part, t in changed:
            place = [self._name, above, *([part.clock.isoformat("seconds")] if part.clock else [])]
            entry = left.get(facts.derived_id("outside", *place)) or _of_line(part.text, left.values())
            if entry is None:
                yield self._entry(place, part.text, t)
                continue
            del left[entry.id]
            moved = {"t": t} if part.clock and t and not _same(entry, t) else {}
            yield facts.make("amend", {"entry": entry.id, "text": part.text, **moved})

    def _stands(self, piece: tuple[str, Part, str | None], left: dict[str, Entry]) -> bool:
        """Whether an entry says a piece already, at its hour; that one is then spoken for."""
        _, part, t = piece
        alike = [one for one in left.values() if one.text == part.text and (not part.clock or not t or _same(one, t))]
        if alike:
            del left[alike[0].id]
        return bool(alike)

    def _entry(self, place: list[str], words: str, t: str | None) -> Fact:
        number, entry_id = 0, facts.derived_id("outside", *place)
        while entry_id in self._taken:  # by another piece, which has moved from here or stands here too
            number += 1
            entry_id = facts.derived_id("outside", *place, number)
        self._taken.add(entry_id)
        data = {"kind": "note", "text": words, "on": [f"{OUTSIDE}{self._name}"], "attachments": []}
        return facts.make("entry", data, None, t, entry_id)

    def _moment(self, part: Part) -> str | None:
        """When a piece was written: at its hour, else in the last minute of the day its file is about; None is now."""
        if self._when is None:
            return None
        local = datetime.combine(self._when, part.clock or time(23, 59), self._zone)
        return facts.now_iso((local if self._zone else local.astimezone()).astimezone(UTC).timestamp())


def _same(entry: Entry, t: str) -> bool:
    return entry.t == datetime.fromisoformat(t)


def _of_line(words: str, entries: Iterable[Entry]) -> Entry | None:
    """The entry whose first line the words begin with."""
    first = words.partition("\n")[0]
    return next((entry for entry in entries if entry.text.partition("\n")[0] == first), None)


def _difference(wanted: str, inside: str) -> str:
    lines = difflib.unified_diff(wanted.split("\n"), inside.split("\n"), "journal", "file", lineterm="", n=0)
    return "\n".join(list(lines)[2:14])
