"""Charts side by side: chosen, enlarged, paged and looked at alike."""

from __future__ import annotations

import numpy as np
from tui_harness import HarnessApp, screen_text, wait_for

from labjournal.tui.widgets.chart_grid import ChartGrid
from labjournal.tui.widgets.curve import Curve
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.panel import Panel
from labjournal.tui.widgets.plot import Series

STEPS = np.arange(0, 1000.0)


def panels(count: int) -> list[Panel]:
    return [Panel(f"tag/{at}", (Series("a", "a", Curve(STEPS, np.sin(STEPS / 50) + at + 2)),)) for at in range(count)]


def titles(app: HarnessApp) -> list[str]:
    return [word for line in screen_text(app) for word in line.replace("▸", " ").split() if word.startswith("tag/")]


async def test_two_charts_at_80_columns_six_at_160_and_pages_between() -> None:
    grid = ChartGrid(panels(7))
    app = HarnessApp(Pane("Charts", grid), Pane("Log"))
    async with app.run_test(size=(80, 24)) as pilot:
        grid.focus()
        await wait_for(pilot, lambda: titles(app) == ["tag/0", "tag/1"])
        assert "step · raw dim, ema .6 bright · 2 of 7" in screen_text(app)[0]
        await pilot.press("right_square_bracket")
        await wait_for(pilot, lambda: titles(app) == ["tag/2", "tag/3"])
        await pilot.resize_terminal(160, 45)
        await wait_for(pilot, lambda: len(titles(app)) == 6)
        assert grid.chosen_title == "tag/2"


async def test_enter_enlarges_the_chosen_chart_and_escape_goes_back() -> None:
    grid = ChartGrid(panels(3))
    app = HarnessApp(Pane("Charts", grid))
    async with app.run_test(size=(80, 24)) as pilot:
        grid.focus()
        await pilot.press("right", "enter")
        await wait_for(pilot, lambda: titles(app) == ["tag/1"])
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(titles(app)) == 3)
        assert any("▸tag/1" in line for line in screen_text(app))


async def test_what_came_first_is_not_chosen_where_nobody_chose_it() -> None:
    grid = ChartGrid(panels(4)[3:])
    app = HarnessApp(Pane("Charts", grid))
    async with app.run_test(size=(80, 24)) as pilot:
        grid.focus()
        await wait_for(pilot, lambda: titles(app) == ["tag/3"])
        grid.show(panels(4))
        await wait_for(pilot, lambda: titles(app)[:1] == ["tag/0"])
        await pilot.press("right")
        grid.show(panels(3)[1:])
        assert grid.chosen_title == "tag/1"
        grid.show(())  # another run
        grid.show(panels(2))
        assert grid.chosen_title == "tag/0"


async def test_the_shared_cursor_moves_in_every_chart() -> None:
    grid = ChartGrid(panels(2))
    app = HarnessApp(Pane("Charts", grid))
    async with app.run_test(size=(80, 20)) as pilot:
        grid.focus()
        await wait_for(pilot, lambda: screen_text(app)[-1].split().count("999") == 2)
        await pilot.press("i", "left", "left")
        await wait_for(pilot, lambda: "".join(screen_text(app)).count("┊") > 4)
        assert len({word for word in screen_text(app)[-1].split() if word not in ("0", "500")}) == 1
        await pilot.press("escape")
        await wait_for(pilot, lambda: "┊" not in "".join(screen_text(app)))


async def test_looking_changes_for_all_but_log_y_is_the_charts_own() -> None:
    grid = ChartGrid(panels(2))
    app = HarnessApp(Pane("Charts", grid))
    async with app.run_test(size=(80, 20)) as pilot:
        grid.focus()
        await pilot.press("y", "plus", "x")
        await wait_for(pilot, lambda: "time · raw dim, ema .8 bright" in screen_text(app)[0])
        await pilot.press("x", "x", "R")
        await wait_for(pilot, lambda: "step · raw · 2 of 2" in screen_text(app)[0])
        assert screen_text(app)[1].count("log") == 1
        await pilot.press("less_than_sign")
        await wait_for(pilot, lambda: "zoomed" in screen_text(app)[0])
        await pilot.press("0")
        await wait_for(pilot, lambda: "zoomed" not in screen_text(app)[0])


async def test_new_points_and_new_panels_appear() -> None:
    found = panels(1)
    grid = ChartGrid(found, live=True)
    app = HarnessApp(Pane("Charts", grid))
    async with app.run_test(size=(80, 20)) as pilot:
        found[0].series[0].curve.extend([1000], [2.75])
        grid.points_came()
        await wait_for(pilot, lambda: screen_text(app)[1].endswith("2.75"))
        grid.show([*found, *panels(3)[1:]], live=True)
        await wait_for(pilot, lambda: titles(app) == ["tag/0", "tag/1", "tag/2"])
        assert grid.say().startswith("tag/0, by step.")
        grid.show([])
        await wait_for(pilot, lambda: titles(app) == [])
        await pilot.press("right", "enter", "i", "y", "less_than_sign")
        assert grid.say() == "no curves yet"
