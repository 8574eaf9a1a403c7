"""The top line, the bottom line, panes, small drawings, and the sentence of a terminal that is too small."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_harness import HarnessApp, screen_segments, screen_text, text_of, wait_for

from labjournal.tui.base_app import size_classes
from labjournal.tui.glyphs import ASCII, UNICODE
from labjournal.tui.text import line_width, plain_text
from labjournal.tui.theme import LOOKS
from labjournal.tui.widgets.header import Counts, Header, header_line
from labjournal.tui.widgets.key_line import KeyLine, hint_line
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.news_line import NewsLine
from labjournal.tui.widgets.pane import Pane, title_line
from labjournal.tui.widgets.row_source import ListRows
from labjournal.tui.widgets.run_table import RunTable
from labjournal.tui.widgets.small_signs import bar, heat, interval, trend

SCREENS = ("Runs", "Run", "Compare", "Diary", "Checks", "Studies", "Queue")
HINTS = (
    ("enter", "open"),
    ("space", "mark"),
    ("c", "compare"),
    ("n", "note"),
    ("r", "run"),
    ("/", "filter"),
    ("?", "keys"),
)


async def test_news_of_a_run_go_when_somebody_goes_there() -> None:
    news = NewsLine()
    app = HarnessApp(news)
    async with app.run_test(size=(80, 24)) as pilot:
        news.tell("r1", "v1", "b there brings it back", ("✗ failed", "alarm"))
        await wait_for(pilot, lambda: "v1  b there" in text_of(app))
        news.seen("r2")
        assert news.run == "r1"
        news.seen("r1")
        await wait_for(pilot, lambda: "v1" not in text_of(app))


async def test_news_that_are_too_long_keep_what_to_do_about_them() -> None:
    news = NewsLine()
    app = HarnessApp(news)
    async with app.run_test(size=(80, 24)) as pilot:
        words = "its process is gone and left no word why; b there brings it back"
        news.tell("r1", "v1", words, ("? lost", "alarm"))
        await wait_for(pilot, lambda: "? lost  v1  b there brings it back   " in text_of(app))
        await pilot.resize_terminal(120, 24)
        await wait_for(pilot, lambda: words in text_of(app))


def test_the_header_at_80_columns_is_the_one_of_the_drawing() -> None:
    line = header_line("jets", SCREENS[:5], "Runs", Counts(1, 1, 1), "09:12", "box2", 80, UNICODE)
    assert plain_text(line) == " jets   1 Runs  2 Run  3 Compare  4 Diary  5 Checks             ▲ 1  ● 1  09:12 "


@pytest.mark.parametrize("here", SCREENS)
def test_the_header_at_80_columns_names_every_screen(here: str) -> None:
    for journal in ("jets", "a-journal-of-a-long-name"):
        for counts in (Counts(), Counts(12, 3, 4)):
            told = plain_text(header_line(journal, SCREENS, here, counts, "09:12", "box2", 80, UNICODE))
            for number, name in enumerate(SCREENS, 1):
                assert f" {number} {name} " in told


def test_the_header_at_160_columns_has_words_and_the_host() -> None:
    line = header_line("jets", SCREENS, "Run", Counts(1, 1, 1), "09:12", "box2", 160, UNICODE)
    assert plain_text(line).endswith("▲ 1 alarm   ● 1 running   ◌ 1 queued   box2   09:12 ")
    assert (" Run", "b text") in line


@given(st.integers(60, 200), st.sampled_from(SCREENS), st.integers(0, 5000), st.text(max_size=50))
def test_the_header_always_fits_and_names_where_one_is(width: int, here: str, alarms: int, journal: str) -> None:
    line = header_line(journal, SCREENS, here, Counts(alarms, 3, 2), "09:12", "box2", width, UNICODE)
    assert line_width(line) == width
    assert any(text.strip() == here and role == "b text" for text, role in line)
    for number in range(1, len(SCREENS) + 1):
        assert re.search(rf" {number}( |$)", plain_text(line))


def test_hints_give_way_from_the_right_and_help_stays() -> None:
    assert plain_text(hint_line(HINTS, 80)) == (
        " enter open   space mark   c compare   n note   r run   / filter   ? keys"
    )
    assert plain_text(hint_line(HINTS, 40)).endswith("? keys")
    assert plain_text(hint_line(HINTS, 160)).endswith("q quit ")


@given(st.integers(20, 200))
def test_hints_fit(width: int) -> None:
    assert line_width(hint_line(HINTS, width)) <= width


async def test_a_toast_replaces_the_hints_and_a_second_one_replaces_it() -> None:
    line = KeyLine(HINTS)
    app = HarnessApp(line)
    async with app.run_test(size=(80, 24)) as pilot:
        line.toast("marked \x1b[31mx")
        await wait_for(pilot, lambda: screen_text(app)[-1] == " marked ␛[31mx")
        line.toast("unmarked")
        await wait_for(pilot, lambda: screen_text(app)[-1] == " unmarked")
        line.end_toast()
        await wait_for(pilot, lambda: "? keys" in screen_text(app)[-1])


async def test_the_header_changes_only_by_what_it_is_told() -> None:
    header = Header("jets", SCREENS)
    app = HarnessApp(header)
    async with app.run_test(size=(80, 24)) as pilot:
        header.tell(counts=Counts(alarms=2), clock="10:00")
        await wait_for(pilot, lambda: screen_text(app)[0].endswith("▲ 2  10:00"))
        header.tell(here="Diary")
        await wait_for(pilot, lambda: "4 Diary" in screen_text(app)[0])


def test_a_pane_is_a_rule_with_title_and_state() -> None:
    line = title_line("Runs", "sorted by age", 40, True, "▌", "─", "…")
    assert plain_text(line) == "▌Runs ─────────────────── sorted by age "
    assert line_width(line) == 40
    assert (
        plain_text(title_line("Runs", "far too long a state for this", 20, False, "▌", "─", "…"))
        == " Runs " + "─" * 13 + " "
    )
    told = "step · raw dim, ema .6 bright · ◆ checkpoint · 2 of 23"
    assert plain_text(title_line("Charts", told, 44, True, "▌", "─", "…")).endswith("─ … ◆ checkpoint · 2 of 23 ")
    assert plain_text(title_line("Charts", told, 24, True, "▌", "─", "…")).endswith("─ … 2 of 23 ")


async def test_exactly_the_pane_with_the_focus_has_the_bar() -> None:
    tables = [RunTable((), ListRows([]), id=name) for name in ("a", "b")]
    app = HarnessApp(Pane("One", tables[0]), Pane("Two", tables[1]))
    async with app.run_test(size=(80, 24)) as pilot:
        tables[0].focus()
        await wait_for(pilot, lambda: screen_text(app)[0].startswith("▌One"))
        await pilot.press("tab")
        await wait_for(pilot, lambda: screen_text(app)[12].startswith("▌Two"))
        assert screen_text(app)[0].startswith(" One")
        accent = LOOKS["dark"].style("b accent")
        assert any(segment.style == accent for segment in screen_segments(app)[12] if "Two" in segment.text)


async def test_a_terminal_too_small_says_so_and_comes_back() -> None:
    app = HarnessApp(Pane("Runs", Lines(lambda width, height: [[("here", "text")]])))
    async with app.run_test(size=(52, 20)) as pilot:
        assert screen_text(app)[0] == "60x16 at least; now 52x20"
        assert "Runs" not in "\n".join(screen_text(app))
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: "here" in screen_text(app)[1])
        await pilot.resize_terminal(160, 45)
        await wait_for(pilot, lambda: app.screen.has_class("-w160"))
        assert app.screen.has_class("-w80", "-w120", "-h30", "-h40")


def test_size_classes_are_cumulative() -> None:
    assert [name for name, holds in size_classes(120, 35).items() if holds] == ["-w80", "-w120", "-h20", "-h30", "-h34"]
    assert [name for name, holds in size_classes(59, 40).items() if holds] == ["-h20", "-h30", "-h34", "-h40", "-small"]


def test_a_trend_keeps_its_shape_and_its_gaps() -> None:
    assert trend(np.arange(80.0), 8, UNICODE) == "▁▂▃▄▅▆▇█"
    assert trend(np.array([1.0, np.nan, 3.0]), 3, UNICODE) == "▁ █"
    assert trend(np.array([]), 4, UNICODE) == "    "
    assert trend(np.full(10, 2.0), 2, ASCII).isascii()


@given(st.floats(-1, 2), st.integers(0, 30))
def test_a_bar_has_its_width(share: float, width: int) -> None:
    assert line_width(bar(share, width, UNICODE)) == width


def test_heat_tells_levels_by_density_and_exact_zeros_by_alarm() -> None:
    values = np.array([0.0, 1e-5, 1e-4, 1e-3, 1e-2, np.nan])
    drawn = heat(np.arange(6.0), values, (0, 5), (1e-6, 1e-2), 6, UNICODE)
    assert plain_text(drawn) == "·░▒▓█ "
    assert drawn[0] == ("·", "alarm")
    assert heat(np.arange(10.0), np.zeros(10), (0, 9), (1e-6, 1e-2), 4, UNICODE) == [("····", "alarm")]


def test_heat_stands_by_steps_and_holds_the_last_look_until_the_next() -> None:
    steps, values = np.array([0.0, 1.0, 90.0]), np.array([1e-2, 1e-2, 1e-4])
    drawn = plain_text(heat(steps, values, (0, 99), (1e-6, 1e-2), 10, UNICODE))
    assert drawn == "█████████▒"
    late = plain_text(heat(np.array([50.0]), np.array([1.0]), (0, 99), (1e-6, 1e-2), 10, UNICODE))
    assert late == "     █████"


@pytest.mark.parametrize("width", [24, 44])
def test_an_interval_lies_on_the_common_axis(width: int) -> None:
    line = interval(0.907, 0.887, 0.923, (0.86, 0.96), width, "s1", "●", UNICODE, reference=0.95)
    text = plain_text(line)
    assert len(text) == width
    assert text.strip(" ").count("●") == 1
    assert text.index("─") < text.index("●") < text.index("┊")
