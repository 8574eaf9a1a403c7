"""Questions about the diary, asked on the reading thread: entries in words, what waits, what became of expectations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from labjournal.model import Entry
from labjournal.tui.feed import Source
from labjournal.tui.reading_links import Link, links

MOST = 3_000
"""Newest entries that are held; older ones are found by a word of theirs."""


@dataclass(frozen=True, slots=True)
class Told:
    """Entries with their words: results get theirs from the values they hold."""

    entries: dict[str, Entry] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What each entry is about, as people call it."""
    became: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What became of hypotheses, questions and claims."""
    verdicts: tuple[tuple[str, int], ...] = ()
    """How many expectations are confirmed, refuted, undecided."""
    links: dict[str, Link] = field(default_factory=dict)
    """What links in the words of people stand for by now, by what was written."""
    whole: bool = True
    """Whether these are all entries there are."""

    @property
    def waiting(self) -> list[Entry]:
        """Questions, hypotheses and plans nobody has answered, the oldest first."""
        return sorted((one for one in self.entries.values() if one.state == "open"), key=lambda one: one.t)


def told(source: Source, grep: str) -> Told:
    """The newest entries that hold all words of ``grep``."""
    from labjournal.export.entry_words import Book

    entries = source.store.entries(grep=grep or None, limit=MOST)
    book = Book(source.store, source.config)
    counts = Counter(one.word for one in source.store.verdicts())
    return Told(
        {entry.id: entry for entry in entries},
        {entry.id: book.words(entry) for entry in entries},
        {entry.id: tuple(_short(name) for name in book.names_of(entry.on)) for entry in entries},
        {entry.id: said for entry in entries if not entry.automatic and (said := tuple(book.became(entry)))},
        tuple((word, counts[word]) for word in ("confirmed", "refuted", "undecided") if counts[word]),
        links(source, (entry.text for entry in entries if not entry.automatic)),
        len(entries) < MOST,
    )


def _short(name: str) -> str:
    """``f:`` and ``e:`` with the end of the id, as faces show it."""
    kind, colon, rest = name.partition(":")
    return f"{kind}:{rest[-6:].lower()}" if colon and kind in ("f", "e") and len(rest) > 6 else name
