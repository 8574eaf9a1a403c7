"""Working trees of recorded code: a folder with the files of one commit, apart from the user's own tree.

The user's index, branch and checkout are not touched; git knows of the folder in ``.git/worktrees`` and forgets it
when it is gone. Hooks do not run (see ``command``).
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from labjournal.vcs.command import GitError, git, raw, split_z, text

_CHECKOUT_TIMEOUT_S = 300.0
"""Checking out some gigabytes on a slow disk."""


def size_bytes(root: Path, commit: str) -> int:
    """How large a checkout of a commit is; files of git-lfs count as their pointers. Raises GitError."""
    listed = split_z(git(root, "ls-tree", "-r", "-l", "-z", commit))
    sizes = (entry.partition("\t")[0].split()[-1] for entry in listed)
    return sum(int(size) for size in sizes if size.isdecimal())


def add(root: Path, commit: str, place: Path) -> None:
    """Make a working tree of a commit at ``place``, which must not exist. Raises GitError."""
    try:
        git(root, "worktree", "add", "--detach", "--force", str(place), commit, timeout_s=_CHECKOUT_TIMEOUT_S)
    except GitError:
        remove_half_made(root, place)
        raise


def remove_half_made(root: Path, place: Path) -> None:
    """Take away a working tree in which nothing has run yet."""
    shutil.rmtree(place, ignore_errors=True)
    with suppress(GitError):
        git(root, "worktree", "prune")


def unchanged(place: Path) -> tuple[list[str], bool]:
    """The files of a working tree that are still as in its commit, and whether there are others. Raises GitError."""
    tracked = set(split_z(git(place, "ls-files", "-z")))
    others = split_z(git(place, "ls-files", "-z", "--others"))
    own = [path for path in others if not _is_byte_code(path) and not _leads_out(place / path, place)]
    different = set(changed(place))
    return sorted(tracked - different), bool(different or own)


def changed(place: Path) -> list[str]:
    """The files of a working tree that are not as in its commit any more. Raises GitError."""
    return list(split_z(git(place, "diff", "--name-only", "--no-renames", "--ignore-submodules=all", "-z", "HEAD")))


def take_apart(place: Path) -> None:
    """Remove from a working tree what its commit holds, byte code, and links that lead out of it; keep all else.

    Raises GitError, OSError.
    """
    same, _ = unchanged(place)
    root = Path(text(git(place, "rev-parse", "--path-format=absolute", "--git-common-dir")).removesuffix("\n"))
    for path in same:
        place.joinpath(path).unlink(missing_ok=True)
    for top, folders, names in os.walk(place, topdown=False):
        for found in (Path(top, name) for name in (*names, *folders)):
            if _is_byte_code(found.name) or _leads_out(found, place):
                found.unlink(missing_ok=True)
            elif found.is_dir() and not found.is_symlink():
                with suppress(OSError):  # something is left in it
                    found.rmdir()
    place.joinpath(".git").unlink(missing_ok=True)
    with suppress(OSError):
        place.rmdir()
    git(root, "worktree", "prune")


def _leads_out(path: Path, place: Path) -> bool:
    if not path.is_symlink():
        return False
    target = os.readlink(path)
    return os.path.isabs(target) and not target.startswith(str(place) + os.sep)


def _is_byte_code(path: str) -> bool:
    return path.endswith((".pyc", ".pyo"))


def checksums(root: Path, commit: str, paths: Sequence[str]) -> dict[str, tuple[int, int] | None]:
    """Size and CRC-32 of files of a commit, None where it holds no such file. Raises GitError."""
    plain = [path for path in paths if "\n" not in path]
    output = git(root, "cat-file", "--batch", stdin=b"".join(raw(f"{commit}:{path}") + b"\n" for path in plain))
    found: dict[str, tuple[int, int] | None] = {}
    at = 0
    for path in plain:
        end = output.index(b"\n", at)
        head, at = output[at:end].split(b" "), end + 1
        found[path] = None
        if head[-1] != b"missing" and head[-1].isdigit():
            content = output[at : at + int(head[-1])]
            at += len(content) + 1
            found[path] = (len(content), zlib.crc32(content)) if head[-2] == b"blob" else None
    return found
