"""The log on a screen: it follows, it locks, and no escape in it is obeyed."""

from __future__ import annotations

from pathlib import Path

from tui_harness import HarnessApp, screen_segments, screen_text, wait_for

from labjournal.tui.glyphs import ASCII
from labjournal.tui.theme import LOOKS
from labjournal.tui.widgets import ansi
from labjournal.tui.widgets.log_view import LogView
from labjournal.tui.widgets.pane import Pane


def written(path: Path, lines: int) -> Path:
    path.write_text("".join(f"line {at:06d}\n" for at in range(lines)))
    return path


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def pane_of(view: LogView) -> HarnessApp:
    return HarnessApp(Pane("Log", view))


async def test_the_view_follows_the_end(tmp_path: Path) -> None:
    log = written(tmp_path / "out.log", 100_000)
    view = LogView(log, poll_s=0.05)
    app = pane_of(view)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: screen_text(app)[-1] == " line 099999")
        await wait_for(pilot, lambda: "following · end" in screen_text(app)[0])
        append(log, "one more\n")
        await wait_for(pilot, lambda: screen_text(app)[-1] == " one more")


async def test_scrolled_back_it_stays_and_counts_what_is_new(tmp_path: Path) -> None:
    log = written(tmp_path / "out.log", 5_000)
    view = LogView(log, poll_s=0.05)
    app = pane_of(view)
    async with app.run_test(size=(80, 24)) as pilot:
        view.focus()
        await wait_for(pilot, lambda: screen_text(app)[-1] == " line 004999")
        await pilot.press("pageup")
        await wait_for(pilot, lambda: "locked · " in screen_text(app)[0])
        shown = screen_text(app)[1:]
        append(log, "new\n" * 214)
        await wait_for(pilot, lambda: "214 new lines · G end" in screen_text(app)[0])
        assert screen_text(app)[1:] == shown
        await pilot.press("G")
        await wait_for(pilot, lambda: screen_text(app)[-1] == " new" and "following" in screen_text(app)[0])


async def test_the_beginning_is_one_key_away_and_every_line_in_between_can_be_reached(tmp_path: Path) -> None:
    log = written(tmp_path / "out.log", 200_000)
    view = LogView(log, poll_s=0.05)
    app = pane_of(view)
    async with app.run_test(size=(80, 24)) as pilot:
        view.focus()
        await wait_for(pilot, lambda: screen_text(app)[-1] == " line 199999")
        await pilot.press("g")
        await wait_for(pilot, lambda: screen_text(app)[1] == " line 000000")
        for page in range(1, 40):
            await pilot.press("pagedown")
            first = page * 22
            await wait_for(pilot, lambda first=first: screen_text(app)[1] == f" line {first:06d}")  # type: ignore[misc]


async def test_scrolling_back_over_a_block_does_not_jump(tmp_path: Path) -> None:
    log = written(tmp_path / "out.log", 60_000)
    view = LogView(log, poll_s=0.05)
    app = pane_of(view)
    async with app.run_test(size=(80, 24)) as pilot:
        view.focus()
        await wait_for(pilot, lambda: screen_text(app)[-1] == " line 059999")
        last = 59_999
        while last > 30_000:
            view.action_scroll_pages(-40)
            await wait_for(pilot, lambda: "locked" in screen_text(app)[0])
            await wait_for(pilot, lambda: view.scroll_offset.y > 200 or len(view.lines) > 59_999)
            now = int(screen_text(app)[-1].split()[1])
            assert now < last
            last = now


async def test_a_log_that_does_not_exist_yet_appears(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    app = pane_of(LogView(log, poll_s=0.05))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "no output yet" in screen_text(app)[1])
        log.write_text("here\n")
        await wait_for(pilot, lambda: "here" in screen_text(app)[1])
        log.unlink()
        await wait_for(pilot, lambda: "the log is gone" in screen_text(app)[0])
        assert "here" in screen_text(app)[1]


async def test_a_log_that_is_not_there_is_told_over_what_was_drawn_before(tmp_path: Path) -> None:
    view = LogView(written(tmp_path / "a.log", 100), poll_s=0.05)
    app = pane_of(view)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: screen_text(app)[-1] == " line 000099")
        view.show(tmp_path / "b.log")
        await wait_for(pilot, lambda: screen_text(app)[1] == " no output yet")


async def test_another_run_s_log_replaces_the_view(tmp_path: Path) -> None:
    view = LogView(written(tmp_path / "a.log", 100), poll_s=0.05)
    app = pane_of(view)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: screen_text(app)[-1] == " line 000099")
        (tmp_path / "b.log").write_text("other\n")
        view.show(tmp_path / "b.log")
        await wait_for(pilot, lambda: screen_text(app)[1] == " other")


async def test_colours_are_the_themes_and_other_escapes_are_text(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_text("\x1b[31mred\x1b[0m plain \x1b[2J\x1b]0;title\x07 [bold]\n")
    app = pane_of(LogView(log, poll_s=0.05))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "red" in screen_text(app)[1])
        assert screen_text(app)[1] == " red plain ␛[2J␛]0;title␇ [bold]"
        red = next(segment for segment in screen_segments(app)[1] if segment.text == "red")
        assert red.style is not None
        assert red.style.color == LOOKS["dark"].style("alarm").color


def test_broken_and_huge_sgr_parameters_do_no_harm() -> None:
    for code in ("38;5", "38;2;1", "38;5;999", "99999999;1", ";;", "38;2;300;1;1", "4:3", "48;5;200;1"):
        assert "".join(text for text, _ in ansi.spans(f"\x1b[{code}mx")) == "x"
        for look in LOOKS.values():
            ansi.segments(f"\x1b[{code}mx\x1b[41;97my", look, ASCII)


async def test_no_color_shows_coloured_logs_without_colour(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    log.write_text("\x1b[38;2;255;0;0mred\x1b[0m \x1b[44mback\x1b[0m 日本\n")
    app = HarnessApp(LogView(log, poll_s=0.05), glyphs=ASCII, environ={"NO_COLOR": "1"})
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "red" in screen_text(app)[0])
        for segment in screen_segments(app)[0]:
            assert segment.style is not None
            assert segment.style.color is None or segment.style.color.is_default
        assert screen_text(app)[0] == " red back ????"
