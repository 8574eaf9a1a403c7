"""Confusion matrices in a table with bars: labels over the columns and before the rows, one of which is the truth."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft
from labjournal.parsers.grids import BORDER
from labjournal.parsers.reading import Line

LARGEST = 200
_BARS = re.compile(r"[|│┃]")
_PREDICTED = re.compile(
    r"\W*\b(?:pred(?:icted|ictions?|icts)?|vorhergesagt|prédit|predicho|previsto)\b[\W_]*|预测\W*", re.IGNORECASE
)
_TRUTH = re.compile(
    r"\W*\b(?:true|truth|actual|real|ground[ _-]?truth|gt|gold|observed|reference)\b[\W_]*|真实\W*",
    re.IGNORECASE,
)
_MARGINS = frozenset(("all", "total", "sum"))


def table_matrix(cursor: Cursor, line: Line, *, announced: bool) -> Claim | None:
    """The matrix that a table with bars is; None where nothing says that it is one."""
    rows: list[list[str]] = []
    used = 0
    while (ahead := cursor.peek(used)) is not None and len(rows) <= LARGEST and _BARS.search(ahead.text):
        if not BORDER.match(ahead.text):
            rows.append([cell.strip(" *`_") for cell in _BARS.split(ahead.text.strip().strip("|│┃"))])
        used += 1
    if len(rows) < 3 or len(rows[0]) < 3 or any(len(cells) != len(rows[0]) for cells in rows):
        return None
    (corner, *columns), below = rows[0], rows[1:]
    kept = [at for at, title in enumerate(columns) if title.lower() not in _MARGINS]
    below = [cells for cells in below if cells[0].lower() not in _MARGINS]
    counts = [[cells[at + 1].replace(",", "") for at in kept] for cells in below]
    if len(counts) != len(kept) or not all(count.isdecimal() and len(count) <= 15 for row in counts for count in row):
        return None
    over, beside = [columns[at] for at in kept], [cells[0] for cells in below]
    labels = tuple(map(_label, beside))
    if [label.casefold() for label in labels] != [_label(title).casefold() for title in over] or len({*labels}) < 2:
        return None
    above, before = ({_side(text) for text in texts} for texts in (over, beside))
    said = _PREDICTED.search(corner), _TRUTH.search(corner)
    if not (announced or all(said) or {"predicted", "true"} <= above | before):
        return None
    matrix = [[int(count) for count in row] for row in counts]
    first = said[0] is not None and said[1] is not None and said[0].start() < said[1].start()
    if first or "true" in above or "predicted" in before:
        matrix = [list(column) for column in zip(*matrix, strict=True)]
    draft = Draft(line, line.number + used - 1, cursor.texts(used), "confusion", matrix=matrix, labels=labels)
    return Claim(used, [draft])


def _side(text: str) -> str:
    """Whether a label says that it was predicted, or that it is true; a class may be called "True"."""
    if _PREDICTED.sub("", text) not in ("", text):
        return "predicted"
    return "true" if _TRUTH.sub("", text) not in ("", text) else ""


def _label(text: str) -> str:
    """A label without the word that says whether it was predicted or is true."""
    for pattern in (_PREDICTED, _TRUTH):
        text = pattern.sub("", text, count=1) or text
    return text.strip(" :_-()")
