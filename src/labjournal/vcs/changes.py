"""What differs between two recorded versions of the code, and between a version and the files of now."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labjournal.vcs.command import GitError, GitMissingError, GitTimeoutError, git, raw, resolve, split_z, text
from labjournal.vcs.exclusion import exclusions
from labjournal.vcs.hygiene import Limits
from labjournal.vcs.snapshots import survey

_PLAIN_DIFF = ("--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/")


@dataclass(frozen=True)
class FileChange:
    """How many lines of a file were added and removed; both None for a binary file."""

    path: str
    added: int | None
    removed: int | None


def diff(root: Path, a: str, b: str, paths: Sequence[str] = ()) -> str:
    """Unified diff from commit ``a`` to commit ``b``; paths are taken literally. Raises NotFoundError, GitError."""
    old, new = resolve(root, a), resolve(root, b)
    return text(git(root, "--literal-pathspecs", "diff", *_PLAIN_DIFF, old, new, "--", *paths))


def changed_lines(root: Path, a: str, b: str) -> list[FileChange]:
    """Size of the difference from ``a`` to ``b``, file by file. Raises NotFoundError, GitError."""
    old, new = resolve(root, a), resolve(root, b)
    if old == new:
        return []
    items = iter(split_z(git(root, "diff", "--numstat", "-z", *_PLAIN_DIFF, old, new)))
    changes = []
    for item in items:
        added, removed, path = item.split("\t", 2)
        if not path:  # a rename: the old and the new path follow as items of their own
            next(items)
            path = next(items)
        changes.append(FileChange(path, _count(added), _count(removed)))
    return changes


def _count(field: str) -> int | None:
    return None if field == "-" else int(field)


def file_at(root: Path, commit: str, path: str) -> bytes | None:
    """The content of a file (or the target of a link) in a commit, None when it has no such file.

    Raises NotFoundError when the commit is unknown.
    """
    known = resolve(root, commit)
    try:
        return git(root, "cat-file", "blob", f"{known}:{path.removeprefix('./')}")
    except (GitMissingError, GitTimeoutError):
        raise
    except GitError:
        return None


def drift(root: Path, snapshot: str, exclude: Sequence[str | Path] = (), limits: Limits | None = None) -> list[str]:
    """Paths whose content in the working tree is no longer what the snapshot holds, sorted.

    Files that a snapshot would leave out (secrets, data, what runs made, ``exclude``) do not count.
    Raises NotFoundError, GitError.
    """
    commit = resolve(root, snapshot)
    excluded = exclusions(root, root, exclude)
    now = survey(root, excluded, limits or Limits())
    left_out = {item.path for item in now.left_out}
    differing: set[str] = set()
    unindexed: dict[str, str] = {}  # path to blob: in the snapshot, but unknown to the user's index
    for path, old_hash, letter in _against_index(root, commit):
        if letter == "D" and ((root / path).is_symlink() or (root / path).is_file()):
            unindexed[path] = old_hash
        else:
            differing.add(path)
    differing.update(_rewritten(root, commit, unindexed))
    differing.update(path for path in now.untracked if path not in unindexed)
    return sorted(path for path in differing if path not in excluded and path not in left_out)


def _against_index(root: Path, commit: str) -> list[tuple[str, str, str]]:
    """(path, hash in the commit, letter) of each indexed file that differs from the commit."""
    # Not diff-index: it takes a file that was only touched for a changed one.
    flags = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--ignore-submodules=dirty")
    items = split_z(git(root, "diff", *flags, commit))
    return [
        (path, fields.split(" ")[2], fields.split(" ")[4]) for fields, path in zip(items[::2], items[1::2], strict=True)
    ]


def _rewritten(root: Path, commit: str, blobs: dict[str, str]) -> set[str]:
    """Those of the files (path to blob in the commit) whose content is another now."""
    odd = {path for path in blobs if "\n" in path or (root / path).is_symlink()}
    differing = {path for path in odd if file_at(root, commit, path) != _content(root / path)}
    plain = [path for path in blobs if path not in odd]
    if plain:
        feed = b"".join(raw(path) + b"\n" for path in plain)
        hashes = text(git(root, "hash-object", "--stdin-paths", stdin=feed)).split()
        differing.update(path for path, now in zip(plain, hashes, strict=True) if blobs[path] != now)
    return differing


def _content(path: Path) -> bytes | None:
    """What git would store for a file or a link."""
    try:
        return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    except OSError:
        return None
