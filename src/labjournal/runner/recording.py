"""The code of a launch: what is recorded of it, and which files beside it are none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labjournal.config import Config
from labjournal.runner.request import LaunchRequest

if TYPE_CHECKING:
    from labjournal.vcs import Limits, NoRepository
    from labjournal.vcs.snapshots import Survey

_BESIDE_DIARY = ("attachments", "tables")
_DIARY_DAY = re.compile(r"\d{4}-\d\d-\d\d\.md(\.orig)?\Z")


def record_code(cwd: str, requests: Sequence[LaunchRequest], config: Config) -> tuple[dict[str, Any], list[str]]:
    """The code as the ``run`` fact has it, and what to say about it."""
    from labjournal import vcs

    found = vcs.snapshot(Path(cwd), list(no_code(cwd, requests, config)), _limits(config))
    if isinstance(found, vcs.NoRepository):
        return found.as_data(), [f"code not recorded: {found.reason}"]
    return found.as_data(), [f"code: {found.problem}"] if found.problem else []


def survey_code(cwd: str, requests: Sequence[LaunchRequest], config: Config) -> Survey | NoRepository:
    """What of the code a launch would keep beside the last commit; nothing is written. Raises GitError."""
    from labjournal.vcs import NoRepository
    from labjournal.vcs.exclusion import exclusions
    from labjournal.vcs.snapshots import find_root, survey

    root = find_root(Path(cwd))
    if isinstance(root, NoRepository):
        return root
    return survey(root, exclusions(root, Path(cwd), list(no_code(cwd, requests, config))), _limits(config))


def _limits(config: Config) -> Limits:
    from labjournal.vcs import Limits

    return Limits(
        untracked_file_bytes=int(config.code.untracked_file_mb * 1e6),
        untracked_total_bytes=int(config.code.untracked_total_mb * 1e6),
    )


def no_code(cwd: str, requests: Sequence[LaunchRequest], config: Config) -> Iterator[str]:
    """Paths and patterns of what may change without the code having changed."""
    yield from config.code.exclude
    yield from config.code.secrets
    for request in requests:
        if request.logdir:
            yield request.logdir
    if config.run.logdir:
        yield config.run.logdir
    yield from _diary_files(Path(cwd), config.diary.export)
    if config.diary.file:
        yield config.diary.file


def _diary_files(cwd: Path, export: str) -> Iterator[str]:
    """Exported days of the diary; scripts of studies that lie beside them are code."""
    for base in (cwd, *cwd.parents):
        folder = base / export
        try:
            names = os.listdir(folder)
        except OSError:
            names = []
        yield from (str(folder / name) for name in names if _DIARY_DAY.match(name))
        for below in ("diary", "tables"):
            yield from (str(folder / name / below) for name in names if (folder / name / below).is_dir())
        yield from (str(folder / name) for name in names if name in _BESIDE_DIARY)
        if names or (base / ".git").exists():
            return
