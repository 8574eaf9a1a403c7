"""The page of a run: words first, every pane within reach of tab, anything in full, and back out again."""

from __future__ import annotations

from pathlib import Path

import pytest
from story import app_over, open_run, tell
from tui_harness import screen_text, settled, text_of, wait_for

from labjournal.paths import JournalPaths
from labjournal.tui.remembered import Remembered
from labjournal.tui.screens.run import RunPage


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> JournalPaths:
    return tell(tmp_path_factory.mktemp("story"))


def rows_with(lines: list[str], text: str) -> list[str]:
    return [line for line in lines if text in line]


async def test_tab_goes_through_every_pane_and_comes_back(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_run(pilot, app, "v4-own-group")
        seen = []
        for _ in range(7):
            seen.append(next(line.split("▌")[1] for line in screen_text(app) if "▌" in line))
            await pilot.press("tab")
            await settled(pilot, app)
        titles = ["Charts", "Weights", "Results", "Checkpoints", "Settings and code", "Attempts", "System"]
        assert [line.startswith(title) for title, line in zip(titles, seen, strict=True)] == [True] * 7
        await wait_for(pilot, lambda: any(line.startswith("▌Charts") for line in screen_text(app)))


async def test_the_headline_has_the_news_and_the_strip_the_remedy_and_neither_says_it_twice(
    journal: JournalPaths,
) -> None:
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await open_run(pilot, app, "v4-own-group")
        text = text_of(app)
        assert text.count("gets gradients but is in no optimizer") == 1
        assert "Build the optimizer after the adapter" in text
        assert "1 more" in text
        await pilot.press("e")
        await wait_for(pilot, lambda: "Evidence: grad norm 0.83; tensors 4." in text_of(app))
        assert "From it follows: placebo_input (numeric)." in text_of(app)


async def test_weights_tell_who_stands_still_and_what_is_frozen(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await open_run(pilot, app, "v4-own-group")
        lines = screen_text(app)
        still = rows_with(lines, "adapter.0  ·")
        assert "0 exactly" in still[0]
        assert lines.index(still[0]) < next(at for at, line in enumerate(lines) if line.startswith(" encoder.0"))
        assert rows_with(lines, "frozen: 880 of 2,674 parameters (33 %)")
        scale = rows_with(lines, "1e-6 ·░▒▓█ 1e-2")[0]
        assert scale.index("1e-6") == still[0].index("·"), "the scale stands over the heat"


async def test_a_checkpoint_is_validated_from_where_that_is_offered(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await open_run(pilot, app, "v3-embed")
        await pilot.press("v")
        await wait_for(pilot, lambda: ":latest" in text_of(app) and "validate" in screen_text(app)[-1])
        await pilot.press("escape")


async def test_any_pane_takes_the_whole_page_and_escape_gives_it_back(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_run(pilot, app, "v4-own-group")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Weights" not in text_of(app))
        assert "1 of" in text_of(app)
        await pilot.press("escape")
        await wait_for(pilot, lambda: "Weights" in text_of(app))
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await wait_for(pilot, lambda: "Charts" not in text_of(app) and "was 3e-5" in text_of(app))
        assert "lr 3e-5 -> 3e-3" in text_of(app)
        assert "forked from v3-embed at step 300" in text_of(app)
        await pilot.press("escape")
        await wait_for(pilot, lambda: "Charts" in text_of(app))
        await pilot.press("L")
        await wait_for(pilot, lambda: "step 390" in text_of(app) and "Charts" not in text_of(app))
        await pilot.press("L")
        await wait_for(pilot, lambda: any(line.startswith("▌Charts") for line in screen_text(app)))


async def test_marked_runs_are_laid_over_the_charts_with_their_names(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await open_run(pilot, app, "v4-own-group")
        await pilot.press("o")
        await wait_for(pilot, lambda: "● v4-own-group  ▲ v3-embed" in text_of(app))
        await pilot.press("o")
        await wait_for(pilot, lambda: "▲ v3-embed" not in text_of(app))


async def test_a_curve_is_found_by_a_part_of_its_name(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_run(pilot, app, "v4-own-group")
        assert "speed/tokens" not in text_of(app)
        await pilot.press("t", *"tok", "enter")
        await wait_for(pilot, lambda: "speed/tokens_per_s" in text_of(app))


async def test_attempts_and_results_say_how_it_went(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(160, 45)) as pilot:
        await open_run(pilot, app, "v4-own-group")
        lines = screen_text(app)
        assert rows_with(lines, "1,000  0.908 [.888 .924]  majority 0.524")
        assert rows_with(lines, "expected accuracy > 0.93")
        page = app.query_one(RunPage)
        await pilot.press("tab", "tab", "tab", "tab", "tab")
        await wait_for(pilot, lambda: "1 restart" in text_of(app))
        assert "60 points written after where a later attempt went on: dimmed" in text_of(app)
        assert "Attempt 2" in page.say()


@pytest.mark.parametrize("key", ["charts", "weights", "results", "checkpoints", "origin", "attempts", "system"])
async def test_every_pane_can_be_said_in_words(journal: JournalPaths, key: str) -> None:
    app = app_over(journal)
    expected = {
        "charts": "train/loss, by step",
        "weights": "Standing still exactly: net.adapter.0",
        "results": "300 on 1:1: accuracy 0.908 [.888 .924], n 1,000, majority 0.524",
        "checkpoints": "The newest is step-300.pt at step 300, 34.1 MB",
        "origin": "Settings: epochs 9, hidden 64",
        "attempts": "Attempt 1",
        "system": "speed/tokens_per_s 1,900",
    }
    async with app.run_test(size=(80, 24)) as pilot:
        await open_run(pilot, app, "v4-own-group")
        for _ in range(list(expected).index(key)):
            await pilot.press("tab")
            await settled(pilot, app)
        told = app.page.say()
    assert told.startswith("v4-own-group is done, step 399")
    assert expected[key] in told


async def test_a_failed_run_without_curves_says_why_it_ended(journal: JournalPaths, tmp_path: Path) -> None:
    app = app_over(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_run(pilot, app, "lr-too-hot")
        assert "Failed: ended with exit code 1: loss is NaN." in text_of(app)


async def test_how_charts_are_looked_at_is_remembered_for_every_run(journal: JournalPaths) -> None:
    memory = Remembered(None)
    app = app_over(journal, remembered=memory)
    async with app.run_test(size=(120, 35)) as pilot:
        await open_run(pilot, app, "v4-own-group")
        await pilot.press("x", "+", "y")
        await wait_for(pilot, lambda: "time · raw dim, ema .8 bright" in text_of(app))
    app = app_over(journal, remembered=memory)
    async with app.run_test(size=(120, 35)) as pilot:
        await open_run(pilot, app, "v3-embed")
        await wait_for(pilot, lambda: "time · raw dim, ema .8 bright" in text_of(app))
        assert memory.mapping("looks")["logs"] == {"train/loss": True}


@pytest.mark.parametrize("odd", [{}, {"axis": "sideways", "smoothing": 7, "logs": []}, {"axis": None, "raw_only": 1}])
async def test_what_was_remembered_by_another_version_is_left_aside(
    journal: JournalPaths, odd: dict[str, object]
) -> None:
    memory = Remembered(None)
    memory.set("looks", odd)
    app = app_over(journal, remembered=memory)
    async with app.run_test(size=(120, 35)) as pilot:
        await open_run(pilot, app, "v3-embed")
        await wait_for(pilot, lambda: "step · raw dim, ema .6 bright" in text_of(app))
