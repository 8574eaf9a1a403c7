"""A run as far as it was read: what is known of it, its curves, the runs laid over them, a look at its processes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from labjournal import tags
from labjournal.model import SeriesKey
from labjournal.tui import reading_curves, reading_run
from labjournal.tui.curve_order import is_about_machine
from labjournal.tui.feed import Feed
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.machine_trace import MachineTrace
from labjournal.tui.panels import CurveBook, Guest, arrange, panel
from labjournal.tui.reading_run import RunView
from labjournal.tui.reading_runs import main_curve
from labjournal.tui.run_panes import Seen
from labjournal.tui.widgets.panel import Panel


class OpenRun:
    """Asks the feed for what is in sight and keeps what it answered."""

    def __init__(self, run: str, feed: Feed, glyphs: Glyphs) -> None:
        self.run = run
        self.view: RunView | None = None
        self.guests: tuple[tuple[str, str], ...] = ()
        """(id, name) of runs laid over the charts."""
        self.panels: dict[str, tuple[SeriesKey, ...]] = {}
        """Title of each chart there could be, and its curves."""
        self._feed = feed
        self._glyphs = glyphs
        self._stamp = -1
        self._books: dict[str, CurveBook] = {}
        self._made_of: tuple[object, ...] = ()
        self._trace: MachineTrace | None = None

    @property
    def seen(self) -> Seen | None:
        """What panes are given; None before anything was read."""
        if self.view is None:
            return None
        return Seen(self.view, self._book(self.run), self._glyphs, datetime.now(UTC).astimezone(), self._trace)

    @property
    def shown(self) -> set[str]:
        """Ids of all runs whose points are drawn."""
        return {self.run, *(run for run, _ in self.guests)}

    def _book(self, run: str) -> CurveBook:
        return self._books.setdefault(run, CurveBook(self._glyphs))

    async def read(self) -> None:
        """Bring the view up to date. Raises JournalError."""
        known, stamp, run = self.view, self._stamp, self.run
        view, self._stamp = await self._feed.ask(lambda source: reading_run.current(source, run, known, stamp))
        if known is None or view.infos != known.infos:
            self.panels = arrange(view.infos)
        self.view = view

    async def read_in_short(self, titles: Sequence[str]) -> bool:
        """Read long curves in these charts in short, where nothing of them is known yet; False where there are none.

        Raises JournalError.
        """
        view = self.view
        if view is None:
            return False
        book = self._book(self.run)
        wanted = {key for title in titles for key in self.panels.get(title, ())}
        long = [
            info.key
            for info in view.infos
            if info.n > reading_curves.LONG and info.key in wanted and not book.total(info.key)
        ]
        if not long:
            return False
        book.take_in_short(await self._feed.ask(lambda source: reading_curves.in_short(source, long)))
        return True

    async def read_curves(self, titles: Sequence[str], panes: Collection[str]) -> bool:
        """Read news of the curves in these charts and panes.

        Returns:
            Whether panels must be made anew; otherwise points were added to curves that are drawn already.
            Raises JournalError.
        """
        view = self.view
        if view is None:
            return False
        known = {key: self._book(key.run).total(key) for key in self._wanted(view, titles, panes)}
        news = await self._feed.ask(lambda source: reading_curves.curves(source, known))
        again = False
        for run in {key.run for key in news}:
            again |= self._book(run).take({key: points for key, points in news.items() if key.run == run})
        ended = view.run.status.ended
        made_of = (tuple(self.panels.items()), view.findings, view.checkpoints, view.measured, ended, self.guests)
        again |= made_of != self._made_of
        self._made_of = made_of
        return again

    def _wanted(self, view: RunView, titles: Sequence[str], panes: Collection[str]) -> set[SeriesKey]:
        keys = {key for title in titles for key in self.panels.get(title, ())}
        keys |= {replace(key, run=run) for key in keys for run, _ in self.guests}
        if "weights" in panes:
            keys |= {info.key for info in view.infos if info.key.tag.startswith(f"{tags.UPDATE_RATIO}/")}
        if "system" in panes:
            keys |= {info.key for info in view.infos if is_about_machine(info.key.name)}
        main = main_curve(view.infos)
        return keys | ({main.key} if main is not None else set())

    def make_panels(self) -> list[Panel]:
        """Every chart there could be; curves that were not read yet are empty."""
        view = self.view
        if view is None:
            return []
        guests = [Guest(name, run, self._book(run)) for run, name in self.guests]
        book = self._book(self.run)
        return [panel(title, keys, book, view, self._glyphs, guests) for title, keys in self.panels.items()]

    async def look_at_machine(self) -> bool:
        """Look at the run's processes, on a thread; False where there is nothing to look at."""
        view = self.view
        if view is None or view.run.status.ended or not view.lives:
            return False
        if self._trace is None or self._trace.life != view.lives[-1]:
            self._trace = MachineTrace(view.lives[-1])
        await asyncio.to_thread(self._trace.sample)
        return True
