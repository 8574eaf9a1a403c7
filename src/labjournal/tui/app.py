"""The app: pages under numbers, one line above and below, what its keys do from anywhere, where one was.

Nothing on the app's own thread touches a file: pages ask the feed, and what changes the world (a note, a launch, a
stop) is done on a thread. A run started here belongs to its supervisor; the app may end at any time.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from labjournal import format
from labjournal.tui import pages
from labjournal.tui.drafts import Drafts
from labjournal.tui.feed import Feed
from labjournal.tui.following_app import FollowingApp
from labjournal.tui.glyphs import UNICODE, Glyphs
from labjournal.tui.look_of_runs import state_span
from labjournal.tui.main_screen import MainScreen
from labjournal.tui.messages import (
    AlarmRaised,
    CompareAsked,
    JournalAsked,
    LaunchAsked,
    MarkedAsked,
    NoteAsked,
    RunAsked,
    RunBroke,
    ToastSaid,
)
from labjournal.tui.pages import PAGES
from labjournal.tui.remembered import Remembered
from labjournal.tui.screens.page import HintsChanged
from labjournal.tui.screens.runs import RunsPage

_SAVE_S = 2.0
_LOAD_AFTER_S = 0.3


# Textual's own keys of an app take ctrl-q from the terminal's flow control.
class JournalApp(FollowingApp, inherit_bindings=False):
    """The terminal app of one journal, or of a folder of event files."""

    CSS = "ContentSwitcher { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"page('{name}')", name, show=False) for number, name in enumerate(PAGES, 1)),
        Binding("colon,ctrl+p", "palette", "every verb"),
        Binding("n", "note", "note"),
        Binding("r", "launch", "run a command"),
        Binding("u", "undo", "undo"),
        Binding("A", "worst", "worst open alarm"),
        Binding("S", "words", "this pane in words"),
        Binding("Y", "copy", "copy the words"),
        Binding("w", "write_out", "write out what is on the screen"),
        Binding("E", "editor", "open in $EDITOR"),
        Binding("question_mark", "keys", "keys of this pane"),
        Binding("escape,backspace", "out", "one step out"),
        Binding("q", "quit", "quit; runs go on"),
        Binding("ctrl+c", "how_to_quit", show=False),
    ]

    def __init__(
        self,
        feed: Feed,
        *,
        journal: str,
        host: str = "",
        theme: str | None = None,
        glyphs: Glyphs = UNICODE,
        clock: Callable[[], float] = time.time,
        remembered: Remembered | None = None,
        drafts: Drafts | None = None,
        verbs: Mapping[str, str] | None = None,
        readonly: bool = False,
        ends_with: int | None = None,
    ) -> None:
        """The app over a feed.

        Args:
            feed: What is followed; opened when the app starts.
            journal: Name at the left of the top line.
            host: Name of this machine.
            theme: See `BaseApp`.
            glyphs: The signs this terminal can show.
            clock: Seconds since 1970.
            remembered: See `BaseApp`.
            drafts: See `BaseApp`.
            verbs: Verbs of the command line and what they do.
            readonly: Whether everything that writes, launches or stops is refused with a word.
            ends_with: A process id: the app ends when that is no longer its parent.
        """
        look = {"theme": theme, "glyphs": glyphs, "remembered": remembered, "drafts": drafts, "clock": clock}
        super().__init__(feed, verbs=verbs or {}, **look)
        self.readonly = readonly
        self.next_folder: Path | None = None
        """Whose journal to open when this app has ended."""
        self._ends_with = ends_with
        self._journal, self._host = journal, host
        self._making = asyncio.Lock()

    def get_default_screen(self) -> Screen[None]:
        return MainScreen(self._journal, self._host, tuple(PAGES), pages.make("Runs", self.feed))

    # What goes on beside the keys

    def on_ready(self) -> None:
        self.app_resume_signal.subscribe(self.main, self._resumed)
        self._tick()
        self.set_interval(1.0, self._tick)
        self.set_interval(_SAVE_S, self._save)
        self.run_worker(self.follow(), group="follow", exit_on_error=False)

    def caught_up(self) -> None:
        self.run_worker(self._load_pages(), group="load", exit_on_error=False)

    async def _load_pages(self) -> None:
        """Load the other pages' modules while nobody waits for them, so that their first visit is quick."""
        await asyncio.sleep(_LOAD_AFTER_S)
        for name in PAGES:
            await asyncio.to_thread(pages.load, name)
        await asyncio.to_thread(pages.load_on_threads)
        # Its thirty widgets were most of the time from a key to a run's first curve.
        await self._mounted("Run")
        self.keep_what_is_loaded()

    def _resumed(self, app: object) -> None:
        """Back from the shell, or from an editor: the terminal holds nothing of what was drawn."""
        for widget in self.screen.walk_children():
            widget.refresh()
        self.screen.refresh(layout=True)

    def _tick(self) -> None:
        if self._ends_with is not None and os.getppid() != self._ends_with:
            self.exit()
        if not self.screen_stack:  # a tick of the clock while the app closes
            return
        self.main.header.tell(clock=format.clock(datetime.fromtimestamp(self.clock()).astimezone()))

    async def _save(self) -> None:
        if self.remembered.changed:
            await asyncio.to_thread(self.remembered.save)

    async def last_place(self) -> None:
        # News is the first thing to see, wherever one was.
        name, run = self.remembered.text("page"), self.remembered.text("run")
        if name not in PAGES or name == "Runs" or self.page.id != "Runs" or self.runs_page.has_news:
            return
        await self._show_page(name)
        if name == "Run" and run:
            self.post_message(RunAsked(run))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that died becomes a line, never a traceback over the screen."""
        if event.state is WorkerState.ERROR and self.screen_stack:
            error = event.worker.error
            self.say(f"something went wrong: {type(error).__name__}: {error}", "alarm")
            self.log.error(event.worker.error)

    def on_unmount(self) -> None:
        self.remembered.save()
        self.feed.close()

    # Pages

    async def action_page(self, name: str) -> None:
        """Go to a page by its key; from the list of runs, that of a run shows the one the cursor is on."""
        run = self.runs_page.cursor_run if name == "Run" and self.page is self.runs_page else None
        await self._show_page(name)
        if run is not None:
            self.post_message(RunAsked(run.id))

    async def _show_page(self, name: str) -> None:
        """Show a page, made at its first visit."""
        await self._mounted(name)
        self.main.pages.current = name
        self.main.header.tell(here=name)
        self.main.key_line.hints = self.page.hints
        self.remembered.set("page", name)
        if self._readable:
            self.page.come_up()

    async def _mounted(self, name: str) -> None:
        """See to it that a page is there with all its widgets, out of sight until it is shown."""
        shown = self.main.pages
        async with self._making:  # a page that somebody else is making is there before its widgets are
            if shown.query(f"#{name}"):
                return
            # Loading a page's modules takes several turns of the event loop, so it is not done in one.
            await asyncio.to_thread(pages.load, name)
            page = pages.make(name, self.feed)
            page.display = False
            await shown.mount(page)

    async def action_out(self) -> None:
        """One step out: the news line, then what the page has open, then from any page to the runs."""
        if self.main.news.dismiss() or self.page.step_out():
            return
        if self.main.pages.current != "Runs":
            await self._show_page("Runs")

    async def on_run_asked(self, message: RunAsked) -> None:
        await self._show_page("Run")
        from labjournal.tui.screens.run import RunPage

        page = self.page
        assert isinstance(page, RunPage)
        self.remembered.set("run", message.run)
        self.main.news.seen(message.run)
        page.show_run(message.run)

    def on_marked_asked(self, message: MarkedAsked) -> None:
        message.page.take_marked(self.runs_page.marked)

    async def on_compare_asked(self, message: CompareAsked) -> None:
        await self._show_page("Compare")
        from labjournal.tui.screens.compare import ComparePage

        page = self.page
        assert isinstance(page, ComparePage)
        page.compare(message.runs)

    def on_runs_page_counted(self, message: RunsPage.Counted) -> None:
        if not self.screen_stack:  # counted while the app closes
            return
        self.main.header.tell(counts=message.counts)

    def on_journal_asked(self, message: JournalAsked) -> None:
        self.next_folder = message.folder
        self.exit()

    def on_hints_changed(self, message: HintsChanged) -> None:
        if self.screen_stack and message.page is self.page:
            self.main.key_line.hints = message.page.hints

    def on_run_broke(self, message: RunBroke) -> None:
        if not self.page.tells_of(message.run):
            self.main.news.tell(message.run, message.name, message.words, state_span(message.status, self.glyphs))

    def on_alarm_raised(self, message: AlarmRaised) -> None:
        self.main.header.flash()
        if not self.page.tells_of(message.run):
            sign = (f"{self.glyphs.alarm} alarm", "b alarm")
            self.main.news.tell(message.run, message.name, message.rule, sign)

    def action_worst(self) -> None:
        """Go to the alarm that was just raised, else to the run with the newest open one."""
        run = self.main.news.run or self.runs_page.runs.newest_alarm
        self.main.news.dismiss()
        if run is None:
            self.say("no open alarm")
        else:
            self.post_message(RunAsked(run))

    def names(self) -> list[str]:
        return self.runs_page.runs.names

    # Saying

    def say(self, text: str, role: str = "text") -> None:
        """A line at the bottom, for four seconds."""
        self.main.key_line.toast(text, role)

    def on_toast_said(self, message: ToastSaid) -> None:
        self.say(message.text, message.role)

    # Asking from anywhere

    def on_key(self, event: events.Key) -> None:
        """``ctrl-z`` is the shell's: a terminal in raw mode hands it to the app, which hands it back."""
        if event.key == "ctrl+z":
            event.stop()
            self.action_suspend_process()

    def action_how_to_quit(self) -> None:
        self.say("press q to quit; runs go on")

    def action_note(self) -> None:
        self.post_message(NoteAsked((), "the journal"))

    def action_launch(self) -> None:
        self.post_message(LaunchAsked())
