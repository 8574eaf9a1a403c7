"""Paths that are no code: they neither make a tree dirty nor go into a snapshot, and they never drift."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

JOURNAL_FOLDER = ".labjournal"


@dataclass(frozen=True)
class Excluded:
    """Answers ``path in excluded`` for paths from the top of the repository."""

    paths: frozenset[str] = field(default_factory=frozenset)
    patterns: tuple[str, ...] = ()

    def __contains__(self, path: str) -> bool:
        parts = path.rstrip("/").split("/")
        if JOURNAL_FOLDER in parts:
            return True
        if not self.paths and not self.patterns:
            return False
        above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        return any(one in self.paths or any(fnmatchcase(one, pattern) for pattern in self.patterns) for one in above)


def exclusions(root: Path, folder: Path, exclude: Iterable[str | Path]) -> Excluded:
    """The excluded paths as they are called inside the working tree; what lies outside of it is dropped."""
    top = os.path.realpath(root)
    base = os.path.realpath(folder)
    inside: set[str] = set()
    patterns: list[str] = []
    for path in exclude:
        if isinstance(path, str) and re.search(r"[*?\[]", path):
            patterns.append(path.removeprefix("./").rstrip("/"))
            continue
        joined = os.path.normpath(os.path.join(base, path))
        real = os.path.join(os.path.realpath(os.path.dirname(joined)), os.path.basename(joined))
        relative = os.path.relpath(real, top)
        if relative != "." and not relative.startswith(".." + os.sep) and relative != "..":
            inside.add(relative.replace(os.sep, "/"))
    return Excluded(frozenset(inside), tuple(patterns))
