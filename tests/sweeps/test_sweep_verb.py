"""Sweeps for real: grids, stop rules, searches, and what a kill -9 leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from labjournal import schemas
from launching_place import wait_for

LABJOURNAL = [sys.executable, "-m", "labjournal"]
SCRIPT = """\
import sys, time
import labjournal
x, pause = float(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
for step in range(1, 13):
    labjournal.log({"val/loss": (x - 3) ** 2 + 1 / step if x < 8 else x + step}, step=step)
    time.sleep(pause)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(SCRIPT)
    return tmp_path


def call(folder: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run([*LABJOURNAL, *words], cwd=folder, capture_output=True, text=True, timeout=150)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def status(folder: Path, name: str, *words: str) -> dict[str, Any]:
    printed: dict[str, Any] = json.loads(call(folder, "sweep", "status", name, "--json", *words))
    jsonschema.validate(printed, schemas.load("sweep"))
    return printed


def ended(folder: Path, name: str) -> dict[str, Any] | None:
    found = status(folder, name)
    return found if set(found["counts"]) <= {"done", "killed", "failed"} else None


TRAIN = ("--", sys.executable, "train.py", "{x}")


def test_a_grid_runs_by_itself_and_the_best_is_first(folder: Path) -> None:
    begun = json.loads(
        call(folder, "sweep", "-n", "g", "--grid", "x=1..5", "--seeds", "2", "--max-parallel", "2", "--json", *TRAIN,
             "0", "{seed}")
    )  # fmt: skip
    jsonschema.validate(begun, schemas.load("sweep-begun"))
    assert begun["trials"] == 10
    found = wait_for(lambda: ended(folder, "g"), 90)
    assert found["counts"] == {"done": 10}
    assert [row["values"]["x"] for row in found["rows"]][:1] == ["3"]
    assert [trial["seed"] for trial in found["rows"][0]["trials"]] == [0, 1]
    names = [row["name"] for row in json.loads(call(folder, "ls", "--json"))]
    assert sorted(names) == [f"g-{number}" for number in range(10)]
    assert "within 2 standard errors" in found["notes"][0] or "stands out" in found["notes"][0]
    assert call(folder, "sweep", "resume", "g") == "", "nothing is left"
    listed = json.loads(call(folder, "sweep", "status", "--json"))
    jsonschema.validate(listed, schemas.load("sweeps"))
    assert [one["name"] for one in listed] == ["g"]
    call(folder, "reindex")
    assert status(folder, "g") == found


@pytest.mark.slow
def test_a_launch_that_is_killed_half_way_loses_no_trial_and_runs_none_twice(folder: Path) -> None:
    words = [*LABJOURNAL, "sweep", "-n", "k", "--grid", "x=1..30", "--max-parallel", "2", "--", "/bin/echo", "{x}"]
    process = subprocess.Popen(words, cwd=folder)
    wait_for(lambda: len(list(folder.glob(".labjournal/runs/*"))) >= 10)
    process.kill()
    process.wait()
    call(folder, "sweep", "resume", "k")
    assert status(folder, "k")["counts"] == {"done": 30}
    done = [run["name"] for run in json.loads(call(folder, "ls", "--json")) if run["status"] == "DONE"]
    assert len(done) == len(set(done)) == 30


def test_a_rule_ends_what_leads_nowhere_and_the_cause_says_so(folder: Path) -> None:
    words = ("--stop", "patience(val/loss, 3)", "--max-parallel", "2", "--follow", *TRAIN, "1.2")
    call(folder, "sweep", "-n", "s", "--grid", "x=3,9", *words)
    by_value = {row["values"]["x"]: row["trials"][0] for row in status(folder, "s")["rows"]}
    assert by_value["3"]["status"] == "DONE"
    assert by_value["9"]["status"] == "KILLED"
    assert "val/loss was best at step 1" in by_value["9"]["cause"]


@pytest.mark.slow
def test_a_search_that_is_killed_goes_on_where_it_was(folder: Path) -> None:
    pytest.importorskip("optuna")
    words = ("--search", "x=0..6.0", "--trials", "8", "--metric", "val/loss", "--seed", "7")
    process = subprocess.Popen([*LABJOURNAL, "sweep", "-n", "t", *words, *TRAIN, "0.05"], cwd=folder)
    wait_for((folder / ".labjournal").exists)
    wait_for(lambda: len(list((folder / ".labjournal" / "runs").glob("*/exit.json"))) >= 3, 60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    call(folder, "sweep", "resume", "t")
    found = status(folder, "t")
    assert found["counts"] == {"done": 8}
    numbers = sorted(trial["number"] for row in found["rows"] for trial in row["trials"])
    assert numbers == list(range(8)), "each trial once"
    assert len({row["values"]["x"] for row in found["rows"]}) == 8
    assert found["direction"] == "lower"
    means = [row["mean"] for row in found["rows"]]
    assert means == sorted(means)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--grid", "x=1,2", "--", "echo", "hello"), "every trial would be the same"),
        (("--", "echo", "{x}"), "Nothing is varied"),
        (("--grid", "x=1,2", "--grid", "x=3", "--", "echo", "{x}"), "varied twice"),
        (("--search", "x=0..1.0", "--", "echo", "{x}"), "--trials"),
        (("--search", "x=0..1.0", "--trials", "3", "--metric", "T", "--", "echo", "{x}"), "--direction"),
        (("--grid", "x=1,2", "--stop", "never", "--", "echo", "{x}"), "no rule"),
    ],
)
def test_a_sweep_that_cannot_be_meant_starts_nothing(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = subprocess.run([*LABJOURNAL, "sweep", *words], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert said in done.stderr
    assert not list((folder / ".labjournal").glob("runs/*"))
