"""What happened when, and what did we make of it? People's words and the journal's own, by day, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from labjournal import format
from labjournal.filtering import Keys
from labjournal.filtering.words import EntryThing, entry_keys
from labjournal.model import Entry, EntryKind
from labjournal.tui.base_app import glyphs_of, now_of
from labjournal.tui.feed import Feed
from labjournal.tui.look_of_entries import entry_sign
from labjournal.tui.messages import AmendAsked, NoteAsked, RunAsked
from labjournal.tui.prose import prose_lines
from labjournal.tui.reading_diary import Told, told
from labjournal.tui.reading_links import LINK
from labjournal.tui.screens.filtered import FilteredPage
from labjournal.tui.screens.page import sheet
from labjournal.tui.text import Line, Span, paragraph
from labjournal.tui.widgets.columns import Column
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.reader import Reader
from labjournal.tui.widgets.row_source import Group, GroupedRows, ListRows, MadeRows, Row
from labjournal.tui.widgets.run_table import RunTable

if TYPE_CHECKING:
    from labjournal.follower import Turned

_COLUMNS = (
    Column("time", "time", ((0, 5),)),
    Column("sign", "", ((0, 2),)),
    Column("kind", "kind", ((0, 11),)),
    Column("text", "entry", ((0, 30),), grow=1),
)
_VIEWS = ("all kinds", "people's words", "what waits")
_NO_AMENDING = (EntryKind.RETRACTION, EntryKind.GIT_TAG, EntryKind.RESULT)


class DiaryPage(FilteredPage):
    """The timeline, and the entry under the cursor."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("n", "new note"),
        ("e", "edit"),
        ("enter", "its run"),
        ("/", "search"),
        ("t", "kind"),
        ("[ ]", "day"),
        ("?", "keys"),
    )
    FILTER_HINT = "words, kind:retraction | kind:bug, on:v3-embed, since:mon, by:people, has:attachment"
    WRITES = ("md",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "note", "new note"),
        Binding("e", "edit", "another wording for this entry"),
        Binding("t", "kind", "all kinds, people's words, what waits"),
        Binding("o", "waiting", "open questions, plans, hypotheses"),
        Binding("L", "follow", "go where a link of this entry leads"),
        Binding("left_square_bracket", "day(1)", "the day before"),
        Binding("right_square_bracket", "day(-1)", "the day after"),
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._told = Told()
        self._grep = ""
        self._view = 0

    def compose(self) -> ComposeResult:
        self._table = RunTable(_COLUMNS, ListRows([]))
        self._reader = Reader(self._entry_lines)
        self._pane = Pane("Diary", self._table, id="timeline")
        self._waiting = Lines(self._waiting_lines, id="waiting")
        with Horizontal(id="both"):
            yield self._pane
            yield Pane("Entry", self._reader, id="entry")
        yield self._waiting

    def focus_first(self) -> None:
        self._table.focus()

    def concerns(self, turned: Turned) -> bool:
        return bool(turned)

    async def load(self) -> None:
        grep = self._grep
        self._told = await self.ask(lambda source: told(source, grep))
        self._show()

    def _show(self) -> None:
        entries = self._chosen()
        days: dict[date, list[Entry]] = {}
        for entry in sorted(entries, key=lambda one: (one.t, one.id), reverse=True):
            days.setdefault(entry.t.astimezone().date(), []).append(entry)
        groups = [self._day(f"{day:%a %d %b %Y}", found) for day, found in days.items()]
        self._table.empty_words = "nothing matches   esc shows all" if self._told.entries else ""
        self._table.refresh_rows(GroupedRows(groups, air=self.screen.size.height >= 30))
        if not self._table.touched:
            # A day says little; the cursor begins on its newest entry.
            self._table.leave_head()
        shown = [f"/{self.filter_text}"] if self.filter_text else []
        shown += [_VIEWS[self._view], format.count(len(entries))]
        shown += [] if self._told.whole else ["older ones by a word"]
        self._pane.state = " · ".join(shown)
        self._reader.rewrite()
        self._waiting.redraw()

    def _day(self, day: str, entries: Sequence[Entry]) -> Group:
        head: Line = [(day, "b text"), (f"  {format.plural(len(entries), 'entry', 'entries')}", "muted")]
        return Group(f"day {day}", head, MadeRows(entries, lambda entry: entry.id, self._row))

    def _chosen(self) -> list[Entry]:
        entries = list(self._told.entries.values())
        if self._view == 1:
            entries = [one for one in entries if not one.automatic]
        elif self._view == 2:
            entries = self._told.waiting
        chosen = self.filter
        if chosen is None:
            return entries
        things = [
            EntryThing(one, self._told.words.get(one.id, one.text), self._told.names.get(one.id, ())) for one in entries
        ]
        kept = {thing.id for thing in chosen.accepted(things) if isinstance(thing, EntryThing)}
        return [one for one in entries if one.id in kept]

    def _row(self, entry: Entry) -> Row:
        sign, role = entry_sign(entry, glyphs_of(self))
        text = " ".join(self._told.words.get(entry.id, entry.text).split()).lstrip("# ")
        state: list[Span] = [(f"  {entry.state}", "muted")] if entry.state not in (None, "open") else []
        return Row(
            entry.id,
            (
                [(format.clock(entry.t), "muted")],
                [(sign, role)],
                [(entry.kind.value, "muted")],
                [(text, "muted" if entry.automatic else "text"), *state],
            ),
        )

    @property
    def _entry(self) -> Entry | None:
        return self._told.entries.get(self._table.cursor_id or "")

    def _entry_lines(self, width: int) -> list[Line]:
        entry = self._entry
        if entry is None:
            if self._told.entries:
                return []
            found = "Nothing was found." if self._grep else "Nothing yet. n writes the first note."
            return [[(f" {found}", "muted")]]
        who = "" if entry.automatic or entry.user is None else f" · {entry.user}"
        sign, role = entry_sign(entry, glyphs_of(self))
        head = f" {entry.kind.value}"
        lines: list[Line] = [[(f" {sign}", role), (head, "b text"), (f"  {format.moment_text(entry.t)}{who}", "muted")]]
        about = ", ".join(self._told.names.get(entry.id, ()))
        if about:
            lines += paragraph(format.visible(f"on {about}"), width, "accent")
        lines += [[], *prose_lines(self._words(entry), width, links=self._told.links)]
        for said in self._told.became.get(entry.id, ()):
            lines += [[], *paragraph(format.visible(said), width, "accent")]
        for file in entry.attachments:
            lines += paragraph(format.visible(f"attached: {file}"), width, "muted")
        for at, text in entry.amended:
            lines += [[], *paragraph(f"before {format.moment_text(at)}:", width, "muted")]
            lines += paragraph(format.visible(text), width, "muted", lead="   ")
        return lines

    def _words(self, entry: Entry) -> str:
        return self._told.words.get(entry.id, entry.text)

    def _waiting_lines(self, width: int, height: int) -> list[Line]:
        waiting, lines = self._told.waiting, list[Line]()
        if waiting:
            oldest = waiting[0]
            age = format.age(oldest.t, now_of(self))
            text = " ".join(oldest.text.split())
            head: list[Span] = [(f" waiting {len(waiting)}", "b text"), (f"   {age}  ", "muted")]
            lines.append([*head, (format.visible(f"{oldest.kind}: {text}"), "text"), ("   o all", "muted")])
        if self._told.verdicts:
            total = sum(count for _, count in self._told.verdicts)
            words = ", ".join(f"{count} {word}" for word, count in self._told.verdicts)
            lines.append([(f" expectations {total}", "b text"), (f"   {words}", "muted")])
        return lines

    def say(self) -> str:
        entry = self._entry
        if entry is None:
            return ""
        text = self._told.words.get(entry.id, entry.text)
        return format.visible(f"{entry.kind}, {format.moment_text(entry.t)}: {text}")

    async def written(self, form: str) -> str | None:
        if form != "md":
            return None
        lines: list[str] = []
        day = ""
        for entry in sorted(self._chosen(), key=lambda one: (one.t, one.id)):
            here = entry.t.astimezone().strftime("%Y-%m-%d")
            lines += [f"# {here}", ""] if here != day else []
            day = here
            text = self._told.words.get(entry.id, entry.text)
            lines += [f"## {format.clock(entry.t)} {entry.kind}", "", text, ""]
        return "\n".join(lines) + "\n"

    def editable(self) -> str | None:
        entry = self._entry
        return self._told.words.get(entry.id, entry.text) if entry is not None else None

    # Filter

    def filter_keys(self) -> Keys:
        return entry_keys()

    def apply_filter(self) -> str:
        words = " ".join(self.filter.plain_words) if self.filter is not None else ""
        if words != self._grep and (words or not self._told.whole) and not (self._told.whole and not self._grep):
            # The words are looked for among all entries there are, not only the newest.
            self._grep = words
            self.reload()
        elif not words and self._grep:
            self._grep = ""
            self.reload()
        self._show()
        self._table.settle()
        return f"{format.count(len(self._chosen()))} of {format.count(len(self._told.entries))}"

    # Keys

    def on_run_table_moved(self, message: RunTable.Moved) -> None:
        message.stop()
        self._reader.rewrite()
        self._reader.action_first()

    def on_run_table_opened(self, message: RunTable.Opened) -> None:
        message.stop()
        entry = self._told.entries.get(message.id)
        run = entry.run or next((one for one in entry.on if ":" not in one and len(one) == 26), None) if entry else None
        if run:
            self.post_message(RunAsked(run))
        else:
            self.toast("this entry belongs to no run")

    def action_follow(self) -> None:
        """To the run a link of the entry leads to; where there are several, one asks which."""
        entry = self._entry
        written = (match[0] for match in LINK.finditer(self._words(entry))) if entry is not None else ()
        found = [link for one in written if (link := self._told.links.get(one)) is not None and link.run is not None]
        ways = {link.title: link.run for link in found if link.run is not None}
        if not ways:
            self.toast("no link in this entry: write @run, or [[run:step metric]]")
        elif len(ways) == 1:
            self.post_message(RunAsked(next(iter(ways.values()))))
        else:
            from labjournal.tui.tag_dialog import TagDialog

            def go(title: str | None) -> None:
                if title is not None:
                    self.post_message(RunAsked(ways[title]))

            self.app.push_screen(TagDialog(list(ways), "Links"), go)

    def action_note(self) -> None:
        entry = self._entry
        if entry is not None and not entry.automatic and entry.state == "open":
            self.post_message(NoteAsked((f"e:{entry.id}",), f"this {entry.kind.value}"))
        else:
            self.post_message(NoteAsked((), "the journal"))

    def action_edit(self) -> None:
        entry = self._entry
        if entry is None:
            return
        if entry.automatic or entry.kind in _NO_AMENDING:
            self.toast("the journal's own words stay as they are; n writes a note")
        else:
            self.post_message(AmendAsked(entry.id, entry.text, entry.kind.value))

    def action_kind(self) -> None:
        self._look_at((self._view + 1) % len(_VIEWS))

    def action_waiting(self) -> None:
        self._look_at(0 if self._view == 2 else 2)

    def _look_at(self, view: int) -> None:
        self._view = view
        self._show()
        self._table.settle()
        if self._entry is None:
            self._table.leave_head()

    def action_day(self, by: int) -> None:
        self._table.next_group(by)
