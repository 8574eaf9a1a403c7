"""The code of a run: recorded as a commit, compared, placed in history.

``snapshot``, ``drift`` and ``changed_constants`` are on the path of a launch and use the ``git`` command only;
ancestry and git tags use GitPython, loaded when they are called. What a launch may not need is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from labjournal.vcs.command import GitError, GitMissingError, GitTimeoutError
from labjournal.vcs.hygiene import LeftOut, Limits
from labjournal.vcs.snapshots import NoRepository, Snapshot, snapshot
from labjournal.vcs.status import Submodule

if TYPE_CHECKING:
    from labjournal.vcs.changes import FileChange, changed_lines, diff, drift, file_at
    from labjournal.vcs.constants import Change, changed_constants
    from labjournal.vcs.fixes import FixState, FixVerdict, contains_fix
    from labjournal.vcs.history import NearestTag, create_tag, is_ancestor, nearest_tag, propose_tag, unknown_commit

_LATER = {
    "FileChange": "changes",
    "changed_lines": "changes",
    "diff": "changes",
    "drift": "changes",
    "file_at": "changes",
    "Change": "constants",
    "changed_constants": "constants",
    "FixState": "fixes",
    "FixVerdict": "fixes",
    "contains_fix": "fixes",
    "NearestTag": "history",
    "create_tag": "history",
    "is_ancestor": "history",
    "nearest_tag": "history",
    "propose_tag": "history",
    "unknown_commit": "history",
}

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
    "unknown_commit",
]


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
