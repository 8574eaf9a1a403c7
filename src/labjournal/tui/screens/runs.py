"""What is going on, what ended, and what needs a person? All runs, newest first, with what was measured of them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message

from labjournal import format
from labjournal.errors import JournalError
from labjournal.tui import reading_runs
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.feed import Feed
from labjournal.tui.messages import CompareAsked, NoteAsked, RunAsked, SeenAsked, StopAsked
from labjournal.tui.run_rows import FOLDED_AT_FIRST, RunRows, columns, filter_of
from labjournal.tui.screens.gpus import Gpus
from labjournal.tui.screens.page import Page, sheet
from labjournal.tui.text import Line, Span, ends, paragraph
from labjournal.tui.widgets.header import Counts
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.run_table import RunTable
from labjournal.vocabulary import Status

if TYPE_CHECKING:
    from textual.widgets import Input

    from labjournal.follower import Turned
    from labjournal.store.rows import RunRow


_AFTER_FIRST_FRAME_S = 0.02
_GLANCE_FROM = 160


class RunsPage(Page):
    """The first page."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("enter", "open"),
        ("space", "mark"),
        ("c", "compare"),
        ("n", "note"),
        ("r", "run"),
        ("/", "filter"),
        ("?", "keys"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "compare", "compare marked runs"),
        Binding("n", "note", "note on this run"),
        Binding("m", "metric", "another number"),
        Binding("X", "stop", "stop this run"),
        Binding("slash", "filter", "filter"),
        Binding("z", "seen", "seen: what happened until now is no news"),
    ]

    @dataclass
    class Counted(Message):
        """The list changed: what the top line should tell."""

        counts: Counts

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self.add_class("-empty")
        self._runs: RunRows | None = None
        self._folded = FOLDED_AT_FIRST
        self._touched: set[str] | None = None
        self._asked: list[str] = []
        self._filter = ""
        self._trouble: JournalError | None = None
        self._since: reading_runs.Since | None = None
        self._choices: list[reading_runs.MetricChoice] = []

    def compose(self) -> ComposeResult:
        self._runs = RunRows(glyphs_of(self), lambda: datetime.now(UTC), self._want, lambda: self._table.size.width)
        self._table = RunTable(columns(""), self._runs.source(self._folded), id="runs-table")
        self._pane = Pane("Runs", self._table, id="list")
        self._news = Lines(self._news_lines, ground="raised", id="since")
        yield self._news
        yield Lines(self._empty_lines, id="empty")
        with Horizontal(id="runs-panes"):
            yield self._pane
        yield Gpus(socket.gethostname(), id="gpus")

    @property
    def runs(self) -> RunRows:
        assert self._runs is not None
        return self._runs

    @property
    def marked(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of the marked runs, in the order they were marked."""
        return tuple((run, row.name) for run in self._table.marks if (row := self.runs.row(run)) is not None)

    def focus_first(self) -> None:
        self._table.focus()

    async def on_resize(self, event: events.Resize) -> None:
        await self._glance_at(self._table.cursor_id)

    # Reading

    def concerns(self, turned: Turned) -> bool:
        if self._touched is not None:
            self._touched |= turned.runs
        return bool(turned)

    async def load(self) -> None:
        if self._touched is None:
            # Whatever happens while all rows are read is read again after them. The first screenful comes first:
            # 10,000 rows take as long as the rest of the first frame.
            self._touched = set()
            self.runs.take(await self.ask(reading_runs.newest_rows))
            self._show()
            await asyncio.sleep(_AFTER_FIRST_FRAME_S)
            self.runs.take(await self.ask(reading_runs.all_rows))
        else:
            touched, self._touched = frozenset(self._touched), set()
            self.runs.take(await self.ask(lambda source: reading_runs.some_rows(source, touched)))
            self.runs.forget(touched)
        self._since = await self.ask(reading_runs.since)
        self._show()
        await self._glance_at(self._table.cursor_id, again=True)

    def _show(self) -> None:
        self._trouble = None
        self.set_class(self._since is not None and self._since.news, "-news")
        self._news.redraw()
        self.set_class(not len(self.runs), "-empty")
        self.query_one("#empty", Lines).redraw()
        if self.display and self.screen.focused is None:
            # The table was not there to have the focus while there was nothing to list.
            self.call_after_refresh(self._table.focus)
        self._table.refresh_rows(self.runs.source(self._folded))
        self._tell()

    async def _glance_at(self, run: str | None, again: bool = False) -> None:
        """Show the cursor's run at a glance where there is room; charts are loaded only then."""
        if self.size.width < _GLANCE_FROM or self.runs.row(run or "") is None:
            return
        from labjournal.tui.screens.glance import Glance

        if not self.query("#glance"):
            await self.query_one("#runs-panes").mount(Glance(self.feed, id="glance"))
        self.query_one("#glance", Glance).show(run, again)

    async def on_run_table_moved(self, message: RunTable.Moved) -> None:
        message.stop()
        await self._glance_at(message.id)

    def _want(self, ids: Sequence[str]) -> None:
        """Ask for what stands beside runs in sight; questions of one frame are put together."""
        first = not self._asked
        self._asked += [run for run in ids if run not in self._asked]
        if first:
            self.call_after_refresh(self._ask_beside)

    def _ask_beside(self) -> None:
        if self._asked:
            self.run_worker(self._learn(tuple(self._asked)), exit_on_error=False, group="beside")

    async def _learn(self, ids: tuple[str, ...]) -> None:
        try:
            found = await self.ask(lambda source: reading_runs.beside(source, ids))
        except JournalError:
            # The rows stay; what stands beside them is asked for again when they are next in sight.
            self._asked = []
            return
        self._asked = [run for run in self._asked if run not in found]
        self.runs.learn(found)
        self._choices = reading_runs.most_common(self.runs.known)
        if self.runs.choice is None and self._choices:
            self._choose(self._choices[0])
        self._table.refresh_rows()
        self._ask_beside()

    @property
    def loaded(self) -> bool:
        return super().loaded and not self._asked

    # Telling

    @property
    def counts(self) -> Counts:
        """What the top line tells: runs with an open alarm, runs that go on, runs that wait."""
        runs = self.runs
        return Counts(runs.alarms, runs.count_of(Status.RUNNING), runs.count_of(Status.QUEUED))

    def _tell(self) -> None:
        shown = self.runs.accept(filter_of(self._filter)) if self._filter else len(self.runs)
        marked = f" · {len(self._table.marks)} marked" if self._table.marks else ""
        above = f" · {self._table.new_above} new above" if self._table.new_above else ""
        total = format.count(len(self.runs))
        of = f"{format.count(shown)} of {total}" if self._filter else total
        filtered = f"/{self._filter} · " if self._filter else ""
        self._pane.state = f"{filtered}newest first · {of}{marked}{above}"
        self.post_message(self.Counted(self.counts))

    def _news_lines(self, width: int, height: int) -> list[Line]:
        since, glyphs = self._since, glyphs_of(self)
        if since is None:
            return []
        now = datetime.now(UTC)
        when = format.clock(since.moment) if (now - since.moment).days < 1 else format.moment_text(since.moment)
        told = [f"{format.count(since.ended)} ended"] if since.ended else []
        told += [format.plural(since.results, "result")] if since.results else []
        line: list[Span] = [(f" since {when}   {' · '.join(told)}", "text")]
        if since.alarms:
            gap = " · " if told else ""
            line += [(gap, "text"), (f"{glyphs.alarm} {format.plural(since.alarms, 'new alarm')}", "b alarm")]
        return [ends(line, [("z seen ", "muted")], width)]

    def trouble(self, error: JournalError) -> None:
        if not len(self.runs):
            self._trouble = error
            self.set_class(True, "-empty")
            self.query_one("#empty", Lines).redraw()

    def _empty_lines(self, width: int, height: int) -> list[Line]:
        if self._trouble is not None:
            said = paragraph(format.visible(self._trouble.message), width, "warning", lead="   ")
            return [[], *said, [], *paragraph(format.visible(self._trouble.hint or ""), width, lead="   ")]
        if not self.loaded:
            return [[], [("   reading the journal", "muted")]]
        if not self.feed.writable:
            return [[], [("   No event files with scalars here.", "text")]]
        told: list[Line] = [[], [("   No runs yet. Nothing to set up.", "b text")], []]
        for command, meaning in (
            ("labjournal run -- python train.py", "in this shell, or r here"),
            ("labjournal tui --logdir runs/", "only look at event files"),
            ("labjournal demo", "the main job on real data, in two minutes"),
        ):
            told.append([(f"     {command:<36}", "accent"), (meaning, "muted")])
        return told

    def say(self) -> str:
        row = self._cursor_run()
        if row is None:
            return f"{format.plural(len(self.runs), 'run')}."
        finding = f", {row.worst_level} {row.worst_rule}" if row.worst_rule else f", {row.watch or 'watch unknown'}"
        reason = f", reason: {row.reason}" if row.reason else ""
        return format.visible(f"{row.name}: {row.status.lower()}{finding}{reason}.")

    # Keys

    def _cursor_run(self) -> RunRow | None:
        return self.runs.row(self._table.cursor_id or "")

    def on_run_table_opened(self, message: RunTable.Opened) -> None:
        message.stop()
        self.post_message(RunAsked(message.id))

    def on_run_table_fold_toggled(self, message: RunTable.FoldToggled) -> None:
        message.stop()
        self._folded = self._folded | {message.id} if message.fold else self._folded - {message.id}
        self._table.refresh_rows(self.runs.source(self._folded))

    def on_run_table_marks_changed(self, message: RunTable.MarksChanged) -> None:
        message.stop()
        self._tell()

    def on_run_table_above_changed(self, message: RunTable.AboveChanged) -> None:
        message.stop()
        self._tell()

    def action_compare(self) -> None:
        marks = self._table.marks
        row = self._cursor_run()
        if not marks and row is not None:
            marks = (row.id,) if row.parent is None else (row.parent, row.id)
        self.post_message(CompareAsked(marks))

    def action_note(self) -> None:
        row = self._cursor_run()
        self.post_message(NoteAsked((row.id,), row.name) if row is not None else NoteAsked((), "the journal"))

    def action_stop(self) -> None:
        row = self._cursor_run()
        if row is None:
            return
        if Status(row.status).ended:
            self.toast(f"{row.name} has ended already: {row.status.lower()}")
        else:
            self.post_message(StopAsked(row.id, row.name))

    def action_seen(self) -> None:
        self.post_message(SeenAsked())

    def action_metric(self) -> None:
        if not self._choices:
            self.toast("nothing was measured of the runs in sight")
            return
        at = self._choices.index(self.runs.choice) if self.runs.choice in self._choices else -1
        self._choose(self._choices[(at + 1) % len(self._choices)])
        self._table.refresh_rows()

    def _choose(self, choice: reading_runs.MetricChoice) -> None:
        self.runs.choice = choice
        self._table.set_columns(columns(f"{choice.title}  95%"))

    # Filter

    async def action_filter(self) -> None:
        from textual.widgets import Input

        box = Input(self._filter, placeholder="words, status:failed, kind:train, has:alarm, !not", id="filter")
        await self.mount(box)
        box.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._filter_by(event.value)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        await self._close_filter()

    def _filter_by(self, typed: str) -> None:
        self._filter = typed.strip()
        self.runs.accept(filter_of(self._filter))
        self._table.refresh_rows(self.runs.source(self._folded))
        self._tell()

    async def _close_filter(self) -> None:
        await self.query("#filter").remove()
        self._table.focus()

    async def on_key(self, event: events.Key) -> None:
        if event.key == "escape" and (self._filter or self.query("#filter")):
            event.stop()
            self._filter_by("")
            await self._close_filter()
