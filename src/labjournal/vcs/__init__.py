"""The code of a run: recorded as a commit, compared, placed in history.

``snapshot``, ``drift`` and ``changed_constants`` are on the path of a launch and use the ``git`` command only;
ancestry and git tags use GitPython, loaded when they are called.
"""

from __future__ import annotations

from labjournal.vcs.changes import FileChange, changed_lines, diff, drift, file_at
from labjournal.vcs.command import GitError, GitMissingError, GitTimeoutError
from labjournal.vcs.constants import Change, changed_constants
from labjournal.vcs.fixes import FixState, FixVerdict, contains_fix
from labjournal.vcs.history import NearestTag, create_tag, is_ancestor, nearest_tag, propose_tag
from labjournal.vcs.hygiene import LeftOut, Limits
from labjournal.vcs.snapshot import NoRepository, Snapshot, snapshot
from labjournal.vcs.status import Submodule

__all__ = [
    "Change",
    "FileChange",
    "FixState",
    "FixVerdict",
    "GitError",
    "GitMissingError",
    "GitTimeoutError",
    "LeftOut",
    "Limits",
    "NearestTag",
    "NoRepository",
    "Snapshot",
    "Submodule",
    "changed_constants",
    "changed_lines",
    "contains_fix",
    "create_tag",
    "diff",
    "drift",
    "file_at",
    "is_ancestor",
    "nearest_tag",
    "propose_tag",
    "snapshot",
]
