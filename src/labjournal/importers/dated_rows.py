"""Diaries kept as one table: a column of dates, a row a day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labjournal.importers import dates
from labjournal.importers.document import Line
from labjournal.importers.tables import plain, split_cells

FEWEST = 2
_RULE = re.compile(r"^[\s|:>+=-]*-[\s|:>+=-]*$")
_FIRST = 3
"""The column of dates is among so many."""


def rows(lines: Sequence[Line]) -> Iterator[tuple[int, str, dates.Mention]]:
    """(line, title, date) of each row that begins a day; rows without a date go on with the one above."""
    held: list[Line] = []
    for line in [*lines, Line(len(lines) + 1, "", "blank")]:
        if line.kind == "table":
            held.append(line)
        elif held:
            yield from _of_table(held)
            held = []


def _of_table(lines: Sequence[Line]) -> Iterator[tuple[int, str, dates.Mention]]:
    body = [(line.number, [plain(cell) for cell in split_cells(line.text)]) for line in lines[1:]]
    body = [(number, cells) for number, cells in body if not _RULE.match("|".join(cells)) and any(cells)]
    for at in range(_FIRST):
        said = [(number, cells, dates.alone(cells[at])) for number, cells in body if at < len(cells) and cells[at]]
        dated = [(number, cells, mention) for number, cells, mention in said if mention is not None]
        if len(dated) >= FEWEST and len(dated) == len(said):
            for number, cells, mention in dated:
                yield number, next((cell for i, cell in enumerate(cells) if i != at and cell), ""), mention
            return
