from __future__ import annotations

import pytest
from git_repository import Repository

from labjournal.errors import NotFoundError
from labjournal.vcs import FileChange, Snapshot, changed_lines, diff, drift, file_at, snapshot


def snapped(repository: Repository) -> str:
    found = snapshot(repository.root)
    assert isinstance(found, Snapshot)
    assert found.snapshot_commit, found.problem
    return found.snapshot_commit


def test_a_diff_shows_the_lines_of_the_chosen_paths(repo: Repository) -> None:
    a = repo.git("rev-parse", "HEAD")
    b = repo.commit("b", {"train.py": "lr = 0.2\n", "*.md": "x\n"})
    assert "-lr = 0.1\n+lr = 0.2\n" in diff(repo.root, a, b)
    assert diff(repo.root, a, b, ["src"]) == ""
    assert "train.py" not in diff(repo.root, a, b, ["*.md"])


def test_the_users_diff_settings_do_not_change_the_diff(repo: Repository) -> None:
    a = repo.git("rev-parse", "HEAD")
    b = repo.commit("b", {"train.py": "lr = 0.2\n"})
    plain = diff(repo.root, a, b)
    for setting in ("diff.external=false", "color.diff=always", "diff.noprefix=true", "diff.mnemonicPrefix=true"):
        repo.git("config", *setting.split("="))
    assert diff(repo.root, a, b) == plain


def test_changed_lines_are_counted_by_file(repo: Repository) -> None:
    a = repo.commit("a", {"old name.py": "a\nb\nc\nd\ne\n", "blob.bin": b"\0\1"})
    repo.git("mv", "old name.py", "new\nname.py")
    b = repo.commit("b", {"train.py": "lr = 1\nx = 2\n", "blob.bin": b"\0\2"})
    assert sorted(changed_lines(repo.root, a, b), key=lambda change: change.path) == [
        FileChange("blob.bin", None, None),
        FileChange("new\nname.py", 0, 0),
        FileChange("train.py", 2, 1),
    ]


@pytest.mark.parametrize("revision", ["", "nope", "-x", "--output=/tmp/x", "HEAD\nHEAD", "0" * 40, "HEAD:train.py"])
def test_what_names_no_commit_is_refused_with_a_word(repo: Repository, revision: str) -> None:
    with pytest.raises(NotFoundError, match="names no commit"):
        diff(repo.root, revision, "HEAD")


def test_a_file_of_a_commit_can_be_read(repo: Repository) -> None:
    assert file_at(repo.root, "HEAD", "src/model.py") == b"width = 128\n"
    assert file_at(repo.root, "HEAD", "./train.py") == b"lr = 0.1\n"
    assert file_at(repo.root, "HEAD", "src") is None
    assert file_at(repo.root, "HEAD", "gone.py") is None


def test_nothing_drifts_until_a_file_changes(repo: Repository) -> None:
    repo.write("train.py", "lr = 3\n")
    repo.write("new.py", "1\n")
    (repo.root / "link").symlink_to("train.py")
    recorded = snapped(repo)
    assert drift(repo.root, recorded) == []
    (repo.root / "train.py").touch()
    repo.git("add", "new.py")
    assert drift(repo.root, recorded) == []
    repo.git("commit", "-qam", "now committed")
    assert drift(repo.root, recorded) == []


def test_edited_added_and_deleted_files_drift(repo: Repository) -> None:
    repo.write("untracked.py", "1\n")
    (repo.root / "link").symlink_to("train.py")
    recorded = snapped(repo)
    repo.write("untracked.py", "2\n")
    repo.write("train.py", "lr = 4\n")
    repo.write("added.py", "3\n")
    (repo.root / "src" / "model.py").unlink()
    (repo.root / "link").unlink()
    (repo.root / "link").symlink_to("added.py")
    assert drift(repo.root, recorded) == ["added.py", "link", "src/model.py", "train.py", "untracked.py"]


def test_what_is_no_code_does_not_drift(repo: Repository) -> None:
    recorded = snapped(repo)
    repo.write(".env", "A=1\n")
    repo.write(".labjournal/x", "1")
    repo.write("big.bin", b"0" * 2_000_000)
    repo.write("runs/events.out.tfevents.1", b"x")
    repo.write("out/a.json", "{}")
    assert drift(repo.root, recorded, exclude=["out"]) == []
