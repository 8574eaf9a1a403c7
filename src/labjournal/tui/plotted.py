"""One curve drawn as plain text, for the command line: the app's own chart without Textual."""

from __future__ import annotations

from numpy.typing import ArrayLike

from labjournal.tui.glyphs import UNICODE, Glyphs
from labjournal.tui.widgets import chart_lines
from labjournal.tui.widgets.axes import value_axis
from labjournal.tui.widgets.chart_lines import Frame
from labjournal.tui.widgets.chart_view import everything
from labjournal.tui.widgets.curve import Curve, XAxis
from labjournal.tui.widgets.plot import Plot, Series, View
from labjournal.tui.widgets.words import chart_words


def plotted(name: str, steps: ArrayLike, values: ArrayLike, width: int, height: int, glyphs: Glyphs = UNICODE) -> str:
    """The chart in ``height`` lines of at most ``width`` cells; in words where there is nothing to draw, or no Unicode.

    Args:
        steps: of each point; of a repeated step the last value counts.
        values: as many as steps.
    """
    series = (Series(name, name, Curve(steps, values)),)
    frame, gutter = None, chart_lines.GUTTER
    if glyphs is UNICODE:
        frame, gutter = _frame(name, series, width, height)
    if frame is None:
        return chart_words(name, series, XAxis.STEP)
    lines = chart_lines.chart_lines(frame, width, height, gutter)
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)


def _frame(name: str, series: tuple[Series, ...], width: int, height: int) -> tuple[Frame | None, int]:
    """What is drawn, and the cells its y labels need."""
    ends = everything(series, XAxis.STEP, False)
    if ends is None:
        return None, chart_lines.GUTTER
    y, gutter = chart_lines.fitted(
        lambda dots: Plot(series, View(*ends, dots)),
        lambda limits: value_axis(*limits, False, max(2, height // 3)),
        width,
        height,
        chart_lines.GUTTER,
    )
    if y is None:
        return None, gutter
    return Frame(name, Plot(series, View(*ends, 2 * (width - gutter))), y), gutter
