"""A project that is moved, or copied, goes on as the same journal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from journal_files import CREATED, EventWriter, add_facts, make_run
from labjournal import paths
from labjournal.follower import Follower, reindex
from labjournal.paths import JournalPaths
from labjournal.store import Store, schema


def curves(follower: Follower) -> dict[str, list[tuple[int, float]]]:
    """Every curve of every run, whole."""
    store, found = follower.store, {}
    for run in sorted(store.run_ids()):
        for info in store.series_list(run):
            data = store.series(info.key)
            assert data is not None
            found[f"{run} {info.key.folder} {info.key.tag}"] = list(
                zip(data.steps.tolist(), data.values.tolist(), strict=True)
            )
    return found


def written(path: Path, tag: str, points: int = 20) -> Path:
    writer = EventWriter(path)
    for step in range(points):
        writer.add(tag, step, step / 7)
    writer.close()
    return path


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    """A run with curves in its own folder, one with a noted file of its script, one that named a logdir; one lives."""
    journal = paths.find_or_make(tmp_path / "here" / "project")
    launched = {"project": str(journal.project)}
    written(make_run(journal, "own", **launched).events / "events.out.tfevents.1", "own/loss")
    noted = written(journal.project / "logs" / "exp" / "events.out.tfevents.2", "noted/loss")
    add_facts(make_run(journal, "noted", **launched), ("event_file", {"path": str(noted)}))
    written(journal.project / "runs" / "deep" / "a" / f"events.out.tfevents.{int(CREATED) + 5}.host", "named/loss")
    make_run(journal, "named", logdir="runs/deep", **launched)
    living = make_run(journal, "lives", ended=False, **launched)
    written(living.events / "events.out.tfevents.4", "living/loss")
    add_facts(living, ("event_file", {"path": str(living.events / "events.out.tfevents.4")}))
    return journal


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree])
def test_a_project_that_is_moved_holds_each_point_once(journal: JournalPaths, tmp_path: Path, move: object) -> None:
    follower = Follower.open(journal)
    follower.catch_up()
    before = curves(follower)
    assert [len(points) for points in before.values()] == [20] * 4
    follower.close()
    assert callable(move)
    move(journal.project, tmp_path / "there")
    moved = paths.find(tmp_path / "there")
    again = Follower.open(moved)
    again.unseal(again.store.run_ids())
    assert curves(again) == before
    living = next(run for run in again.store.runs() if run.name == "lives")
    writer = EventWriter(moved.run(living.id).events / "events.out.tfevents.5")
    writer.add("living/loss", 20, 1.0)
    writer.close()
    again.close()
    again = Follower.open(moved)
    again.catch_up()
    longer = curves(again)
    assert sum(map(len, longer.values())) == 81
    again.close()
    if move is shutil.copytree:
        return  # facts speak of files that are still where they were: both see the same ones
    reindex.rebuild(moved)
    anew = Follower.open(moved)
    anew.catch_up()
    assert curves(anew) == longer
    anew.close()


def test_an_index_with_whole_paths_becomes_one_with_names(journal: JournalPaths, tmp_path: Path) -> None:
    follower = Follower.open(journal)
    follower.catch_up()
    before = curves(follower)
    home = f"{journal.project}/"
    for table, column in (("files", "path"), ("chunks", "file"), ("overviews", "file")):
        follower.store.connection.execute(f"UPDATE {table} SET {column} = ? || {column}", (home,))
    version = schema.MIGRATIONS.index(schema._make_relative)
    follower.store.connection.execute(f"PRAGMA user_version = {version}")
    follower.close()
    shutil.move(journal.project, tmp_path / "there")
    again = Follower.open(paths.find(tmp_path / "there"))
    again.catch_up()
    assert curves(again) == before
    assert not again.store.connection.execute("SELECT path FROM files WHERE path LIKE '/%'").fetchall()
    again.close()


def test_a_file_outside_the_project_keeps_its_whole_path(journal: JournalPaths, tmp_path: Path) -> None:
    outside = written(tmp_path / "elsewhere" / "events.out.tfevents.9", "outside/loss")
    run = make_run(journal, "outside")
    add_facts(run, ("event_file", {"path": str(outside)}))
    follower = Follower.open(journal)
    follower.catch_up()
    assert follower.store.file(str(outside)) is not None
    stored = Store.open(journal).connection.execute("SELECT path FROM files WHERE role = 'events'").fetchall()
    assert str(outside) in {row[0] for row in stored}
    follower.close()
