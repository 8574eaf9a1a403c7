"""``run --on-alarm``, as a shell sees it: real runs that train, stopped or told of at their first alarm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from labjournal import facts
from labjournal.paths import JournalPaths, RunPaths
from launching_place import exit_of, wait_for

LABJOURNAL = str(Path(sys.executable).with_name("labjournal"))
FORGOTTEN_HEAD = """\
import sys, time
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model[0].parameters(), lr=0.1)
while True:
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(torch.randn(8, 4)), torch.randint(0, 2, (8,))).backward()
    optimizer.step()
    time.sleep(0.05)
"""
STATED = """\
import os, sys, time
from pathlib import Path
from labjournal import facts
from labjournal.tags import ENV_RUN_ID

folder = Path(os.environ["LABJOURNAL_RUN_DIR"]) / "facts"
folder.mkdir(exist_ok=True)
data = {"rule": "no_update", "level": "alarm", "message": "a; $(b) stands still", "subject": "w"}
facts.append(facts.writer_path(folder, 1, "watch"), [facts.make("finding", data, run=os.environ[ENV_RUN_ID])] * 2)
"""

Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    environment = {**os.environ, "LABJOURNAL_DIR": str(tmp_path / ".labjournal"), "OMP_NUM_THREADS": "1"}
    (tmp_path / "forgotten.py").write_text(FORGOTTEN_HEAD)
    (tmp_path / "stated.py").write_text(STATED)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [LABJOURNAL, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def started(tmp_path: Path, done: subprocess.CompletedProcess[str]) -> RunPaths:
    assert done.returncode == 0, done.stderr
    paths = JournalPaths(tmp_path / ".labjournal")
    return paths.run(str(json.loads(done.stdout)["id"]))


def answered(run: RunPaths) -> Mapping[str, Any]:
    wait_for(run.alarm_answered.exists)
    ((_, fact),) = facts.read(run.alarm_answered)[0]
    assert fact is not None
    return fact.data


def test_a_run_is_stopped_at_its_first_alarm(tmp_path: Path, call: Call) -> None:
    pytest.importorskip("torch")
    done = call("run", "--on-alarm", "stop", "--max-retries", "2", "--json", "--", sys.executable, "forgotten.py")
    run = started(tmp_path, done)
    end = exit_of(run, 90)
    assert (end["status"], end["retries_left"]) == ("KILLED", 0)
    assert end["cause"].startswith("stopped: alarm param_not_in_optimizer")
    assert answered(run)["how"] == "stop"


def test_a_command_gets_the_first_alarm_once(tmp_path: Path, call: Call) -> None:
    tell = "notify:sh -c 'echo \"$0|$LABJOURNAL_NOTICE_RULE|$(cat)\" >> told' {text}"
    run = started(tmp_path, call("run", "--on-alarm", tell, "--json", "--", sys.executable, "stated.py"))
    assert exit_of(run)["status"] == "DONE"
    wait_for(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text().endswith("\n"))
    text, rule, given = (tmp_path / "told").read_text().rstrip("\n").split("|")
    assert (text, rule) == ("no_update: a; $(b) stands still", "no_update")
    assert json.loads(given)["finding"]["subject"] == "w"
    assert answered(run)["text"] == text


def test_a_command_that_fails_is_said_in_the_log(tmp_path: Path, call: Call) -> None:
    run = started(tmp_path, call("run", "--on-alarm", "notify:false", "--json", "--", sys.executable, "stated.py"))
    wait_for(lambda: "the command of --on-alarm ended with exit code 1" in run.log.read_text())


def test_a_rule_that_is_switched_off_stops_nothing(tmp_path: Path, call: Call) -> None:
    (tmp_path / "labjournal.toml").write_text('[checks]\noff = ["no_update"]\n')
    run = started(tmp_path, call("run", "--on-alarm", "notify:true", "--json", "--", sys.executable, "stated.py"))
    assert exit_of(run)["status"] == "DONE"
    assert not run.alarm_answered.exists()


@pytest.mark.parametrize(
    ("asked", "because"),
    [
        ("stopp", "neither stop nor notify:CMD"),
        ("notify:", "neither stop nor notify:CMD"),
        ("notify:no-such-command-here", "there is no command"),
        ("notify:echo --api-key=abcdef", "holds a secret"),
    ],
)
def test_what_cannot_be_done_is_refused_at_the_launch(call: Call, asked: str, because: str) -> None:
    done = call("run", "--on-alarm", asked, "--", "true")
    assert done.returncode == 2
    assert because in done.stderr


def test_whoever_follows_is_told_of_a_finding_as_it_comes(tmp_path: Path, call: Call) -> None:
    done = call("run", "--follow", "--", sys.executable, "stated.py")
    said = "▲ alarm no_update\n  a; $(b) stands still\n"
    assert done.returncode == 0
    assert done.stderr.count("no_update") == 1
    assert done.stderr.endswith(said)
    assert call("follow", "@last").stderr == said
    (tmp_path / "labjournal.toml").write_text('[checks]\noff = ["no_update"]\n')
    assert call("follow", "@last").stderr == ""


def test_whoever_follows_is_told_what_the_checks_after_the_run_found(tmp_path: Path, call: Call) -> None:
    (tmp_path / "diverging.py").write_text("for step in range(50):\n    print('step', step, 'loss', float('nan'))\n")
    done = call("run", "--follow", "--", sys.executable, "diverging.py")
    assert "nan" in done.stdout
    assert "▲ alarm" in done.stderr, done.stderr
