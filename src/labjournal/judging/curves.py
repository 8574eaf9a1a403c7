"""Curves of a run by the names people use for them, at one place or step by step.

A step that was logged more than once counts with its last value in the surviving line, as in every chart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labjournal.judging.syntax import Call, Leaf, Node, Number, Term
from labjournal.model import SeriesKey
from labjournal.store import Store

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

PLACES = frozenset(("first", "last", "min", "max"))
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several curves are called so."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A curve, one value a step, steps rising."""

    steps: Ints
    values: Floats


def named(store: Store, run: str, name: str) -> SeriesKey | Ambiguous | None:
    """The curve called so: as written, else by its end (``loss`` is ``train/loss``), else with other signs between."""
    keys = [info.key for info in store.series_list(run)]
    spelt = _spelling(name)
    for found in (
        [key for key in keys if key.name == name],
        [key for key in keys if key.name.endswith(f"/{name}")],
        [key for key in keys if _spelling(key.name) == spelt],
        [key for key in keys if _spelling(key.name).endswith(f"_{spelt}")],
    ):
        if found:
            return found[0] if len(found) == 1 else Ambiguous(tuple(sorted(key.name for key in found)))
    return None


def _spelling(name: str) -> str:
    return _BETWEEN.sub("_", name.lower()).strip("_")


def line(store: Store, key: SeriesKey) -> Line:
    """The curve as it counts."""
    from labjournal.events.lineage import last_of_each_step, surviving

    data = store.series(key)
    assert data is not None
    kept = last_of_each_step(data.steps, surviving(data.steps, data.breaks))
    return Line(data.steps[kept], data.values[kept])


def at(store: Store, key: SeriesKey, place: str) -> float | str | None:
    """The value at a place of PLACES or at a step; why there is none; or None for what is no place of a curve."""
    if place not in PLACES and not place.isdecimal():
        return None
    import numpy as np

    curve = line(store, key)
    if place == "first":
        return float(curve.values[0])
    if place == "last":
        return float(curve.values[-1])
    if place in PLACES:  # NaN is a measured value: a curve with one has no least point that could pass a gate
        return float(np.min(curve.values) if place == "min" else np.max(curve.values))
    index = int(np.searchsorted(curve.steps, int(place)))
    if index == len(curve.steps) or curve.steps[index] != int(place):
        return f"has no point at step {place} (its steps go from {curve.steps[0]} to {curve.steps[-1]})"
    return float(curve.values[index])


def together(lines: Sequence[Line]) -> tuple[Ints, list[Floats]]:
    """The steps that all curves have, and the values there."""
    import numpy as np

    steps = lines[0].steps
    for other in lines[1:]:
        steps = np.intersect1d(steps, other.steps)
    return steps, [one.values[np.searchsorted(one.steps, steps)] for one in lines]


def pointwise(node: Node, values: Mapping[Leaf, Floats]) -> Floats:
    """A term at each step; numbers and what does not change from step to step stand at all of them."""
    import numpy as np

    if isinstance(node, Number):
        return np.float64(node.value) * np.ones(1)
    if isinstance(node, Term):
        left, right = pointwise(node.left, values), pointwise(node.right, values)
        with np.errstate(all="ignore"):
            operations = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
            result: Floats = operations[node.sign](left, right)
        return result
    if isinstance(node, Call):
        arguments = [pointwise(argument, values) for argument in node.arguments]
        if node.function == "point":
            return arguments[0]
        functions = {"abs": np.abs, "sqrt": np.sqrt, "log": np.log, "exp": np.exp}
        with np.errstate(all="ignore"):
            if node.function in functions:
                applied: Floats = functions[node.function](arguments[0])
                return applied
            shape = np.broadcast_arrays(*arguments)
            reduced: Floats = np.min(shape, axis=0) if node.function == "min" else np.max(shape, axis=0)
        return reduced
    return values[node]
