"""The hidden commit that holds a changed tree, and the ref that keeps it from being collected."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from labjournal.vcs.command import IDENTITY, GitError, git, raw, text

REF_PREFIX = "refs/labjournal/snapshots/"
_EPOCH = "1000000000 +0000"  # date of a snapshot without a parent; git's own tools stumble over 0
_WRITE_TIMEOUT_S = 30.0  # hashing and clean filters of changed files


class Head(NamedTuple):
    """What a snapshot needs to know of HEAD."""

    date: str = _EPOCH
    tree: str | None = None
    git_tag: str | None = None


class Written(NamedTuple):
    """What became of a changed tree."""

    commit: str | None
    ref: str | None = None
    problem: str | None = None


def read_head(root: Path) -> Head:
    """Date, tree and git tag of HEAD, in one call."""
    try:
        line = git(root, "log", "-1", "--format=%ct%x00%T%x00%D", "--decorate-refs=refs/tags/*", "HEAD")
    except GitError:
        return Head()
    date, tree, decorations = text(line).rstrip("\n").split("\0")
    tags = [name.removeprefix("tag: ") for name in re.split(", (?=tag: )", decorations) if name]
    return Head(f"{date} +0000", tree, tags[0] if tags else None)


def write_commit(root: Path, parent: str | None, head: Head, paths: Sequence[str]) -> Written:
    """Make the hidden commit and its ref."""
    import tempfile  # 4 ms to import, and a clean tree needs none

    try:
        with tempfile.TemporaryDirectory(prefix="labjournal-") as scratch:
            env = {**IDENTITY, "GIT_INDEX_FILE": str(Path(scratch) / "index")}
            tree = write_tree(root, parent, paths, env)
        if tree == head.tree:  # the changes cancel out: staged and undone again
            return Written(parent)
        dates = {"GIT_AUTHOR_DATE": head.date, "GIT_COMMITTER_DATE": head.date}
        parents = ("-p", parent) if parent else ()
        message = b"labjournal: code of a run\n"
        made = git(root, "commit-tree", tree, *parents, "-F", "-", stdin=message, env={**IDENTITY, **dates})
        commit = text(made).strip()
        ref = REF_PREFIX + commit
        git(root, "update-ref", ref, commit, env=IDENTITY)
    except GitError as error:
        return Written(None, problem=f"the changed code could not be recorded: {error.message}")
    except OSError as error:
        return Written(None, problem=f"the changed code could not be recorded: {error.strerror or error}")
    return Written(commit, ref)


def write_tree(root: Path, parent: str | None, paths: Sequence[str], env: dict[str, str]) -> str:
    """The hash of the tree of ``parent`` with ``paths`` as they lie in the working tree. Raises GitError."""
    if parent:
        git(root, "read-tree", parent, env=env)
    # Removals first: a file that became a folder of the same name would be in the way of its own contents.
    standing = _standing(root, paths)
    gone = [path for path in paths if path not in standing]
    there = [path for path in paths if path in standing]
    for flags, names in ((("--force-remove",), gone), (("--add", "--replace"), there)):
        if names:
            feed = b"".join(raw(name) + b"\0" for name in names)
            git(root, "update-index", *flags, "-z", "--stdin", stdin=feed, env=env, timeout_s=_WRITE_TIMEOUT_S)
    return text(git(root, "write-tree", env=env)).strip()


def _standing(root: Path, paths: Sequence[str]) -> set[str]:
    """Those of the paths that git would see: not folders (but submodules), not reached through a link."""
    top = os.path.realpath(root)
    real: dict[str, bool] = {}
    standing: set[str] = set()
    for path in paths:
        parent = os.path.dirname(os.path.join(top, path))
        if parent not in real:
            real[parent] = os.path.realpath(parent) == parent
        full = os.path.join(top, path)
        is_folder = os.path.isdir(full) and not os.path.islink(full)
        if real[parent] and os.path.lexists(full) and (not is_folder or os.path.lexists(os.path.join(full, ".git"))):
            standing.add(path)
    return standing


def refs(root: Path) -> list[str]:
    """All hidden refs of a repository. Raises GitError."""
    return text(git(root, "for-each-ref", "--format=%(refname)", REF_PREFIX)).split()


def forget(root: Path, ref: str) -> None:
    """Remove a hidden ref; git collects its commit some weeks later. Raises GitError."""
    git(root, "update-ref", "-d", ref, env=IDENTITY)
