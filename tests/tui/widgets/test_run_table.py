"""The virtual table: opens at any length, and holds on to things instead of row numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tui_harness import HarnessApp, screen_segments, screen_text, wait_for

from labjournal.tui.glyphs import ASCII
from labjournal.tui.text import Line
from labjournal.tui.widgets import run_table
from labjournal.tui.widgets.columns import Column, Cut
from labjournal.tui.widgets.row_source import Group, GroupedRows, ListRows, Row
from labjournal.tui.widgets.run_table import RunTable

COLUMNS = (
    Column("state", "state", ((0, 10),)),
    Column("run", "run", ((0, 17),), cut=Cut.MIDDLE),
    Column("acc", "acc 1:1  95%", ((0, 20),), cut=Cut.WHOLE),
    Column("trend", "trend", ((0, 0), (100, 10))),
    Column("finding", "finding", ((0, 9), (100, 25)), grow=1),
    Column("age", "age", ((0, 4),), right=True),
)


def run_row(name: str, state: str = "✓ done", finding: str = "") -> Row:
    cells: tuple[Line, ...] = (
        [(state, "ok")],
        [(name, "text")],
        [("0.908", "text"), (" [.888 .924]", "muted")],
        [("▁▄▅▆▇▇▇▇", "h4")],
        [(finding, "alarm")],
        [("2h24", "muted")],
    )
    return Row(name, cells)


class Counted:
    """A source of any length that makes its rows when asked and counts what was asked for."""

    def __init__(self, length: int, first: int = 0) -> None:
        self.length = length
        self.first = first
        self.fetched = 0

    def count(self) -> int:
        return self.length

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        stop = min(stop, self.length)
        self.fetched += max(0, stop - start)
        return [run_row(f"run-{at + self.first}") for at in range(start, stop)]

    def index_of(self, id: str) -> int | None:
        at = int(id.removeprefix("run-")) - self.first
        return at if 0 <= at < self.length else None


def line_of(app: HarnessApp, text: str) -> int:
    return next(at for at, line in enumerate(screen_text(app)) if text in line)


async def test_a_million_rows_fetch_only_what_is_in_sight() -> None:
    source = Counted(1_000_000)
    table = RunTable(COLUMNS, source)
    app = HarnessApp(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j")
        assert table.cursor_id == "run-1"
        await pilot.press("G")
        await wait_for(pilot, lambda: "run-999999" in screen_text(app)[-1])
        await pilot.press("g")
        await wait_for(pilot, lambda: "run-0" in screen_text(app)[1])
    assert source.fetched < 1_000


async def test_new_rows_above_leave_the_cursor_on_its_thing_and_its_line() -> None:
    table = RunTable(COLUMNS, Counted(10_000, first=1_000))
    app = HarnessApp(table)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(5):
            await pilot.press("j")
        line = line_of(app, "run-1005")
        table.refresh_rows(Counted(10_003, first=997))
        await wait_for(pilot, lambda: table.new_above == 3)
        assert table.cursor_id == "run-1005"
        assert line_of(app, "run-1005") == line
        assert "run-1000" in screen_text(app)[1]
        await pilot.press("g")
        await wait_for(pilot, lambda: table.new_above == 0)
        assert "run-997" in screen_text(app)[1]


async def test_what_came_while_the_table_was_out_of_sight_is_not_new_above_a_view_that_begins_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_table, "REST_S", 600.0)
    table = RunTable(COLUMNS, ListRows([run_row("first")]))
    app = HarnessApp(table)
    async with app.run_test(size=(80, 24)) as pilot:
        table.display = False
        await pilot.pause()
        table.refresh_rows(ListRows([run_row("meanwhile"), run_row("first")]))
        await pilot.pause()
        table.display = True
        await wait_for(pilot, lambda: any(" meanwhile " in line for line in screen_text(app)))
        await wait_for(pilot, lambda: table.new_above == 0)


async def test_a_short_table_keeps_the_cursor_line_until_the_keys_have_rested() -> None:
    table = RunTable(COLUMNS, ListRows([run_row("b"), run_row("c")]))
    app = HarnessApp(table)
    async with app.run_test(size=(80, 24)) as pilot:
        line = table.cursor_line
        table.refresh_rows(ListRows([run_row("a"), run_row("b"), run_row("c")]))
        await pilot.pause()
        assert (table.cursor_id, table.cursor_line) == ("b", line)
        table.settle()
        await wait_for(pilot, lambda: table.cursor_line == line + 1)
        assert table.cursor_id == "b"


async def test_rows_that_change_all_the_time_do_not_put_off_what_waits_for_a_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_table, "REST_S", 0.5)
    table = RunTable(COLUMNS, ListRows([run_row("b"), run_row("c")]))
    app = HarnessApp(table)
    async with app.run_test(size=(80, 24)) as pilot:
        line = table.cursor_line

        def first_is_in_sight() -> bool:
            table.refresh_rows(ListRows([run_row("a"), run_row("b"), run_row("c")]))
            return table.cursor_line == line + 1

        assert not first_is_in_sight()
        await wait_for(pilot, first_is_in_sight)


async def test_rows_that_change_order_take_the_cursor_along() -> None:
    table = RunTable(COLUMNS, ListRows([run_row(name) for name in "abcdef"]))
    app = HarnessApp(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j")
        table.refresh_rows(ListRows([run_row(name) for name in "fedcba"]))
        await pilot.pause()
        assert table.cursor_id == "c"


async def test_a_thing_that_vanished_leaves_the_cursor_near_its_place() -> None:
    table = RunTable(COLUMNS, ListRows([run_row(name) for name in "abc"]))
    app = HarnessApp(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("G")
        table.refresh_rows(ListRows([run_row(name) for name in "ab"]))
        await pilot.pause()
        assert table.cursor_id == "b"
        table.refresh_rows(ListRows([]))
        await pilot.press("j", "k", "G", "enter", "space")
        assert table.cursor_id is None


async def test_marks_hold_on_to_things_and_the_cursor_goes_on() -> None:
    table = RunTable(COLUMNS, ListRows([run_row(name) for name in "abc"]))
    app = HarnessApp(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space")
        assert (table.marks, table.cursor_id) == (("a", "b"), "c")
        table.refresh_rows(ListRows([run_row(name) for name in "cba"]))
        await pilot.pause()
        assert "◆" in screen_text(app)[line_of(app, " a ")]
        await pilot.press("M")
        assert table.marks == ()


async def test_groups_fold_and_air_is_stepped_over() -> None:
    groups = [
        Group("g1", [("adapter v4", "b text"), ("  2  own group", "muted")], ListRows([run_row("a"), run_row("b")])),
        Group("g2", [("text only", "b text")], ListRows([run_row("c")])),
    ]
    table = RunTable(COLUMNS, GroupedRows(groups, air=True))
    app = HarnessApp(table)
    async with app.run_test(size=(80, 24)) as pilot:
        text = screen_text(app)
        assert text[1].startswith("▌▾ adapter v4  2  own group")
        assert text[4] == ""
        await pilot.press("j", "j", "j")
        assert table.cursor_id == "g2"
        await pilot.press("k", "h")
        assert table.cursor_id == "g1"
        table.refresh_rows(GroupedRows(groups, folded=frozenset({"g1"}), air=True))
        await pilot.pause()
        assert screen_text(app)[1].startswith("▌▸ adapter v4")
        assert screen_text(app)[3].startswith(" ▾ text only")


async def test_hostile_names_are_shown_and_never_obeyed() -> None:
    name = "\x1b[31mred\x1b[0m [bold]x[/] \r\n\u202egpj"
    app = HarnessApp(RunTable((Column("run", "run", ((0, 60),)),), ListRows([Row("1", ([(name, "text")],))])))
    async with app.run_test(size=(80, 24)):
        line = screen_text(app)[1]
    assert "␛[31mred␛[0m [bold]x[/] ␍␊\\u202egpj" in line


async def test_double_width_names_keep_the_columns_aligned() -> None:
    app = HarnessApp(RunTable(COLUMNS, ListRows([run_row("日本語の実験名前が長い場合"), run_row("plain")])))
    async with app.run_test(size=(80, 24)):
        segments = screen_segments(app)
    starts = []
    for line in segments[1:3]:
        cells = 0
        for segment in line:
            if segment.text.startswith("0.908"):
                starts.append(cells)
            cells += segment.cell_length
    assert starts[0] == starts[1]


async def test_columns_follow_the_width_of_the_table() -> None:
    rows = ListRows([run_row("v4-own-group", finding="▲ param_not_in_optimizer")])
    table = RunTable(COLUMNS, rows)
    app = HarnessApp(table)
    async with app.run_test(size=(160, 45)) as pilot:
        assert "trend" in screen_text(app)[0]
        assert "▲ param_not_in_optimizer" in screen_text(app)[1]
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: "trend" not in screen_text(app)[0])
        assert "0.908 [.888 .924]" in screen_text(app)[1]
        assert screen_text(app)[1].endswith("2h24")


async def test_no_color_and_ascii_draw_without_colour_or_crash() -> None:
    table = RunTable(COLUMNS, ListRows([run_row("a"), run_row("b")]))
    app = HarnessApp(table, glyphs=ASCII, environ={"NO_COLOR": "1"})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        assert all(line.isascii() for line in screen_text(app))
        assert "*" in screen_text(app)[1]
        colours = {
            (segment.style.color, segment.style.bgcolor)
            for line in screen_segments(app)
            for segment in line
            if segment.style is not None
        }
        reversed_ = [segment for segment in screen_segments(app)[2] if segment.style and segment.style.reverse]
    assert all((fore is None or fore.is_default) and (back is None or back.is_default) for fore, back in colours)
    assert reversed_, "the cursor's row is reversed where there is no colour"
