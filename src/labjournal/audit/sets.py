"""Results against each other: sets that changed under one name, order of checkpoints and days."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from labjournal.audit.items import Item, Weight
from labjournal.audit.reports import place_text
from labjournal.importers import Document, FoundResult
from labjournal.importers.document import Line
from labjournal.importers.trainings import same_session, set_key


def check(document: Document) -> list[Item]:
    results = document.results
    return [
        *_changed_sets(document),
        *_other_number(document.path, results),
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


def _folded(result: FoundResult) -> dict[str, int]:
    return {label.casefold(): support for label, support in result.supports.items()}


_TOLD = re.compile(
    r"\b(?:not|n['’]t)\s+(?:be\s+|exactly\s+)?the\s+same\s+(?:events|samples|examples|images|data\s?sets?|sets?|data)\b"
    r"|\b(?:not|n['’]t|never)\s+(?:be\s+)?compar(?:e|ed|able)\b"
    r"|\bsets?\s+(?:were|was|are|is)\s+(?:re-?made|re-?built|re-?drawn|re-?sampled|new)\b",
    re.IGNORECASE,
)
"""The text says itself that a set is another one now."""


def _told(lines: Sequence[Line], first: int, last: int) -> bool:
    return any(line.kind == "text" and _TOLD.search(line.text) for line in lines[first : last - 1])


def _changed_sets(document: Document) -> Iterator[Item]:
    """The first result of each new content under a name that was used for another before."""
    path, results = document.path, document.results
    held: dict[str, list[FoundResult]] = {}
    called = _by_role(document)
    families = {set_key(result.place.dataset) for result in results if result.place.dataset}
    for result in results:
        name = result.place.dataset or called.get(result.line)
        if name is None or not result.supports or not _sure_of_events(result):
            continue
        key = set_key(name)
        family = re.sub(r" \d$", "", key)
        if family in families and not any(other.startswith(f"{family} ") and other != key for other in families):
            key = family  # "black box" and the only numbered one of that name
        before = held.setdefault(key, [])
        known = any(_folded(one) == _folded(result) or set(_folded(one)) != set(_folded(result)) for one in before)
        last = before[-1] if before else None
        before.append(result)
        if known or last is None:
            continue
        message = (
            f"{name} holds {_shown(result)} events here and held {_shown(last)} in line {last.line}: "
            "another set under one name, not to be compared as one."
        )
        weight = "low" if _told(document.lines, last.line, result.line) else _weight(result, last)
        yield Item(path, result.line, "changed_set", _shown(result), _shown(last), weight, message)


_ROLE = re.compile(
    r"(?:the\s+)?(?:val(?:idation)?|test|dev|hold-?out|eval(?:uation)?)(?:[\s-]+(?:set|data|split))+", re.I
)


def _by_role(document: Document) -> dict[int, str]:
    """Lines of results whose heading calls their set by its role: "validation set"."""
    headings = [line for line in document.lines if line.kind == "heading"]
    numbers = [line.number for line in headings]
    found = {}
    for result in document.results:
        above = bisect_left(numbers, result.line)
        title = headings[above - 1].title.strip() if above else ""
        if result.place.dataset is None and _ROLE.fullmatch(title):
            found[result.line] = title.casefold()
    return found


def _weight(result: FoundResult, before: FoundResult) -> Weight:
    if result.place.n == result.n and result.n != before.n:
        return "low"  # the text gives the other number of events itself
    stated = result.dataset_from == before.dataset_from == "text"
    return "high" if stated and result.n == before.n and result.place.dataset == before.place.dataset else "medium"


def _sure_of_events(result: FoundResult) -> bool:
    """Whether the counts and the report agree on the events of each class: else one of them is a slip."""
    rows, tally = result.parsed.per_class, result.parsed.tally
    if tally is None:
        return True
    return all(rows[label].support in (None, n) for label, (_, n) in tally.classes.items() if label in rows)


def _other_number(path: str, results: Sequence[FoundResult]) -> Iterator[Item]:
    """The words over a result give one number of events, its counts another."""
    for result in results:
        said, total = result.place.n, sum(result.supports.values())
        unknown = result.parsed.tally.unknown if result.parsed.tally is not None else None
        if said is None or not total or not _sure_of_events(result) or abs(said - total) in (0, unknown or 0):
            continue
        if result.parsed.n not in (None, total):
            continue
        message = f"{place_text(result)}the text says {said} events; the result is of {total}."
        yield Item(path, result.line, "other_number", said, total, "medium", message)


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
    steps = [(a, b) for a, b in pairwise(days) if not _chapter_between(document.lines, a[1], b[1])]
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


def _chapter_between(lines: Sequence[Line], first: int, last: int) -> bool:
    """Whether a heading above that of the later entry stands between two: each chapter has an order of its own."""
    level = next((line.level for line in lines[last - 1 : last] if line.kind == "heading"), 0)
    return any(line.kind == "heading" and line.level < level for line in lines[first : last - 1])


def _at_once(path: str, before: FoundResult, result: FoundResult) -> Item | None:
    """A count and its rate in two lines, which do not agree."""
    if result.line - before.parsed.end_line > 2 or (before.n is None) == (result.n is None):
        return None
    if not list(before.parsed.metrics) == list(result.parsed.metrics) == ["accuracy"]:
        return None
    counted, other = (before, result) if before.n is not None else (result, before)
    right, shown = counted.parsed.metrics["accuracy"], other.parsed.metrics["accuracy"]
    beside = f"the {counted.n} events beside it give {right:.6g}"
    message = f"{place_text(result)}accuracy is given as {shown:.6g}; {beside}."
    return Item(path, other.line, "accuracy", shown, right, "high", message)


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
            at_once = _at_once(path, before, result)
            if at_once is not None:
                yield at_once
                continue
            message = (
                f"{place_text(result)}measured in line {before.line} as well, with other values; nothing says why."
            )
            yield Item(path, result.line, "measured_twice", "", None, "low", message)
