"""What Python really ran against what was recorded, from a real process to the finding."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LABJOURNAL = [sys.executable, "-m", "labjournal"]


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ("git", "-c", "user.name=a", "-c", "user.email=a@b", *words), cwd=folder, check=True, capture_output=True
    )


def findings(folder: Path, *command: str, before: str = "") -> list[dict[str, Any]]:
    words = [*LABJOURNAL, "run", "--follow", "--", *(command or (sys.executable, "train.py"))]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    printed = subprocess.run(
        [*LABJOURNAL, "checks", "@last", "--json"], cwd=folder, capture_output=True, text=True
    ).stdout
    return [one for one in json.loads(printed) if one["rule"] == "code_not_as_recorded"]


def project(folder: Path, script: str) -> Path:
    (folder / "train.py").write_text(script)
    (folder / "helper.py").write_text("WORD = 'recorded'\n")
    (folder / ".gitignore").write_text("local.py\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


def test_code_that_ran_as_recorded_is_no_finding(tmp_path: Path) -> None:
    assert findings(project(tmp_path, "import helper, json\n")) == []
    (told,) = [
        fact["data"]["files"]
        for path in (tmp_path / ".labjournal" / "runs").glob("*/facts/*.jsonl")
        for fact in map(json.loads, path.read_text().splitlines())
        if fact["kind"] == "code"
    ]
    assert set(told) == {"train.py", "helper.py"}, "the script itself too"


def test_the_journals_own_copy_is_no_code_of_the_repository(tmp_path: Path) -> None:
    assert findings(project(tmp_path, "import labjournal\nlabjournal.log({'loss': 1.0}, step=1)\n")) == []


def test_an_edit_between_launch_and_import_is_found(tmp_path: Path) -> None:
    edit = "open('helper.py', 'w').write(\"WORD = 'edited meanwhile'\\n\")\nimport helper\n"
    (found,) = findings(project(tmp_path, edit))
    assert found["level"] == "warning"
    assert found["message"].startswith("helper.py ran with other content than was recorded")


def test_a_file_that_git_does_not_hold_is_a_notice(tmp_path: Path) -> None:
    folder = project(tmp_path, "import local\n")
    (folder / "local.py").write_text("x = 1\n")
    (found,) = findings(folder)
    assert found["level"] == "notice"
    assert "local.py ran and is not part of what was recorded" in found["message"]


def test_changes_that_the_snapshot_took_are_what_was_recorded(tmp_path: Path) -> None:
    folder = project(tmp_path, "import helper\n")
    (folder / "helper.py").write_text("WORD = 'dirty'\n")
    assert findings(folder) == []
