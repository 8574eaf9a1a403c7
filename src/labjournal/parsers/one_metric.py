"""Tables whose titles name no metric: the corner, the line above, the heading or the file says what all cells are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from labjournal.parsers.base import Draft
from labjournal.parsers.columns import cell_number, decimal, role_of_label
from labjournal.parsers.names import Name, role_of, understand, words_of
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.open_names import open_name
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import Line, RoleName
from labjournal.parsers.scatter import BESIDE, SPREAD
from labjournal.parsers.shapes import shaped
from labjournal.parsers.vocabulary import FILLER, NEVER, PARAMETERS, ROLE_WORDS

LONGEST_NAME = 4
"""Words of the name of a metric in a sentence."""
_WORD = re.compile(r"[^\W_](?:[\w@./%²^+-]*[\w%²])?")
_OTHER_THINGS = frozenset("time times latency memory speed throughput cost size sizes parameters params flops".split())
"""What a sentence may say that stands beside the metric in a table."""
_ANNOUNCES = frozenset("results result performance scores benchmark benchmarks leaderboard comparison".split())
_TOO_GENERAL = frozenset(("score", "success", "loss", "error"))

Rows = Sequence[tuple[Line, list[str]]]


def corner_metric(header: list[str], names: list[Name | None]) -> Name | None:
    """The metric of all cells, where the corner of a table names it and the other titles name who was measured."""
    corner = names[0]
    if corner is None or not corner.alone or len(header) < 3 or any(names[1:]) or corner.metric == "score":
        return None
    titles = [words_of(title) for title in header[1:] if parse_number(title) is None]
    plain = len(titles) == len(header) - 1 and all(words and NEVER.isdisjoint(words) for words in titles)
    return corner if plain and not any(map(BESIDE.fullmatch, header[1:])) else None


def under_corner(line: Line, cells: list[str], header: list[str], corner: Name) -> list[Draft]:
    """A draft for each cell of a row whose first one says on what was measured."""
    if len(cells) != len(header) or not _is_label(cells[0]):
        return []
    drafts = []
    for title, cell in zip(header[1:], cells[1:], strict=True):
        number = cell_number(cell)
        if number is None or not plausible(corner, number):
            continue
        draft = Draft(line, line.number, [line.text], "text_tables", {corner.metric: number}, saved=True)
        draft.role = next(
            (said for text in (cells[0], title) if (said := role_of_label(text)) != "unclear"), corner.role
        )
        draft.options = {"row": cells[0][:80], "column": title[:80]}
        drafts.append(draft)
    return drafts


def of_one_metric(header: list[str], rows: Rows, caption: str, heading: str) -> list[Draft]:
    """What a table measured by the words above it: the metric that they name, or its titles under results.

    Settings, times and sizes among the columns are left out. Two columns called after sets say that they hold results.
    """
    whole = [(line, cells) for line, cells in rows if len(cells) == len(header)]
    values = [cells for _, cells in whole]
    kept = [at for at in range(1, len(header)) if _plain_title(header[at]) and decimal(at, values)]
    if not kept or not all(_is_label(cells[0]) for cells in values):
        return []
    shared = named_above((caption, heading))
    if shared is not None:
        header = [header[0], *(header[at] for at in kept)]
        rows = [(line, [cells[0], *(cells[at] for at in kept)]) for line, cells in whole]
        return [draft for line, cells in rows for draft in under_corner(line, cells, header, shared)]
    sets = [at for at in kept if _only_role(header[at])]
    announced = next((text for text in (caption, heading) if not _ANNOUNCES.isdisjoint(words_of(text))), None)
    if announced is None and len({role_of_label(header[at]) for at in sets}) > 1:
        kept, announced = sets, ""
    return [] if announced is None or len(kept) < 2 else list(_by_title(header, whole, kept, announced))


def named_above(texts: Iterable[str]) -> Name | None:
    """The one metric that the first of these texts speaks of that speaks of one."""
    for text in texts:
        plain = understand(shaped(re.sub(r"[\[(]\s*%\s*[\])]|\s+(?:per|by|for each)\s+\w+$", "", text).strip()))
        if plain is not None and plain.alone and plain.metric != "score":
            return plain
        found = {name.metric: name for name in _mentioned(text)}
        if len(found) == 1 and _OTHER_THINGS.isdisjoint(words_of(text)):
            name = next(iter(found.values()))
            return replace(name, role=name.role if name.role != "unclear" else role_of(words_of(text)))
    return None


def _mentioned(text: str) -> Iterable[Name]:
    words = _WORD.findall(shaped(text))
    at = 0
    while at < len(words):
        longest = range(min(len(words), at + LONGEST_NAME), at, -1)
        end, name = next(((end, found) for end in longest if (found := _metric(words[at:end]))), (at + 1, None))
        if name is not None:
            yield name
        at = end


def _metric(words: list[str]) -> Name | None:
    name = understand(" ".join(words))
    return name if name is not None and name.alone and name.metric not in _TOO_GENERAL else None


def _by_title(header: list[str], rows: Rows, kept: Sequence[int], announced: str) -> Iterable[Draft]:
    """The values of each row by the titles over them, where all of them may be shares or scores."""
    names = {at: _title_name(header[at]) for at in kept}
    role = role_of(words_of(announced))
    for line, cells in rows:
        drafts: dict[RoleName, Draft] = {}
        options = {header[at] or "row": cells[at][:80] for at in range(len(header)) if _is_label(cells[at])}
        for at, name in names.items():
            number = cell_number(cells[at])
            if name is None or number is None or not 0 <= number.value <= 100:
                continue
            own = name.role if name.role != "unclear" else role
            draft = drafts.setdefault(own, Draft(line, line.number, [line.text], "text_tables", role=own, saved=True))
            draft.metrics[name.metric], draft.options = number, options
        yield from drafts.values()


def _title_name(title: str) -> Name | None:
    if _only_role(title):
        return Name(title.lower(), role_of_label(title), title.lower())
    return open_name(title)


def _only_role(title: str) -> bool:
    words = words_of(title)
    return role_of(words) != "unclear" and all(word in ROLE_WORDS or word in FILLER for word in words)


def _is_label(cell: str) -> bool:
    """Whether a cell says whose the values of its row are."""
    return parse_number(cell) is None and SPREAD.fullmatch(cell) is None and understand(shaped(cell)) is None


def _plain_title(title: str) -> bool:
    """Whether a title may say whose the values under it are."""
    words = words_of(title)
    return bool(words) and PARAMETERS.isdisjoint(words) and not BESIDE.fullmatch(title)
