from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from git_repository import Repository
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labjournal.errors import InputError, NotFoundError
from labjournal.vcs import GitError, NearestTag, create_tag, is_ancestor, nearest_tag, propose_tag
from labjournal.vcs.history import valid_tag_name


def test_ancestry_follows_the_commits(repo: Repository) -> None:
    first = repo.git("rev-parse", "HEAD")
    second = repo.commit("second")
    repo.git("checkout", "-q", "-b", "side", first)
    side = repo.commit("side")
    assert is_ancestor(repo.root, first, second)
    assert is_ancestor(repo.root, first, first)
    assert not is_ancestor(repo.root, second, first)
    assert not is_ancestor(repo.root, second, side)
    with pytest.raises(NotFoundError):
        is_ancestor(repo.root, "0" * 40, first)


def test_a_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GitError):
        propose_tag(tmp_path)


def test_an_annotated_tag_is_made_even_without_a_user_name(repo: Repository) -> None:
    (Path(os.environ["HOME"]) / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n[tag]\ngpgSign = true\n")
    commit = repo.git("rev-parse", "HEAD")
    assert create_tag(repo.root, "paper/v1", "HEAD", "- the run\nof figure 2") == commit
    assert repo.git("cat-file", "-t", "paper/v1") == "tag"
    assert repo.git("for-each-ref", "--format=%(contents)", "refs/tags/paper/v1").startswith("- the run\nof figure 2")


def test_a_users_own_name_signs_the_tag(repo: Repository) -> None:
    create_tag(repo.root, "v1", "HEAD", "")
    assert repo.git("for-each-ref", "--format=%(taggername)", "refs/tags/v1") == "Ada"


def test_a_tag_is_never_moved(repo: Repository) -> None:
    create_tag(repo.root, "v1", "HEAD", "x")
    repo.commit("more")
    with pytest.raises(InputError, match="exists already") as caught:
        create_tag(repo.root, "v1", "HEAD", "x")
    assert caught.value.hint
    assert "'v2'" in caught.value.hint


@pytest.mark.parametrize(
    "name", ["", "-d", "a b", "a..b", "x.lock", "a//b", "@", "a~1", "a:b", "x\n", ".a", "a/.b", "x."]
)
def test_a_bad_tag_name_is_refused_before_git_is_asked(repo: Repository, name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name"):
        create_tag(repo.root, name, "HEAD", "x")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="ab.-_/@{~^: \\*[?\x7f\té", min_size=1, max_size=8))
def test_tag_names_are_judged_as_git_does(tmp_path: Path, name: str) -> None:
    by_git = subprocess.run(("git", "check-ref-format", "refs/tags/" + name), cwd=tmp_path).returncode == 0
    assert valid_tag_name(name) == (by_git and not name.startswith("-") and name != "@")


def test_the_nearest_tag_is_at_before_or_after(repo: Repository) -> None:
    assert nearest_tag(repo.root, "HEAD") is None
    commits = [repo.git("rev-parse", "HEAD"), *(repo.commit(f"c{i}") for i in range(6))]
    create_tag(repo.root, "v-1-g1", commits[1], "x")
    repo.git("tag", "light", commits[6])
    assert nearest_tag(repo.root, commits[0]) == NearestTag("v-1-g1", "after", 1)
    assert nearest_tag(repo.root, commits[1]) == NearestTag("v-1-g1", "at", 0)
    assert nearest_tag(repo.root, commits[2]) == NearestTag("v-1-g1", "before", 1)
    assert nearest_tag(repo.root, commits[5]) == NearestTag("light", "after", 1)
    with pytest.raises(NotFoundError):
        nearest_tag(repo.root, "0" * 40)


def test_the_proposed_tag_counts_on_from_the_newest(repo: Repository) -> None:
    assert propose_tag(repo.root) == "v0.1"
    create_tag(repo.root, "run-009", "HEAD", "x")
    assert propose_tag(repo.root) == "run-010"
    repo.git("tag", "run-010", repo.git("rev-parse", "HEAD:train.py"))
    assert propose_tag(repo.root) == "run-011"
    create_tag(repo.root, propose_tag(repo.root), "HEAD", "x")
