"""What leads to printed results: "Validation set:" above a fence, or the heading they stand under, says their role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labjournal.importers.document import Line
from labjournal.importers.printed import Printed
from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.reading import RoleName

_LABEL = 40
"""Characters of a line that labels all of its section: "Validation set:"."""
_LONGEST = 80
"""Characters of a line that may lead to what stands below; longer ones are sentences."""


def with_role(found: Sequence[Printed], lines: Sequence[Line], at: int) -> list[Printed]:
    """The results of the block that begins at ``lines[at]``, with the role that is said above where they say none."""
    if all(one.result.role != "unclear" for one in found):
        return list(found)
    role = _above(lines, at)
    return [
        replace(one, result=replace(one.result, role=role)) if one.result.role == "unclear" else one for one in found
    ]


def _above(lines: Sequence[Line], at: int) -> RoleName:
    """Training is believed of a line right above only: a heading speaks of what was done, not of the data."""
    near = True  # nothing but a role stands between
    for line in reversed(lines[:at]):
        if line.kind in ("blank", "fence"):
            continue
        title = line.title if line.kind == "heading" else line.text.strip()
        leads = line.kind == "heading" or (line.kind == "text" and title.endswith((":", "：")))
        if leads and len(title) <= (_LONGEST if near or line.kind == "heading" else _LABEL):
            role = role_of(words_of(title))
            if role in ("validation", "test") or (role == "train" and near and line.kind == "text"):
                return role
        if line.kind == "heading" and line.level <= 2:
            return "unclear"
        near = False
    return "unclear"
