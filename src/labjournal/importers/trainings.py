"""What results do not say themselves: which set they were measured on, and which training their checkpoint is of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from labjournal.importers.document import Line
from labjournal.importers.found import FoundResult
from labjournal.importers.places import Names

_SAME_SESSION = re.compile(r"\b(?:earlier|same|previous)\s+(?:checkpoints?|training|run|session)\b", re.IGNORECASE)
_RATIO = re.compile(r"\d+:\d+")
_FAR_RATIO = 3.0
"""Supports further than this from the ratio a set is called by are of another set."""
TELLING = 50
"""Events from which on equal numbers of every class tell a set; ten images of each class are in many sets."""
_NEAR_RATIO = 1.2
"""Supports within 20 % of a ratio that names a data set are taken to be that set; the reading says so."""


def with_sets(results: Sequence[FoundResult], names: Names) -> list[FoundResult]:
    """Results without a named set get the one their class counts tell, where a ratio names exactly one."""
    ratios = {result.place.dataset for result in results if result.place.dataset}
    named = [name for name in {*ratios, names.even, names.skewed} if name and _RATIO.fullmatch(name)]
    results = _one_spelling(results)
    contents: dict[tuple[tuple[str, int], ...], set[str]] = {}
    for result in results:
        if result.place.dataset and result.supports and (result.n or 0) >= TELLING:
            contents.setdefault(_content(result), set()).add(result.place.dataset)
    made = []
    for result in results:
        said, supports = result.place.dataset, list(result.supports.values())
        same = contents.get(_content(result), set())
        off = (
            said is not None and _RATIO.fullmatch(said) and len(supports) == 2 and not _fits(said, supports, _FAR_RATIO)
        )
        if (said is None or (off and said not in same)) and len(same) == 1:
            result = replace(result, place=replace(result.place, dataset=min(same)), dataset_from="class counts")
            made.append(result)
            continue
        if len(supports) == 2 and (said is None or (_RATIO.fullmatch(said) and not _fits(said, supports, _FAR_RATIO))):
            # Nothing names the set, or the heading names what was trained on and the numbers say it was another.
            fitting = [name for name in named if _fits(name, supports, _NEAR_RATIO)]
            told = fitting[0] if len(fitting) == 1 else None
            place = replace(result.place, dataset=told)
            result = replace(result, place=place, dataset_from="class counts" if told else None)
        made.append(result)
    return made


def _content(result: FoundResult) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((label.casefold(), support) for label, support in result.supports.items()))


def _one_spelling(results: Sequence[FoundResult]) -> list[FoundResult]:
    """``black-box`` is ``black-box 1`` where that is the only longer name, and both hold the same events."""
    held: dict[str, set[tuple[tuple[str, int], ...]]] = {}
    for result in results:
        if result.place.dataset and result.supports:
            held.setdefault(result.place.dataset, set()).add(_content(result))
    return [replace(one, place=replace(one.place, dataset=_fuller(one, held))) for one in results]


def _fuller(result: FoundResult, held: Mapping[str, set[tuple[tuple[str, int], ...]]]) -> str | None:
    name = result.place.dataset
    if name is None or not result.supports:
        return name
    longer = [other for other in held if set_key(other).startswith(f"{set_key(name)} ")]
    return longer[0] if len(longer) == 1 and _content(result) in held[longer[0]] else name


def set_key(name: str) -> str:
    """One key for the spellings of a name."""
    return re.sub(r"[\s_-]+", " ", name.casefold()).strip()


def _fits(name: str, supports: Sequence[int], slack: float) -> bool:
    a, b = (int(part) for part in name.split(":"))
    wanted, got = max(a, b) / max(min(a, b), 1), max(supports) / min(supports)
    return wanted / slack <= got <= wanted * slack


def with_runs(results: Sequence[FoundResult], path: str, lines: Sequence[Line]) -> list[FoundResult]:
    """Names the training each result belongs to.

    A diary seldom does. A checkpoint number that goes back, or one measured again with other values, is another
    training, unless the text between says that it is the same.
    """
    stem = re.sub(r"\.[^.]*$", "", path.replace("\\", "/").rpartition("/")[2]) or "diary"
    numbered: list[tuple[FoundResult, int]] = []
    number, highest, seen = 1, -1, dict[object, Mapping[str, float]]()
    before = 0
    for result in results:
        step = _step(result.place.checkpoint)
        key = (
            result.place.checkpoint,
            result.place.dataset,
            tuple(sorted(result.place.options.items())),
            result.place.run,
        )
        again = key in seen and seen[key] != result.parsed.metrics and step is not None
        back = step is not None and step < highest
        if result.place.run is not None:
            numbered.append((result, number))
            before = result.line
            continue
        if again or (back and not same_session(lines, before, result.line)):
            number, highest, seen = number + 1, -1, {}
        highest = max(highest, step if step is not None else -1)
        if back and step is not None:
            highest = step
        seen[key] = result.parsed.metrics
        before = result.line
        numbered.append((result, number))
    return [
        replace(result, run=result.place.run or (stem if number == 1 else f"{stem}-{at}")) for result, at in numbered
    ]


def same_session(lines: Sequence[Line], first: int, last: int) -> bool:
    """Whether the text between two lines says that what follows is of the same training, or earlier in it."""
    return any(_SAME_SESSION.search(line.text) for line in lines[first : last - 1] if line.kind in ("text", "heading"))


def _step(checkpoint: str | None) -> int | None:
    match = re.search(r"(\d+)(?=\D*\Z)", checkpoint) if checkpoint else None
    return int(match[1]) if match is not None else None
