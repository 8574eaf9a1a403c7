"""Files of results that a run wrote: noticed by the watch, read at the end, never those of somebody else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from journal_files import CREATED, add_facts, end_run, make_run
from labjournal import paths
from labjournal.follower import Follower
from labjournal.paths import JournalPaths, RunPaths


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def wrote(journal: JournalPaths, run: RunPaths, name: str, text: str, at: float = CREATED + 10) -> None:
    """The run's process wrote this file, and the watch saw it."""
    left(journal, name, text, at)
    add_facts(run, ("result_file", {"path": str(journal.project / name)}))


def left(journal: JournalPaths, name: str, text: str, at: float = CREATED + 10) -> None:
    path = journal.project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (at, at))


def measured(journal: JournalPaths, run: RunPaths) -> list[tuple[dict[str, float], str | None]]:
    end_run(run, "done\n")
    follower = Follower.open(journal)
    follower.catch_up()
    found = [
        (dict(result.metrics), result.sources[0].file)
        for result in follower.store.results(run.id, include_unassigned=True)
    ]
    follower.close()
    return found


def test_what_a_run_wrote_is_read_and_what_it_did_not_is_not(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    wrote(journal, run, "out/eval_results.txt", "eval_accuracy = 0.75\n")
    left(journal, "out/test_results.txt", "test_accuracy = 0.5\n")
    assert measured(journal, run) == [({"eval_accuracy": 0.75}, "out/eval_results.txt")]


def test_a_file_changed_after_the_end_is_not_what_the_run_wrote(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    wrote(journal, run, "metrics.json", json.dumps({"accuracy": 0.75}), at=CREATED + 500)
    assert measured(journal, run) == []


def test_of_the_states_of_many_checkpoints_the_last_is_read(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    history = [{"epoch": 1, "step": 10, "eval_f1": 0.5}, {"epoch": 2, "step": 20, "eval_f1": 0.75}]
    for number, best in ((1, 0.5), (2, 0.75)):
        state = {"best_metric": best, "log_history": history[:number]}
        wrote(journal, run, f"out/checkpoint-{number}0/trainer_state.json", json.dumps(state), at=CREATED + number)
    assert measured(journal, run) == [({"eval_f1": 0.75}, "out/checkpoint-20/trainer_state.json")]


def test_two_files_that_say_the_same_are_one_result(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    wrote(journal, run, "all_results.json", json.dumps({"eval_accuracy": 0.75, "epoch": 3.0}))
    wrote(journal, run, "eval_results.txt", "eval_accuracy = 0.75\n")
    assert [metrics for metrics, _ in measured(journal, run)] == [{"eval_accuracy": 0.75}]


def test_curves_that_only_a_saved_file_holds_are_the_runs(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    wrote(journal, run, "metrics.csv", "epoch,val_acc\n0,0.5\n1,0.75\n")
    measured(journal, run)
    follower = Follower.open(journal)
    assert [(info.key.tag, info.n) for info in follower.store.series_list(run.id)] == [("val_acc", 2)]
