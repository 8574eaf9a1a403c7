"""What a launch would do, told before it does it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from labjournal import paths
from labjournal.runner.rehearsal import rehearse
from labjournal.runner.request import LaunchRequest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository without a commit, and a script that git does not know."""
    call(tmp_path, "init", "-q")
    (tmp_path / "train.py").write_text("print(1)\n")
    return tmp_path


def call(folder: Path, *words: str) -> None:
    subprocess.run(
        ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *words),
        cwd=folder,
        check=True,
        capture_output=True,
    )


def code(project: Path) -> str:
    request = LaunchRequest(command=("python", "train.py"), cwd=str(project))
    return rehearse(request, paths.find_or_make(project)).code


def test_files_without_any_commit_are_told_as_they_are_kept(project: Path) -> None:
    assert code(project) == "no commit yet + 1 file not committed, kept: train.py"


def test_what_is_committed_is_clean_and_what_is_not_is_named(project: Path) -> None:
    call(project, "add", "-A")
    call(project, "commit", "-qm", "first")
    assert code(project).endswith(", clean")
    (project / "train.py").write_text("print(2)\n")
    (project / "model.py").write_text("x = 1\n")
    assert code(project).endswith(" + 2 files not committed, kept: train.py, model.py")
    (project / "train.py").unlink()
    assert code(project).endswith(" + 1 file not committed, kept: model.py − 1 file removed")


def test_what_no_launch_would_keep_is_told(project: Path) -> None:
    (project / "big.py").write_bytes(b"#" * 2_000_000)
    assert code(project).endswith("kept: train.py · left out: big.py")
    (project / "train.py").unlink()
    assert code(project) == "no commit yet, and no file to keep · left out: big.py"


def test_a_folder_without_a_repository_says_so(tmp_path: Path) -> None:
    assert code(tmp_path).startswith("not recorded: ")
