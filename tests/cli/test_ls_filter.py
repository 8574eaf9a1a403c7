"""`ls FILTER`: the grammar of the app on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from journal_files import CREATED, EventWriter, add_facts, make_run, write_fact
from labjournal import facts, machine, paths
from labjournal.diary import Diary
from labjournal.launchers import restart
from labjournal.paths import JournalPaths, RunPaths

RESULT = {
    "dataset": {"name": "1:10"},
    "metrics": {"accuracy": 0.9},
    "n": 1000,
    "role": "validation",
    "how": "stated",
}


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    found = paths.find_or_make(tmp_path)
    slow = make_run(found, "v3-slow", settings={"lr": 3e-5}, reason="adapter")
    make_run(found, "v4-hot", settings={"lr": 3e-3}, at=CREATED + 10)
    make_run(found, "own", settings={"lr": "auto"}, at=CREATED + 20)
    add_facts(slow, ("result", {**RESULT, "subject": {"run": slow.id, "step": 1}}))
    return found


def ls(journal: JournalPaths, typed: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "labjournal", "ls", "--json", typed]
    return subprocess.run(command, cwd=journal.project, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("lr>1e-4", ["v4-hot"]),
        ("data:1:10 acc>0.85", ["v3-slow"]),
        ("acc.low>0.89", []),
        ("/^v[34]-/ !adapter", ["v4-hot"]),
        ("status:done | own", ["own", "v4-hot", "v3-slow"]),
        ("has:result", ["v3-slow"]),
    ],
)
def test_runs_are_found(journal: JournalPaths, typed: str, names: list[str]) -> None:
    done = ls(journal, typed)
    assert done.returncode == 0, done.stderr
    assert [run["name"] for run in json.loads(done.stdout)] == names


def test_what_cannot_be_compared_is_said(journal: JournalPaths) -> None:
    assert "2 shown, 1 holds lr as text" in ls(journal, "lr>0").stderr


def test_a_mistake_is_underlined(journal: JournalPaths) -> None:
    done = ls(journal, "adapter lrr>1")
    assert done.returncode == 2
    assert 'no setting or metric "lrr": lr?' in done.stderr
    assert "\n  adapter lrr>1\n          ^^^\n" in done.stderr


def listed(journal: JournalPaths) -> str:
    command = [sys.executable, "-m", "labjournal", "ls"]
    return subprocess.run(command, cwd=journal.project, capture_output=True, text=True, check=True).stdout


def living(journal: JournalPaths, name: str, began: float) -> RunPaths:
    """A run whose process is this one."""
    process = restart.claimer(machine)
    own = {"pid": process["supervisor_pid"], "start_ticks": process["supervisor_ticks"]}
    run = make_run(journal, name, ended=False, at=began)
    write_fact(run.attempt(1), "attempt", run.id, began, {"n": 1, **own, **process})
    run.heartbeat.touch()
    return run


def test_a_run_that_lives_is_told_as_far_as_it_has_come_by_now(journal: JournalPaths) -> None:
    run = living(journal, "live", time.time() - 3600)
    writer = EventWriter(run.events / "events.out.tfevents.1")
    for steps in ((1, 2), (3, 1_234)):
        for step in steps:
            writer.add("loss", step, 1 / step)
        line = next(line for line in listed(journal).splitlines() if " live " in line)
        assert f" {steps[-1]:,} " in line
    writer.close()


def test_a_run_that_has_just_begun_is_starting_and_one_that_stays_unseen_is_not_watched(journal: JournalPaths) -> None:
    for name, began in (("young", time.time() - 5), ("old", time.time() - 3600)):
        living(journal, name, began)
    lines = {line.split()[2]: line for line in listed(journal).splitlines()}
    assert lines["young"].endswith("starting")
    assert lines["old"].endswith("not watched")


def test_a_retracted_run_that_broke_is_marked_beside_its_cause(journal: JournalPaths) -> None:
    run = make_run(journal, "broken", at=CREATED + 30)
    end = {"attempt": 1, "status": "FAILED", "exit_code": 1, "cause": "exit code 1", "ended_at": facts.now_iso(CREATED)}
    write_fact(run.exit, "exit", run.id, CREATED + 60, end)
    Diary(journal).retract(on=[run.id], why="wrong data")
    assert any("broken" in line and line.endswith("† exit code 1") for line in listed(journal).splitlines())


def test_what_is_piped_is_cut_nowhere(journal: JournalPaths) -> None:
    name = "numeric-adapter-of-rank-64-with-frozen-embeddings-second-try"
    make_run(journal, name, at=CREATED + 30)

    def shown(columns: str) -> str:
        command = [sys.executable, "-m", "labjournal", "ls"]
        environ = {**os.environ, "COLUMNS": columns}
        return subprocess.run(
            command, cwd=journal.project, capture_output=True, text=True, check=True, env=environ
        ).stdout

    assert name in shown("")
    assert name not in shown("80")
    assert max(map(len, shown("80").splitlines())) <= 80
