"""What is typed faster than the app keeps up with: nothing lost, nothing overtaken."""

from __future__ import annotations

from pathlib import Path

from textual.app import App
from textual.events import Key
from tui_harness import HarnessApp, wait_for

from labjournal.tui.drafts import Drafts
from labjournal.tui.screens.editor import Editor, Written
from labjournal.tui.screens.palette import Chosen, Offer, Palette
from labjournal.tui.widgets.typing_boxes import LineBox

TEXT = "loss falls slowly @base acc"


def burst(app: App[None], *keys: str) -> None:
    """Hand all keys to the app before it looks at the first of them, as a terminal does after a pause."""
    for key in keys:
        app.post_message(
            Key(key if len(key) > 1 else {" ": "space", "@": "at"}.get(key, key), key if len(key) == 1 else None)
        )


async def test_a_note_is_written_down_whole(tmp_path: Path) -> None:
    app = HarnessApp()
    written: list[Written | None] = []
    async with app.run_test() as pilot:
        editor = Editor("Note", Drafts(tmp_path), "key")
        await app.push_screen(editor, written.append)
        burst(app, *TEXT, "escape")
        await wait_for(pilot, lambda: bool(written))
    assert written == [Written(TEXT, "note")]


async def test_a_backspace_takes_the_letter_before_it(tmp_path: Path) -> None:
    app = HarnessApp()
    written: list[Written | None] = []
    async with app.run_test() as pilot:
        await app.push_screen(Editor("Note", Drafts(tmp_path), "key"), written.append)
        burst(app, *"pythom", "backspace", *"n train", "home", *">", "end", *".py", "escape")
        await wait_for(pilot, lambda: bool(written))
    assert written == [Written(">python train.py", "note")]


async def test_a_line_is_emptied_before_the_next_is_typed() -> None:
    app = HarnessApp()
    async with app.run_test() as pilot:
        box = LineBox("python valid.py --all")
        await app.screen.mount(box)
        box.focus()
        await wait_for(pilot, lambda: box.has_focus)
        burst(app, *["backspace"] * 30, *"python train.py --epochs 3", "left", "backspace", *"1")
        await wait_for(pilot, lambda: "1" in box.value)
        await pilot.pause()
        assert box.value == "python train.py --epochs13"


async def test_enter_runs_what_was_typed_before_it() -> None:
    app = HarnessApp()
    chosen: list[Chosen | None] = []
    async with app.run_test() as pilot:
        await app.push_screen(Palette([Offer("note", "write")], []), chosen.append)
        burst(app, *"note -m hx", "backspace", *"ello", "enter")
        await wait_for(pilot, lambda: bool(chosen))
    assert chosen == [Chosen("note -m hello")]
