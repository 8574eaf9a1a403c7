"""A chart as lines of spans: title and values, braille with its y axis, x labels. Knows no Textual.

The gutter of the y labels is part of the plot's width, so the drawing asks twice where labels turn out wider than
the gutter it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from rich.cells import cell_len

from labjournal import format
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.text import Line, Span, cut_middle, ends, line_width
from labjournal.tui.widgets.axes import Axis, Tick, clock_ticks, duration_label, duration_ticks, step_ticks, value_ticks
from labjournal.tui.widgets.canvas import Canvas, Layer
from labjournal.tui.widgets.curve import XAxis
from labjournal.tui.widgets.plot import Plot, Series, SeriesPlot, nearest

GUTTER = 6
"""Cells left of the plot: five for a label, one for the axis."""
_WIDEST_GUTTER = 12
LEGEND_MOST = 8
_CELLS_A_LABEL = 12
_MARK_ROOM = 4
"""Cells from one mark to the next."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at one place of the x axis: a checkpoint, a finding, a restart."""

    x: float
    """The step, whatever the axis counts: `placed` finds it on another one."""
    sign: str
    role: str
    words: str = ""
    urgent: bool = False
    """Drawn however close to others; of the rest one in a few cells is: a curve at the bottom stays in sight."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A dashed level: a majority baseline, a limit of a check, an expectation."""

    value: float
    words: str
    role: str = "muted"


@dataclass(frozen=True)
class Frame:
    """Everything a chart's lines depend on besides the points."""

    title: str
    plot: Plot
    y: Axis
    marks: Sequence[Mark] = ()
    thresholds: Sequence[Threshold] = ()
    cursor: float | None = None
    selected: str | None = None
    note: str = ""
    title_role: str = "b text"
    chosen: bool = False
    glyphs: Glyphs = field(default_factory=lambda: Glyphs("unicode"))

    @property
    def ordered(self) -> list[SeriesPlot]:
        """In drawing order: the selected series last, so that it owns the cells where curves meet."""
        return sorted(self.plot.plots, key=lambda plot: plot.series.key == self.selected)


def gutter_of(y: Axis, height: int) -> int:
    """Cells the y labels and the axis need."""
    widest = max((len(tick.label) for tick in y_ticks(y, height)), default=0)
    return min(_WIDEST_GUTTER, max(GUTTER, widest + 1))


def fitted(
    plot_of: Callable[[int], Plot], y_of: Callable[[tuple[float, float]], Axis], width: int, height: int, gutter: int
) -> tuple[Axis | None, int]:
    """The y axis of a plot and the cells its labels need, which are known only when it has been read once.

    Args:
        plot_of: The plot at so many dots.
        y_of: The axis around the lowest and the highest value in sight.
        width: Cells of the chart.
        height: Lines of the chart.
        gutter: Cells to begin with.
    """
    y = None
    for _ in range(2):
        limits = plot_of(2 * (width - gutter)).limits()
        if limits is None:
            return None, gutter
        y = y_of(limits)
        needed = min(gutter_of(y, height - 2), width // 2)
        if needed == gutter:
            break
        gutter = needed
    return y, gutter


def y_ticks(y: Axis, height: int) -> list[Tick]:
    """Ticks of a plot of so many cell rows: about one in three rows, two at least."""
    return value_ticks(y, min(6, max(2, height // 3 + 1)))


def chart_lines(frame: Frame, width: int, height: int, gutter: int) -> list[Line]:
    """The chart in exactly ``height`` lines of at most ``width`` cells; ``height`` 4 or more."""
    across, down = width - gutter, height - 2
    canvas = draw_canvas(frame, across, down)
    labels = {min(down - 1, _dot_row(frame.y, tick.value, down) // 4): tick.label for tick in y_ticks(frame.y, down)}
    lines: list[Line] = [title_line(frame, width)]
    for row, cells in enumerate(canvas.rows()):
        label = labels.get(row)
        axis = frame.glyphs.axis if label is None else frame.glyphs.tick
        lines.append([((label or "").rjust(gutter - 1) + axis, "faint" if label is None else "muted"), *cells])
    lines.append([(" " * gutter, "text"), *x_labels(frame, across)])
    return lines


def _dot_row(y: Axis, value: float, height: int) -> int:
    return round((1 - min(1.0, max(0.0, y.fraction(value)))) * (4 * height - 1))


def draw_canvas(frame: Frame, width: int, height: int) -> Canvas:
    """Thresholds, tails, raw values, smoothed ones, markers, marks, cursor: each over what came before."""
    dashes = [
        (_dot_row(frame.y, threshold.value, height), threshold.role)
        for threshold in frame.thresholds
        if frame.y.covers(threshold.value, threshold.value)
    ]
    ordered = frame.ordered
    layers = [(tail.layer(frame.y, height), "muted") for plot in ordered for tail in plot.tails]
    main = [(plot.smooth or plot.raw).layer(frame.y, height) for plot in ordered]
    for plot, layer in zip(ordered, main, strict=True):
        if plot.smooth is not None:
            layers.append((plot.raw.layer(frame.y, height), plot.series.dim_role))
        layers.append((layer, plot.series.role))
    canvas = frame.plot.pile.lay(width, height, dashes, layers)
    if len(ordered) > 1:
        for at, (plot, layer) in enumerate(zip(ordered, main, strict=True)):
            _put_markers(canvas, plot.series, layer, (at + 0.5) / len(ordered))
    _put_marks(canvas, frame, width, height)
    return canvas


def _put_markers(canvas: Canvas, series: Series, layer: Layer, share: float) -> None:
    """The series' sign on its curve twice, at its end and at its own share of it: colour is never the only sign."""
    filled = np.flatnonzero(layer.bottom >= layer.top)
    if not filled.size:
        return
    for at in (filled[int(share * (filled.size - 1))], filled[-1]):
        row = (int(layer.top[at]) + int(layer.bottom[at])) // 8
        canvas.put(int(at) // 2, row, series.marker, series.role)


def _column(frame: Frame, x: float, width: int) -> int | None:
    view = frame.plot.view
    if not view.left <= x <= view.right:
        return None
    return min(width - 1, int((x - view.left) / (view.right - view.left) * width))


def _put_marks(canvas: Canvas, frame: Frame, width: int, height: int) -> None:
    if frame.cursor is not None and (column := _column(frame, frame.cursor, width)) is not None:
        for row in range(height):
            if canvas.is_empty(column, row):
                canvas.put(column, row, frame.glyphs.cursor, "accent")
    taken = -_MARK_ROOM
    for mark in sorted(frame.marks, key=lambda mark: mark.x):
        if (column := _column(frame, mark.x, width)) is not None and (mark.urgent or column - taken >= _MARK_ROOM):
            canvas.put(column, height - 1, mark.sign, mark.role)
            taken = column


def placed(marks: Sequence[Mark], series: Sequence[Series], axis: XAxis) -> list[Mark]:
    """The marks at their places on an axis: the time of a step is that of the first curve which has come so far."""
    if axis is XAxis.STEP or not marks:
        return list(marks)
    found = []
    for mark in marks:
        for one in series:
            steps, walls = one.curve.steps, one.curve.walls
            at = int(np.searchsorted(steps, mark.x))
            if at < len(steps) and np.isfinite(walls[at]):
                found.append(replace(mark, x=float(walls[at] - (walls[0] if axis is XAxis.RELATIVE else 0.0))))
                break
    return found


def x_text(axis: XAxis, x: float) -> str:
    """A position on the x axis as text: ``2,214``, ``1h30``, ``14:30:05``."""
    if axis is XAxis.STEP:
        return f"{x:,.0f}"
    if axis is XAxis.RELATIVE:
        return duration_label(round(x))
    return clock_ticks(Axis(x, x + 1), 1)[0].label if np.isfinite(x) else format.missing()


def x_labels(frame: Frame, width: int) -> list[Span]:
    """Labels below the plot, each under its place as far as there is room; the cursor's wins, then the ends."""
    view = frame.plot.view
    axis = Axis(view.left, view.right)
    make = {XAxis.STEP: step_ticks, XAxis.RELATIVE: duration_ticks, XAxis.TIME: clock_ticks}[view.axis]
    wanted = [(tick, "muted") for tick in make(axis, max(2, width // _CELLS_A_LABEL))]
    if view.axis is XAxis.STEP:
        last = Tick(view.right, x_text(view.axis, view.right))
        wanted = [(last, "muted"), *wanted[:1], *wanted[-2:0:-1], *wanted[-1:]]
    if frame.cursor is not None and view.left <= frame.cursor <= view.right:
        wanted.insert(0, (Tick(frame.cursor, x_text(view.axis, frame.cursor)), "accent"))
    placed: list[tuple[int, str, str]] = []
    for tick, role in wanted:
        column = _column(frame, tick.value, width)
        if column is None or len(tick.label) > width:
            continue
        start = max(0, min(column - len(tick.label) // 2, width - len(tick.label)))
        if tick.value == view.left:
            start = 0
        if all(start >= at + len(label) + 2 or start + len(tick.label) + 2 <= at for at, label, _ in placed):
            placed.append((start, tick.label, role))
    line: list[Span] = []
    end = 0
    for start, label, role in sorted(placed):
        line += [(" " * (start - end), "text"), (label, role)]
        end = start + len(label)
    return line


def title_line(frame: Frame, width: int) -> list[Span]:
    """Name left; right the value (one series) or the legend (several), at the cursor or at the end."""
    right = _one_value(frame) if len(frame.plot.plots) == 1 else _legend(frame, width - min(24, width // 3))
    note: list[Span] = [(f"  {frame.note}", "muted")] if frame.note else []
    if len(right) > 1 and right[-1][0].strip().startswith("+"):
        # Where not every curve can be named, the name of the chart is worth more than that of the first.
        right = _legend(frame, width - min(cell_len(frame.title) + 3, width // 2) - line_width(note))
    right = [*right, *note]
    for threshold in frame.thresholds:
        level: Span = (f"  {frame.glyphs.rule} {format.visible(threshold.words)}", threshold.role)
        if line_width(right) + cell_len(level[0]) + cell_len(frame.title) + 3 <= width:
            right = [*right, level]
    title = cut_middle(format.visible(frame.title), max(8, width - line_width(right) - 2), frame.glyphs.ellipsis)
    bar = frame.glyphs.folded if frame.chosen else " "
    return ends([(bar, "accent"), (title, frame.title_role)], [*right, (" ", "text")], width, frame.glyphs.ellipsis)


def value_span(value: float) -> Span:
    """A value as text; what is no number says so in alarm colour."""
    return (format.number(value), "text" if np.isfinite(value) else "alarm")


def value_at(frame: Frame, series: Series) -> float | None:
    """The series' value at the cursor, or its last one."""
    if frame.cursor is not None:
        point = nearest(series, frame.plot.view.axis, frame.cursor)
        return None if point is None else point[1]
    return float(series.curve.values[-1]) if len(series.curve) else None


def _one_value(frame: Frame) -> list[Span]:
    plot = frame.plot.plots[0]
    spans: list[Span] = []
    if plot.not_finite:
        spans.append((f"{plot.not_finite:,} not finite  ", "alarm"))
    if plot.below_log:
        spans.append((f"{plot.below_log:,} at or below 0  ", "warning"))
    value = value_at(frame, plot.series)
    return [*spans, value_span(value)] if value is not None else spans


def _legend(frame: Frame, room: int) -> list[Span]:
    entries: list[list[Span]] = []
    for plot in reversed(frame.ordered):
        series = plot.series
        entry: list[Span] = [(f"{series.marker} {format.visible(series.name)}", series.role)]
        if frame.cursor is not None and (value := value_at(frame, series)) is not None:
            entry += [(" ", "text"), value_span(value)]
        if plot.not_finite:
            entry.append((f" {plot.not_finite:,} not finite", "alarm"))
        entries.append(entry)
    if frame.selected is None:
        entries.reverse()
    legend: list[Span] = []
    for at, entry in enumerate(entries):
        more = f"  +{len(entries) - at}"
        last = at + 1 == len(entries)
        if at >= LEGEND_MOST or line_width(legend) + line_width(entry) + 2 + (0 if last else cell_len(more)) > room:
            return [*legend, (more if legend else more.strip(), "muted")]
        legend += [("  " if legend else "", "text"), *entry]
    return legend
