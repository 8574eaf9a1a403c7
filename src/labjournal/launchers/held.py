"""Notices that wait for the end of the quiet hours: files of the journal, told by whoever takes them away first."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress

from labjournal import facts
from labjournal.config import NotifyConfig
from labjournal.launchers import records
from labjournal.launchers.channels import URGENT, Notice
from labjournal.paths import JournalPaths

_MOST_TOLD = 10


def is_quiet(how: NotifyConfig) -> bool:
    """Whether it is within the quiet hours on this machine; they may span midnight."""
    hours = how.quiet_minutes
    if hours is None:
        return False
    now, (begin, end) = time.localtime(), hours
    minute = now.tm_hour * 60 + now.tm_min
    return begin <= minute < end if begin <= end else minute >= begin or minute < end


def hold(paths: JournalPaths, notice: Notice) -> bool:
    """Keep a notice for later; False where nothing can be kept."""
    try:
        paths.held_notices.mkdir(exist_ok=True)
        records.write_json(paths.held_notices / f"{facts.new_ulid()}.json", notice._asdict())
    except OSError:
        return False
    return True


def take(paths: JournalPaths) -> Notice | None:
    """All that is held, in the order it came, as one notice; None when nothing is. Nobody else gets it again."""
    try:
        names = sorted(name for name in os.listdir(paths.held_notices) if not name.startswith("."))
    except OSError:
        return None
    taken = [notice for name in names if (notice := _take(paths, name)) is not None]
    with suppress(OSError):  # another was held meanwhile
        paths.held_notices.rmdir()
    return _together(taken) if taken else None


def _take(paths: JournalPaths, name: str) -> Notice | None:
    mine = paths.held_notices / f".{name}.{os.getpid()}"
    try:
        os.rename(paths.held_notices / name, mine)  # of several who want it one succeeds
        said = json.loads(mine.read_bytes())
        mine.unlink()
        return Notice(*(str(said[field]) for field in Notice._fields))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _together(notices: Sequence[Notice]) -> Notice:
    if len(notices) == 1:
        return notices[0]
    urgent = [notice for notice in notices if notice.what in URGENT]
    first = (urgent or notices)[0]
    told = [f"{notice.name}: {notice.text}" for notice in [*urgent, *(one for one in notices if one not in urgent)]]
    more = [f"and {len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else []
    name = f"{len(notices)} notices of the quiet hours"
    return Notice(name, first.what, "; ".join([*told[:_MOST_TOLD], *more]), first.run)
