"""How the pages of a run and of a comparison look, as text at three sizes, and in four themes without another sign.

The pictures lie in ``snapshots/``; ``SNAPSHOT_UPDATE=1`` writes them anew after a change that was looked at.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from story import app_over, open_run, tell
from tui_harness import screen_segments, screen_text, settled, wait_for

from labjournal.paths import JournalPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.theme import LOOKS

PICTURES = Path(__file__).parent / "snapshots"
SIZES = [(80, 24), (120, 35), (160, 45)]
THEMES = ("light", "colour-blind", "plain", "dark")
LEAST_CONTRAST = 3.0
"""Of any sign that is not a rule or an axis, on the ground it stands on."""


@pytest.fixture(scope="module", autouse=True)
def utc() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> JournalPaths:
    return tell(tmp_path_factory.mktemp("story"))


def looks_as(app: JournalApp, name: str) -> None:
    width, height = app.size
    shown = "".join(f"{line}\n" for line in screen_text(app))
    path = PICTURES / f"{name}-{width}x{height}.txt"
    if os.environ.get("SNAPSHOT_UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def luminance(rgb: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def every_sign_can_be_read(app: JournalApp) -> None:
    """Rules, axes and dimmed raw points may be faint, letters and digits may not."""
    for line in screen_segments(app):
        for segment in line:
            style = segment.style
            if style is None or not any(sign.isalnum() for sign in segment.text):
                continue
            if style.color is None or style.bgcolor is None or style.color.is_default or style.bgcolor.is_default:
                continue
            ink, ground = (luminance(tuple(colour.get_truecolor())) for colour in (style.color, style.bgcolor))
            contrast = (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05)
            assert contrast >= LEAST_CONTRAST, (segment.text, style)


def has_colour(app: JournalApp) -> bool:
    return any(
        segment.style is not None and segment.style.color is not None and not segment.style.color.is_default
        for line in screen_segments(app)
        for segment in line
    )


@pytest.mark.parametrize("size", SIZES)
async def test_the_pages_look_as_they_did_in_every_theme(journal: JournalPaths, size: tuple[int, int]) -> None:
    app = app_over(journal)
    async with app.run_test(size=size) as pilot:
        await open_run(pilot, app, "v4-own-group")
        looks_as(app, "run")
        before = screen_text(app)
        for theme in THEMES:
            app.theme = theme
            await pilot.pause()
            await wait_for(pilot, lambda: screen_text(app) == before)
            every_sign_can_be_read(app)
            assert has_colour(app) == (not LOOKS[theme].ansi)
        await pilot.press("3")
        await wait_for(pilot, lambda: any("data set 1:10" in line for line in screen_text(app)) and app.settled)
        await settled(pilot, app)
        looks_as(app, "compare")
        before = screen_text(app)
        for theme in THEMES:
            app.theme = theme
            await pilot.pause()
            await wait_for(pilot, lambda: screen_text(app) == before)
            every_sign_can_be_read(app)
            assert has_colour(app) == (not LOOKS[theme].ansi)
