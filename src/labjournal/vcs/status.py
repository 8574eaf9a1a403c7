"""What ``git status`` says, read from its second porcelain format."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from labjournal.vcs.command import GitError, git, split_z, text

_TIMEOUT_S = 10.0


class Change(NamedTuple):
    """A tracked path that differs from HEAD, staged or not."""

    letter: str
    """M, A, D, R, C, T, or U for a merge conflict."""
    path: str
    origin: str | None = None
    """Where a renamed file came from."""


class Submodule(NamedTuple):
    """A submodule that is registered or has changed."""

    path: str
    moved: bool = False
    """Another commit is checked out than HEAD records (the snapshot records the new one)."""
    modified: bool = False
    """It has changes of its own, which no snapshot of the outer repository holds."""


class Status(NamedTuple):
    """A working tree against its HEAD."""

    commit: str | None
    branch: str | None
    changes: tuple[Change, ...]
    untracked: tuple[str, ...]
    """Paths; one that ends with ``/`` is a repository of its own."""
    submodules: tuple[Submodule, ...]


def read_status(root: Path, untracked: bool = True) -> Status:
    """Ask git; ignored files do not appear. Raises GitError."""
    output = git(
        root,
        "status",
        "--porcelain=v2",
        "-z",
        "--branch",
        "--no-ahead-behind",
        "--renames",
        "--ignore-submodules=none",
        "--untracked-files=" + ("all" if untracked else "no"),
        timeout_s=_TIMEOUT_S,
    )
    return parse_status(output, _registered_submodules(root))


def parse_status(output: bytes, registered: tuple[str, ...] = ()) -> Status:
    """Read ``git status --porcelain=v2 -z --branch``; headers and record kinds of later gits are passed over."""
    commit: str | None = None
    branch: str | None = None
    changes: list[Change] = []
    untracked: list[str] = []
    submodules = {path: Submodule(path) for path in registered}
    items = iter(split_z(output))
    for item in items:
        kind = item[:2]
        if item.startswith("# branch.oid "):
            commit = None if item.endswith("(initial)") else item[13:]
        elif item.startswith("# branch.head "):
            branch = None if item.endswith("(detached)") else item[14:]
        elif kind == "? ":
            untracked.append(item[2:])
        elif kind in ("1 ", "2 ", "u "):
            fields = item.split(" ", {"1 ": 8, "2 ": 9, "u ": 10}[kind])
            origin = next(items, None) if kind == "2 " else None
            change = Change(_letter(kind, fields[1]), fields[-1], origin)
            marks = fields[2]
            if marks.startswith("S"):
                module = Submodule(change.path, moved=marks[1] == "C", modified="M" in marks[2:] or "U" in marks[2:])
                submodules[change.path] = module
                if not module.moved and fields[1] in (".M", ".m", ".?"):
                    continue  # the outer tree is the same; the submodule's own changes are told as such
            changes.append(change)
    return Status(commit, branch, tuple(changes), tuple(untracked), tuple(submodules.values()))


def _letter(kind: str, codes: str) -> str:
    if kind == "u ":
        return "U"
    staged, unstaged = codes[0], codes[1]
    if unstaged == "D":
        return "D"
    return staged if staged != "." else unstaged


def _registered_submodules(root: Path) -> tuple[str, ...]:
    if not (root / ".gitmodules").is_file():
        return ()
    try:
        listed = git(root, "config", "-z", "-f", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$")
    except GitError:  # an empty or broken .gitmodules
        return ()
    return tuple(text(entry).partition("\n")[2] for entry in listed.split(b"\0") if entry)
