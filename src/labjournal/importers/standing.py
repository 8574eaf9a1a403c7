"""Options that a diary writes down only where they are not as always.

Who measures a model with its adapter, and once without, writes "numeric off" over the exception and nothing over the
rest. That is concluded, never printed: a result says so in `options_from`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labjournal.importers.found import FoundResult

CONCLUDED = "contrast"


def with_contrast(results: Sequence[FoundResult]) -> list[FoundResult]:
    """Results without a switch that their training otherwise names get ``on`` where ``off`` is written over others.

    Only in a training in which both were measured: ``on`` is stated, or one checkpoint was measured on one set twice,
    once with ``off`` over it and once with nothing.
    """
    names = sorted({name for result in results for name in result.place.options})
    found = list(results)
    for name in names:
        trainings: dict[str | None, list[FoundResult]] = {}
        for result in results:
            trainings.setdefault(result.run, []).append(result)
        both = {run for run, members in trainings.items() if _both(members, name)}
        found = [_as_always(result, name) if result.run in both else result for result in found]
    return found


def _both(members: Sequence[FoundResult], name: str) -> bool:
    states = {result.place.options.get(name) for result in members}
    if not states <= {"on", "off", None} or "off" not in states:
        return False
    if "on" in states:
        return True
    off = {_place(result) for result in members if result.place.options.get(name) == "off"}
    return any(_place(result) in off for result in members if name not in result.place.options)


def _place(result: FoundResult) -> tuple[str | None, str | None, str | None]:
    return result.date, result.place.checkpoint, result.place.dataset


def _as_always(result: FoundResult, name: str) -> FoundResult:
    if name in result.place.options:
        return result
    options = {**result.place.options, name: "on"}
    return replace(result, place=replace(result.place, options=options), options_from=CONCLUDED)
