"""Curves that a run only printed: read off its log, for runs without curves in event files.

A printed curve has no times, and where steps are not told or begin anew its points are counted by their order. It lies
in the folder ``printed``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from labjournal.model import PRINTED, SeriesKey
from labjournal.paths import RunPaths
from labjournal.store import Store
from labjournal.store.files import FileState
from labjournal.tags import SYSTEM, WATCH

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from labjournal.parsers import ParsedSeries

ROLE = "printed"


class PrintedCurves:
    """Keeps the printed curves of runs up to date."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, run: RunPaths, printed: Iterable[ParsedSeries]) -> bool:
        """Put the printed curves in the place of those read before; none where event files have curves."""
        file = str(run.log)
        columns = {} if self._has_curves(run.id) else {one.tag: _columns(one) for one in printed if one.points}
        before = self._store.file(file)
        if before is None and not columns:
            return False
        mark = {tag: [len(values), repr(values[-1])] for tag, (_, values) in columns.items()}
        if before is not None and (before.state or {}).get("curves") == mark:
            return False
        import numpy as np

        with self._store.writing():
            self._store.forget_file(run.id, file)
            for tag, (steps, values) in columns.items():
                key = SeriesKey(run.id, PRINTED, tag)
                self._store.append_series(key, file, 0, steps, np.full(len(steps), np.nan), values)
            self._store.set_file(FileState(file, run.id, ROLE, state={"curves": mark}))
        return True

    def _has_curves(self, run: str) -> bool:
        """Whether the script wrote curves of its own; what the watch and the machine say of a run does not count."""
        keys = (info.key for info in self._store.series_list(run))
        return any(key.folder != PRINTED and not key.tag.startswith((f"{WATCH}/", f"{SYSTEM}/")) for key in keys)


def _columns(one: ParsedSeries) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Steps and values, equally long; steps are those told where they are whole numbers and rise."""
    import numpy as np

    told, values = (np.array(column, np.float64) for column in zip(*one.points, strict=True))
    whole = bool(np.isfinite(told).all() and np.abs(told).max() < 2**53 and (told == np.floor(told)).all())
    rising = whole and bool((np.diff(told) > 0).all())
    return (told if rising else np.arange(len(told))).astype(np.int64), values
