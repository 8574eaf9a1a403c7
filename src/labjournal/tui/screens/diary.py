"""What happened when, and what did we make of it? People's words and the journal's own, by day, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from labjournal import format
from labjournal.model import Entry, EntryKind
from labjournal.tui.feed import Feed, Source
from labjournal.tui.messages import NoteAsked, RunAsked
from labjournal.tui.screens.page import Page, sheet
from labjournal.tui.text import Line, paragraph
from labjournal.tui.widgets.columns import Column
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.reader import Reader
from labjournal.tui.widgets.row_source import Group, GroupedRows, ListRows, Row
from labjournal.tui.widgets.run_table import RunTable

if TYPE_CHECKING:
    from labjournal.follower import Turned

_MOST = 2_000
"""Newest entries that are held; older ones are found by search."""
_SIGNS = {
    EntryKind.ALARM: ("▲", "alarm"),
    EntryKind.END: ("✓", "ok"),
    EntryKind.LAUNCH: ("●", "accent"),
    EntryKind.RESULT: ("+", "text"),
    EntryKind.RETRACTION: ("✗", "warning"),
    EntryKind.QUESTION: ("?", "accent"),
    EntryKind.EXPECTATION: ("!", "text"),
    EntryKind.BUG: ("△", "warning"),
    EntryKind.INCIDENT: ("△", "warning"),
    EntryKind.RESTART: ("△", "warning"),
}
_COLUMNS = (
    Column("time", "time", ((0, 5),)),
    Column("sign", "", ((0, 1),)),
    Column("kind", "kind", ((0, 11),)),
    Column("text", "entry", ((0, 30),), grow=1),
)


class Told:
    """Entries with their words: results get theirs from the values they hold."""

    def __init__(self, entries: list[Entry], words: dict[str, str], names: dict[str, tuple[str, ...]]) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.words = words
        self.names = names
        """What each entry is about, as people call it."""


def _read(source: Source, grep: str) -> Told:
    from labjournal.export.entry_words import Book

    entries = source.store.entries(grep=grep or None, limit=_MOST)
    book = Book(source.store, source.config)
    return Told(
        entries,
        {entry.id: book.words(entry) for entry in entries},
        {entry.id: tuple(book.names_of(entry.on)) for entry in entries},
    )


class DiaryPage(Page):
    """The timeline, and the entry under the cursor."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("n", "new note"),
        ("enter", "its run"),
        ("/", "search"),
        ("t", "kind"),
        ("tab", "entry"),
        ("?", "keys"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "note", "new note"),
        Binding("t", "kind", "only people's words, or all"),
        Binding("slash", "search", "search"),
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._told = Told([], {}, {})
        self._grep = ""
        self._people_only = False

    def compose(self) -> ComposeResult:
        self._table = RunTable(_COLUMNS, ListRows([]))
        self._reader = Reader(self._entry_lines)
        self._pane = Pane("Diary", self._table, id="timeline")
        with Horizontal(id="both"):
            yield self._pane
            yield Pane("Entry", self._reader, id="entry")
        yield Input(placeholder="search the diary", id="search")

    def focus_first(self) -> None:
        self._table.focus()

    def concerns(self, turned: Turned) -> bool:
        return bool(turned)

    async def load(self) -> None:
        grep = self._grep
        self._told = await self.ask(lambda source: _read(source, grep))
        self._show()

    def _show(self) -> None:
        entries = [one for one in self._told.entries.values() if not (self._people_only and one.automatic)]
        days: dict[str, list[Entry]] = {}
        for entry in sorted(entries, key=lambda one: (one.t, one.id), reverse=True):
            days.setdefault(entry.t.astimezone().strftime("%a %d %b %Y"), []).append(entry)
        groups = [
            Group(
                f"day {day}",
                [(day, "b text"), (f"  {format.plural(len(found), 'entry', 'entries')}", "muted")],
                ListRows([self._row(entry) for entry in found]),
            )
            for day, found in days.items()
        ]
        self._table.refresh_rows(GroupedRows(groups))
        if groups and self._table.cursor_id == groups[0].id:
            # A day says little; the cursor begins on its newest entry.
            self._table.action_move(1)
        kinds = "people's words" if self._people_only else "all kinds"
        search = f"/{self._grep} · " if self._grep else ""
        self._pane.state = f"{search}{kinds} · {format.count(len(entries))}"
        self._reader.rewrite()

    def _row(self, entry: Entry) -> Row:
        sign, role = _SIGNS.get(entry.kind, ("✎" if not entry.automatic else "·", "text"))
        if entry.kind is EntryKind.END and " done" not in entry.text:
            sign, role = "✗", "warning"
        text = " ".join(self._told.words.get(entry.id, entry.text).split())
        return Row(
            entry.id,
            (
                [(format.clock(entry.t), "muted")],
                [(sign, role)],
                [(entry.kind.value, "muted")],
                [(text, "muted" if entry.automatic else "text")],
            ),
        )

    def _entry_lines(self, width: int) -> list[Line]:
        entry = self._told.entries.get(self._table.cursor_id or "")
        if entry is None:
            if self._told.entries:
                return []
            found = "Nothing was found." if self._grep else "Nothing yet. n writes the first note."
            return [[(f" {found}", "muted")]]
        who = "" if entry.automatic or entry.user is None else f" · {entry.user}"
        about = ", ".join(self._told.names.get(entry.id, ()))
        head = f"{format.moment_text(entry.t)} · {entry.kind.value}{who}"
        lines: list[Line] = [[(f" {format.visible(head)}", "muted")]]
        if about:
            lines += paragraph(format.visible(f"on {about}"), width, "muted")
        lines.append([])
        for part in self._told.words.get(entry.id, entry.text).splitlines():
            role = "b text" if part.startswith("#") else "text"
            lines += paragraph(format.visible(part), width, role) if part.strip() else [[]]
        for at, text in entry.amended:
            lines += [[], *paragraph(format.visible(f"before {_moment(at)}: {text}"), width, "muted")]
        return lines

    def say(self) -> str:
        entry = self._told.entries.get(self._table.cursor_id or "")
        return format.visible(self._told.words.get(entry.id, entry.text)) if entry is not None else ""

    # Keys

    def on_run_table_moved(self, message: RunTable.Moved) -> None:
        message.stop()
        self._reader.rewrite()

    def on_run_table_opened(self, message: RunTable.Opened) -> None:
        message.stop()
        entry = self._told.entries.get(message.id)
        if entry is not None and entry.run:
            self.post_message(RunAsked(entry.run))
        else:
            self.toast("this entry belongs to no run")

    def action_note(self) -> None:
        self.post_message(NoteAsked((), "the journal"))

    def action_kind(self) -> None:
        self._people_only = not self._people_only
        self._show()

    def action_search(self) -> None:
        box = self.query_one("#search", Input)
        box.add_class("-open")
        box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._grep = event.value.strip()
        self.query_one("#search", Input).remove_class("-open")
        self._table.focus()
        self.reload()


def _moment(at: datetime) -> str:
    return format.moment_text(at)
