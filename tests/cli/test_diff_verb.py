"""`labjournal diff` on two runs that were really launched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LABJOURNAL = [sys.executable, "-m", "labjournal"]
SCRIPT = """\
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=3)
arguments = parser.parse_args()
SCALE = 1
print("test accuracy: 0.75")
"""


def call(folder: Path, *words: str, code: int = 0) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "80"}
    done = subprocess.run([*LABJOURNAL, *words], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: another rate, another constant in the code, another result."""
    folder = tmp_path_factory.mktemp("differing")
    (folder / "train.py").write_text(SCRIPT)
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    call(folder, "run", "-n", "one", "--follow", "--", sys.executable, "train.py", "--lr", "0.2")
    (folder / "train.py").write_text(SCRIPT.replace("SCALE = 1", "SCALE = 2"))
    call(folder, "run", "-n", "two", "--follow", "--", sys.executable, "train.py", "--lr", "0.4")
    for name, value in (("one", "0.90"), ("two", "0.95")):
        call(folder, "log", f"accuracy={value}", "--run", name, "--dataset", "val", "--n", "1000")
    return folder


def test_settings_code_and_results_that_differ_are_told(project: Path) -> None:
    text = call(project, "diff", "one", "two")
    assert "Settings (1 of 2 differ)\n  lr  0.2 -> 0.4" in text
    assert "  train.py  +1 −1" in text
    assert "  -SCALE = 1\n  +SCALE = 2" in text
    assert "two − one, accuracy on val" in text
    assert "Python and packages\n  no difference on record" in text


def test_json_holds_the_same(project: Path) -> None:
    found: dict[str, Any] = json.loads(call(project, "diff", "one", "two", "--json"))
    assert found["settings"] == [{"name": "lr", "a": 0.2, "b": 0.4}]
    assert found["code"]["files"] == [{"path": "train.py", "added": 1, "removed": 1}]
    (claim,) = found["results"]["claims"]
    assert claim["word"] == "differs"
    assert claim["difference"] == pytest.approx(0.05)


def test_a_run_differs_from_itself_in_nothing(project: Path) -> None:
    found: dict[str, Any] = json.loads(call(project, "diff", "one", "one", "--json"))
    assert [found[part] for part in ("settings", "python", "data", "machine")] == [[], [], [], []]
    assert found["code"]["files"] == []
    assert found["code"]["unknown"] is None


def test_what_was_not_kept_is_said_and_not_called_equal(project: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print(1)\n")
    call(tmp_path, "run", "-n", "a", "--follow", "--", sys.executable, "a.py")
    call(tmp_path, "run", "-n", "b", "--follow", "--", "true")
    text = call(tmp_path, "diff", "a", "b")
    assert "cannot tell: the code of a was not kept" in text
    assert "cannot tell: the packages of b are not known" in text


def test_settings_that_nobody_recorded_are_not_called_different(project: Path) -> None:
    call(project, "run", "-n", "blind", "--follow", "--", sys.executable, "-S", "-E", "train.py", "--lr", "0.2")
    text = call(project, "diff", "one", "blind")
    assert "Settings\n  cannot tell: the settings of blind are not known" in text


def test_an_unknown_run_is_a_negative_answer(project: Path) -> None:
    call(project, "diff", "one", "nobody", code=1)
