"""Who holds which GPU, what waits, and why has it not started? The machine above, the queue below."""

from __future__ import annotations

import asyncio
import socket
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from labjournal import format
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.feed import Feed
from labjournal.tui.gpu_lines import gpu_line
from labjournal.tui.messages import LaunchAsked, PauseAsked, RunAsked, StopAsked
from labjournal.tui.reading_queue import QueueView, look
from labjournal.tui.screens.page import HintsChanged, Page, sheet
from labjournal.tui.text import Line, paragraph
from labjournal.tui.widgets.columns import Column, Cut
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.row_source import ListRows, Row
from labjournal.tui.widgets.run_table import RunTable

_EVERY_S = 2.0
_COLUMNS = (
    Column("place", "", ((0, 3),), right=True),
    Column("run", "run", ((0, 18), (110, 26)), cut=Cut.MIDDLE),
    Column("needs", "needs", ((0, 10),)),
    Column("reason", "waits for", ((0, 24),), grow=1),
    Column("priority", "prio", ((0, 4),), right=True),
)


class QueuePage(Page):
    """GPUs and the queue, looked at every two seconds while somebody looks."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("enter", "its run"),
        ("P", "pause, or go on"),
        ("X", "take out"),
        ("r", "run"),
        ("?", "keys"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("P", "pause", "pause the queue, or let it go on"),
        Binding("X", "stop", "take this run out of the queue"),
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._seen: QueueView | None = None

    def compose(self) -> ComposeResult:
        self._cards = Lines(self._card_lines, id="cards")
        self._table = RunTable(_COLUMNS, ListRows([]))
        self._pane = Pane("Queue", self._table, id="waiting")
        yield Pane("GPUs", self._cards, state=socket.gethostname(), id="machine")
        yield self._pane
        yield Lines(self._hint_lines, id="hint")

    def on_mount(self) -> None:
        self.set_interval(_EVERY_S, self._look_again)

    def _look_again(self) -> None:
        if self.display and self.screen.is_active:
            self.reload()

    @property
    def hints(self) -> tuple[Hint, ...]:
        waits = self._seen is not None and bool(self._seen.waiting)
        return self.HINTS if waits else tuple(hint for hint in self.HINTS if hint[0] not in ("enter", "X"))

    def focus_first(self) -> None:
        self._table.focus()

    async def load(self) -> None:
        paths = self.feed.paths
        unstarted = await self.ask(lambda source: source.store.waiting()) if paths is not None else []
        seen = await asyncio.to_thread(look, paths, unstarted)
        if seen == self._seen:
            return
        self._seen = seen
        self.post_message(HintsChanged(self))
        self._cards.styles.height = max(1, len(seen.cards))
        self._cards.redraw()
        self._table.empty_words = "nothing waits"
        self._table.refresh_rows(ListRows([self._row(at) for at in range(len(seen.waiting))]))
        paused = f"paused {seen.paused}" if seen.paused is not None else ""
        count = f"{len(seen.waiting)} waiting" if seen.waiting else ""
        self._pane.state = " · ".join(part for part in (paused, count) if part)
        self.query_one("#hint", Lines).redraw()

    def _row(self, at: int) -> Row:
        assert self._seen is not None
        one = self._seen.waiting[at]
        # Runs that follow one another outside of the queue ask it for nothing: they have no host there.
        needs = format.plural(one.gpus, "gpu") if one.gpus else "no gpu" if one.host else ""
        if one.gpu_memory_bytes is not None:
            needs += f" {one.gpu_memory_bytes / 2**30:.3g}G"
        return Row(
            one.run,
            (
                [(str(at + 1), "muted")],
                [(one.name, "text")],
                [(needs, "muted")],
                [(one.reason, "text")],
                [(str(one.priority) if one.priority else "", "muted")],
            ),
        )

    def _card_lines(self, width: int, height: int) -> list[Line]:
        seen = self._seen
        if seen is None:
            return [[(" looking", "muted")]]
        if seen.no_gpus is not None:
            return [[(f" no GPU to hand out: {format.visible(seen.no_gpus)}", "muted")]]
        return [gpu_line(card, width, glyphs_of(self)) for card in seen.cards]

    def _hint_lines(self, width: int, height: int) -> list[Line]:
        seen = self._seen
        if seen is None:
            return []
        if seen.trouble is not None:
            return paragraph(format.visible(seen.trouble), width, "warning")
        if seen.paused is not None:
            return paragraph("The queue starts nothing while it is paused; running runs go on. P lets it go on.", width)
        if any(card.gpu.processes is None for card in seen.cards):
            told = "The driver lists no processes here: programs started without labjournal are not seen."
            return paragraph(told, width, "muted")
        if not seen.waiting:
            return paragraph("labjournal run --queue -- CMD puts a run in; -G 1 asks for a GPU.", width, "muted")
        return []

    def say(self) -> str:
        seen = self._seen
        if seen is None:
            return ""
        told = [f"{card.label}: {card.why_not or 'free'}." for card in seen.cards]
        told += [f"{one.name} waits: {one.reason}." for one in seen.waiting] or ["Nothing waits."]
        return format.visible(" ".join(told))

    # Keys

    def on_run_table_opened(self, message: RunTable.Opened) -> None:
        message.stop()
        self.post_message(RunAsked(message.id))

    def action_pause(self) -> None:
        paused = self._seen is not None and self._seen.paused is not None
        self.post_message(PauseAsked(not paused))

    def action_stop(self) -> None:
        run = self._table.cursor_id
        found = next((one for one in self._seen.waiting if one.run == run), None) if self._seen is not None else None
        if found is not None:
            self.post_message(StopAsked(found.run, found.name))

    def action_launch(self) -> None:
        self.post_message(LaunchAsked())
