"""What the app does for people who live in it: filter, families, undo, memory, drafts, ``:`` line, alarm moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_journal import NOW, finding, make
from textual import events
from textual.pilot import Pilot
from tui_harness import screen_text, settled, text_of, wait_for

from journal_files import CREATED, add_facts, make_run
from labjournal import paths
from labjournal.paths import JournalPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.drafts import Drafts
from labjournal.tui.feed import Feed
from labjournal.tui.remembered import Remembered
from labjournal.tui.screens.launch import LaunchScreen

VERBS = {"ls": "list runs", "doctor": "look for trouble in the journal", "validate": "validate", "checks": "findings"}


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> tuple[JournalPaths, dict[str, str]]:
    journal = paths.find_or_make(tmp_path_factory.mktemp("weeks"))
    return journal, make(journal)


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def app_over(journal: JournalPaths, state: Path | None = None, clock: Callable[[], float] = lambda: NOW) -> JournalApp:
    remembered = Remembered(state / "state.json" if state else None)
    remembered.load()
    drafts = Drafts(state / "drafts" if state else None)
    return JournalApp(
        Feed(journal), journal="jets", host="box2", clock=clock, remembered=remembered, drafts=drafts, verbs=VERBS
    )


async def typed(pilot: Pilot[Any], text: str) -> None:
    names = {" ": "space", ":": "colon", ">": "greater_than_sign", "/": "slash", "|": "vertical_line", "\n": "enter"}
    for sign in text:
        await pilot.press(names.get(sign, sign))


async def test_families_stand_under_the_run_they_come_from_and_fold(weeks: tuple[JournalPaths, Any]) -> None:
    app = app_over(weeks[0])
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        lines = screen_text(app)
        heads = [line.strip(" ▌") for line in lines if "▾" in line]
        assert heads[0].startswith("▾ v3-embed  5  is 3e-3 too hot?")
        assert heads[1].startswith("▾ v1-linear  2  retracted: the adapter was never fed")
        assert "v3-float32" in text_of(app)
        await pilot.press("h")
        await wait_for(pilot, lambda: "v3-float32" not in text_of(app))
        assert "▸ v3-embed  5" in text_of(app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "v3-float32" in text_of(app))


async def test_retracted_runs_carry_the_dagger_with_and_without_results(journal: JournalPaths) -> None:
    from labjournal.diary import Diary

    run = make_run(journal, "v2-tanh")
    Diary(journal).retract(on=[run.id], why="never fed")
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await wait_for(pilot, lambda: any("v2-tanh" in line and "† not" in line for line in screen_text(app)))


async def test_a_wrong_word_is_underlined_and_the_last_good_filter_stays(weeks: tuple[JournalPaths, Any]) -> None:
    app = app_over(weeks[0])
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        await pilot.press("slash")
        await typed(pilot, "v3 ")
        await wait_for(pilot, lambda: "4 of 12" in text_of(app))
        await typed(pilot, "status:dx")
        await wait_for(pilot, lambda: 'no status "dx": done' in text_of(app))
        lines = screen_text(app)
        wrong = next(at for at, line in enumerate(lines) if "~~" in line)
        assert lines[wrong].index("~~") == lines[wrong - 1].index("dx")
        assert "v3-float32" in text_of(app)
        await pilot.press("escape")
        await wait_for(pilot, lambda: "by age · 12" in text_of(app))


async def test_settings_and_metrics_are_filtered_and_the_filter_comes_back_with_up(
    weeks: tuple[JournalPaths, Any],
) -> None:
    app = app_over(weeks[0])
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        await pilot.press("slash")
        await wait_for(pilot, lambda: app.runs_page._asked is not None)
        await typed(pilot, "lr>1e-4")
        await wait_for(pilot, lambda: "1 of 12, 9 have no lr" in text_of(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: "/lr>1e-4 · by age · 1 of 12" in text_of(app))
        await pilot.press("escape")
        await wait_for(pilot, lambda: "by age · 12" in text_of(app))
        await pilot.press("slash", "up")
        await wait_for(pilot, lambda: "1 of 12" in text_of(app))


async def test_hidden_runs_come_back_by_u_and_are_found_by_a_filter(weeks: tuple[JournalPaths, Any]) -> None:
    app = app_over(weeks[0])
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        await pilot.press("j", "x")
        await wait_for(pilot, lambda: "by age · 11 of 12" in text_of(app))
        assert not any("✓ done     v4-own-group" in line for line in screen_text(app))
        await pilot.press("slash")
        await typed(pilot, "own-gr\n")
        await wait_for(pilot, lambda: any("✓ done     v4-own-group" in line for line in screen_text(app)))
        await pilot.press("escape", "u")
        await wait_for(pilot, lambda: "by age · 12" in text_of(app))


async def test_the_list_is_sorted_by_what_was_measured(weeks: tuple[JournalPaths, Any]) -> None:
    app = app_over(weeks[0])
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        await pilot.press("s")
        await wait_for(pilot, lambda: "by metric" in text_of(app))
        order = [line.strip(" ▌").split()[2] for line in screen_text(app) if "✓ done" in line]
        assert order[:3] == ["v1-linear", "v4-own-group", "v3-silu"]
        await pilot.press("comma")
        await wait_for(pilot, lambda: "turned" in text_of(app))
        assert "first-prompt" in next(line for line in screen_text(app) if "✓ done" in line)


async def test_layout_marks_and_place_are_remembered_and_reset_forgets(
    weeks: tuple[JournalPaths, dict[str, str]], tmp_path: Path
) -> None:
    app = app_over(weeks[0], tmp_path)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        await pilot.press("j", "space", "j", "s", "s", "5")
        await settled(pilot, app)
    kept = json.loads((tmp_path / "state.json").read_text())
    assert kept["marks"] == [weeks[1]["v4-own-group"]]
    again = app_over(weeks[0], tmp_path)
    async with again.run_test(size=(120, 35)) as pilot:
        await settled(pilot, again)
        await wait_for(pilot, lambda: again.page.id == "Checks")
        await pilot.press("1")
        await wait_for(pilot, lambda: "by step" in text_of(again) and "1 marked" in text_of(again))
        assert again.runs_page.table.cursor_id == kept["cursor"]
        await pilot.press("colon")
        await typed(pilot, "reset layout\n")
        await wait_for(pilot, lambda: "forgotten" in text_of(again))
    assert json.loads((tmp_path / "state.json").read_text()) == {"v": 1}


async def test_a_draft_survives_the_app_and_a_note_is_taken_back(journal: JournalPaths, tmp_path: Path) -> None:
    make_run(journal, "v1")
    app = app_over(journal, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("n")
        await wait_for(pilot, lambda: "Note on v1" in text_of(app))
        await typed(pilot, "half a thought")
        await app.screen._keep()  # type: ignore[attr-defined]
        # The app dies here: nothing was written down.
    again = app_over(journal, tmp_path)
    async with again.run_test(size=(80, 24)) as pilot:
        await settled(pilot, again)
        await pilot.press("n")
        await wait_for(pilot, lambda: "half a thought" in text_of(again))
        assert "taken up again" in text_of(again)
        await pilot.press("escape")
        await wait_for(pilot, lambda: "note written" in text_of(again))
        assert not list((tmp_path / "drafts").iterdir())
        await pilot.press("u")
        await wait_for(pilot, lambda: "undone: wrote a note" in text_of(again))
        await pilot.press("4")
        await wait_for(pilot, lambda: "(taken back) half a thought" in text_of(again))


async def test_an_acknowledgement_and_a_look_are_taken_back(journal: JournalPaths) -> None:
    from labjournal.diary import Diary

    Diary(journal, clock=lambda: CREATED - 100).seen("app")
    run = make_run(journal, "v1")
    add_facts(run, finding("zero_grad", "alarm", "nfa", 1, "nfa gets no gradient."))
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await wait_for(pilot, lambda: "1 new alarm" in text_of(app))
        await pilot.press("z")
        await wait_for(pilot, lambda: "new alarm" not in text_of(app))
        await pilot.press("u")
        await wait_for(pilot, lambda: "1 new alarm" in text_of(app))
        await pilot.press("5", "a")
        await wait_for(pilot, lambda: "Acknowledge" in text_of(app))
        await typed(pilot, "known\n")
        await wait_for(pilot, lambda: "none open" in text_of(app))
        await pilot.press("u")
        await wait_for(pilot, lambda: "1 open in" in text_of(app))


async def test_the_line_runs_a_verb_and_shows_what_it_says(journal: JournalPaths) -> None:
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        await pilot.press("colon")
        await typed(pilot, "doc")
        await wait_for(pilot, lambda: "look for trouble" in text_of(app))
        await pilot.press("escape", "colon")
        await typed(pilot, "ls --json\n")
        await wait_for(pilot, lambda: '"name":"v1"' in text_of(app).replace(" ", ""))
        assert "labjournal ls --json" in text_of(app)
        await pilot.press("escape")
        await wait_for(pilot, lambda: "labjournal ls --json" not in text_of(app))


async def test_the_palette_does_what_a_key_does(journal: JournalPaths) -> None:
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        await pilot.press("ctrl+p")
        await typed(pilot, "note on this")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Note on v1" in text_of(app))


async def test_an_alarm_has_its_moment_and_a_goes_there(journal: JournalPaths) -> None:
    run = make_run(journal, "v1", ended=False)
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        add_facts(run, finding("zero_grad", "alarm", "nfa", 1, "nfa gets no gradient."))
        await wait_for(pilot, lambda: "▲ alarm  v1  zero_grad" in text_of(app))
        assert "A go   esc later" in text_of(app)
        await pilot.press("escape")
        await wait_for(pilot, lambda: "esc later" not in text_of(app))
        await pilot.press("A")
        await wait_for(pilot, lambda: "nfa gets no gradient" in text_of(app))


async def test_a_fork_begins_with_the_runs_command_and_tells_what_changes(
    journal: JournalPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(journal.project)
    make_run(journal, "v1", command=["python", "x.py", "--lr", "3e-3"])
    app = app_over(journal, tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        await pilot.press("f")
        await wait_for(pilot, lambda: "a fork of v1" in text_of(app))
        await typed(pilot, " --seed 2")
        await wait_for(pilot, lambda: "seed not given -> 2" in text_of(app))
        assert "1 change against v1" in text_of(app)
        await pilot.press("escape")
        await pilot.press("f")
        await wait_for(pilot, lambda: "a draft from before" in text_of(app))
        assert "--seed 2" in text_of(app)


async def test_what_is_typed_right_after_a_field_was_left_goes_into_the_next(
    journal: JournalPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a slow line keys come in one piece, and none of them waits until the screen has caught up."""
    monkeypatch.chdir(journal.project)
    app = app_over(journal, tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        await pilot.press("r")
        await wait_for(pilot, lambda: isinstance(app.screen, LaunchScreen))
        form = app.screen
        assert isinstance(form, LaunchScreen)
        await wait_for(pilot, lambda: form.focused is not None)
        for key in ("a", "b", "down", "c", "enter", "d", "e", "up", "f"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await wait_for(pilot, lambda: (form.form.command, form.form.settings, form.form.reason) == ("ab", "cf", "de"))
        for key in ("up", *["backspace"] * 3, "g", "h", "escape"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await wait_for(pilot, lambda: app.screen is not form)
        await pilot.press("r")
        await wait_for(pilot, lambda: isinstance(app.screen, LaunchScreen) and app.screen.form.command == "gh")


async def test_the_page_is_written_out_and_never_over_a_file(
    journal: JournalPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot, app)
        for said in ("written: ", "stands already"):
            await pilot.press("w")
            await wait_for(pilot, lambda: "Write out" in text_of(app))
            await pilot.press("enter")
            await wait_for(pilot, lambda: said in text_of(app))  # noqa: B023 - awaited inside the loop
    (file,) = tmp_path.glob("runs-*.txt")
    assert "v1" in file.read_text()


async def test_a_follower_that_dies_is_told_as_long_as_it_is_dead(
    journal: JournalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labjournal.follower import Follower

    def broken(self: Follower) -> None:
        raise TypeError("odd fact")

    monkeypatch.setattr(Follower, "turn", broken)
    app = app_over(journal)
    async with app.run_test(size=(120, 24)) as pilot:
        await wait_for(pilot, lambda: "cannot be followed: TypeError: odd fact" in text_of(app))
        assert "labjournal doctor" in text_of(app)


async def test_keys_are_told_whole_and_how_many_are_below(weeks: tuple[JournalPaths, Any]) -> None:
    app = app_over(weeks[0])
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot, app)
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: "lines below" in text_of(app))
        seen = text_of(app)
        while "the end   j k scroll" not in text_of(app):
            before = text_of(app)
            await pilot.press("pagedown")
            await wait_for(pilot, lambda before=before: text_of(app) != before)
            seen += text_of(app)
        assert "bring it back: resume or retry a run that has ended" in " ".join(seen.split())
        await pilot.press("k")
        await wait_for(pilot, lambda: "1 line below" in text_of(app))
