"""Which event files a run has: those its process opened, and what nobody noted, by the time it was begun."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from journal_files import CREATED, EventWriter, add_facts, make_run
from labjournal import paths
from labjournal.follower import Follower, reindex
from labjournal.follower.sources import _folder
from labjournal.paths import JournalPaths, RunPaths


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def event_file(journal: JournalPaths, name: str, begun: float, tag: str = "loss") -> Path:
    path = journal.project / f"{name}.{int(begun)}.box.7.0"
    writer = EventWriter(path.with_name(f"events.out.tfevents.{path.name}"))
    writer.add(tag, 1, 0.5, wall=begun)
    writer.close()
    os.utime(writer.path, (begun + 1, begun + 1))
    return writer.path


def owners(journal: JournalPaths) -> dict[str, list[str]]:
    """Names of curves of each run, by a follower that turns once and by an index made anew: they must agree."""
    follower = Follower.open(journal)
    follower.catch_up()
    found = curves_of(follower)
    follower.close()
    reindex.rebuild(journal)
    again = Follower.open(journal)
    assert curves_of(again) == found
    again.close()
    return found


def curves_of(follower: Follower) -> dict[str, list[str]]:
    return {
        row.name: [info.key.name for info in follower.store.series_list(row.id)] for row in follower.store.run_rows()
    }


def run(journal: JournalPaths, name: str, at: float, **more: object) -> RunPaths:
    """Lives from ``at`` + 1 to ``at`` + 60 s."""
    return make_run(journal, name, at=at, **more)  # type: ignore[arg-type]


def test_a_shared_logdir_gives_each_run_the_files_begun_while_it_lived(journal: JournalPaths) -> None:
    logdir = str(journal.project / "runs")
    run(journal, "one", CREATED, logdir=logdir)
    run(journal, "two", CREATED + 100, logdir=logdir)
    (journal.project / "runs").mkdir()
    event_file(journal, "runs/a/x", CREATED - 500, "before")
    event_file(journal, "runs/b/x", CREATED + 10, "first")
    event_file(journal, "runs/c/x", CREATED + 110, "second")
    assert owners(journal) == {"one": ["b/first"], "two": ["c/second"]}


def test_what_a_process_opened_is_its_own_whoever_names_the_folder(journal: JournalPaths) -> None:
    one = run(journal, "one", CREATED)
    run(journal, "two", CREATED + 1, logdir=str(journal.project / "runs"))
    path = event_file(journal, "runs/x", CREATED + 10)
    add_facts(one, ("event_file", {"path": str(path)}))
    assert owners(journal) == {"one": ["loss"], "two": []}


def test_files_that_no_watch_can_see_are_found_below_the_working_folder(journal: JournalPaths) -> None:
    """TensorFlow writes event files in C++, where Python's audit hook sees nothing."""
    run(journal, "keras", CREATED)
    event_file(journal, "logs/fit/train/x", CREATED + 10, "epoch_loss")
    event_file(journal, "node_modules/logs/x", CREATED + 10, "not ours")
    assert owners(journal) == {"keras": ["logs/fit/train/epoch_loss"]}


def test_a_file_in_the_working_folder_of_two_living_runs_is_nobodys(journal: JournalPaths) -> None:
    run(journal, "one", CREATED)
    run(journal, "two", CREATED + 5)
    event_file(journal, "logs/x", CREATED + 10)
    assert owners(journal) == {"one": [], "two": []}


def test_of_two_living_runs_the_one_that_names_the_folder_has_the_file(journal: JournalPaths) -> None:
    run(journal, "one", CREATED, logdir=str(journal.project / "logs"))
    run(journal, "two", CREATED + 5)
    event_file(journal, "logs/x", CREATED + 10)
    assert owners(journal) == {"one": ["loss"], "two": []}


def test_curves_of_add_hparams_are_called_alike_in_every_run(tmp_path: Path) -> None:
    root = tmp_path / "runs/104500"
    assert _folder(root / "1795922659.5206091", root, tmp_path) == "hparams"
    assert _folder(root / "fold/1795922659.52", root, tmp_path) == "fold/hparams"
    assert _folder(root / "lr_1795922659.5", root, tmp_path) == "lr_1795922659.5"
    assert _folder(root / "0.5", root, tmp_path) == "0.5"
