"""A run that was frozen goes on with its own code, whatever the working tree has become."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labjournal.paths import JournalPaths, RunPaths
from labjournal.scheduler import entries
from launching_place import exit_of, wait_for

LABJOURNAL = [sys.executable, "-m", "labjournal"]
SCRIPT = """\
import json, os, struct, sys
import helper
resumed = sys.argv[sys.argv.index("--resume") + 1] if "--resume" in sys.argv else None
print(helper.WORD, resumed, os.path.exists("first"), flush=True)
if not os.path.exists("first"):
    open("first", "w").close()
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    with open("step_3.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + struct.pack("<f", 1.0))
    sys.exit(3)
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text(SCRIPT)
    (folder / "helper.py").write_text("WORD = 'queued'\n")
    (folder / "labjournal.toml").write_text('[resume]\ncommand = "{command} --resume {checkpoint}"\n')
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "one")):
        subprocess.run(("git", "-c", "user.name=a", "-c", "user.email=a@b", *words), cwd=folder, check=True)
    yield folder
    paths = JournalPaths(folder / ".labjournal")
    for run_id in entries.names(paths):
        entries.path_of(paths, run_id).unlink(missing_ok=True)


def call(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*LABJOURNAL, *words], cwd=project, capture_output=True, text=True, timeout=120)


def queued(project: Path, *more: str) -> RunPaths:
    """A run that was queued, and whose code was edited before its turn came."""
    first = call(project, "run", "-n", "before", "--", "sleep", "0").stdout.strip()
    paths = JournalPaths(project / ".labjournal")
    exit_of(paths.run(first))
    call(project, "queue", "pause")
    run = paths.run(call(project, "run", "-n", "r", "--queue", *more, "--", sys.executable, "train.py").stdout.strip())
    (project / "helper.py").write_text("WORD = 'edited'\n")
    call(project, "queue", "resume")
    return run


def listed(project: Path) -> dict[str, Any]:
    return {run["id"]: run for run in json.loads(call(project, "ls", "--json").stdout)}


def test_a_resumed_run_runs_its_own_code_and_says_so(project: Path) -> None:
    run = queued(project)
    assert exit_of(run)["exit_code"] == 3
    done = call(project, "resume", "r", "--follow")
    assert done.returncode == 0, done.stderr
    assert "on its own code as it was frozen" in done.stderr
    assert run.log.read_text().splitlines()[0] == "queued None False"
    assert run.log.read_text().splitlines()[-1] == "queued step_3.safetensors True"
    assert listed(project)[run.id]["attempts"] == 2
    assert not (project / "first").exists()
    rules = [one["rule"] for one in json.loads(call(project, "checks", "r", "--json").stdout)]
    assert "code_not_as_recorded" not in rules


def test_a_frozen_run_that_fails_is_started_again_by_itself(project: Path) -> None:
    run = queued(project, "--max-retries", "1")
    wait_for(lambda: run.attempt(2).exists() and run.exit.exists() and exit_of(run)["attempt"] == 2)
    assert exit_of(run)["status"] == "DONE", run.log.read_text()
    assert run.log.read_text().splitlines()[-1] == "queued step_3.safetensors True"


def test_where_its_tree_was_removed_it_is_a_fork_that_finds_the_checkpoint(project: Path) -> None:
    run = queued(project)
    exit_of(run)
    for path in (".git", "train.py", "helper.py"):
        (run.work / path).unlink()
    done = call(project, "resume", "r", "--follow")
    assert "a fork, not a restart, because it differs: code: helper.py" in done.stderr
    (fork,) = [one for one in listed(project).values() if one["parent"] == run.id]
    said = call(project, "logs", fork["id"]).stdout.splitlines()
    assert said[-1].startswith("edited /"), "the whole path of the checkpoint, in the run's folder"
