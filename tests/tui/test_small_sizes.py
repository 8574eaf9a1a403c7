"""At the smallest terminal: one pane at a time, and in it whatever a number needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sample_journal import NOW, make
from tui_harness import screen_text, settled, text_of, wait_for

from journal_files import make_run
from labjournal import paths
from labjournal.paths import JournalPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed
from labjournal.tui.launching import FIELDS
from labjournal.tui.screens.run import RunPage


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> JournalPaths:
    found = paths.find_or_make(tmp_path_factory.mktemp("weeks"))
    make(found)
    return found


def app_over(journal: JournalPaths) -> JournalApp:
    return JournalApp(Feed(journal), journal="jets", clock=lambda: NOW)


async def on_run(pilot: Any, app: JournalApp, name: str) -> None:
    await settled(pilot, app)
    await pilot.press("slash", *name.replace("-", " ").split()[0], "minus", *name.split("-", 1)[1], "enter")
    await wait_for(pilot, lambda: app.page.id == "Runs" and f"/{name}" in text_of(app))
    await pilot.press("2")
    await wait_for(pilot, lambda: isinstance(app.page, RunPage) and name in text_of(app))
    await settled(pilot, app)


async def test_the_curve_has_the_room_and_the_other_panes_take_its_place(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(60, 16)) as pilot:
        await on_run(pilot, app, "v3-embed")
        await wait_for(pilot, lambda: "┤" in text_of(app))
        assert sum("│" in line or "┤" in line for line in screen_text(app)) >= 5
        assert "1 of " in text_of(app)  # how many charts there are
        await pilot.press("tab", "tab")
        await wait_for(pilot, lambda: "0.897 [.877 .914]" in text_of(app))
        assert "▌Results" in text_of(app)
        assert "┤" not in text_of(app)
        await pilot.press("backspace")
        await wait_for(pilot, lambda: "▌Charts" in text_of(app) and "┤" in text_of(app))


async def test_rows_of_a_narrow_comparison_keep_their_names(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot, app)
        await pilot.press("3")
        await wait_for(pilot, lambda: "v1-linear:1600" in text_of(app))
        assert "0.909 [.890 .925]" in text_of(app)


async def test_the_line_that_is_typed_and_the_names_it_finds_have_room(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot, app)
        await pilot.press("colon")
        await wait_for(pilot, lambda: "a verb, a key's meaning, a page" in text_of(app))
        assert "esc leave" in text_of(app) or "up down choose" in text_of(app)
        await pilot.press("escape", "2")
        await wait_for(pilot, lambda: isinstance(app.page, RunPage))
        await settled(pilot, app)
        await pilot.press("t")
        await wait_for(pilot, lambda: "enter go   up down choose   esc leave" in text_of(app))


async def test_keys_that_would_do_nothing_are_not_told(tmp_path: Path) -> None:
    empty = paths.find_or_make(tmp_path)
    make_run(empty, "one")
    app = app_over(empty)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        for page, dead in (("5", "acknowledge"), ("6", "run the study"), ("7", "take out")):
            await pilot.press(page)
            await settled(pilot, app)
            await wait_for(pilot, lambda dead=dead: dead not in screen_text(app)[-1])
            assert "? keys" in screen_text(app)[-1]
            assert "enter" not in screen_text(app)[-1]


async def test_the_line_that_launches_is_in_sight_and_focus_comes_back_with_the_room(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot, app)
        await pilot.press("r")
        await wait_for(pilot, lambda: "Launch" in text_of(app))
        await wait_for(pilot, lambda: any(line.strip() == "start" for line in screen_text(app)))
        for hint in list(FIELDS.values())[1:]:
            assert hint in text_of(app), "what a field is for is not cut"
        await pilot.press("escape")
        await wait_for(pilot, lambda: "▌Runs" in text_of(app))
        await pilot.resize_terminal(50, 12)
        await wait_for(pilot, lambda: "60x16 at least" in text_of(app))
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: "▌Runs" in text_of(app))
