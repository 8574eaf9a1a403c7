"""What happens to the journal under an open app: folders vanish, others hold the database, another app writes."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tui_harness import settled, text_of, wait_for

from journal_files import CREATED, EventWriter, make_run
from labjournal import paths
from labjournal.paths import JournalPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path / "project")


def app_over(journal: JournalPaths) -> JournalApp:
    return JournalApp(Feed(journal), journal="jets", host="box2", clock=lambda: CREATED + 100)


@contextmanager
def held(journal: JournalPaths) -> Iterator[None]:
    """Somebody else writes to the index, and takes his time."""
    other = sqlite3.connect(journal.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_run_whose_folder_is_taken_away_stays_to_be_read(journal: JournalPaths) -> None:
    run = make_run(journal, "v1", log="loss 1\n" * 50)
    with_curve = EventWriter(run.events / "events.out.tfevents.1")
    for step in range(50):
        with_curve.add("loss", step, 1.0 / (step + 1))
    with_curve.close()
    make_run(journal, "v2", at=CREATED + 10)
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        await pilot.press("j", "enter")
        await wait_for(pilot, lambda: "0.02" in text_of(app) and "Charts" in text_of(app))
        shutil.rmtree(run.folder)
        make_run(journal, "v3", at=CREATED + 20)
        await pilot.press("L", "G", "g", "escape", "tab", "tab", "1")
        await wait_for(pilot, lambda: "v3" in text_of(app))
        assert "v1" in text_of(app)
        await pilot.press("4")
        await settled(pilot, app)
        assert "v2 done" in text_of(app)


async def test_a_journal_that_is_taken_away_is_a_line_and_no_traceback(journal: JournalPaths) -> None:
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        shutil.rmtree(journal.folder)
        for key in ("enter", "L", "4", "5", "3", "1"):
            await pilot.press(key)
            await pilot.pause()
        assert app.is_running
        await pilot.press("1")
        await wait_for(pilot, lambda: "v1" in text_of(app))


async def test_a_database_that_another_program_holds_is_waited_for(journal: JournalPaths) -> None:
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        with held(journal):
            make_run(journal, "v2", at=CREATED + 10)
            await pilot.press("j", "k")
            await wait_for(pilot, lambda: "v1" in text_of(app))
            assert "v2" not in text_of(app)
        await wait_for(pilot, lambda: "v2" in text_of(app))
        await wait_for(pilot, lambda: app.main.key_line.trouble is None)


async def test_two_apps_on_one_journal_show_the_same(journal: JournalPaths) -> None:
    make_run(journal, "v1")
    first, second = app_over(journal), app_over(journal)
    written = asyncio.Event()

    async def write() -> None:
        async with first.run_test(size=(100, 30)) as pilot:
            await settled(pilot, first)
            await pilot.press("n")
            await wait_for(pilot, lambda: "Note on v1" in text_of(first))
            await pilot.press(*"seen", "escape")
            await wait_for(pilot, lambda: "note written" in text_of(first))
            await written.wait()

    async def read() -> None:
        async with second.run_test(size=(100, 30)) as pilot:
            await settled(pilot, second)
            await pilot.press("4")
            try:
                await wait_for(pilot, lambda: "note        seen" in text_of(second))
            finally:
                written.set()

    await asyncio.gather(write(), read())


@pytest.mark.parametrize("how", ["garbage", "cut", "removed"])
async def test_an_index_that_is_damaged_under_the_app_is_a_line_with_a_way_out(journal: JournalPaths, how: str) -> None:
    for number in range(40):
        make_run(journal, f"v{number}", at=CREATED + number, log="loss 1\n")
    app = app_over(journal)
    async with app.run_test(size=(160, 40)) as pilot:
        await settled(pilot, app)
        content = journal.database.read_bytes()
        if how == "garbage":
            journal.database.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
        elif how == "cut":
            journal.database.write_bytes(content[:5000])
        else:
            for path in journal.folder.glob("journal.db*"):
                path.unlink()
        make_run(journal, "after", at=CREATED + 90)
        if how == "removed":  # SQLite goes on with the file that has no name any more: nothing is lost by it
            await wait_for(pilot, lambda: len(app.runs_page.runs) == 41)
        else:
            await wait_for(pilot, lambda: "labjournal reindex" in text_of(app))
        for key in ("enter", "4", "5", "3", "1", "j", "enter", "L", "1"):
            await pilot.press(key)
            await pilot.pause()
        assert app.is_running
        assert "Traceback" not in text_of(app)
        await pilot.press("1")
        await wait_for(pilot, lambda: "v39" in text_of(app))
