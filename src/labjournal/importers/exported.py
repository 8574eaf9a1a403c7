"""What labjournal wrote itself, in a diary that another journal exported: where a result belongs, and its counts.

``## 21:44 results of NAME``, ``### Checkpoint 2400``, ``#### DATA #77c0, numeric on †``; below it the table of counts
and the report that follows from them. What was confirmed there is so here, unless it was retracted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from labjournal.format import TAINT
from labjournal.importers.document import Line
from labjournal.importers.found import FoundResult
from labjournal.importers.places import NOWHERE, Place, checkpoint_in
from labjournal.model import Counts

_MARK = "<!-- labjournal:begin "
_RESULTS = re.compile(r"\d\d:\d\d results of (?P<name>.+)")
_CHECKPOINT = re.compile(r"Checkpoint (?P<mark>.+)")
_PART = re.compile(r"((?:[^\\,]|\\.|,(?! ))*)(?:, |\Z)")
"""Between commas; one that belongs to a name or a value is escaped."""
_DATA = re.compile(r"(?P<name>.*?)(?: #[0-9a-f]{4})?")
_OPTION = re.compile(r"(?P<name>[\w.-]+) (?P<value>.+)")
_COUNTED = "true \\ answered"
_UNNAMED = "Data not identified"
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|(&(?:#\d+|#x[0-9a-fA-F]+|\w+);)")
"""A sign behind a backslash, or an entity: in one go, because neither may make the other."""


def is_export(lines: Iterable[Line]) -> bool:
    """Whether labjournal wrote these lines."""
    return any(line.kind == "comment" and line.text.startswith(_MARK) for line in lines)


def place_of(level: int, title: str) -> Place:
    """What a heading of an export says."""
    words = _plain(title)
    if level == 2 and (results := _RESULTS.fullmatch(words)) is not None:
        return Place(run=results["name"])
    if level == 3 and (checkpoint := _CHECKPOINT.fullmatch(words)) is not None:
        return Place(checkpoint=checkpoint_in(words, heading=True) or checkpoint["mark"])
    return _data(title.removesuffix(f" {TAINT}")) if level == 4 else NOWHERE


def _data(title: str) -> Place:
    """``NAME #77c0, numeric on, prompt short\\, with a hint``."""
    first, *others = [_plain(part) for part in _PART.findall(title)[:-1] or [""]]  # it matches once more at the end
    options: dict[str, str] = {}
    for part in others:
        option = _OPTION.fullmatch(part)
        if option is not None:
            options[option["name"]] = option["value"]
        elif options:  # of an export that did not escape the commas in values yet
            last = next(reversed(options))
            options[last] += f", {part}"
        else:
            first += f", {part}"
    data = _DATA.fullmatch(first)
    assert data is not None  # it matches anything
    return Place(dataset=data["name"] if data["name"] != _UNNAMED else None, options=options)


def _plain(text: str) -> str:
    """Words as they were before they became markdown."""
    return _ESCAPED.sub(lambda found: found[1] or html.unescape(found[2]), text)


def completed(results: Iterable[FoundResult], lines: Sequence[Line]) -> list[FoundResult]:
    """The results with the counts that stand above their reports, and the role that they had."""
    parts = {heading.number: (heading, list(below)) for heading, below in _parts(lines)}
    return [_complete(result, *parts[max((at for at in parts if at < result.line), default=0)]) for result in results]


def _parts(lines: Sequence[Line]) -> Iterator[tuple[Line, Sequence[Line]]]:
    """Each heading with the lines up to the next; what stands before the first one is under number 0."""
    at = [index for index, line in enumerate(lines) if line.kind == "heading"]
    yield replace(lines[0], number=0, kind="blank"), ()
    for first, end in zip(at, [*at[1:], len(lines)], strict=True):
        yield lines[first], lines[first + 1 : end]


def _complete(result: FoundResult, heading: Line, below: Sequence[Line]) -> FoundResult:
    if heading.kind != "heading" or heading.level != 4:
        return result
    counts = _counts([_cells(line.text) for line in below if line.kind == "table"])
    retracted = heading.title.endswith(f" {TAINT}")
    parsed = result.parsed
    role = parsed.role if retracted or parsed.role != "unclear" else "validation"
    if counts is None or (parsed.n is not None and parsed.n != counts.n):
        return replace(result, parsed=replace(parsed, role=role))
    # the rows of the report follow from the counts, and one without a value there was not read
    return replace(result, parsed=replace(parsed, role=role, counts=counts, n=counts.n, per_class={}))


def _cells(row: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|"))
    return [_plain(cell.strip()) for cell in cells]


def _counts(rows: Sequence[Sequence[str]]) -> Counts | None:
    """The table ``true \\ answered``: classes as rows, then as columns, unknown answers if any, and all."""
    if not rows or rows[0][0] != _COUNTED or rows[0][-1] != "all":
        return None
    body = rows[2:]
    try:
        numbers = [[int(cell.replace(",", "")) for cell in row[1:]] for row in body]
    except ValueError:
        return None
    size = len(body)
    if any(len(row) not in (size + 1, size + 2) or sum(row[:-1]) != row[-1] for row in numbers):
        return None
    unknown = tuple(row[size] if len(row) > size + 1 else 0 for row in numbers)
    return Counts(tuple(row[0] for row in body), tuple(tuple(row[:size]) for row in numbers), unknown)
