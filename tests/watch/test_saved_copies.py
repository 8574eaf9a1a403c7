"""What was saved against what was trained, by checksums: a script under the watch, its checkpoint, the follower."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

SCRIPT = Path(__file__).with_name("trainers") / "untouched_copy_saved.py"
pytestmark = pytest.mark.slow


def findings(folder: Path, *words: str) -> list[tuple[str, str, str]]:
    """(rule, level, subject) of a run of the script, launched as a user would."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LABJOURNAL_")}
    environment["OMP_NUM_THREADS"] = "1"
    labjournal = [sys.executable, "-m", "labjournal"]
    launch = [*labjournal, "run", "--follow", "-n", "saves", "--", sys.executable, str(SCRIPT), *words]
    done = subprocess.run(launch, cwd=folder, env=environment, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = subprocess.run(
        [*labjournal, "checks", "saves", "--json"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return [(one["rule"], one["level"], one["subject"]) for one in json.loads(told.stdout)]


def test_a_copy_that_training_never_reached_is_named(tmp_path: Path) -> None:
    assert findings(tmp_path) == [("checkpoint_missing_params", "warning", "model")]


def test_copies_of_the_best_weights_are_as_trained(tmp_path: Path) -> None:
    assert findings(tmp_path, "healthy") == []
