"""The comparison: intervals on one axis, what may be said, settings, curves, and the difference in code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from story import app_over, tell
from textual.pilot import Pilot
from tui_harness import screen_text, settled, text_of, wait_for

from journal_files import CREATED, add_facts, make_run
from labjournal import paths
from labjournal.follower import Follower
from labjournal.model import Status
from labjournal.paths import JournalPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.messages import CompareAsked


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> JournalPaths:
    return tell(tmp_path_factory.mktemp("story"))


async def compared(pilot: Pilot[Any], app: JournalApp) -> None:
    await settled(pilot, app)
    await pilot.press("3")
    await wait_for(pilot, lambda: "data set 1:10" in text_of(app))
    await settled(pilot, app)


def line_with(app: JournalApp, text: str) -> str:
    return next(line for line in screen_text(app) if text in line)


async def test_rows_stand_by_data_set_with_intervals_on_one_axis_and_the_majority(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(160, 45)) as pilot:
        await compared(pilot, app)
        ours, theirs = line_with(app, "7,556/8,000"), line_with(app, "7,075/8,000")
        assert "─■─" in ours or "─●─" in ours or "─▲─" in ours
        assert "┊" in ours
        assert ours.index("┊") == theirs.index("┊")
        assert "alarm in its run: param_not_in_optimizer" in text_of(app)
        for title in ("What may be said", "Curves", "Differing settings"):
            assert title in text_of(app)
        assert "differs" in text_of(app)
        assert line_with(app, " lr ").split()[-2:] == ["3e-5", "3e-3"] or "3e-5" in line_with(app, " lr ")


async def test_a_marked_run_without_results_is_named(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        store = app.runs_page.runs
        with_results = next(row.id for row in store.rows if row.name == "v3-embed")
        without = next(row for row in store.rows if row.name == "lr-too-hot")
        app.post_message(CompareAsked((with_results, without.id)))
        await wait_for(pilot, lambda: f"no results: {without.name} · " in text_of(app))


async def test_in_a_low_terminal_every_pane_is_one_tab_away(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await compared(pilot, app)
        assert "7,556" not in text_of(app)
        assert "0.945 [.939 .949]" in text_of(app)
        for title in ("What may be said", "Curves", "Differing settings", "Compare"):
            await pilot.press("tab")
            await wait_for(pilot, lambda wanted=title: any(line.startswith(f"▌{wanted}") for line in screen_text(app)))  # type: ignore[misc]


def says(app: JournalApp, text: str) -> Callable[[], bool]:
    return lambda: text in text_of(app)


async def test_keys_choose_data_metric_steps_counts_and_intervals(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await compared(pilot, app)
        for key, text in (
            ("D", "data set 1:1 "),
            ("B", "last checkpoints"),
            ("C", "908/1,000"),
            ("C", "0.908 [.888 .924]"),
            ("i", "0.908 ± 0.020"),
            ("m", "first"),
            ("o", "only changed"),
        ):
            await pilot.press(key)
            await wait_for(pilot, says(app, text))
        await pilot.press("D", "D")
        await wait_for(pilot, says(app, "all data"))


async def test_the_row_under_the_cursor_is_the_baseline_or_is_opened(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await compared(pilot, app)
        first = line_with(app, "▌● ").split()[1].partition(":")[0]
        other = {"v3-embed": "v4-own-group", "v4-own-group": "v3-embed"}[first]
        while not any(line.startswith("▌▲ ") for line in screen_text(app)):
            await pilot.press("j")
            await pilot.pause()
        await pilot.press("b")
        await wait_for(pilot, says(app, f"against {other}"))
        await pilot.press("enter")
        await wait_for(pilot, lambda: f" {other}  done" in text_of(app))


async def test_the_whole_comparison_can_be_said(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await compared(pilot, app)
        told = app.page.say()
        assert "On 1:10, n 8,000: " in told
        assert "accuracy 0.945 [.939 .949]" in told
        assert "may" in told or "differs" in told


@pytest.mark.slow
async def test_d_shows_what_changed_in_the_code_of_two_real_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}

    def call(*words: str) -> None:
        subprocess.run(words, cwd=tmp_path, env=environ, check=True, capture_output=True)

    call("git", "init", "-q")
    call("git", "config", "user.email", "ada@example.org")
    call("git", "config", "user.name", "Ada")
    for number, rate in enumerate(("0.1", "0.25")):
        (tmp_path / "train.py").write_text(f"RATE = {rate}\nprint('accuracy: 0.9 n=100')\n")
        call("git", "add", "train.py")
        call("git", "commit", "-qm", f"rate {rate}")
        call(
            sys.executable, "-m", "labjournal", "run", "-n", f"r{number}", "--follow", "--", sys.executable, "train.py"
        )
        call(
            sys.executable,
            "-m",
            "labjournal",
            "log",
            "accuracy=0.9",
            "--n",
            "100",
            "--dataset",
            "d",
            "--run",
            f"r{number}",
        )
    journal = paths.find(tmp_path)
    follower = Follower.open(journal)
    follower.catch_up()
    assert {run.status for run in follower.store.runs()} == {Status.DONE}
    follower.close()
    app = app_over(journal)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        await pilot.press("3")
        await wait_for(pilot, says(app, "data set d"))
        await pilot.press("d")
        await wait_for(pilot, says(app, "+RATE = 0.25"))
        assert "-RATE = 0.1" in text_of(app)
        # It has been read: the keys are there again, and do not wait for four seconds.
        await wait_for(pilot, says(app, "only changed"))
        assert app.main.key_line.toasted is None
        await pilot.press("escape")
        await wait_for(pilot, says(app, "What may be said"))


async def test_rows_whose_data_nobody_named_say_so_in_whole_words(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    for at, name in enumerate(("v1", "v2")):
        stated = {"subject": {}, "dataset": {}, "metrics": {"accuracy": 0.9}, "role": "validation", "how": "stated"}
        run = make_run(journal, name, at=CREATED + at)
        add_facts(run, ("result", {**stated, "subject": {"run": run.id}}))
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("3")
        await wait_for(pilot, says(app, "data not identified"))
        assert "…" not in line_with(app, "data not identified")
        await pilot.press("tab")
        await wait_for(pilot, says(app, "No two of these rows can be held against each other"))
