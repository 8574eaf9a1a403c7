"""resume, retry, --max-retries and a run that was lost, as a shell sees them, with real processes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labjournal.paths import JournalPaths, RunPaths
from launching_place import alive, attempt_of, exit_of, wait_for

LABJOURNAL = str(Path(sys.executable).with_name("labjournal"))
TEMPLATE = '[resume]\ncommand = "{command} --resume {checkpoint}"\n'
SCRIPT = """\
import json, os, struct, sys, time
import labjournal

def save(step, whole=True):
    header = json.dumps({"step": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    payload = struct.pack("<Q", len(header)) + header + struct.pack("<f", step)
    name = f"step_{step}.safetensors"
    with open(name + ".tmp" if whole else name, "wb") as file:
        file.write(payload if whole else payload[:-2])
    if whole:
        os.replace(name + ".tmp", name)

resumed = sys.argv[sys.argv.index("--resume") + 1] if "--resume" in sys.argv else None
start = 0 if resumed is None else int(resumed.split("_")[1].split(".")[0]) + 1
print("from", start, os.environ.get("LABJOURNAL_CHECKPOINT"), flush=True)
json.load(open("data.json"))
for step in range(start, 30):
    labjournal.log({"loss": 1 / (step + 1) + 100 * (resumed is None)}, step=step)
    if step % 10 == 0:
        save(step)
    if step == 15 and resumed is None:
        save(16, whole=False)
        print("waiting", flush=True)
        if "--wait" in sys.argv:
            time.sleep(60)
        while "--linger" in sys.argv and not os.path.exists("go"):
            time.sleep(0.05)
        labjournal.finish()
        if "--die" in sys.argv:
            raise RuntimeError("died as asked")
labjournal.finish()
json.dump({"done": True}, open("metrics.json", "w"))
"""


class Shop:
    """A project under git with a script that can be resumed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths = JournalPaths(folder / ".labjournal")
        (folder / "train.py").write_text(SCRIPT)
        (folder / "data.json").write_text("{}")
        (folder / "labjournal.toml").write_text(TEMPLATE)
        git = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder))
        for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
            subprocess.run([*git, *words], check=True)

    def call(self, *words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
        done = subprocess.run(
            [LABJOURNAL, *words], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
        )
        assert code is None or done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def run(self, *options: str, name: str = "one", run: tuple[str, ...] = (), code: int = 0) -> RunPaths:
        words = ("run", "-n", name, "--follow", *run, "--", sys.executable, "train.py", *options)
        self.call(*words, code=code)
        return next(self.paths.run(one["id"]) for one in self.listed() if one["name"] == name)

    def start(self, *options: str, name: str = "one") -> RunPaths:
        """A run that has reached step 15 and waits there."""
        run = self.paths.run(self.call("run", "-n", name, "--", sys.executable, "train.py", *options).stdout.strip())
        wait_for(lambda: run.log.exists() and "waiting" in run.log.read_text(), 60)
        return run

    def listed(self) -> list[dict[str, Any]]:
        return list(json.loads(self.call("ls", "--json").stdout))

    def said(self) -> str:
        """The diary in one line."""
        return " ".join(self.call("diary").stdout.split())

    def dump(self) -> list[Any]:
        self.call("checks")
        with sqlite3.connect(self.paths.database) as database:
            columns = "id, name, status, cause, attempts, step, checkpoints, ended_at, sealed"
            runs = database.execute(f"SELECT {columns} FROM runs ORDER BY id").fetchall()
            entries = database.execute("SELECT id, kind, text FROM entries ORDER BY id").fetchall()
        return [runs, entries]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    for run in map(shop.paths.run, shop.paths.run_ids()):
        if run.attempt(1).exists() and not run.exit.exists():
            os.kill(attempt_of(run)["pid"], signal.SIGKILL)


def _kill_both(run: RunPaths) -> None:
    attempt = attempt_of(run)
    for pid in (attempt["supervisor_pid"], attempt["pid"]):
        os.kill(pid, signal.SIGKILL)
    for pid in (attempt["supervisor_pid"], attempt["pid"]):
        wait_for(lambda pid=pid: not alive(pid))


def test_a_resumed_run_goes_on_from_its_newest_whole_checkpoint_and_its_curves_join(shop: Shop) -> None:
    run = shop.run("--die", code=1)
    done = shop.call("resume", "one", "-m", "again", "--follow")
    assert done.stdout.splitlines() == [f"from 11 {shop.folder}/step_10.safetensors"]
    assert "step_10.safetensors, step 10" in done.stderr
    (one,) = shop.listed()
    assert (one["id"], one["status"], one["attempts"], one["cause"]) == (run.id, "DONE", 2, None)
    assert json.loads(run.earlier_exit(1).read_text())["data"]["status"] == "FAILED"
    points = json.loads(shop.call("scalars", "one", "loss", "--lineage", "--json").stdout)["loss"]
    assert points["steps"] == list(range(30))
    assert [value > 50 for value in points["values"]] == [True] * 11 + [False] * 19
    everything = json.loads(shop.call("scalars", "one", "loss", "--json").stdout)["loss"]
    assert len(everything["steps"]) == 16 + 19
    assert "restarted, attempt 2, from step_10.safetensors of step 10: again" in shop.said()
    before = shop.dump()
    shop.call("reindex")
    assert shop.dump() == before


def test_a_checkpoint_can_be_named(shop: Shop) -> None:
    shop.run("--die", code=1)
    assert "from 1 " in shop.call("resume", "one:0", "--follow").stdout


def test_without_a_template_it_is_said_what_to_write(shop: Shop) -> None:
    shop.run("--die", code=1)
    (shop.folder / "labjournal.toml").unlink()
    told = shop.call("resume", "one", code=2).stderr
    assert "[resume]" in told
    assert 'command = "{command} --resume {checkpoint}"' in told
    assert str(shop.folder / "labjournal.toml") in told
    assert "labjournal retry" in told


def test_a_retry_begins_anew_and_outputs_of_the_run_are_no_change_of_its_code(shop: Shop) -> None:
    run = shop.run()
    assert (shop.folder / "metrics.json").exists()
    assert shop.call("retry", "one", "--follow").stdout.startswith("from 0 None")
    (one,) = shop.listed()
    assert (one["id"], one["attempts"]) == (run.id, 2)


@pytest.mark.parametrize(("path", "text"), [("train.py", SCRIPT + "# changed\n"), ("data.json", '{"n": 1}')])
def test_what_has_changed_makes_a_fork_with_a_parent(shop: Shop, path: str, text: str) -> None:
    run = shop.run("--die", code=1)
    (shop.folder / path).write_text(text)
    told = shop.call("resume", "one", "--follow").stderr
    assert "a fork, not a restart" in told
    assert path in told
    fork, one = shop.listed()
    assert (fork["parent"], fork["name"], fork["attempts"]) == (run.id, "one", 1)
    assert (one["status"], one["attempts"]) == ("FAILED", 1)


def test_a_template_that_changes_a_setting_makes_a_fork(shop: Shop) -> None:
    run = shop.run("--die", "--lr", "0.1", code=1)
    (shop.folder / "labjournal.toml").write_text(
        f'[resume]\ncommand = "{sys.executable} train.py --die --lr 0.2 --resume {{checkpoint}}"\n'
    )
    assert "lr 0.1 -> 0.2" in shop.call("resume", "one", "--follow").stderr
    assert shop.listed()[0]["parent"] == run.id


def test_a_failed_run_starts_again_by_itself_from_its_checkpoint(shop: Shop) -> None:
    run = shop.run("--die", run=("--max-retries", "2"))
    (one,) = shop.listed()
    assert (one["status"], one["attempts"]) == ("DONE", 2)
    assert "died as asked" in json.loads(run.earlier_exit(1).read_text())["data"]["cause"]


def test_retries_end_and_without_a_template_each_begins_anew(shop: Shop) -> None:
    (shop.folder / "labjournal.toml").unlink()
    shop.run("--die", run=("--max-retries", "2"), code=1)
    (one,) = shop.listed()
    assert (one["status"], one["attempts"]) == ("FAILED", 3)


def test_changed_code_is_not_run_by_itself(shop: Shop) -> None:
    script = SCRIPT.replace('raise RuntimeError("died as asked")', 'open("train.py", "a").write("#"); sys.exit(3)')
    (shop.folder / "train.py").write_text(script)
    run = shop.start("--die")
    exit_of(run)
    again = shop.paths.run(
        shop.call("run", "-n", "two", "--max-retries", "1", "--", sys.executable, "train.py", "--die").stdout.strip()
    )
    wait_for(lambda: "not started again" in again.log.read_text(), 60)
    assert "train.py" in again.log.read_text()
    assert shop.listed()[0]["attempts"] == 1


def test_a_stopped_run_is_not_retried_and_a_running_one_not_resumed(shop: Shop) -> None:
    run = shop.paths.run(
        shop.call("run", "--max-retries", "3", "--", sys.executable, "train.py", "--wait").stdout.strip()
    )
    wait_for(lambda: run.log.exists() and "waiting" in run.log.read_text(), 60)
    assert "has not ended" in shop.call("resume", "@last", code=2).stderr
    shop.call("stop", "@last", "--wait")
    assert exit_of(run)["retries_left"] == 0
    assert shop.listed()[0]["attempts"] == 1


def test_a_lost_run_is_told_once_with_its_last_step_and_what_goes_on(shop: Shop) -> None:
    run = shop.start("--wait")
    _kill_both(run)
    told = shop.call("ls").stderr
    assert "one was lost at step 15" in told
    assert f"labjournal resume {run.id[-6:].lower()}" in told
    assert shop.call("ls").stderr == ""
    assert "one was lost at step 15" in shop.said()
    assert "from 11" in shop.call("resume", "one", "--follow").stdout


def test_a_lost_run_goes_on_by_itself_where_that_is_configured(shop: Shop) -> None:
    (shop.folder / "labjournal.toml").write_text(f"{TEMPLATE}automatic = true\n")
    run = shop.start("--wait")
    _kill_both(run)
    assert "started again, from step_10.safetensors" in shop.call("ls").stderr
    assert exit_of(run)["status"] == "DONE"
    assert shop.listed()[0]["attempts"] == 2


@pytest.mark.parametrize("automatic", [True, False])
def test_a_run_that_outlived_its_supervisor_is_told_of_and_not_started_again(shop: Shop, automatic: bool) -> None:
    (shop.folder / "labjournal.toml").write_text(f"{TEMPLATE}automatic = {str(automatic).lower()}\n")
    run = shop.start("--linger")
    attempt = attempt_of(run)
    os.kill(attempt["supervisor_pid"], signal.SIGKILL)
    wait_for(lambda: not alive(attempt["supervisor_pid"]))
    os.utime(run.heartbeat, (time.time() - 20, time.time() - 20))
    (shop.folder / "go").touch()
    wait_for(lambda: not alive(attempt["pid"]))
    told, handle = shop.call("ls").stderr, run.id[-6:].lower()
    assert "its supervisor was killed, the process went on and ended later" in told
    assert f"may have ended well: labjournal logs {handle} has its output, labjournal show {handle} its" in told
    assert f"if it failed, labjournal resume {handle} goes on from its last checkpoint" in told
    assert ("not started again by itself" in told) is automatic
    shown = shop.call("show", "one").stdout
    assert f"perhaps well: its output and its checkpoints tell; if it failed, labjournal resume {handle}" in shown
    assert not run.attempt(2).exists()
    assert "died" not in shown
    assert "interrupted" not in shown
    before = shop.dump()
    shop.call("reindex")
    assert shop.dump() == before


def test_an_adopted_process_is_not_started_again_either(shop: Shop) -> None:
    (shop.folder / "labjournal.toml").write_text("[resume]\nautomatic = true\n")
    with subprocess.Popen(["sleep", "60"], cwd=shop.folder) as process:
        shop.call("adopt", str(process.pid), "-n", "mine")
        process.terminate()
    told = shop.call("ls").stderr
    assert "not started again by itself; if it failed, labjournal retry" in told
    assert "labjournal logs" not in told
    (one,) = shop.listed()
    assert (one["status"], one["attempts"]) == ("LOST", 1)


def test_of_several_who_resume_at_once_one_does(shop: Shop) -> None:
    run = shop.run("--die", code=1)
    calls = [
        subprocess.Popen([LABJOURNAL, "resume", "one"], cwd=shop.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for one in calls:
        one.communicate(timeout=120)
    accepted = sum(one.returncode == 0 for one in calls)  # more than one where an attempt ended before another call
    assert accepted >= 1
    wait_for(run.exit.exists)
    assert shop.listed()[0]["attempts"] == 1 + accepted
    begun = [line for line in run.log.read_text().splitlines() if line.startswith("from ")]
    assert len(begun) == 1 + accepted, begun  # each from the checkpoint that was newest then
