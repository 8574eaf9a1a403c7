"""What is going on, what ended, and what needs a person? All runs, newest first, with what was measured of them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message

from labjournal import format
from labjournal.errors import JournalError
from labjournal.tui import reading_runs
from labjournal.tui.base_app import glyphs_of, now_of, remembered_of
from labjournal.tui.feed import Feed
from labjournal.tui.messages import AlarmRaised, RunAsked, RunBroke
from labjournal.tui.reading_news import News, news, news_lines
from labjournal.tui.run_cells import columns
from labjournal.tui.run_groups import FOLDED_AT_FIRST
from labjournal.tui.run_rows import RunRows
from labjournal.tui.screens.gpus import Gpus
from labjournal.tui.screens.page import HintsChanged, sheet
from labjournal.tui.screens.runs_begin import BEGIN_HINTS, beginning_lines
from labjournal.tui.screens.runs_beside import RunsBeside
from labjournal.tui.screens.runs_filter import RunsFilter
from labjournal.tui.screens.runs_keys import RunsKeys
from labjournal.tui.text import Line, paragraph
from labjournal.tui.widgets.header import Counts
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.run_table import RunTable
from labjournal.vocabulary import Level, Status

if TYPE_CHECKING:
    from labjournal.follower import Turned
    from labjournal.store.rows import RunRow

_AFTER_FIRST_FRAME_S = 0.02
_GLANCE_FROM = 160
_AIR_FROM = 30
_MOST_NEWS = 4
_BROKEN = {
    Status.LOST: "its process is gone, its end unseen; b there starts it again",
    Status.FAILED: "b there brings it back",
}


def _counted(row: RunRow | None) -> tuple[object, ...]:
    return (row.status, row.worst_level, row.retracted) if row is not None else ()


class RunsPage(RunsBeside, RunsKeys, RunsFilter):
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
        (":", "verbs"),
        ("?", "keys"),
    )
    FILTER_HINT = "words, status:failed, lr>1e-4, has:alarm, since:mon, /^v[34]-/, !not, a | b"
    BINDINGS: ClassVar[list[BindingType]] = [*RunsKeys.KEYS, Binding("z", "seen", "seen: no news any more")]

    @dataclass
    class Counted(Message):
        """The list changed: what the top line should tell."""

        counts: Counts

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._runs: RunRows | None = None
        self.folded = FOLDED_AT_FIRST
        self._touched: set[str] | None = None
        self._trouble: JournalError | None = None
        self.news: News | None = None
        self._shown = 0
        self._followed = False
        self._awake = False
        self._comes_up = False

    def compose(self) -> ComposeResult:
        self._runs = RunRows(glyphs_of(self), lambda: now_of(self), self.want, lambda: self.table.size.width)
        self.recall(remembered_of(self))
        source, _ = self._runs.source(self.folded)
        self.table = RunTable(columns(""), source, id="runs-table")
        self._pane = Pane("Runs", self.table, id="list")
        self._news = Lines(self._news_lines, ground="raised", id="since")
        self._empty = Lines(self._empty_lines, id="empty")
        self._show_list(False)
        yield self._news
        yield self._empty
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
        return tuple((run, row.name) for run in self.table.marks if (row := self.runs.row(run)) is not None)

    @property
    def has_news(self) -> bool:
        return bool(self.news)

    @property
    def hints(self) -> tuple[Hint, ...]:
        return self.HINTS if len(self.runs) or not self.feed.writable else BEGIN_HINTS

    def focus_first(self) -> None:
        self.table.focus()

    async def on_resize(self, event: events.Resize) -> None:
        self.show_rows()
        await self.glance_at(self.table.cursor_id)

    # Reading

    def concerns(self, turned: Turned) -> bool:
        if self._touched is not None:
            self._touched |= turned.runs
        return bool(turned)

    def changed(self, turned: Turned) -> None:
        """Read on while another page is in sight too: what broke and what runs is told on every page."""
        if self.concerns(turned):
            self.reload()
            self._stale = not self.display

    def come_up(self) -> None:
        self._comes_up = self._stale
        super().come_up()

    async def load(self) -> None:
        comes_up, self._comes_up = self._comes_up, False
        if self._touched is None:
            # Whatever happens while all rows are read is read again after them. The first screenful comes first:
            # 10,000 rows take as long as the rest of the first frame.
            self._touched = set()
            self.runs.take(await self.ask(reading_runs.newest_rows))
            self._show()
            await asyncio.sleep(_AFTER_FIRST_FRAME_S)
            self.runs.take(await self.ask(reading_runs.all_rows))
            self._recall_marks()
        else:
            touched, self._touched = frozenset(self._touched), set()
            before = {run: self.runs.row(run) for run in touched}
            self.runs.take(await self.ask(lambda source: reading_runs.some_rows(source, touched)))
            self.runs.forget(touched)
            self._tell_breaks(before)
            if not self.display:
                self._tell_counts(before)
                return
        self.news = await self.ask(news)
        self._awake = self._followed
        self._show()
        if comes_up:
            # The eye comes from elsewhere: nothing it was on can move, and what is new is what it looks for.
            self.table.settle()
        await self.glance_at(self.table.cursor_id, again=True)

    def _tell_breaks(self, before: Mapping[str, RunRow | None]) -> None:
        """Alarms, and runs that broke, while the app is open; not those that it reads when it comes up."""
        if not self._awake:
            return
        for run, old in before.items():
            row = self.runs.row(run)
            if row is None or row.retracted:
                continue
            if row.status in _BROKEN and old is not None and not Status(old.status).ended:
                self.post_message(RunBroke(run, row.name, row.status, _BROKEN[Status(row.status)]))
            if row.worst_level == Level.ALARM and (old is None or old.worst_level != Level.ALARM):
                self.post_message(AlarmRaised(run, row.name, row.worst_rule or "alarm"))

    def _tell_counts(self, before: Mapping[str, RunRow | None]) -> None:
        """What the top line tells, counted over all runs only where one of those read can have changed it."""
        if any(_counted(old) != _counted(self.runs.row(run)) for run, old in before.items()):
            self.post_message(self.Counted(self.counts))

    def _show(self) -> None:
        self._trouble = None
        lines = len(self._news_lines(self.size.width or 80, 9))
        self._news.styles.height = max(1, lines)
        self.set_class(self.has_news, "-news")
        self._news.redraw()
        self._show_list(len(self.runs) > 0)
        self.post_message(HintsChanged(self))
        if self.display and self.screen.focused is None:
            # The table was not there to have the focus while there was nothing to list.
            self.call_after_refresh(self.table.focus)
        self.show_rows()
        if not self.table.touched:
            # The head of a family says little; the cursor begins on its newest run.
            self.table.leave_head()

    def _show_list(self, any_run: bool) -> None:
        """The list, or what to do where there is none; not by a class, which would style ten widgets again."""
        self._pane.display, self._empty.display = any_run, not any_run
        self._empty.redraw()

    def show_rows(self) -> None:
        """The rows as they are to be shown now; the cursor stays on its run."""
        self.accept()
        source, self._shown = self.runs.source(self.folded, air=self.screen.size.height >= _AIR_FROM)
        self.table.empty_words = f"nothing matches {self.filter_text}   esc shows all" if self.filter_text else ""
        self.table.refresh_rows(source)
        self.tell()

    async def glance_at(self, run: str | None, again: bool = False) -> None:
        """Show the cursor's run at a glance where there is room; charts are loaded only then."""
        wanted = remembered_of(self).flag("glance", True)
        self.set_class(not wanted, "-no-glance")
        if self.size.width < _GLANCE_FROM or not wanted or not len(self.runs):
            return
        from labjournal.tui.screens.glance import Glance

        if not self.query("#glance"):
            await self.query_one("#runs-panes").mount(Glance(self.feed, id="glance"))
        if self.runs.row(run or "") is not None:
            self.query_one("#glance", Glance).show(run, again)

    async def on_run_table_moved(self, message: RunTable.Moved) -> None:
        message.stop()
        remembered_of(self).set("cursor", message.id)
        await self.glance_at(message.id)

    # Telling

    @property
    def counts(self) -> Counts:
        """What the top line tells: runs with an open alarm, runs that go on, runs that wait."""
        runs = self.runs
        return Counts(runs.alarms, runs.count_of(Status.RUNNING), runs.count_of(Status.QUEUED))

    def say_state(self, text: str) -> None:
        self._pane.state = text

    def tell(self) -> None:
        """How much is shown of what, in which order."""
        runs, total = self.runs, format.count(len(self.runs))
        told = [f"/{self.filter_text}"] if self.filter_text else []
        told.append(f"by {runs.sort}{', turned' if runs.reverse else ''}")
        told.append(f"{format.count(self._shown)} of {total}" if self._shown < len(runs) else total)
        told += [f"{len(self.table.marks)} marked"] if self.table.marks else []
        told += [f"{self.table.new_above} new above"] if self.table.new_above else []
        self._pane.state = " · ".join(told)
        self.post_message(self.Counted(self.counts))

    def _news_lines(self, width: int, height: int) -> list[Line]:
        if not self.news:
            return []
        more = _MOST_NEWS if self.screen.size.height >= _AIR_FROM else 0
        return news_lines(self.news, now_of(self), width, glyphs_of(self), more)

    def caught_up(self) -> None:
        """Everything that stood in the files when the app was opened is in the index by now."""
        self._followed = True
        self._awake = self.loaded
        self._empty.redraw()

    def trouble(self, error: JournalError) -> None:
        if not len(self.runs):
            self._trouble = error
            self._show_list(False)

    def _empty_lines(self, width: int, height: int) -> list[Line]:
        if self._trouble is not None:
            said = paragraph(format.visible(self._trouble.message), width, "warning", lead="   ")
            return [[], *said, [], *paragraph(format.visible(self._trouble.hint or ""), width, lead="   ")]
        if not (self.loaded and self._followed):
            return [[], [("   reading the journal", "muted")]]
        if not self.feed.writable:
            return [[], [("   No event files with scalars here.", "text")]]
        return beginning_lines(width)

    def say(self) -> str:
        row = self.cursor_run
        if row is None:
            return f"{format.plural(len(self.runs), 'run')}."
        told = [
            f"{row.name}: {row.status.lower()}",
            f"step {format.count(row.step)}" if row.step is not None else "",
            self.runs.measured(row.id),
            f"{row.worst_level} {row.worst_rule}" if row.worst_rule else row.watch or "watch unknown",
            f"reason: {row.reason}" if row.reason else "",
            f"retracted: {row.retracted}" if row.retracted else "",
        ]
        return format.visible(f"{', '.join(filter(None, told))}.")

    # Messages of the table

    def on_run_table_opened(self, message: RunTable.Opened) -> None:
        message.stop()
        self.post_message(RunAsked(message.id))

    def on_run_table_fold_toggled(self, message: RunTable.FoldToggled) -> None:
        message.stop()
        self.folded = self.folded | {message.id} if message.fold else self.folded - {message.id}
        remembered_of(self).set("folds", sorted(self.folded))
        self.show_rows()

    def on_run_table_marks_changed(self, message: RunTable.MarksChanged) -> None:
        message.stop()
        remembered_of(self).set("marks", list(message.marks))
        self.tell()

    def on_run_table_above_changed(self, message: RunTable.AboveChanged) -> None:
        message.stop()
        self.tell()

    # Filter

    def apply_filter(self) -> str:
        self.show_rows()
        self.table.settle()
        return f"{format.count(self._shown)} of {format.count(len(self.runs))}"
