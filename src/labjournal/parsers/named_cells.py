"""Tables whose cells name what they hold: ``mIoU: 91.7`` under the name of a model, beside that of a scene."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labjournal.parsers.base import Draft
from labjournal.parsers.columns import cell_number
from labjournal.parsers.names import understand
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import Line
from labjournal.parsers.shapes import shaped

_NAMED = re.compile(r"(?P<name>[^\W\d_][^:=]{0,30}?)\s*[:=]\s*(?P<value>[-+]?\d*\.?\d+\s?%?.*)")


def named_cells(rows: Sequence[tuple[Line, list[str]]]) -> list[Draft]:
    """A draft for each cell; an empty first cell repeats the one above. Nothing where it is no such table."""
    if len(rows) < 2 or len(rows[0][1]) < 3 or any(map(_NAMED.fullmatch, rows[0][1])):
        return []
    header, below = rows[0][1], rows[1:]
    drafts: dict[tuple[str, int], Draft] = {}
    label = ""
    for line, cells in below:
        label = cells[0] or label
        for at, cell in enumerate(cells[1 : len(header)], 1):
            found = _NAMED.fullmatch(cell)
            name = understand(shaped(found["name"])) if found is not None else None
            number = cell_number(found["value"]) if found is not None else None
            if cell.strip(" -–—") and (name is None or number is None or not name.alone):
                return []
            if name is None or number is None or not plausible(name, number):
                continue
            draft = drafts.setdefault((label, at), Draft(line, line.number, [line.text], "text_tables", saved=True))
            draft.metrics[name.metric] = number
            draft.role = name.role
            draft.options = {header[0] or "row": label[:80], "column": header[at][:80]}
    return list(drafts.values())
