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


def talk(folder: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run([*LABJOURNAL, *words], cwd=folder, capture_output=True, text=True, timeout=150)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stderr


SLOW = ("--max-parallel", "2", *TRAIN, "60")


def begun(folder: Path, name: str, count: int) -> bool:
    return status(folder, name)["counts"].get("running", 0) == count


def test_a_sweep_is_stopped_by_its_name_and_gone_on_with(folder: Path) -> None:
    """Without a minder: trials that wait never start, those that run end, and resume launches both again."""
    call(folder, "sweep", "-n", "g", "--grid", "x=1..4", *SLOW)
    wait_for(lambda: begun(folder, "g", 2), 120)
    said = talk(folder, "stop", "g", "-m", "wrong data", "--wait")
    assert "The sweep g: 2 that run and 2 that wait were asked to stop. labjournal sweep resume g" in said
    found = status(folder, "g")
    assert found["counts"] == {"killed": 4}
    causes = [trial["cause"] for row in found["rows"] for trial in row["trials"]]
    assert all("with its sweep g: wrong data" in cause for cause in causes)
    assert "has ended already" in talk(folder, "stop", "g")
    (folder / "train.py").write_text("print('quick')\n")
    call(folder, "sweep", "resume", "g")
    assert status(folder, "g")["counts"] == {"done": 4}


def launched(folder: Path) -> int:
    return len(list(folder.glob(".labjournal/runs/*/run.json")))


@pytest.mark.slow
def test_a_grid_that_is_stopped_while_it_is_still_being_queued_ends_whole(folder: Path) -> None:
    words = ("sweep", "-n", "g", "--grid", "x=1..400", "--", "sleep", "60")
    queueing = subprocess.Popen([*LABJOURNAL, *words, "{x}"], cwd=folder)
    wait_for(lambda: launched(folder) >= 20)
    os.kill(queueing.pid, signal.SIGSTOP)  # however fast the machine, it is in the middle
    so_far = launched(folder)
    said = subprocess.Popen([*LABJOURNAL, "stop", "g", "--wait"], cwd=folder, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: len(list(folder.glob(".labjournal/runs/*/stop.json"))) >= so_far - 1)
    os.kill(queueing.pid, signal.SIGCONT)
    assert queueing.wait(60) == 0
    assert "who minds it leaves off" in said.communicate(timeout=60)[1]
    found = wait_for(lambda: ended(folder, "g"), 60)
    assert found["counts"] == {"killed": 400}
    assert "with its sweep g, before it started" in found["rows"][-1]["trials"][0]["cause"]


def test_a_sweep_that_is_stopped_before_its_minder_has_begun_launches_nothing(folder: Path) -> None:
    call(folder, "sweep", "-n", "g", "--grid", "x=1..4", "--detach", "--", "sleep", "60{x}")
    said = talk(folder, "stop", "g")
    assert "were asked to stop" in said or "4 not launched yet" in said
    wait_for(
        lambda: {run["name"]: run["status"] for run in json.loads(call(folder, "ls", "--json"))}["g-minder"] == "DONE"
    )
    # one that was queued at that moment ends a little later than its minder
    wait_for(lambda: set(status(folder, "g")["counts"]) <= {"killed", "not launched"})


@pytest.mark.slow
def test_whoever_minds_a_sweep_leaves_off_when_it_is_stopped(folder: Path) -> None:
    pytest.importorskip("optuna")
    search = ("--search", "x=0..6.0", "--trials", "6", "--metric", "val/loss", "--seed", "7")
    process = subprocess.Popen([*LABJOURNAL, "sweep", "-n", "t", *search, *SLOW], cwd=folder)
    wait_for((folder / ".labjournal").exists)
    wait_for(lambda: call(folder, "sweep", "status") and begun(folder, "t", 2), 120)
    said = talk(folder, "stop", "t", "--wait")
    assert "2 that run were asked to stop; 4 not launched yet; who minds it leaves off." in said
    assert process.wait(60) == 0
    found = status(folder, "t")
    assert found["counts"] == {"killed": 2, "not launched": 4}
    values = {trial["number"]: row["values"] for row in found["rows"] for trial in row["trials"]}
    (folder / "train.py").write_text(SCRIPT.replace("time.sleep(pause)", ""))
    call(folder, "sweep", "resume", "t")
    found = status(folder, "t")
    assert found["counts"] == {"done": 6}
    again = {trial["number"]: row["values"] for row in found["rows"] for trial in row["trials"]}
    assert {number: again[number] for number in values} == values, "with the values they were drawn"


def test_runs_called_alike_are_stopped_by_a_pattern(folder: Path) -> None:
    call(folder, "sweep", "-n", "g", "--grid", "x=1..3", *SLOW)
    call(folder, "run", "-n", "other", "--", "sleep", "600")
    wait_for(lambda: begun(folder, "g", 2), 120)
    assert "g-*: 2 that run and 1 that wait were asked to stop." in talk(folder, "stop", "g-*", "--wait")
    assert {run["name"]: run["status"] for run in json.loads(call(folder, "ls", "--json"))}["other"] == "RUNNING"
    assert "No run is called like 'h-*'" in talk(folder, "stop", "h-*", code=1)
    call(folder, "run", "-n", "g", "--", "true")
    assert "both a run and a sweep" in talk(folder, "stop", "g", code=2)
    call(folder, "stop", "other")


def test_a_name_belongs_to_one_sweep_until_nothing_of_it_can_be_taken_for_the_next(folder: Path) -> None:
    words = ("sweep", "-n", "g", "--grid", "x=1,2")
    call(folder, *words, *SLOW)
    taken = "A sweep is called 'g' already: 0 of its 2 trials are done, 2 wait or run."
    assert taken in talk(folder, *words, *TRAIN, code=2)
    call(folder, "stop", "g", "--wait")
    call(folder, *words, "--follow", *TRAIN)
    assert "2 of its 2 trials are done" in talk(folder, *words, *TRAIN, code=2)
    assert len(json.loads(call(folder, "sweep", "status", "--json"))) == 2


def test_what_is_still_to_come_is_told_before_the_best(folder: Path) -> None:
    (folder / "train.py").write_text(SCRIPT.replace("x, pause =", "assert sys.argv[1] != '7'\nx, pause ="))
    pause = "--stop", "above(val/loss, 1e9)", "--detach"
    call(folder, "sweep", "-n", "g", "--grid", "x=1,3,7,2", *pause, *TRAIN[:-1], "{x}")
    found = wait_for(lambda: ended(folder, "g"), 120)
    assert found["notes"][0] == "1 of 4 trials ended without a value"
    (folder / "train.py").write_text(SCRIPT.replace("time.sleep(pause)", "time.sleep(60 if x > 9 else 0)"))
    call(folder, "sweep", "-n", "h", "--grid", "x=1,2,60", "--seeds", "2", "--max-parallel", "2", *TRAIN, "0", "{seed}")
    found = wait_for(
        lambda: (now := status(folder, "h"))["counts"] == {"done": 4, "running": 2} and now["rows"][-1]["mean"] and now,
        120,
    )
    assert found["notes"][0] == "2 of 6 trials are still to come (2 running): the order may change"
    assert found["notes"][1].startswith("so far the best stands out")
    call(folder, "stop", "h")


def test_a_secret_of_the_command_line_reaches_the_trials_and_no_file(folder: Path) -> None:
    secret = "hf_" + "s" * 30
    (folder / "train.py").write_text("import sys\nprint('len', len(sys.argv[2]))\n")
    words = ("--grid", "x=1,2", "--", sys.executable, "train.py", "--token", secret, "{x}")
    call(folder, "sweep", "-n", "g", "--follow", *words)
    assert call(folder, "logs", "g-0") == "len 33\n"
    for path in (folder / ".labjournal").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path
    assert "held a secret, which was not kept" in talk(folder, "sweep", "resume", "g", code=2)
    assert "held a secret, which was not kept" in talk(folder, "sweep", "-n", "h", "--detach", *words, code=2)
    assert len(json.loads(call(folder, "sweep", "status", "--json"))) == 1


def test_trials_are_not_held_against_each_other_by_what_the_machine_does(folder: Path) -> None:
    (folder / "train.py").write_text("import labjournal\nlabjournal.log({'system/cpu_percent': 1.0}, step=1)\n")
    call(folder, "sweep", "-n", "g", "--grid", "x=1,2", "--follow", *TRAIN)
    found = status(folder, "g")
    assert (found["metric"], found["notes"]) == (None, ["nothing was measured yet"])


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
