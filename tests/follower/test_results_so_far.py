"""Results of a run that still lives: in the index as soon as they are printed, on record when it has ended."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from journal_files import end_run, make_run
from labjournal import paths
from labjournal.config import Config, ResultsConfig
from labjournal.follower import Follower, log_reader, reindex
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store
from test_store import dump

REPORT = "Test accuracy: 0.9131\nTest F1: 0.8712\n"


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JournalPaths:
    monkeypatch.setattr(log_reader, "_EVERY_S", 0.0)
    monkeypatch.setattr(log_reader, "_SHARE", 0.0)
    return paths.find_or_make(tmp_path)


def measured(follower: Follower, run: RunPaths) -> list[dict[str, float]]:
    return [dict(result.metrics) for result in follower.store.results(run.id, include_unassigned=True)]


def stated(run: RunPaths) -> str:
    return "".join(path.read_text() for path in run.facts.iterdir())


def test_they_are_seen_while_it_lives_and_stated_at_its_end(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    follower = Follower.open(journal)
    run.log.write_text(REPORT + "Epoch 1\n")
    follower.catch_up()
    assert measured(follower, run) == [{"accuracy": 0.9131, "f1": 0.8712}]
    assert "0.9131" not in stated(run)
    end_run(run, REPORT + "Epoch 1\nDone\n")
    follower.catch_up()
    assert measured(follower, run) == [{"accuracy": 0.9131, "f1": 0.8712}]
    assert "0.9131" in stated(run)


def test_what_later_lines_make_another_thing_of_is_taken_back(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    follower = Follower.open(journal)
    said = ""
    for k, value in enumerate((0.71, 0.82, 0.93)):
        said += f"Best val accuracy: {value}\nworking {k}\n"
        run.log.write_text(said)
        follower.catch_up()
        assert measured(follower, run) == [{"accuracy": value}]
    end_run(run, said)
    follower.catch_up()
    assert measured(follower, run) == [{"accuracy": 0.93}]
    before = dump(follower.store)
    follower.close()
    reindex.rebuild(journal)
    assert dump(Store.open(journal)) == before


def test_a_line_that_has_not_ended_counts_for_nothing(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    follower = Follower.open(journal)
    run.log.write_text("Test accuracy: 0.9")
    follower.catch_up()
    assert measured(follower, run) == []
    run.log.write_text("Test accuracy: 0.9131\n")
    follower.catch_up()
    assert measured(follower, run) == [], "more of the same report may follow"
    _long_ago(run.log)
    follower.catch_up()
    assert measured(follower, run) == [{"accuracy": 0.9131}]


def test_a_saved_file_counts_once_nobody_writes_to_it(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    follower = Follower.open(journal, Config(results=ResultsConfig(files=("results/*.json",))))
    run.log.write_text("working\n")
    path = journal.project / "results" / "test.json"
    path.parent.mkdir()
    path.write_text('{"accuracy": 0.9131}')
    follower.catch_up()
    assert measured(follower, run) == []
    _long_ago(path)
    follower.catch_up()
    assert measured(follower, run) == [{"accuracy": 0.9131}]


def test_a_page_of_the_run_notices_that_a_result_was_replaced(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    follower = Follower.open(journal)
    stamps = []
    for value in (0.71, 0.82):
        run.log.write_text(f"Best val accuracy: {value}\nworking\n" + "." * int(100 * value) + "\n")
        follower.catch_up()
        stamps.append(follower.store.facts_stamp(run.id))
    assert stamps[0] < stamps[1]


def _long_ago(path: Path) -> None:
    os.utime(path, (time.time() - 60,) * 2)
