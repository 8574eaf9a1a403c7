"""Curves that a run only printed: read off its log, for runs without curves in event files.

A printed curve has no times, and where steps are not told or begin anew its points are counted by their order. It lies
in the folder ``printed``. Where they begin anew is kept: folds and rounds train anew on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from labjournal.model import PRINTED, SeriesKey
from labjournal.paths import RunPaths
from labjournal.store import Store, files
from labjournal.store.files import FileState
from labjournal.tags import SYSTEM, WATCH

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from labjournal.parsers import ParsedSeries

ROLE = "printed"
_HELD = 4
"""Points that a count must be told with before it is one of rounds."""
_MOST_RESETS = 1000


class PrintedCurves:
    """Keeps the printed curves of runs up to date."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, run: RunPaths, printed: Iterable[ParsedSeries]) -> bool:
        """Put the printed curves in the place of those read before; none where event files have curves."""
        file = str(run.log)
        curves = {} if self._has_curves(run.id) else {one.tag: one for one in printed if one.points}
        columns = {tag: _columns(one) for tag, one in curves.items()}
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
            resets = {tag: at for tag, one in curves.items() if (at := _resets(one))}
            state = {"curves": mark, "rounds": _all_rounds(curves, resets), "resets": resets}
            self._store.set_file(FileState(file, run.id, ROLE, state=state))
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


def _all_rounds(curves: Mapping[str, ParsedSeries], resets: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """``_rounds`` by tag. Steps within epochs begin anew with each: one of their curves that has as many epochs as a
    curve of epochs has points (``epoch 1 iter 20 loss …``, ``epoch 1 val_loss …``) begins its rounds where that does.
    """
    rounds = {tag: at for tag, one in curves.items() if (at := _rounds(one))}
    by_epochs = {
        len(one.points): rounds[tag] for tag, one in curves.items() if one.step_kind == "epoch" and tag in rounds
    }
    within = {tag: [at[epoch - 1] for epoch in by_epochs.get(len(at) + 1, ())] for tag, at in resets.items()}
    return {tag: at for tag, at in within.items() if at} | rounds


def _rounds(one: ParsedSeries) -> list[int]:
    """Places at which the count of epochs begins anew, or the one of rounds goes on that each point has told."""
    import numpy as np

    told = np.array([step for step, _ in one.points], np.float64)
    gaps = np.diff(told)
    if one.step_kind == "epoch":
        return [int(at) for at in np.flatnonzero(gaps < 0) + 1]
    at = np.flatnonzero(gaps > 0) + 1
    held = len(at) > 0 and not (gaps < 0).any() and bool((np.diff(at, prepend=0) >= _HELD).all())
    return [int(one) for one in at] if held else []


def _resets(one: ParsedSeries) -> list[int]:
    """Places at which a count of steps begins anew: with another training, or with each epoch of one."""
    import numpy as np

    if one.step_kind == "epoch":
        return []
    return [int(at) for at in np.flatnonzero(np.diff([step for step, _ in one.points]) < 0) + 1][:_MOST_RESETS]


class Anew(NamedTuple):
    """Where the printed curves of a run begin anew, as places by tag: trainings of its own, and counts of steps."""

    rounds: Mapping[str, Sequence[int]] = MappingProxyType({})
    resets: Mapping[str, Sequence[int]] = MappingProxyType({})


NOT_ANEW = Anew()


def begun_anew(store: Store, run: str) -> Anew:
    found = files.of_role(store.connection, run, ROLE)
    state = (found[0].state or {}) if found else {}
    return Anew(dict(state.get("rounds", {})), dict(state.get("resets", {})))
