"""The chart on a screen: what it shows, what it says, and that only news is drawn."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from tui_harness import HarnessApp, screen_segments, screen_text, wait_for

from labjournal.tui.glyphs import ASCII, BRAILLE
from labjournal.tui.theme import LOOKS
from labjournal.tui.widgets.chart import Chart
from labjournal.tui.widgets.chart_lines import Mark, Threshold, placed
from labjournal.tui.widgets.chart_view import ChartOptions
from labjournal.tui.widgets.curve import Curve, XAxis
from labjournal.tui.widgets.plot import Series

STEPS = np.arange(0, 2215, 3)
LOSS = 0.2 + 3 * np.exp(-STEPS / 200)


def one(values: np.ndarray = LOSS, key: str = "a", **more: object) -> Series:
    return Series(key, key, Curve(STEPS, values, 1.7e9 + STEPS * 2.0), **more)  # type: ignore[arg-type]


def is_braille(sign: str) -> bool:
    return BRAILLE < ord(sign) <= BRAILLE + 255


@pytest.mark.parametrize("size", [(80, 24), (160, 45), (60, 16)])
async def test_a_curve_has_its_title_value_round_ticks_and_steps(size: tuple[int, int]) -> None:
    app = HarnessApp(Chart("train/loss", [one()], options=ChartOptions(log=True)))
    async with app.run_test(size=size):
        text = screen_text(app)
    assert text[0].startswith(" train/loss")
    assert text[0].endswith("0.2  log")
    assert any(line.startswith("    1┤") for line in text)
    assert text[-1].split()[0] == "0"
    assert text[-1].endswith("2,214")
    assert all(len(line) <= size[0] for line in text)
    assert sum(map(is_braille, "".join(text))) > size[0] / 2


async def test_gaps_at_nan_stay_gaps_and_are_counted() -> None:
    values = LOSS.copy()
    values[300:500] = math.nan
    app = HarnessApp(Chart("loss", [one(values)], options=ChartOptions(smoothing=0)))
    async with app.run_test(size=(80, 24)):
        text = screen_text(app)
    assert "200 not finite" in text[0]
    empty = [x for x in range(6, 80) if not any(x < len(line) and is_braille(line[x]) for line in text[1:-1])]
    # 200 of 739 points over 74 cells.
    assert 18 <= len(empty) <= 21
    assert empty == list(range(empty[0], empty[-1] + 1))


async def test_what_a_log_axis_cannot_show_is_told() -> None:
    values = LOSS.copy()
    values[::2] = 0
    chart = Chart("loss", [one(values)], options=ChartOptions(log=True))
    app = HarnessApp(chart)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "370 at or below 0" in screen_text(app)[0]
        chart.show("loss", [one(np.zeros(len(STEPS)))])
        await wait_for(pilot, lambda: "nothing above 0" in screen_text(app)[2])
        chart.show("loss", [Series("e", "e", Curve())])
        await wait_for(pilot, lambda: "no points yet" in screen_text(app)[2])
        chart.show("loss", [one(np.full(len(STEPS), math.nan))])
        await wait_for(pilot, lambda: "no finite value" in screen_text(app)[2])


async def test_several_series_have_markers_and_the_selected_one_leads_the_legend() -> None:
    series = [one(LOSS + 3 * k, name, role=f"s{k + 1}", marker="●▲■"[k]) for k, name in enumerate("abc")]
    chart = Chart("loss", series)
    app = HarnessApp(chart)
    async with app.run_test(size=(80, 24)) as pilot:
        text = screen_text(app)
        assert "● a  ▲ b  ■ c" in text[0]
        for marker in "●▲■":
            assert "".join(text[1:]).count(marker) == 2
        chart.select("c")
        await wait_for(pilot, lambda: "■ c  ▲ b  ● a" in screen_text(app)[0])


async def test_a_long_legend_says_how_many_more() -> None:
    series = [one(LOSS + k, f"long-run-name-{k}") for k in range(20)]
    app = HarnessApp(Chart("train/loss", series))
    async with app.run_test(size=(80, 24)):
        assert "train/loss" in screen_text(app)[0]
        assert "  +1" in screen_text(app)[0]


async def test_the_cursor_reads_every_series_at_its_place() -> None:
    chart = Chart("loss", [one(), one(LOSS * 2, "b", role="s2", marker="▲")])
    app = HarnessApp(chart)
    async with app.run_test(size=(80, 24)) as pilot:
        chart.cursor = 900.0
        await wait_for(pilot, lambda: "900" in screen_text(app)[-1])
        assert "● a 0.2333  ▲ b 0.4667" in screen_text(app)[0]
        assert [(x, round(value, 4)) for _, x, value in chart.readout(900.4)] == [(900, 0.2333), (900, 0.4667)]


async def test_marks_and_thresholds_stand_on_the_chart() -> None:
    chart = Chart()
    app = HarnessApp(chart)
    async with app.run_test(size=(80, 24)) as pilot:
        chart.show(
            "accuracy",
            [one()],
            marks=[Mark(2, "▲", "alarm", "param_not_in_optimizer"), Mark(2000, "◆", "accent", "checkpoint")],
            thresholds=[Threshold(2.0, "majority")],
        )
        await wait_for(pilot, lambda: "▲" in screen_text(app)[-2])
        assert "◆" in screen_text(app)[-2]
        said = chart.say()
    assert "majority at 2." in said
    assert "param_not_in_optimizer at 2." in said
    assert "lowest 0.2" in said


def test_a_mark_stands_at_the_time_of_its_step_on_an_axis_of_time() -> None:
    late = Curve([300, 400], [1.0, 1.0], [1030.0, 1040.0])
    series = [Series("a", "a", Curve([0, 100, 200], [1.0, 1.0, 1.0], [1000.0, 1010.0, 1020.0])), Series("b", "b", late)]
    marks = [Mark(step, "◆", "accent", "checkpoint") for step in (0, 150, 400, 900)]
    assert [mark.x for mark in placed(marks, series, XAxis.STEP)] == [0, 150, 400, 900]
    assert [mark.x for mark in placed(marks, series, XAxis.TIME)] == [1000.0, 1020.0, 1040.0]
    assert [mark.x for mark in placed(marks, series[:1], XAxis.RELATIVE)] == [0.0, 20.0]


async def test_new_points_redraw_only_what_changed_and_the_axis_never_shrinks() -> None:
    curve = Curve(STEPS, LOSS)
    chart = Chart("loss", [Series("a", "a", curve)], live=True)
    app = HarnessApp(chart)
    async with app.run_test(size=(80, 24)) as pilot:
        before = screen_text(app)
        view = chart.view
        assert view is not None
        assert view[1] > STEPS[-1]
        assert chart.points_came() is False
        curve.extend([2217, 2220], [0.21, 0.22])
        assert chart.points_came()
        await wait_for(pilot, lambda: "0.22" in screen_text(app)[0])
        assert chart.view == view
        assert [line[:6] for line in screen_text(app)] == [line[:6] for line in before]
        curve.extend([50_000], [0.2])
        chart.points_came()
        grown = chart.view
    assert grown is not None
    assert grown[1] >= 50_000


async def test_the_first_point_appears_in_an_empty_live_chart() -> None:
    curve = Curve()
    chart = Chart("loss", [Series("a", "a", curve)], live=True)
    app = HarnessApp(chart)
    async with app.run_test(size=(80, 24)) as pilot:
        curve.extend([0], [1.5])
        assert chart.points_came()
        await wait_for(pilot, lambda: screen_text(app)[0].endswith("1.5"))


async def test_zoom_and_pan_stay_inside_and_zoom_out_shows_all() -> None:
    chart = Chart("loss", [one()])
    app = HarnessApp(chart)
    async with app.run_test(size=(80, 24)):
        chart.options = chart.zoomed(0.5)
        assert chart.view == (553.5, 1660.5)
        chart.options = chart.panned(5)
        assert chart.view == (1107, 2214)
        chart.options = chart.zoomed(4)
        assert chart.options.zoom is None


async def test_time_axes_show_clocks_and_durations() -> None:
    chart = Chart("loss", [one()], options=ChartOptions(axis=XAxis.RELATIVE))
    app = HarnessApp(chart)
    async with app.run_test(size=(80, 24)) as pilot:
        assert screen_text(app)[-1].split() == ["0", "15m", "30m", "45m", "1h"]
        chart.options = ChartOptions(axis=XAxis.TIME)
        await wait_for(pilot, lambda: ":" in screen_text(app)[-1])


async def test_points_without_times_say_so_on_a_time_axis() -> None:
    chart = Chart("loss", [Series("a", "a", Curve([1, 2], [1.0, 2.0]))], options=ChartOptions(axis=XAxis.TIME))
    app = HarnessApp(chart)
    async with app.run_test(size=(80, 24)):
        assert "no times are known" in screen_text(app)[2]


@pytest.mark.parametrize("theme", LOOKS)
async def test_every_theme_draws_the_same_text(theme: str) -> None:
    app = HarnessApp(Chart("loss", [one()]), theme=theme)
    async with app.run_test(size=(80, 24)):
        text = screen_text(app)
    plain = HarnessApp(Chart("loss", [one()]))
    async with plain.run_test(size=(80, 24)):
        assert screen_text(plain) == text


async def test_ascii_without_colour_draws() -> None:
    app = HarnessApp(Chart("loss", [one()]), glyphs=ASCII, environ={"NO_COLOR": "1"})
    async with app.run_test(size=(80, 24)):
        text = screen_text(app)
        assert all(segment.style is not None for line in screen_segments(app) for segment in line)
    assert all(line.isascii() for line in text)
    assert any(":" in line for line in text)


async def test_hostile_titles_are_shown() -> None:
    app = HarnessApp(Chart("\x1b[2Jloss [red]", [one()]))
    async with app.run_test(size=(80, 24)):
        assert "␛[2Jloss [red]" in screen_text(app)[0]


async def test_dead_tails_are_drawn_dimmed_beside_the_surviving_curve() -> None:
    tail = Curve([1000, 1200, 1400], [3.0, 3.0, 3.0])
    app = HarnessApp(Chart("loss", [one(tails=[tail])]))
    async with app.run_test(size=(80, 24)):
        muted = LOOKS["dark"].style("muted").color
        dimmed = [
            segment
            for line in screen_segments(app)[1:-1]
            for segment in line
            if any(map(is_braille, segment.text)) and segment.style and segment.style.color == muted
        ]
    assert dimmed


async def test_ten_more_points_cost_nothing_of_the_million_before_them() -> None:
    steps = np.arange(900_000.0)
    chart = Chart("loss", options=ChartOptions(log=True))
    app = HarnessApp(chart)
    async with app.run_test(size=(160, 45)):
        curve = Curve(steps, 1 + np.sin(steps / 1e4) ** 2)
        chart.show("loss", [Series("a", "a", curve)], live=True)
        curve.extend(steps[-1] + np.arange(1.0, 11.0), np.full(10, 1.5))
        tracemalloc.start()
        try:
            chart.points_came()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 1e6  # one pass over the whole curve makes 8 MB
