"""Diary, Checks, Studies and Queue: what they show of a journal, and what their keys do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_journal import NOW, make
from textual.pilot import Pilot
from tui_harness import settled, text_of, wait_for

from journal_files import make_run
from labjournal import paths
from labjournal.cli import COMMANDS
from labjournal.paths import JournalPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.commanding import FACES, NEEDS_WORDS
from labjournal.tui.feed import Feed

STUDY = """
question = "does the adapter help?"
[[stage]]
name = "baseline"
command = "python train.py"
criteria = ["accuracy > 0.8"]
[[stage]]
name = "adapter"
command = "python train.py --adapter"
after = ["baseline"]
criteria = ["accuracy > 0.9"]
"""


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> JournalPaths:
    journal = paths.find_or_make(tmp_path_factory.mktemp("weeks"))
    make(journal)
    return journal


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def app_over(journal: JournalPaths, clock: Callable[[], float] = lambda: NOW) -> JournalApp:
    return JournalApp(Feed(journal), journal="jets", host="box2", clock=clock)


async def opened(pilot: Pilot[Any], app: JournalApp, page: str) -> None:
    await settled(pilot, app)
    await pilot.press(page)
    await settled(pilot, app)


async def test_the_diary_shows_days_kinds_and_what_waits(weeks: JournalPaths) -> None:
    app = app_over(weeks)
    async with app.run_test(size=(120, 35)) as pilot:
        await opened(pilot, app, "4")
        text = text_of(app)
        assert "▾ Fri 25 Jul 2025  6 entries" in text
        assert "▲  alarm       param_not_in_optimizer" in text
        assert "waiting 1   1d  question: does v2 embed anything?" in text
        await pilot.press("t")
        await wait_for(pilot, lambda: "people's words" in text_of(app))
        assert "launch" not in text_of(app)
        await pilot.press("o")
        await wait_for(pilot, lambda: "what waits · 1" in text_of(app))
        await pilot.press("o", "left_square_bracket")
        await wait_for(pilot, lambda: "v3-float32 done: ended by itself" in text_of(app))
        await pilot.press("right_square_bracket")
        await wait_for(pilot, lambda: "The optimizer gets its own group" in text_of(app))
        # A heading loses its mark, a name stands out, and the words wrap.
        assert "Tonight @v4-own-group to 9,000." in text_of(app)


async def test_the_diary_is_searched_by_the_grammar(weeks: JournalPaths) -> None:
    app = app_over(weeks)
    async with app.run_test(size=(120, 35)) as pilot:
        await opened(pilot, app, "4")
        await pilot.press("slash", *"kind", "colon", *"dec", "enter")
        await wait_for(pilot, lambda: "/kind:dec · all kinds · 1" in text_of(app))
        await pilot.press("escape", "slash", *"on", "colon", *"v1-lin", "enter")
        await wait_for(pilot, lambda: "the adapter was never fed" in text_of(app))


async def test_an_entry_gets_another_wording_and_the_old_one_stays(journal: JournalPaths) -> None:
    from labjournal.diary import Diary

    Diary(journal).note("first words")
    app = app_over(journal, clock=lambda: 1.8e9)
    async with app.run_test(size=(120, 35)) as pilot:
        await opened(pilot, app, "4")
        await pilot.press("e")
        await wait_for(pilot, lambda: "Another wording for this note" in text_of(app))
        await pilot.press(*" better", "escape")
        await wait_for(pilot, lambda: "first words better" in text_of(app) and "before" in text_of(app))
        await pilot.press("u")
        await wait_for(pilot, lambda: "undone: a new wording" in text_of(app))


async def test_checks_list_findings_and_every_rule_with_how_it_judges(weeks: JournalPaths) -> None:
    app = app_over(weeks)
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot, app, "5")
        assert "5 open in 5 runs" in text_of(app)
        assert "Build the optimizer after the adapter." in text_of(app)
        await pilot.press("slash", *"level", "colon", *"warn", "enter")
        await wait_for(pilot, lambda: "placebo_input" not in text_of(app))
        assert "below_majority_baseline" in text_of(app)
        await pilot.press("escape", "t", "t")
        await wait_for(pilot, lambda: "every rule" in text_of(app) and "How:" in text_of(app))
        assert "To switch it off: [checks] off" in text_of(app)


async def test_studies_show_stages_gates_and_criteria(journal: JournalPaths) -> None:
    folder = journal.project / "entries" / "jets"
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY)
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await opened(pilot, app, "6")
        await wait_for(pilot, lambda: "does the adapter help?" in text_of(app))
        text = text_of(app)
        assert "gate shut" in text
        assert "baseline has not passed" in text
        await pilot.press("R")
        await wait_for(pilot, lambda: "study run jets" in text_of(app))


async def test_a_study_that_cannot_be_read_says_why(journal: JournalPaths) -> None:
    folder = journal.project / "entries" / "jets"
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text("question = [")
    app = app_over(journal)
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot, app, "6")
        await wait_for(pilot, lambda: "not valid TOML" in text_of(app))


async def test_the_queue_shows_gpus_and_what_waits_and_is_paused(
    journal: JournalPaths, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "2")
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, app, "7")
        await wait_for(pilot, lambda: "gpu 1" in text_of(app) and "nothing waits" in text_of(app))
        await pilot.press("P")
        await wait_for(pilot, lambda: "paused by" in text_of(app))
        await pilot.press("u")
        await wait_for(pilot, lambda: "paused by" not in text_of(app))


def test_every_verb_is_offered_and_every_face_is_a_verb() -> None:
    assert set(FACES) <= set(COMMANDS)
    app = JournalApp(Feed(None, Path()), journal="x", verbs={verb: means for verb, (_, means) in COMMANDS.items()})
    app.key_meanings = lambda: iter(())  # type: ignore[method-assign]
    offered = {offer.name for offer in app._offers() if offer.action is None}
    assert set(COMMANDS) <= offered
    assert set(COMMANDS) >= NEEDS_WORDS - {"pull"}
