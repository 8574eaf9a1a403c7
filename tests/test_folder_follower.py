"""Folders of event files without a journal: each folder a run, followed live, nothing written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from journal_files import EventWriter
from labjournal.errors import NotFoundError
from labjournal.follower.folder import FolderFollower
from labjournal.model import SeriesKey


def test_each_folder_is_a_run_and_the_newest_file_comes_first(tmp_path: Path) -> None:
    for number, name in enumerate(("old", "new")):
        writer = EventWriter(tmp_path / name / f"events.out.tfevents.{1_600_000_000 + number}.host")
        writer.add("loss", 3, 0.5)
        writer.close()
    follower = FolderFollower(tmp_path)
    follower.catch_up()
    assert [row.name for row in follower.store.run_rows()] == ["new", "old"]
    assert [row.step for row in follower.store.run_rows()] == [3, 3]
    assert sorted(os.listdir(tmp_path)) == ["new", "old"]


def test_points_and_folders_that_come_later_appear(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path / "a" / "events.out.tfevents.1")
    writer.add("loss", 1, 0.5)
    follower = FolderFollower(tmp_path)
    follower.catch_up()
    writer.add("loss", 2, 0.25)
    assert follower.turn()
    (row,) = follower.store.run_rows()
    data = follower.store.series(SeriesKey(row.id, "", "loss"))
    assert data is not None
    assert data.values.tolist() == [0.5, 0.25]
    EventWriter(tmp_path / "b" / "events.out.tfevents.1").add("loss", 1, 1.0)
    for _ in range(40):
        follower.turn()
    assert len(follower.store.run_rows()) == 2


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such folder"):
        FolderFollower(tmp_path / "none")
