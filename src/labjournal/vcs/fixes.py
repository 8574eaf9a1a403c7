"""Whether a run had a bug: was it in the code, and does the fix stand there.

A commit hash among the ancestors is not enough in either direction. A fix may be tried before it is committed,
carried over under another hash, or undone later by a merge; so what decides is whether the lines that the fix
changed stand in the snapshot. What cannot be placed is said so and never called clean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from labjournal.vcs.command import GitError, resolve
from labjournal.vcs.constants import Hunk, parse_hunks
from labjournal.vcs.history import open_repository, shallow, unknown_commit

if TYPE_CHECKING:
    from git import Commit, Repo

_PROSE = frozenset({".md", ".rst", ".txt", ".adoc", ".tex"})
_COMMENT = re.compile(r"\s*(?:#(?!!|\s*(?:include|define|if|endif|pragma)\b)|//|--\s|;|$)")
_MOST_HOMES = 200
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class FixState(StrEnum):
    """What a fault means for one run."""

    CLEAN = "clean"
    """The code is from before the bug, or from a line of history that never had it."""
    AFFECTED = "affected"
    FIXED = "fixed"
    FIX_UNDONE = "fix undone"
    """The fix is among the ancestors, and its lines no longer stand."""
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class FixVerdict:
    """A state and the reason for it, for a person."""

    state: FixState
    because: str


def contains_fix(root: Path, introduced: str, fixed: str | None, snapshot: str) -> FixVerdict:
    """Place a snapshot between the commit that brought a bug and the one that fixed it.

    Args:
        root: a folder of the repository.
        introduced: the commit that brought the bug.
        fixed: the commit that fixed it, None while there is none.
        snapshot: the code of the run: a commit, hidden ones included.

    Raises GitError only when git itself fails.
    """
    for role, revision in (("introducing", introduced), ("fixing", fixed), ("run's", snapshot)):
        if revision is not None and unknown_commit(root, revision):
            return FixVerdict(FixState.CANNOT_TELL, f"the {role} commit {revision[:10]} is not in this repository")
    is_shallow = shallow(root)
    with open_repository(root) as repository:
        bug, run = (repository.commit(resolve(root, revision)) for revision in (introduced, snapshot))
        fix = repository.commit(resolve(root, fixed)) if fixed is not None else None
        if not repository.is_ancestor(bug, run):
            return _without_ancestry(repository, bug, fix, run, is_shallow)
        return _with_bug(repository, fix, run)


def _with_bug(repository: Repo, fix: Commit | None, run: Commit) -> FixVerdict:
    if fix is None:
        return FixVerdict(FixState.AFFECTED, "the bug is in its history and no fix is known")
    is_after = repository.is_ancestor(fix, run)
    stands = _stands(repository, fix, run)
    if stands is None:
        if is_after:
            return FixVerdict(FixState.CANNOT_TELL, "the fix changed no lines of text that could be looked for")
        return FixVerdict(FixState.AFFECTED, "the bug is in its history and the fix is not")
    if stands:
        how = "the fix is in its history and its lines stand" if is_after else "the lines of the fix stand in its code"
        return FixVerdict(FixState.FIXED, how)
    if is_after:
        return FixVerdict(FixState.FIX_UNDONE, "the fix is in its history, but its lines no longer stand")
    return FixVerdict(FixState.AFFECTED, "the bug is in its history and the fix is not")


def _without_ancestry(repository: Repo, bug: Commit, fix: Commit | None, run: Commit, is_shallow: bool) -> FixVerdict:
    if is_shallow:
        return FixVerdict(FixState.CANNOT_TELL, "this clone is shallow: older history is missing")
    if not repository.merge_base(bug, run):
        return FixVerdict(FixState.CANNOT_TELL, "its history has nothing in common with the bug's")
    if _stands(repository, bug, run) and not repository.is_ancestor(run, bug):
        if fix is not None and _stands(repository, fix, run):
            return FixVerdict(FixState.FIXED, "the lines of the fix stand in its code")
        return FixVerdict(
            FixState.CANNOT_TELL, "the bug's commit is not in its history, but the same lines are in its code"
        )
    return FixVerdict(FixState.CLEAN, "the bug's commit is not in its history")


def _stands(repository: Repo, change: Commit, run: Commit) -> bool | None:
    """Whether what ``change`` did is in force in ``run``: its lines are there, and those it removed are not back.

    None when it changed nothing that can be looked for (binary files, modes, an empty commit).
    Comments, blank lines and indentation do not count; prose counts only when nothing else was changed.
    """
    blocks = [block for block in _blocks(repository, change) if block.has_code]
    code = [block for block in blocks if PurePosixPath(block.path).suffix.lower() not in _PROSE]
    relevant = code or blocks
    if not relevant:
        return None
    homes = _Homes(change, run)
    return all(_block_stands(block, homes) for block in relevant)


def _block_stands(block: _Block, homes: _Homes) -> bool:
    versions = [lines for path in homes.of(block.path) if (lines := _lines(homes.run, path)) is not None]
    if block.added:
        return any(_position(lines, block.added) is not None for lines in versions)
    # A pure removal: its lines must not be back between their old neighbours.
    whole = tuple(line for line in (block.before, *block.removed, block.after) if line is not None)
    return all(_position(lines, whole) is None for lines in versions)


@dataclass(frozen=True)
class _Block:
    """Neighbouring lines of one file that a commit replaced, as significant lines only."""

    path: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    before: str | None
    """The significant line just above, in the version after the change."""
    after: str | None

    @property
    def has_code(self) -> bool:
        return self.removed != self.added


def _position(lines: Sequence[str], wanted: Sequence[str]) -> int | None:
    width = len(wanted)
    return next((i for i in range(len(lines) - width + 1) if tuple(lines[i : i + width]) == tuple(wanted)), None)


def _blocks(repository: Repo, change: Commit) -> Iterator[_Block]:
    """What a commit changed against its first parent (a merge brings what its branch did)."""
    parent = change.parents[0] if change.parents else None
    old = parent.hexsha if parent else _EMPTY_TREE
    output = repository.git.diff(
        "--no-color", "--no-ext-diff", "--no-textconv", "--unified=0", "--inter-hunk-context=0", "--find-renames",
        "--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=all", old, change.hexsha,
        stdout_as_string=False, strip_newline_in_stdout=False,
    )  # fmt: skip
    for hunk in parse_hunks(output, with_deleted=True):
        yield _block(change, hunk)


def _block(change: Commit, hunk: Hunk) -> _Block:
    path = hunk.path or hunk.old_path
    content = _raw_lines(change, path) or []
    # With no added lines git numbers the line above the hunk; with some, the first of them.
    first = hunk.start - 1 if hunk.lines else hunk.start
    above = _significant(content[:first])
    below = _significant(content[first + len(hunk.lines) :])
    return _Block(
        path,
        _significant(hunk.old_lines),
        _significant(hunk.lines),
        above[-1] if above else None,
        below[0] if below else None,
    )


def _significant(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines without comments and blank ones, all white space taken out."""
    return tuple(re.sub(r"\s+", "", line) for line in lines if not _COMMENT.match(line))


def _raw_lines(commit: Commit, path: str) -> list[str] | None:
    try:
        blob = commit.tree / path
    except KeyError:
        return None
    if blob.type != "blob":
        return None
    content: bytes = blob.data_stream.read()
    return content.decode("utf-8", "surrogateescape").splitlines()


def _lines(commit: Commit, path: str) -> tuple[str, ...] | None:
    lines = _raw_lines(commit, path)
    return None if lines is None else _significant(lines)


class _Homes:
    """Where the files of one commit are to be found in a later (or other) one."""

    def __init__(self, change: Commit, run: Commit) -> None:
        self.run = run
        self._renamed: dict[str, str] = {}
        self._new: list[str] = []
        try:
            differences = change.diff(run, M=True)
        except ValueError as error:
            raise GitError(f"{change.hexsha[:10]} and {run.hexsha[:10]} cannot be compared") from error
        for item in differences:
            if item.renamed_file and item.a_path and item.b_path:
                self._renamed[item.a_path] = item.b_path
            elif item.new_file and item.b_path:
                self._new.append(item.b_path)

    def of(self, path: str) -> list[str]:
        """The file itself; else what it was renamed to; else every new file of its kind: code moves in pieces."""
        if path in self._renamed:
            return [self._renamed[path]]
        if _raw_lines(self.run, path) is not None:
            return [path]
        suffix = PurePosixPath(path).suffix
        return [new for new in self._new if PurePosixPath(new).suffix == suffix][:_MOST_HOMES]
