"""The attempts of a run, as its folder tells of them, and the end of one as somebody else states it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from labjournal import facts
from labjournal.facts import Fact
from labjournal.launchers import records
from labjournal.paths import RunPaths


def newest(run: RunPaths) -> Fact | None:
    """The newest attempt of a run that was started, None before the first. Raises OSError."""
    numbers = _numbers(run, ".json")
    return records.read(run.attempt(max(numbers))) if numbers else None


def holder(run: RunPaths) -> Fact | None:
    """Who has the run in hand: its ``attempt``, before that the ``claim`` of whoever will start it. Raises OSError."""
    attempt, ended = newest(run), last_ended(run)
    return attempt if number_of(attempt) > ended else records.read(run.claim(ended + 1))


def last_number(run: RunPaths) -> int:
    """The number of the newest attempt that was started or ended, 1 before any. Raises OSError."""
    ended = records.read(run.exit)
    stated = ended.data.get("attempt") if ended else None
    told = [stated] if isinstance(stated, int) else []
    return max([1, *told, *_numbers(run, ".json"), *_numbers(run, ".exit.json")])


def _numbers(run: RunPaths, ending: str) -> list[int]:
    try:
        names = os.listdir(run.attempts)
    except FileNotFoundError:
        return []
    starts = (name[: -len(ending)] for name in names if name.endswith(ending))
    return [int(start) for start in starts if start.isdigit()]


def last_ended(run: RunPaths) -> int:
    """The number of the last attempt whose end was put aside for another one; 0 when there was none."""
    try:
        return max(_numbers(run, ".exit.json"), default=0)
    except OSError:
        return 0


def number_of(attempt: Fact | None) -> int:
    """Of an ``attempt``; 0 without one."""
    number = attempt.data.get("n") if attempt else None
    return number if isinstance(number, int) else 0


def newest_or_none(run: RunPaths) -> Fact | None:
    """As `newest`, None also where it cannot be read."""
    try:
        return newest(run)
    except OSError:
        return None


def modified_at(path: Path) -> float | None:
    """When a file was last changed, in seconds since 1970."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def end_data(run: RunPaths, status: str, cause: str | None, ended_at: float | None = None) -> dict[str, Any]:
    """The ``exit`` of a run as somebody states it who did not see it end, by default when it was last heard of."""
    heard = [ended_at] if ended_at else [modified_at(path) or 0.0 for path in (run.heartbeat, run.log, run.run)]
    attempt, ended = newest_or_none(run), last_ended(run)
    started = attempt is not None and number_of(attempt) > ended
    return {
        "attempt": number_of(attempt) if started else ended + 1,
        "status": status,
        "cause": cause,
        "exit_code": None,
        "signal": None,
        "started_at": attempt.t if attempt and started else None,
        "ended_at": facts.now_iso(max(heard)),
        "stopped_by": None,
        "max_memory_bytes": None,
    }
