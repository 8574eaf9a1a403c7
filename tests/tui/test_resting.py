"""Looks for garbage are short: there is little to find, and what stays is passed over."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.segment import Segment
from sample_journal import NOW, make
from textual.screen import ModalScreen
from textual.strip import Strip
from tui_harness import settled

from labjournal import paths
from labjournal.tui import resting
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed
from labjournal.tui.resting import RestingApp


class Told:
    """What the app asked of the collector, and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.waiting = 0
        self.now = 1000.0
        asked = {name: lambda name=name: self.asked.append(name) for name in ("collect", "freeze", "unfreeze")}
        counted = SimpleNamespace(get_count=lambda: (0, 0, self.waiting), set_threshold=gc.set_threshold, **asked)
        monkeypatch.setattr(resting, "gc", counted)
        monkeypatch.setattr(resting, "time", SimpleNamespace(monotonic=lambda: self.now))

    def look(self, app: RestingApp, after_s: float, waiting: int) -> list[str]:
        """What a look asks for, so long after the last key."""
        self.asked.clear()
        self.waiting = waiting
        self.now += after_s
        app._look_for_garbage()
        return list(self.asked)


async def test_a_look_passes_over_what_stays_until_a_long_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = gc.get_threshold()
    # Looks are made by the test alone.
    monkeypatch.setattr(RestingApp, "set_interval", lambda *_: None)
    app: Any = RestingApp(environ={})
    async with app.run_test() as pilot:
        assert gc.get_threshold()[2] > 1_000_000
        told = Told(monkeypatch)
        await pilot.press("j")
        assert told.look(app, 1, waiting=5) == []
        assert told.look(app, 1, waiting=50) == ["collect", "freeze"]
        assert told.look(app, 600, waiting=0) == ["unfreeze", "collect", "freeze"]
        assert told.look(app, 1, waiting=0) == []
        await pilot.press("j")
        assert told.look(app, 1, waiting=0) == []
        assert told.look(app, 601, waiting=0) == ["unfreeze", "collect", "freeze"]
        await app.push_screen(ModalScreen())
        assert told.look(app, 1, waiting=50) == ["collect"], "a dialog that is open now will be garbage"
        monkeypatch.undo()
    assert gc.get_threshold() == before


def test_an_undivided_line_does_not_keep_itself() -> None:
    line = Strip([Segment("abc"), Segment("def")])
    held = sys.getrefcount(line)
    assert line.divide([6]) == [line]
    assert line.divide([6, 9]) == [line]
    assert sys.getrefcount(line) == held
    assert [part.text for part in line.divide([2, 6])] == ["ab", "cdef"]


def keeps_itself(line: Strip, garbage: list[Any]) -> bool:
    """Does it lead back to itself? Others are held by a dialog that is closed, and go with it."""
    within, seen, todo = {id(one) for one in garbage}, set[int](), [line]
    while todo:
        for other in gc.get_referents(todo.pop()):
            if other is line:
                return True
            if id(other) in within and id(other) not in seen:
                seen.add(id(other))
                todo.append(other)
    return False


async def test_lines_that_were_shown_are_no_garbage(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    make(journal)
    app = JournalApp(Feed(journal), journal="jets", clock=lambda: NOW)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(pilot, app)
        gc.collect()
        gc.disable()
        try:
            await pilot.press(*"jjk2\t\t31S", "escape", *"4j51")
            await settled(pilot, app)
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            lines = [one for one in gc.garbage if isinstance(one, Strip) and keeps_itself(one, gc.garbage)]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    assert not lines
