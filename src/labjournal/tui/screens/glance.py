"""The run under the cursor at a glance: how it goes, what is wrong, its curve, what was changed for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import work

from labjournal import format
from labjournal.errors import JournalError
from labjournal.tui import reading_curves, reading_run
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.feed import Feed
from labjournal.tui.headline import end_words, open_findings, sentences, step_words
from labjournal.tui.look_of_runs import level_sign, state_span
from labjournal.tui.panels import CurveBook, panel
from labjournal.tui.reading_runs import main_curve
from labjournal.tui.run_panes.seen import Floats, told_points
from labjournal.tui.text import Line, paragraph
from labjournal.tui.widgets.chart import Chart
from labjournal.tui.widgets.chart_view import ChartOptions
from labjournal.tui.widgets.curve import Curve
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from labjournal.model import SeriesInfo, SeriesKey
    from labjournal.tui.reading_run import RunView

_MOST_CHANGES = 6
_REST_S = 0.4
"""How long the cursor rests on a run before all points of a long curve are read."""


class Glance(Pane):
    """A pane without focus of its own: it follows the cursor of the list."""

    DEFAULT_CSS = """
    Glance { width: 50; margin-left: 2; }
    Glance #said { height: auto; max-height: 16; }
    Glance Chart { height: 12; margin-right: 1; }
    Glance #changes { height: 1fr; }
    """

    def __init__(self, feed: Feed, *, id: str) -> None:
        self._feed = feed
        self._run: str | None = None
        self._view: RunView | None = None
        self._book: CurveBook | None = None
        self._key: SeriesKey | None = None
        self._said = Lines(self._said_lines, id="said")
        self._chart = Chart(options=ChartOptions())
        self._changes = Lines(self._change_lines, id="changes")
        super().__init__("At a glance", self._said, self._chart, self._changes, id=id)

    def show(self, run: str | None, again: bool = False) -> None:
        """Follow the cursor to a run; ``again`` when the run itself changed."""
        if run != self._run or again:
            self._run = run
            self._load()

    @work(exclusive=True, exit_on_error=False)
    async def _load(self) -> None:
        run = self._run
        if run is None:
            self._clear()
            return
        try:
            view = await self._feed.ask(lambda source: reading_run.view(source, run))
            other = self._view is None or self._view.run.id != run
            if other or self._book is None:
                self._book, self._key = CurveBook(glyphs_of(self)), None
            info, book = main_curve(view.infos), self._book
            if info is not None and info.n > reading_curves.LONG and not book.total(info.key):
                if not len(book.curve(info.key)):
                    keys = [info.key]
                    book.take_in_short(await self._feed.ask(lambda source: reading_curves.in_short(source, keys)))
                    self._show(view, info, again=True)
                await asyncio.sleep(_REST_S)
            known = {info.key: book.total(info.key)} if info is not None else {}
            news = await self._feed.ask(lambda source: reading_curves.curves(source, known))
        except JournalError:
            # The page itself says what the trouble is; what was shown stays.
            return
        self._show(view, info, book.take(news) or other)

    def _clear(self) -> None:
        self._view = self._book = self._key = None
        self._chart.display = False
        self._said.redraw()
        self._changes.redraw()

    def _show(self, view: RunView, info: SeriesInfo | None, again: bool) -> None:
        assert self._book is not None
        self._view = view
        if info is None:
            self._chart.show("", ())
        elif again or info.key != self._key:
            drawn = panel(info.key.name, (info.key,), self._book, view, glyphs_of(self))
            self._chart.options = ChartOptions(log=drawn.log)
            self._chart.show(drawn.title, drawn.series, marks=drawn.marks, live=not view.run.status.ended)
        else:
            self._chart.points_came()
        self._key = info.key if info is not None else None
        self._chart.display = info is not None
        said = len(self._said_lines(self.size.width or 48, 16))
        self._said.styles.height = min(16, said + 1)
        self._said.redraw()
        self._changes.redraw()

    def _said_lines(self, width: int, height: int) -> list[Line]:
        view = self._view
        if view is None:
            return []
        glyphs, run = glyphs_of(self), view.run
        sign, role = state_span(run.status, glyphs)
        lines: list[Line] = [[(f" {sign}", role), (f"  {format.visible(run.name)}", "b text")]]
        if run.reason:
            lines += paragraph(format.visible(run.reason), width, "muted")
        if not run.status.ended and (goes := self._goes()):
            lines += paragraph(goes, width, "muted")
        lines += [[], *paragraph(" ".join(sentences(view, datetime.now(UTC), self._loss())), width)]
        for one in open_findings(view)[:1]:
            sign, role = level_sign(one.level, glyphs)
            at = f"  step {format.count(one.step)}" if one.step is not None else ""
            lines += [[], [(f" {sign} ", role), (format.visible(one.rule), f"b {role}"), (at, "muted")]]
            if one.remedy:
                lines += paragraph(format.visible(one.remedy), width, "muted")
        return lines

    def _goes(self) -> str:
        """How far it is and when it will end."""
        assert self._view is not None
        curve = self._book.curve(self._key) if self._book is not None and self._key is not None else Curve()
        end = end_words(self._view.run, curve.steps, curve.walls, datetime.now(UTC), short=False)
        return "  ".join(filter(None, (step_words(self._view.run), end)))

    def _loss(self) -> tuple[str, Floats, Floats] | None:
        if self._book is None or self._key is None:
            return None
        return told_points(self._key.name, self._book.curve(self._key))

    def _change_lines(self, width: int, height: int) -> list[Line]:
        view = self._view
        if view is None or not (view.run.changes or view.parent):
            return []
        title = f" against {format.visible(view.parent)}" if view.parent else " changed since the last run like it"
        lines: list[Line] = [[], [(title, "b text")]]
        for change in view.run.changes[:_MOST_CHANGES]:
            lines += paragraph(format.visible(change), width, "muted")
        return lines
