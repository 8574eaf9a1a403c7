"""Results against each other: sets that changed under one name, order of checkpoints and days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from labjournal.audit.items import Item, Weight
from labjournal.audit.reports import place_text
from labjournal.importers import Document, FoundResult
from labjournal.importers.trainings import same_session


def check(document: Document) -> list[Item]:
    results = document.results
    return [
        *_changed_sets(document.path, results),
        *_order_of_checkpoints(document),
        *_order_of_days(document),
    ]


def same_set(a: FoundResult, b: FoundResult) -> bool:
    """Whether two results have the same name, number of events and events of each class, as far as they say so."""
    if a.place.dataset is None or set_key(a.place.dataset) != set_key(b.place.dataset or ""):
        return False
    if a.supports and b.supports and _folded(a) != _folded(b):
        return False
    return a.n is None or b.n is None or a.n == b.n


def set_key(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.casefold()).strip()


def _folded(result: FoundResult) -> dict[str, int]:
    return {label.casefold(): support for label, support in result.supports.items()}


def _changed_sets(path: str, results: Sequence[FoundResult]) -> Iterator[Item]:
    """The first result of each new content under a name that was used for another before."""
    latest: dict[str, FoundResult] = {}
    families = {set_key(result.place.dataset) for result in results if result.place.dataset}
    for result in results:
        name = result.place.dataset
        if name is None or not result.supports:
            continue
        key = set_key(name)
        family = re.sub(r" \d$", "", key)
        if family in families and not any(other.startswith(f"{family} ") and other != key for other in families):
            key = family  # "black box" and the only numbered one of that name
        before = latest.get(key)
        latest[key] = result
        if before is None or _folded(before) == _folded(result) or set(_folded(before)) != set(_folded(result)):
            continue
        stated = result.dataset_from == before.dataset_from == "text"
        weight: Weight = "high" if stated and result.n == before.n and name == before.place.dataset else "medium"
        message = (
            f"{name} holds {_shown(result)} events here and held {_shown(before)} in line {before.line}: "
            "another set under one name, not to be compared as one."
        )
        yield Item(path, result.line, "changed_set", _shown(result), _shown(before), weight, message)


def _shown(result: FoundResult) -> str:
    return "/".join(str(support) for support in result.supports.values())


def _order_of_checkpoints(document: Document) -> Iterator[Item]:
    """An earlier checkpoint of a named training written after a later one, and no word that it is an earlier one."""
    for before, result in pairwise(document.results):
        a, b = _step(before), _step(result)
        if a is None or b is None or b >= a or before.place.run is None or before.place.run != result.place.run:
            continue
        if not same_session(document.lines, before.line, result.line):
            message = f"{result.place.checkpoint} stands after {before.place.checkpoint} of {result.run}."
            yield Item(document.path, result.line, "checkpoint_order", b, a, "low", message)


def _step(result: FoundResult) -> int | None:
    match = re.search(r"(\d+)(?=\D*\Z)", result.place.checkpoint or "")
    return int(match[1]) if match is not None else None


def _order_of_days(document: Document) -> Iterator[Item]:
    """A day out of order in a diary that is otherwise written in order."""
    days = [(entry.date, entry.line) for entry in document.entries if entry.date and not entry.date.startswith("X")]
    steps = list(pairwise(days))
    forward = sum(a[0] < b[0] for a, b in steps)
    back = [(a, b) for a, b in steps if b[0] < a[0]]
    if len(back) > forward:
        back = [(a, b) for a, b in steps if b[0] > a[0]]
        if len(back) == len(steps):
            return
    if len(back) * 3 > len(steps):
        return
    for (day, _), (later, line) in back:
        message = f"{later} stands after {day}."
        yield Item(document.path, line, "date_order", later, day, "low", message)


def repeated(path: str, results: Sequence[FoundResult]) -> Iterator[Item]:
    """Two different measurements under exactly the same place of one day, with nothing to tell them apart."""
    seen: dict[object, FoundResult] = {}
    for result in results:
        place = result.place
        if place.checkpoint is None or place.dataset is None:
            continue
        key = (result.date, place.checkpoint, set_key(place.dataset), tuple(sorted(place.options.items())), place.run)
        before = seen.setdefault(key, result)
        if before is not result and before.parsed.metrics != result.parsed.metrics and same_set(before, result):
            message = (
                f"{place_text(result)}measured in line {before.line} as well, with other values; nothing says why."
            )
            yield Item(path, result.line, "measured_twice", "", None, "low", message)
