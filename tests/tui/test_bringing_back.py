"""What the app offers where nothing runs: beginning, and bringing back what was lost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tui_harness import screen_text, settled, text_of, wait_for

from journal_files import CREATED, make_run, write_fact
from labjournal import machine, paths
from labjournal.facts import now_iso
from labjournal.follower import Follower
from labjournal.paths import JournalPaths, RunPaths
from labjournal.tui import doing
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed
from labjournal.tui.screens.output import Output
from launching_place import attempt_of
from launching_place import wait_for as wait

LATER = CREATED + 100
HOLD = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)"


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def app_over(journal: JournalPaths, **more: Any) -> JournalApp:
    verbs = {"retry": "start again", "resume": "go on", "import": "take in", "demo": "the main job"}
    return JournalApp(Feed(journal), journal="jets", host="box2", clock=lambda: LATER, verbs=verbs, **more)


def begin(run: RunPaths) -> None:
    """An attempt of a process that is not there any more, of this machine and boot."""
    here = machine.identity()
    start = {"n": 1, "pid": 2**22 - 3, "start_ticks": 1, "supervisor_pid": 2**22 - 4, "supervisor_ticks": 1}
    place = {"machine": here.machine, "boot": here.boot, "pid_namespace": here.pid_namespace, "host": here.host}
    write_fact(run.attempt(1), "attempt", run.id, CREATED + 1, {**start, **place})


async def test_an_empty_journal_takes_in_what_is_there(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await wait_for(pilot, lambda: "i  take in what is there" in text_of(app))
        assert "D demo" in screen_text(app)[-1]
        await pilot.press("i")
        await wait_for(pilot, lambda: " import " in text_of(app) and "Every verb" in text_of(app))


async def test_the_demo_is_run_in_a_folder_of_its_own(journal: JournalPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(self: Output) -> None:
        return

    monkeypatch.setattr(Output, "_run", nothing)
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("D")
        await wait_for(pilot, lambda: "labjournal demo --dir" in text_of(app))


async def test_the_demo_is_not_offered_where_there_are_runs_and_never_read_only(journal: JournalPaths) -> None:
    app = app_over(journal, readonly=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("D")
        await wait_for(pilot, lambda: "read-only here" in text_of(app))
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        assert "demo" not in screen_text(app)[-1]
        await pilot.press("D", "j")
        await pilot.pause()
        assert "labjournal demo" not in text_of(app)


async def test_a_journal_that_a_verb_made_is_opened_in_its_place(journal: JournalPaths, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        app.push_screen(Output(("-C", str(made), "init"), None, makes=made))
        await wait_for(pilot, lambda: "open its journal" in text_of(app))
        await pilot.press("o")
        await wait_for(pilot, lambda: app.next_folder == made)
    assert paths.at(made).folder.is_dir()


async def test_a_run_that_is_lost_while_one_looks_on_is_told_and_brought_back(journal: JournalPaths) -> None:
    run = make_run(journal, "v1", ended=False)
    app = app_over(journal)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        begin(run)
        await wait_for(pilot, lambda: "? lost  v1  its process is gone" in text_of(app))
        await pilot.press("b")
        await wait_for(pilot, lambda: f"retry {run.id[-6:].lower()}" in text_of(app))
        await pilot.press("escape", "A")
        await wait_for(pilot, lambda: "b bring back" in screen_text(app)[-1])
        await pilot.press("b")
        await wait_for(pilot, lambda: f"retry {run.id[-6:].lower()}" in text_of(app))


async def test_a_run_goes_on_from_its_checkpoint_where_it_is_said_how(journal: JournalPaths) -> None:
    (journal.project / "labjournal.toml").write_text('[resume]\ncommand = "{command}"\n')
    run = make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        await pilot.press("b")
        await wait_for(pilot, lambda: f"resume {run.id[-6:].lower()}" in text_of(app))


async def test_a_run_that_goes_on_is_not_brought_back(journal: JournalPaths) -> None:
    make_run(journal, "v1", ended=False)
    app = app_over(journal)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        await pilot.press("b")
        await wait_for(pilot, lambda: "b is for runs that have ended" in text_of(app))


@pytest.mark.parametrize("readonly", [False, True])
async def test_a_run_that_the_app_finds_lost_goes_on_by_itself_where_that_is_configured(
    journal: JournalPaths, readonly: bool
) -> None:
    (journal.project / "labjournal.toml").write_text("[resume]\nautomatic = true\n")
    command = [sys.executable, "-m", "labjournal", "run", "-n", "v1", "--", sys.executable, "-c", HOLD]
    launched = subprocess.run(command, cwd=journal.project, capture_output=True, text=True, check=True)
    run = journal.run(launched.stdout.strip())
    await asyncio.to_thread(wait, run.attempt(1).exists)
    app = app_over(journal, readonly=readonly)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_for(pilot, lambda: "● running" in text_of(app))
        attempt = attempt_of(run)
        for pid in (attempt["supervisor_pid"], attempt["pid"]):
            os.kill(pid, signal.SIGKILL)
        if readonly:
            await wait_for(pilot, lambda: "? lost" in text_of(app))
            assert not run.attempt(2).exists()
            return
        await wait_for(pilot, run.attempt(2).exists)
        (journal.project / "go").touch()
        await wait_for(pilot, lambda: "✓ done" in text_of(app))


def test_a_run_whose_end_nobody_saw_is_told_of_and_left_alone(journal: JournalPaths) -> None:
    (journal.project / "labjournal.toml").write_text("[resume]\nautomatic = true\n")
    run = make_run(journal, "v1")
    end = {"attempt": 1, "status": "LOST", "cause": "gone", "ended_at": now_iso(LATER), "unseen": True}
    write_fact(run.exit, "exit", run.id, LATER, end)
    with closing(Follower.open(journal)) as follower:
        follower.catch_up()
    (said,) = doing.go_on(journal, [run.id])
    assert said.startswith("v1 was lost, and is not started again: nobody saw how it ended, perhaps well")
    assert not run.attempt(2).exists()
