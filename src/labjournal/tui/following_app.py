"""The loop that follows the journal as long as the app is open, and tells the pages what came."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from labjournal.errors import JournalError, JournalUnavailableError
from labjournal.tui.feed import Feed, Pace
from labjournal.tui.screens.page import Page
from labjournal.tui.screens.runs import RunsPage
from labjournal.tui.showing import ShowingApp

if TYPE_CHECKING:
    from labjournal.follower import Turned

_RETRY_S = 1.0
_RETRY_LATER_S = 5.0


class FollowingApp(ShowingApp, inherit_bindings=False):
    """An app over a feed."""

    def __init__(self, feed: Feed, **look: Any) -> None:
        """See `JournalApp`."""
        super().__init__(**look)
        self.feed = feed
        self._readable = False
        self._opened = False
        self._caught_up = False
        self._lost: set[str] = set()

    @property
    def runs_page(self) -> RunsPage:
        return self.main.pages.query_one(RunsPage)

    @property
    def settled(self) -> bool:
        """Whether everything that stands in the files is on the screen."""
        return self._caught_up and self.page.loaded

    def caught_up(self) -> None:
        """Everything that stood in the files when the app was opened was read."""
        raise NotImplementedError

    async def last_place(self) -> None:
        """Go where one was when the app was left."""
        raise NotImplementedError

    async def follow(self) -> None:
        """Turn for ever; trouble is told and tried again."""
        pace = Pace(time.monotonic)
        while True:
            try:
                if not self._opened:
                    await self._open()
                turned = await self.feed.turn()
            except JournalError as error:
                self._tell_trouble(error)
                await asyncio.sleep(_RETRY_S)
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, the app must not go on as if it followed
                self.log.error(error)
                self._tell_trouble(
                    JournalUnavailableError(
                        f"The journal cannot be followed: {type(error).__name__}: {error}.",
                        "What is shown may be old. labjournal doctor says more; trying again.",
                    )
                )
                await asyncio.sleep(_RETRY_LATER_S)
                continue
            self.main.key_line.trouble = None
            self.main.header.tell(unread=turned.left)
            if turned:
                self._spread(turned)
            self._lost |= turned.lost
            if self._lost and not turned.unfinished:
                # How far it had come is read by now; where it went on before that was read, it began anew.
                self.go_on(frozenset(self._lost))
                self._lost.clear()
            if not self._caught_up and not turned.unfinished:
                self._caught_up = True
                self.caught_up()
                self.runs_page.caught_up()
            await asyncio.sleep(pace.after(bool(turned), turned.unfinished, bool(self._live_runs)))

    def _tell_trouble(self, error: JournalError) -> None:
        """Said at the bottom as long as it lasts, and on a page with nothing to show."""
        self._caught_up = True
        self.page.trouble(error)
        self.main.key_line.trouble = " ".join(part for part in (error.message, error.hint) if part)

    async def _open(self) -> None:
        """Show what the index holds, then begin to follow: the first frame must not wait for the second."""
        if not self._readable and await self.feed.open_index():
            self._readable = True
            self.page.reload()
            while not self.page.loaded:
                await asyncio.sleep(0.005)
            await self.last_place()
        await self.feed.open()
        self._opened = True
        if not self._readable:
            self._readable = True
            self.page.reload()

    @property
    def _live_runs(self) -> int:
        found = self.runs_page
        return found.counts.running if found.is_mounted else 0

    def _spread(self, turned: Turned) -> None:
        for page in self.main.pages.query(Page):
            page.changed(turned)
