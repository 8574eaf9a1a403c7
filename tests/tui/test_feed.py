"""The feed: questions and turns on threads of their own, and trouble in words."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
from pathlib import Path

import pytest

from journal_files import EventWriter, make_run
from labjournal import paths
from labjournal.errors import JournalUnavailableError
from labjournal.follower import Follower
from labjournal.tui.feed import POLL_S, Feed, Pace


async def test_an_index_from_before_is_read_before_anything_is_followed(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    make_run(journal, "known")
    follower = Follower.open(journal)
    follower.catch_up()
    follower.close()
    feed = Feed(journal)
    assert await feed.open_index()
    assert [row.name for row in await feed.ask(lambda source: source.store.run_rows())] == ["known"]
    await feed.open()
    make_run(journal, "new")
    turned = await feed.turn()
    assert len(turned.runs) == 1
    names = await feed.ask(lambda source: {row.name for row in source.store.run_rows()})
    assert names == {"known", "new"}
    feed.close()


async def test_without_an_index_one_is_made(tmp_path: Path) -> None:
    feed = Feed(paths.find_or_make(tmp_path))
    assert not await feed.open_index()
    await feed.open()
    assert await feed.ask(lambda source: source.store.count_runs()) == 0
    feed.close()


async def test_questions_are_answered_off_the_apps_thread_while_a_turn_is_slow(tmp_path: Path) -> None:
    feed = Feed(paths.find_or_make(tmp_path))
    await feed.open()
    thread = await feed.ask(lambda source: threading.current_thread())
    assert thread is not threading.main_thread()
    gate = threading.Event()
    slow = asyncio.get_running_loop().run_in_executor(feed._follow_thread, gate.wait)
    assert await feed.ask(lambda source: 7) == 7
    gate.set()
    await slow
    feed.close()


async def test_a_folder_without_a_journal_is_followed_in_memory(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path / "a" / "events.out.tfevents.1")
    writer.add("loss", 1, 0.5)
    feed = Feed(None, tmp_path)
    assert not feed.writable
    assert not await feed.open_index()
    await feed.open()
    await feed.turn()
    assert [row.name for row in await feed.ask(lambda source: source.store.run_rows())] == ["a"]
    writer.close()
    feed.close()


async def test_trouble_with_the_database_is_said_with_a_way_out(tmp_path: Path) -> None:
    feed = Feed(paths.find_or_make(tmp_path))
    with pytest.raises(JournalUnavailableError, match="not open"):
        await feed.ask(lambda source: 1)
    await feed.open()

    def locked(source: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    with pytest.raises(JournalUnavailableError, match="busy; trying again"):
        await feed.ask(locked)
    feed.close()


def test_the_pace_is_quick_while_things_happen_and_calm_after() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.after(changed=True, unfinished=True, live=True) == 0
    assert pace.after(changed=False, unfinished=False, live=True) == POLL_S
    now[0] = 60.0
    assert pace.after(changed=False, unfinished=False, live=False) > POLL_S
    assert pace.after(changed=True, unfinished=False, live=False) == POLL_S


async def test_a_large_answer_is_not_looked_through_for_garbage(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    feed = Feed(journal)
    await feed.open()
    frozen = gc.get_freeze_count()
    collected: list[int] = []
    gc.callbacks.append(lambda phase, info: collected.append(info["generation"]))
    try:
        kept = await feed.ask(lambda source: [[at] for at in range(200_000)])
        while_asked = 2 in collected
    finally:
        gc.callbacks.pop()
    assert not while_asked
    assert gc.get_freeze_count() - frozen >= len(kept)
    with pytest.raises(ZeroDivisionError):
        await feed.ask(lambda source: 1 / 0)
    assert gc.isenabled()
    gc.unfreeze()
    feed.close()
