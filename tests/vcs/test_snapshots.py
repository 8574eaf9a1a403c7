from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from git_repository import Repository

from labjournal.vcs import GitTimeoutError, Limits, NoRepository, Snapshot, snapshot
from labjournal.vcs.command import git
from labjournal.vcs.hidden import REF_PREFIX
from labjournal.vcs.snapshots import without_credentials


def taken(repository: Repository, **options: object) -> Snapshot:
    found = snapshot(repository.root, **options)  # type: ignore[arg-type]
    assert isinstance(found, Snapshot), found
    return found


def contents(repository: Repository, found: Snapshot) -> dict[str, bytes]:
    assert found.snapshot_commit, found.problem
    return repository.files_of(found.snapshot_commit)


def reasons(found: Snapshot) -> dict[str, str]:
    return {item.path: item.why for item in found.left_out}


def untouched(repository: Repository) -> dict[str, object]:
    """Everything of the user's that a snapshot must leave byte for byte."""
    folder = repository.root / ".git"
    return {
        "index": (folder / "index").read_bytes() if (folder / "index").exists() else None,
        "head": (folder / "HEAD").read_bytes(),
        "refs": repository.git(
            "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags", "refs/stash"
        ),
        "status": repository.git("--no-optional-locks", "status", "--porcelain"),
        "logs": sorted((path.name, path.read_bytes()) for path in (folder / "logs").rglob("*") if path.is_file()),
    }


def hidden_refs(repository: Repository) -> list[str]:
    return repository.git("for-each-ref", "--format=%(refname)", "refs/labjournal").split()


def test_a_clean_tree_is_its_own_snapshot_without_a_ref(repo: Repository) -> None:
    found = taken(repo)
    assert found.commit == found.snapshot_commit == repo.git("rev-parse", "HEAD")
    assert (found.dirty, found.ref, found.changed, found.branch) == (False, None, (), "main")
    assert hidden_refs(repo) == []


def test_a_changed_tree_becomes_a_hidden_commit_and_the_users_state_stays(repo: Repository) -> None:
    repo.write("train.py", "lr = 0.2\n")
    repo.write("src/model.py", "width = 64\n")
    repo.git("add", "src/model.py")
    repo.write("src/model.py", "width = 32\n")
    repo.write("new file.py", "print('hi')\n")
    before = untouched(repo)

    found = taken(repo)

    assert untouched(repo) == before
    assert found.dirty
    assert found.ref == REF_PREFIX + str(found.snapshot_commit)
    assert set(found.changed) == {("M", "train.py"), ("M", "src/model.py"), ("?", "new file.py")}
    assert contents(repo, found) == {
        "train.py": b"lr = 0.2\n",
        "src/model.py": b"width = 32\n",
        "new file.py": b"print('hi')\n",
    }
    assert repo.git("rev-parse", f"{found.snapshot_commit}^") == found.commit


def test_the_same_tree_is_the_same_commit_and_one_ref(repo: Repository) -> None:
    repo.write("train.py", "lr = 0.2\n")
    first = taken(repo)
    os.utime(repo.root / "train.py", (1, 1))
    second = taken(repo)
    repo.write("train.py", "lr = 0.3\n")
    third = taken(repo)
    assert first.snapshot_commit == second.snapshot_commit != third.snapshot_commit
    assert len(hidden_refs(repo)) == 2


def test_snapshots_survive_garbage_collection(repo: Repository) -> None:
    repo.write("train.py", "lr = 0.2\n")
    found = taken(repo)
    repo.git("gc", "-q", "--prune=now")
    assert contents(repo, found)["train.py"] == b"lr = 0.2\n"


def test_a_folder_without_git_says_so(tmp_path: Path) -> None:
    assert snapshot(tmp_path) == NoRepository("not a git repository")


def test_a_missing_folder_and_a_bare_repository_are_told_apart(tmp_path: Path) -> None:
    subprocess.run(("git", "init", "-q", "--bare", str(tmp_path / "bare")), check=True)
    bare, gone = snapshot(tmp_path / "bare"), snapshot(tmp_path / "gone")
    assert isinstance(bare, NoRepository)
    assert isinstance(gone, NoRepository)
    assert "without a working tree" in bare.reason
    assert "is not a folder" in gone.reason


def test_no_git_command_is_a_reason_and_not_a_crash(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert snapshot(repo.root) == NoRepository("git is not installed")


def test_a_repository_without_a_commit_is_recorded(empty: Repository) -> None:
    empty.write("train.py", "lr = 0.1\n")
    empty.write("staged.py", "x = 1\n")
    empty.git("add", "staged.py")
    found = taken(empty)
    assert found.commit is None
    assert found.branch == "main"
    assert contents(empty, found) == {"train.py": b"lr = 0.1\n", "staged.py": b"x = 1\n"}


def test_an_empty_repository_without_a_commit_has_nothing_to_record(empty: Repository) -> None:
    found = taken(empty)
    assert (found.commit, found.snapshot_commit, found.ref, found.dirty) == (None, None, None, False)


def test_secrets_stay_out_by_name_and_by_content(repo: Repository) -> None:
    secrets = {
        ".env": "X=1\n",
        "prod.env": "X=1\n",
        "deep/.netrc": "machine x\n",
        "server.pem": "x",
        "id_rsa": "x",
        "aws_credentials.json": "{}",
        "private.key": "x",
        "notes.txt": "aws AKIAIOSFODNN7EXAMPLE here",
        "run.sh": "export GH=ghp_" + "a1B2" * 9,
        "hub.py": "token = 'hf_" + "aB3d" * 9 + "'",
        "ai.py": "key = 'sk-proj-" + "aB3d" * 9 + "'",
        "cert.txt": "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n",
        "db.py": "url = 'postgres://ada:hunter22@db.example.org/x'",
    }
    for path, content in secrets.items():
        repo.write(path, content)
    repo.write("tokenizer.json", "{}")
    repo.write(".env.example", "X=\n")
    repo.write("credentials.py", "def load(): ...\n")
    found = taken(repo)
    assert set(found.untracked_included) == {"tokenizer.json", ".env.example", "credentials.py"}
    assert set(reasons(found)) == set(secrets)
    every_object = repo.git("cat-file", "--batch-all-objects", "--batch", "--buffer")
    assert "AKIAIOSFODNN7EXAMPLE" not in every_object


def test_a_secret_written_into_a_tracked_file_keeps_the_committed_version(repo: Repository) -> None:
    repo.write("train.py", "key = 'AKIAIOSFODNN7EXAMPLE'\n")
    repo.git("add", "train.py")
    repo.write("src/model.py", "width = 64\n")
    found = taken(repo)
    assert contents(repo, found) == {"train.py": b"lr = 0.1\n", "src/model.py": b"width = 64\n"}
    assert "an AWS key" in reasons(found)["train.py"]
    assert found.dirty


def test_a_secret_that_was_committed_already_does_not_hide_later_changes(repo: Repository) -> None:
    repo.commit("oops", {"fixture.py": "KEY = 'AKIAIOSFODNN7EXAMPLE'\n"})
    repo.write("fixture.py", "KEY = 'AKIAIOSFODNN7EXAMPLE'\nmore = 1\n")
    assert contents(repo, taken(repo))["fixture.py"].endswith(b"more = 1\n")


def test_huge_untracked_files_stay_out_and_are_listed(repo: Repository) -> None:
    with (repo.root / "data.bin").open("wb") as file:
        file.truncate(50_000_000_000)
    repo.write("small.bin", b"\0" * 1000)
    started = time.monotonic()
    found = taken(repo)
    assert time.monotonic() - started < 5
    assert found.untracked_included == ("small.bin",)
    assert "50.0 GB" in reasons(found)["data.bin"]


def test_the_total_of_untracked_files_is_bounded_and_sources_come_first(repo: Repository) -> None:
    for number in range(30):
        repo.write(f"blobs/{number:02}.dat", bytes([number]) * 100)
    repo.write("zz_last.py", "x = 1\n" * 100)
    found = taken(repo, limits=Limits(untracked_total_bytes=1000))
    assert "zz_last.py" in found.untracked_included
    assert len(found.untracked_included) == 5
    assert reasons(found) == {"blobs/": "26 files: untracked files are over 1.0 kB together"}


def test_a_folder_of_many_small_samples_is_data_and_does_not_crowd_out_code(repo: Repository) -> None:
    for number in range(1200):
        repo.write(f"samples/{number}.npy", b"0")
        repo.write(f"a_{number // 100}/{number}.py", f"x = {number}\n")
    found = taken(repo)
    assert sum(path.endswith(".npy") for path in found.untracked_included) == 500
    assert sum(path.endswith(".py") for path in found.untracked_included) == 1200
    assert reasons(found) == {"samples/": "700 files: too many untracked files to look at"}


def test_what_runs_make_does_not_make_a_tree_dirty(repo: Repository) -> None:
    repo.write("runs/events.out.tfevents.1.host", b"x")
    repo.write("best.pt", b"x")
    repo.write("__pycache__/train.cpython-311.pyc", b"x")
    repo.write(".labjournal/runs/1/out.log", b"x")
    repo.write("sub/.labjournal/journal.db", b"x")
    repo.write("out/metrics.json", b"{}")
    repo.write("entries/2026-11-20.md", b"# today\n")
    found = taken(repo, exclude=[Path("out"), repo.root / "entries" / "2026-11-20.md"])
    assert not found.dirty
    assert found.snapshot_commit == found.commit
    assert not any(path.startswith((".labjournal", "sub")) for path in reasons(found))


def test_an_excluded_tracked_file_keeps_its_committed_version(repo: Repository) -> None:
    repo.commit("diary", {"entries/day.md": "one\n"})
    repo.write("entries/day.md", "two\n")
    assert not taken(repo, exclude=["entries"]).dirty
    repo.write("train.py", "lr = 0.5\n")
    assert contents(repo, taken(repo, exclude=["entries"]))["entries/day.md"] == b"one\n"


def test_exclusions_may_be_patterns(repo: Repository) -> None:
    repo.write("results/deep/a.json", "{}")
    repo.write("src/plot_1.svg", "<svg/>")
    assert taken(repo).dirty
    assert not taken(repo, exclude=["results/*", "*.svg"]).dirty


def test_a_snapshot_is_ready_for_a_fact(repo: Repository) -> None:
    repo.write("tr\udce9.py", "x = 1\n")
    found = taken(repo)
    data = json.loads(json.dumps(found.as_data()))
    assert data["commit"] == found.snapshot_commit
    assert data["changed"] == [["?", "tr\udce9.py"]]
    assert NoRepository("not a git repository").as_data() == {"commit": None, "missing": "not a git repository"}


def test_exclusions_are_relative_to_the_folder_that_was_given(repo: Repository) -> None:
    repo.write("src/out.json", "{}")
    found = snapshot(repo.root / "src", exclude=["out.json", "../elsewhere", "../../outside"])
    assert isinstance(found, Snapshot)
    assert found.root == repo.root
    assert not found.dirty


def test_strange_file_names_are_recorded(repo: Repository) -> None:
    names = [
        "-rf.py",
        "line\nbreak.py",
        "täb\t.py",
        " space .py",
        'quo"te.py',
        "src/雪.py",
        "--all",
        ":(top)x.py",
        "a*b?.py",
    ]
    for name in names:
        repo.write(name, "x = 1\n")
    bad = os.fsencode(repo.root) + b"/latin-\xe9.py"
    Path(os.fsdecode(bad)).write_bytes(b"x = 1\n")
    found = taken(repo)
    assert set(contents(repo, found)) == {*names, os.fsdecode(b"latin-\xe9.py"), "train.py", "src/model.py"}
    for name in names:
        repo.write(name, "x = 2\n")
    assert set(contents(repo, taken(repo)).values()) >= {b"x = 2\n"}


def test_deleted_renamed_executable_and_linked_files_are_recorded(repo: Repository) -> None:
    repo.commit(
        "more",
        {"gone.py": "1\n", "old.py": "a = 1\n" * 9, "run.sh": "true\n", "staged.py": "2\n", "b.py": "b = 3\n" * 9},
    )
    (repo.root / "gone.py").unlink()
    repo.git("rm", "-q", "--cached", "staged.py")
    repo.git("mv", "old.py", "new.py")
    (repo.root / "b.py").rename(repo.root / "c.py")
    (repo.root / "run.sh").chmod(0o755)
    (repo.root / "link").symlink_to("train.py")
    (repo.root / "to_nowhere").symlink_to("/nonexistent/x")
    found = taken(repo)
    files = contents(repo, found)
    assert set(files) == {"train.py", "src/model.py", "new.py", "c.py", "run.sh", "link", "to_nowhere", "staged.py"}
    modes = repo.git("ls-tree", "-r", str(found.snapshot_commit))
    assert "100755 blob" in modes
    assert files["link"] == b"train.py"
    assert ("R", "new.py") in found.changed


def test_a_file_that_became_a_folder_and_a_folder_that_became_a_link(repo: Repository) -> None:
    repo.commit("more", {"thing": "1\n", "pkg/a.py": "1\n"})
    (repo.root / "thing").unlink()
    repo.write("thing/inner.py", "2\n")
    shutil.rmtree(repo.root / "pkg")
    (repo.root / "elsewhere").mkdir()
    repo.write("elsewhere/a.py", "3\n")
    (repo.root / "pkg").symlink_to("elsewhere")
    files = contents(repo, taken(repo))
    assert files["thing/inner.py"] == b"2\n"
    assert files["pkg"] == b"elsewhere"
    assert "pkg/a.py" not in files


def test_a_merge_conflict_is_recorded_as_it_lies_in_the_files(repo: Repository) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.commit("theirs", {"train.py": "lr = 1\n", "both.py": "1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("ours", {"train.py": "lr = 2\n"})
    merge = subprocess.run(("git", "merge", "other"), cwd=repo.root, capture_output=True)
    assert merge.returncode != 0
    before = untouched(repo)
    found = taken(repo)
    assert ("U", "train.py") in found.changed
    assert b"<<<<<<<" in contents(repo, found)["train.py"]
    (repo.root / "train.py").unlink()
    assert "train.py" not in contents(repo, taken(repo))
    assert untouched(repo)["index"] == before["index"]


def test_a_held_index_lock_does_not_matter(repo: Repository) -> None:
    (repo.root / ".git" / "index.lock").touch()
    repo.write("train.py", "lr = 9\n")
    assert contents(repo, taken(repo))["train.py"] == b"lr = 9\n"


def test_a_worktree_and_a_subfolder_find_their_own_tree(repo: Repository, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = Repository(tmp_path / "side")
    side.write("train.py", "lr = 7\n")
    found = snapshot(side.root / "src")
    assert isinstance(found, Snapshot)
    assert (found.root, found.branch) == (side.root, "side")
    assert contents(repo, found)["train.py"] == b"lr = 7\n"
    assert not taken(repo).dirty


def test_a_nested_repository_stays_out_and_is_named(repo: Repository) -> None:
    nested = repo.root / "vendor"
    nested.mkdir()
    inner = Repository(nested)
    inner.git("init", "-q")
    inner.commit("inner", {"lib.py": "1\n"})
    found = taken(repo)
    assert reasons(found) == {"vendor/": "a git repository of its own"}
    assert not found.dirty


def test_a_moved_submodule_is_recorded_and_its_own_changes_are_named(repo: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path / "lib")
    other.root.mkdir()
    other.git("init", "-q")
    other.commit("lib", {"lib.py": "1\n"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "lib")
    repo.commit("with submodule")
    assert [module.path for module in taken(repo).submodules] == ["lib"]
    repo.write("lib/lib.py", "2\n")
    changed = taken(repo)
    assert not changed.dirty
    assert reasons(changed) == {"lib": "the submodule has changes of its own"}
    moved = Repository(repo.root / "lib")
    new = moved.commit("two")
    found = taken(repo)
    assert found.dirty
    assert f"160000 commit {new}" in repo.git("ls-tree", "-r", str(found.snapshot_commit))


def test_hooks_identity_signing_and_git_variables_have_no_say(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    (Path(os.environ["HOME"]) / ".gitconfig").write_text("[commit]\ngpgSign = true\n[user]\nuseConfigOnly = true\n")
    for name in ("reference-transaction", "post-index-change", "pre-commit"):
        hook = repo.write(f".git/hooks/{name}", "#!/bin/sh\ntouch hook-ran\nexit 1\n")
        hook.chmod(0o755)
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent/index")
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    (repo.root / "train.py").write_text("lr = 3\n")
    found = taken(repo)
    monkeypatch.delenv("GIT_INDEX_FILE")
    monkeypatch.delenv("GIT_DIR")
    assert contents(repo, found)["train.py"] == b"lr = 3\n"
    assert not (repo.root / "hook-ran").exists()


def test_a_git_folder_that_cannot_be_written_leaves_dirty_recorded_with_the_reason(repo: Repository) -> None:
    repo.write(".git/refs/labjournal", "in the way")
    repo.write("train.py", "lr = 3\n")
    found = taken(repo)
    assert found.dirty
    assert found.snapshot_commit is None
    assert found.problem
    assert "could not be recorded" in found.problem


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to act as another user")
def test_as_another_user_ownership_and_read_only_folders_are_met_with_a_word() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        top = Path(folder)
        top.chmod(0o755)
        repository = Repository(top / "project")
        repository.root.mkdir(mode=0o755)
        repository.git("init", "-q")
        repository.commit("first", {"train.py": "lr = 1\n"})
        repository.write("train.py", "lr = 2\n")

        def as_nobody(**env: str) -> str:
            """What a process of another user is told; forked, as that user may not start this Python."""
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:
                os.environ.update(HOME="/nonexistent", **env)
                os.setgroups([])
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
                found = snapshot(repository.root)
                told = found.reason if isinstance(found, NoRepository) else f"{found.dirty} {found.ref} {found.problem}"
                os.write(writing, told.encode())
                os._exit(0)
            os.close(writing)
            os.waitpid(child, 0)
            with os.fdopen(reading) as file:
                return file.read()

        assert "another user owns it" in as_nobody()
        allowed = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        assert as_nobody(**allowed).startswith("True None the changed code could not be recorded: ")


def test_a_git_that_hangs_is_stopped(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    slow = folder / "git"
    slow.write_text("#!/bin/sh\nsleep 60 &\nsleep 60\n")
    slow.chmod(slow.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    started = time.monotonic()
    with pytest.raises(GitTimeoutError, match=r"did not answer within 0\.3 s"):
        git(repo.root, "status", timeout_s=0.3)
    assert time.monotonic() - started < 10


def test_the_git_tag_and_the_remote_are_recorded_without_credentials(repo: Repository) -> None:
    repo.git("tag", "-a", "v1,2", "-m", "x")
    repo.git("remote", "add", "origin", "https://ada:s3cret@example.org/ada/x.git")
    found = taken(repo)
    assert found.git_tag == "v1,2"
    assert found.remote == "https://example.org/ada/x.git"


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("git@github.com:ada/x.git", "git@github.com:ada/x.git"),
        ("ssh://git@host:22/x.git", "ssh://host:22/x.git"),
        ("https://tok@host/x?private_token=1#f", "https://host/x"),
        ("ada:pw@host:x.git", "ada@host:x.git"),
        ("https://a:p@ss@host/x@y", "https://host/x@y"),
        ("/srv/git/x.git", "/srv/git/x.git"),
        ("../x@y:z", "../x@y:z"),
    ],
)
def test_credentials_never_stand_in_an_address(address: str, clean: str) -> None:
    assert without_credentials(address) == clean


def test_a_detached_head_has_no_branch_and_lfs_is_noted(repo: Repository) -> None:
    repo.commit("lfs", {".gitattributes": "*.big filter=lfs diff=lfs merge=lfs -text\n"})
    repo.git("checkout", "-q", "--detach")
    found = taken(repo)
    assert found.branch is None
    assert found.lfs


def test_changes_that_cancel_out_need_no_hidden_commit(repo: Repository) -> None:
    repo.write("train.py", "lr = 5\n")
    repo.git("add", "train.py")
    repo.write("train.py", "lr = 0.1\n")
    found = taken(repo)
    assert found.snapshot_commit == found.commit
    assert hidden_refs(repo) == []


def test_ignored_files_are_not_looked_at(repo: Repository) -> None:
    repo.commit("ignore", {".gitignore": "data/\n"})
    repo.write("data/x.py", "1\n")
    found = taken(repo)
    assert not found.dirty
    assert found.left_out == ()


def test_unreadable_and_special_files_are_left_out_with_a_reason(repo: Repository) -> None:
    os.mkfifo(repo.root / "train.fifo")
    (repo.root / "train.py").unlink()
    os.mkfifo(repo.root / "train.py")
    found = taken(repo)
    assert reasons(found).get("train.py") == "not a plain file"


@pytest.mark.parametrize("split", [False, True])
def test_sparse_and_split_indexes_and_intent_to_add_are_met(repo: Repository, split: bool) -> None:
    repo.commit("more", {"far/a.py": "1\n", "near/b.py": "2\n"})
    if split:  # git refuses a sparse index that is split
        repo.git("sparse-checkout", "set", "--cone", "near")
        repo.git("update-index", "--split-index")
    else:
        repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "near")
    repo.write("near/new.py", "3\n")
    repo.git("add", "--intent-to-add", "near/new.py")
    repo.write("near/b.py", "4\n")
    before = untouched(repo)
    files = contents(repo, taken(repo))
    assert untouched(repo) == before
    assert (files["far/a.py"], files["near/b.py"], files["near/new.py"]) == (b"1\n", b"4\n", b"3\n")


def test_line_endings_are_stored_as_the_repository_stores_them(repo: Repository) -> None:
    repo.commit("attributes", {".gitattributes": "*.py text eol=crlf\n"})
    repo.write("train.py", "lr = 1\r\n")
    assert contents(repo, taken(repo))["train.py"] == b"lr = 1\n"
