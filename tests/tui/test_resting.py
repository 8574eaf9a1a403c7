"""Garbage is looked for while no key is pressed."""

from __future__ import annotations

import gc
from types import SimpleNamespace
from typing import Any

import pytest

from labjournal.tui import resting
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


async def test_the_great_look_waits_for_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = gc.get_threshold()
    # Looks are made by the test alone.
    monkeypatch.setattr(RestingApp, "set_interval", lambda *_: None)
    app: Any = RestingApp(environ={})
    async with app.run_test() as pilot:
        assert gc.get_threshold()[2] > 1_000_000
        told = Told(monkeypatch)
        await pilot.press("j")
        assert told.look(app, 1, waiting=50) == []
        assert told.look(app, 0, waiting=1000) == ["collect", "freeze"]
        assert told.look(app, 2, waiting=5) == []
        assert told.look(app, 0, waiting=50) == ["collect", "freeze"]
        assert told.look(app, 600, waiting=0) == ["unfreeze", "collect", "freeze"]
        assert told.look(app, 1, waiting=0) == []
        await pilot.press("j")
        assert told.look(app, 1, waiting=50) == []
        assert told.look(app, 601, waiting=0) == ["unfreeze", "collect", "freeze"]
        monkeypatch.undo()
    assert gc.get_threshold() == before
