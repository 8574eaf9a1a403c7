"""Replicates: rows that differ in nothing but the seed, their mean, and the noise floor they give a metric.

The interval of a single row covers the sampling of events. How far another seed would have come out is known only
where another seed was run; a difference below that scatter is no difference between settings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from labjournal import format as fmt
from labjournal import stats
from labjournal.compare.differences import replicates, seed_of
from labjournal.compare.table import Cell, Column, Flag, Row
from labjournal.model import Run

_BEFORE_SEED = re.compile(r"[-_.=( ]*(?:[-_.( ](?:s|seed))?[-_.=( ]*$")
_OF_ONE_RUN = ("alarm", "measurements", "retracted")


@dataclass(frozen=True, slots=True)
class Family:
    """Rows in the same place of runs that differ in nothing but the seed, one a seed."""

    rows: tuple[Row, ...]
    seeds: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(row.name for row in self.rows))

    def spread(self, metric: str) -> stats.SeedSpread | None:
        """The metric over the seeds that have it; None for fewer than two."""
        values = [row.cells[metric].value for row in self.rows if metric in row.cells]
        values = [value for value in values if math.isfinite(value)]
        return stats.seed_spread(values) if len(values) > 1 else None


@dataclass(frozen=True, slots=True)
class Floor:
    """The scatter of seeds of one metric in one place."""

    sd: float
    degrees: int
    limit: float
    """Two single seeds lie closer than this in 95 of 100 cases."""


class Noise:
    """Noise floors by metric and place, pooled over all families there."""

    def __init__(self, found: Iterable[Family]) -> None:
        self._families: dict[object, list[Family]] = {}
        for family in found:
            self._families.setdefault(_place(family.rows[0]), []).append(family)
        self._floors: dict[object, Floor | None] = {}

    def floor(self, row: Row, metric: str) -> Floor | None:
        """``sqrt(sum (n-1) s² / sum (n-1))`` over the families on the row's data, options and objective."""
        if not self._families:
            return None
        place = _place(row)
        if (place, metric) not in self._floors:
            self._floors[place, metric] = self._floor(place, metric)
        return self._floors[place, metric]

    def _floor(self, place: object, metric: str) -> Floor | None:
        spreads = [family.spread(metric) for family in self._families.get(place, [])]
        known = [(spread.n - 1, spread.sd) for spread in spreads if spread is not None and spread.sd is not None]
        degrees = sum(weight for weight, _ in known)
        if not degrees:
            return None
        sd = math.sqrt(math.fsum(weight * sd * sd for weight, sd in known) / degrees)
        return Floor(sd, degrees, stats.scatter_limit(sd, degrees))


def _place(row: Row) -> object:
    return row.dataset.key, tuple(sorted(row.options.items())), row.objective


def families(rows: Sequence[Row], runs: Mapping[str, Run]) -> list[Family]:
    """Families of two seeds and more, in the order of the rows. What was retracted belongs to none."""
    group_of = {run.id: i for i, group in enumerate(replicates(list(runs.values()))) if len(group) > 1 for run in group}
    usable = [row for row in rows if row.run in group_of and not row.tainted]
    of_run: dict[object, int] = {}
    for row in usable:
        key = (row.run, _place(row))
        of_run[key] = of_run.get(key, 0) + 1
    crowded = {(group_of[row.run], _place(row)) for row in usable if of_run[row.run, _place(row)] > 1}
    members: dict[object, dict[str, Row]] = {}
    for row in usable:
        place = (group_of[row.run], _place(row))
        # several checkpoints of a run: seeds are compared at equal steps
        mark = (row.step, None if row.step is not None else row.checkpoint) if place in crowded else None
        seed = seed_of(runs[row.run]) or row.run
        members.setdefault((*place, mark), {}).setdefault(seed, row)
    return [Family(tuple(found.values()), tuple(found)) for found in members.values() if len(found) > 1]


def pool(rows: Sequence[Row], found: Sequence[Family]) -> list[Row]:
    """The rows, each family as one row of means, where its first row stood."""
    pooled = {family.rows[0].key: _pooled(family) for family in found}
    gone = {row.key for family in found for row in family.rows}
    return [pooled.get(row.key, row) for row in rows if row.key in pooled or row.key not in gone]


def _pooled(family: Family) -> Row:
    first = family.rows[0]
    k = len(family.rows)
    steps = {row.step for row in family.rows}
    stem = _stem([row.name for row in family.rows])
    metrics = dict.fromkeys(metric for row in family.rows for metric in row.cells)
    flags = [
        flag for flag in first.flags if flag.slug not in _OF_ONE_RUN and all(flag in row.flags for row in family.rows)
    ]
    alarmed = [row.name for row in family.rows if any(flag.slug == "alarm" for flag in row.flags)]
    if alarmed:
        flags.append(Flag("alarm", f"alarm in {fmt.listed(alarmed)}"))
    return replace(
        first,
        key=f"pooled {first.key}",
        name=f"{stem or first.name} × {k} seeds",
        checkpoint=None,
        step=steps.pop() if len(steps) == 1 else None,
        when=max(row.when for row in family.rows),
        cells={metric: cell for metric in metrics if (cell := _mean(family, metric)) is not None},
        flags=(Flag("seeds", f"n = {k} seeds: {', '.join(family.names)}"), *flags),
        measurements=k,
        runs=tuple(row.run for row in family.rows),
    )


def _stem(names: Sequence[str]) -> str:
    """What the names begin with, without the sign before the seed; "" when that is next to nothing."""
    alike = takewhile(lambda signs: len(set(signs)) == 1, zip(*names, strict=False))
    stem = _BEFORE_SEED.sub("", "".join(signs[0] for signs in alike))
    return stem if len(stem) > 1 else ""


def _mean(family: Family, metric: str) -> Cell | None:
    cells = [row.cells[metric] for row in family.rows if metric in row.cells]
    spread = family.spread(metric)
    if spread is None:
        return cells[0] if cells else None
    sizes = {cell.n for cell in cells}
    shared = tuple(flag for flag in cells[0].flags if all(flag in cell.flags for cell in cells))
    low, high = spread.low, spread.high
    if stats.metric_of(stats.base_name(metric)).kind == "rate" and all(0 <= cell.value <= 1 for cell in cells):
        # Student's t knows no bounds, and of few seeds it reaches beyond what a rate can be
        low, high = (None if end is None else min(max(end, 0.0), 1.0) for end in (low, high))
    return Cell(
        result=cells[0].result,
        value=spread.mean,
        n=sizes.pop() if len(sizes) == 1 else None,
        low=low,
        high=high,
        pooled=tuple(cell.result for cell in cells),
        sd=spread.sd,
        flags=shared,
    )


def sentences(found: Sequence[Family], columns: Sequence[Column]) -> Iterator[str]:
    """Mean, interval and noise floor of the first metric of each family."""
    for family in found:
        first = family.rows[0]
        options = "".join(f", {name} {value}" for name, value in first.options.items())
        names = ", ".join(family.names)
        column = next((one for one in columns if family.spread(one.metric) is not None), None)
        spread = family.spread(column.metric) if column else None
        if column is None or spread is None:
            yield f"{len(family.rows)} seeds of the same settings: {names}."
            continue
        mean = fmt.plus_minus(spread.mean, spread.low, spread.high, column.is_rate)
        yield (
            f"{len(family.rows)} seeds of the same settings ({names}): {column.label} on "
            f"{first.dataset.label}{options} {mean} (95% of the mean), scatter of single seeds {fmt.number(spread.sd)}."
        )
