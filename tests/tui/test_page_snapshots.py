"""How the pages of lists and words look, as text: kept under `snapshots/`, written anew with SNAPSHOT_UPDATE=1.

The words are the same in every colour theme, so a page is kept once a size and its colours are checked against the
theme's own roles; without colours and in ASCII it is only seen that nothing else is drawn.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.color import ColorType
from sample_journal import NOW, make
from tui_harness import screen_segments, screen_text, settled, wait_for

from labjournal import paths
from labjournal.paths import JournalPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed
from labjournal.tui.theme import LOOKS

SIZES = ((80, 24), (120, 35), (160, 45))
THEMES = ("light", "colour-blind", "plain")
FOLDER = Path(__file__).parent / "snapshots"
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
def journal(tmp_path_factory: pytest.TempPathFactory) -> JournalPaths:
    found = paths.find_or_make(tmp_path_factory.mktemp("weeks"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labjournal.facts.host_name", lambda: "box2")
        make(found)
    folder = found.project / "entries" / "adapters"
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY)
    return found


@pytest.fixture(scope="module", autouse=True)
def _utc() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "2")
    monkeypatch.setattr("socket.gethostname", lambda: "box2")
    monkeypatch.setattr("labjournal.facts.user_name", lambda: "ada")


def held(name: str, text: str) -> None:
    """The text is what was kept under this name."""
    file = FOLDER / f"{name}.txt"
    if os.environ.get("SNAPSHOT_UPDATE"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def colours(app: JournalApp) -> set[str]:
    """Every true colour on the screen."""
    found = set()
    for line in screen_segments(app):
        for segment in line:
            for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                if colour is not None and colour.type is ColorType.TRUECOLOR:
                    found.add(colour.get_truecolor().hex)
    return found


def roles(theme: str) -> set[str]:
    look = LOOKS[theme]
    styles = [*look.foregrounds.values(), *look.grounds.values()]
    return {one.get_truecolor().hex for style in styles for one in (style.color, style.bgcolor) if one is not None}


PAGES = {"1": "runs", "4": "diary", "5": "checks", "6": "studies", "7": "queue"}
MARKS = {"runs": "gpu 1", "diary": "waiting 1", "checks": "5 open", "studies": "gate shut", "queue": "v4-nfa-3e-4"}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_page_looks_as_kept_in_every_theme(journal: JournalPaths, size: tuple[int, int]) -> None:
    app = JournalApp(Feed(journal), journal="jets", host="box2", clock=lambda: NOW)
    async with app.run_test(size=size) as pilot:
        for key, page in PAGES.items():
            await settled(pilot, app)
            await pilot.press(key)
            await settled(pilot, app)
            await wait_for(pilot, lambda: MARKS[page] in "\n".join(screen_text(app)))  # noqa: B023
            await settled(pilot, app)
            text = "\n".join(screen_text(app)) + "\n"
            # New rules come; the page they are counted on looks the same.
            kept = re.sub(r"\b\d\d rules", "72 rules", text)
            held(f"{page}-{size[0]}x{size[1]}", kept)
            for theme in THEMES:
                app.theme = theme
                await pilot.pause()
                await wait_for(pilot, lambda: colours(app) <= roles(app.theme))
                assert "\n".join(screen_text(app)) + "\n" == text
            app.theme = "dark"
            await pilot.pause()


SHEETS = {"n": ("editor", "Note on"), "r": ("launch", "would run"), "question_mark": ("keys", "compare marked runs")}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_sheet_over_a_page_looks_as_kept_in_every_theme(
    journal: JournalPaths, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(journal.project)
    app = JournalApp(Feed(journal), journal="jets", host="box2", clock=lambda: NOW)
    async with app.run_test(size=size) as pilot:
        await settled(pilot, app)
        for key, (sheet, mark) in SHEETS.items():
            await pilot.press(key)
            await wait_for(pilot, lambda: mark in "\n".join(screen_text(app)))  # noqa: B023
            await pilot.pause()
            text = "\n".join(screen_text(app)) + "\n"
            assert sheet != "launch" or "\n   start" in text
            held(f"{sheet}-{size[0]}x{size[1]}", text)
            for theme in (*THEMES, "dark"):
                app.theme = theme
                await pilot.pause()
                assert "\n".join(screen_text(app)) + "\n" == text
            await pilot.press("escape")
            await wait_for(pilot, lambda: len(app.screen_stack) == 1)
            await settled(pilot, app)
