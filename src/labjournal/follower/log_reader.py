"""Reads what a living run prints and saves again and again, for at most a fiftieth of the time."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from labjournal.paths import RunPaths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labjournal.config import Config
    from labjournal.facts import Fact
    from labjournal.model import Run
    from labjournal.parsers import Reading

_EVERY_S, _SHARE = 2.0, 50.0
_LONGEST_LIVE_BYTES = 64_000_000
"""A longer log is read once, at the end."""
_SETTLED_S = 2.0
"""A file that nobody has written to for so long is not in the middle of being written."""
Mark = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class SoFar:
    """What a run has said up to now."""

    printed: Reading
    saved: tuple[tuple[str, Reading], ...]
    """Names and readings of the files of results that it wrote."""


class LogReader:
    """Remembers what the files of each run looked like when they were read, and what each look cost."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._marks: dict[str, Mark] = {}
        self._due_at: dict[str, float] = {}

    def look(self, paths: RunPaths, run: Run, stated: Sequence[Fact]) -> SoFar | None:
        """Read the files of a living run where they have changed and a look is due; else None."""
        begin = time.monotonic()
        if begin < self._due_at.get(run.id, 0.0):
            return None
        try:
            return self._look(paths, run, stated)
        except OSError:
            return None
        finally:
            self._due_at[run.id] = begin + _EVERY_S + _SHARE * (time.monotonic() - begin)

    def forget(self, run: str) -> None:
        self._marks.pop(run, None)
        self._due_at.pop(run, None)

    def _look(self, paths: RunPaths, run: Run, stated: Sequence[Fact]) -> SoFar | None:
        from labjournal.follower import readings

        now = time.time()
        log = os.stat(paths.log)
        saved = [(name, path, path.stat()) for name, path in readings.saved_files(run, paths, self._config, stated)]
        settled = [(name, path, stat) for name, path, stat in saved if now - stat.st_mtime > _SETTLED_S]
        mark = (("", log.st_size, 0), *((name, stat.st_size, stat.st_mtime_ns) for name, _, stat in settled))
        if mark == self._marks.get(run.id) or log.st_size > _LONGEST_LIVE_BYTES:
            return None
        printed = readings.read_log(paths, self._config, growing=True)
        whole = printed if now - log.st_mtime > _SETTLED_S else _without_the_end(printed)
        if len(whole.results) == len(printed.results):
            self._marks[run.id] = mark
        return SoFar(whole, tuple((name, readings.read(path, self._config)) for name, path, _ in settled))


def _without_the_end(reading: Reading) -> Reading:
    """What ends in the last line may go on: a report whose rows are still being printed."""
    return replace(reading, results=tuple(result for result in reading.results if result.end_line < reading.lines))
