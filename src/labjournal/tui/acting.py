"""What the app does to the journal: notes, acknowledgements, looks, stops, launches; and how each is taken back.

Everything here asks by a dialog, works on a thread and says how it went in one line.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from labjournal.errors import JournalError
from labjournal.tui.feed import Feed, Source
from labjournal.tui.messages import (
    AckAsked,
    AgainAsked,
    AmendAsked,
    DemoAsked,
    Done,
    LaunchAsked,
    NoteAsked,
    PauseAsked,
    SeenAsked,
    StopAsked,
    VerbAsked,
)
from labjournal.tui.resting import RestingApp
from labjournal.tui.undoing import Step, UndoStack

if TYPE_CHECKING:
    from labjournal.diary import Diary
    from labjournal.paths import JournalPaths
    from labjournal.tui.reading_links import Link

T = TypeVar("T")


class ActingApp(RestingApp):
    """The app's hands."""

    feed: Feed
    readonly: bool = False
    """Whether the app may only look."""

    def __init__(self, **look: Any) -> None:
        """See `BaseApp`."""
        super().__init__(**look)
        self.undo = UndoStack()

    def say(self, text: str, role: str = "text") -> None:
        """A line at the bottom, for four seconds."""
        raise NotImplementedError

    @property
    def paths(self) -> JournalPaths | None:
        """The journal that can be written to; None with a word for a folder that is only looked at."""
        if self.feed.paths is None:
            self.say("there is no journal here: event files are only looked at", "warning")
        return None if self.refused() else self.feed.paths

    def refused(self) -> bool:
        """Whether only looking is allowed; says so."""
        if self.readonly:
            self.say("read-only here: nothing is written, launched or stopped", "warning")
        return self.readonly

    async def attempt(self, work: Callable[[], T]) -> T | None:
        """Do something on a thread; None, and a line that says why, when it could not be done."""
        try:
            return await asyncio.to_thread(work)
        except JournalError as error:
            self.say(str(error).replace("\n", " "), "warning")
            return None

    def work(self, coroutine: Awaitable[None]) -> None:
        """Go on with something while keys are taken."""
        self.run_worker(coroutine, exit_on_error=False)

    def go_on(self, lost: Collection[str]) -> None:
        """Start runs that this app was the first to find lost again, where that is configured: no verb will."""
        paths = self.feed.paths
        if paths is None or self.readonly:
            return

        from labjournal.tui import doing

        # Begun at once and not when a worker comes to it: an app that shows one frame and ends must not forget it.
        begun = asyncio.get_running_loop().run_in_executor(None, doing.go_on, paths, lost)

        async def tell() -> None:
            for said in await begun:
                self.say(said, "warning")

        self.work(tell())

    def _diary(self, paths: JournalPaths) -> Diary:
        from labjournal.diary import Diary

        return Diary(paths)

    # Undo

    def did(self, words: str, back: Callable[[], object] | Callable[[], Awaitable[None]]) -> None:
        """Remember how something is taken back; ``back`` runs on a thread."""

        async def undo() -> None:
            await asyncio.to_thread(back)

        self.undo.push(Step(words, undo))

    def on_done(self, message: Done) -> None:
        """A page did something that concerns only itself."""

        async def undo() -> None:
            message.back()

        self.undo.push(Step(message.words, undo))

    def action_undo(self) -> None:
        step = self.undo.pop()
        if step is None:
            self.say("nothing to undo")
            return

        async def take_back() -> None:
            try:
                await step.back()
            except JournalError as error:
                self.undo.push(step)
                self.say(str(error).replace("\n", " "), "warning")
            else:
                self.say(f"undone: {step.words}")

        self.work(take_back())

    # Words

    def names(self) -> list[str]:
        """Names of runs that a text may speak of, newest first."""
        return []

    async def _look_up(self, text: str) -> Mapping[str, Link]:
        """What the links of a text stand for today."""
        from labjournal.tui.reading_links import links

        return await self.feed.ask(lambda source: links(source, [text]))

    def on_note_asked(self, message: NoteAsked) -> None:
        paths = self.paths
        if paths is None:
            return
        from labjournal.diary import HUMAN_KINDS
        from labjournal.model import EntryKind
        from labjournal.tui.screens.editor import Editor, Written

        key = f"{paths.folder} note {' '.join(message.on)}"
        text = message.begin

        async def write(written: Written) -> None:
            diary = self._diary(paths)
            kind = EntryKind(written.kind)
            entry = await self.attempt(lambda: diary.note(written.text, kind, message.on))
            if entry is not None:
                await asyncio.to_thread(self.drafts.drop, key)
                self.say(f"{written.kind} written   u undo")
                self.did(f"wrote a {written.kind}", lambda: diary.amend(entry, f"(taken back) {written.text}"))

        def take(written: Written | None) -> None:
            if written is not None:
                self.work(write(written))

        kinds = [kind.value for kind in HUMAN_KINDS if kind is not EntryKind.RESULT]
        about = f"Note on {message.words}"
        self.push_screen(Editor(about, self.drafts, key, text, kinds, self.names, self._look_up, self._template), take)

    def _template(self, kind: str) -> str:
        from labjournal.diary.templates import BUILT_IN

        return BUILT_IN.get(kind, "")

    def on_amend_asked(self, message: AmendAsked) -> None:
        paths = self.paths
        if paths is None:
            return
        from labjournal.tui.screens.editor import Editor, Written

        key = f"{paths.folder} amend {message.entry}"

        async def amend(text: str) -> None:
            diary = self._diary(paths)
            if await self.attempt(lambda: diary.amend(message.entry, text)) is not None:
                await asyncio.to_thread(self.drafts.drop, key)
                self.say("new wording kept, the old one stays readable   u undo")
                self.did("a new wording", lambda: diary.amend(message.entry, message.text))

        def take(written: Written | None) -> None:
            if written is not None:
                self.work(amend(written.text))

        about, kinds = f"Another wording for this {message.kind}", (message.kind,)
        self.push_screen(Editor(about, self.drafts, key, message.text, kinds, self.names, self._look_up), take)

    # Launching

    def on_launch_asked(self, message: LaunchAsked) -> None:
        paths = self.paths
        if paths is None:
            return
        from labjournal.runner.request import LaunchRequest
        from labjournal.tui import doing
        from labjournal.tui.screens.launch import LaunchScreen

        async def launch(request: LaunchRequest) -> None:
            launched = await self.attempt(lambda: doing.launch(paths, request))
            if launched is not None:
                notices = "".join(f" · {notice}" for notice in launched.notices[:1])
                self.say(f"{launched.name} {launched.status.lower()}{notices}")

        def take(request: LaunchRequest | None) -> None:
            if request is not None:
                self.work(launch(request))

        self.push_screen(LaunchScreen(self.feed, paths, self.drafts, message.fork_of), take)

    async def on_demo_asked(self, message: DemoAsked) -> None:
        from labjournal.tui.screens.output import Output

        if not self.refused():
            folder = Path(await asyncio.to_thread(lambda: tempfile.mkdtemp(prefix="labjournal-demo-")))
            self.push_screen(Output(("demo", "--dir", str(folder)), None, makes=folder))

    async def on_again_asked(self, message: AgainAsked) -> None:
        if self.paths is None:
            return

        def way(source: Source) -> str:
            from labjournal.runner import resuming

            return "resume" if resuming.possible(source.store, message.run, source.config) else "retry"

        try:
            verb = await self.feed.ask(way)
        except JournalError as error:
            self.say(str(error).replace("\n", " "), "warning")
            return
        self.post_message(VerbAsked(f"{verb} {message.run[-6:].lower()} "))

    # Acknowledging and looking

    def on_ack_asked(self, message: AckAsked) -> None:
        paths = self.paths
        if paths is None:
            return
        from labjournal.tui.dialogs import LineDialog

        async def acknowledge(why: str) -> None:
            diary = self._diary(paths)
            if await self.attempt(lambda: diary.acknowledge(message.finding, why)) is not None:
                self.say(f"acknowledged {message.words}   u undo")
                self.did(f"acknowledged {message.words}", lambda: diary.open_again(message.finding, "undone"))

        def take(why: str | None) -> None:
            if why and why.strip():
                self.work(acknowledge(why.strip()))

        self.push_screen(LineDialog(f"Acknowledge {message.words}", "why it needs no more attention"), take)

    def on_seen_asked(self, message: SeenAsked) -> None:
        paths = self.paths
        if paths is None:
            return

        async def see() -> None:
            diary = self._diary(paths)
            if await self.attempt(lambda: diary.seen("app")) is not None:
                self.say("seen   u undo" if message.before else "seen")
                if message.before is not None:
                    before = message.before
                    self.did("seen", lambda: diary.seen("app", before))

        self.work(see())

    # Stopping and pausing

    def on_pause_asked(self, message: PauseAsked) -> None:
        paths = self.paths
        if paths is None:
            return
        from labjournal.tui.reading_queue import set_paused

        async def put() -> None:
            if await self.attempt(lambda: set_paused(paths, message.pause)):
                told = "the queue is paused" if message.pause else "the queue goes on"
                self.say(f"{told}   u undo")
                self.did(told, lambda: set_paused(paths, not message.pause))

        self.work(put())

    def on_stop_asked(self, message: StopAsked) -> None:
        paths = self.paths
        if paths is None:
            return
        from labjournal.tui.dialogs import ConfirmDialog
        from labjournal.tui.doing import stop_run

        async def stop() -> None:
            if await self.attempt(lambda: stop_run(paths, message.run)):
                self.say(f"{message.name} was asked to stop")

        def take(yes: bool | None) -> None:
            if yes:
                self.work(stop())

        self.push_screen(ConfirmDialog(f"Stop {message.name}?", "INT, then TERM, then KILL"), take)
