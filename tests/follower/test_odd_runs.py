"""What strangers' files can hold stops the run it belongs to, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from journal_files import add_facts, make_run
from labjournal import paths
from labjournal.errors import InputError
from labjournal.follower import Follower
from labjournal.follower.lookout import Lookout
from labjournal.parsers import Reading
from labjournal.paths import JournalPaths, RunPaths


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("event_file", {"path": "runs/a\0b/events.out.tfevents.1"}),
        ("event_file", {"path": "/tmp/a\udcff/events.out.tfevents.1"}),
        ("checkpoint_written", {"path": "/tmp/a\0b.pt"}),
        ("file_opened", {"path": "/tmp/a\0b.csv", "size": 1, "mtime": 0}),
        ("settings", {"source": 3, "values": [1]}),
        ("result", {"metrics": 3, "subject": 3, "dataset": "x", "options": 2}),
    ],
)
def test_odd_facts_are_read_around(journal: JournalPaths, kind: str, data: dict[str, Any]) -> None:
    run = make_run(journal, "odd", kind="validate", log="accuracy: 0.91\n")
    add_facts(run, (kind, data))
    follower = Follower.open(journal)
    follower.catch_up()
    assert follower.store.sealed(2) == {run.id}


def test_a_logdir_that_is_no_path_is_read_around(journal: JournalPaths) -> None:
    run = make_run(journal, "odd", logdir="a\0b")
    follower = Follower.open(journal)
    follower.catch_up()
    assert follower.store.sealed(2) == {run.id}


def test_a_run_that_cannot_be_read_is_told_of_and_stops_no_other(
    journal: JournalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a parser may still raise on: here it is made to."""
    from labjournal.follower import readings

    odd = make_run(journal, "odd", log="x\n")
    fine = make_run(journal, "fine", log="accuracy: 0.91\n", at=1.75e9 + 100)
    whole = readings.read_log

    def raising(run: RunPaths, config: Any) -> Reading:
        if run.id == odd.id:
            raise RecursionError("too deep")
        return whole(run, config)

    monkeypatch.setattr(readings, "read_log", raising)
    follower = Follower.open(journal)
    follower.catch_up()
    assert follower.store.sealed(2) == {fine.id}
    (trouble,) = follower.store.troubled_files()
    assert trouble.run == odd.id
    assert "RecursionError: too deep" in (trouble.trouble or "")
    assert Lookout(journal, follower.store).to_look_at(2) == [odd.id]

    monkeypatch.setattr(readings, "read_log", whole)
    later = Follower.open(journal)
    later.catch_up()
    assert later.store.sealed(2) == {odd.id, fine.id}
    assert later.store.troubled_files() == []


def test_a_fact_that_cannot_be_folded_costs_only_its_run(
    journal: JournalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labjournal.store import runs

    odd, fine = make_run(journal, "odd"), make_run(journal, "fine", at=1.75e9 + 100)
    whole = runs.project

    def raising(run_id: str, stated: Any) -> dict[str, Any]:
        if run_id == odd.id:
            raise KeyError("what no projection foresaw")
        return whole(run_id, stated)

    monkeypatch.setattr(runs, "project", raising)
    follower = Follower.open(journal)
    follower.catch_up()
    assert follower.store.sealed(2) == {fine.id}
    assert [file.run for file in follower.store.troubled_files()] == [odd.id]


def test_a_pattern_that_is_none_is_refused_when_the_configuration_is_read(journal: JournalPaths) -> None:
    (journal.project / "labjournal.toml").write_text("[[results.rule]]\npattern = 'AUC (?P<auc>[0-9'\n")
    make_run(journal, "one", log="AUC 0.5\n")
    with pytest.raises(InputError, match="no regular expression"):
        Follower.open(journal).catch_up()
