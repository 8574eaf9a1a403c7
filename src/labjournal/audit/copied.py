"""The same report under two checkpoints, sets or options: pasted twice, or the change never reached the model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labjournal.audit.items import Item, Weight
from labjournal.audit.reports import place_text
from labjournal.importers import Document, FoundResult, exported
from labjournal.importers.document import Line
from labjournal.importers.places import Place
from labjournal.importers.trainings import set_key

_TOLD = re.compile(
    r"\b(?:same|identical\w*|equal|exactly|again|unchanged|no\s+change|did\s?n[o']t\s+change|deterministic|collaps\w*|stuck|constant|copy|copied"
    r"|duplicate\w*|still|gleich\w*|identisch\w*|wieder|même|igual\w*)\b|相同|一样|同じ",
    re.IGNORECASE,
)
NEAR = 8
"""Lines around a result that speak of it."""
_FEWEST = 30
MANY = 1_000
"""Events on which two checkpoints hardly have every count in common; on fewer it happens where a training ends."""


def check(document: Document) -> list[Item]:
    """Nothing in an export: what stands there was recorded where it was measured, and nobody pasted it."""
    if exported.is_export(document.lines):
        return []
    return list(_repeated(document.path, document.results, document.lines))


def _repeated(path: str, results: Sequence[FoundResult], lines: Sequence[Line]) -> Iterator[Item]:
    first: dict[object, FoundResult] = {}
    for result in results:
        printed = _printed(result)
        if printed is None:
            continue
        before = first.setdefault(printed, result)
        differs = _differs(before.place, result.place) if before is not result else None
        if differs is None or _told(lines, result):
            continue
        message = (
            f"{place_text(result)}every number is that of {place_text(before).removesuffix(': ') or 'the report'} "
            f"in line {before.line}: pasted twice, or another {differs} changes nothing."
        )
        sure = differs == "checkpoint" and (result.n or 0) >= MANY
        weight: Weight = "medium" if sure else "low"
        yield Item(path, result.line, "copied_report", _shown(result.place), _shown(before.place), weight, message)


def _printed(result: FoundResult) -> object:
    """All that a report prints, where that is so much that two models hardly share it; else None."""
    parsed = result.parsed
    counts = parsed.counts or (parsed.tally if parsed.tally is not None and parsed.tally.classes else None)
    fine = max(parsed.digits.values(), default=0) >= 4
    if len(parsed.per_class) + len(result.supports) < 2 or (result.n or 0) < _FEWEST or not (counts or fine):
        return None
    recalls = [row.recall for row in parsed.per_class.values() if row.recall is not None]
    if any(recall in (0.0, 1.0) for recall in recalls) or _one_sided(result):
        return None  # a model that always gives one answer has one report
    metrics = tuple(sorted((name, value) for name, value in parsed.metrics.items() if name != "loss"))
    rows = tuple(sorted(parsed.per_class.items(), key=lambda row: row[0]))
    tally = tuple(sorted(parsed.tally.classes.items())) if parsed.tally is not None else ()
    return (metrics, repr(rows), repr(parsed.counts), tally)


def _one_sided(result: FoundResult) -> bool:
    tally, counts = result.parsed.tally, result.parsed.counts
    pairs = list(tally.classes.values()) if tally is not None else []
    if counts is not None:
        pairs += [(counts.matrix[at][at], n) for at, n in enumerate(counts.support)]
    return any(k in (0, n) for k, n in pairs)


def _differs(a: Place, b: Place) -> str | None:
    """The one thing that two places say of two results, where it is another one."""
    if a.checkpoint is not None and b.checkpoint is not None and (a.run, a.checkpoint) != (b.run, b.checkpoint):
        return "checkpoint"
    if a.checkpoint != b.checkpoint:
        return None
    if a.dataset is not None and b.dataset is not None and set_key(a.dataset) != set_key(b.dataset):
        return "data set"
    shared = a.options.keys() & b.options.keys()
    return next((name for name in sorted(shared) if a.options[name] != b.options[name]), None)


def _told(lines: Sequence[Line], result: FoundResult) -> bool:
    """Whether the text around says itself that they are the same."""
    around = lines[max(0, result.line - NEAR) : result.parsed.end_line + NEAR]
    return any(line.kind in ("text", "heading") and _TOLD.search(line.text) for line in around)


def _shown(place: Place) -> str:
    options = (f"{name}={value}" for name, value in sorted(place.options.items()))
    return " ".join(filter(None, (place.checkpoint, place.dataset, *options)))
