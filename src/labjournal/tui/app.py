"""The app: pages under numbers, one line above and below, and the loop that follows the journal.

Nothing on the app's own thread touches a file: pages ask the feed, and what changes the world (a note, a launch, a
stop) is done on a thread. A run started here belongs to its supervisor; the app may end at any time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher
from textual.worker import Worker, WorkerState

from labjournal import format
from labjournal.errors import JournalError
from labjournal.tui.base_app import BaseApp, SizedScreen
from labjournal.tui.feed import Feed, Pace
from labjournal.tui.glyphs import UNICODE, Glyphs
from labjournal.tui.messages import (
    AckAsked,
    CompareAsked,
    MarkedAsked,
    NoteAsked,
    RunAsked,
    SeenAsked,
    StopAsked,
    ToastSaid,
)
from labjournal.tui.screens.page import Page
from labjournal.tui.screens.runs import RunsPage
from labjournal.tui.widgets.header import Header
from labjournal.tui.widgets.key_line import KeyLine
from labjournal.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from labjournal.follower import Turned

PAGES = ("Runs", "Run", "Compare", "Diary", "Checks")
_RETRY_S = 1.0


def _page(name: str, feed: Feed) -> Page:
    """A page, made when it is first asked for: the first frame must not wait for charts and editors."""
    if name == "Runs":
        return RunsPage(feed, id=name)
    if name == "Run":
        from labjournal.tui.screens.run import RunPage

        return RunPage(feed, id=name)
    if name == "Compare":
        from labjournal.tui.screens.compare import ComparePage

        return ComparePage(feed, id=name)
    if name == "Diary":
        from labjournal.tui.screens.diary import DiaryPage

        return DiaryPage(feed, id=name)
    from labjournal.tui.screens.checks import ChecksPage

    return ChecksPage(feed, id=name)


class MainScreen(SizedScreen):
    """Top line, the page, bottom line."""

    def __init__(self, journal: str, host: str, feed: Feed) -> None:
        super().__init__()
        self.header = Header(journal, PAGES, host=host)
        self.key_line = KeyLine(RunsPage.HINTS)
        self.pages = ContentSwitcher(_page("Runs", feed), initial="Runs")

    def compose(self) -> ComposeResult:
        # Before the widgets are there, so that they are styled for this size at once.
        self.take_size(self.app.size)
        yield TooSmall()
        yield self.header
        yield self.pages
        yield self.key_line


class JournalApp(BaseApp):
    """The terminal app of one journal, or of a folder of event files."""

    CSS = "ContentSwitcher { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"page('{name}')", name, show=False) for number, name in enumerate(PAGES, 1)),
        Binding("n", "note", "note"),
        Binding("r", "launch", "run a command"),
        Binding("A", "worst", "worst open alarm"),
        Binding("S", "words", "this pane in words"),
        Binding("Y", "copy", "copy the words"),
        Binding("question_mark", "keys", "keys of this pane"),
        Binding("escape,backspace", "out", "out", show=False),
        Binding("q", "quit", "quit"),
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
    ) -> None:
        """The app over a feed.

        Args:
            feed: What is followed; opened when the app starts.
            journal: Name at the left of the top line.
            host: Name of this machine.
            theme: See `BaseApp`.
            glyphs: The signs this terminal can show.
            clock: Seconds since 1970.
        """
        super().__init__(theme=theme, glyphs=glyphs)
        self.feed = feed
        self._journal, self._host = journal, host
        self._clock = clock
        self._readable = False
        self._opened = False
        self._caught_up = False

    def get_default_screen(self) -> Screen[None]:
        return MainScreen(self._journal, self._host, self.feed)

    @property
    def main(self) -> MainScreen:
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def page(self) -> Page:
        """The page in sight."""
        found = self.main.pages.visible_content
        assert isinstance(found, Page)
        return found

    @property
    def settled(self) -> bool:
        """Whether everything that stands in the files is on the screen."""
        return self._caught_up and self.page.loaded

    # Following

    def on_ready(self) -> None:
        self._tick()
        self.set_interval(1.0, self._tick)
        self.run_worker(self._follow(), group="follow", exit_on_error=False)

    def _tick(self) -> None:
        self.main.header.tell(clock=format.clock(datetime.fromtimestamp(self._clock()).astimezone()))

    async def _follow(self) -> None:
        """Turn for ever; trouble is told and tried again."""
        pace = Pace(time.monotonic)
        while True:
            try:
                if not self._opened:
                    await self._open()
                turned = await self.feed.turn()
            except JournalError as error:
                self._caught_up = True
                self.page.trouble(error)
                self.say(error.message, "warning")
                await asyncio.sleep(_RETRY_S)
                continue
            if turned:
                self._spread(turned)
            self._caught_up = self._caught_up or not turned.unfinished
            await asyncio.sleep(pace.after(bool(turned), turned.unfinished, bool(self._live_runs)))

    async def _open(self) -> None:
        """Show what the index holds, then begin to follow: the first frame must not wait for the second."""
        if not self._readable and await self.feed.open_index():
            self._readable = True
            self.page.reload()
            while not self.page.loaded:
                await asyncio.sleep(0.005)
        await self.feed.open()
        self._opened = True
        if not self._readable:
            self._readable = True
            self.page.reload()

    @property
    def _live_runs(self) -> int:
        found = self.main.pages.query_one(RunsPage)
        return found.counts.running if found.is_mounted else 0

    def _spread(self, turned: Turned) -> None:
        for page in self.main.pages.query(Page):
            page.changed(turned)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that died becomes a line, never a traceback over the screen."""
        if event.state is WorkerState.ERROR and self.screen_stack:
            error = event.worker.error
            self.say(f"something went wrong: {type(error).__name__}: {error}", "alarm")
            self.log.error(event.worker.error)

    def on_unmount(self) -> None:
        self.feed.close()

    # Pages

    async def action_page(self, name: str) -> None:
        """Show a page, made at its first visit."""
        pages = self.main.pages
        if not pages.query(f"#{name}"):
            page = _page(name, self.feed)
            page.display = False
            await pages.mount(page)
        pages.current = name
        self.main.header.tell(here=name)
        self.main.key_line.hints = self.page.HINTS
        if self._readable:
            self.page.come_up()

    async def action_out(self) -> None:
        """One step out: from any page to the runs."""
        if self.main.pages.current != "Runs":
            await self.action_page("Runs")

    async def on_run_asked(self, message: RunAsked) -> None:
        from labjournal.tui.screens.run import RunPage

        await self.action_page("Run")
        page = self.page
        assert isinstance(page, RunPage)
        page.show_run(message.run)

    def on_marked_asked(self, message: MarkedAsked) -> None:
        message.page.take_marked(self.main.pages.query_one(RunsPage).marked)

    async def on_compare_asked(self, message: CompareAsked) -> None:
        from labjournal.tui.screens.compare import ComparePage

        await self.action_page("Compare")
        page = self.page
        assert isinstance(page, ComparePage)
        page.compare(message.runs)

    def on_runs_page_counted(self, message: RunsPage.Counted) -> None:
        self.main.header.tell(counts=message.counts)

    def action_worst(self) -> None:
        """Go to the run with the newest open alarm."""
        run = self.main.pages.query_one(RunsPage).runs.newest_alarm
        if run is None:
            self.say("no open alarm")
        else:
            self.post_message(RunAsked(run))

    # Saying

    def say(self, text: str, role: str = "text") -> None:
        """A line at the bottom, for four seconds."""
        self.main.key_line.toast(text, role)

    def on_toast_said(self, message: ToastSaid) -> None:
        self.say(message.text, message.role)

    def action_words(self) -> None:
        from labjournal.tui.dialogs import TextDialog

        self.push_screen(TextDialog("In words", [self.page.say() or "Nothing to say here."]))

    def action_copy(self) -> None:
        self.copy_to_clipboard(self.page.say())
        self.say("copied what S says")

    def action_keys(self) -> None:
        from labjournal.tui.dialogs import TextDialog, key_words

        self.push_screen(TextDialog("Keys", key_words(self._key_bindings()), prose=False))

    def _key_bindings(self) -> Iterable[tuple[str, str]]:
        """(keys, meaning) of what keys do here: the focused pane first, then the page, then the app."""
        focused = self.main.focused
        chain = [*(focused.ancestors_with_self if focused is not None else [self.page]), self]
        seen: set[str] = set()
        for node in chain:
            for binding in getattr(type(node), "BINDINGS", []):
                if isinstance(binding, Binding) and binding.description and binding.key not in seen:
                    seen.add(binding.key)
                    yield (binding.key, binding.description)

    # Changing the world

    def _refuse_without_journal(self) -> bool:
        if self.feed.writable:
            return False
        self.say("there is no journal here: event files are only looked at", "warning")
        return True

    async def _done(self, work: Callable[[], Any], said: str) -> None:
        """Do something on a thread and say how it went."""
        try:
            await asyncio.to_thread(work)
        except JournalError as error:
            self.say(str(error).replace("\n", " "), "warning")
        else:
            self.say(said)

    def action_note(self) -> None:
        self.post_message(NoteAsked((), "the journal"))

    def on_note_asked(self, message: NoteAsked) -> None:
        if self._refuse_without_journal():
            return
        from labjournal.tui.dialogs import NoteDialog

        def write(text: str | None) -> None:
            paths = self.feed.paths
            if text and text.strip() and paths is not None:
                from labjournal.diary import Diary

                work = Diary(paths).note
                self.run_worker(
                    self._done(lambda: work(text.strip(), on=message.on), "note written"), exit_on_error=False
                )

        self.push_screen(NoteDialog(message.words), write)

    def on_ack_asked(self, message: AckAsked) -> None:
        if self._refuse_without_journal():
            return
        from labjournal.tui.dialogs import LineDialog

        def acknowledge(why: str | None) -> None:
            paths = self.feed.paths
            if why and why.strip() and paths is not None:
                from labjournal.diary import Diary

                work = Diary(paths).acknowledge
                self.run_worker(
                    self._done(lambda: work(message.finding, why.strip()), "acknowledged"), exit_on_error=False
                )

        self.push_screen(LineDialog(f"Acknowledge {message.words}", "why it needs no more attention"), acknowledge)

    def on_seen_asked(self, message: SeenAsked) -> None:
        paths = self.feed.paths
        if self._refuse_without_journal() or paths is None:
            return
        from labjournal.diary import Diary

        work = Diary(paths).seen
        self.run_worker(self._done(lambda: work("app"), "seen"), exit_on_error=False)

    def on_stop_asked(self, message: StopAsked) -> None:
        if self._refuse_without_journal():
            return
        from labjournal.tui.dialogs import ConfirmDialog

        def stop(yes: bool | None) -> None:
            paths = self.feed.paths
            if yes and paths is not None:
                from labjournal.tui.doing import stop_run

                self.run_worker(
                    self._done(lambda: stop_run(paths, message.run), f"{message.name} was asked to stop"),
                    exit_on_error=False,
                )

        self.push_screen(ConfirmDialog(f"Stop {message.name}?", "INT, then TERM, then KILL"), stop)

    def action_launch(self) -> None:
        if self._refuse_without_journal():
            return
        from labjournal.tui.dialogs import LaunchDialog, LaunchForm

        def launch(form: LaunchForm | None) -> None:
            paths = self.feed.paths
            if form is not None and paths is not None:
                self.run_worker(self._launch(form), exit_on_error=False)

        self.push_screen(LaunchDialog(), launch)

    async def _launch(self, form: Any) -> None:
        from labjournal.tui.doing import launch_command

        paths = self.feed.paths
        assert paths is not None
        try:
            launched = await asyncio.to_thread(launch_command, paths, form.command, form.name, form.reason)
        except JournalError as error:
            self.say(str(error).replace("\n", " "), "warning")
        else:
            self.say(f"{launched.name} {launched.status.lower()}{''.join(f' · {n}' for n in launched.notices[:1])}")
