"""What every page has in common: it loads when shown and when something changed, never twice at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.containers import Vertical
from textual.message import Message

from labjournal.errors import JournalError
from labjournal.tui.feed import Feed, Source
from labjournal.tui.messages import ToastSaid
from labjournal.tui.widgets.key_line import Hint

if TYPE_CHECKING:
    from labjournal.follower import Turned

T = TypeVar("T")


def sheet(module: str) -> str:
    """The style sheet beside a page's module.

    It becomes the page's default style, so that it is read at the page's first visit and not before the first frame;
    unscoped, because the size classes it depends on are set on the screen, above the page.
    """
    return Path(module).with_suffix(".tcss").read_text(encoding="utf-8")


@dataclass
class HintsChanged(Message):
    """A page has other keys to tell of than before."""

    page: Page


class Page(Vertical):
    """One screen of the app under its number."""

    DEFAULT_CSS = "Page { height: 1fr; width: 1fr; background: $background; }"
    HINTS: ClassVar[tuple[Hint, ...]] = ()
    WRITES: ClassVar[tuple[str, ...]] = ("txt",)
    """Forms in which ``w`` writes this page, the usual one first; text and picture go without saying."""

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(id=id)
        self.feed = feed
        self._loading = False
        self._again = False
        self._stale = True

    @property
    def hints(self) -> tuple[Hint, ...]:
        """What the bottom line tells of this page's keys, for what is on it now."""
        return self.HINTS

    @property
    def loaded(self) -> bool:
        """Whether everything that is known was shown: nothing is being read, nothing waits to be."""
        return not (self._loading or self._stale)

    def come_up(self) -> None:
        """The page is shown: bring it up to date and give its first pane the focus."""
        if self._stale:
            self.reload()
        self.focus_first()

    def focus_first(self) -> None:
        """Give the pane the focus that keys should go to at first."""

    def trouble(self, error: JournalError) -> None:
        """The journal cannot be followed at the moment; a page with nothing to show may say so for good."""

    def changed(self, turned: Turned) -> None:
        """Something was folded; a page in sight loads, another one when it is shown."""
        if not self.concerns(turned):
            return
        if self.display and self.is_mounted:
            self.reload()
        else:
            self._stale = True

    def concerns(self, turned: Turned) -> bool:
        """Whether a turn can have changed what this page shows."""
        return True

    def tells_of(self, run: str) -> bool:
        """Whether this page is of this run: what breaks in it stands on the page already."""
        return False

    def reload(self) -> None:
        """Load as soon as the loading in progress has ended."""
        self._stale = False
        self._again = True
        if not self._loading:
            self._loading = True
            self.run_worker(self._load_until_current(), exit_on_error=False)

    async def _load_until_current(self) -> None:
        try:
            while self._again:
                self._again = False
                try:
                    await self.load()
                except JournalError as error:
                    self.post_message(ToastSaid(str(error).replace("\n", " "), "warning"))
                    return
        finally:
            self._loading = False

    async def load(self) -> None:
        """Ask the feed and show what it answers. May raise JournalError."""

    async def ask(self, question: Callable[[Source], T]) -> T:
        """See `Feed.ask`."""
        return await self.feed.ask(question)

    def toast(self, text: str, role: str = "text") -> None:
        """Say what the last key did."""
        self.post_message(ToastSaid(text, role))

    def say(self) -> str:
        """The page in words."""
        return ""

    def copied(self) -> str:
        """What ``Y`` copies."""
        return self.say()

    async def written(self, form: str) -> str | None:
        """The page as a file of this form; None: as it stands on the screen. May raise JournalError."""
        return None

    def editable(self) -> Path | str | None:
        """What ``E`` opens in the editor: a file, or a text to look through."""
        return self.say() or None

    def step_out(self) -> bool:
        """Close what is open inside the page; False when nothing is."""
        return False
