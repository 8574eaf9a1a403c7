"""Real git repositories for the tests of ``vcs``."""

from __future__ import annotations

from pathlib import Path

import pytest
from git_repository import Repository


@pytest.fixture(autouse=True)
def own_git_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own git configuration reaches a test."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def empty(tmp_path: Path) -> Repository:
    """A repository without a commit."""
    root = tmp_path / "project"
    root.mkdir()
    repository = Repository(root)
    repository.git("init", "-q")
    return repository


@pytest.fixture
def repo(empty: Repository) -> Repository:
    """A repository with one commit of two files."""
    empty.write("train.py", "lr = 0.1\n")
    empty.write("src/model.py", "width = 128\n")
    empty.commit("first")
    return empty
