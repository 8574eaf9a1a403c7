"""Scans on a common axis: is the best point bracketed, and does it stand out from the scatter of repeats?

A row is a point; its place is given by numeric settings of its run, or by numeric options of the measurement. Grids of
several runs over the same options are judged each for itself and together, so that a finer scan never hides a coarser.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from labjournal import format as fmt
from labjournal.compare.differences import is_bookkeeping
from labjournal.compare.table import Column, Row
from labjournal.model import Run

FEWEST = 3
"""Values of a setting that make an axis."""
SCATTERS = 3.0
"""A best point must lead the next by so many times the scatter of repeats (study profile, gate 5)."""

Point = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Points of one scan: place -> values, more than one where it was repeated."""

    name: str
    axes: tuple[str, ...]
    points: Mapping[Point, tuple[float, ...]]

    @property
    def means(self) -> dict[Point, float]:
        return {place: math.fsum(values) / len(values) for place, values in self.points.items()}

    @property
    def scatter(self) -> float | None:
        """Standard deviation of repeats, pooled over the points; None when no point was repeated."""
        repeated = [values for values in self.points.values() if len(values) > 1]
        degrees = sum(len(values) - 1 for values in repeated)
        if not degrees:
            return None
        squares = (math.fsum((v - math.fsum(values) / len(values)) ** 2 for v in values) for values in repeated)
        return math.sqrt(math.fsum(squares) / degrees)


def scan_notes(
    rows: Sequence[Row], columns: Sequence[Column], runs: Mapping[str, Run], by: str | None
) -> Iterator[str]:
    """Sentences about every scan among the rows; none where they are no scan.

    A scan is judged by the first metric with a direction that its points have: a summary beside them may have another.
    """
    judged = [column for column in columns if column.higher_is_better is not None]
    for column in judged:
        with_it = [row for row in rows if column.metric in row.cells]
        said = list(_of_column(with_it, column, runs, by))
        yield from said
        if said:
            return


def _of_column(rows: Sequence[Row], column: Column, runs: Mapping[str, Run], by: str | None) -> Iterator[str]:
    for group in _groups(rows):
        found = _axes(group, runs, by)
        if found is None:
            continue
        axes, of_options = found
        for alike in _measured_alike(group, axes):
            for name, members in [("", alike)] if of_options else _trained_alike(alike, axes, runs):
                yield from _scan(name, members, axes, of_options, column, runs)


def _trained_alike(
    rows: Sequence[Row], axes: tuple[str, ...], runs: Mapping[str, Run]
) -> Iterator[tuple[str, list[Row]]]:
    """Rows whose runs differ in nothing but the axes and seeds, called by the other settings where there are several.

    A mean over runs that differ in more would be of no point of the scan.
    """
    told = {run.id: _of_interest(run) for run in (runs[row.run] for row in rows if row.run in runs)}
    others = {
        run: {name: fmt.setting(value) for name, value in values.items() if name not in axes}
        for run, values in told.items()
    }
    names = {name for values in others.values() for name in values}
    differing = sorted(name for name in names if len({values.get(name) for values in others.values()}) > 1)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        own = others.get(row.run, {})
        name = ", ".join(f"{name} {own.get(name, fmt.missing())}" for name in differing)
        groups.setdefault(name, []).append(row)
    yield from groups.items()


def _scan(
    name: str, rows: Sequence[Row], axes: tuple[str, ...], of_options: bool, column: Column, runs: Mapping[str, Run]
) -> Iterator[str]:
    data = rows[0].dataset.label
    grids: list[Grid] = []
    if of_options:
        by_subject: dict[str, list[Row]] = {}
        for row in rows:
            by_subject.setdefault(row.label, []).append(row)
        if len(by_subject) > 1:
            grids = [_grid(label, axes, members, column, runs) for label, members in by_subject.items()]
    else:  # a run is one point: its last checkpoint
        last = {row.run: row for row in sorted(rows, key=lambda row: -1 if row.step is None else row.step)}
        rows = list(last.values())
    grids.append(_grid("all together" if grids else name, axes, rows, column, runs))
    for grid in grids:
        yield from _judged(grid, column, data)


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    groups: dict[object, list[Row]] = {}
    for row in rows:
        if row.dataset.identified and not row.tainted:
            groups.setdefault((row.dataset.key, row.objective), []).append(row)
    return list(groups.values())


def _measured_alike(rows: Sequence[Row], axes: tuple[str, ...]) -> list[list[Row]]:
    """Rows with the same options but for the axes and seeds."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        others = tuple(
            sorted(item for item in row.options.items() if item[0] not in axes and not is_bookkeeping(item[0]))
        )
        groups.setdefault(others, []).append(row)
    return list(groups.values())


def _axes(rows: Sequence[Row], runs: Mapping[str, Run], by: str | None) -> tuple[tuple[str, ...], bool] | None:
    """Names of the axes, and whether they are options; None when the rows are no scan."""
    options = _numeric([row.options for row in rows])
    if options:
        return options, True
    named = [runs[run] for run in dict.fromkeys(row.run for row in rows) if run in runs]
    if len(named) < FEWEST:  # a setting has one value a run
        return None
    told = {run.id: _of_interest(run) for run in named}
    settings = [told.get(row.run, {}) for row in rows]
    names = {name for name in {name for values in told.values() for name in values} if not is_bookkeeping(name, *named)}
    differing = {n for n in names if len({fmt.setting(values.get(n)) for values in settings}) > 1}
    axes = _numeric(settings)
    if not axes or (set(axes) != differing and by not in axes):
        return None
    return (axes if set(axes) == differing else tuple(name for name in axes if name == by)), False


def _of_interest(run: Run) -> dict[str, object]:
    return {name: value for name, value in run.settings.items() if not is_bookkeeping(name, run)}


def _numeric(values: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """Names that have a number everywhere, at least one of them many values; those with a single value left out."""
    shared = set.intersection(*(set(one) for one in values)) if values else set()
    found = {}
    for name in sorted(shared):
        numbers = [_number(one[name]) for one in values]
        if not is_bookkeeping(name) and all(number is not None for number in numbers):
            found[name] = len(set(numbers))
    return tuple(name for name, n in found.items() if n > 1) if max(found.values(), default=0) >= FEWEST else ()


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value) if isinstance(value, (int, float, str)) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _grid(name: str, axes: tuple[str, ...], rows: Sequence[Row], column: Column, runs: Mapping[str, Run]) -> Grid:
    points: dict[Point, tuple[float, ...]] = {}
    for row in rows:
        cell = row.cells.get(column.metric)
        if cell is None or not math.isfinite(cell.value):
            continue
        values = row.options if all(axis in row.options for axis in axes) else runs[row.run].settings
        place = tuple(_number(values[axis]) or 0.0 for axis in axes)
        points[place] = (*points.get(place, ()), cell.value)
    return Grid(name, axes, points)


def _judged(grid: Grid, column: Column, data: str) -> Iterator[str]:
    means = grid.means
    if len(means) < FEWEST:
        return
    sign = -1 if column.higher_is_better else 1
    ranked = sorted(means, key=lambda place: (sign * means[place], place))
    best, second = ranked[0], ranked[1]
    word = "highest" if column.higher_is_better else "lowest"
    whose = f" of {grid.name}" if grid.name else ""
    head = f"Scan over {fmt.listed(grid.axes)}{whose} on {data}, {fmt.plural(len(means), 'point')}"
    shown = _enough(means[best], abs(means[best] - means[second]))
    found = f"{word} {column.label} {shown} at {_place(grid, best)}"
    yield f"{head}: {found}; {_gap(grid, means, best, second)}."
    for i, axis in enumerate(grid.axes):
        values = sorted({place[i] for place in means})
        if len(values) >= FEWEST and best[i] in (values[0], values[-1]):
            last = best[i] == values[-1]
            beyond = fmt.setting(_beyond(values if last else values[::-1]))
            which = "last" if last else "first"
            yield (
                f"Not bracketed{whose}: {axis} {fmt.setting(best[i])} is the {which} of its {len(values)} values; "
                f"{beyond} would tell."
            )


def _beyond(values: Sequence[float]) -> float:
    """The next value in this direction: by the ratio of a grid that grows by ratios, else by its step.

    A grid of positive values is never left below 0: a rate of −0.1 tells nothing.
    """
    before, end = values[-2], values[-1]
    step = 2 * end - before
    positive = min(values) > 0
    ratios = [max(a, b) / min(a, b) for a, b in pairwise(values)] if positive else []
    steps = [abs(b - a) for a, b in pairwise(values)]
    by_ratio = positive and (step <= 0 or max(ratios) / min(ratios) < max(steps) / min(steps))
    return float(f"{end * end / before:.2g}") if by_ratio else float(f"{step:.9g}")


def _gap(grid: Grid, means: Mapping[Point, float], best: Point, second: Point) -> str:
    gap = abs(means[best] - means[second])
    words = f"the next, at {_place(grid, second)}, is {fmt.number(gap)} away"
    if grid.scatter is None:
        return f"{words}, and no point was repeated: the scatter is not known"
    if gap < SCATTERS * grid.scatter:
        return f"{words}, below scatter (repeats scatter by {fmt.number(grid.scatter)}): no preference"
    return f"{words}, beyond the scatter of repeats ({fmt.number(grid.scatter)})"


def _enough(value: float, gap: float) -> str:
    """As many digits as show the lead of the best point: differences of a scan may be small beside its values."""
    decimals = 1 - math.floor(math.log10(gap)) if gap else 9
    return fmt.setting(float(f"{value:.9g}")) if decimals > 9 else fmt.setting(round(value, max(decimals, 3)))


def _place(grid: Grid, place: Point) -> str:
    return ", ".join(f"{axis} {fmt.setting(value)}" for axis, value in zip(grid.axes, place, strict=True))
