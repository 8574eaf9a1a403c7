"""Several charts of one run side by side: choose, enlarge, page; one shared cursor and one way of looking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.message import Message

from labjournal.tui.widgets import chart_looks
from labjournal.tui.widgets.chart import Chart
from labjournal.tui.widgets.chart_view import ChartOptions
from labjournal.tui.widgets.pane import StateSaid
from labjournal.tui.widgets.panel import Panel, columns_of, rows_of

_AIRED_FROM = 18
"""Lines of the grid from which an empty one stands between its rows."""
_MOST = 6


class ChartGrid(Grid, can_focus=True):
    """A page of charts. Only charts in sight are drawn; all share x axis, smoothing, zoom and cursor."""

    DEFAULT_CSS = """
    ChartGrid { height: 1fr; width: 1fr; grid-gutter: 0 2; padding-right: 1; background: $background; }
    ChartGrid.-aired { grid-gutter: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "choose(-1)", "the chart to the left", show=False),
        Binding("right,l", "choose(1)", "the chart to the right", show=False),
        Binding("up,k", "choose_row(-1)", "the chart above", show=False),
        Binding("down,j", "choose_row(1)", "the chart below", show=False),
        Binding("enter", "enlarge", "full"),
        Binding("escape,backspace", "shrink", "back", show=False),
        Binding("left_square_bracket,pageup", "page(-1)", "charts before", show=False),
        Binding("right_square_bracket,pagedown", "page(1)", "more charts", show=False),
        Binding("i", "cursor", "cursor"),
        Binding("y", "log", "log y"),
        Binding("x", "axis", "x axis"),
        Binding("plus", "smooth(1)", "smooth more", show=False),
        Binding("minus", "smooth(-1)", "smooth less", show=False),
        Binding("less_than_sign", "zoom(0.5)", "zoom in", show=False),
        Binding("greater_than_sign", "zoom(2)", "zoom out", show=False),
        Binding("left_curly_bracket", "pan(-0.25)", "pan left", show=False),
        Binding("right_curly_bracket", "pan(0.25)", "pan right", show=False),
        Binding("0", "whole", "the whole curve again", show=False),
        Binding("R", "raw", "raw only", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """Another panel was chosen."""

        grid: ChartGrid
        title: str

    @dataclass
    class Enlarged(Message):
        """One chart asks for the whole page, or gives it back."""

        grid: ChartGrid
        full: bool

    @dataclass
    class Turned(Message):
        """Other panels came in sight."""

        grid: ChartGrid

    @dataclass
    class LookedAt(Message):
        """Somebody chose another way of looking, one that the next visit should begin with."""

        grid: ChartGrid

    def __init__(
        self, panels: Sequence[Panel] = (), *, live: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._panels = tuple(panels)
        self._live = live
        self._options = ChartOptions()
        self._logs: dict[str, bool] = {}
        self._chosen = 0
        self._picked = False
        self._first = 0
        self._enlarged = False
        self._cursor: float | None = None
        self._charts = [Chart(live=live) for _ in range(_MOST)]
        self._shown: list[tuple[Chart, int]] = []

    def compose(self) -> ComposeResult:
        yield from self._charts

    # What it shows

    def show(self, panels: Sequence[Panel], *, live: bool = False) -> None:
        """Other panels; one that somebody chose stays chosen where it is still there.

        Where nobody did, the first one is: what the machine did comes earlier than a loss, but says less.
        """
        self._picked = self._picked and bool(panels)
        title = self.chosen_title if self._picked else None
        self._shown = []
        self._panels, self._live = tuple(panels), live
        titles = [panel.title for panel in self._panels]
        self._chosen = titles.index(title) if title in titles else 0
        self._arrange(fresh=True)

    @property
    def chosen_title(self) -> str | None:
        return self._panels[self._chosen].title if self._panels else None

    @property
    def chosen_chart(self) -> Chart | None:
        """The chart of the chosen panel; None without panels."""
        return next((chart for chart, at in self._shown if at == self._chosen), None)

    @property
    def options(self) -> ChartOptions:
        """The way of looking that all charts share; log y is each panel's own."""
        return self._options

    @options.setter
    def options(self, options: ChartOptions) -> None:
        self._options = options
        self._apply()

    @property
    def looks(self) -> dict[str, object]:
        """The way of looking as plain values, to be remembered; a zoom belongs to one run and is not among them."""
        return chart_looks.plain(self._options, self._logs)

    def recall(self, looks: Mapping[str, object]) -> None:
        """Look as remembered; what cannot be meant is left as it is."""
        self._logs = chart_looks.recalled_logs(looks) or self._logs
        self.options = chart_looks.recalled(self._options, looks)

    def points_came(self) -> None:
        """Draw points that were added to the curves in sight."""
        for chart, _ in self._shown:
            chart.points_came()

    def say(self) -> str:
        """The chosen chart in words."""
        chart = self.chosen_chart
        return chart.say() if chart is not None else "no curves yet"

    # Arranging

    @property
    def _columns(self) -> int:
        return 1 if self._enlarged else columns_of(self.size.width, len(self._panels))

    @property
    def _rows(self) -> int:
        return 1 if self._enlarged else rows_of(self.size.height, self._columns, len(self._panels))

    @property
    def in_sight(self) -> list[str]:
        """Titles of the panels of this page; [] before there are any."""
        return [self._panels[at].title for _, at in self._shown]

    @property
    def per_page(self) -> int:
        """How many panels stand side by side in the present room."""
        return self._columns * self._rows

    def on_focus(self) -> None:
        self._apply()

    def on_blur(self) -> None:
        self._apply()

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self, fresh: bool = False) -> None:
        """Give the charts of this page their panels."""
        if not self.size:
            return
        columns, rows = self._columns, self._rows
        self._first = self._chosen - self._chosen % self.per_page
        self.styles.grid_size_columns, self.styles.grid_size_rows = columns, rows
        self.set_class(rows > 1 and self.size.height >= _AIRED_FROM, "-aired")
        before = {at: chart for chart, at in self._shown}
        seen = self.in_sight
        page = range(self._first, min(self._first + self.per_page, len(self._panels)))
        self._shown = list(zip(self._charts, page, strict=False))
        for chart in self._charts:
            chart.display = any(chart is shown for shown, _ in self._shown)
        for chart, at in self._shown:
            if fresh or before.get(at) is not chart:
                self._give(chart, self._panels[at])
        self._apply()
        if self.in_sight != seen:
            self.post_message(self.Turned(self))

    def _give(self, chart: Chart, panel: Panel) -> None:
        chart.show(
            panel.title,
            panel.series,
            marks=panel.marks,
            thresholds=panel.thresholds,
            live=self._live,
            note=panel.note,
            title_role="b alarm" if panel.alarming else "b text",
            unread="reading",
            options=self._options_of(panel),
        )

    def _options_of(self, panel: Panel) -> ChartOptions:
        return replace(self._options, log=self._logs.get(panel.title, panel.log))

    def _apply(self) -> None:
        for chart, at in self._shown:
            chart.options = self._options_of(self._panels[at])
            chart.cursor = self._cursor
            chart.chosen = at == self._chosen and len(self._shown) > 1 and self.has_focus
        self.post_message(StateSaid(self.state))

    @property
    def state(self) -> str:
        """What the pane's rule says: axis, smoothing, how many of how many."""
        saved = next((mark for panel in self._panels for mark in panel.marks if mark.words == "checkpoint"), None)
        legend = f" · {saved.sign} {saved.words}" if saved is not None else ""
        return f"{chart_looks.told(self._options)}{legend} · {len(self._shown)} of {len(self._panels)}"

    # Keys

    def _choose(self, at: int) -> None:
        if not self._panels:
            return
        self._chosen = min(max(0, at), len(self._panels) - 1)
        self._picked = True
        self._arrange()
        self.post_message(self.Chosen(self, self._panels[self._chosen].title))

    def go_to(self, title: str) -> None:
        """Choose the panel of this title."""
        self._choose(next((at for at, panel in enumerate(self._panels) if panel.title == title), self._chosen))

    def action_choose(self, by: int) -> None:
        if self._cursor is not None:
            self._move_cursor(by)
        else:
            self._choose(self._chosen + by)

    def action_choose_row(self, by: int) -> None:
        at = self._chosen + by * self._columns
        if 0 <= at < len(self._panels):
            self._choose(at)

    def action_page(self, by: int) -> None:
        at = self._first + by * self.per_page
        if 0 <= at < len(self._panels):
            self._choose(at)

    def action_enlarge(self) -> None:
        if self._panels:
            self._enlarged = not self._enlarged
            self._arrange()
            self.post_message(self.Enlarged(self, self._enlarged))

    def action_shrink(self) -> None:
        """One step out: the cursor, then the enlarged chart."""
        if self._cursor is not None:
            self._cursor = None
            self._apply()
        elif self._enlarged:
            self.action_enlarge()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Where there is nothing to step out of, the key belongs to the screen.
        return self._cursor is not None or self._enlarged if action == "shrink" else True

    def action_cursor(self) -> None:
        """Turn the shared cursor on at the right end, or off."""
        chart = self.chosen_chart
        view = chart.view if chart is not None else None
        if self._cursor is not None or chart is None or view is None:
            self._cursor = None
        else:
            ends = [x for _, x, _ in chart.readout(view[1])]
            self._cursor = max(ends) if ends else view[1]
        self._apply()

    def _move_cursor(self, by: int) -> None:
        chart = self.chosen_chart
        if chart is not None and self._cursor is not None and chart.view is not None:
            left, right = chart.view
            step = (right - left) / max(20, chart.size.width)
            self._cursor = min(right, max(left, self._cursor + by * step))
            self._apply()

    def action_log(self) -> None:
        if self._panels:
            panel = self._panels[self._chosen]
            self._logs[panel.title] = not self._logs.get(panel.title, panel.log)
            self._apply()
            self.post_message(self.LookedAt(self))

    def action_axis(self) -> None:
        self._cursor = None
        self.options = replace(self._options, axis=self._options.axis.following, zoom=None)
        self.post_message(self.LookedAt(self))

    def action_smooth(self, by: int) -> None:
        self.options = chart_looks.smoothed(self._options, by)
        self.post_message(self.LookedAt(self))

    def action_raw(self) -> None:
        self.options = replace(self._options, raw_only=not self._options.raw_only)
        self.post_message(self.LookedAt(self))

    def action_zoom(self, factor: float) -> None:
        if (chart := self.chosen_chart) is not None:
            self.options = replace(self._options, zoom=chart.zoomed(factor).zoom)

    def action_pan(self, share: float) -> None:
        if (chart := self.chosen_chart) is not None:
            self.options = replace(self._options, zoom=chart.panned(share).zoom)

    def action_whole(self) -> None:
        self.options = replace(self._options, zoom=None)

    # Mouse

    def on_chart_pointed(self, message: Chart.Pointed) -> None:
        message.stop()
        self._cursor = message.x
        self._choose(next((at for chart, at in self._shown if chart is message.chart), self._chosen))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_page(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_page(-1)

    def on_chart_zoomed(self, message: Chart.Zoomed) -> None:
        message.stop()
        self.options = replace(self._options, zoom=(message.left, message.right))
