"""The app over real journals: what it shows, that it is live, and that what it does outlives it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tui_harness import screen_text, settled, text_of, wait_for

from journal_files import CREATED, EventWriter, add_facts, end_run, make_run
from labjournal import paths
from labjournal.follower import Follower
from labjournal.model import Status
from labjournal.paths import JournalPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed
from labjournal.tui.frame import one_frame
from labjournal.tui.glyphs import ASCII
from labjournal.tui.pages import PAGES
from labjournal.tui.screens.runs import RunsPage
from labjournal.tui.widgets import run_table
from labjournal.tui.widgets.header import Counts

FINDING = {
    "rule": "param_not_in_optimizer",
    "level": "alarm",
    "subject": "nfa.net",
    "step": 2,
    "message": "nfa.net (6 tensors) gets gradients but is in no optimizer.",
    "evidence": {"tensors": 6},
    "remedy": "Build the optimizer after the adapter.",
}
RESULT = {
    "subject": {"checkpoint": "step-40.pt", "step": 40},
    "dataset": {"name": "1:1"},
    "metrics": {"accuracy": 0.908},
    "n": 1000,
    "counts": {"labels": ["background", "signal"], "matrix": [[460, 40], [52, 448]], "unknown": [0, 0]},
    "role": "validation",
    "how": "stated",
}


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def app_over(journal: JournalPaths | None, logdir: Path | None = None, **more: Any) -> JournalApp:
    return JournalApp(Feed(journal, logdir), journal="jets", host="box2", **more)


async def test_the_page_of_a_run_is_made_before_somebody_asks_for_it(journal: JournalPaths) -> None:
    # Its widgets cost more than the curve that is waited for.
    trained(journal)
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await wait_for(pilot, lambda: bool(app.main.pages.query("#Run")))
        (made,) = app.main.pages.query("#Run")
        assert app.main.pages.current == "Runs"
        assert not made.display
        await pilot.press("2")
        await wait_for(pilot, lambda: app.page is made and "train/loss" in text_of(app))


async def test_a_page_that_is_being_made_can_be_asked_for(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        for name in PAGES:
            await asyncio.gather(*(app.action_page(name) for _ in range(3)))
            assert app.main.pages.current == name


def trained(journal: JournalPaths, name: str = "v4-own-group", points: int = 40, **more: Any) -> EventWriter:
    """A run with a loss curve, an alarm and a result."""
    run = make_run(journal, name, log="starting\nstep 1 loss 3.0\n", **more)
    add_facts(run, ("finding", FINDING), ("result", {**RESULT, "subject": {**RESULT["subject"], "run": run.id}}))
    writer = EventWriter(run.events / "events.out.tfevents.1")
    for step in range(points):
        writer.add("train/loss", step, 3.0 / (step + 1), CREATED + step)
    return writer


@contextmanager
def quiet(writer: EventWriter) -> Iterator[EventWriter]:
    try:
        yield writer
    finally:
        writer.close()


def test_what_is_counted_while_the_app_closes_is_told_to_nobody(journal: JournalPaths) -> None:
    app = app_over(journal)
    assert not app.screen_stack
    app.on_runs_page_counted(RunsPage.Counted(Counts()))


async def test_an_empty_journal_says_what_to_do(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "No runs yet" in text_of(app))
        assert "labjournal run -- python train.py" in text_of(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)])
async def test_the_first_page_lists_runs_with_state_result_and_finding(
    journal: JournalPaths, size: tuple[int, int]
) -> None:
    trained(journal).close()
    for number in range(3):
        make_run(journal, f"validate-{number}", kind="validate")
    app = app_over(journal)
    async with app.run_test(size=size) as pilot:
        await settled(pilot, app)
        await wait_for(pilot, lambda: "0.908 [.888 .924]" in text_of(app))
        lines = screen_text(app)
    assert any("✓ done" in line and "v4-own-group" in line and "▲" in line for line in lines)
    assert any("▸ validations" in line and "3" in line for line in lines)
    assert "▲ 1" in lines[0]
    assert all(len(line) <= size[0] for line in lines)
    if size[0] >= 120:
        assert any("param_not_in_optimizer" in line and "▁" in line for line in lines)


async def test_a_run_opens_with_its_sentence_alarm_curve_and_results(journal: JournalPaths) -> None:
    trained(journal).close()
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "0.075" in text_of(app) and "0.908 [.888 .924]" in text_of(app))
        text = text_of(app)
        assert "gets gradients but is in no optimizer" in text
        assert "▲ alarm  param_not_in_optimizer  nfa.net, since step 2" in text
        assert "train/loss" in text
        await pilot.press("L")
        await wait_for(pilot, lambda: "step 1 loss 3.0" in text_of(app))
        await pilot.press("S")
        await wait_for(pilot, lambda: "In words" in text_of(app))
        await pilot.press("escape", "escape", "escape")
        await wait_for(pilot, lambda: "by age · 1" in text_of(app))


async def test_a_run_in_words_tells_its_number(journal: JournalPaths) -> None:
    trained(journal).close()
    app = app_over(journal)
    async with app.run_test(size=(120, 45)) as pilot:
        await settled(pilot, app)
        await pilot.press("S")
        await wait_for(pilot, lambda: "In words" in text_of(app))
        assert "accuracy 1:1 0.908 [.888 .924], alarm param_not_in_optimizer" in " ".join(text_of(app).split())


async def test_a_long_text_tells_how_much_is_below_in_a_tall_terminal_too(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: "lines below   j k scroll   esc leave" in text_of(app))


async def test_a_point_appears_when_it_is_flushed(journal: JournalPaths) -> None:
    with quiet(trained(journal, ended=False)) as writer:
        app = app_over(journal)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot, app)
            await pilot.press("enter")
            await wait_for(pilot, lambda: "0.075" in text_of(app))
            writer.add("train/loss", 40, 0.0123, CREATED + 40)
            await wait_for(pilot, lambda: "0.0123" in text_of(app))


async def test_a_new_run_enters_above_and_the_cursor_stays_on_its_run(journal: JournalPaths) -> None:
    make_run(journal, "first")
    make_run(journal, "second", at=CREATED + 100)
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("j")
        line = next(at for at, shown in enumerate(screen_text(app)) if " first " in shown)
        make_run(journal, "third", at=CREATED + 200)
        await wait_for(pilot, lambda: "1 new above" in text_of(app))
        assert " first " in screen_text(app)[line]
        assert screen_text(app)[line].startswith("▌")


async def test_who_comes_back_to_the_list_sees_the_new_run(
    journal: JournalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_table, "REST_S", 600.0)
    make_run(journal, "first")
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("4")
        await wait_for(pilot, lambda: app.page.id == "Diary" and app.page.loaded)
        make_run(journal, "meanwhile", at=CREATED + 200)
        await wait_for(pilot, lambda: len(app.runs_page.runs) == 2)
        await pilot.press("1")
        await settled(pilot, app)
        assert " meanwhile " in text_of(app)
        assert "new above" not in text_of(app)
        assert next(line for line in screen_text(app) if " first " in line).startswith("▌")


async def test_what_a_validation_measures_is_shown_with_the_run_it_is_of(journal: JournalPaths) -> None:
    trains = make_run(journal, "trains")
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "not measured yet" in text_of(app))
        validation = make_run(journal, "validates", kind="validate", at=CREATED + 100)
        add_facts(validation, ("result", {**RESULT, "subject": {**RESULT["subject"], "run": trains.id}}))
        await wait_for(pilot, lambda: "0.908 [.888 .924]" in text_of(app))
        await pilot.press("1")
        await wait_for(
            pilot, lambda: any(" trains " in line and "0.908 [.888 .924]" in line for line in screen_text(app))
        )


async def test_a_note_written_in_the_app_is_in_the_diary(journal: JournalPaths) -> None:
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("n")
        await wait_for(pilot, lambda: "Note on v1" in text_of(app))
        await pilot.press(*"it works", "escape")
        await wait_for(pilot, lambda: "note written" in text_of(app))
        await pilot.press("4")
        await wait_for(pilot, lambda: "it works" in text_of(app))
        assert "on v1" in text_of(app)


async def test_a_finding_is_acknowledged_with_a_reason(journal: JournalPaths) -> None:
    trained(journal).close()
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("5")
        await wait_for(pilot, lambda: "1 open in 1 run" in text_of(app))
        await wait_for(pilot, lambda: "tensors 6" in text_of(app))
        await pilot.press("a")
        await wait_for(pilot, lambda: "Acknowledge" in text_of(app))
        await pilot.press(*"known since the first day", "enter")
        await wait_for(pilot, lambda: "none open" in text_of(app))
        await wait_for(pilot, lambda: "▲ 1" not in screen_text(app)[0])
        await pilot.press("t")
        # The word stays whole, and the reason stands first in the evidence.
        await wait_for(
            pilot, lambda: any("param_not_in" in line and " acknowledged " in line for line in screen_text(app))
        )
        await pilot.press("G")
        await wait_for(pilot, lambda: "acknowledged: known since the first day" in text_of(app))


async def test_an_alarm_is_told_on_every_page(journal: JournalPaths) -> None:
    # People look at one run for hours; what broke meanwhile was told when they came back to the list.
    trained(journal, "looked-at").close()
    other = make_run(journal, "other", ended=False, at=CREATED + 100)
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        for key, page in (("2", "Run"), ("4", "Diary")):
            await pilot.press(key)
            await wait_for(pilot, lambda: app.page.id == page and app.page.loaded)  # noqa: B023
        assert "▲ 1" in screen_text(app)[0]
        add_facts(other, ("finding", FINDING))
        await wait_for(pilot, lambda: "▲ 2" in screen_text(app)[0])
        await wait_for(pilot, lambda: "▲ alarm  other  param_not_in_optimizer" in text_of(app))
        end_run(other, "")
        await pilot.press("1")
        await wait_for(pilot, lambda: any("✓ done" in line and " other " in line for line in screen_text(app)))


async def test_what_the_page_in_sight_tells_is_not_told_again_below(journal: JournalPaths) -> None:
    run = make_run(journal, "alone", ended=False)
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.page.id == "Run" and app.page.loaded)
        add_facts(run, ("finding", FINDING))
        await wait_for(pilot, lambda: "▲ 1" in screen_text(app)[0] and "▲ alarm  param_not" in text_of(app))
        assert "A go" not in text_of(app)


async def test_a_comparison_shows_rows_intervals_and_what_may_be_said(journal: JournalPaths) -> None:
    trained(journal, "a").close()
    trained(journal, "b", at=CREATED + 500).close()
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        await pilot.press("space", "space", "c")
        await wait_for(pilot, lambda: "What may be said" in text_of(app))
        text = text_of(app)
    assert "908/1,000" in text
    assert "no difference shown" in text
    assert "─●─" in text
    assert "data set 1:1" in text


async def test_a_run_started_here_is_recorded_and_survives_the_app(
    journal: JournalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(journal.project)
    (journal.project / "wait.py").write_text(
        "import pathlib, time\n"
        "while not pathlib.Path('go').exists():\n    time.sleep(0.02)\n"
        "pathlib.Path('done').write_text('yes')\n"
    )
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "No runs yet" in text_of(app))
        await pilot.press("r")
        await wait_for(pilot, lambda: "Launch" in text_of(app))
        for field, typed in (("command", f"{sys.executable} wait.py"), ("reason", "does it live"), ("name", "w1")):
            app.screen.query_one(f"#{field}").focus()
            for sign in typed:
                await pilot.press({" ": "space"}.get(sign, sign))
        app.screen.query_one("#start").focus()
        await wait_for(pilot, lambda: "the first run of this command" in text_of(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: "● running" in text_of(app))
        assert "w1" in text_of(app)
    (journal.project / "go").touch()
    follower = Follower.open(journal)
    run = follower.store.runs()
    for _ in range(600):
        follower.turn()
        run = follower.store.runs()
        if run[0].status.ended:
            break
        subprocess.run(["sleep", "0.05"], check=True)
    follower.close()
    assert run[0].status is Status.DONE
    assert run[0].reason == "does it live"
    assert (journal.project / "done").exists()


async def test_a_run_is_stopped_only_after_a_question(journal: JournalPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(journal.project)
    from labjournal.tui import doing, launching

    doing.launch(journal, launching.request(launching.Form(command="sleep 60", name="sleeper")))
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "● running" in text_of(app))
        await pilot.press("X")
        await wait_for(pilot, lambda: "Stop sleeper?" in text_of(app))
        await pilot.press("n")
        await pilot.press("X")
        await wait_for(pilot, lambda: "Stop sleeper?" in text_of(app))
        await pilot.press("y")
        await wait_for(pilot, lambda: "killed" in text_of(app))


async def test_a_folder_of_event_files_needs_no_journal_and_nothing_is_written(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with quiet(EventWriter(tmp_path / name / "events.out.tfevents.1")) as writer:
            for step in range(5):
                writer.add("loss", step, 1.0 / (step + 1))
    before = sorted(tmp_path.rglob("*"))
    app = app_over(None, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: " a " in text_of(app) and " b " in text_of(app))
        await pilot.press("n")
        await wait_for(pilot, lambda: "only looked at" in text_of(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: "loss" in text_of(app) and "0.2" in text_of(app))
    assert sorted(tmp_path.rglob("*")) == before


async def test_the_filter_narrows_while_typing_and_escape_restores(journal: JournalPaths) -> None:
    make_run(journal, "alpha")
    make_run(journal, "beta", at=CREATED + 10)
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("slash", *"alp")
        await wait_for(pilot, lambda: "beta" not in text_of(app))
        assert "1 of 2" in text_of(app)
        await pilot.press("escape")
        await wait_for(pilot, lambda: "beta" in text_of(app))


async def test_hostile_names_and_notes_are_shown_on_every_page(journal: JournalPaths) -> None:
    hostile = "\x1b[2J[red]x[/]\u202egpj"
    run = make_run(journal, hostile, log=f"{hostile}\n", reason=hostile)
    add_facts(run, ("finding", {**FINDING, "message": hostile, "subject": hostile}))
    app = app_over(journal)
    async with app.run_test(size=(160, 45)) as pilot:
        await settled(pilot, app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "␛[2J[red]x[/]\\u202egpj" in text_of(app))
        for page in "12345":
            await pilot.press(page)
            await settled(pilot, app)
            assert "\x1b" not in text_of(app)
            assert "\u202e" not in text_of(app)


async def test_ascii_without_colour_works_on_every_page(journal: JournalPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    trained(journal).close()
    app = app_over(journal, glyphs=ASCII)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "0.075" in text_of(app))
        for page in "12345":
            await pilot.press(page)
            await settled(pilot, app)
            assert text_of(app).isascii()


async def test_a_terminal_too_small_says_so(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(52, 20)) as pilot:
        await wait_for(pilot, lambda: "60x16 at least; now 52x20" in text_of(app))


async def test_help_names_the_keys_of_the_pane(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 40)) as pilot:
        await settled(pilot, app)
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: "compare marked runs" in text_of(app))
        assert "X                    stop this run" in text_of(app)


async def test_a_damaged_database_is_a_line_with_a_way_out(journal: JournalPaths) -> None:
    make_run(journal, "v1")
    journal.database.write_bytes(b"this is no database at all, and long enough to be looked at" * 40)
    app = app_over(journal)
    async with app.run_test(size=(120, 24)) as pilot:
        await wait_for(pilot, lambda: "reindex" in text_of(app))


async def test_the_keys_of_a_page_are_told_in_the_apps_own_words(journal: JournalPaths) -> None:
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(120, 45)) as pilot:
        await settled(pilot, app)
        told = {key: words for key, words, *_ in app.key_meanings()}
        assert told["tab"] == "next pane"
        assert not [words for words in told.values() if words[:1].isupper() and words not in PAGES]


def test_one_frame_is_text(journal: JournalPaths) -> None:
    trained(journal).close()
    frame = one_frame(app_over(journal), 100, 24)
    assert frame.count("\n") == 24
    assert "v4-own-group" in frame
    assert "0.908 [.888 .924]" in frame


def test_the_command_prints_one_frame_and_makes_no_journal(tmp_path: Path) -> None:
    environ = {**os.environ, "COLUMNS": "90", "LINES": "20"}
    command = [sys.executable, "-m", "labjournal", "tui", "--once"]
    none = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert none.returncode == 1
    assert "no journal" in none.stderr
    assert not list(tmp_path.iterdir())
    journal = paths.find_or_make(tmp_path)
    make_run(journal, "seen-by-cron")
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    assert "seen-by-cron" in done.stdout
    assert len(done.stdout.splitlines()) == 20


async def test_news_since_the_owner_looked_stay_until_he_says_seen(journal: JournalPaths) -> None:
    from labjournal.diary import Diary

    Diary(journal, clock=lambda: CREATED - 100).seen("app")
    trained(journal).close()
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await wait_for(pilot, lambda: "▲ 1 new alarm · v4-own-group finished" in text_of(app))
        assert "z seen" in text_of(app)
        await pilot.press("z")
        await wait_for(pilot, lambda: "new alarm" not in text_of(app))


async def test_at_160_columns_the_cursors_run_is_told_at_a_glance(journal: JournalPaths) -> None:
    trained(journal).close()
    make_run(journal, "later", at=CREATED + 100, reason="was it the precision?")
    app = app_over(journal)
    async with app.run_test(size=(160, 45)) as pilot:
        await settled(pilot, app)
        await wait_for(pilot, lambda: "was it the precision?" in text_of(app) and "At a glance" in text_of(app))
        await pilot.press("j")
        await wait_for(pilot, lambda: "Build the optimizer after the adapter." in text_of(app))
        await wait_for(pilot, lambda: "train/loss" in text_of(app))


async def test_gpus_are_listed_where_there_are_some(journal: JournalPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "2")
    make_run(journal, "v1")
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "gpu 1" in text_of(app))
        assert "GPUs" in text_of(app)


async def test_the_key_of_the_run_page_shows_the_run_under_the_cursor(journal: JournalPaths) -> None:
    """What is written, stopped or branched off there must not be another run's."""
    trained(journal, "first")
    make_run(journal, "second", at=CREATED + 60)
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await wait_for(pilot, lambda: len(app.runs_page.runs) == 2)
        await settled(pilot, app)
        shown = set()
        for key in ("j", "k"):
            await pilot.press("1", key)
            await settled(pilot, app)
            wanted = app.runs_page.cursor_run
            assert wanted is not None
            run, name = wanted.id, wanted.name
            await pilot.press("2")
            await wait_for(pilot, lambda: app.remembered.text("run") == run)  # noqa: B023
            await wait_for(pilot, lambda: app.page.id == "Run" and name in text_of(app))  # noqa: B023
            shown.add(run)
        assert len(shown) == 2
