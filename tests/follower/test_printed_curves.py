"""Curves that a run only printed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from journal_files import EventWriter, make_run
from labjournal import paths
from labjournal.follower import Follower, reindex
from labjournal.model import SeriesKey
from labjournal.paths import JournalPaths

EPOCHS = "".join(f"Epoch {n}/6 - loss: {1 / n:.4f} - val_acc: {0.5 + n / 20:.4f}\n" for n in range(1, 7))


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def printed(follower: Follower, run: str) -> dict[str, list[tuple[int, float]]]:
    found = {}
    for info in follower.store.series_list(run):
        data = follower.store.series(info.key)
        assert data is not None
        found[info.key.name] = list(zip(data.steps.tolist(), data.values.tolist(), strict=True))
    return found


def test_they_are_curves_of_the_run_without_times(journal: JournalPaths) -> None:
    run = make_run(journal, log=EPOCHS)
    follower = Follower.open(journal)
    follower.catch_up()
    found = printed(follower, run.id)
    assert found["printed/val_acc"] == [(n, pytest.approx(0.5 + n / 20)) for n in range(1, 7)]
    assert all(name.startswith("printed/") for name in found)
    assert math.isnan(follower.store.series_list(run.id)[0].last_wall)
    follower.close()
    reindex.rebuild(journal)
    again = Follower.open(journal)
    assert printed(again, run.id) == found


def test_a_run_with_curves_in_event_files_keeps_to_those(journal: JournalPaths) -> None:
    run = make_run(journal, log=EPOCHS)
    writer = EventWriter(run.events / "events.out.tfevents.1")
    writer.add("loss", 1, 0.25)
    writer.close()
    follower = Follower.open(journal)
    follower.catch_up()
    assert set(printed(follower, run.id)) == {"loss"}


def test_curves_of_the_watch_alone_do_not_count_as_such(journal: JournalPaths) -> None:
    run = make_run(journal, log=EPOCHS)
    writer = EventWriter(run.events / "events.out.tfevents.1")
    writer.add("watch/lr/group0", 1, 0.25)
    writer.close()
    follower = Follower.open(journal)
    follower.catch_up()
    assert {name.split("/")[0] for name in printed(follower, run.id)} == {"printed", "watch"}


def test_they_grow_while_the_run_lives(journal: JournalPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    from labjournal.follower import log_reader as module

    monkeypatch.setattr(module, "_EVERY_S", 0.0)
    monkeypatch.setattr(module, "_SHARE", 0.0)
    run = make_run(journal, ended=False)
    follower = Follower.open(journal)
    lines = EPOCHS.splitlines(keepends=True)
    for shown in (3, 5):
        run.log.write_text("".join(lines[:shown]))
        follower.catch_up()
        data = follower.store.series(SeriesKey(run.id, "printed", "val_acc"))
        assert data is not None
        assert data.steps.tolist() == list(range(1, shown + 1))


def test_steps_that_begin_anew_are_counted_by_their_order(journal: JournalPaths) -> None:
    run = make_run(journal, log=EPOCHS + EPOCHS)
    follower = Follower.open(journal)
    follower.catch_up()
    data = follower.store.series(SeriesKey(run.id, "printed", "val_acc"))
    assert data is not None
    assert data.steps.tolist() == list(range(12))
