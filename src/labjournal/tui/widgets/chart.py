"""A live chart in braille. New points redraw only the lines they change.

A frame is a function of the points, never of the order in which they came: axes are rounded so that more points can
only widen them, and nothing is remembered of earlier frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from labjournal.tui import paint
from labjournal.tui.base_app import glyphs_of, look_of
from labjournal.tui.text import Line
from labjournal.tui.widgets import chart_lines
from labjournal.tui.widgets.axes import Axis, value_axis
from labjournal.tui.widgets.chart_lines import Frame, Mark, Threshold
from labjournal.tui.widgets.chart_view import AS_USUAL, ChartOptions, Ends, everything, panned, zoomed
from labjournal.tui.widgets.plot import Plot, Series, View, nearest, x_limits
from labjournal.tui.widgets.words import chart_words

_SMALLEST = (16, 4)


class Chart(Widget):
    """Several series over one x axis."""

    DEFAULT_CSS = "Chart { width: 1fr; height: 1fr; background: $background; }"

    @dataclass
    class Pointed(Message):
        """The mouse pointed at a place of the x axis."""

        chart: Chart
        x: float

    @dataclass
    class Zoomed(Message):
        """The mouse drew a range of the x axis."""

        chart: Chart
        left: float
        right: float

    def __init__(
        self,
        title: str = "",
        series: Sequence[Series] = (),
        *,
        options: ChartOptions = AS_USUAL,
        live: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """A chart.

        Args:
            title: Name of what is drawn.
            series: Curves, drawn in this order.
            options: How to look at them.
            live: Points will come; the right end is kept round and a little ahead of them.
        """
        super().__init__(id=id, classes=classes)
        self._title = title
        self._series = tuple(series)
        self._options = options
        self._live = live
        self._marks: tuple[Mark, ...] = ()
        self._thresholds: tuple[Threshold, ...] = ()
        self._cursor: float | None = None
        self._selected: str | None = None
        self._note = self._unread = ""
        self._title_role = "b text"
        self._chosen = False
        self._plot: Plot | None = None
        self._gutter = chart_lines.GUTTER
        self._drawn: list[Line] = []
        self._strips: list[Strip] = []
        self._drawn_for: tuple[object, ...] = ()
        self._drag_from: int | None = None

    # What it shows

    def show(
        self,
        title: str,
        series: Sequence[Series],
        *,
        marks: Sequence[Mark] = (),
        thresholds: Sequence[Threshold] = (),
        live: bool = False,
        note: str = "",
        title_role: str = "b text",
        unread: str = "",
        options: ChartOptions | None = None,
    ) -> None:
        """Draw something else; ``unread`` says what to tell of a curve that has points which are not here yet.

        ``options``: another way of looking at it from now on.
        """
        if options is not None:
            if options.axis is not self._options.axis:
                self._cursor = None
            self._options = options
        self._title, self._series, self._live = title, tuple(series), live
        self._marks, self._thresholds = tuple(marks), tuple(thresholds)
        self._note, self._title_role, self._unread = note, title_role, unread
        self._plot = None
        self._redraw()

    @property
    def series(self) -> tuple[Series, ...]:
        return self._series

    @property
    def options(self) -> ChartOptions:
        return self._options

    @options.setter
    def options(self, options: ChartOptions) -> None:
        if options != self._options:
            if options.axis is not self._options.axis:
                self._cursor = None
            self._options = options
            self._plot = None
            self._redraw()

    @property
    def view(self) -> tuple[float, float] | None:
        """Left and right end in sight; None before there are points."""
        return None if self._plot is None else (self._plot.view.left, self._plot.view.right)

    @property
    def cursor(self) -> float | None:
        return self._cursor

    @cursor.setter
    def cursor(self, x: float | None) -> None:
        if x != self._cursor:
            self._cursor = x
            self._redraw()

    @property
    def chosen(self) -> bool:
        """Whether keys go to this one of several charts."""
        return self._chosen

    @chosen.setter
    def chosen(self, chosen: bool) -> None:
        if chosen != self._chosen:
            self._chosen = chosen
            self._redraw()

    def select(self, key: str | None) -> None:
        """Draw one series over all others."""
        if key != self._selected:
            self._selected = key
            self._redraw()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Other marks on the x axis."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self._redraw()

    def points_came(self) -> bool:
        """Draw points that were added to the curves since; True when something changed on the screen."""
        if self._plot is None or not self._plot.update():
            # A first point, or the first with a place on this axis, makes a view where there was none.
            if self._plot is None and x_limits(self._series, self._options.axis) is not None:
                self._redraw()
                return True
            return False
        return self._redraw()

    def readout(self, x: float) -> list[tuple[Series, float, float]]:
        """Each series with its point nearest to ``x``: (series, x, value)."""
        found = []
        for one in self._series:
            point = nearest(one, self._options.axis, x)
            if point is not None:
                found.append((one, *point))
        return found

    def say(self) -> str:
        """The chart in words, for screen readers and mail."""
        marks = chart_lines.placed(self._marks, self._series, self._options.axis)
        return chart_words(self._title, self._series, self._options.axis, marks, self._thresholds)

    # View

    def zoomed(self, factor: float) -> ChartOptions:
        """Options that show ``factor`` times the present range around the cursor, or around the middle."""
        whole = self._everything()
        return self._options if whole is None else zoomed(self._options, whole, factor, self._cursor)

    def panned(self, share: float) -> ChartOptions:
        """Options that show the range beside, ``share`` of the present one away."""
        whole = self._everything()
        return self._options if whole is None else panned(self._options, whole, share)

    def _everything(self) -> Ends | None:
        return everything(self._series, self._options.axis, self._live)

    def _ends(self) -> Ends | None:
        return self._options.zoom or self._everything()

    # Drawing

    def _frame(self, width: int, height: int) -> Frame | None:
        """The frame at this size, reading only new points where the view stays."""
        ends = self._ends()
        if ends is None:
            return None

        def plot_of(dots: int) -> Plot:
            options = self._options
            view = View(*ends, dots, options.axis, options.log, options.smoothing, options.raw_only)
            if self._plot is None or self._plot.view != view:
                self._plot = Plot(self._series, view)
            return self._plot

        y, self._gutter = chart_lines.fitted(
            plot_of, lambda limits: self._needed(limits, height), width, height, self._gutter
        )
        plot = self._plot
        if plot is None or y is None:
            return None
        return Frame(
            self._title,
            plot,
            y,
            chart_lines.placed(self._marks, self._series, self._options.axis),
            self._thresholds,
            self._cursor,
            self._selected,
            self._note or ("log" if self._options.log else ""),
            self._title_role,
            self._chosen,
            glyphs_of(self),
        )

    def _needed(self, limits: tuple[float, float], height: int) -> Axis:
        low, high = limits
        for threshold in self._thresholds:
            if threshold.value > 0 or not self._options.log:
                low, high = min(low, threshold.value), max(high, threshold.value)
        return value_axis(low, high, self._options.log, max(2, height // 3))

    def _lines(self, width: int, height: int) -> list[Line]:
        if width < _SMALLEST[0] or height < _SMALLEST[1]:
            return [[(" " + self._title, self._title_role)]]
        frame = self._frame(width, height)
        if frame is None:
            return [[(" " + self._title, self._title_role)], [], [(" " + self._nothing(), "muted")]]
        return chart_lines.chart_lines(frame, width, height, self._gutter)

    def _nothing(self) -> str:
        points = sum(len(one.curve) for one in self._series)
        if not points:
            return self._unread or "no points yet"
        if self._plot is None:
            return "no times are known; x shows steps"
        if any(plot.below_log for plot in self._plot.plots):
            return "nothing above 0 to show on a log axis; y shows all"
        return "no finite value here"

    def _draw(self) -> list[int]:
        """Draw all lines, making strips only of those that differ; returns the numbers of these."""
        width, height = self.size
        look, glyphs = look_of(self), glyphs_of(self)
        state = (width, height, look.name, glyphs.name)
        if state != self._drawn_for:
            self._drawn, self._strips, self._drawn_for = (
                [[("\0", "text")]] * height,
                [paint.blank(0, look)] * height,
                state,
            )
        lines = [*self._lines(width, height)[:height]]
        lines += [[]] * (height - len(lines))
        changed = [y for y, (new, old) in enumerate(zip(lines, self._drawn, strict=True)) if new != old]
        for y in changed:
            self._strips[y] = paint.strip(lines[y], width, look, glyphs)
        self._drawn = lines
        return changed

    def _redraw(self) -> bool:
        """Draw again and refresh only the lines that changed; True when any did."""
        if not self.is_mounted or not self.size:
            self._drawn_for = ()
            return False
        changed = self._draw()
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))
        return bool(changed)

    def render_lines(self, crop: Region) -> list[Strip]:
        look, glyphs = look_of(self), glyphs_of(self)
        if self._drawn_for != (*self.size, look.name, glyphs.name):
            self._draw()
        return [drawn.crop(crop.x, crop.right) for drawn in self._strips[crop.y : crop.bottom]]

    # Mouse

    def _x_at(self, column: int) -> float | None:
        across = self.size.width - self._gutter
        if self._plot is None or across < 1:
            return None
        view = self._plot.view
        share = (min(max(column - self._gutter, 0), across - 1) + 0.5) / across
        return view.left + share * (view.right - view.left)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._drag_from = event.x

    def on_mouse_up(self, event: events.MouseUp) -> None:
        start, self._drag_from = self._drag_from, None
        if start is None:
            return
        left, right = self._x_at(min(start, event.x)), self._x_at(max(start, event.x))
        if left is None or right is None:
            return
        if abs(start - event.x) >= 2:
            self.post_message(self.Zoomed(self, left, right))
        else:
            self.post_message(self.Pointed(self, left))
