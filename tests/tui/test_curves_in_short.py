"""A long curve is drawn by its extremes until all its points are read."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from tui_harness import screen_text, wait_for

from journal_files import CREATED, EventWriter, make_run
from labjournal import paths
from labjournal.model import SeriesKey
from labjournal.tui import reading_curves
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed
from labjournal.tui.glyphs import UNICODE
from labjournal.tui.panels import CurveBook
from labjournal.tui.reading_curves import Whole
from labjournal.tui.screens.run import RunPage
from labjournal.tui.widgets.curve import Curve
from labjournal.tui.widgets.plot import Plot, Series, View

KEY = SeriesKey("run", "", "loss")


def points(n: int, of: int = 1, in_short: bool = False) -> Curve:
    steps = np.arange(0, n * of, of, dtype=float)
    return Curve(steps, steps, steps, in_short=in_short)


def test_all_points_take_the_place_of_a_curve_in_short() -> None:
    book = CurveBook(UNICODE)
    book.take_in_short({KEY: points(10, 100, in_short=True)})
    assert book.curve(KEY).in_short
    assert book.total(KEY) == 0  # nothing is known yet of what has been read: all of it will be asked for
    assert book.take({KEY: Whole(1000, points(1000))})
    assert not book.curve(KEY).in_short
    assert len(book.curve(KEY)) == book.total(KEY) == 1000


def test_nothing_is_averaged_over_extremes() -> None:
    view = View(0, 100, 80, smoothing=0.6)
    for in_short in (False, True):
        curve = Curve(np.arange(100), np.arange(100), in_short=in_short)
        assert (Plot([Series("a", "a", curve)], view).plots[0].smooth is None) == in_short


async def test_the_page_shows_the_extremes_while_the_points_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labjournal.tui.reading_curves.LONG", 5_000)
    journal = paths.find_or_make(tmp_path / "project")
    run = make_run(journal, "long")
    writer = EventWriter(run.events / "events.out.tfevents.1")
    for step in range(6_000):
        writer.add("loss", step, 77.0 if step == 3_333 else 1.0 / (step + 1))
    writer.close()
    may_read = threading.Event()
    whole = reading_curves.curves

    def held(*about: object) -> object:
        may_read.wait(60)
        return whole(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(reading_curves, "curves", held)
    app = JournalApp(Feed(journal), journal="jets", host="box2", clock=lambda: CREATED + 100)
    async with app.run_test(size=(120, 35)) as pilot:
        await wait_for(pilot, lambda: app.settled)
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.main.pages.current == "Run")
        page = app.page
        assert isinstance(page, RunPage)
        await wait_for(pilot, lambda: any("│" in line for line in screen_text(app)))
        chart = page.query("Chart").first()
        [series] = chart.series  # type: ignore[attr-defined]
        assert series.curve.in_short
        assert series.curve.values.max() == 77.0
        may_read.set()
        await wait_for(pilot, lambda: not chart.series[0].curve.in_short)  # type: ignore[attr-defined]
        assert len(chart.series[0].curve) == 6_000  # type: ignore[attr-defined]
