"""What a journal can do without: trees of code that can be made again, caches, refs that no run needs.

Never a checkpoint, an event file, a fact, a log, or anything a run or a person wrote.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from labjournal.errors import JournalError
from labjournal.launchers import records
from labjournal.paths import FOLDER, JournalPaths


class Garbage(NamedTuple):
    """One thing that can go."""

    what: str
    """``worktree``, ``checkout``, ``cache`` or ``ref``."""
    path: str
    because: str
    size: int | None
    """Bytes; None where that is not known."""
    remove: Callable[[], None]


def find(paths: JournalPaths) -> Iterator[Garbage]:
    """Everything that can go now. Nothing is removed."""
    yield from _worktrees(paths)
    yield from _checkouts(paths)
    yield from _caches(paths)
    yield from _refs(paths)


def _worktrees(paths: JournalPaths) -> Iterator[Garbage]:
    from labjournal.vcs import worktrees

    for run_id in sorted(paths.run_ids()):
        run = paths.run(run_id)
        if not (run.work / ".git").exists() or not run.exit.exists():
            continue
        try:
            same, _ = worktrees.unchanged(run.work)
        except JournalError:  # the repository has moved: leave it
            continue
        because = "the run has ended; what it wrote there stays, the code can be checked out again"
        yield Garbage(
            "worktree", str(run.work), because, _size(run.work, same), partial(worktrees.take_apart, run.work)
        )


def _checkouts(paths: JournalPaths) -> Iterator[Garbage]:
    from labjournal.vcs import worktrees

    for place in sorted(paths.worktrees.glob("*")) if paths.worktrees.is_dir() else ():
        try:
            same, others = worktrees.unchanged(place)
        except JournalError:
            continue
        if not others:
            yield Garbage(
                "checkout",
                str(place),
                "nothing in it was changed",
                _size(place, same),
                partial(worktrees.take_apart, place),
            )


def _size(place: Path, names: list[str]) -> int:
    return sum(os.lstat(place / name).st_size for name in names if os.path.lexists(place / name))


def _caches(paths: JournalPaths) -> Iterator[Garbage]:
    """Copies of the watch that older versions of labjournal made; none while a run may still be using one."""
    from labjournal.runner import inside

    copies = sorted(paths.cache.glob("inside-*")) if paths.cache.is_dir() else []
    if not copies or _something_lives(paths):
        return
    current = inside.prepare(paths.cache)
    for place in copies:
        if place != current:
            names = [str(file.relative_to(place)) for file in place.rglob("*") if file.is_file()]
            yield Garbage(
                "cache", str(place), "made by another version", _size(place, names), partial(shutil.rmtree, place)
            )


def _something_lives(paths: JournalPaths) -> bool:
    return any(not paths.run(run_id).exit.exists() for run_id in paths.run_ids())


def _refs(paths: JournalPaths) -> Iterator[Garbage]:
    """Hidden refs of the project's repository that no run of any journal in it names."""
    from labjournal import vcs
    from labjournal.vcs import hidden
    from labjournal.vcs.snapshots import find_root

    root = find_root(paths.project)
    if isinstance(root, vcs.NoRepository):
        return
    needed = {commit for journal in _journals(root, paths) for commit in _commits(journal)}
    for ref in hidden.refs(root):
        commit = ref.removeprefix(hidden.REF_PREFIX)
        if commit not in needed:
            because = f"no run of a journal in {root} has this code"
            yield Garbage("ref", ref, because, None, partial(hidden.forget, root, ref))


def _journals(root: Path, paths: JournalPaths) -> Iterator[JournalPaths]:
    yield paths
    for top, folders, _ in os.walk(root):
        if FOLDER in folders and Path(top, FOLDER) != paths.folder:
            yield JournalPaths(Path(top, FOLDER))
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]


def _commits(paths: JournalPaths) -> Iterator[str]:
    for run_id in paths.run_ids():
        launched = records.read(paths.run(run_id).run)
        snapshot = launched.data.get("snapshot") if launched else None
        if isinstance(snapshot, dict) and isinstance(snapshot.get("commit"), str):
            yield snapshot["commit"]
