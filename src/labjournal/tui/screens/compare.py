"""Which is better, by how much, and may that be said? Results side by side with their uncertainty, and the curves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from labjournal import format
from labjournal.compare import Selection, Table, build_table
from labjournal.tui import reading_run
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.compare_lines import looks_of, table_lines
from labjournal.tui.feed import Feed, Source
from labjournal.tui.messages import RunAsked
from labjournal.tui.reading_run import Points
from labjournal.tui.reading_runs import main_curve
from labjournal.tui.screens.page import Page, sheet
from labjournal.tui.text import Line
from labjournal.tui.widgets.chart_grid import ChartGrid, Panel
from labjournal.tui.widgets.curve import Curve
from labjournal.tui.widgets.key_line import Hint
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.plot import Series
from labjournal.tui.widgets.reader import Reader

if TYPE_CHECKING:
    from labjournal.follower import Turned

_MOST_CURVES = 8


def _curves(source: Source, runs: tuple[str, ...]) -> dict[str, tuple[str, Points]]:
    """The curve each run is judged by: run id -> (name, points)."""
    found = {}
    for run in runs[:_MOST_CURVES]:
        info = main_curve(source.store.series_list(run))
        if info is not None:
            points = reading_run.curves(source, {info.key: 0})
            if points:
                found[run] = (info.key.name, points[info.key])
    return found


class ComparePage(Page):
    """Marked runs, or everything that was measured."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("j k", "scroll"),
        ("o", "only changed"),
        ("b", "next baseline"),
        ("m", "metric"),
        ("B", "checkpoints"),
        ("enter", "run"),
        ("?", "keys"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "only_changed", "only columns that differ"),
        Binding("b", "baseline", "the next row as baseline"),
        Binding("m", "metric", "headline metrics, or all"),
        Binding("B", "at", "all, last or best checkpoints"),
        Binding("enter", "open", "the baseline's run"),
    ]

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._selection = Selection()
        self._table: Table | None = None

    def compose(self) -> ComposeResult:
        self._reader = Reader(self._lines)
        self._pane = Pane("Compare", self._reader, id="table")
        self._grid = ChartGrid()
        yield self._pane
        yield Pane("Curves", self._grid, id="curves")

    def focus_first(self) -> None:
        self._reader.focus()

    def compare(self, runs: tuple[str, ...]) -> None:
        """Put these runs beside each other; none means everything."""
        self._selection = replace(self._selection, rows=runs, baseline=None)
        self.reload()

    def concerns(self, turned: Turned) -> bool:
        if self._table is None or turned.words:
            return True
        shown = {row.run for row in self._table.rows} | set(self._selection.rows)
        # A new result makes its measuring run change too; a point of a curve alone changes no table of all runs.
        return bool(turned.runs & shown) or bool(turned.runs - shown)

    async def load(self) -> None:
        selection = self._selection
        table = await self.ask(lambda source: build_table(source.store, selection, source.config))
        runs = tuple(dict.fromkeys([row.run for row in table.rows if row.run] or list(selection.rows)))
        curves = await self.ask(lambda source: _curves(source, runs)) if len(runs) > 1 or selection.rows else {}
        if selection is not self._selection:
            return
        self._table = table
        self._pane.state = self._state(table)
        self._reader.rewrite()
        self._show_curves(table, curves)

    def _state(self, table: Table) -> str:
        selection = self._selection
        changed = " · only changed" if selection.only_changed else ""
        baseline = f" · against {selection.baseline[-6:].lower()}" if selection.baseline else ""
        return f"{format.plural(len(table.rows), 'row')} · by data set · {selection.at}{changed}{baseline}"

    def _lines(self, width: int) -> list[Line]:
        if self._table is None:
            return [[(" reading", "muted")]]
        glyphs = glyphs_of(self)
        return table_lines(self._table, looks_of(self._table, glyphs), width, glyphs)

    def _show_curves(self, table: Table, curves: dict[str, tuple[str, Points]]) -> None:
        self.set_class(bool(curves), "-curves")
        glyphs = glyphs_of(self)
        looks = looks_of(table, glyphs)
        names = {row.run: row.name for row in table.rows}
        series: dict[str, list[Series]] = {}
        for at, (run, (tag, points)) in enumerate(curves.items()):
            marker, role = looks.get(run, (glyphs.markers[at % 4], f"s{at % 4 + 1}"))
            curve = Curve(points.steps, points.values, points.walls)
            series.setdefault(tag, []).append(Series(run, names.get(run, run[-6:].lower()), curve, role, marker))
        self._grid.show([Panel(tag, tuple(found)) for tag, found in series.items()])

    def say(self) -> str:
        if self._table is None:
            return ""
        return format.visible(" ".join([*(claim.text for claim in self._table.claims), *self._table.notes]))

    # Keys

    def _select(self, selection: Selection, said: str) -> None:
        self._selection = selection
        self.toast(said)
        self.reload()

    def action_only_changed(self) -> None:
        only = not self._selection.only_changed
        self._select(replace(self._selection, only_changed=only), "only columns that differ" if only else "all columns")

    def action_metric(self) -> None:
        every = not self._selection.every_metric
        self._select(replace(self._selection, every_metric=every), "every metric" if every else "headline metrics")

    def action_at(self) -> None:
        order = ("all", "last", "best")
        at = order[(order.index(self._selection.at) + 1) % 3] if self._selection.at in order else "all"
        self._select(replace(self._selection, at=at), f"{at} checkpoints")

    def action_baseline(self) -> None:
        runs = list(dict.fromkeys(row.run for row in self._table.rows if row.run)) if self._table is not None else []
        if not runs:
            return
        at = (runs.index(self._selection.baseline) + 1) % len(runs) if self._selection.baseline in runs else 0
        self._select(replace(self._selection, baseline=runs[at]), f"held against {runs[at][-6:].lower()}")

    def action_open(self) -> None:
        if self._table is not None and self._table.rows:
            self.post_message(RunAsked(self._selection.baseline or self._table.rows[0].run))
