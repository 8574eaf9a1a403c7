"""Links in words of people: numbers as they are now, and the way to what is spoken of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import app_over, tell
from textual.widgets import TextArea
from tui_harness import settled, text_of, wait_for

from labjournal.config import Config
from labjournal.diary import Diary
from labjournal.follower import Follower
from labjournal.paths import JournalPaths
from labjournal.tui.feed import Source
from labjournal.tui.prose import prose_lines
from labjournal.tui.reading_links import Link, links
from labjournal.tui.text import line_width, plain_text


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> JournalPaths:
    return tell(tmp_path_factory.mktemp("story"))


def shown(journal: JournalPaths, text: str) -> str:
    follower = Follower.open(journal)
    try:
        found = links(Source(follower.store, Config(), journal), [text])
    finally:
        follower.close()
    return " ".join(plain_text(line).strip() for line in prose_lines(text, 200, links=found))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Before: [[v3-embed:300 accuracy 1:1]], now better", "Before: 0.897 [.877 .914], now better"),
        ("[[v4-own-group accuracy 1:1]]", "0.908 [.888 .924]"),
        ("[[v4-own-group:300 accuracy]]", "0.945 [.939 .949] on 1:10"),
        ("[[v4-own-group:200 accuracy]]", "0.880 [.858 .899]"),
        ("[[v4-own-group:200 accuracy 1:10]]", "[v4-own-group:200 accuracy 1:10: not measured]"),
        ("[[v4-own-group beauty]]", "[v4-own-group beauty: not measured]"),
        ("[[nobody accuracy]]", "[nobody accuracy: no such run]"),
        ("as @v3-embed.", "as @v3-embed."),
        ("write to ada@v3-embed or @ada", "write to ada@v3-embed or @ada"),
        ("[[v3-embed]]", "v3-embed"),
        ("[[f:param_not_in_optimizer]]", "param_not_in_optimizer (open alarm)"),
        ("[[f:never_heard_of]]", "[f:never_heard_of: no such finding]"),
        ("[[]] and [[", "[[]] and [["),
    ],
)
def test_a_link_shows_what_it_stands_for_today(journal: JournalPaths, text: str, told: str) -> None:
    assert shown(journal, text) == told


@given(st.text(max_size=80), st.integers(10, 60))
def test_no_line_is_wider_than_its_room_and_no_private_sign_is_shown(text: str, width: int) -> None:
    words = f"a [[x]] b {text} [[x]]"
    for line in prose_lines(words, width, links={"[[x]]": Link("0.897 [.877 .914]", "b text")}):
        drawn = plain_text(line)
        assert not {"\ufdd0", "\ufdd1", "\ufdd2"} & set(drawn)
        assert not any(0xE100 <= ord(sign) <= 0xE101 for sign in drawn) or not text.isascii()
        if text.isascii() and "`" not in text and "  " not in text:
            assert line_width(line) <= max(width, 10)


async def test_the_diary_shows_the_number_and_goes_to_the_run(journal: JournalPaths) -> None:
    Diary(journal).note("The branch was at [[v3-embed:300 accuracy 1:1]] in @v3-embed.")
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        await pilot.press("4")
        await wait_for(pilot, lambda: "The branch was at 0.897 [.877 .914]" in text_of(app))
        await pilot.press("L")
        await wait_for(pilot, lambda: " v3-embed " in text_of(app) and "Charts" in text_of(app))


async def test_the_preview_shows_what_a_link_will_read_as(journal: JournalPaths) -> None:
    app = app_over(journal)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        await pilot.press("n")
        await wait_for(pilot, lambda: "Preview" in text_of(app))
        app.screen.query_one(TextArea).insert("was [[v3-embed:300 accuracy 1:1]]")
        await wait_for(pilot, lambda: "was 0.897 [.877 .914]" in text_of(app))
        await pilot.press("ctrl+d")
