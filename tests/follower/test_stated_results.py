"""Results that a script states of itself belong to the same checkpoint and data as those that it prints."""

from __future__ import annotations

import os
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from journal_files import CREATED, add_facts, make_run
from labjournal import paths
from labjournal.facts import Fact
from labjournal.follower import Follower
from labjournal.model import Result, Role
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store

_TOML = """[datasets."1:1"]
path = "data.jsonl"
role = "test"
"""


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    (tmp_path / "labjournal.toml").write_text(_TOML, encoding="utf-8")
    data = tmp_path / "data.jsonl"
    data.write_text('{"label": 0}\n' * 1000, encoding="utf-8")
    os.utime(data, (CREATED, CREATED))  # what was changed after a run is not what it measured
    return paths.find_or_make(tmp_path)


def _validation(journal: JournalPaths, trained: str, log: str = "") -> RunPaths:
    validates = {"run": trained, "checkpoint": "out/model-300.pt", "step": 300, "version": "87d0", "dataset": "1:1"}
    return make_run(journal, "validate-1", kind="validate", log=log, validates={**validates, "options": {}})


def _stated(trained: str, checkpoint: str = "out/model-300.pt") -> dict[str, Any]:
    return {
        "subject": {"run": trained, "checkpoint": checkpoint, "step": None, "version": None},
        "dataset": {"name": "1:1", "hash": None, "n": 1000, "source": "validate"},
        "options": {},
        "metrics": {"accuracy": 0.9},
        "n": 1000,
        "role": "validation",
        "how": "stated",
        "rule": "labjournal.result",
    }


def _results(journal: JournalPaths) -> list[Result]:
    follower = Follower.open(journal)
    follower.catch_up()
    found = follower.store.results(include_unassigned=True)
    follower.close()
    return list(found)


def test_a_stated_result_has_the_version_of_its_checkpoint_and_the_content_of_its_data(journal: JournalPaths) -> None:
    trained = make_run(journal, "base").id
    add_facts(_validation(journal, trained), ("result", _stated(trained)))
    (result,) = _results(journal)
    assert (result.subject.step, result.subject.version) == (300, "87d0")
    assert result.dataset.hash is not None
    assert (result.dataset.source, result.role) == ("config", Role.TEST)


def test_what_is_stated_and_printed_is_one_result(journal: JournalPaths) -> None:
    trained = make_run(journal, "base").id
    add_facts(_validation(journal, trained, "test accuracy: 800 out of 1000\n"), ("result", _stated(trained)))
    (result,) = _results(journal)
    assert [source.how for source in result.sources] == ["stated", "text"]
    assert result.disagreements  # 0.9 was stated and 0.8 printed


def test_another_checkpoint_than_the_launch_named_keeps_its_own_name(journal: JournalPaths) -> None:
    trained = make_run(journal, "base").id
    add_facts(_validation(journal, trained), ("result", _stated(trained, "out/model-200.pt")))
    (result,) = _results(journal)
    assert (result.subject.checkpoint, result.subject.step, result.subject.version) == ("out/model-200.pt", 200, None)


def test_the_order_in_which_facts_arrive_does_not_matter() -> None:
    launch = {"run": "T", "checkpoint": "out/model-300.pt", "step": 300, "version": "87d0"}
    told = {"result": "R", "dataset": {"name": "1:1", "hash": "e0af", "source": "config"}, "role": "test"}
    said = (
        ("run", "V", {"kind": "validate", "validates": launch}),
        ("result", "R", _stated("T")),
        ("identified", "I", told),
    )
    seen = set()
    for order in permutations(said):
        store = Store.in_memory()
        for kind, fact_id, data in order:
            with store.writing():
                store.fold([Fact(fact_id, "2026-11-18T09:00:00.000000Z", kind, "box", "ada", "V", dict(data))])
        (result,) = store.results(include_unassigned=True)
        seen.add((result.subject.version, result.dataset.hash, result.role))
    assert seen == {("87d0", "e0af", Role.TEST)}


def test_a_stranger_who_names_his_data_by_a_text_alone_stops_nothing(journal: JournalPaths) -> None:
    trained = make_run(journal, "base").id
    stated = {**_stated(trained), "dataset": "1:1", "subject": {"run": trained, "checkpoint": 300}}
    run = _validation(journal, trained)
    add_facts(run, ("result", stated))
    (result,) = _results(journal)
    assert (result.dataset.name, result.metrics["accuracy"]) == ("1:1", 0.9)
    assert Follower.open(journal).store.sealed(2) >= {run.id}


@pytest.mark.parametrize("others", [(), ("known cases",)])
def test_one_opened_file_is_not_the_content_of_two_data_sets(journal: JournalPaths, others: tuple[str, ...]) -> None:
    trained = make_run(journal, "train-1").folder.name
    measured = make_run(journal, "score-1", kind="validate")
    add_facts(measured, ("file_opened", {"path": str(journal.project / "data.jsonl"), "mode": "r"}))
    for name in ("all cases", *others):
        stated = _stated(trained)
        add_facts(measured, ("result", {**stated, "dataset": {**stated["dataset"], "name": name}}))
    found = {result.dataset.name: result.dataset.hash for result in _results(journal)}
    assert set(found) == {"all cases", *others}
    assert all((content is None) is bool(others) for content in found.values())
