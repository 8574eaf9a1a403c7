"""What a validation can tell before it is started: the events and positives that would resolve a wanted difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labjournal import format as fmt
from labjournal import stats
from labjournal.compare.measure import Measures, Values
from labjournal.compare.select import data_size
from labjournal.compare.table import Cell
from labjournal.errors import InputError
from labjournal.model import Result, Role

_WORST = 0.5
"""The rate at which a difference needs most events."""


def resolution(
    results: Sequence[Result],
    datasets: Sequence[str],
    wanted: float,
    values: Values,
    options: Sequence[tuple[str, str]] = (),
) -> Iterator[str]:
    """A sentence a data set and rate: by the newest result on it with such options, else at worst.

    For two sets of other events each; rows on the same events, tested as pairs, mostly need fewer. Raises InputError
    for what is no difference.
    """
    if not 0 < wanted < 1:
        raise InputError(f"{wanted} is no difference of rates.", "Give one such as 0.02.")
    asked: dict[str, set[str]] = {}
    for key, value in options:
        asked.setdefault(key, set()).add(value)
    usable = [one for one in results if one.role in (Role.VALIDATION, Role.TEST) and not one.taint]
    usable = [one for one in usable if all(one.options.get(key) in known for key, known in asked.items())]
    for name in datasets:
        newest = max((one for one in usable if one.dataset.name == name), key=lambda one: (one.t, one.id), default=None)
        if newest is None:
            needed = stats.sample_size_for_difference(_WORST - wanted / 2, _WORST + wanted / 2)
            yield f"{name}: no result yet; at worst {fmt.count(needed)} events tell a difference of {wanted:g}."
            continue
        measures = Measures([newest], values=values)
        for metric, noun in (("accuracy", "events"), ("tpr", "positives")):
            column = measures.name(metric)
            cell = measures.cell(newest, column) if column is not None else None
            if cell is not None and 0 <= cell.value <= 1:
                yield _sentence(name, metric, noun, cell, data_size(newest), wanted)


def _sentence(name: str, metric: str, noun: str, cell: Cell, size: int | None, wanted: float) -> str:
    toward = -wanted if cell.value + wanted > 1 else wanted
    needed = stats.sample_size_for_difference(cell.value, min(1.0, max(0.0, cell.value + toward)))
    there = cell.denominator or (size if noun == "events" else None)
    has = "its size is not known" if there is None else f"it has {fmt.count(there)}"
    word = "" if there is None else ": enough" if there >= needed else ": too few"
    return (
        f"{name}: {metric} {fmt.rate(cell.value)} against {fmt.rate(cell.value + toward)} takes {fmt.count(needed)} "
        f"{noun} each (power 0.8); {has}{word}."
    )
