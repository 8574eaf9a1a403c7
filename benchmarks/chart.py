"""First draw and update of the app's chart, against textual-plotext in the same run.

Prints CPU milliseconds of one full draw to strips (median of 5, making the curves included), of ten new points a
curve (median of 20), of those that make the axis wider, once in a tenth of a run, and the ratio to the peer's draw of
the same points. Wall times of this machine mean little; the ratios and the order of magnitude do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from textual.app import App, ComposeResult
from textual.geometry import Region

from labjournal.tui.base_app import BaseApp
from labjournal.tui.widgets.chart import Chart
from labjournal.tui.widgets.chart_view import ChartOptions
from labjournal.tui.widgets.curve import Curve
from labjournal.tui.widgets.plot import Series

SIZE = (160, 45)
REPEATS = 5
UPDATES = 20
CASES = ((1, 1_000_000), (20, 50_000))
LIMIT_FIRST_MS, LIMIT_UPDATE_MS, LIMIT_RATIO = 100, 10, 50


def cpu_ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def curves(count: int, points: int) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    steps = np.arange(points, dtype=float)
    return [
        (steps, (0.2 + at / 10 + 3 * np.exp(-steps * 8 / points)) * np.exp(rng.normal(0, 0.1, points)))
        for at in range(count)
    ]


class ChartApp(BaseApp):
    def __init__(self, chart: Chart) -> None:
        super().__init__(environ={})
        self.chart = chart

    def compose(self) -> ComposeResult:
        yield self.chart


async def ours(count: int, points: int) -> tuple[float, float, float]:
    """First draw, update, and update with a wider axis, in CPU ms: from arrays to strips of the whole screen."""
    data = curves(count, points)
    chart = Chart(options=ChartOptions(log=True))
    async with ChartApp(chart).run_test(size=SIZE):
        region = Region(0, 0, *SIZE)

        def first() -> None:
            series = [
                Series(str(at), str(at), Curve(x, y, grows=True), f"s{at % 4 + 1}", "●▲■◆"[at % 4])
                for at, (x, y) in enumerate(data)
            ]
            chart.show("loss", series, live=True)
            chart.render_lines(region)

        rng = np.random.default_rng(1)

        def update() -> None:
            for at, one in enumerate(chart.series):
                last = one.curve.steps[-1]
                one.curve.extend(last + np.arange(1.0, 11.0), (0.2 + at / 10) * np.exp(rng.normal(0, 0.1, 10)))
            chart.points_came()
            chart.render_lines(region)

        firsts = [cpu_ms(first) for _ in range(REPEATS)]
        widening, *updates = [cpu_ms(update) for _ in range(1 + UPDATES)]
    return median(firsts), median(updates), widening


async def plotext(count: int, points: int) -> float | None:
    """One draw of the same points with textual-plotext in CPU ms; None where it is not installed."""
    try:
        from textual_plotext import PlotextPlot
    except ImportError:
        return None
    data = curves(count, points)

    class PeerApp(App[None]):
        def compose(self) -> ComposeResult:
            yield PlotextPlot()

    app = PeerApp()
    async with app.run_test(size=SIZE):
        widget = app.query_one(PlotextPlot)

        def draw() -> None:
            widget.plt.clear_data()
            for x, y in data:
                # Its own log scale raises on these points, so the peer draws the easier linear chart.
                widget.plt.plot(x, y, marker="braille")
            widget.render()

        # Once is enough: it takes seconds, and one run of it already decides the ratio.
        return cpu_ms(draw)


async def main() -> int:
    failed = False
    # Ours first: what the peer leaves on the heap slows whatever comes after it.
    drawn = [await ours(count, points) for count, points in CASES]
    for (count, points), (first, update, wider) in zip(CASES, drawn, strict=True):
        peer = await plotext(count, points)
        print(f"{count} x {points:,} points: first draw {first:.0f} ms (limit {LIMIT_FIRST_MS}), ", end="")
        print(f"update {update:.1f} ms (limit {LIMIT_UPDATE_MS}), with a wider axis {wider:.0f} ms, ", end="")
        if peer is None:
            print("textual-plotext is not installed: ratio skipped")
        else:
            print(f"textual-plotext {peer:,.0f} ms: {peer / first:.0f}x (at least {LIMIT_RATIO}x)")
        failed |= (
            first > LIMIT_FIRST_MS or update > LIMIT_UPDATE_MS or (peer is not None and peer < LIMIT_RATIO * first)
        )
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
